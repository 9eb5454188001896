"""Whose files are believed. Settings and names decide which node is asked and who is paid, so a file that
another user has put into a folder above is not read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from salus.cli.output import err


def is_own(path: Path) -> bool:
    """Whether the file is there, belongs to the user or to the system, and nobody else may write it.

    If it is there and is not the user's, a note on standard error says so."""
    try:
        found = path.stat()
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode):
        return False
    if not hasattr(os, "getuid"):  # Windows keeps no such owners
        return True
    # where each user has a group of his own, new files are often writable by it
    others = stat.S_IWOTH if found.st_gid == os.getgid() else stat.S_IWOTH | stat.S_IWGRP
    if found.st_uid in (os.getuid(), 0) and not found.st_mode & others:
        return True
    err.print(f"Note: {path} is not read: another user owns it or may write it.", markup=False)
    return False
