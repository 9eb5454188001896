"""Set up a clone: Python packages, npm packages, compiler. Runs on a bare Python 3.11, standard library only.

Each step leaves a stamp with the digest of what it was made from, and is skipped while the stamp fits. A lock
makes a second set-up in the same clone wait for the first. pip and npm run with the caller's HOME, so that
the caller's registries apply, but keep their caches in the clone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools.places import CACHE, NODE_MODULES, ROOT, VENV, tool_environment

NODE_AT_LEAST = 20
STAMPS = CACHE / "stamps"


class SetupError(Exception):
    """A step of the set-up failed; the text says which and what to do."""


def main() -> int:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            check_versions()
            step("Python packages", ["requirements.txt"], [VENV / "bin" / "brownie"], install_python)
            step(
                "npm packages",
                ["package-lock.json", ".npmrc"],
                [NODE_MODULES / ".bin" / "ganache"],
                install_npm,
            )
            step("Solidity compiler", ["tools/compiler.py", "tools/solc_wasm.cjs"], [], install_compiler)
        except SetupError as error:
            print(f"set-up: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("set-up: interrupted; the next run goes on from here", file=sys.stderr)
            return 130
    return 0


def check_versions() -> None:
    if sys.version_info[:2] != (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"the packages are locked for Python 3.11, this is {found}; try `make PYTHON=/path/to/python3.11`"
        )
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise SetupError(f"`{program}` is not on PATH; install Node.js {NODE_AT_LEAST} or later")


def step(name: str, inputs: list[str], products: list[Path], install: Callable[[], None]) -> None:
    stamp = STAMPS / name.lower().replace(" ", "-")
    digest = hashlib.sha256(b"".join((ROOT / path).read_bytes() for path in inputs)).hexdigest()
    if stamp.exists() and stamp.read_text() == digest and all(product.exists() for product in products):
        return
    print(f"set-up: {name} …", flush=True)
    started = time.monotonic()
    install()
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(digest)
    print(f"set-up: {name} ready ({time.monotonic() - started:.0f} s)", flush=True)


def install_python() -> None:
    if not (VENV / "bin" / "pip").exists():
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], "make a virtual environment")
    # Brownie's compiled wheel fails on network settings and coverage: docs/dependencies.md
    environment = {
        "BROWNIE_NOCOMPILE": "1",
        "PIP_CACHE_DIR": str(CACHE / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # pip asks rustc for its version, and where rustup stands in for rustc, that writes into HOME
        "RUSTUP_HOME": str(CACHE / "rustup"),
    }
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-binary", "eth-brownie"]
    run([*pip, "-r", "requirements.txt"], "install the Python packages", environment)


def install_npm() -> None:
    version = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    major = re.match(r"v(\d+)", version)
    if major is None or int(major[1]) < NODE_AT_LEAST:
        raise SetupError(f"Node.js {NODE_AT_LEAST} or later is needed, `node --version` says {version!r}")
    # no package here needs its install script: what is native comes prebuilt inside the package
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = {"npm_config_cache": str(CACHE / "npm"), "npm_config_update_notifier": "false"}
    run(command, "install the npm packages", environment)


def install_compiler() -> None:
    run([str(VENV / "bin" / "python"), "-m", "tools.compiler"], "install the Solidity compiler")


def run(command: list[str], purpose: str, extra: dict[str, str] | None = None) -> None:
    temporary = CACHE / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {**tool_environment(), "TMPDIR": str(temporary), **(extra or {})}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        command_line = " ".join(
            os.path.relpath(part, ROOT) if part.startswith(str(ROOT)) else part for part in command
        )
        raise SetupError(f"could not {purpose} (exit code {done.returncode}): {command_line}")


if __name__ == "__main__":
    sys.exit(main())
