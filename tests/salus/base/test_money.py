"""salus.money: decimal amounts to minor units

given a currency with a minor unit
    it should convert exactly, rounding half to even
    it should not round twice, however many digits are written
    it should treat tiny amounts as zero
given an amount that a person has written
    it should be refused if it would be rounded
given an amount that no bill can have
    it should be refused at once, however large its exponent
given anything but an ISO 4217 currency
    it should be refused, and the error should name it
"""

from __future__ import annotations

import tracemalloc
from decimal import Decimal

import pytest

from salus.base import money
from salus.base.errors import InputError

MEGABYTE = 10**6


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("786.3299999999999", "USD", 78_633),
        ("0.005", "USD", 0),
        ("0.015", "USD", 2),
        ("0.025", "USD", 2),
        ("-0.015", "USD", -2),
        ("140.5", "USD", 14_050),
        ("500.5", "JPY", 500),
        ("501.5", "JPY", 502),
        ("1.2345", "KWD", 1_234),
        ("1.2355", "KWD", 1_236),
        ("10000000000000.00", "USD", 10**15),
        ("0", "USD", 0),
        ("0E+9999", "USD", 0),
        ("1E-999999999", "USD", 0),
    ],
)
def test_converts_half_to_even(amount: str, currency: str, minor: int) -> None:
    assert money.to_minor(Decimal(amount), currency) == minor


def test_does_not_round_twice() -> None:
    just_above_a_tie = Decimal("0.125" + "0" * 40 + "1")

    assert money.to_minor(just_above_a_tie, "USD") == 13


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.1", "USD", 10),
        ("1.20E+2", "USD", 12_000),
        ("5.00", "JPY", 5),
        ("1.234", "KWD", 1_234),
        ("-0", "USD", 0),
    ],
)
def test_takes_what_is_written_exactly(amount: str, currency: str, minor: int) -> None:
    assert money.exactly(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("10.123456789", "USD"),
        ("0.5", "JPY"),
        ("1.2345", "KWD"),
        ("1E-999999999", "USD"),
        ("5.00" + "0" * 40 + "1", "USD"),
    ],
)
def test_refuses_to_round_a_written_amount(amount: str, currency: str) -> None:
    with pytest.raises(InputError, match=f"has more than the . decimals of {currency}") as error:
        money.exactly(Decimal(amount), currency)

    assert error.value.field == "amount"


@pytest.mark.parametrize(
    "amount", ["10000000000000.01", "1E+16", "1E+999999999", "-1E+999999999", "Infinity", "NaN"]
)
def test_refuses_what_no_bill_can_have(amount: str) -> None:
    written = Decimal(amount)
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="is too large for a bill") as error:
            money.to_minor(written, "USD")
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert error.value.field == "amount"
    # written out, 1E+999999999 would take 400 MB and minutes
    assert most_bytes < MEGABYTE


@pytest.mark.parametrize("code", ["usd", "ZZZ", "XAU", "XXX", "", "US", "DEM"])
def test_refuses_what_is_no_currency(code: str) -> None:
    assert not money.is_currency(code)
    with pytest.raises(InputError, match=f"'{code}' is not a currency") as error:
        money.to_minor(Decimal(1), code)
    assert error.value.field == "currency"


@pytest.mark.parametrize(
    ("minor", "currency", "words"), [(5, "USD", "0.05 USD"), (-123456, "KWD", "-123.456 KWD")]
)
def test_says_an_amount_in_words(minor: int, currency: str, words: str) -> None:
    assert money.to_words(minor, currency) == words
