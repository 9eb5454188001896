"""salus.product.proposal, salus.product.diversity: what to change when a table reveals a benefit

given a dental plan of six benefits with three sets of terms
    the refusal should declare what the plan reveals, and give all benefits one of its sets
        with these changes in the file, and no override, the table should pass
        with the declaration alone, or with the changes alone, it should not
given a larger plan in which a few benefits stand out
    they should get the terms that are most like theirs, and the others should stay as they are
given benefits that stand out by their group
    the proposal should put them into a group or take them out of it
given any table
    the proposal should pass the check, and change nothing in a table that passes
given a declaration of what the plan reveals
    it should be refused for a plan that is not small, and when it does not name the plan's kinds
    it should not change the hash
"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from ruamel.yaml import YAML

from salus import product
from salus.base.errors import TableError
from salus.product import BenefitRow, Category, CodeSet, Matcher, Table, Terms
from salus.product.proposal import propose

DENTAL = """\
name: teeth
version: "1"
title: Dental plan
currency: USD
terms:
  prevention: {kind: indemnity, share_bps: 10000}
  basic: {kind: indemnity, share_bps: 8000}
  major: {kind: indemnity, share_bps: 5000, group_limit: "1500.00", waiting_days: 180}
benefits:
"""
ROWS = (
    ("check", "prevention", "D0*", ""),
    ("cleaning", "prevention", "D1*", ""),
    ("fillings", "basic", "D2*", ""),
    ("roots", "basic", "D3*", ""),
    ("crowns", "major", "D5*", "major"),
    ("braces", "major", "D8*", "major"),
)
DENTAL += "".join(
    f"  - code: {code}\n    title: T\n    words: W\n    category: dental\n    terms: {terms}\n"
    + (f"    group: {group}\n" if group else "")
    + f"    when: {{items: {{cdt: ['{pattern}']}}}}\n"
    for code, terms, pattern, group in ROWS
)


def refused(text: str) -> TableError:
    with pytest.raises(TableError) as raised:
        product.parse(text, file="teeth.yaml")
    return raised.value


def applied(text: str, remedy: str, *, declare: bool = True, change: bool = True) -> str:
    """Makes the changes that a refusal names in the file, as its reader would."""
    yaml = YAML()
    document: Any = yaml.load(text)
    rows = {row["code"]: row for row in document["benefits"]}
    if declare and (found := re.search(r"add the line plan_reveals: (\[.*\])", remedy)):
        document["plan_reveals"] = YAML(typ="safe").load(found[1])
    for line, code, edit in re.findall(r"^  line (\d+), (\S+): (.*)$", remedy, re.MULTILINE):
        assert f"code: {code}" in text.splitlines()[int(line) - 1]
        for part in edit.split(", ") if change else ():
            if part == "no group":
                del rows[code]["group"]
            else:
                name, value = part.split(": ")
                rows[code][name] = value
    written = StringIO()
    yaml.dump(document, written)
    return written.getvalue()


# IN THE FILE


def test_a_small_dental_plan_passes_with_the_proposed_changes() -> None:
    remedy = refused(DENTAL).remedy or ""

    passed = product.parse(applied(DENTAL, remedy))

    assert passed.plan_reveals == {"dental"}
    assert {(row.terms.share_bps, row.group) for row in passed} == {(8000, None)}
    assert product.revealing(passed) == []


def test_the_refusal_says_what_each_change_means() -> None:
    error = refused(DENTAL)

    assert (error.line, error.field) == (14, "benefits.0.terms")
    assert error.message.startswith("the terms of check are shared by 2 benefits of 1 kind, so they reveal")
    assert (error.remedy or "").splitlines() == [
        "with these changes it passes:",
        "  add the line plan_reveals: [dental]",
        "    The plan has 6 benefits of 1 kind, and who knows the plan knows that much.",
        "  line 10, check: terms: basic",
        "    80 % of the bill, without a deductible; the member bears 20 %",
        "    instead of 100 % of the bill, without a deductible",
        "  line 16, cleaning: terms: basic",
        "    80 % of the bill, without a deductible; the member bears 20 %",
        "    instead of 100 % of the bill, without a deductible",
        "  line 34, crowns: terms: basic, no group",
        "    80 % of the bill, without a deductible; the member bears 20 %",
        "    instead of 50 % of the bill, without a deductible; the member bears 50 %",
        "  line 41, braces: terms: basic, no group",
        "    80 % of the bill, without a deductible; the member bears 20 %",
        "    instead of 50 % of the bill, without a deductible; the member bears 50 %",
        "or accept that the chain reveals them: "
        "diversity_override: [check, cleaning, fillings, roots, crowns, braces]",
    ]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            {"change": False},
            "2 benefits of 1 kind, so they reveal the benefit on the chain; at least 5 benefits of 1 kind",
        ),
        (
            {"declare": False},
            "6 benefits of 1 kind, so they reveal the benefit on the chain; at least 5 benefits of 3 kinds",
        ),
    ],
)
def test_half_of_the_changes_are_not_enough(part: dict[str, bool], expected: str) -> None:
    half = applied(DENTAL, refused(DENTAL).remedy or "", **part)

    error = refused(half)

    assert expected in error.message
    # and the rest is proposed from there
    assert product.revealing(product.parse(applied(half, error.remedy or ""))) == []


# IN GENERAL


def row(
    code: str, terms: Terms, category: Category = Category.DENTAL, group: str | None = None
) -> BenefitRow:
    when = Matcher(items=CodeSet(snomed=(code,)))
    return BenefitRow(
        code=code, title=code, words=code, category=category, terms=terms, when=when, group=group
    )


def table(rows: list[BenefitRow]) -> Table:
    return Table(name="t", version="1", title="T", currency="USD", benefits=tuple(rows))


def share(bps: int, **more: Any) -> Terms:
    return Terms(kind="indemnity", share_bps=bps, **more)


def spread(count: int, terms: Terms, name: str, group: str | None = None) -> list[BenefitRow]:
    """Benefits of one look, over several kinds."""
    kinds = list(Category)
    return [row(f"{name}{number}", terms, kinds[number % len(kinds)], group) for number in range(count)]


def test_who_stands_out_gets_the_terms_most_like_its_own() -> None:
    plan = table(
        [*spread(6, share(8000), "a"), *spread(6, share(5000), "b"), row("odd", share(5500, waiting_days=30))]
    )

    proposal = propose(plan)

    assert [(change.benefit.code, change.terms) for change in proposal.changes] == [("odd", share(5000))]
    assert proposal.plan_reveals == ()


def test_few_benefits_are_merged_with_each_other_before_a_large_set_changes() -> None:
    plan = table(
        [
            *spread(20, share(10_000), "a"),
            *spread(3, share(5000), "b"),
            *[replace(one, code=f"c{one.code}") for one in spread(6, share(5200), "b")[3:]],
        ]
    )

    proposal = propose(plan)

    assert {change.benefit.terms.share_bps for change in proposal.changes} <= {5000, 5200}
    assert len(proposal.changes) == 3


def test_what_is_accepted_by_name_is_left_as_it_is() -> None:
    plan = table([*spread(5, share(8000), "a"), *spread(4, share(9000), "b"), row("rare", share(100))])

    proposal = propose(plan, frozenset({"rare"}))

    assert [change.benefit.code for change in proposal.changes] == ["b0", "b1", "b2", "b3"]
    assert [one.benefits for one in product.revealing(proposal.table)] == [(plan["rare"],)]


def test_who_has_no_group_joins_the_only_one() -> None:
    once = share(8000, unit_limit=1)
    plan = table([*spread(6, once, "a", "cash"), row("late", once, Category.VISION)])

    (change,) = propose(plan).changes

    assert (change.benefit.code, change.terms, change.group) == ("late", once, "cash")


def test_a_table_that_passes_stays_as_it_is() -> None:
    for name in ("family", "critical-illness"):
        shipped = product.shipped(name)
        assert propose(shipped).changes == ()
        assert propose(shipped).table is shipped


@pytest.mark.parametrize("seed", range(60))
def test_every_proposal_passes_with_mixed_groups(seed: int) -> None:
    """Groups of rows with different terms: what leaves or joins one changes the look of those that stay."""
    rng = random.Random(seed)
    pool = [share(bps) for bps in (4000, 6000, 8000, 9000)]
    plan = table(
        [
            row(
                f"r{number}",
                rng.choice(pool),
                rng.choice(list(Category)[:6]),
                rng.choice((None, "g0", "g1", "g2")),
            )
            for number in range(rng.randint(5, 30))
        ]
    )

    assert product.revealing(propose(plan).table) == []


@pytest.mark.parametrize("seed", range(60))
def test_every_proposal_passes(seed: int) -> None:
    rng = random.Random(seed)
    pool = [
        share(rng.choice((5000, 8000, 10_000)), waiting_days=rng.choice((0, 90))),
        share(7000, group_limit=rng.choice((0, 100_00)), unit_limit=rng.choice((0, 3))),
        share(9000, deductible_applies=True, authorisation=rng.choice((True, False))),
        Terms(kind="scheduled", share_bps=10_000, rate=rng.randint(1, 900_00)),
        Terms(kind="scheduled", share_bps=10_000, rate=200_00, by_night=True, unit_limit=90),
    ]
    kinds = rng.sample(list(Category), rng.randint(1, 5))
    rows = []
    for number in range(rng.randint(1, 24)):
        kind = rng.randrange(len(pool))
        group = rng.choice((None, f"g{kind}-{rng.randint(0, 2)}"))
        rows.append(row(f"r{number}", pool[kind], rng.choice(kinds), group))

    plan = table(rows)
    proposal = propose(plan)

    assert product.revealing(proposal.table) == []
    changed = {change.benefit.code: change for change in proposal.changes}
    for before, after in zip(plan, proposal.table, strict=True):
        wanted = changed.get(before.code)
        assert (after.terms, after.group) == (
            (wanted.terms, wanted.group) if wanted else (before.terms, before.group)
        )
        assert after.terms in pool
    assert proposal.table.plan_reveals == frozenset(proposal.plan_reveals)


# WHAT A SMALL PLAN REVEALS


def test_only_a_small_plan_may_declare_what_it_reveals() -> None:
    error = refused(
        DENTAL.replace("benefits:", "plan_reveals: [dental]\nbenefits:", 1)
        .replace("category: dental", "category: vision", 1)
        .replace("category: dental", "category: hearing", 1)
    )

    assert (error.field, error.line) == ("plan_reveals", 9)
    assert error.message == "is for a small plan, but this one has 6 benefits of 3 kinds"


@pytest.mark.parametrize("named", ["[vision]", "[dental, vision]"])
def test_the_declaration_names_the_plans_kinds(named: str) -> None:
    error = refused(DENTAL.replace("benefits:", f"plan_reveals: {named}\nbenefits:", 1))

    assert (error.field, error.remedy) == ("plan_reveals", "write plan_reveals: [dental]")


def test_the_declaration_does_not_change_the_hash() -> None:
    declared = DENTAL.replace("benefits:", "plan_reveals: [dental]\nbenefits:", 1)

    assert product.parse(declared, verify=False).hash == product.parse(DENTAL, verify=False).hash
