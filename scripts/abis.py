"""Writes salus/chain/abis.json from the compiled contracts: `python -m scripts.abis` when they have changed.

The library needs the interfaces of the contracts and not their compiler, so it carries them; a test holds
them to the sources. What an error means stands in its NatSpec, and the library takes its words from there.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "salus" / "chain" / "abis.json"
CONTRACTS = {
    "SalusAccessManager": "SalusAccessManager",
    "ProviderRegistry": "ProviderRegistry",
    "ConsentRegistry": "ConsentRegistry",
    "PolicyBook": "PolicyBook",
    "ClaimDesk": "ClaimDesk",
    "RiskPoolFactory": "RiskPoolFactory",
    "RiskPool": "RiskPool",
    "Asset": "ERC20Permit",
}
"""Name in the library, and the contract that it is taken from."""
_ERROR = re.compile(r"/// @notice Thrown when ((?:.|\n\s*///)+?)\.\n(?:\s*///.*\n)*\s*error (\w+)\(")


def content() -> dict[str, Any]:
    """What the file must hold: each contract's ABI, and each error in words."""
    return {"contracts": {name: _abi(source) for name, source in CONTRACTS.items()}, "errors": _errors()}


def main() -> None:
    TARGET.write_text(json.dumps(content(), separators=(",", ":"), sort_keys=True) + "\n")


def _abi(source: str) -> list[dict[str, Any]]:
    path = ROOT / "build" / "contracts" / f"{source}.json"
    entries: list[dict[str, Any]] = json.loads(path.read_text())["abi"]
    return sorted(
        (entry for entry in entries if entry["type"] != "constructor"),
        key=lambda entry: (entry["type"], entry.get("name", "")),
    )


def _errors() -> dict[str, dict[str, str]]:
    """By contract and error."""
    return {
        path.stem.removeprefix("I"): {
            name: re.sub(r"\s*\n\s*///\s*", " ", meaning)
            for meaning, name in _ERROR.findall(path.read_text())
        }
        for path in sorted((ROOT / "interfaces").glob("*.sol"))
    }


if __name__ == "__main__":
    main()
