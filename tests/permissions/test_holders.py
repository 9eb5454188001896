"""Roles and powers after the deployment

given the contracts as the deployment leaves them
├── it should have exactly the three roles, each with one holder and its delay
├── it should have every governed function under the role in docs/roles.md
├── it should have no admin, guardian, grant delay, closed target or admin delay except the governor's
├── it should leave no power with the deployer
├── it should list the claim desk as the only desk, and have every documented constant
└── it should have contracts that know each other, and no owner
given a governor with a delay
└── the delay should apply from the first second

SPECIFICATION R2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from brownie import accounts, web3

from salus.base.money import BPS
from salus.chain.manifest import GOVERNED, Role, by_name
from salus.chain.roles import holders, labels
from scripts.deploy import Params, deploy
from tests.permissions.table import rows
from tests.permissions.test_roles import contracts
from tests.support.answers import refuses
from tests.support.craft import DAY

ADMIN, ACCREDITOR, SENTINEL, PUBLIC = 0, 1, 2, 2**64 - 1


def held(suite: Any) -> set[tuple[int, str, int]]:
    """Role, account and delay of everybody who holds one."""
    return {(one.role, one.account, one.delay) for one in holders(suite.chain)}


def test_has_three_roles_with_one_holder_each(suite: Any) -> None:
    governor, accreditor, sentinel = (str(accounts[number]) for number in (1, 2, 3))

    assert held(suite) == {(ADMIN, governor, 0), (ACCREDITOR, accreditor, 0), (SENTINEL, sentinel, 0)}
    assert labels(suite.chain) == {ACCREDITOR: "ACCREDITOR", SENTINEL: "SENTINEL"}


def test_governs_by_the_table(suite: Any) -> None:
    governed = [row for row in rows() if row.errors == ("AccessManagedUnauthorized",)]
    governed = [row for row in governed if row.allowed != ("access manager",)]
    assert {row.contract for row in governed} == set(GOVERNED)

    for row in governed:
        contract = getattr(suite, by_name(row.contract).handle)
        selector = contract.signatures[row.function]
        assert suite.manager.getTargetFunctionRole(contract, selector) == Role[row.allowed[0]], row


def test_has_no_power_except_the_governors(suite: Any) -> None:
    manager = suite.manager

    for role in (ADMIN, ACCREDITOR, SENTINEL, 3):
        assert (manager.getRoleAdmin(role), manager.getRoleGuardian(role)) == (ADMIN, ADMIN)
        assert manager.getRoleGrantDelay(role) == 0
    for contract in (suite.manager, suite.providers, suite.factory):
        assert not manager.isTargetClosed(contract)
        assert manager.getTargetAdminDelay(contract) == 0
    for contract in (suite.providers, suite.factory):
        assert contract.authority() == manager


def test_leaves_nothing_with_the_deployer(suite: Any) -> None:
    deployer = accounts[0]

    for role in (ADMIN, ACCREDITOR, SENTINEL):
        assert suite.manager.hasRole(role, deployer) == (False, 0)
    assert suite.manager.hasRole(PUBLIC, deployer) == (True, 0)
    assert suite.providers.providerCount() == 1, "the world's hospital alone"
    assert suite.providers.providerOf(1)[0] != deployer
    assert suite.providers.deskOf(deployer) == (0, 0)
    assert suite.stablecoin.balanceOf(deployer) == 0
    with refuses("AccessManagerUnauthorizedAccount", deployer, ADMIN):
        suite.manager.grantRole(ADMIN, deployer, 0, {"from": deployer})


def test_gives_no_contract_an_owner_but_the_pools(suite: Any) -> None:
    owned = {
        name
        for name, container in contracts().items()
        if {item.get("name") for item in container.abi} & {"owner", "transferOwnership", "upgradeTo", "pause"}
    }

    assert owned == {"RiskPool"}


def test_lists_the_claim_desk_alone(suite: Any) -> None:
    event = web3.eth.contract(address=suite.providers.address, abi=suite.providers.abi).events.DeskChanged
    desks = {log["args"]["desk"] for log in event.get_logs(from_block=suite.chain.addresses.first_block)}

    assert desks == {suite.desk.address}
    assert suite.providers.deskOf(suite.desk) == (1, 0)


def test_has_the_documented_parameters(suite: Any) -> None:
    assert suite.providers.SAFE_MODE() == 7 * DAY
    assert suite.consents.PAST_GRANTS() == 8
    assert (suite.book.MAX_YEAR(), suite.book.MAX_LEAD()) == (366, 366)
    assert suite.book.MAX_REVIEW_WINDOW() == suite.book.APPEAL_WINDOW() == 30 * DAY
    assert suite.book.BPS() == BPS
    assert suite.desk.MAX_ATTESTATION() == 90 * DAY
    currency, exponent = suite.factory.listingOf(suite.stablecoin)
    assert (bytes(currency), exponent) == (b"USD", 2)


def test_has_contracts_that_know_each_other(suite: Any) -> None:
    assert (suite.book.DESK(), suite.book.FACTORY()) == (suite.desk, suite.factory)
    assert (suite.desk.BOOK(), suite.desk.PROVIDERS(), suite.desk.CONSENTS()) == (
        suite.book,
        suite.providers,
        suite.consents,
    )
    assert (suite.factory.BOOK(), suite.factory.DESK()) == (suite.book, suite.desk)


def test_gives_a_pool_nothing_but_its_insurer(world: Any) -> None:
    pool = world.new_pool(world.asset)

    assert (pool.owner(), pool.insurer()) == (world.insurer, world.insurer)
    assert (pool.NOTICE_PERIOD(), pool.EXIT_WINDOW()) == (35 * DAY, 14 * DAY)
    assert pool.NOTICE_PERIOD() > world.book.MAX_REVIEW_WINDOW()


@pytest.mark.parametrize("delay", [1, 5 * DAY])
def test_binds_a_governor_with_a_delay(suite: Any, delay: int) -> None:
    params = replace(Params.local(accounts), governor_delay=delay)
    governor = params.governor

    slow = deploy(params, accounts[0])

    assert (ADMIN, governor, delay) in held(slow)
    operation = slow.manager.hashOperation(
        governor, slow.manager, slow.manager.grantRole.encode_input(SENTINEL, accounts[9], 0)
    )
    with refuses("AccessManagerNotScheduled", bytes(operation)):
        slow.manager.grantRole(SENTINEL, accounts[9], 0, {"from": governor})
