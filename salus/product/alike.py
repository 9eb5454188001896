"""Groups the benefits of a table that look alike on the chain, and tells which groups are too small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from salus.product import icd10
from salus.product.model import BenefitRow, Table, Terms
from salus.product.settings import Provider, Setting, settings_of

MIN_BENEFITS = 5
"""The minimum number of benefits that must look alike on the chain."""
MIN_KINDS = 3
"""The minimum number of ICD-10-CM chapters or service categories among them."""

Settings = Sequence[frozenset[Setting]]
"""For each row of a table, the settings in which it can be used."""
_Look = tuple[Terms, frozenset[tuple[Terms, int]]]
"""What an observer of the chain sees of a row itself: its terms, and the number of rows in its group for each
terms. The second part is empty if the row has no group."""


@dataclass(frozen=True, slots=True)
class Floor:
    """How many benefits, and of how many kinds, must look alike."""

    benefits: int = MIN_BENEFITS
    kinds: int = MIN_KINDS

    @classmethod
    def within(cls, rows: Collection[BenefitRow]) -> Floor:
        """The floor where no more than these rows can be used: no terms can hide a benefit among more."""
        return cls(min(MIN_BENEFITS, len(rows)), min(MIN_KINDS, len(kinds_of(rows))))


@dataclass(frozen=True, slots=True)
class Alike:
    """Benefits that look alike on the chain, in one setting."""

    terms: Terms
    in_group: int
    """Number of rows in the group of each benefit; 0 without a group."""
    benefits: tuple[BenefitRow, ...]
    kinds: frozenset[str]
    floor: Floor = Floor()
    setting: Setting = Setting(Provider.GENERAL, emergency=False)

    @property
    def missing(self) -> int:
        """How many benefits and kinds are missing."""
        benefits, kinds = self.floor.benefits - len(self.benefits), self.floor.kinds - len(self.kinds)
        return max(0, benefits) + max(0, kinds)

    @property
    def is_revealing(self) -> bool:
        """Returns whether they are so few, or of so few kinds, that an observer can guess the disease."""
        return self.missing > 0


def revealing(table: Table) -> list[Alike]:
    """Returns the groups of look-alike benefits with fewer benefits or kinds than their floor.

    Benefits that are too few in one setting are too few in all that tell more; only the first is returned.

    >>> from salus.product import shipped
    >>> revealing(shipped("family"))
    []
    """
    found: list[Alike] = []
    for finding in alike(table):
        if finding.is_revealing and not any(set(finding.benefits) <= set(one.benefits) for one in found):
            found.append(finding)
    return found


def is_small(table: Table) -> bool:
    """Returns whether the whole plan has fewer than 5 benefits or fewer than 3 kinds, so that no terms can
    hide a benefit among as many."""
    return Floor.within(table.benefits) != Floor()


def kinds_of(rows: Iterable[BenefitRow]) -> frozenset[str]:
    """Returns the kinds of benefits, as `alike` explains them."""
    return frozenset(map(_kind, rows))


def alike(table: Table, settings: Settings | None = None) -> list[Alike]:
    """Groups the benefits that look alike on the chain, for each setting that the chain shows.

    When a benefit is used, the chain shows its terms and its blinded group, the provider, and whether it was
    an emergency. An observer sees whether the benefit has a group and, over time, how many rows with which
    terms share that group. So two benefits look alike in a setting if both can be used in it, their terms are
    equal, and neither has a group or their groups have the same number of rows for each terms.

    Benefits are counted, not codes: two hundred diabetes codes in one benefit are one diabetes benefit. The
    kind of a benefit is the ICD-10-CM chapter of its diagnoses. If it has no diagnoses, or diagnoses of
    several chapters, the kind is its service category.

    The floor is 5 benefits of 3 kinds. A small plan whose author accepts that the plan itself reveals its
    kinds (`plan_reveals`) needs as many as it has; and at a provider that can bill fewer, such as a dentist,
    as many as it can bill must look alike. Then a claim reveals no more than the plan or the provider does.

    `settings` are those of the rows, if they are known already.
    """
    settings = settings if settings is not None else settings_of(table)
    groups: dict[str, Counter[Terms]] = {}
    for benefit in table:
        if benefit.group:
            groups.setdefault(benefit.group, Counter())[benefit.terms] += 1
    found: dict[tuple[Setting, _Look], list[BenefitRow]] = {}
    at: dict[Provider, list[BenefitRow]] = {}
    for benefit, seen in zip(table, settings, strict=True):
        look = benefit.terms, frozenset(groups[benefit.group].items() if benefit.group else ())
        for setting in seen:
            found.setdefault((setting, look), []).append(benefit)
        for provider in {setting.provider for setting in seen}:
            at.setdefault(provider, []).append(benefit)
    floors = {provider: Floor.within(rows) for provider, rows in at.items()}
    floors[Provider.GENERAL] = Floor.within(table.benefits) if table.plan_reveals else Floor()
    order = list(Provider)
    return [
        Alike(terms, sum(count for _, count in group), tuple(rows), kinds_of(rows), floors[at_], setting)
        for (setting, (terms, group)), rows in sorted(
            found.items(), key=lambda item: (order.index(item[0][0].provider), item[0][0].emergency)
        )
        for at_ in (setting.provider,)
    ]


def _kind(benefit: BenefitRow) -> str:
    codes = benefit.when.diagnoses.icd10cm if benefit.when.diagnoses else ()
    chapters = {icd10.chapter(end) for pattern in codes for end in pattern.split("-")}
    return f"ICD-10-CM chapter {chapters.pop()}" if len(chapters) == 1 else benefit.category.value
