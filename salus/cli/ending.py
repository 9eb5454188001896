"""How a command ends: with an exit code of one table, and where something went wrong with one line.

| code | meaning |
|---|---|
| 0 | done |
| 1 | something needs you: the line says what |
| 2 | wrong call: a word, an option or a setting is missing or mistyped, or `--yes` is |
| 3 | the chain refused it |
| 4 | the node is out of reach |
| 130 | stopped with Ctrl-C |
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from salus import cli
from salus.base.errors import NodeUnreachable, NotAccredited, NotAuthorised, Reverted, SalusError
from salus.cli.output import err, out
from salus.cli.usage import CallError

DONE, NEEDS_YOU, WRONG_CALL, REFUSED, OUT_OF_REACH, INTERRUPTED = 0, 1, 2, 3, 4, 130


def code_of(error: SalusError) -> int:
    """The exit code for an error."""
    match error:
        case CallError():
            return WRONG_CALL
        case Reverted() | NotAccredited() | NotAuthorised():
            return REFUSED
        case NodeUnreachable():
            return OUT_OF_REACH
    return NEEDS_YOU


@contextmanager
def one_line_errors() -> Iterator[None]:
    """What goes wrong inside ends the program with one line that says what to do."""
    try:
        yield
    except KeyboardInterrupt:
        _stop()
    except SalusError as error:
        fail(str(error), code_of(error))
    except BrokenPipeError:
        # whoever reads the output, such as `head`, has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(DONE) from None
    except OSError as error:
        _of_the_system(error)
    except Exception as error:
        if cli.stopped:
            _stop()
        # the last line of defence: a traceback may show what nobody should see
        if os.environ.get("SALUS_TRACEBACK"):
            raise
        kind = type(error).__name__
        fail(f"something unforeseen went wrong ({kind}); run again with SALUS_TRACEBACK=1 and report it")


def _stop() -> NoReturn:
    out.finish(error="stopped", code=INTERRUPTED)
    err.print("\nStopped. Nothing is lost: run the same command again, and it goes on from here.")
    raise SystemExit(INTERRUPTED) from None


def fail(message: str, code: int = NEEDS_YOU) -> NoReturn:
    """Ends the program with one line."""
    out.finish(error=message, code=code)
    err.print(f"Error: {message}", markup=False, style="red")
    raise SystemExit(code)


def _of_the_system(error: OSError) -> NoReturn:
    import requests  # here: a command that goes well needs none of it

    from salus.chain.unreachable import unreachable

    if isinstance(error, requests.RequestException):
        # of Brownie's own connection; to Python it is an OSError, as if a file were at fault
        found = unreachable(error)
        fail(str(found), code_of(found))
    reason = (error.strerror or "cannot be used").lower()
    place = error.filename or ("standard output" if error.errno == errno.ENOSPC else "a file")
    fail(f"{place}: {reason}; correct it and run again")
