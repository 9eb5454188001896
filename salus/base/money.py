"""Converts the decimal amounts of a bill to whole minor units of their ISO 4217 currency.

Inside Salus, money is an `int` of minor units (cents for USD, yen for JPY, fils for KWD), never a float.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

import iso4217

from salus.base.errors import InputError

BPS: Final = 10_000
"""Basis points in 100 %."""
MAX_BILLED = 10**15
"""The largest amount of one bill line, in minor units. Ten million million dollars is an input error, not a
bill. The contracts store amounts up to 2**64 - 1, so sums of many lines fit too."""


def is_currency(code: str) -> bool:
    """Returns whether `code` is an ISO 4217 currency with a minor unit (gold and test codes have none).

    >>> is_currency("USD"), is_currency("usd"), is_currency("XAU")
    (True, False, False)
    """
    return _exponent(code) is not None


def exponent(currency: str) -> int:
    """Returns the number of decimal places of the currency's minor unit.

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
    """Converts `amount` to minor units, rounded half to even. The caller checks the sign and the size.

    Raises `InputError` for an unknown currency, and for an amount that no bill can have (not finite, or
    larger than `MAX_BILLED`, positive or negative).

    >>> to_minor(Decimal("786.3299999999999"), "USD"), to_minor(Decimal("0.125"), "USD")
    (78633, 12)
    """
    places = exponent(currency)
    # Check the order of magnitude first: 1E+999999999 is a valid JSON number, too long to write out.
    magnitude = amount.adjusted() + places if amount.is_finite() else len(str(MAX_BILLED))
    if amount == 0 or magnitude < -1:
        return 0
    # A fraction is exact; Decimal arithmetic would round to 28 digits before it rounds to the unit.
    minor = round(Fraction(amount) * 10**places) if magnitude < len(str(MAX_BILLED)) else MAX_BILLED + 1
    if abs(minor) > MAX_BILLED:
        raise InputError("is too large for a bill", field="amount", remedy="correct the amount")
    return minor


def exactly(amount: Decimal, currency: str) -> int:
    """Converts an amount that a person wrote to minor units, and refuses it if `to_minor` would round it.

    >>> exactly(Decimal("1200.50"), "USD"), exactly(Decimal("7.000"), "JPY")
    (120050, 7)
    >>> exactly(Decimal("0.001"), "USD")
    Traceback (most recent call last):
        ...
    salus.base.errors.InputError: amount: 0.001 has more than the 2 decimals of USD; correct the amount
    """
    minor, places = to_minor(amount, currency), exponent(currency)
    if to_decimal(minor, currency) != amount:
        raise InputError(
            f"{amount} has more than the {places} decimals of {currency}",
            field="amount",
            remedy="correct the amount",
        )
    return minor


def to_decimal(minor: int, currency: str) -> Decimal:
    """Converts minor units to an amount, exactly and with all decimals of the currency.

    >>> to_decimal(123450, "USD"), to_decimal(500, "JPY")
    (Decimal('1234.50'), Decimal('500'))
    """
    return Decimal(minor).scaleb(-exponent(currency))


def to_words(minor: int, currency: str) -> str:
    """Formats the amount for a reader.

    >>> to_words(123450, "USD"), to_words(-5, "USD"), to_words(500, "JPY")
    ('1,234.50 USD', '-0.05 USD', '500 JPY')
    """
    return f"{to_decimal(minor, currency):,f} {currency}"


@cache
def _exponent(code: str) -> int | None:
    try:
        return iso4217.Currency(code).exponent
    except ValueError:
        return None
