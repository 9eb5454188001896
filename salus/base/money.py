"""Money at the edge of Salus: decimal amounts of a bill become whole minor units of their ISO 4217 currency.

Inside, money is an `int` of minor units (cents for USD, yen for JPY, fils for KWD); no float comes near it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

import iso4217

from salus.base.errors import InputError

BPS: Final = 10_000
"""Basis points in the whole."""
MAX_BILLED = 10**15
"""The largest amount of one bill line, minor units. Ten million million dollars is an error of input, not a
bill; the contracts hold up to 2**64 - 1, so sums of many lines stay far inside."""


def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 currency that has a minor unit (gold and test codes have none).

    >>> is_currency("USD"), is_currency("usd"), is_currency("XAU")
    (True, False, False)
    """
    return _exponent(code) is not None


def exponent(currency: str) -> int:
    """Decimal places of the currency's minor unit.

    Raises `InputError` for anything that is not an ISO 4217 currency with a minor unit.

    >>> exponent("JPY"), exponent("USD"), exponent("KWD")
    (0, 2, 3)
    """
    places = _exponent(currency)
    if places is None:
        raise InputError(
            f"{currency!r} is not a currency", field="currency", remedy="use an ISO 4217 code such as USD"
        )
    return places


def to_minor(amount: Decimal, currency: str) -> int:
    """Minor units of `amount`, rounded half to even. Sign and size are the caller's to judge.

    Raises `InputError` for an unknown currency, and for an amount that no bill can have (not finite, or
    beyond `MAX_BILLED` either way).

    >>> to_minor(Decimal("786.3299999999999"), "USD"), to_minor(Decimal("0.125"), "USD")
    (78633, 12)
    """
    places = exponent(currency)
    # The order of magnitude is asked first: 1E+999999999 is a legal JSON number, never to be written out.
    magnitude = amount.adjusted() + places if amount.is_finite() else len(str(MAX_BILLED))
    if amount == 0 or magnitude < -1:
        return 0
    # A fraction is exact; Decimal arithmetic would round to 28 digits before it rounds to the unit.
    minor = round(Fraction(amount) * 10**places) if magnitude < len(str(MAX_BILLED)) else MAX_BILLED + 1
    if abs(minor) > MAX_BILLED:
        raise InputError("amount is astronomically large", field="amount", remedy="correct the amount")
    return minor


def exactly(amount: Decimal, currency: str) -> int:
    """Minor units of an amount that a person has written: what `to_minor` would round is a slip, and refused.

    >>> exactly(Decimal("1200.50"), "USD"), exactly(Decimal("7.000"), "JPY")
    (120050, 7)
    >>> exactly(Decimal("0.001"), "USD")
    Traceback (most recent call last):
        ...
    salus.base.errors.InputError: amount: 0.001 has more than the 2 decimals of USD; correct the amount
    """
    minor, places = to_minor(amount, currency), exponent(currency)
    if Decimal(minor).scaleb(-places) != amount:
        raise InputError(
            f"{amount} has more than the {places} decimals of {currency}",
            field="amount",
            remedy="correct the amount",
        )
    return minor


def to_words(minor: int, currency: str) -> str:
    """The amount as a person reads it.

    >>> to_words(123450, "USD"), to_words(-5, "USD"), to_words(500, "JPY")
    ('1,234.50 USD', '-0.05 USD', '500 JPY')
    """
    return f"{Decimal(minor).scaleb(-exponent(currency)):,f} {currency}"


@cache
def _exponent(code: str) -> int | None:
    try:
        return iso4217.Currency(code).exponent
    except ValueError:
        return None
