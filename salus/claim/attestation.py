"""Signs 1 to 100,000 diagnoses with one signature, and proves that each of them is signed.

The attestor signs the Merkle root of the diagnoses in the claim desk's domain. Anyone can then file a line
with its proof, alone or together with others. A batch is saved as one file (`Batch.save`,
`salus.claim.batch`), so that its lines can be filed or filed again until the attestation expires.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salus.base import days
from salus.base.errors import AttestationError, InputError
from salus.claim.batch import Batch
from salus.crypto import merkle
from salus.crypto.eip712 import Domain, Signer, recover
from salus.crypto.merkle import MerkleTree, Proof
from salus.types import ATTESTATION_LIFETIME, Attestation, Diagnosis

MAX_LINES = 100_000


def attest(
    diagnoses: Iterable[Diagnosis],
    *,
    desk: Domain,
    provider: int,
    issued_at: int,
    expires_at: int,
    signer: Signer,
) -> Batch:
    """Signs diagnoses of one provider. `issued_at` and `expires_at` are seconds, at most 90 days apart.

    Raises AttestationError for lines that the claim desk would refuse or skip under any policy: no line or
    too many, a service after the signature, no units, or the same bill line twice under one policy. Errors
    count lines from 1.

    >>> from eth_account import Account
    >>> desk = Domain.claim_desk(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
    >>> names = ("policy", "member", "benefit", "bill_line", "case_id", "record")
    >>> visit = Diagnosis(**dict.fromkeys(names, bytes(32)), revision=0, service_from=20_249,
    ...                   service_to=20_249, units=1, billed=125_00, currency="USD", flags=0)
    >>> account = Account.from_key(bytes(31) + bytes([7]))
    >>> batch = attest([visit], desk=desk, provider=1, issued_at=1_750_000_000, expires_at=1_750_086_400,
    ...                signer=account)
    >>> signer_of(batch.desk, batch.attestation, batch.signature) == account.address
    True
    >>> proven(batch.attestation, visit, batch.proof(0))
    True
    """
    if not issued_at < expires_at <= issued_at + ATTESTATION_LIFETIME:
        raise AttestationError(
            "is not within 90 days after issuedAt",
            resource="Attestation",
            field="expiresAt",
            remedy="choose an earlier expiry after issuedAt",
        )
    lines = list(diagnoses)
    _check(lines, issued_at)
    tree = MerkleTree([diagnosis.hash_struct() for diagnosis in lines])
    attestation = Attestation(provider=provider, root=tree.root, issued_at=issued_at, expires_at=expires_at)
    return Batch(desk, attestation, desk.sign(attestation, signer), lines, tree)


def signer_of(desk: Domain, attestation: Attestation, signature: bytes) -> str:
    """Returns the address whose key signed the attestation.

    Only the chain can tell whether this address is an attestor of the provider, and whether a *contract*
    accepts the signature (ERC-1271). Raises AttestationError if the signature belongs to no key.
    """
    try:
        return recover(desk.digest(attestation), signature)
    except InputError as error:
        raise AttestationError(error.message, field=error.field, remedy="sign again") from None


def proven(attestation: Attestation, diagnosis: Diagnosis, proof: Proof) -> bool:
    """Returns whether exactly this diagnosis was signed."""
    return merkle.verify(attestation.root, diagnosis.hash_struct(), proof)


def _check(diagnoses: Sequence[Diagnosis], issued_at: int) -> None:
    if not 1 <= len(diagnoses) <= MAX_LINES:
        raise AttestationError(
            f"has {len(diagnoses)} lines instead of 1 to {MAX_LINES}", remedy="split the batch"
        )
    last_day = days.latest_day(issued_at)
    seen: set[tuple[bytes, bytes]] = set()
    for line, diagnosis in enumerate(diagnoses, start=1):
        bill = (diagnosis.policy, diagnosis.bill_line)
        if bill in seen:
            raise _refused(
                line, "billLine", "is twice in the batch for one policy", "attest each bill line once"
            )
        seen.add(bill)
        if diagnosis.service_to > last_day:
            raise _refused(line, "serviceTo", "is after the signature", "attest it when the service is over")
        if diagnosis.service_to < diagnosis.service_from:
            raise _refused(line, "serviceTo", "is before serviceFrom", "correct the dates")
        if not diagnosis.units:
            raise _refused(line, "units", "is 0", "state at least 1")


def _refused(line: int, field: str, message: str, remedy: str) -> AttestationError:
    return AttestationError(message, resource=f"Diagnosis/{line}", field=field, remedy=remedy)
