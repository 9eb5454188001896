"""setAdmin

given a stranger, an unknown provider, or the zero address as admin
└── it should revert
given the accreditor
└── when it names another admin
    └── it should give that admin the provider's powers, and take them from the former admin

SPECIFICATION P1.
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.craft import signer
from tests.support.world import FAR, World

KEY = signer("new billing system").address


def test_hands_the_powers_over(world: World) -> None:
    changed = world.providers.setAdmin(world.provider, world.stranger, {"from": world.accreditor})

    assert emitted(changed, "AdminChanged") == {"provider": world.provider, "admin": world.stranger}
    with refuses("NotProviderAdmin", world.provider, world.hospital):
        world.providers.addKey(world.provider, KEY, 0, FAR, {"from": world.hospital})
    world.providers.addKey(world.provider, KEY, 0, FAR, {"from": world.stranger})
    assert world.providers.isKeyLive(world.provider, KEY, world.now())


def test_refuses_the_zero_address(world: World) -> None:
    with refuses("ZeroAdmin"):
        world.providers.setAdmin(world.provider, "0x" + "00" * 20, {"from": world.accreditor})


def test_refuses_an_unknown_provider(world: World) -> None:
    with refuses("UnknownProvider", 77):
        world.providers.setAdmin(77, world.stranger, {"from": world.accreditor})


def test_refuses_even_the_admin(world: World) -> None:
    with refuses("AccessManagedUnauthorized", world.hospital):
        world.providers.setAdmin(world.provider, world.stranger, {"from": world.hospital})
