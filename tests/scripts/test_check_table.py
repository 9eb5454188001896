"""scripts.insurer, check_table

given a benefit table
    it should print the hash, the plan in words, the rows that overlap, and the sets that look alike, for each
    setting that the chain shows
        when an override allows a small set, it should say so
        when a row can never match, it should end with line and field
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from salus import product
from salus.product import brochure
from scripts import insurer
from tests.support.ending import ended

HEAD = """\
name: small
version: "1"
title: Small
currency: USD
terms:
  all: {kind: indemnity, share_bps: 8000}
diversity_override: [teeth, clinic, visit]
benefits:
"""
TEETH = "  - {code: teeth, title: T, words: W, category: dental, terms: all, when: {claim_types: [oral]}}\n"
CLINIC = (
    "  - {code: clinic, title: T, words: W, category: emergency, terms: all, group: visits,\n"
    "     when: {claim_types: [institutional, professional], encounter_classes: [AMB]}}\n"
)
VISIT = (
    "  - {code: visit, title: T, words: W, category: primary care, terms: all, group: visits,\n"
    "     when: {claim_types: [professional, vision]}}\n"
)


def test_it_says_what_the_author_should_know(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(HEAD + TEETH + CLINIC + VISIT)

    insurer.check_table(f"table={path}")

    assert capsys.readouterr().out.splitlines() == [
        "small 1: 3 benefits, in USD.",
        f"Every policy under it names the hash 0x{product.load(path).hash.hex()}.",
        "",
        *brochure.words_of(product.load(path)),
        "",
        "If care matches two of these rows, the earlier one decides:",
        "  visit after clinic",
        "These look alike on the chain, which shows neither their names nor the care:",
        "  1 of 1 kinds (too few, allowed by diversity_override): teeth",
        "  2 of 2 kinds, in groups of 2 (too few, allowed by diversity_override): clinic, visit",
        "In an emergency:",
        "  1 of 1 kinds (too few, allowed by diversity_override): teeth",
        "  1 of 1 kinds, in groups of 2 (too few, allowed by diversity_override): visit",
        "At a hospital or doctor:",
        "  2 of 2 kinds, in groups of 2: clinic, visit",
        "In an emergency at a hospital or doctor:",
        "  1 of 1 kinds, in groups of 2 (too few, allowed by diversity_override): visit",
        "At a dentist, in an emergency too:",
        "  1 of 1 kinds: teeth",
        "At an optician, in an emergency too:",
        "  1 of 1 kinds, in groups of 2: visit",
    ]


def test_a_shipped_table_is_checked_too(capsys: pytest.CaptureFixture[str]) -> None:
    insurer.check_table("table=critical-illness")

    output = capsys.readouterr().out
    assert "    pays: 25,000.00 USD whatever is billed\n" in output
    assert f"0x{product.shipped('critical-illness').hash.hex()}" in output
    assert "  cash.illness after " in output
    assert "diversity_override" not in output


def test_a_row_that_can_never_match_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.yaml"
    again = TEETH.replace("code: teeth", "code: visit")
    path.write_text(HEAD.replace("teeth, clinic, visit", "teeth, visit") + TEETH + again)

    message = ended(capsys, insurer.check_table, f"table={path}")

    assert message == (
        f"{path}:10: benefits.1: visit can never match: teeth before it matches all of its care; "
        "move it up or narrow the rows before it"
    )


def test_a_table_of_the_earlier_form_is_refused_with_its_converted_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text((HEAD + TEETH).replace("8000}", "8000, group_limit: 1500}"))

    with pytest.raises(SystemExit) as stop:
        insurer.check_table(f"table={path}")

    assert stop.value.code == 1
    message = capsys.readouterr().err.rstrip()
    assert message.startswith(f"Error: {path}:6: terms.all.group_limit: 1500 is not in quotes")
    assert message.endswith('\n  line 6: all: {kind: indemnity, share_bps: 8000, group_limit: "15.00"}')


def test_it_gives_a_program_the_hash(capsys: pytest.CaptureFixture[str]) -> None:
    insurer.check_table("table=critical-illness", "json")

    answer = json.loads(capsys.readouterr().out)
    assert answer["hash"] == f"0x{product.shipped('critical-illness').hash.hex()}"
    assert (answer["name"], answer["version"]) == ("critical-illness", "2026.1")
