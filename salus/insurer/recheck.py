"""Whether an attested diagnosis says what its record says.

The hospital picks the benefit and writes the amounts, so they can be checked: whoever may open the record and
holds the member's card recomputes every field with the same code as the hospital, and sees each that differs.

A record alone says neither whose card was shown nor under which name its bill was filed. That shows when many
are laid side by side: `salus.insurer.audit`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from salus.base.errors import RecordError
from salus.claim.bill_line import BillLine
from salus.claim.diagnosis import keyed_fields, open_fields
from salus.claim.provider_key import ProviderKey
from salus.cover.membership import Membership
from salus.crypto.records import RecordKey, unseal
from salus.fhir import read
from salus.types import Diagnosis

_NO_LIMIT = 2**32 - 1
"""A later day than any; whether a service lay in the future when it was signed, the claim desk has judged."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of the diagnosis that says something else than the record."""

    field: str
    """Its name in Solidity."""
    attested: Any
    recomputed: Any
    """None: the record gives nothing for it (a benefit that the member has no cover for; another patient)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """What `recheck` found, and what the record says that can be compared over many. What names the patient
    does not show in its `repr`."""

    differences: tuple[Difference, ...]
    unchecked: tuple[str, ...]
    """Fields that only the provider can recompute, or that the record does not hold."""
    patient: str = field(repr=False)
    """The provider's own id of the patient."""
    claim: str = field(repr=False)
    """The provider's number of the bill."""
    content: bytes = field(repr=False)
    """SHA-256 of the record without its random bytes: the same under every seal. Can be guessed; never
    publish it."""

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
    """The insurer's or the patient's part: recomputes every field of a diagnosis from its sealed record, the
    member's card and the benefit table, and names each that differs. A benefit that the record does not
    justify (up-coding) differs in `benefit`.

    The record names its patient by the provider's own id. Who knows the id of the member hands it in as
    `patient`; without it, nothing says that the record is the member's, and `member` is listed as unchecked,
    unless the diagnosis is for another member than the card. `billLine` and `caseId` are keyed by the
    provider and can be recomputed with its key only; `revision` is a count of withdrawals, which the chain
    keeps. Without them they are unchecked too. A record that lies in itself passes.

    Raises RecordError if the key does not open the file, or if it holds no record that gives one bill line.

    >>> from dataclasses import replace
    >>> from salus import samples
    >>> from salus.claim.diagnosis import diagnose
    >>> from salus.crypto.records import seal
    >>> sale, mother = samples.sell(20_454), samples.generate(seed=7, start=20_454)[0]
    >>> member, reader = sale.membership(), RecordKey.generate()
    >>> line = next(read(mother.to_json(), sale.table, today=20_454 + 365))
    >>> sealed = seal(line.record, [reader.recipient])
    >>> honest = diagnose(line, member, ProviderKey.generate(), record=sealed.commitment)
    >>> recheck(honest, sealed.ciphertext, reader, member).passed
    True
    >>> dearer = replace(honest, benefit=member.benefit("hospital.stay").id, billed=9_000_00)
    >>> [found.field for found in recheck(dearer, sealed.ciphertext, reader, member).differences]
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
    )


def _line(record: bytes, membership: Membership) -> BillLine:
    results = list(read(record, membership.table, today=_NO_LIMIT))
    if len(results) != 1 or not isinstance(results[0], BillLine):
        raise RecordError(
            "does not give one bill line under the policy's benefit table",
            field="record",
            remedy="ask the provider",
        )
    return results[0]
