"""salus.insurer.attack, salus.insurer.onlooker: what the chain gives away of claims, measured

given bill lines
    an onlooker should see setting, nights, bills of a case and amount, and a name that holds for one year
given claims of which one benefit is the most frequent
    by base rates the attacker should name it for each claim that looks like it, and no other
    by chance it should name as many as look alike
given what tells benefits apart
    the flag, the kind of provider, nights, bills of a case and amounts should each name them on their rung
        and on none before it
    claims under one blinded name should be named together
given a benefit that only the attacked patient has used
    nobody's own claims should help against them
given fewer than two patients
    it should be refused
given the invented patients
    terms, flag and group should name little more than a third of the benefits of the family table
    on every rung the attacker should be better than chance
given the patients beside the project
    terms should hide more than they did when check-ups, visits and emergencies had terms of their own

SPECIFICATION X2.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from salus import fhir, product, samples
from salus.base.errors import InputError
from salus.claim.bill_line import BillLine
from salus.insurer.attack import LADDER, Attack, attack
from salus.insurer.onlooker import Seen, seen
from salus.product import BenefitRow, Category, CodeSet, Matcher, Table, Terms
from salus.product.settings import Provider, Setting
from tests.support.decided import bill

FAMILY = product.shipped("family")
FOLDER = Path(__file__).parents[4] / "shared" / "fhir"
TERMS = Terms(kind="indemnity", share_bps=8000)
OTHER = Terms(kind="indemnity", share_bps=9000)
TERMS_ALONE, FLAG, PROVIDER, CASE, AMOUNTS, TOGETHER = range(len(LADDER))


def row(code: str, category: Category, terms: Terms = TERMS, **when: Any) -> BenefitRow:
    when.setdefault("items", CodeSet(snomed=(code,)))
    return BenefitRow(code=code, title=code, words=code, category=category, terms=terms, when=Matcher(**when))


VISIT, SCAN = row("1", Category.PRIMARY), row("2", Category.IMAGING)
CHECK, ODD = row("3", Category.PRIMARY), row("4", Category.DENTAL, OTHER)
AMBULANCE = row("5", Category.TRANSPORT, encounter_classes={"EMER"})
DRUGS = row("6", Category.DRUGS, claim_types={"pharmacy"})
TABLE = Table(
    name="t",
    version="1",
    title="T",
    currency="USD",
    benefits=(AMBULANCE, DRUGS, VISIT, SCAN, CHECK, ODD),
)
LOOKALIKES = 4
"""VISIT, SCAN, CHECK and DRUGS, outside emergencies."""


def claims(patient: str, benefit: BenefitRow, count: int = 1, **changes: Any) -> list[Seen]:
    facts: dict[str, Any] = {
        "setting": Setting(Provider.GENERAL, emergency=False),
        "year": 2027,
        "nights": 0,
        "bills": 1,
        "billed": 100_00,
    }
    return [Seen(benefit=benefit, patient=patient, **{**facts, **changes}) for _ in range(count)]


def twice(benefit: BenefitRow, count: int = 1, **changes: Any) -> list[Seen]:
    """The same claims of two patients, each of which is attacked with what the other teaches."""
    return [one for patient in ("p", "q") for one in claims(patient, benefit, count, **changes)]


def benefits(found: Attack) -> list[float]:
    return [named.benefit for named in found.named]


# WHAT IS SEEN


def test_an_onlooker_sees_what_the_chain_shows() -> None:
    lines = [
        bill("1", "emergency.visit", 3, 900_00, emergency=True, encounter="e", nights=1),
        bill("2", "drugs.acute", 3, 20_00, emergency=True, encounter="e"),
        bill("3", "drugs.acute", 400, 30_00),
    ]

    stay, drug, later = seen(lines, FAMILY)

    assert stay.setting == Setting(Provider.HOSPITAL, emergency=True)
    assert drug.setting == Setting(Provider.PHARMACY, emergency=True)
    assert later.setting == Setting(Provider.PHARMACY, emergency=False)
    assert [(one.nights, one.bills, one.billed) for one in (stay, drug, later)] == [
        (1, 2, 900_00),
        (0, 2, 20_00),
        (0, 1, 30_00),
    ]
    assert drug.name != later.name, "a policy key is for one year"
    assert drug.name == next(seen([bill("4", "drugs.acute", 4, 1)], FAMILY)).name


# BASE RATES


def test_the_most_frequent_benefit_is_named() -> None:
    found = attack([*twice(VISIT, 6), *twice(SCAN, 3), *twice(CHECK, 1)], TABLE)

    assert (found.claims, found.patients) == (20, 2)
    assert benefits(found) == [pytest.approx(0.6)] * len(LADDER)
    assert [named.category for named in found.named] == [pytest.approx(0.7)] * len(LADDER)
    assert found.chance.benefit == pytest.approx(1 / LOOKALIKES)
    assert found.chance.category == pytest.approx((7 * 2 + 3 * 1) / 10 / LOOKALIKES)


def test_terms_of_its_own_name_a_benefit() -> None:
    found = attack([*twice(VISIT, 6), *twice(ODD, 4)], TABLE)

    assert benefits(found) == [1.0] * len(LADDER)
    assert found.chance.benefit == pytest.approx(0.6 / LOOKALIKES + 0.4)


@pytest.mark.parametrize(
    ("rung", "benefit", "facts"),
    [
        (FLAG, AMBULANCE, {"setting": Setting(Provider.GENERAL, emergency=True)}),
        (PROVIDER, DRUGS, {"setting": Setting(Provider.PHARMACY, emergency=False)}),
        (CASE, SCAN, {"nights": 2}),
        (CASE, SCAN, {"bills": 3}),
        (AMOUNTS, SCAN, {"billed": 871_00}),
        (AMOUNTS, SCAN, {"billed": 100_01}),
    ],
)
def test_each_rung_uses_one_thing_more(rung: int, benefit: BenefitRow, facts: dict[str, Any]) -> None:
    found = attack([*twice(VISIT, 6), *twice(benefit, 4, **facts)], TABLE)

    assert benefits(found) == [pytest.approx(0.6)] * rung + [1.0] * (len(LADDER) - rung)


def test_claims_under_one_name_are_named_together() -> None:
    """Of four claims for a scan, one has a price that visits have, too."""
    usual = [*twice(VISIT, 6), *twice(SCAN, 3, billed=871_00)]
    found = attack([*usual, *twice(SCAN, 1, billed=100_00)], TABLE)

    assert benefits(found)[AMOUNTS] == pytest.approx(0.9)
    assert benefits(found)[TOGETHER] == 1.0


def test_nobodys_own_claims_help_against_them() -> None:
    rare = claims("p", SCAN, 4, billed=871_00)

    found = attack([*twice(VISIT, 6), *rare], TABLE)

    assert benefits(found) == [pytest.approx(12 / 16)] * len(LADDER)


def test_one_patient_teaches_nothing() -> None:
    with pytest.raises(InputError, match="of fewer than two patients") as raised:
        attack(claims("p", VISIT, 3), TABLE)

    assert raised.value.field == "records"


# MEASURED


def test_among_the_invented_patients() -> None:
    lines = [line for line in samples.population(FAMILY) if isinstance(line, BillLine)]

    found = attack(seen(lines, FAMILY), FAMILY)

    assert found.patients == 240
    assert found.named[FLAG].benefit <= 0.35
    assert all(named.benefit > found.chance.benefit for named in found.named)
    assert all(named.category >= named.benefit for named in found.named)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the generated patients are not beside the project")
def test_among_the_patients_beside_the_project() -> None:
    """With six sets of terms the attacker named 63 % of the benefits by terms, flag and group."""
    profile = fhir.Profile(organizations="any", payers="any", total_may_differ="off")
    files = [path for path in sorted(FOLDER.glob("*.json")) if path.name != "MANIFEST.json"]
    lines = fhir.Summary.of(fhir.read(files, FAMILY, profile=profile)).lines

    found = attack(seen(lines, FAMILY), FAMILY)

    assert found.claims == 552
    assert found.named[FLAG].benefit <= 0.45
    assert found.chance.benefit <= 0.05
