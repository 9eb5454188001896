"""salus.product.brochure: a benefit table in words, as a brochure would print it

given terms of each kind
    the share, the deductible, the sum and the nights should be said with their amounts
given limits, a waiting period, an authorisation and a group
    each should be said, and only if the benefit has it
given a plan
    every benefit should be there, under its category, with whose bills and where
"""

from __future__ import annotations

from typing import Any

import pytest

from salus import product
from salus.product.brochure import paid_words, terms_lines, words_of

ROW = "  - {{code: {code}, title: Title, words: W, category: {category}, terms: {terms}, {more}}}\n"


def table(terms: str, *, currency: str = "USD", group: str = "") -> product.Table:
    more = f"group: {group}, " if group else ""
    rows = [
        ROW.format(code="teeth", category="dental", terms="one", more=f"{more}when: {{claim_types: [oral]}}"),
        ROW.format(
            code="nights",
            category="hospital",
            terms="one",
            more=f"{more}when: {{claim_types: [institutional, professional], "
            "encounter_classes: [IMP, EMER], diagnoses: {icd10cm: [J45]}}",
        ),
        ROW.format(code="more", category="hospital", terms="one", more="when: {items: {cdt: [D1]}}"),
        ROW.format(code="rest", category="hospital", terms="one", more="when: {}"),
    ]
    text = (
        f'name: s\nversion: "1"\ntitle: Small plan\ncurrency: {currency}\nterms:\n  one: {terms}\nbenefits:\n'
    )
    return product.parse(text + "".join(rows), verify=False)


def lines(terms: str, **options: Any) -> list[str]:
    found = table(terms, **options)
    return list(terms_lines(found["teeth"], found))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("kind: indemnity, share_bps: 10000", "100 % of the bill, without a deductible"),
        (
            "kind: indemnity, share_bps: 8000, deductible_applies: true",
            "80 % of the bill after the deductible; the member bears 20 %",
        ),
        ("kind: indemnity, share_bps: 0", "0 % of the bill, without a deductible; the member bears 100 %"),
        (
            "kind: indemnity, share_bps: 3333",
            "33.33 % of the bill, without a deductible; the member bears 66.67 %",
        ),
        (
            'kind: scheduled, share_bps: 10000, rate: "1500.50"',
            "1,500.50 USD for each unit (a visit, a day), whatever is billed",
        ),
        (
            'kind: scheduled, share_bps: 10000, rate: "25000", unit_limit: 1',
            "25,000.00 USD whatever is billed",
        ),
        (
            'kind: scheduled, share_bps: 10000, rate: "200.00", by_night: true, elimination_days: 2',
            "200.00 USD for each night of a stay, from night 3 on, whatever is billed",
        ),
    ],
)
def test_says_what_is_paid(terms: str, expected: str) -> None:
    found = table(f"{{{terms}}}")

    assert paid_words(found["teeth"].terms, "USD") == expected
    assert lines(f"{{{terms}}}")[0] == f"pays: {expected}"


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ('claim_limit: "70.00"', ["limit: at most 70.00 USD for one claim"]),
        (
            'claim_limit: "70", group_limit: "1500", unit_limit: 12',
            ["limit: at most 70.00 USD for one claim, at most 1,500.00 USD a year, at most 12 units a year"],
        ),
        ("unit_limit: 1", ["limit: once a year"]),
        ("waiting_days: 90", ["waiting period: the first 90 days of a member's cover"]),
        ("authorisation: true", ["authorisation: needed before the care; without it no claim is decided"]),
    ],
)
def test_says_limits_and_conditions(terms: str, expected: list[str]) -> None:
    assert lines(f"{{kind: indemnity, share_bps: 8000, {terms}}}")[1:] == expected


def test_says_with_how_many_others_a_limit_is_shared() -> None:
    nights = '{kind: scheduled, share_bps: 10000, rate: "9", by_night: true, unit_limit: 90}'

    assert lines(nights, group="cash")[1:] == [
        "limit: at most 90 nights a year (yearly limits are shared with 1 other benefit: group cash)"
    ]
    assert lines(nights)[1:] == ["limit: at most 90 nights a year"]


def test_amounts_are_in_the_tables_currency() -> None:
    terms = '{kind: indemnity, share_bps: 8000, group_limit: "1500"}'

    assert lines(terms, currency="JPY")[1] == "limit: at most 1,500 JPY a year"
    assert lines(terms, currency="KWD")[1] == "limit: at most 1,500.000 KWD a year"


def test_prints_the_plan() -> None:
    paid = "    pays: 80 % of the bill, without a deductible; the member bears 20 %"

    title, scope, *rest = words_of(table("{kind: indemnity, share_bps: 8000}"))

    assert (title, scope.partition(".")[0]) == ("Small plan", "Amounts are in USD")
    assert rest[:-2] == [
        "",
        "DENTAL",
        "  Title (teeth)",
        "    for: bills of dentists",
        paid,
        "",
        "HOSPITAL",
        "  Title (nights)",
        "    for: bills of hospitals and doctors; in an emergency or a hospital stay; listed illnesses",
        paid,
        "  Title (more)",
        "    for: listed services",
        paid,
        "  Title (rest)",
        "    for: any care",
        paid,
    ]


@pytest.mark.parametrize("name", ["family", "critical-illness"])
def test_prints_every_benefit_of_a_shipped_plan(name: str) -> None:
    shipped = product.shipped(name)
    printed = list(words_of(shipped))

    for benefit in shipped:
        assert printed.count(f"  {benefit.title} ({benefit.code})") == 1
    amounts = {
        "family": "at most 1,500.00 USD a year",
        "critical-illness": "25,000.00 USD whatever is billed",
    }
    assert any(amounts[name] in line for line in printed)
