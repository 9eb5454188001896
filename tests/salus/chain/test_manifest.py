"""salus.chain.manifest against all that says a part of it again

given the Solidity source of a contract
├── its constructor should take what the manifest says, in that order
├── it should show each argument by the getter that the manifest names, and no other
├── it should have the manifest's signing domain, or none
└── exactly its governed functions should be restricted
given docs/roles.md
├── it should have each governed function under its role, and no other
└── it should number the roles as the manifest does
given the library
├── `Chain` should have each contract under its handle, and each domain
├── it should carry the ABI of every contract, and its events should be those of contracts
└── the parameters of a deployment should name a holder for each role
given the scripts
├── the governor should name the manifest's roles
└── the networks file should name the library's local chains
given contracts that take each other's addresses
└── they should be deployed together, after all that they need
"""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import get_args

import pytest
import yaml
from web3 import Web3

from salus.chain import events
from salus.chain.abis import contracts
from salus.chain.address_book import AddressBook, Deployed
from salus.chain.deployment import LOCAL_CHAINS, Params
from salus.chain.manifest import (
    ABIS,
    CONTRACTS,
    DEPLOYER,
    GOVERNED,
    SUITE,
    Role,
    SuiteContract,
    by_name,
    deployment_groups,
)
from salus.chain.suite import Chain
from salus.crypto.eip712 import Domain
from tests.permissions.table import PAGE, rows

ROOT = Path(__file__).parents[3]
CHAIN_ID = 31_337
KEPT = re.compile(r"^        ([A-Z]+) = (?:I\w+\()?(\w+)\)?;", re.M)
RESTRICTED = re.compile(r"^    function (\w+)\([^{;]*\brestricted\b", re.M)
each = pytest.mark.parametrize("contract", SUITE, ids=lambda contract: contract.name)


def source(contract: SuiteContract) -> str:
    return (ROOT / "contracts" / f"{contract.name}.sol").read_text()


def handle(name: str) -> str:
    """How a constructor calls an argument."""
    return "initialAdmin" if name == DEPLOYER else by_name(name).handle


@pytest.fixture
def chain() -> Chain:
    """A suite whose contracts have addresses of their own; no node is asked."""
    book = AddressBook(chain_id=CHAIN_ID, genesis="0x" + "00" * 32)
    for number, name in enumerate(CONTRACTS, start=1):
        entry = Deployed(address=f"0x{number:040x}", arguments=(), block=1, transaction="", commit="")
        book = book.adding(name, entry)
    return Chain(Web3(), book)


# THE SOURCES


@each
def test_constructors_take_what_is_said(contract: SuiteContract) -> None:
    (found,) = re.findall(r"constructor\((.*?)\)", source(contract), re.S) or [""]
    names = [parameter.split()[-1] for parameter in found.split(",") if parameter.strip()]

    assert names == [handle(argument.of) for argument in contract.arguments]


@each
def test_getters_show_what_is_said(contract: SuiteContract) -> None:
    text = source(contract)
    authority = [("authority", name) for name in re.findall(r"\bAccessManaged\((\w+)\)", text)]
    public = re.findall(r"\bpublic immutable (\w+)", text)
    assert [getter for getter, _ in KEPT.findall(text) if getter in public] == public

    shown = [*authority, *(kept for kept in KEPT.findall(text) if kept[0] in public)]
    assert [(one.getter, handle(one.of)) for one in contract.arguments if one.getter] == shown


@each
def test_domains_are_those_of_the_sources(contract: SuiteContract) -> None:
    domain = contract.domain(CHAIN_ID, "0x" + "11" * 20) if contract.domain else None

    found = re.findall(r'\bEIP712\("(.+?)", "(.+?)"\)', source(contract))
    assert found == ([(domain.name, domain.version)] if domain else [])


@each
def test_governed_functions_are_restricted(contract: SuiteContract) -> None:
    assert set(RESTRICTED.findall(source(contract))) == set(contract.governed)


# DOCS/ROLES.MD


def test_roles_are_those_of_the_page() -> None:
    documented = {
        (row.contract, row.function): row.allowed
        for row in rows()
        if row.errors == ("AccessManagedUnauthorized",) and row.allowed != ("access manager",)
    }

    assert documented == {
        (name, function): (role.name,) for name, roles in GOVERNED.items() for function, role in roles.items()
    }


def test_roles_have_the_numbers_of_the_page() -> None:
    documented = re.findall(r"^\| `(\w+)` \| holds role (\d+)", PAGE.read_text(), re.M)

    assert documented == [(role.name, str(int(role))) for role in Role]


# THE LIBRARY


def test_chain_has_each_contract(chain: Chain) -> None:
    handles = {name for name, value in vars(Chain).items() if isinstance(value, cached_property)}
    assert {name for name in handles if not name.startswith("_")} == {contract.handle for contract in SUITE}

    for contract in SUITE:
        address = chain.addresses.address(contract.name)
        assert getattr(chain, contract.handle).address == chain.contract(contract.name).address == address


def test_chain_has_each_domain(chain: Chain) -> None:
    found = [getattr(chain, name) for name in vars(Chain) if name.endswith("_domain")]

    assert sorted(found, key=address_of) == sorted(
        [
            contract.domain(CHAIN_ID, chain.addresses.address(contract.name))
            for contract in SUITE
            if contract.domain
        ],
        key=address_of,
    )


def address_of(domain: Domain) -> str:
    return domain.verifying_contract


def test_carries_every_abi() -> None:
    assert set(contracts()) == set(ABIS)


def test_events_are_those_of_contracts() -> None:
    named = {
        kind.contract
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, events.Event) and kind is not events.Event
    }

    assert named <= set(ABIS)


def test_a_deployment_names_each_holder() -> None:
    assert {role.name.lower() for role in Role} <= {field.name for field in fields(Params)}


# THE SCRIPTS


def test_the_governor_names_the_roles() -> None:
    from salus.cli.governor import RoleName

    literal, *_ = get_args(RoleName)
    assert get_args(literal) == tuple(Role.__members__)


def test_local_chains_are_named_alike() -> None:
    content = yaml.safe_load((ROOT / "salus" / "chain" / "networks.yaml").read_text())

    assert set(content["local"]["chains"]) == LOCAL_CHAINS


# THE ORDER OF DEPLOYMENT


def test_nothing_is_deployed_before_what_it_needs() -> None:
    known = {DEPLOYER}
    for group in deployment_groups():
        names = {contract.name for contract in group}
        needed = {argument.of for contract in group for argument in contract.arguments}
        assert needed <= known | names
        known |= names

    assert known == {DEPLOYER, *CONTRACTS}


def test_only_what_must_is_deployed_together() -> None:
    assert [len(group) for group in deployment_groups()] == [1, 1, 1, 3]
