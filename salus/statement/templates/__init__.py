"""The templates of letters and pictures, as data of the package."""
