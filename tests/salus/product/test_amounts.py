"""salus.product.amounts: the amounts of a benefit table

given amounts in quotes
    they should count in the table's currency, with no more decimals than it has
given a table of the earlier form, whose amounts are minor units without quotes
    it should be refused, and the error should contain each of its lines as it should be
    the lines, put in place, should give a table with the same hash as before
    a number that is no amount should be refused without a proposal
given the shipped tables
    their hashes should be those that sold policies name
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from salus import product
from salus.base.errors import TableError

HASHES = {
    "family": "e15ef1f00605faa25f8d4fc477a1b8033598243640bc1fc88d3cc5723ca01b76",
    "critical-illness": "1cc1529721195075a75f99945f7c7a69763bcf99fd72e4ed340a9c643ecf97c0",
}
"""Of the tables as they were first published."""


def table(terms: str, currency: str = "USD") -> str:
    rows = "".join(
        f"  - {{code: {name}, title: T, words: W, category: dental, terms: {name}, "
        f"when: {{items: {{cdt: [{code}]}}}}}}\n"
        for name, code in (("one", "D1"), ("two", "D2"))
    )
    return f'name: small\nversion: "1"\ntitle: S\ncurrency: {currency}\nterms:\n{terms}benefits:\n{rows}'


OLD = """\
  one: {kind: scheduled, share_bps: 10000, rate: 20_000, "claim_limit": 500000}   # c
  two:
    kind: indemnity
    share_bps: 8000
    group_limit: 150000
    claim_limit: 5
"""
NEW = """\
  one: {kind: scheduled, share_bps: 10000, rate: "200.00", "claim_limit": "5000.00"}   # c
  two:
    kind: indemnity
    share_bps: 8000
    group_limit: "1500.00"
    claim_limit: "0.05"
