"""What the suite costs and how fast the library is, measured: `make bench`."""
