"""The packed words of tests/vectors/packed-words.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors/packed-words.json").read_text())


@dataclass(frozen=True)
class PackedCase:
    """One word with the values of its fields."""

    name: str
    fields: dict[str, int]
    word: int

    def hex(self, field: str, width: int) -> str:
        """A field that Solidity types as bytes of a fixed width."""
        return f"0x{self.fields[field]:0{2 * width}x}"


def cases(word: str) -> list[PackedCase]:
    return [
        PackedCase(
            case["case"],
            {field: int(value) for field, value in case["fields"].items()},
            int(case["word"], 16),
        )
        for case in VECTORS[word]["cases"]
    ]


def layout(word: str) -> list[tuple[str, int]]:
    """The parts from the highest down, each with its bits."""
    return [(part["part"], part["bits"]) for part in VECTORS[word]["layout"]]
