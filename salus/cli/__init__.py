"""The `salus` command: a group of actions for each actor. `salus --help` lists them; docs/command.md explains
settings, flags and exit codes."""


def main() -> None:
    """The entry point of `salus`, and of `python -m salus.cli`."""
    import sys

    from salus.cli.root import run

    run(sys.argv[1:])
