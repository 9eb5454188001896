"""What is signed, proven and filed: the structs of `contracts/types`, member for member.

Amounts are minor units of the currency (cents for USD), days are civil days since 1970-01-01, times are
seconds since 1970, shares are basis points. `hash_struct()` gives the leaf of a tree; `salus.eip712` binds a
struct to a chain and a contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated, Any, ClassVar

from salus.abi import (
    Address,
    Bool,
    Bytes32,
    Currency,
    EnumCodec,
    Struct,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uint256,
    keccak,
)
from salus.errors import AttestationError, CardError, InputError, PolicyError

FLAG_EMERGENCY = 1
MAX_MEMBERS = 256
MAX_AMOUNT = 2**56 - 1
"""The largest limit that terms may name, minor units: 720 trillion dollars in cents."""
ATTESTATION_LIFETIME = 90 * 86_400
"""Seconds from `issued_at` to the latest `expires_at`."""


class BenefitKind(IntEnum):
    """How a benefit counts what it allows: a share of the bill, or a rate for each unit."""

    NONE = 0
    INDEMNITY = 1
    SCHEDULED = 2


class Purpose(IntFlag):
    """What a consent allows a provider to do."""

    FILE = 1
    DISCLOSE = 2
    SECOND_OPINION = 4
    RESEARCH = 8


class Policy(Struct):
    """The terms of one policy year, as the insurer signs them; their digest is the policy id."""

    fault: ClassVar[type[InputError]] = PolicyError

    holder: Address
    payee: Address
    """Who is paid when a member names nobody."""
    pool: Address
    benefit_table: Bytes32
    members: Bytes32
    """Merkle root of 1 to 256 `Member` leaves."""
    start: Uint32
    """First civil day of cover."""
    end: Uint32
    """First civil day after cover."""
    filing_days: Uint16
    """Days after the end of a service during which it may be filed."""
    annual_limit: Uint64
    deductible: Uint64
    out_of_pocket: Uint64
    """Most that the members bear of deductible and coinsurance together; 0 means that they bear nothing."""
    auto_pay_limit: Uint64
    review_window: Uint32
    """Seconds for which a held claim waits."""
    solvency_bps: Uint16
    premium: Uint64
    currency: Currency
    account: Bytes32
    """0: the counters live under this policy's own id."""
    salt: Bytes32


class Member(Struct):
    """A person covered: one leaf of `Policy.members`."""

    fault: ClassVar[type[InputError]] = PolicyError

    commitment: Bytes32
    consent_signer: Address
    payee: Address
    """0 for the policy's payee."""
    covered_since: Uint32
    """First civil day covered; may lie before the policy's start, waiting periods run from it."""
    covered_until: Uint32
    """First civil day no longer covered."""
    schedule: Bytes32
    """Merkle root of the member's blinded `Benefit` leaves."""


class Benefit(Struct):
    """One row of cover, blinded with a member's key: one leaf of `Member.schedule`. A limit of 0 is none."""

    fault: ClassVar[type[InputError]] = PolicyError

    id: Bytes32
    group: Bytes32
    kind: Annotated[BenefitKind, EnumCodec(BenefitKind)]
    share_bps: Uint16
    rate: Uint64
    claim_limit: Uint64
    group_limit: Uint64
    unit_limit: Uint32
    waiting_days: Uint16
    elimination_days: Uint16
    deductible_applies: Bool
    by_night: Bool
    authorisation: Bool

    @property
    def group_key(self) -> bytes:
        """The key of the counters that the benefit shares; 32 zero bytes when it has no limit to count."""
        if not self.group_limit and not self.unit_limit:
            return bytes(32)
        return self.group if any(self.group) else self.id


class Diagnosis(Struct):
    """One attested bill line: one leaf of `Attestation.root`."""

    fault: ClassVar[type[InputError]] = AttestationError

    policy: Bytes32
    member: Bytes32
    """`Member.commitment` of the patient."""
    benefit: Bytes32
    """`Benefit.id` of the row that covers the care."""
    bill_line: Bytes32
    case_id: Bytes32
    record: Bytes32
    revision: Uint8
    service_from: Uint32
    service_to: Uint32
    """Last civil day of the service."""
    units: Uint16
    billed: Uint64
    currency: Currency
    flags: Uint8
    """Bit 0, `FLAG_EMERGENCY`."""

    @property
    def is_emergency(self) -> bool:
        return bool(self.flags & FLAG_EMERGENCY)


class Attestation(Struct):
    """What an attestor signs: one root for 1 to 100,000 diagnoses of one provider."""

    fault: ClassVar[type[InputError]] = AttestationError

    provider: Uint64
    root: Bytes32
    issued_at: Uint64
    expires_at: Uint64
    """Last second at which it may be filed."""


class Consent(Struct):
    """A member's consent, as its signer gives it.

    >>> consent = Consent(member=bytes(32), provider=0, purposes=int(Purpose.FILE | Purpose.DISCLOSE),
    ...                   from_=20_454, until=20_818, nonce=0, deadline=1_800_000_000)
    >>> Consent.from_json(consent.to_json()) == consent
    True
    """

    fault: ClassVar[type[InputError]] = CardError

    member: Bytes32
    provider: Uint64
    """0 for any accredited provider."""
    purposes: Uint8
    """Sum of `Purpose` bits."""
    from_: Uint32
    """First civil day of service that it covers."""
    until: Uint32
    """Last civil day of service that it covers."""
    nonce: Uint256
    deadline: Uint256
    """Last second at which the signed consent may be recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One diagnosis presented for payment, with everything that it is proven by: what `ClaimDesk.file`
    takes.
    """

    policy: Policy
    member: Member
    member_proof: tuple[bytes, ...]
    benefit: Benefit
    benefit_proof: tuple[bytes, ...]
    diagnosis: Diagnosis
    diagnosis_proof: tuple[bytes, ...]

    def as_tuple(self) -> tuple[Any, ...]:
        """The members in ABI order, as web3 and Brownie take them."""
        return (
            self.policy.as_tuple(),
            self.member.as_tuple(),
            list(self.member_proof),
            self.benefit.as_tuple(),
            list(self.benefit_proof),
            # Its policy, member and benefit are those of the line.
            self.diagnosis.as_tuple()[3:],
            list(self.diagnosis_proof),
        )


def claim_id(policy_id: bytes, provider: int, bill_line: bytes) -> bytes:
    """The name of a claim on the chain: the hash of policy, provider and bill line, 32 bytes."""
    return keccak(policy_id + provider.to_bytes(32, "big") + bill_line)
