"""Defines days, money, reason codes, files and errors, which every other package uses."""
