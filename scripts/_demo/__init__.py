"""The demonstration: one year of an insured family on a local chain, told scene by scene."""
