"""docs/SPECIFICATION.md compared with the tests: every sentence is cited, and every citation is a sentence.

A test module cites in its docstring, on a line of its own: `SPECIFICATION F10, S1.`
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SENTENCE = re.compile(r"^- \*\*([A-Z]\d+)\*\* ", re.MULTILINE)
CITATION = re.compile(r"^SPECIFICATION ((?:[A-Z]\d+, )*[A-Z]\d+)\.$", re.MULTILINE)


def sentences() -> list[str]:
    return SENTENCE.findall((ROOT / "docs" / "SPECIFICATION.md").read_text())


def citations() -> set[str]:
    texts = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    return {number for text in texts for cited in CITATION.findall(text) for number in cited.split(", ")}


def test_numbers_are_used_once() -> None:
    assert len(sentences()) == len(set(sentences())) > 80


def test_every_sentence_is_cited_by_a_test() -> None:
    assert sorted(set(sentences()) - citations()) == []


def test_every_citation_is_a_sentence() -> None:
    assert sorted(citations() - set(sentences())) == []
