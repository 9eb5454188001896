"""issueWithPermit

given a payer that signs a permit instead of approving
├── when the permit is valid
│   └── it should issue in one call
├── when another account has used the permit first
│   └── it should still issue, because the allowance exists
├── when the permit is for another token, another spender or too little, or has expired
│   └── it should revert because the allowance is missing, and take nothing
├── when the permit belongs to another account
│   └── it should revert, because only the sender pays the premium
└── when the pool was not created by the factory
    └── it should revert before it calls the pool or its asset
given a payer that has approved before
├── when the permit is invalid
│   └── it should issue with the allowance
└── when the asset has no permits
    └── it should issue with the allowance

SPECIFICATION I2, I3.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import craft
from tests.support.answers import refuses
from tests.support.craft import PREMIUM, Sold
from tests.support.issuing import permit, purse, quoted, sender
from tests.support.world import World

PAYER = craft.signer("payer with a wallet")
WORTHLESS = (0, 0, 27, bytes(32), bytes(32))


@pytest.fixture
def sold(world: World) -> Sold:
    """Returns a draft, and a payer that has the premium but has approved nothing."""
    world.mint(PAYER.address, PREMIUM)
    return world.draft()


@pytest.fixture
def premium(world: World) -> int:
    """Returns the premium in token units."""
    return PREMIUM * world.unit


def issue(world: World, sold: Sold, signed: tuple[Any, ...], payer: Any = None) -> Any:
    return world.book.issueWithPermit(*quoted(world, sold), signed, {"from": payer or sender(PAYER)})


def test_issues_in_one_call(world: World, sold: Sold, premium: int) -> None:
    issued = issue(world, sold, permit(world, PAYER, premium).as_tuple())

    assert bytes(issued.return_value) == sold.policy_id
    assert world.book.ownerOf(int.from_bytes(sold.policy_id, "big")) == world.holder
    assert world.balance(PAYER.address) == 0
    assert world.asset.allowance(PAYER.address, world.pool) == 0


def test_issues_when_the_permit_was_used_first(world: World, sold: Sold, premium: int) -> None:
    signed = permit(world, PAYER, premium).as_tuple()
    world.asset.permit(PAYER.address, world.pool, *signed, {"from": world.stranger})

    issue(world, sold, signed)

    assert world.account(sold)["issued"]


def test_refuses_a_permit_of_another_token(world: World, sold: Sold, premium: int) -> None:
    from brownie import TestStablecoin

    other = TestStablecoin.deploy(6, {"from": world.governor})

    with refuses("ERC20InsufficientAllowance", world.pool, 0, premium):
        issue(world, sold, permit(world, PAYER, premium, asset=other).as_tuple())


def test_refuses_a_permit_to_another_spender(world: World, sold: Sold, premium: int) -> None:
    for spender in (world.book, world.desk):
        with refuses("ERC20InsufficientAllowance", world.pool, 0, premium):
            issue(world, sold, permit(world, PAYER, premium, spender=spender).as_tuple())


def test_refuses_a_permit_over_too_little(world: World, sold: Sold, premium: int) -> None:
    with refuses("ERC20InsufficientAllowance", world.pool, premium - 1, premium):
        issue(world, sold, permit(world, PAYER, premium - 1).as_tuple())


def test_refuses_a_late_or_changed_permit(world: World, sold: Sold, premium: int) -> None:
    good = permit(world, PAYER, premium)
    late = permit(world, PAYER, premium, deadline=world.now() - 1)
    changed = (good.value + 1, *good.as_tuple()[1:])

    for signed in (late.as_tuple(), changed, WORTHLESS):
        with refuses("ERC20InsufficientAllowance", world.pool, 0, premium):
            issue(world, sold, signed)


def test_refuses_somebody_elses_permit(world: World, sold: Sold, premium: int) -> None:
    signed = permit(world, PAYER, premium).as_tuple()

    with refuses("ERC20InsufficientAllowance", world.pool, 0, premium):
        issue(world, sold, signed, payer=world.stranger)

    assert world.balance(PAYER.address) == premium


def test_refuses_a_pool_that_is_not_the_factorys(world: World) -> None:
    sold = world.draft(pool=world.stranger.address)

    with refuses("UnknownPool", world.stranger):
        issue(world, sold, WORTHLESS)


def test_issues_by_an_allowance_given_before(world: World, sold: Sold) -> None:
    purse(world, world.payer, PREMIUM)

    issue(world, sold, WORTHLESS, payer=world.payer)

    assert world.account(sold)["issued"]


def test_issues_where_the_asset_knows_no_permits(world: World) -> None:
    from brownie import PermitlessTokenMock

    plain = PermitlessTokenMock.deploy({"from": world.governor})
    world.factory.listAsset(plain, b"USD", 2, {"from": world.governor})
    pool = world.new_pool(plain)
    for owner, amount in ((world.capital, 10**12), (world.payer, PREMIUM * world.unit)):
        plain.mint(owner, amount, {"from": owner})
        plain.approve(pool, amount, {"from": owner})
    pool.deposit(10**12, world.capital, {"from": world.capital})
    sold = world.draft(pool=pool.address)

    issue(world, sold, WORTHLESS, payer=world.payer)

    assert world.account(sold)["issued"]
    assert plain.balanceOf(world.payer) == 0
