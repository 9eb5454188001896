"""Links in the documents

given a link from a document to another file, or the path of a source file in it
└── the file should exist
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
SOURCE = re.compile(r"`((?:[\w.]+/)+[\w.]+\.(?:py|sol|md|yaml|mjs))`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_existing_files(page: Path) -> None:
    text = page.read_text()

    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []
    assert [path for path in SOURCE.findall(text) if not is_there(path)] == []


def is_there(path: str) -> bool:
    """Looks a path up; `types/Account.sol` on the page of a contract is below contracts/."""
    return (ROOT / path).exists() or (ROOT / "contracts" / path).exists()
