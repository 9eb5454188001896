"""What happened, read back from the chain: each event as a frozen value with its place.

`log_index` orders the events of a block. Amounts are minor units unless a pool's shares or assets (token
units) are meant; days are civil days, times seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from salus.chain import logs
from salus.chain.event_layout import layout_of
from salus.types import Account, ClaimRef, Decision, GroupUse, Policy, Service, SkipReason

if TYPE_CHECKING:
    from web3 import Web3
    from web3.types import TxReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a contract announced."""

    contract: ClassVar[str]
    kept_by: ClassVar[tuple[str, ...]] = ()
    """Indexed fields by which a reader follows a part of them alone; the first that is asked for counts."""

    address: str
    """The contract that announced it."""
    block: int
    transaction: str
    log_index: int

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among all events of the chain: block, and index in the block."""
        return self.block, self.log_index


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAccredited(Event):
    contract: ClassVar[str] = "ProviderRegistry"

    provider: int
    admin: str
    from_: int
    until: int
    licence: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminChanged(Event):
    contract: ClassVar[str] = "ProviderRegistry"

    provider: int
    admin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAdded(Event):
    contract: ClassVar[str] = "ProviderRegistry"

    provider: int
    attestor: str
    from_: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolCreated(Event):
    contract: ClassVar[str] = "RiskPoolFactory"

    pool: str
    insurer: str
    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyIssued(Event):
    contract: ClassVar[str] = "PolicyBook"
    kept_by: ClassVar[tuple[str, ...]] = ("pool",)

    policy: bytes
    pool: str
    holder: str
    payer: str
    terms: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyClosed(Event):
    contract: ClassVar[str] = "PolicyBook"

    policy: bytes
    released: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Event):
    contract: ClassVar[str] = "ConsentRegistry"
    kept_by: ClassVar[tuple[str, ...]] = ("signer", "member")

    signer: str
    member: bytes
    provider: int
    purposes: int
    from_: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Event):
    contract: ClassVar[str] = "ConsentRegistry"
    kept_by: ClassVar[tuple[str, ...]] = ("signer", "member")

    signer: str
    member: bytes
    provider: int
    last_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEvent(Event):
    """Something that happened to one claim."""

    contract: ClassVar[str] = "ClaimDesk"
    kept_by: ClassVar[tuple[str, ...]] = ("policy", "provider")

    policy: bytes
    provider: int
    bill_line: bytes

    @property
    def claim(self) -> ClaimRef:
        return ClaimRef(policy=self.policy, provider=self.provider, bill_line=self.bill_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDecided(ClaimEvent):
    decision: Decision
    service: Service
    account: Account
    """The policy's counters after it."""
    use: GroupUse
    """Those of its group after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSkipped(ClaimEvent):
    index: int
    """Place of the line in the call."""
    reason: SkipReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPaid(ClaimEvent):
    payee: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOwed(ClaimEvent):
    payee: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWithdrawn(ClaimEvent):
    pass


CLAIM_EVENTS = (ClaimDecided, ClaimPaid, ClaimOwed, ClaimWithdrawn)
"""What can happen to a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootWithdrawnBy(Event):
    contract: ClassVar[str] = "ClaimDesk"

    provider: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyAccess(Event):
    contract: ClassVar[str] = "ClaimDesk"

    policy: bytes
    provider: int
    member: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    contract: ClassVar[str] = "SalusAccessManager"

    role_id: int
    account: str
    delay: int
    since: int
    new_member: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLabel(Event):
    contract: ClassVar[str] = "SalusAccessManager"

    role_id: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationScheduled(Event):
    contract: ClassVar[str] = "SalusAccessManager"

    operation_id: bytes
    nonce: int
    schedule: int
    caller: str
    target: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationExecuted(Event):
    contract: ClassVar[str] = "SalusAccessManager"

    operation_id: bytes
    nonce: int


E = TypeVar("E", bound=Event)


def kinds_of(contract: str) -> list[type[Event]]:
    """The kinds of events that are defined here for a contract."""
    return [
        kind
        for kind in globals().values()
        if isinstance(kind, type)
        and issubclass(kind, Event)
        and getattr(kind, "contract", None) == contract
        and not kind.__subclasses__()
    ]


def in_receipt(kind: type[E], receipt: TxReceipt) -> list[E]:
    """The events of a kind in a transaction, in order."""
    layout = layout_of(kind)
    found = map(logs.from_node, receipt["logs"])
    return [layout.decode(log) for log in found if layout.fits(log)]


def past(
    w3: Web3,
    kind: type[E],
    address: str | Sequence[str],
    *,
    from_block: int = 0,
    to_block: int | None = None,
    **indexed: Any,
) -> Iterator[E]:
    """The events of a kind that a contract announced, oldest first; `indexed` filters by indexed fields, each
    by one value or a list of them: `past(w3, ClaimDecided, desk, policy=policy_id)`.

    Reads from the node alone. `Chain.past` keeps what it has read.
    """
    last = w3.eth.block_number if to_block is None else to_block
    layout = layout_of(kind)
    topics = layout.topics(indexed)
    for one in [address] if isinstance(address, str) else address:
        for _, found in logs.read(w3, w3.to_checksum_address(one), topics, from_block, last):
            yield from (layout.decode(log) for log in found if layout.fits(log))
