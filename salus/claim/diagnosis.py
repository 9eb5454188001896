"""Turns a bill line into the diagnosis that is attested for a member."""

from __future__ import annotations

from typing import Any

from salus.base.errors import AttestationError, CardError
from salus.claim.bill_line import BillLine
from salus.claim.provider_key import ProviderKey
from salus.cover.membership import Membership
from salus.types import FLAG_EMERGENCY, Diagnosis


def diagnose(
    line: BillLine, membership: Membership, provider_key: ProviderKey, *, record: bytes, revision: int = 0
) -> Diagnosis:
    """Creates the diagnosis that a hospital attests for a bill line of a member.

    `record` is the commitment to the sealed record (`salus.crypto.records.seal(line.record, …)`). `revision`
    rises by one for each corrected line after a withdrawal.

    Raises CardError if the member has no cover for the benefit (reason code 204), and AttestationError if the
    bill is not in the policy's currency.

    >>> from salus import fhir, samples
    >>> sale, mother = samples.sell(20_454), samples.generate(seed=7, start=20_454)[0]
    >>> line = next(fhir.read(mother.to_json(), sale.table, profile=samples.profile(), today=20_454 + 365))
    >>> diagnosis = diagnose(line, sale.membership(), ProviderKey.generate(), record=bytes(32))
    >>> diagnosis.billed, diagnosis.currency, sale.membership().schedule.code_of(diagnosis.benefit)
    (21846, 'USD', 'visit.chronic')
    """
    bill = f"Claim/{line.claim}"
    if membership.benefit(line.benefit) is None:
        raise CardError(
            "is not covered for this member (204)", resource=bill, field="benefit", remedy="bill the patient"
        )
    if line.currency != membership.currency:
        raise AttestationError(
            f"is {line.currency}, but the policy pays in {membership.currency}",
            resource=bill,
            field="currency",
            remedy="bill in the policy's currency",
        )
    return Diagnosis(
        **open_fields(line, membership),
        **keyed_fields(line, membership, provider_key),
        record=record,
        revision=revision,
    )


def open_fields(line: BillLine, membership: Membership) -> dict[str, Any]:
    """Computes the fields of a diagnosis that need only the record and the card.

    `benefit` is None if it is not covered.
    """
    benefit = membership.benefit(line.benefit)
    return {
        "policy": membership.policy_id,
        "member": membership.commitment,
        "benefit": benefit and benefit.id,
        "service_from": line.service_from,
        "service_to": line.service_to,
        "units": line.units,
        "billed": line.billed,
        "currency": line.currency,
        "flags": FLAG_EMERGENCY if line.emergency else 0,
    }


def keyed_fields(line: BillLine, membership: Membership, provider_key: ProviderKey) -> dict[str, Any]:
    """Computes the fields of a diagnosis that need the provider's key."""
    return {
        "bill_line": provider_key.bill_line(line.claim, line.line),
        "case_id": provider_key.case_id(line.encounter, membership.policy_id),
    }
