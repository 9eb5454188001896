"""Defines a filed line, the decision on it, and the split of its bill; mirrors contracts/types/Claim.sol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

from salus.base.codes import DUPLICATE, Carc, from_chain
from salus.crypto.abi import Bytes32, Currency, Struct, Uint8, Uint16, Uint32, Uint64
from salus.types.benefit import Benefit
from salus.types.diagnosis import Diagnosis
from salus.types.member import Member
from salus.types.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One diagnosis presented for payment, with all its proofs, as `ClaimDesk.file` accepts it."""

    policy: Policy
    member: Member
    member_proof: tuple[bytes, ...]
    benefit: Benefit
    benefit_proof: tuple[bytes, ...]
    diagnosis: Diagnosis
    diagnosis_proof: tuple[bytes, ...]

    def as_tuple(self) -> tuple[Any, ...]:
        """Returns the members in ABI order, as web3 and Brownie accept them."""
        return (
            self.policy.as_tuple(),
            self.member.as_tuple(),
            list(self.member_proof),
            self.benefit.as_tuple(),
            list(self.benefit_proof),
            # Policy, member and benefit are left out, because the line already contains them.
            self.diagnosis.as_tuple()[3:],
            list(self.diagnosis_proof),
        )


class Remittance(Struct):
    """How a bill was split, in minor units. Each amount that is not 0 has a reason code.

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
    """Units counted against the unit limit; 0 if there is none."""


_NO_GROUP_LIMIT, _NO_UNIT_LIMIT = 2**64 - 1, 2**32 - 1
"""Values that the claim desk returns if a benefit has no limit."""


class _StatusFacts(NamedTuple):
    word: str = ""
    words: str = ""
    outlook: str = ""
    is_open: bool = False
    can_be_withdrawn: bool = False
    remedy: str = ""


_NO_FACTS = _StatusFacts()


class ClaimStatus(IntEnum):
    """The status of a claim, and what follows from it.

    >>> ClaimStatus(3).words, ClaimStatus.HELD.is_open, ClaimStatus.PAID.is_open
    ('Held for review; the sum is reserved', True, False)
    """

    NONE = 0, _StatusFacts(word="withdrawn", words="Taken back by the provider")
    """Never decided, or withdrawn."""
    SKIPPED = 1, _StatusFacts(word="skipped", words="Left undecided", remedy="file it again")
    """Not decided; may be filed again."""
    PAID = 2, _StatusFacts(word="paid", words="Paid", outlook="paid immediately")
    HELD = (
        3,
        _StatusFacts(
            word="held",
            words="Held for review; the sum is reserved",
            outlook="held for review before it is paid",
            is_open=True,
            can_be_withdrawn=True,
            remedy="settle it when its review window is over",
        ),
    )
    """The money is reserved until the review window ends."""
    OWED = (
        4,
        _StatusFacts(
            word="owed",
            words="Payable; the payment follows",
            outlook="paid as soon as the pool has the money",
            is_open=True,
            remedy="collect it when the pool has the money and the payee accepts it",
        ),
    )
    """Due, but the pool lacked money or the payee refused it; anyone may collect it for the payee."""
    DENIED = (
        5,
        _StatusFacts(
            word="denied",
            words="Denied",
            outlook="denied",
            can_be_withdrawn=True,
            remedy="withdraw it and attest a corrected line, if the line was wrong",
        ),
    )

    word: str
    """One word, for a list."""
    words: str
    """A phrase, for a letter."""
    outlook: str
    """What happens to a claim with this status; empty if a new claim cannot get it."""
    is_open: bool
    """The claim is decided, and its money has not been paid yet."""
    can_be_withdrawn: bool
    """The provider may withdraw the line; a held line only until its review window ends."""
    remedy: str
    """What to do next; empty if nothing is left to do."""

    def __new__(cls, value: int, facts: _StatusFacts = _NO_FACTS) -> ClaimStatus:  # default: for look-ups
        status = int.__new__(cls, value)
        status._value_ = value
        for name, fact in facts._asdict().items():
            setattr(status, name, fact)
        return status


class SkipReason(IntEnum):
    """The reason why a line was left undecided, and the remedy.

    >>> SkipReason(11).words
    'the member has not consented for the service day; ask for consent and file again'
    """

    NONE = 0, "it would be decided", ""
    UNKNOWN_POLICY = 1, "the policy was not issued, or its terms differ", "ask for its cover file"
    BAD_MEMBER_PROOF = 2, "the member is not in the policy", "ask for a new cover file"
    BAD_BENEFIT_PROOF = 3, "the benefit is not in the member's schedule", "attest it with this card"
    BAD_DIAGNOSIS_PROOF = 4, "the line is not under the signature", "attest it with this card"
    MALFORMED = 5, "its units or days are not possible", "correct the bill and attest it again"
    WRONG_CURRENCY = 6, "the bill is not in the policy's currency", "bill it in that currency"
    NOT_YET_SERVED = 7, "the service ends after the signature", "attest it when the service is over"
    ALREADY_DECIDED = 8, "this line is already decided", "do nothing"
    SUPERSEDED = (
        9,
        "its revision is wrong: the revision rises by one after each withdrawal of the bill line",
        "attest it again",
    )
    BILL_MISMATCH = (
        10,
        "another amount or currency was billed first for this bill line",
        "bill the first amount and currency again, or withdraw that line",
    )
    NO_CONSENT = 11, "the member has not consented for the service day", "ask for consent and file again"
    NOT_AUTHORISED = 12, "the care needs prior authorisation (CO-197)", "ask the insurer"

    cause: str
    remedy: str

    def __new__(cls, value: int, cause: str = "", remedy: str = "") -> SkipReason:  # defaults: for look-ups
        reason = int.__new__(cls, value)
        reason._value_ = value
        reason.cause, reason.remedy = cause, remedy
        return reason

    @property
    def words(self) -> str:
        """Formats the reason and the remedy for a reader."""
        return "; ".join(part for part in (self.cause, self.remedy) if part)


class Service(Struct):
    """The service as attested. Amounts are minor units, days are civil days, times are seconds."""

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
    """The decision on a line. Settling, collecting and withdrawing need exactly this value.

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
    """`bytes32`; `codes` unpacks it."""
    diagnosis: bytes
    """Leaf of the diagnosis, 32 bytes."""
    pool: str
    payee: str
    group: bytes
    """Key of the group counters that were charged; zero if there are none."""
    release_at: int
    """First second at which a held claim may be settled; 0 if the claim is not held."""
    remittance: Remittance

    @property
    def codes(self) -> tuple[Carc, ...]:
        """Returns the reasons; the latest comes last."""
        return tuple(from_chain(self.packed_codes))

    @property
    def is_duplicate(self) -> bool:
        """Returns whether the line was denied because its bill is already decided.

        The chain stores the earlier decision; this one is only in an event.
        """
        return self.status is ClaimStatus.DENIED and DUPLICATE in self.codes

    def as_tuple(self) -> tuple[Any, ...]:
        """Returns the members in ABI order."""
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
        """Creates the decision from its members in ABI order."""
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
    """Identifies a claim."""

    policy: bytes
    provider: int
    bill_line: bytes

    def as_tuple(self) -> tuple[bytes, int, bytes]:
        """Returns the members in ABI order."""
        return self.policy, self.provider, self.bill_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """What a member could claim of a benefit now, and what is left of each limit, in minor units."""

    reason: SkipReason
    """NONE if a claim would be decided."""
    status: ClaimStatus
    """Status that the claim would get; NONE if it would not be decided."""
    codes: tuple[Carc, ...]
    annual_left: int
    deductible_left: int
    out_of_pocket_left: int
    group_left: int | None
    """None if there is no limit."""
    units_left: int | None
    """None if there is no limit."""

    @classmethod
    def from_tuple(cls, values: Sequence[Any]) -> Eligibility:
        """Creates the answer from its members in ABI order."""
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
