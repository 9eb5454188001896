"""salus.product.settings, salus.product.alike: what the flag and the kind of provider tell of a benefit

given a row
    it should be used in the settings whose care no earlier row takes, and in no others
    a flag should be shown exactly where an emergency can reach it
given terms shared by enough benefits, of which too few can be used in an emergency
    the check should name those, with the setting
    the proposal should give them terms that enough others have there
    when too few benefits can be used there at all, it should say that terms cannot mend it
given a provider that bills few kinds of care
    all that it can bill should look alike
    terms that are shared there alone should still be refused, because other providers bill everything
given the shipped tables
    in every setting enough benefits should look alike
    a birth should hide among other emergencies and other stays, and there should be few sets of terms

SPECIFICATION X2, X3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from salus import product
from salus.base.errors import TableError
from salus.product import BenefitRow, Category, CodeSet, Matcher, Table, Terms
from salus.product.alike import alike
from salus.product.proposal import propose
from salus.product.settings import Provider, Setting, settings_of, specialist

TERMS = Terms(kind="indemnity", share_bps=8000)
OTHER = Terms(kind="indemnity", share_bps=9000)
DOCTORS = {"institutional", "professional"}
KINDS = list(Category)


def row(code: str, terms: Terms = TERMS, category: Category = Category.PRIMARY, **when: Any) -> BenefitRow:
    when.setdefault("items", CodeSet(snomed=(code,)))
    return BenefitRow(code=code, title=code, words=code, category=category, terms=terms, when=Matcher(**when))


def visits(count: int, terms: Terms = TERMS, name: str = "v", **when: Any) -> list[BenefitRow]:
    """Benefits of one look and of different kinds."""
    return [row(f"{name}{number}", terms, KINDS[number], **when) for number in range(count)]


def plan(*rows: BenefitRow) -> Table:
    return Table(name="t", version="1", title="T", currency="USD", benefits=rows)


def found(table: Table) -> list[tuple[str, list[str]]]:
    return [(one.setting.words, [row.code for row in one.benefits]) for one in product.revealing(table)]


# SETTINGS


@pytest.mark.parametrize(
    ("when", "settings"),
    [
        ({"claim_types": {"pharmacy"}, "encounter_classes": {"AMB"}}, {"", "at a pharmacy"}),
        (
            {"claim_types": {"oral"}, "encounter_classes": {"EMER"}},
            {"in an emergency", "in an emergency at a dentist"},
        ),
        (
            {"claim_types": {"vision"}, "encounter_classes": {"EMER", "VR"}},
            {"", "at an optician", "in an emergency", "in an emergency at an optician"},
        ),
        ({"claim_types": DOCTORS, "encounter_classes": {"IMP"}}, {"", "at a hospital or doctor"}),
    ],
)
def test_a_row_is_used_where_its_care_is(when: dict[str, Any], settings: set[str]) -> None:
    (at,) = settings_of(plan(row("r", **when)))

    assert {setting.words for setting in at} == settings


def test_an_earlier_row_takes_the_care_of_its_settings() -> None:
    emergencies = row("emergency", claim_types={"pharmacy"}, encounter_classes={"EMER"}, items=None)
    wider = row("wider", claim_types={"pharmacy", "oral"})

    first, second = settings_of(plan(emergencies, wider))

    assert first == {Setting(Provider.GENERAL, True), Setting(Provider.PHARMACY, True)}
    assert Setting(Provider.PHARMACY, False) in second
    assert Setting(Provider.PHARMACY, True) not in second
    assert Setting(Provider.GENERAL, True) in second, "a dentist's emergency reaches it"


def test_a_row_that_nothing_reaches_is_used_nowhere() -> None:
    everything, nothing = row("everything", items=None), row("nothing")

    assert settings_of(plan(everything, nothing))[1] == set()


def test_a_laboratory_bills_tests_alone() -> None:
    blood = row("blood", category=Category.LABORATORY, claim_types=DOCTORS)
    visit = row("visit", claim_types=DOCTORS)

    at = [{setting.provider for setting in settings} for settings in settings_of(plan(blood, visit))]

    doctor = {Provider.GENERAL, Provider.HOSPITAL}
    assert at == [doctor | {Provider.LABORATORY}, doctor]
    assert specialist(visit, "professional") is Provider.HOSPITAL
    assert specialist(blood, "institutional") is Provider.LABORATORY


# EMERGENCIES


def test_the_flag_names_the_only_benefit_that_can_be_an_emergency() -> None:
    birth = row("birth", category=Category.MATERNITY, encounter_classes={"EMER", "IMP"})
    others = visits(9, encounter_classes={"AMB", "IMP"})
    emergencies = visits(6, OTHER, "e", encounter_classes={"AMB", "EMER"})

    table = plan(birth, *others, *emergencies)

    assert found(table) == [("in an emergency", ["birth"])]
    proposal = propose(table)
    assert [(change.benefit.code, change.terms) for change in proposal.changes] == [("birth", OTHER)]
    assert product.revealing(proposal.table) == []


def test_a_proposal_for_emergencies_reveals_nothing_elsewhere() -> None:
    """With the terms of the emergencies, the birth would be the only stay that has them."""
    birth = row("birth", category=Category.MATERNITY, encounter_classes={"EMER", "IMP"})
    emergencies = visits(6, OTHER, "e", encounter_classes={"EMER"})

    proposal = propose(plan(birth, *visits(9, encounter_classes={"AMB", "IMP"}), *emergencies))

    assert {change.benefit.code for change in proposal.changes} == {row.code for row in emergencies}
    assert product.revealing(proposal.table) == []


def test_what_was_changed_before_is_not_counted_again() -> None:
    """Therapies that no emergency reaches make the aids stand out. Once both have other terms, teeth and
    glasses follow those that are most like theirs."""
    family = product.shipped("family")
    rows = sorted(family, key=lambda row: row.category is Category.REHABILITATION)
    late = replace(family, benefits=tuple(rows))

    proposal = propose(late)

    assert [words for words, _ in found(late)] == ["in an emergency at a hospital or doctor"]
    followed = [change for change in proposal.changes if change.benefit.category is Category.DENTAL]
    assert {change.terms for change in followed} == {family["visit.primary"].terms}
    assert product.revealing(proposal.table) == []


def test_no_terms_hide_what_alone_can_be_an_emergency() -> None:
    birth = row("birth", category=Category.MATERNITY, encounter_classes={"EMER", "IMP"})
    table = plan(birth, *visits(9, encounter_classes={"AMB", "IMP"}))

    proposal = propose(table)

    assert proposal.changes == ()
    assert [(one.setting.words, one.benefits) for one in proposal.shortages] == [
        ("in an emergency", (birth,))
    ]
    assert propose(table, frozenset({"birth"})).shortages == ()


TEXT = """\
name: small
version: "1"
title: Small plan
currency: USD
terms:
  one: {kind: indemnity, share_bps: 8000}
