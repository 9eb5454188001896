"""A line presented for payment, how it was decided, and how its bill was split: contracts/types/Claim.sol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from salus.base.codes import DUPLICATE, Carc, from_chain
from salus.crypto.abi import Bytes32, Currency, Struct, Uint8, Uint16, Uint32, Uint64
from salus.types.benefit import Benefit
from salus.types.diagnosis import Diagnosis
from salus.types.member import Member
from salus.types.policy import Policy


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


class Remittance(Struct):
    """How a bill was split, in minor units. Each amount that is not 0 has its reason code.

    Indemnity: billed = paid + deductible + coinsurance + over_limit + not_covered + other_cover.
    Scheduled: rate × days (or units) = paid + over_limit + not_covered + eliminated + outside.
    """

    allowed: Uint64 = 0
    deductible: Uint64 = 0
    coinsurance: Uint64 = 0
    over_limit: Uint64 = 0
    """Cut by a limit on amounts."""
    not_covered: Uint64 = 0
    """Units above the unit limit."""
    other_cover: Uint64 = 0
    """Paid or reserved under other policies."""
    eliminated: Uint64 = 0
    """First nights of a stay."""
    outside: Uint64 = 0
    """Nights after the end of cover."""
    paid: Uint64 = 0
    units: Uint32 = 0
    """Counted against the unit limit; 0 when there is none."""


_NO_GROUP_LIMIT, _NO_UNIT_LIMIT = 2**64 - 1, 2**32 - 1
"""What the claim desk answers where a benefit has no limit."""


class ClaimStatus(IntEnum):
    """Where a claim stands."""

    NONE = 0
    """Never decided, or withdrawn."""
    SKIPPED = 1
    """Left undecided; may be filed again."""
    PAID = 2
    HELD = 3
    """Reserved; waits for its review window."""
    OWED = 4
    """Due, but the pool was short or the payee refused; anyone may collect it for the payee."""
    DENIED = 5


class SkipReason(IntEnum):
    """Why a line was left undecided, and what heals it.

    >>> SkipReason(11).words
    'the member has not consented for the service day; ask for consent and file again'
    """

    NONE = 0
    UNKNOWN_POLICY = 1
    BAD_MEMBER_PROOF = 2
    BAD_BENEFIT_PROOF = 3
    BAD_DIAGNOSIS_PROOF = 4
    MALFORMED = 5
    WRONG_CURRENCY = 6
    NOT_YET_SERVED = 7
    ALREADY_DECIDED = 8
    SUPERSEDED = 9
    BILL_MISMATCH = 10
    NO_CONSENT = 11
    NOT_AUTHORISED = 12

    @property
    def words(self) -> str:
        """The reason and the way out, for a person."""
        return _WORDS[self]


_WORDS = {
    SkipReason.NONE: "it would be decided",
    SkipReason.UNKNOWN_POLICY: "the policy was not issued, or the terms are others; ask for its cover file",
    SkipReason.BAD_MEMBER_PROOF: "the member is not in the policy; ask for a new cover file",
    SkipReason.BAD_BENEFIT_PROOF: "the benefit is not in the member's schedule; attest it with this card",
    SkipReason.BAD_DIAGNOSIS_PROOF: "the line is not under the signature; attest it with this card",
    SkipReason.MALFORMED: "units or days make no sense; attest it rightly",
    SkipReason.WRONG_CURRENCY: "the bill is not in the policy's currency",
    SkipReason.NOT_YET_SERVED: "the service lies after the signature; attest it when it is over",
    SkipReason.ALREADY_DECIDED: "this very line was decided already; nothing is to be done",
    SkipReason.SUPERSEDED: "another revision is due: one more after each withdrawal on the bill line",
    SkipReason.BILL_MISMATCH: "another amount or currency was billed first for this bill line",
    SkipReason.NO_CONSENT: "the member has not consented for the service day; ask for consent and file again",
    SkipReason.NOT_AUTHORISED: "the care had to be authorised beforehand (CO-197)",
}


class Service(Struct):
    """What was served, as attested; amounts are minor units, days civil days, times seconds."""

    member: Bytes32
    benefit: Bytes32
    case_id: Bytes32
    record: Bytes32
    revision: Uint8
    flags: Uint8
    from_: Uint32
    to: Uint32
    units: Uint16
    billed: Uint64
    currency: Currency
    issued_at: Uint64
    decided_at: Uint64


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided on a line. Settling, collecting and withdrawing hand back exactly this.

    >>> split = Remittance(allowed=100_00, coinsurance=20_00, paid=80_00)
    >>> decision = Decision(status=ClaimStatus.HELD, packed_codes=bytes(26) + b"2\\0\\x00133",
    ...                     diagnosis=bytes(32), group=bytes(32), pool="0x" + "c0" * 20,
    ...                     payee="0x" + "ab" * 20, release_at=1_750_259_200, remittance=split)
    >>> [str(code) for code in decision.codes]
    ['PR-2', 'OA-133']
    >>> Decision.from_tuple(decision.as_tuple()) == decision
    True
    """

    status: ClaimStatus
    packed_codes: bytes
    """`bytes32`; `codes` opens it."""
    diagnosis: bytes
    """Leaf of the diagnosis, 32 bytes."""
    pool: str
    payee: str
    group: bytes
    """Key of the group counters charged; zero for none."""
    release_at: int
    """First second at which a held claim may be settled; 0 if it is not held."""
    remittance: Remittance

    @property
    def codes(self) -> tuple[Carc, ...]:
        """The reasons, the latest last."""
        return tuple(from_chain(self.packed_codes))

    @property
    def is_duplicate(self) -> bool:
        """Whether it denies because an earlier decision on the bill stands. The chain keeps that one, and
        this only as an event."""
        return self.status is ClaimStatus.DENIED and DUPLICATE in self.codes

    def as_tuple(self) -> tuple[Any, ...]:
        """The members in ABI order."""
        return (
            int(self.status),
            self.packed_codes,
            self.diagnosis,
            self.pool,
            self.payee,
            self.group,
            self.release_at,
            self.remittance.as_tuple(),
        )

    @classmethod
    def from_tuple(cls, values: Sequence[Any]) -> Decision:
        """Back from ABI order."""
        status, codes, diagnosis, pool, payee, group, release_at, remittance = values
        return cls(
            status=ClaimStatus(status),
            packed_codes=bytes(codes),
            diagnosis=bytes(diagnosis),
            pool=pool,
            payee=payee,
            group=bytes(group),
            release_at=release_at,
            remittance=Remittance.from_tuple(remittance),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRef:
    """Names a claim."""

    policy: bytes
    provider: int
    bill_line: bytes

    def as_tuple(self) -> tuple[bytes, int, bytes]:
        """The members in ABI order."""
        return self.policy, self.provider, self.bill_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """What a member could claim of a benefit, and what is left of every limit, minor units."""

    reason: SkipReason
    """NONE when a claim would be decided."""
    status: ClaimStatus
    """What the claim would become; NONE when it would not be decided."""
    codes: tuple[Carc, ...]
    annual_left: int
    deductible_left: int
    out_of_pocket_left: int
    group_left: int | None
    """None without a limit."""
    units_left: int | None
    """None without a limit."""

    @classmethod
    def from_tuple(cls, values: Sequence[Any]) -> Eligibility:
        """From ABI order."""
        reason, status, codes, annual, deductible, out_of_pocket, group, units = values
        return cls(
            reason=SkipReason(reason),
            status=ClaimStatus(status),
            codes=tuple(from_chain(bytes(codes))),
            annual_left=annual,
            deductible_left=deductible,
            out_of_pocket_left=out_of_pocket,
            group_left=None if group == _NO_GROUP_LIMIT else group,
            units_left=None if units == _NO_UNIT_LIMIT else units,
        )
