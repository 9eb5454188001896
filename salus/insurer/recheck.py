"""Checks whether an attested diagnosis matches its sealed record.

The hospital chooses the benefit and the amounts, so they need a check. A person who can open the record and
has the member's card recomputes every field with the same code as the hospital, and sees each difference.

A single record does not show whose card was used or under which id its bill was filed. Comparing many claims
does: `salus.insurer.audit`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from salus import fhir
from salus.base.errors import RecordError
from salus.claim.bill_line import BillLine
from salus.claim.diagnosis import keyed_fields, open_fields
from salus.claim.provider_key import ProviderKey
from salus.cover.membership import Membership
from salus.crypto.records import RecordKey, unseal
from salus.types import Diagnosis

_NO_LIMIT = 2**32 - 1
"""The latest possible day: the claim desk has already checked that no service was in the future."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of the diagnosis that differs from the record."""

    field: str
    """Name of the field in Solidity."""
    attested: Any
    recomputed: Any
    """None if there is no value: the benefit is not covered, or the patient is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """The result of `recheck`, and the ids in the record for a comparison with other claims.

    Its `repr` hides the patient.
    """

    differences: tuple[Difference, ...]
    unchecked: tuple[str, ...]
    """Fields that only the provider can recompute, or that are not in the record."""
    patient: str = field(repr=False)
    """The provider's id of the patient."""
    claim: str = field(repr=False)
    """The provider's bill number."""
    content: bytes = field(repr=False)
    """SHA-256 of the record without its random bytes, the same for every sealed file. Never publish it,
    because the record can be guessed from it."""
    by_night: bool = False
    """The benefit counts the nights of a stay."""

    @property
    def passed(self) -> bool:
        return not self.differences


def recheck(
    diagnosis: Diagnosis,
    sealed: bytes,
    key: RecordKey,
    membership: Membership,
    *,
    patient: str | None = None,
    provider_key: ProviderKey | None = None,
) -> Recheck:
    """Recomputes every field of a diagnosis from its record, the card and the table, and lists differences.

    The insurer or the patient calls this. If the record does not justify the benefit (up-coding), `benefit`
    differs.

    The record identifies its patient by the provider's id. Pass the member's id as `patient` if it is known.
    Without it, nothing shows that the record is the member's, and `member` is unchecked unless the diagnosis
    and the card have different members. `billLine` and `caseId` are unchecked without the `provider_key`.
    `revision` is always unchecked: it counts withdrawals, which only the chain knows. A false record that is
    consistent passes.

    Raises RecordError if the key does not open the file, or if the record does not give exactly one line.

    >>> from dataclasses import replace
    >>> from salus import fhir, samples
    >>> from salus.claim.diagnosis import diagnose
    >>> from salus.crypto.records import seal
    >>> sale, mother = samples.sell(20_454), samples.generate(seed=7, start=20_454)[0]
    >>> member, reader = sale.membership(), RecordKey.generate()
    >>> line = next(fhir.read(mother.to_json(), sale.table, profile=samples.profile(), today=20_454 + 365))
    >>> sealed = seal(line.record, [reader.recipient])
    >>> honest = diagnose(line, member, ProviderKey.generate(), record=sealed.commitment)
    >>> recheck(honest, sealed.ciphertext, reader, member).passed
    True
    >>> dearer = replace(honest, benefit=member.benefit("hospital.stay").id, billed=9_000_00)
    >>> [difference.field for difference in recheck(dearer, sealed.ciphertext, reader, member).differences]
    ['benefit', 'billed']
    """
    opened = unseal(sealed, key)
    line = _line(opened.record, membership)
    recomputed = {**open_fields(line, membership), "record": opened.commitment}
    if patient is not None and line.patient != patient:
        recomputed["member"] = None
    elif patient is None and diagnosis.member == membership.commitment:
        del recomputed["member"]
    if provider_key is not None:
        recomputed |= keyed_fields(line, membership, provider_key)

    differences = [
        Difference(part.solidity, getattr(diagnosis, part.name), recomputed[part.name])
        for part in diagnosis.parts
        if part.name in recomputed and getattr(diagnosis, part.name) != recomputed[part.name]
    ]
    unchecked = [part.solidity for part in diagnosis.parts if part.name not in recomputed]
    return Recheck(
        differences=tuple(differences),
        unchecked=tuple(unchecked),
        patient=line.patient,
        claim=line.claim,
        content=sha256(opened.record).digest(),
        by_night=line.by_night,
    )


def _line(record: bytes, membership: Membership) -> BillLine:
    results = list(fhir.read_record(record, membership.table, today=_NO_LIMIT))
    if len(results) != 1 or not isinstance(results[0], BillLine):
        raise RecordError(
            "does not give exactly one bill line under the policy's benefit table",
            field="record",
            remedy="ask the provider for the attested record",
        )
    return results[0]
