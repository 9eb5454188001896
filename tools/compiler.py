"""Install the Solidity compiler where Brownie looks for it (`.cache/solcx`).

First choice is the native build through py-solc-x. Where its server is out of reach, the same compiler stands
in as WebAssembly: the npm package `solc`, behind a Node program with the command line that py-solc-x expects.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.ending import plainly
from tools.places import NODE_MODULES, ROOT, SOLC_BUILD, SOLC_VERSION, SOLCX

BINARY_LIST = "https://binaries.soliditylang.org/linux-amd64/list.json"
REACHABLE_WITHIN_SECONDS = 8
DOWNLOAD_WITHIN_SECONDS = 180


def main() -> int:
    SOLCX.mkdir(parents=True, exist_ok=True)
    program = SOLCX / f"solc-v{SOLC_VERSION}"
    if not is_right(program) or is_wasm(program):
        program.unlink(missing_ok=True)
        if not (download() and is_right(program)):
            write_wasm_program(program)
    if not is_right(program):
        print(
            f"compiler: {program} is not solc {SOLC_BUILD}; it says {version_of(program)!r}", file=sys.stderr
        )
        return 1
    print(f"compiler: {version_of(program)}")
    return 0


def version_of(program: Path) -> str:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next((line for line in done.stdout.splitlines() if line.startswith("Version: ")), "").removeprefix(
        "Version: "
    )


def is_right(program: Path) -> bool:
    return version_of(program).startswith(f"{SOLC_BUILD}.")


def is_wasm(program: Path) -> bool:
    """Our own stand-in: written anew whenever set-up comes here, and a chance for the native build."""
    with program.open("rb") as file:
        return file.read(2) == b"#!"


def download() -> bool:
    import requests

    try:
        requests.head(BINARY_LIST, timeout=REACHABLE_WITHIN_SECONDS).raise_for_status()
    except requests.RequestException:
        return False
    install = [sys.executable, "-c", f"import solcx; solcx.install_solc({SOLC_VERSION!r})"]
    environment = {**os.environ, "SOLCX_BINARY_PATH": str(SOLCX)}
    try:
        done = subprocess.run(
            install, env=environment, capture_output=True, timeout=DOWNLOAD_WITHIN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def write_wasm_program(program: Path) -> None:
    node = shutil.which("node")
    package = NODE_MODULES / "solc"
    if node is None or not package.is_dir():
        raise SystemExit("compiler: needs Node.js and the npm packages; run `make setup`")
    ask = [node, "-p", f"require({json.dumps(str(package))}).version()"]
    version = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    text = (ROOT / "tools" / "solc_wasm.cjs").read_text()
    for general, particular in {
        "#!/usr/bin/env node": f"#!{node}",
        '"not installed"': json.dumps(version),
        # from its own place: a clone may be moved
        'require("solc")': f"require(`${{__dirname}}/{os.path.relpath(package, SOLCX)}`)",
    }.items():
        text = text.replace(general, particular)
    with tempfile.NamedTemporaryFile("w", dir=SOLCX, delete=False) as draft:
        draft.write(text)
    os.chmod(draft.name, 0o755)
    os.replace(draft.name, program)


if __name__ == "__main__":
    sys.exit(plainly("compiler", main))
