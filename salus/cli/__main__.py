"""`python -m salus.cli`: the `salus` command, where it is not on PATH."""

from salus.cli import main

if __name__ == "__main__":
    main()
