"""Resolve requirements.in anew into requirements.txt, every package pinned.

    python -m tools.lock [--upgrade]

Without --upgrade what is pinned stays as it is. package-lock.json is npm's own affair: `npm install`.
"""

from __future__ import annotations

import subprocess
import sys

from tools import packages
from tools.ending import plainly
from tools.places import ROOT, tool_environment

COMPILE = [
    "pip",
    "compile",
    "--quiet",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--output-file=requirements.txt",
    "requirements.in",
]


def main() -> int:
    environment = {**tool_environment(), **packages.uv_environment()}
    if not packages.get_uv(environment):
        print(f"lock: pip has no {packages.UV_PACKAGE} here; its reason is above", file=sys.stderr)
        return 1
    command = [str(packages.UV), *COMPILE, "--python", packages.python(), *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(plainly("lock", main))
