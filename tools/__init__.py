"""What stands around the project: set-up, compiler, chains, test runs and their checks."""