"""


def read(text: str) -> product.Table:
    return product.parse(text, file="small.yaml", verify=False)


def refused(text: str) -> TableError:
    with pytest.raises(TableError) as raised:
        read(text)
    return raised.value


def corrected(text: str, error: TableError) -> str:
    """Puts the lines of the error where it says, as its reader would."""
    lines = text.splitlines()
    for number, line in re.findall(r"^  line (\d+): (.*)$", error.remedy or "", re.MULTILINE):
        before = lines[int(number) - 1]
        lines[int(number) - 1] = before[: len(before) - len(before.lstrip())] + line
    return "\n".join(lines) + "\n"


# AMOUNTS


@pytest.mark.parametrize(
    ("currency", "written", "minor"),
    [
        ("USD", "1500.00", 150_000),
        ("USD", "1500", 150_000),
        ("USD", "0.1", 10),
        ("USD", "0", 0),
        ("USD", "10000000000000.00", 10**15),
        ("JPY", "1500", 1_500),
        ("JPY", "1500.00", 1_500),
        ("KWD", "1.234", 1_234),
    ],
)
def test_an_amount_counts_in_the_currency(currency: str, written: str, minor: int) -> None:
    terms = f'  one: {{kind: indemnity, share_bps: 1, group_limit: "{written}"}}\n'
    text = table(terms + "  two: {kind: indemnity, share_bps: 1}\n", currency)

    assert read(text)["one"].terms.group_limit == minor


@pytest.mark.parametrize(
    ("currency", "written", "expected"),
    [
        ("USD", '"1500.005"', "1500.005 has more than the 2 decimals of USD"),
        ("JPY", '"1500.5"', "1500.5 has more than the 0 decimals of JPY"),
        ("USD", '"10000000000000.01"', "is too large for a bill"),
        ("USD", '"1,500.00"', "'1,500.00' is not a decimal amount"),
        ("USD", '"-1"', "'-1' is not a decimal amount"),
        ("USD", '"1e3"', "'1e3' is not a decimal amount"),
        ("USD", '"١٥"', "'١٥' is not a decimal amount"),
        ("USD", "1500 USD", "'1500 USD' is not a decimal amount"),
        ("USD", "", "it is not a decimal amount"),
        ("USD", "true", "it is not a decimal amount"),
        ("USD", "[5]", "it is not a decimal amount"),
        ("USD", "-5", "it is not a decimal amount"),
        ("USD", ".nan", "it is not a decimal amount"),
        ("USD", "1500.005", "it is not a decimal amount"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused(currency: str, written: str, expected: str) -> None:
    text = table(
        f"  one: {{kind: indemnity, share_bps: 1, group_limit: {written}}}\n"
        "  two: {kind: indemnity, share_bps: 1}\n",
        currency,
    )

    error = refused(text)

    assert (error.message, error.line, error.field) == (expected, 6, "terms.one.group_limit")
    example = "1500" if currency == "JPY" else "1500.00"
    assert error.remedy == f'write the amount in {currency}, such as "{example}"'


def test_an_unknown_currency_is_named_before_its_amounts() -> None:
    assert refused(table(OLD, "ZZZ")).field == "currency"
    assert refused(table(NEW, "ZZZ")).field == "currency"


# THE EARLIER FORM


def test_a_table_of_the_earlier_form_is_refused_with_its_lines_converted() -> None:
    error = refused(table(OLD))

    assert (error.line, error.field) == (6, "terms.one.rate")
    assert error.message.startswith("20_000 is not in quotes; amounts are decimals in USD")
    assert (error.remedy or "").splitlines()[1:] == [
        '  line 6: one: {kind: scheduled, share_bps: 10000, rate: "200.00", "claim_limit": "5000.00"}   # c',
        '  line 10: group_limit: "1500.00"',
        '  line 11: claim_limit: "0.05"',
    ]


def test_the_converted_lines_give_the_new_form() -> None:
    assert corrected(table(OLD), refused(table(OLD))) == table(NEW)


def test_amounts_without_quotes_but_with_a_point_are_refused_too() -> None:
    text = table(NEW.replace('"1500.00"', "1500.5"))

    error = refused(text)

    assert error.field == "terms.two.group_limit"
    assert read(corrected(text, error))["two"].terms.group_limit == 150_050


def test_a_currency_without_decimals_cannot_hide_the_earlier_form() -> None:
    text = table(OLD, "JPY")

    assert read(corrected(text, refused(text)))["two"].terms.group_limit == 150_000


def test_an_amount_behind_an_anchor_is_named_by_its_field() -> None:
    text = table(
        "  one: {kind: indemnity, share_bps: 1, unit_limit: &few 12, group_limit: *few}\n"
        "  two: {kind: indemnity, share_bps: 1}\n"
    )

    assert (refused(text).remedy or "").splitlines()[1:] == ['  terms.one.group_limit: "0.12"']


def test_terms_that_others_repeat_are_converted_once() -> None:
    text = table("  one: &x {kind: indemnity, share_bps: 1, group_limit: &g 700}\n  two: *x\n")

    converted = corrected(text, refused(text))

    assert converted == text.replace("700", '"7.00"')
    assert read(converted)["two"].terms.group_limit == 700


# THE SHIPPED TABLES


@pytest.mark.parametrize("name", HASHES)
def test_the_hash_of_a_shipped_table_stays(name: str) -> None:
    assert product.shipped(name).hash.hex() == HASHES[name]


@pytest.mark.parametrize("name", HASHES)
def test_a_shipped_table_of_the_earlier_form_leads_to_the_same_hash(name: str) -> None:
    path = Path(product.__file__).parent / "tables" / f"{name}.yaml"
    quoted = re.compile(r'(rate|claim_limit|group_limit): "(\d+)\.(\d\d)"')
    earlier, count = quoted.subn(r"\1: \2\3", path.read_text(encoding="utf-8"))
    assert count

    converted = corrected(earlier, refused(earlier))

    assert read(converted).hash.hex() == HASHES[name]
