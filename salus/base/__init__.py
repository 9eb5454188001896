"""Days, money, reason codes, files and errors: what every other package builds on."""
