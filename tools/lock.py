"""Resolve requirements.in anew into requirements.txt, every package pinned.

    python -m tools.lock [--upgrade]

Without --upgrade what is pinned stays as it is. package-lock.json is npm's own affair: `npm install`.
"""

from __future__ import annotations

import subprocess
import sys
import venv

from tools.ending import plainly
from tools.places import CACHE, ROOT, tool_environment

RESOLVER = CACHE / "resolver"
RESOLVER_PACKAGE = "pip-tools==7.6.2"
COMPILE = [
    "pip-compile",
    "--quiet",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--strip-extras",
    "--allow-unsafe",
    "--output-file=requirements.txt",
    "requirements.in",
]


def main() -> int:
    if not (RESOLVER / "bin" / "pip-compile").exists():
        venv.create(RESOLVER, with_pip=True)
        # not among the project's own packages: it must not take part in what it resolves
        install = [str(RESOLVER / "bin" / "pip"), "install", "--quiet", RESOLVER_PACKAGE]
        if subprocess.run(install, check=False).returncode != 0:
            print(f"lock: could not install {RESOLVER_PACKAGE}; pip's reason is above", file=sys.stderr)
            return 1
    environment = {
        **tool_environment(),
        "PIP_CACHE_DIR": str(CACHE / "pip"),
        "PIP_TOOLS_CACHE_DIR": str(CACHE / "pip-tools"),
    }
    command = [str(RESOLVER / "bin" / COMPILE[0]), *COMPILE[1:], *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(plainly("lock", main))
