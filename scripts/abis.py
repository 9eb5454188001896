"""Writes salus/chain/abis.json from the compiled contracts: `python -m scripts.abis` when they have changed.

The library needs the interfaces of the contracts and not their compiler, so it carries them. A test compares
the file with the sources. The library's words for an error are those of the error's NatSpec, as the compiler
gives it.
"""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from salus.chain.manifest import ABIS
from tools.places import ROOT, SOLC_VERSION, SOLCX, tool_environment

TARGET = ROOT / "salus" / "chain" / "abis.json"
THROWN_WHEN = "Thrown when "
"""What the NatSpec of each error begins with."""


def content() -> dict[str, Any]:
    """What the file must hold: each contract's ABI, and each error in words."""
    return {"contracts": {name: _abi(source) for name, source in ABIS.items()}, "errors": _errors()}


def main() -> None:
    TARGET.write_text(json.dumps(content(), separators=(",", ":"), sort_keys=True) + "\n")


def _abi(source: str) -> list[dict[str, Any]]:
    path = ROOT / "build" / "contracts" / f"{source}.json"
    entries: list[dict[str, Any]] = json.loads(path.read_text())["abi"]
    return sorted(
        (entry for entry in entries if entry["type"] != "constructor"),
        key=lambda entry: (entry["type"], entry.get("name", "")),
    )


@cache
def _errors() -> dict[str, dict[str, str]]:
    """By contract and error."""
    return {
        path.stem.removeprefix("I"): {
            signature.partition("(")[0]: meaning.removeprefix(THROWN_WHEN).removesuffix(".")
            for signature, (documented, *_) in notes.get("errors", {}).items()
            if (meaning := documented.get("notice", "")).startswith(THROWN_WHEN)
        }
        for path, notes in _user_documentation()
    }


def _user_documentation() -> list[tuple[Path, dict[str, Any]]]:
    """What the compiler says to users of each interface. Brownie's artifacts do not keep all of it."""
    paths = sorted((ROOT / "interfaces").glob("*.sol"))
    names = [str(path.relative_to(ROOT)) for path in paths]
    question = {
        "language": "Solidity",
        "sources": {name: {"urls": [name]} for name in names},
        "settings": {"outputSelection": {name: {"*": ["userdoc"]} for name in names}},
    }
    compiler = [SOLCX / f"solc-v{SOLC_VERSION}", "--standard-json", "--allow-paths", ROOT]
    done = subprocess.run(
        compiler,
        input=json.dumps(question),
        cwd=ROOT,
        env=tool_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    return [
        (path, answer["contracts"][name][path.stem]["userdoc"])
        for path, name in zip(paths, names, strict=True)
    ]


if __name__ == "__main__":
    main()
