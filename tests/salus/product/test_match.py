"""salus.table: code sets, matching and checks

given patterns
    an ICD-10-CM code should include everything under it; ranges should include their ends
    a SNOMED code should include itself only; a star should include a prefix, a dash a range
    overlap and inclusion of sets should follow from their patterns
given a table
    the first row that matches should win; an absent part should match anything
given rows
    one should be unreachable when earlier ones, alone or together, take all of its care
    two should overlap when they share care and neither includes the other
given terms
    it should count benefits, not codes; one over several ICD chapters should count by its category
given terms and groups, both of which calldata shows
    rrows with equal terms in equal groups should be alike, and fewer than five alike should be reported
    a reader of calldata should narrow a line down to exactly the reported rows
        in an emergency, to those of them that can be one

SPECIFICATION X2, X3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import ValidationError

from salus import product
from salus.base.errors import TableError
from salus.cover.keys import MemberKey
from salus.cover.schedule import blind_row
from salus.crypto.abi import ZERO_ADDRESS
from salus.product import BenefitRow, Care, Category, Code, CodeSet, Matcher, Table, Terms
from salus.product.settings import Provider, Setting, settings_of
from salus.types import Benefit
from tests.support.attacker import Attacker

TERMS = Terms(kind="indemnity", share_bps=8000)


def row(
    code: str,
    *,
    category: Category = Category.PRIMARY,
    terms: Terms = TERMS,
    group: str | None = None,
    **when: Any,
) -> BenefitRow:
    matcher = Matcher(**when)
    return BenefitRow(
        code=code, title=code, words=code, category=category, terms=terms, group=group, when=matcher
    )


def plan(*rows: BenefitRow) -> Table:
    return Table(name="t", version="1", title="T", currency="USD", benefits=rows)


@pytest.mark.parametrize(
    ("patterns", "inside", "outside"),
    [
        (
            CodeSet(icd10cm=("E11",)),
            [("icd10cm", "E11"), ("icd10cm", "E11.9")],
            [("icd10cm", "E12"), ("snomed", "E11")],
        ),
        (CodeSet(icd10cm=("E11.6",)), [("icd10cm", "E11.65")], [("icd10cm", "E11.9"), ("icd10cm", "E11")]),
        (CodeSet(icd10cm=("C00-C43",)), [("icd10cm", "C00.0"), ("icd10cm", "C43.9")], [("icd10cm", "C44.0")]),
        (CodeSet(icd10cm=("O00-O9A",)), [("icd10cm", "O9A.2")], [("icd10cm", "P00")]),
        (CodeSet(snomed=("123",)), [("snomed", "123")], [("snomed", "1234"), ("snomed", "12")]),
        (CodeSet(cdt=("D0*",)), [("cdt", "D0120")], [("cdt", "D1110")]),
        (
            CodeSet(cpt=("99202-99215",)),
            [("cpt", "99202"), ("cpt", "99215")],
            [("cpt", "99216"), ("cpt", "99201")],
        ),
        (CodeSet(cvx=("*",)), [("cvx", "08"), ("cvx", "140")], [("rxnorm", "140")]),
    ],
)
def test_patterns_hold_codes(patterns: CodeSet, inside: list[Any], outside: list[Any]) -> None:
    assert [code for code in inside if Code(*code) not in patterns] == []
    assert [code for code in outside if Code(*code) in patterns] == []


@pytest.mark.parametrize("pattern", ["", "D*0", "D5-D40", "D0180-D0120", "*x"])
def test_refuses_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(ValidationError, match="is not a code, a prefix"):
        CodeSet(cdt=(pattern,))


@pytest.mark.parametrize(
    ("one", "other", "overlap", "covers"),
    [
        (CodeSet(icd10cm=("E08-E13",)), CodeSet(icd10cm=("E11.9",)), True, True),
        (CodeSet(icd10cm=("E11.9",)), CodeSet(icd10cm=("E08-E13",)), True, False),
        (CodeSet(icd10cm=("E08-E11",)), CodeSet(icd10cm=("E11-E13",)), True, False),
        (CodeSet(icd10cm=("E11",)), CodeSet(snomed=("44054006",)), False, False),
        (CodeSet(icd10cm=("E11",), snomed=("1",)), CodeSet(snomed=("1",)), True, True),
        (CodeSet(snomed=("1",)), CodeSet(icd10cm=("E11",), snomed=("1",)), True, False),
        (CodeSet(cdt=("D0*",)), CodeSet(cdt=("D0120-D0180",)), True, True),
    ],
)
def test_sets_overlap_and_cover(one: CodeSet, other: CodeSet, overlap: bool, covers: bool) -> None:
    assert one.overlaps(other) is other.overlaps(one) is overlap
    assert one.covers(other) is covers


def test_the_first_matching_row_wins_and_absent_parts_match_anything() -> None:
    asthma = CodeSet(icd10cm=("J45",))
    small = plan(
        row("both", claim_types={"professional"}, diagnoses=asthma),
        row("class", encounter_classes={"EMER"}),
        row("item", items=CodeSet(snomed=("1",))),
    )
    code = frozenset({Code("icd10cm", "J45.20")})

    def match(*care: Any) -> str | None:
        benefit = small.match(Care(*care))
        return benefit.code if benefit else None

    assert match("professional", "EMER", frozenset(), code) == "both"
    assert match("institutional", "EMER", frozenset(), code) == "class"
    assert match("professional", "EMER") == "class"
    assert match("vision", "AMB", frozenset({Code("snomed", "1")}), code) == "item"
    assert match("vision", "AMB", frozenset({Code("snomed", "2")}), code) is None


def test_a_benefit_without_its_own_code_is_refused() -> None:
    with pytest.raises(TableError, match="a is the code of two benefits") as error:
        plan(row("a"), row("a", claim_types={"oral"}))
    assert error.value.field == "benefits.1.code"


def test_an_unknown_benefit_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="z"):
        plan(row("a"))["z"]


def test_finds_unreachable_rows() -> None:
    small = plan(
        row("oral", claim_types={"oral", "vision"}),
        row("emergency", encounter_classes={"EMER"}),
        row("reached", claim_types={"oral", "pharmacy"}),
        row("taken", claim_types={"oral"}, encounter_classes={"AMB"}),
        row("taken.together", claim_types={"vision", "professional"}, encounter_classes={"EMER"}),
    )

    unreachable = {f.benefit.code: [b.code for b in f.earlier] for f in product.unreachable(small)}

    assert unreachable.keys() == {"taken", "taken.together"}
    assert unreachable["taken"] == ["oral"]
    assert sorted(unreachable["taken.together"]) == ["emergency", "oral"]


def test_a_row_with_codes_does_not_hide_a_row_without() -> None:
    codes = CodeSet(snomed=("1",))

    assert product.unreachable(plan(row("narrow", items=codes), row("wide"))) == []
    assert [f.benefit.code for f in product.unreachable(plan(row("wide"), row("narrow", items=codes)))] == [
        "narrow"
    ]


def test_finds_rows_that_only_order_decides() -> None:
    small = plan(
        row("lung", diagnoses=CodeSet(icd10cm=("J45",))),
        row("scan", items=CodeSet(snomed=("1",))),
        row("special", claim_types={"oral"}, diagnoses=CodeSet(icd10cm=("K02",))),
        row("general", claim_types={"oral"}),
    )

    overlaps = {(f.first.code, f.second.code) for f in product.overlaps(small)}

    # `special` is inside `general`: this order is intended, so it is not reported.
    assert overlaps == {("lung", "scan"), ("scan", "special"), ("lung", "general"), ("scan", "general")}


def test_counts_benefits_not_codes() -> None:
    rows = [row(f"sugar{n}", diagnoses=CodeSet(icd10cm=(f"E{n:02}",))) for n in (8, 9, 10, 11, 13)]

    (finding,) = product.revealing(plan(*rows))

    assert len(finding.benefits) == 5
    assert finding.kinds == {"ICD-10-CM chapter 4"}


def test_a_benefit_over_several_chapters_is_of_its_category() -> None:
    wide = row("wide", category=Category.HOME, diagnoses=CodeSet(icd10cm=("C00-J99",)))

    (finding,) = product.revealing(plan(wide))

    assert finding.kinds == {"care at home"}


FIVE = ("drugs", "dental", "vision", "hearing", "hospital")
OTHER_TERMS = Terms(kind="indemnity", share_bps=5000)


def grouped(*groups: str | None, terms: dict[int, Terms] | None = None) -> Table:
    """Builds five rows of five kinds and equal terms for each named group; `terms` changes single rows."""
    own = terms or {}
    return plan(
        *(
            row(
                f"r{n}",
                category=Category(FIVE[n % 5]),
                group=group,
                terms=own.get(n, TERMS),
                items=CodeSet(snomed=(f"{n}",)),
            )
            for n, group in enumerate(groups)
        )
    )


def revealed(small: Table) -> list[list[str]]:
    return [[benefit.code for benefit in finding.benefits] for finding in product.revealing(small)]


def test_rows_that_look_alike_pass() -> None:
    assert revealed(grouped(*[None] * 5)) == []
    assert revealed(grouped(*["g"] * 5)) == []
    assert revealed(grouped("a", "b", "c", "d", "e")) == []
    assert revealed(grouped(*[None] * 5, *["g"] * 5)) == []


@pytest.mark.parametrize(
    ("groups", "alone"),
    [
        ((*[None] * 5, "g"), ["r5"]),
        ((*[None] * 5, "g", "g"), ["r5", "r6"]),
        (("a", "b", "c", "d", "e", "f", "f"), ["r5", "r6"]),
        ((*["g"] * 5, None), ["r5"]),
    ],
)
def test_a_separate_group_reveals_a_row(groups: tuple[str | None, ...], alone: list[str]) -> None:
    assert revealed(grouped(*groups)) == [alone]


def test_the_finding_tells_the_size_of_the_group() -> None:
    (finding,) = product.revealing(grouped(*[None] * 5, "g", "g"))

    assert finding.in_group == 2


def test_a_group_is_known_by_the_terms_of_its_rows() -> None:
    """Builds five groups of two rows; the second row of one group has other terms."""
    pairs = grouped(*"aabbccddee", *[None] * 5, terms={9: OTHER_TERMS})

    assert revealed(pairs) == [["r8"], ["r9"]]


@pytest.mark.parametrize("groups", [(*[None] * 5, "g"), ("a", "b", "c", "d", "e", "f", "f")])
def test_calldata_reveals_what_the_check_reports(groups: tuple[str | None, ...]) -> None:
    small, key = grouped(*groups), MemberKey.generate()
    lines = [calldata(small, blind_row(key, benefit)) for benefit in small]

    guesses = Attacker([small], []).attack(lines)

    few = [code for code, guess in zip(_codes(small), guesses, strict=True) if len(guess.candidates) < 5]
    assert [few] == revealed(small)
    for code, guess in zip(_codes(small), guesses, strict=True):
        assert code in _codes(guess.candidates)


@pytest.mark.parametrize("name", ["family", "critical-illness"])
@pytest.mark.parametrize("emergency", [False, True])
def test_calldata_reveals_no_row_of_a_shipped_table(name: str, emergency: bool) -> None:
    shipped, key = product.shipped(name), MemberKey.generate()
    setting = Setting(Provider.GENERAL, emergency)
    used = [row for row, at in zip(shipped, settings_of(shipped), strict=True) if setting in at]
    lines = [calldata(shipped, blind_row(key, benefit), emergency=emergency) for benefit in used]

    assert used
    for code, guess in zip(_codes(used), Attacker([shipped], []).attack(lines), strict=True):
        assert not guess.certain
        assert code in _codes(guess.candidates)
        assert len(guess.candidates) >= 5


def test_the_flag_narrows_what_calldata_reveals() -> None:
    small = plan(
        *(row(f"r{n}", items=CodeSet(snomed=(f"{n}",)), encounter_classes={"AMB"}) for n in range(6)),
        *(row(f"e{n}", items=CodeSet(snomed=(f"{n}",)), encounter_classes={"EMER"}) for n in range(2)),
    )
    leaf = blind_row(MemberKey.generate(), small["e1"])

    (guess,) = Attacker([small], []).attack([calldata(small, leaf, emergency=True)])

    assert _codes(guess.candidates) == ["e0", "e1"]


def calldata(small: Table, leaf: Benefit, *, emergency: bool = False) -> dict[str, Any]:
    """Returns what an attacker can read of a filed line."""
    zero = {"member": ("commitment", "schedule"), "diagnosis": ("billLine", "caseId", "record")}
    return {
        **{
            part: {"flags": int(emergency), **dict.fromkeys(names, bytes(32))} for part, names in zero.items()
        },
        "policy": {
            **dict.fromkeys(("salt", "members"), bytes(32)),
            **dict.fromkeys(("holder", "payee", "pool"), ZERO_ADDRESS),
            "benefitTable": small.hash,
        },
        "member": {"commitment": bytes(32), "schedule": bytes(32), "consentSigner": ZERO_ADDRESS},
        "benefit": {part.solidity: getattr(leaf, part.name) for part in leaf.parts},
    }


def _codes(rows: Iterable[BenefitRow]) -> list[str]:
    return [benefit.code for benefit in rows]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "indemnity", "share_bps": 8000, "rate": 1}, "are for scheduled"),
        ({"kind": "scheduled", "share_bps": 8000, "rate": 1}, "share_bps of 10000"),
        ({"kind": "scheduled", "share_bps": 10_000}, "need a rate"),
        ({"kind": "scheduled", "share_bps": 10_000, "rate": 1, "deductible_applies": True}, "no deductible"),
        ({"kind": "scheduled", "share_bps": 10_000, "rate": 1, "elimination_days": 1}, "need by_night"),
        ({"kind": "indemnity", "share_bps": 8000, "claim_limit": 10**15 + 1}, "less than or equal"),
        ({"kind": "indemnity", "share_bps": 8000, "waiting_days": -1}, "greater than or equal"),
    ],
)
def test_terms_fit_their_kind(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Terms(**fields)
