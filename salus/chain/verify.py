"""Verifies a deployed suite: reads back every address, role, delay and setting, and who has power.

An auditor needs this library, a node, the address book of the deployment, and the accounts that should hold
the roles. Verifying moves nothing and needs no key:

    from salus.chain import AddressBook, Chain
    from salus.chain.deployment import Asset, Params
    from salus.chain.verify import verify

    chain = Chain.open("https://node.example", addresses=AddressBook.load("84532.json"))
    params = Params(
        governor="0x…",
        accreditor="0x…",
        sentinel="0x…",
        governor_delay=172_800,
        assets=(Asset(address="0x…", currency="USD", exponent=2),),
    )
    verify(chain, params, deployer="0x…")     # raises DeploymentError, which names the first difference

It believes what the contracts answer, and that the node leaves out no event: who was ever granted a role is
known from events alone. They are read from the node each time, never from those that were kept. An auditor
compares them with a second node (`salus auditor verify --second-node`).

Check separately, for instance on a block explorer, that the code at each address was compiled from these
sources; the address book names the commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from eth_utils.address import to_checksum_address

from salus.base.errors import DeploymentError
from salus.chain import events, roles
from salus.chain.deployment import Asset, Params, assets, assignments
from salus.chain.manifest import DEPLOYER, GOVERNED, LABELS, MANAGER, SUITE, DeskStatus, Role
from salus.chain.roles import Holder
from salus.chain.suite import Chain
from salus.chain.web3_lazily import web3


class Fact(NamedTuple):
    """Something that the chain was asked for, and the answer that it should give."""

    what: str
    found: Any
    wanted: Any


def verify(chain: Chain, params: Params, deployer: str) -> None:
    """Raises DeploymentError, naming the first fact that is not as the parameters say, or what power the
    deployer has kept."""
    for what, found, wanted in facts(chain, params, deployer):
        if found != wanted:
            raise DeploymentError(
                f"{what} is {found} instead of {wanted}",
                remedy="do not use this suite; deploy again, or let the governor correct it",
            )


def facts(chain: Chain, params: Params, deployer: str) -> Iterator[Fact]:
    """All that is verified, each fact read when it is reached."""
    chain = chain.without_store()  # once, so that each contract's events are read once
    yield from structure(chain)
    yield from held(chain, params.holders)
    yield from listed(chain, assets(chain, params))
    yield from kept(chain, deployer)


def structure(chain: Chain) -> Iterator[Fact]:
    """What is verified without knowing who should hold the roles, and which assets should be listed."""
    chain = chain.without_store()
    yield from _wiring(chain)
    yield from _domains(chain)
    yield from _roles(chain)
    yield from _governed(chain)
    yield from _desk(chain)


def held(chain: Chain, wanted: Sequence[Holder]) -> Iterator[Fact]:
    """Who holds which role."""
    found = roles.holders(chain.without_store())
    yield Fact("who holds which role, with which delay", in_words(found), in_words(wanted))


def listed(chain: Chain, wanted: Sequence[Asset]) -> Iterator[Fact]:
    """The assets that pools may hold."""
    for asset in wanted:
        listing = (asset.currency, asset.exponent)
        yield Fact(f"the listing of asset {asset.address}", chain.listing(asset.address), listing)


def _wiring(chain: Chain) -> Iterator[Fact]:
    """The contracts know each other."""
    for contract in SUITE:
        for of, getter in contract.arguments:
            if getter and of != DEPLOYER:
                found = _ask(chain, contract.name, getter)
                yield Fact(f"{contract.name}.{getter}", found, chain.contract(of).address)


def _domains(chain: Chain) -> Iterator[Fact]:
    """What is signed for a contract is good for it alone."""
    for contract in SUITE:
        if contract.domain:
            _, *found, _, _ = _ask(chain, contract.name, "eip712Domain")
            wanted = contract.domain(chain.chain_id, chain.contract(contract.name).address)
            yield Fact(f"{contract.name}'s signing domain", tuple(found), wanted.as_tuple())


def _roles(chain: Chain) -> Iterator[Fact]:
    """The governor is over every role, and each has its name."""
    named = {roles.name_of(role): label for role, label in roles.labels(chain).items()}
    yield Fact("the labels of the roles", named, {label: label for label in LABELS.values()})
    for role in map(int, Role):
        admin = _ask(chain, MANAGER, "getRoleAdmin", role)
        guardian = _ask(chain, MANAGER, "getRoleGuardian", role)
        yield Fact(f"the admin of role {role}", admin, int(Role.GOVERNOR))
        yield Fact(f"the guardian of role {role}", guardian, int(Role.GOVERNOR))
        yield Fact(f"the grant delay of role {role}", _ask(chain, MANAGER, "getRoleGrantDelay", role), 0)


def _governed(chain: Chain) -> Iterator[Fact]:
    """Each governed function has its role, and no contract is closed for the roles."""
    for name, role, selectors in assignments(chain):
        for function, selector in selectors.items():
            target = chain.contract(name).address
            found = _ask(chain, MANAGER, "getTargetFunctionRole", target, selector)
            yield Fact(f"the role for {name}.{function}", found, int(role))
    for name in GOVERNED:
        target = chain.contract(name).address
        yield Fact(f"{name} closed", _ask(chain, MANAGER, "isTargetClosed", target), False)
        yield Fact(f"the admin delay of {name}", _ask(chain, MANAGER, "getTargetAdminDelay", target), 0)
    yield Fact(f"{MANAGER} closed", _ask(chain, MANAGER, "isTargetClosed", chain.manager.address), False)


def _desk(chain: Chain) -> Iterator[Fact]:
    status = _ask(chain, "ProviderRegistry", "deskOf", chain.desk.address)[0]
    yield Fact("the desk's status in ProviderRegistry", status, int(DeskStatus.LISTED))


def kept(chain: Chain, deployer: str) -> Iterator[Fact]:
    """What the deployer could have given itself while it was ADMIN, apart from roles, whose holders are all
    verified."""
    chain = chain.without_store()
    deployer = to_checksum_address(deployer)
    status = _ask(chain, "ProviderRegistry", "deskOf", deployer)[0]
    yield Fact("the deployer's status as a desk", status, int(DeskStatus.NONE))
    named = {event.provider for event in chain.past(events.ProviderAccredited) if event.admin == deployer}
    named |= {event.provider for event in chain.past(events.AdminChanged) if event.admin == deployer}
    kept = [one for one in sorted(named) if _ask(chain, "ProviderRegistry", "providerOf", one)[0] == deployer]
    yield Fact("the providers whose admin is the deployer", kept, [])


def _ask(chain: Chain, name: str, function: str, *arguments: Any) -> Any:
    """What a contract of the suite answers. Raises DeploymentError if something else is at its address."""
    contract = chain.contract(name)
    try:
        return contract.functions[function](*arguments).call()
    except (web3.exceptions.BadFunctionCallOutput, web3.exceptions.ContractLogicError):
        raise DeploymentError(
            f"{name} at {contract.address} does not answer {function}",
            remedy="check the address book and the network",
        ) from None


def in_words(holders: Sequence[Holder]) -> list[str]:
    """Holders of roles for a person."""
    return [f"{roles.name_of(one.role)} {one.account} with {one.delay} s" for one in holders]
