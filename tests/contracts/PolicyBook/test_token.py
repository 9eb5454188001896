"""The bound token: ERC-721, ERC-5192, ERC-165

given a policy
├── when it is issued
│   └── it should emit that the token was minted to the holder
├── when its holder, or another account, tries to transfer, approve or burn it
│   └── it should revert
├── when `locked` is called
│   └── it should return true
└── when its holder is a contract without ERC-721
    └── it should be issued, because the holder is not called
given a token that does not exist, or the zero address as the owner
└── it should revert with an error that says so
given an interface id
└── it should be supported exactly if it is ERC-165, ERC-721, its metadata or ERC-5192

SPECIFICATION I6.
"""

from __future__ import annotations

import pytest

from tests.support.answers import emitted, refuses
from tests.support.craft import Sold
from tests.support.world import World

NOBODY = "0x" + "00" * 20
UNKNOWN = 77


@pytest.fixture
def token(world: World) -> int:
    return token_of(world.sell(consent=False, begin=False))


def token_of(sold: Sold) -> int:
    return int.from_bytes(sold.policy_id, "big")


def test_is_minted_to_the_holder(world: World) -> None:
    sold = world.draft()

    issued = world.issue(sold)

    minted = {"from": NOBODY, "to": world.holder, "tokenId": token_of(sold)}
    assert emitted(issued, "Transfer", by=world.book) == minted


def test_is_locked(world: World, token: int) -> None:
    assert world.book.locked(token)
    assert (world.book.name(), world.book.symbol()) == ("Salus Policy", "SALUS")
    assert world.book.tokenURI(token) == ""
    assert world.book.getApproved(token) == NOBODY
    assert not world.book.isApprovedForAll(world.holder, world.stranger)


def test_cannot_be_moved_by_its_holder(world: World, token: int) -> None:
    sender = {"from": world.holder}

    with refuses("Bound"):
        world.book.transferFrom(world.holder, world.stranger, token, sender)
    with refuses("Bound"):
        world.book.safeTransferFrom(world.holder, world.stranger, token, sender)
    with refuses("Bound"):
        world.book.safeTransferFrom(world.holder, world.stranger, token, b"", sender)
    with refuses("ERC721InvalidReceiver", NOBODY):
        world.book.transferFrom(world.holder, NOBODY, token, sender)
    assert world.book.ownerOf(token) == world.holder


def test_cannot_be_moved_to_its_own_holder(world: World, token: int) -> None:
    with refuses("Bound"):
        world.book.transferFrom(world.holder, world.holder, token, {"from": world.holder})


def test_cannot_be_moved_by_a_stranger(world: World, token: int) -> None:
    with refuses("ERC721InsufficientApproval", world.stranger, token):
        world.book.transferFrom(world.holder, world.stranger, token, {"from": world.stranger})


def test_cannot_be_approved(world: World, token: int) -> None:
    with refuses("Bound"):
        world.book.approve(world.stranger, token, {"from": world.holder})
    with refuses("Bound"):
        world.book.setApprovalForAll(world.stranger, True, {"from": world.holder})


def test_is_issued_to_a_contract_without_asking_it(world: World) -> None:
    sold = world.sell(consent=False, begin=False, holder=world.asset.address, payee=world.payee)

    assert world.book.ownerOf(token_of(sold)) == world.asset


def test_says_that_a_token_does_not_exist(world: World) -> None:
    for ask in (world.book.locked, world.book.ownerOf, world.book.tokenURI, world.book.getApproved):
        with refuses("ERC721NonexistentToken", UNKNOWN):
            ask(UNKNOWN)
    with refuses("ERC721NonexistentToken", UNKNOWN):
        world.book.transferFrom(world.holder, world.stranger, UNKNOWN, {"from": world.holder})


def test_refuses_the_zero_address_as_owner(world: World) -> None:
    with refuses("ERC721InvalidOwner", NOBODY):
        world.book.balanceOf(NOBODY)


@pytest.mark.parametrize(
    ("interface", "supported"),
    [
        ("0x01ffc9a7", True),
        ("0x80ac58cd", True),
        ("0x5b5e139f", True),
        ("0xb45a3c0e", True),
        ("0xffffffff", False),
        ("0x780e9d63", False),
        ("0x00000000", False),
    ],
)
def test_supports_its_interfaces(world: World, interface: str, supported: bool) -> None:
    assert world.book.supportsInterface(interface) == supported
