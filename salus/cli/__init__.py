"""The `salus` command: a group of actions for each actor. `salus --help` lists them; docs/command.md explains
settings, flags and exit codes."""


def main() -> None:
    """The entry point of `salus`, and of `python -m salus.cli`."""
    import signal
    import sys

    def stop(*_: object) -> None:
        # a module in C that is being loaded may turn the interrupt into an error of its own
        sys.modules["salus.cli"].__dict__["stopped"] = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    try:
        from salus.cli.root import run

        run(sys.argv[1:])
    except KeyboardInterrupt:
        print("\nStopped. Nothing was done yet.", file=sys.stderr)  # noqa: T201 - nothing is loaded yet
        sys.exit(130)


stopped = False
"""Whether Ctrl-C was pressed."""
