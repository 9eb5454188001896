"""The `salus` command: a group of actions for each actor. `salus --help` lists them; docs/command.md explains
settings, flags and exit codes."""


def main() -> None:
    """The entry point of `salus`, and of `python -m salus.cli`."""
    import gc
    import sys

    # loading modules makes objects that stay: looking for garbage among them takes a tenth of the start
    gc.set_threshold(100_000, 50, 100)
    from salus.cli.root import run

    run(sys.argv[1:])
