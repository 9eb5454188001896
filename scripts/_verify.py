"""Reads a deployed suite back: every address, role, delay and parameter, and who else has power: nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from brownie import web3

from salus.base.errors import DeploymentError
from salus.chain.roles import GOVERNED
from salus.crypto.eip712 import Domain
from scripts._suite import ACCREDITOR, ADMIN, LABELS, SENTINEL, Asset, Params, Suite

NEVER_LISTED, LISTED = 0, 1  # DeskStatus
BLOCKS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the set-up that is still to be taken."""

    words: str
    contract: Any
    method: Any
    arguments: tuple[Any, ...]

    @property
    def encoded(self) -> str:
        """The call as the contract's own `multicall` takes it."""
        return str(self.method.encode_input(*self.arguments))


def outstanding(suite: Suite, params: Params) -> list[Step]:
    """What must still be sent until the suite is as the parameters say, in order."""
    return list(_steps(suite, params))


def _steps(suite: Suite, params: Params) -> Iterator[Step]:
    manager, named = suite.manager, labels(suite)
    for role, name in LABELS.items():
        if named.get(role) != name:
            yield Step(f"label role {role} {name}", manager, manager.labelRole, (role, name))
    for contract, role, selectors in _assignments(suite):
        if any(manager.getTargetFunctionRole(contract, selector) != role for selector in selectors):
            words = f"give {contract._name}'s functions to role {role}"
            yield Step(words, manager, manager.setTargetFunctionRole, (contract, selectors, role))
    for role, account, delay in _grants(params):
        if tuple(manager.hasRole(role, account)) != (True, delay):
            words = f"grant role {role} to {account}"
            yield Step(words, manager, manager.grantRole, (role, account, delay))
    if suite.providers.deskOf(suite.desk)[0] != LISTED:
        words = "list the claim desk"
        yield Step(words, suite.providers, suite.providers.listDesk, (suite.desk,))
    for asset in _assets(suite, params):
        if not _is_listed(suite, asset):
            arguments = (asset.address, asset.currency.encode(), asset.exponent)
            words = f"list asset {asset.address}"
            yield Step(words, suite.factory, suite.factory.listAsset, arguments)


def verify(suite: Suite, params: Params, deployer: Any) -> None:
    """Raises DeploymentError, naming the first thing that is not as the parameters say, or what power the
    deployer, an account, has kept."""
    for what, found, wanted in (*_facts(suite, params), *_kept(suite, deployer)):
        if found != wanted:
            raise DeploymentError(
                f"{what} is {found} instead of {wanted}",
                remedy="do not use this suite; deploy again, or let the governor put it right",
            )


Fact = tuple[str, Any, Any]


def _facts(suite: Suite, params: Params) -> Iterator[Fact]:
    yield from _wiring(suite)
    yield from _powers(suite, params)
    for asset in _assets(suite, params):
        wanted = (asset.currency, asset.exponent)
        yield f"the listing of asset {asset.address}", _listing(suite, asset), wanted
    yield "the desk's status in ProviderRegistry", suite.providers.deskOf(suite.desk)[0], LISTED


def _kept(suite: Suite, deployer: Any) -> Iterator[Fact]:
    """What an ADMIN could have given itself that is no role: roles are held to their holders as a whole."""
    providers = suite.providers
    yield "the deployer's status as a desk", providers.deskOf(deployer)[0], NEVER_LISTED
    named = {
        event["provider"]
        for name in ("ProviderAccredited", "AdminChanged")
        for event in _events(suite, providers, name)
        if event["admin"] == deployer
    }
    kept = [number for number in sorted(named) if providers.providerOf(number)[0] == deployer]
    yield "the providers whose admin is the deployer", kept, []


