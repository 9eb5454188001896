"""What happened, read back from the chain: each event as a frozen value with its place.

`log_index` orders the events of a block. Amounts are minor units unless a pool's shares or assets (token
units) are meant; days are civil days, times seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, get_type_hints

from salus.chain.abis import abi_of
from salus.chain.facts import Facts, unpack
from salus.chain.web3_lazily import web3
from salus.crypto.abi import Struct, camel_case
from salus.types import Account, ClaimRef, Decision, GroupUse, Policy, Service, SkipReason

if TYPE_CHECKING:
    from web3 import Web3
    from web3.contract import Contract
    from web3.types import EventData, TxReceipt

BLOCKS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a contract announced."""

    contract: ClassVar[str]

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

    signer: str
    member: bytes
    provider: int
    purposes: int
    from_: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Event):
    contract: ClassVar[str] = "ConsentRegistry"

    signer: str
    member: bytes
    provider: int
    last_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEvent(Event):
    """Something that happened to one claim."""

    contract: ClassVar[str] = "ClaimDesk"

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


def in_receipt(w3: Web3, kind: type[E], receipt: TxReceipt) -> list[E]:
    """The events of a kind in a transaction, in order."""
    event = _handle(w3, kind).events[kind.__name__]
    return [_read(kind, data) for data in event().process_receipt(receipt, errors=web3.logs.DISCARD)]


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
    by one value or a list of them: `past(w3, ClaimDecided, desk, policy=policy_id)`."""
    last = w3.eth.block_number if to_block is None else to_block
    filters = {camel_case(name): value for name, value in indexed.items()}
    addresses = [address] if isinstance(address, str) else address
    for one in addresses:
        event = _handle(w3, kind, one).events[kind.__name__]()
        for start in range(from_block, last + 1, BLOCKS_AT_ONCE):
            end = min(start + BLOCKS_AT_ONCE - 1, last)
            logs = event.get_logs(from_block=start, to_block=end, argument_filters=filters)
            yield from (_read(kind, data) for data in logs)


def _handle(w3: Web3, kind: type[Event], address: str | None = None) -> type[Contract] | Contract:
    abi = abi_of(kind.contract)
    return (
        w3.eth.contract(abi=abi)
        if address is None
        else w3.eth.contract(web3.Web3.to_checksum_address(address), abi=abi)
    )


def _read(kind: type[E], data: EventData) -> E:
    place: dict[str, Any] = {
        "address": data["address"],
        "block": data["blockNumber"],
        "transaction": data["transactionHash"].to_0x_hex(),
        "log_index": data["logIndex"],
    }
    arguments = data["args"]
    packed = _opened(arguments)._asdict() if "facts" in arguments else {}
    content = {
        name: _value(hint, arguments[camel_case(name)])
        for name, hint in _hints(cast(Any, kind)).items()
        if name not in place and name not in packed
    }
    return kind(**place, **content, **packed)


def _opened(arguments: Mapping[str, Any]) -> Facts:
    return unpack(arguments["keys"], list(arguments["facts"].values()))


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {part.name: hints[part.name] for part in fields(kind)}


def _value(hint: Any, value: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return hint.from_tuple(_members(value))
    if hint is bytes:
        return bytes(value)
    return hint(value) if hint is SkipReason else value


def _members(value: Any) -> Any:
    """A decoded struct as nested tuples in ABI order."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, bytes):  # web3 has a subclass of its own
        return bytes(value)
    return tuple(map(_members, value)) if isinstance(value, list | tuple) else value
