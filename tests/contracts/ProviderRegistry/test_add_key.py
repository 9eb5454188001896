"""addKey

given any caller but the provider's admin, or an unknown provider
└── it should revert
given the provider's admin
├── when the window is empty, or ends before it starts
│   └── it should revert
├── when the key is the zero address, or was added to this provider before
│   └── it should revert, even if the key was revoked
└── when everything is valid
    ├── it should let the key sign from the first second to the second before the end
    └── it should accept the same key for another provider too

SPECIFICATION P4, P5.
"""

from __future__ import annotations

import pytest

from tests.support.answers import emitted, refuses
from tests.support.craft import signer
from tests.support.world import FAR, World

KEY = signer("new billing system").address
FIRST, END = 1_800_000_000, 1_800_000_003


def test_lets_the_key_sign_in_its_window(world: World) -> None:
    added = world.providers.addKey(world.provider, KEY, FIRST, END, {"from": world.hospital})

    assert emitted(added, "KeyAdded") == {
        "provider": world.provider,
        "attestor": KEY,
        "from": FIRST,
        "until": END,
    }
    assert world.providers.keyOf(world.provider, KEY) == (FIRST, END, False)
    live = [world.providers.isKeyLive(world.provider, KEY, second) for second in range(FIRST - 1, END + 1)]
    assert live == [False, True, True, True, False]


def test_lets_two_providers_share_a_key(world: World) -> None:
    other = world.accredit(world.stranger)

    world.providers.addKey(other, world.attestor.address, 0, 5, {"from": world.stranger})

    assert not world.providers.isKeyLive(other, world.attestor.address, 5)
    assert world.providers.isKeyLive(world.provider, world.attestor.address, 5)


@pytest.mark.parametrize(("first", "end"), [(FIRST, FIRST), (END, FIRST)])
def test_refuses_an_empty_window(world: World, first: int, end: int) -> None:
    with refuses("InvalidWindow", first, end):
        world.providers.addKey(world.provider, KEY, first, end, {"from": world.hospital})


def test_refuses_to_add_it_twice(world: World) -> None:
    key = world.attestor.address

    with refuses("KeyExists", world.provider, key):
        world.providers.addKey(world.provider, key, FIRST, END, {"from": world.hospital})


def test_refuses_a_revoked_key(world: World) -> None:
    key = world.attestor.address
    world.providers.revokeKey(world.provider, key, {"from": world.hospital})

    with refuses("KeyExists", world.provider, key):
        world.providers.addKey(world.provider, key, 0, FAR, {"from": world.hospital})


def test_refuses_the_zero_key(world: World) -> None:
    zero = "0x" + "00" * 20

    with refuses("KeyExists", world.provider, zero):
        world.providers.addKey(world.provider, zero, 0, FAR, {"from": world.hospital})


def test_refuses_an_unknown_provider(world: World) -> None:
    with refuses("UnknownProvider", 77):
        world.providers.addKey(77, KEY, 0, FAR, {"from": world.hospital})


def test_refuses_another_providers_admin(world: World) -> None:
    world.accredit(world.stranger)

    with refuses("NotProviderAdmin", world.provider, world.stranger):
        world.providers.addKey(world.provider, KEY, 0, FAR, {"from": world.stranger})
