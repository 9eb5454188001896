"""The manifest of the suite: each contract once, with its wiring, signing domain and governed functions.

The deploy, `salus.chain.verify`, `Chain`, the roles and `scripts/abis.py` read it. To add a contract, write
its Solidity and its interface, add its entry to SUITE, and give it a page in docs/contracts. A test compares
the manifest with the sources, and with everything that repeats a part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

from salus.crypto.eip712 import Domain

DEPLOYER: Final = "deployer"
"""Stands for the account that deploys, where a constructor takes it."""
MANAGER: Final = "SalusAccessManager"


class Role(IntEnum):
    """A role of the access manager."""

    GOVERNOR = 0
    ACCREDITOR = 1
    SENTINEL = 2


class DeskStatus(IntEnum):
    """What the provider registry says of a desk, as in the contracts."""

    NONE = 0
    LISTED = 1
    RETIRED = 2


LABELS: Final[Mapping[Role, str]] = {role: role.name for role in Role if role is not Role.GOVERNOR}
"""The manager lets nobody label role 0, its own ADMIN."""
MANAGED: Final = frozenset({"grantRole", "revokeRole", "setTargetClosed"})
"""Functions of the manager itself that the library calls for its governor."""


class Argument(NamedTuple):
    """A constructor argument: the address of a contract of the suite, or of the deployer."""

    of: str
    """Name of the contract, or DEPLOYER."""
    getter: str | None = None
    """The public getter that returns it afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteContract:
    """What the library, the deploy and the verification must know of a contract."""

    name: str
    """In Solidity, and in the address book."""
    handle: str
    """Attribute of `Chain`, and of what the deploy returns."""
    arguments: tuple[Argument, ...] = ()
    """Of the constructor, in order."""
    domain: Callable[[int, str], Domain] | None = None
    """The signing domain for a chain id and an address; None if nothing is signed for the contract."""
    governed: Mapping[str, Role] = field(default_factory=dict)
    """Function → the role that may call it."""


SUITE: Final = (
    SuiteContract(
        name=MANAGER,
        handle="manager",
        arguments=(Argument(DEPLOYER),),
    ),
    SuiteContract(
        name="ProviderRegistry",
        handle="providers",
        arguments=(Argument(MANAGER, "authority"),),
        governed={
            "accredit": Role.ACCREDITOR,
            "renew": Role.ACCREDITOR,
            "endAccreditation": Role.ACCREDITOR,
            "setSuspended": Role.ACCREDITOR,
            "setAdmin": Role.ACCREDITOR,
            "enterSafeMode": Role.SENTINEL,
            "listDesk": Role.GOVERNOR,
            "retireDesk": Role.GOVERNOR,
        },
    ),
    SuiteContract(
        name="ConsentRegistry",
        handle="consents",
        domain=Domain.consent_registry,
    ),
    SuiteContract(
        name="PolicyBook",
        handle="book",
        arguments=(Argument("ClaimDesk", "DESK"), Argument("RiskPoolFactory", "FACTORY")),
        domain=Domain.policy_book,
    ),
    SuiteContract(
        name="ClaimDesk",
        handle="desk",
        arguments=(
            Argument("PolicyBook", "BOOK"),
            Argument("ProviderRegistry", "PROVIDERS"),
            Argument("ConsentRegistry", "CONSENTS"),
        ),
        domain=Domain.claim_desk,
    ),
    SuiteContract(
        name="RiskPoolFactory",
        handle="factory",
        arguments=(
            Argument(MANAGER, "authority"),
            Argument("PolicyBook", "BOOK"),
            Argument("ClaimDesk", "DESK"),
        ),
        governed={"listAsset": Role.GOVERNOR, "delistAsset": Role.GOVERNOR},
    ),
)
"""In the order of deployment."""

CONTRACTS: Final = tuple(contract.name for contract in SUITE)
GOVERNED: Final = {contract.name: contract.governed for contract in SUITE if contract.governed}
"""Contract → its governed functions, each with its role."""
DOMAINS: Final = {contract.handle: contract.domain for contract in SUITE if contract.domain}
"""Handle → the signing domain for a chain id and an address."""
ABIS: Final = {**{name: name for name in CONTRACTS}, "RiskPool": "RiskPool", "Asset": "ERC20Permit"}
"""Each ABI that the library carries, and the contract that it is compiled from. Besides the suite these are
the pools, which the factory makes, and any token that a pool may hold."""
_BY_NAME: Final = {contract.name: contract for contract in SUITE}
_BY_HANDLE: Final = {contract.handle: contract for contract in SUITE}


def by_name(name: str) -> SuiteContract:
    """The entry of a contract.

    >>> by_name("ClaimDesk").handle
    'desk'
    """
    return _BY_NAME[name]


def by_handle(handle: str) -> SuiteContract:
    """The entry of a contract.

    >>> by_handle("desk").name
    'ClaimDesk'
    """
    return _BY_HANDLE[handle]


def deployment_groups() -> Iterator[tuple[SuiteContract, ...]]:
    """The suite in the order of deployment. Contracts whose constructors take each other's addresses come
    together: their addresses must be known before the first of them exists.

    >>> [[contract.handle for contract in group] for group in deployment_groups()]
    [['manager'], ['providers'], ['consents'], ['book', 'desk', 'factory']]
    """
    start = 0
    while start < len(SUITE):
        place, end = start, start + 1
        while place < end:
            taken = (argument.of for argument in SUITE[place].arguments if argument.of != DEPLOYER)
            end = max([end, *(CONTRACTS.index(name) + 1 for name in taken)])
            place += 1
        yield SUITE[start:end]
        start = end