def _wiring(suite: Suite) -> Iterator[Fact]:
    for contract in (suite.providers, suite.factory):
        yield f"{contract._name}.authority", contract.authority(), suite.manager.address
    yield "PolicyBook.DESK", suite.book.DESK(), suite.desk.address
    yield "PolicyBook.FACTORY", suite.book.FACTORY(), suite.factory.address
    yield "ClaimDesk.BOOK", suite.desk.BOOK(), suite.book.address
    yield "ClaimDesk.PROVIDERS", suite.desk.PROVIDERS(), suite.providers.address
    yield "ClaimDesk.CONSENTS", suite.desk.CONSENTS(), suite.consents.address
    yield "RiskPoolFactory.BOOK", suite.factory.BOOK(), suite.book.address
    yield "RiskPoolFactory.DESK", suite.factory.DESK(), suite.desk.address

    chain_id = web3.eth.chain_id
    for contract, domain in (
        (suite.book, Domain.policy_book(chain_id, suite.book.address)),
        (suite.desk, Domain.claim_desk(chain_id, suite.desk.address)),
        (suite.consents, Domain.consent_registry(chain_id, suite.consents.address)),
    ):
        _, name, version, chain, address, *_ = contract.eip712Domain()
        wanted = (domain.name, domain.version, domain.chain_id, domain.verifying_contract)
        yield f"{contract._name}'s signing domain", (name, version, chain, address), wanted


def _powers(suite: Suite, params: Params) -> Iterator[Fact]:
    manager = suite.manager
    wanted: dict[int, dict[str, int]] = defaultdict(dict)
    for role, account, delay in _grants(params):
        wanted[role][account] = delay
    yield "who holds which role, with which delay", holders(suite), dict(wanted)
    yield "the labels of the roles", labels(suite), LABELS
    for role in (ADMIN, ACCREDITOR, SENTINEL):
        yield f"the admin of role {role}", manager.getRoleAdmin(role), ADMIN
        yield f"the guardian of role {role}", manager.getRoleGuardian(role), ADMIN
        yield f"the grant delay of role {role}", manager.getRoleGrantDelay(role), 0
    for contract, role, selectors in _assignments(suite):
        for selector in selectors:
            found = manager.getTargetFunctionRole(contract, selector)
            yield f"the role for {contract._name} {selector}", found, role
    for contract in (suite.providers, suite.factory):
        yield f"{contract._name} closed", manager.isTargetClosed(contract), False
        yield f"the admin delay of {contract._name}", manager.getTargetAdminDelay(contract), 0
    yield "AccessManager closed", manager.isTargetClosed(manager), False


def _grants(params: Params) -> Iterator[tuple[int, str, int]]:
    yield ADMIN, params.governor, params.governor_delay
    yield ACCREDITOR, params.accreditor, 0
    yield SENTINEL, params.sentinel, 0


def _assignments(suite: Suite) -> Iterator[tuple[Any, int, list[str]]]:
    """Contract, role, and the selectors of the functions that the role may call."""
    for contract in (suite.providers, suite.factory):
        by_role: dict[int, list[str]] = defaultdict(list)
        for function, role in GOVERNED[contract._name].items():
            by_role[role].append(contract.signatures[function])
        for role, selectors in by_role.items():
            yield contract, role, selectors


def _assets(suite: Suite, params: Params) -> tuple[Asset, ...]:
    if suite.stablecoin is None:
        return params.assets
    return (*params.assets, Asset(address=suite.stablecoin.address, currency="USD", exponent=2))


def _listing(suite: Suite, asset: Asset) -> tuple[str, int]:
    currency, exponent = suite.factory.listingOf(asset.address)
    return bytes(currency).rstrip(b"\0").decode("latin-1"), exponent


def _is_listed(suite: Suite, asset: Asset) -> bool:
    return _listing(suite, asset) == (asset.currency, asset.exponent)


def holders(suite: Suite) -> dict[int, dict[str, int]]:
    """Every role that anyone holds: role, account, execution delay. The manager keeps no list, so its events
    say whom to ask for."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for event in _events(suite, suite.manager, "RoleGranted"):
        has_role, delay = suite.manager.hasRole(event["roleId"], event["account"])
        if has_role:
            found[event["roleId"]][event["account"]] = delay
    return dict(found)


def labels(suite: Suite) -> dict[int, str]:
    """The name of each role that has one; the latest counts."""
    return {event["roleId"]: event["label"] for event in _events(suite, suite.manager, "RoleLabel")}


def _events(suite: Suite, contract: Any, name: str) -> Iterator[Any]:
    event = web3.eth.contract(address=contract.address, abi=contract.abi).events[name]
    last = web3.eth.block_number
    for start in range(suite.first_block, last + 1, BLOCKS_AT_ONCE):
        for log in event.get_logs(from_block=start, to_block=min(start + BLOCKS_AT_ONCE - 1, last)):
            yield log["args"]
