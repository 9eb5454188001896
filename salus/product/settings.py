"""Tells in what settings a benefit can be used, as far as the chain shows a setting.

A claim names its provider, whose kind is public knowledge, and carries a flag if the care was an emergency.
Terms that hide a benefit among forty hide nothing if only one of the forty can be an emergency.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from salus.product.model import BenefitRow, Category, Table
from salus.product.reach import Cell, first_takers

EMERGENCY = "EMER"
"""The encounter class whose claims carry the flag."""


class Provider(StrEnum):
    """Kinds of provider, by what they bill."""

    GENERAL = "a provider of every kind of care"
    """Such as a hospital with a pharmacy and a dental clinic: its name tells nothing of the care."""
    HOSPITAL = "a hospital or doctor"
    PHARMACY = "a pharmacy"
    DENTIST = "a dentist"
    OPTICIAN = "an optician"
    LABORATORY = "a laboratory"


class Setting(NamedTuple):
    """What the chain shows of a claim's circumstances."""

    provider: Provider
    emergency: bool

    @property
    def words(self) -> str:
        """Returns the setting in words; empty for one that tells nothing.

        >>> Setting(Provider.PHARMACY, True).words, Setting(Provider.GENERAL, False).words
        ('in an emergency at a pharmacy', '')
        """
        parts = [
            *(["in an emergency"] if self.emergency else []),
            *([f"at {self.provider}"] if self.provider is not Provider.GENERAL else []),
        ]
        return " ".join(parts)


_BILLED_BY = {
    "institutional": Provider.HOSPITAL,
    "oral": Provider.DENTIST,
    "pharmacy": Provider.PHARMACY,
    "professional": Provider.HOSPITAL,
    "vision": Provider.OPTICIAN,
}
"""Who sends bills of a claim type alone."""
_TESTS = (Category.LABORATORY, Category.IMAGING)
"""What a laboratory bills, in the claim types of a doctor."""


def specialist(benefit: BenefitRow, claim_type: str) -> Provider:
    """Returns the most special kind of provider that bills such care: the one that tells most of it.

    >>> from salus.product import shipped
    >>> specialist(shipped("family")["laboratory.outpatient"], "professional").value
    'a laboratory'
    """
    billed_by = _BILLED_BY[claim_type]
    return Provider.LABORATORY if billed_by is Provider.HOSPITAL and benefit.category in _TESTS else billed_by


def settings_of(table: Table) -> list[frozenset[Setting]]:
    """Returns for each row of a table the settings in which care reaches it.

    >>> from salus.product import shipped
    >>> family = shipped("family")
    >>> at = dict(zip((row.code for row in family), settings_of(family), strict=True))
    >>> sorted(setting.words for setting in at["home.visit"])
    ['', 'at a hospital or doctor']
    """
    return [
        frozenset(
            setting
            for cell, earlier in takers.items()
            if earlier is None
            for setting in _settings(benefit, cell)
        )
        for benefit, takers in first_takers(table)
    ]


def _settings(benefit: BenefitRow, cell: Cell) -> Iterator[Setting]:
    claim_type, encounter_class = cell
    for provider in {Provider.GENERAL, _BILLED_BY[claim_type], specialist(benefit, claim_type)}:
        yield Setting(provider, encounter_class == EMERGENCY)
