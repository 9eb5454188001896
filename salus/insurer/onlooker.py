"""What an onlooker sees of a claim: all that the chain shows of it, and nothing that only a card opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from salus.base.days import to_date
from salus.claim.bill_line import BillLine
from salus.product import BenefitRow, Table
from salus.product.settings import Provider, Setting, specialist


@dataclass(frozen=True, slots=True)
class Seen:
    """A claim as the chain shows it, beside what it hides: the benefit and the patient."""

    benefit: BenefitRow
    """Hidden; its terms show, and whether it has a group."""
    patient: str
    """Hidden; the claims of one patient share a name for as long as the policy."""
    year: int
    """Of the policy."""
    setting: Setting
    """The flag, and the kind of provider at its most telling: one that bills such care alone."""
    nights: int
    bills: int
    """How many bills the case has."""
    billed: int
    """Minor units. What was paid and borne follows from it, from the terms and from the counters."""

    @property
    def name(self) -> tuple[str, int, str]:
        """What the blinded name of the benefit links: a member's claims for one benefit under one policy."""
        return self.patient, self.year, self.benefit.code


def seen(lines: Iterable[BillLine], table: Table) -> Iterator[Seen]:
    """Yields what the chain will show of bill lines, if each year is a policy of its own.

    >>> from salus import fhir, product, samples
    >>> family, mother = product.shipped("family"), samples.generate(seed=7, start=20_454)[0]
    >>> bills = fhir.read(mother.to_json(), family, profile=samples.profile(), today=20_454 + 365)
    >>> visit, drug, *_ = seen(bills, family)
    >>> visit.setting.words, drug.setting.words, drug.bills
    ('at a hospital or doctor', 'at a pharmacy', 2)
    """
    known = list(lines)
    cases = Counter((line.patient, line.encounter) for line in known)
    providers = {benefit.code: _provider(benefit) for benefit in table}
    for line in known:
        yield Seen(
            benefit=table[line.benefit],
            patient=line.patient,
            year=to_date(line.service_from).year,
            setting=Setting(providers[line.benefit], line.emergency),
            nights=line.service_to - line.service_from,
            bills=cases[line.patient, line.encounter],
            billed=line.billed,
        )


def _provider(benefit: BenefitRow) -> Provider:
    """Returns who bills such care and no other; a provider of every kind if several may."""
    kinds = {specialist(benefit, claim_type) for claim_type in benefit.when.claim_types or ()}
    return kinds.pop() if len(kinds) == 1 else Provider.GENERAL
