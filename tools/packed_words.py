"""Write tests/vectors/packed-words.json: the words into which the contracts pack several fields.

The words are put together here byte by byte, from a list of widths of its own, and without any code of the
library or the contracts. The Python and the Solidity tests read the same file.

python -m tools.packed_words
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.places import ROOT

FILE = ROOT / "tests" / "vectors" / "packed-words.json"
FLAG = (0, 1)
STATUS = (0, 5)
TEXT = (0, 0x7F7F7F)
"""Up to the highest three bytes that are still ASCII text."""
CURRENCY = (int.from_bytes(b"AAA", "big"), int.from_bytes(b"ZZZ", "big"))

LAYOUTS: dict[str, list[tuple[str, int] | tuple[str, int, tuple[int, int]]]] = {
    "Account": [
        ("paid", 7), ("reserved", 7), ("deductible", 7), ("outOfPocket", 7), ("closed", 2, FLAG),
        ("issued", 2, FLAG),
    ],
    "BillLine": [
        ("shared", 1, FLAG), ("leaf", 3), ("payer", 8), ("revision", 1), ("currency", 3, TEXT),
        ("claimed", 8), ("billed", 8),
    ],
    "BillSums": [
        ("unused", 12), ("autoPaid", 1, FLAG), ("currency", 3, TEXT), ("claimed", 8), ("billed", 8),
    ],
    "Charge": [("unused", 4), ("paid", 8), ("deductible", 8), ("coinsurance", 8), ("units", 4)],
    "GroupUse": [("unused", 20), ("paid", 8), ("units", 4)],
    "Standing": [
        ("sameDiagnosis", 1, FLAG), ("decided", 1, FLAG), ("underReview", 1, FLAG), ("accredited", 1, FLAG),
        ("capLeft", 8), ("revision", 1), ("currency", 3, TEXT), ("claimedByOthers", 8),
        ("billed", 8),
    ],
    "ClaimFacts.times": [
        ("unused", 7), ("status", 1, STATUS), ("releaseAt", 8), ("issuedAt", 8), ("decidedAt", 8),
    ],
    "ClaimFacts.service": [
        ("unused", 9), ("revision", 1), ("flags", 1), ("serviceFrom", 4), ("serviceTo", 4), ("units", 2),
        ("billed", 8), ("currency", 3, CURRENCY),
    ],
    "ClaimFacts.shares": [("allowed", 8), ("deductible", 8), ("coinsurance", 8), ("overLimit", 8)],
    "ClaimFacts.cuts": [("notCovered", 8), ("otherCover", 8), ("eliminated", 8), ("outside", 8)],
    "ClaimFacts.sums": [("unused", 8), ("paid", 8), ("units", 4), ("groupPaid", 8), ("groupUnits", 4)],
}  # fmt: skip
"""Each word's parts from the highest down: name, bytes, and the range if not every value is allowed."""


def content() -> dict[str, Any]:
    """What the file must hold. Values are decimal strings, because JSON has no numbers of 64 bits."""
    return {
        name: {
            "layout": [{"part": part[0], "bits": 8 * part[1]} for part in parts],
            "cases": [
                {"case": case, "fields": {key: str(value) for key, value in fields.items()}, "word": word}
                for case, fields, word in _cases(parts)
            ],
        }
        for name, parts in LAYOUTS.items()
    }


def main() -> None:
    FILE.write_text(json.dumps(content(), indent=1) + "\n", encoding="utf-8")


def _cases(parts: list[Any]) -> Iterator[tuple[str, dict[str, int], str]]:
    """All fields at their smallest or largest value, and each field alone at its smallest or largest."""
    ranges = {part[0]: part[2] if len(part) > 2 else (0, 256 ** part[1] - 1) for part in parts}
    ranges.pop("unused", None)
    smallest, largest = ({name: ends[side] for name, ends in ranges.items()} for side in (0, 1))
    chosen = {"all at the smallest": smallest, "all at the largest": largest}
    for name in ranges:
        chosen[f"only {name} at the largest"] = smallest | {name: largest[name]}
        chosen[f"only {name} at the smallest"] = largest | {name: smallest[name]}
    for case, fields in chosen.items():
        word = b"".join(fields.get(part[0], 0).to_bytes(part[1], "big") for part in parts)
        yield case, fields, "0x" + word.hex()


if __name__ == "__main__":
    main()
