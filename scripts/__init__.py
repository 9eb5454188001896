"""Brownie entry points, one file for each actor: `brownie run <actor>` lists what it can do."""
