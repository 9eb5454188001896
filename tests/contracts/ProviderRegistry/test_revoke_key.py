"""revokeKey

given any caller but the provider's admin, or an unknown provider
└── it should revert
given the provider's admin
├── when the provider does not have the key
│   └── it should revert
└── when the provider has the key
    ├── it should revoke the key for every second of its window, and emit an event
    └── it should leave the same key valid for another provider

SPECIFICATION P4.
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.craft import signer
from tests.support.world import FAR, World


def test_revokes_the_key_permanently(world: World) -> None:
    key = world.attestor.address
    other = world.accredit(world.stranger)
    world.providers.addKey(other, key, 0, FAR, {"from": world.stranger})

    revoked = world.providers.revokeKey(world.provider, key, {"from": world.hospital})

    assert emitted(revoked, "KeyRevoked") == {"provider": world.provider, "attestor": key}
    assert world.providers.keyOf(world.provider, key) == (0, FAR, True)
    for second in (0, world.now(), FAR - 1):
        assert not world.providers.isKeyLive(world.provider, key, second)
    assert world.providers.isKeyLive(other, key, world.now())


def test_refuses_a_key_that_the_provider_does_not_have(world: World) -> None:
    unknown = signer("nobody's").address

    with refuses("UnknownKey", world.provider, unknown):
        world.providers.revokeKey(world.provider, unknown, {"from": world.hospital})


def test_refuses_an_unknown_provider(world: World) -> None:
    with refuses("UnknownProvider", 77):
        world.providers.revokeKey(77, world.attestor.address, {"from": world.hospital})


def test_refuses_even_the_accreditor(world: World) -> None:
    with refuses("NotProviderAdmin", world.provider, world.accreditor):
        world.providers.revokeKey(world.provider, world.attestor.address, {"from": world.accreditor})
