"""setSuspended

given a stranger, or an unknown provider
└── it should revert
given the accreditor
├── when it suspends a provider
│   └── it should send the lines of that provider only to review
└── when it ends the suspension
    └── it should let lines be paid without review again

SPECIFICATION P1.
"""

from __future__ import annotations

from typing import Any

from tests.support.answers import emitted, refuses
from tests.support.bills import standing
from tests.support.world import World


def test_sends_the_providers_lines_to_review(world: World, desk: Any) -> None:
    other = world.accredit(world.stranger)

    suspended = world.providers.setSuspended(world.provider, True, {"from": world.accreditor})

    assert emitted(suspended, "ProviderSuspended") == {"provider": world.provider, "suspended": True}
    assert world.providers.providerOf(world.provider)[3]
    assert standing(world, desk)["under_review"]
    assert not standing(world, desk, provider=other)["under_review"]


def test_ends_it(world: World, desk: Any) -> None:
    world.providers.setSuspended(world.provider, True, {"from": world.accreditor})

    ended = world.providers.setSuspended(world.provider, False, {"from": world.accreditor})

    assert emitted(ended, "ProviderSuspended") == {"provider": world.provider, "suspended": False}
    assert not standing(world, desk)["under_review"]


def test_refuses_an_unknown_provider(world: World) -> None:
    with refuses("UnknownProvider", 77):
        world.providers.setSuspended(77, True, {"from": world.accreditor})


def test_refuses_even_the_providers_admin(world: World) -> None:
    with refuses("AccessManagedUnauthorized", world.hospital):
        world.providers.setSuspended(world.provider, False, {"from": world.hospital})
