"""docs/privacy.md compared with the attack that it tells of

given the figures for the invented patients
    they should be what the attack finds today, rung for rung
given the sentence of the README
    it should not promise more than the figures do
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from salus import product, samples
from salus.claim.bill_line import BillLine
from salus.insurer.attack import Attack, attack
from salus.insurer.onlooker import seen

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (.+?) \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|$", re.MULTILINE)
TOLD = {
    by: tuple(map(float, shares)) for by, *shares in ROW.findall((ROOT / "docs" / "privacy.md").read_text())
}


@pytest.fixture(scope="module")
def found() -> Attack:
    family = product.shipped("family")
    lines = [line for line in samples.population(family) if isinstance(line, BillLine)]
    return attack(seen(lines, family), family)


def test_the_figures_are_those_of_today(found: Attack) -> None:
    assert {by: shares[2:] for by, shares in TOLD.items()} == {
        named.by: (round(100 * named.benefit, 1), round(100 * named.category, 1))
        for named in (found.chance, *found.named)
    }
    text = (ROOT / "docs" / "privacy.md").read_text()
    assert f"*invented* are the {found.claims:,}\nclaims of the {found.patients} patients" in text


def test_the_readme_says_what_amounts_give_away(found: Attack) -> None:
    text = " ".join((ROOT / "README.md").read_text().split())
    (_, _, with_flag, _, _, with_amounts, _) = (synthea[0] for synthea in TOLD.values())

    assert "names the benefit of two claims in three, and of one in three without" in text
    assert with_amounts == pytest.approx(66.7, abs=3)
    assert with_flag == pytest.approx(33.3, abs=3)