benefits:
"""
KINDS_OF_TEXT = ("maternity", "dental", "vision", "hearing", "hospital", "drugs")


def text(*emergencies: int) -> str:
    """A table of six benefits, of which these can be emergencies."""
    return TEXT + "".join(
        f"  - code: b{n}\n    title: T\n    words: W\n    category: {kind}\n    terms: one\n"
        f"    when: {{claim_types: [professional], encounter_classes: [AMB{', EMER' * (n in emergencies)}],\n"
        f"      items: {{snomed: ['{n}']}}}}\n"
        for n, kind in enumerate(KINDS_OF_TEXT)
    )


def test_the_refusal_says_what_terms_cannot_mend() -> None:
    with pytest.raises(TableError) as raised:
        product.parse(text(0, 3))

    assert (raised.value.line, raised.value.field) == (12, "benefits.0.terms")
    assert raised.value.message == (
        "the terms of b0 are shared in an emergency by 2 benefits of 2 kinds, so they reveal the benefit on "
        "the chain; at least 5 benefits of 3 kinds must share them"
    )
    assert (raised.value.remedy or "").splitlines() == [
        "no change of terms is enough: in an emergency no benefits can be used but b0, b3",
        "  change encounter_classes until at least 5 benefits of 3 kinds can be used there, or none",
        "or accept that the chain reveals them: diversity_override: [b0, b3]",
    ]


@pytest.mark.parametrize("emergencies", [(), (0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5)])
def test_as_the_refusal_says_enough_or_none_pass(emergencies: tuple[int, ...]) -> None:
    assert product.revealing(product.parse(text(*emergencies))) == []


# PROVIDERS


def test_at_a_dentist_all_that_it_bills_looks_alike() -> None:
    checks, fillings = (
        row(code, terms, Category.DENTAL, claim_types={"oral"})
        for code, terms in (("check", TERMS), ("filling", OTHER))
    )
    others = (*visits(6, claim_types=DOCTORS), *visits(6, OTHER, "o", claim_types=DOCTORS))

    assert found(plan(checks, fillings, *others)) == [
        ("at a dentist", ["check"]),
        ("at a dentist", ["filling"]),
    ]
    assert product.revealing(plan(checks, BenefitRow(**_fields(fillings) | {"terms": TERMS}), *others)) == []


def test_what_is_alike_at_one_provider_alone_is_refused() -> None:
    teeth = [row(f"t{n}", OTHER, Category.DENTAL, claim_types={"oral"}) for n in range(4)]

    assert found(plan(*teeth, *visits(6, claim_types=DOCTORS))) == [("", ["t0", "t1", "t2", "t3"])]


def test_a_hospital_is_no_pharmacy() -> None:
    """Drugs do not hide what a doctor bills, when all know that the doctor sells none."""
    drugs = visits(6, name="d", claim_types={"pharmacy"})
    surgery = visits(4, name="s", claim_types=DOCTORS)
    others = visits(6, OTHER, claim_types=DOCTORS)

    assert found(plan(*drugs, *surgery, *others)) == [("at a hospital or doctor", ["s0", "s1", "s2", "s3"])]


def _fields(benefit: BenefitRow) -> dict[str, Any]:
    return {name: getattr(benefit, name) for name in BenefitRow.__dataclass_fields__}


# THE SHIPPED TABLES


@pytest.mark.parametrize("name", ["family", "critical-illness"])
def test_in_every_setting_enough_look_alike(name: str) -> None:
    sets = alike(product.shipped(name))

    assert not any(one.is_revealing for one in sets)
    for one in sets:
        if one.setting.provider in (Provider.GENERAL, Provider.HOSPITAL):
            assert len(one.benefits) >= 5, one.setting.words
            assert len(one.kinds) >= 3, one.setting.words


@pytest.mark.parametrize("emergency", [True, False])
def test_a_birth_hides(emergency: bool) -> None:
    (one,) = (
        one
        for one in alike(product.shipped("family"))
        if one.setting == Setting(Provider.HOSPITAL, emergency)
        and "maternity.birth" in [row.code for row in one.benefits]
    )

    assert len(one.benefits) >= 8
    assert len(one.kinds) >= 6
