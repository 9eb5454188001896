"""How a tool ends when the disk refuses it or Ctrl-C stops it: one line and an exit code, no traceback.

Standard library only: set-up uses it before anything is installed.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

CANNOT_RUN = 70  # none of pytest's codes: a test that could not run has not failed
INTERRUPTED = 130  # as a shell says it
REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EROFS: "use a clone on a disk that can be written",
    errno.EACCES: "make it yours to write",
    errno.EPERM: "make it yours to write",
    errno.ENOENT: "run `make setup`",
}


def plainly(name: str, main: Callable[[], int]) -> int:
    """The exit code of `main`; what stops it is told as `name: …`."""
    try:
        return main()
    except KeyboardInterrupt:
        # the terminal shows ^C where the line would begin
        print(f"\n{name}: interrupted; run it again", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(f"{name}: {in_words(error)}", file=sys.stderr)
        return CANNOT_RUN


def in_words(error: OSError) -> str:
    """The file, what is the matter with it, and what to do."""
    what = (error.strerror or "cannot be used").lower()
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{what}; {REMEDIES.get(error.errno or 0, 'correct it')} and run it again"
