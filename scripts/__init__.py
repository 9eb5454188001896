"""Brownie entry points, one file for each actor: `brownie run <actor>` lists what it can do."""

import sys as _sys
from types import TracebackType as _TracebackType

_told_before = _sys.excepthook


def _tell(kind: type[BaseException], error: BaseException, trace: _TracebackType | None) -> None:
    """Ctrl-C before a script has loaded what it needs is no error to be traced."""
    if issubclass(kind, KeyboardInterrupt):
        print("\nStopped.", file=_sys.stderr)
    else:
        _told_before(kind, error, trace)


_sys.excepthook = _tell
