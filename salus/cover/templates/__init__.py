"""The templates of the member card, as data of the package."""
