"""Random sequences of everything that can happen, held against the shadow: see README.md.

SALUS_DEPTH: unset for every day, `shallow` under coverage, `deep` under `make fuzz`.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase

from tests.stateful.rules_claims import ClaimRules
from tests.stateful.rules_money import MoneyRules
from tests.stateful.rules_offices import OfficeRules
from tests.stateful.stage import Stage, set_up
from tests.support.world import World

EVERYDAY = {"max_examples": 8, "stateful_step_count": 22, "derandomize": True}
DEPTHS: dict[str, dict[str, Any]] = {
    "": EVERYDAY,
    "shallow": {**EVERYDAY, "max_examples": 2},
    "deep": {"max_examples": 150, "stateful_step_count": 60},
}
UNSHRUNK = (Phase.explicit, Phase.generate)
"""Shrinking runs a sequence hundreds of times; only `make fuzz` has that long."""


class Salus(ClaimRules, MoneyRules, OfficeRules):
    """Brownie calls `__init__` with the class, once, and `setup` for each run."""

    def __init__(cls, stage: Stage) -> None:  # noqa: N805
        cls.stage = stage

    def teardown(self) -> None:
        self.check_everything()


def test_the_laws_hold_in_any_sequence(state_machine: Any, world: World) -> None:
    depth = os.environ.get("SALUS_DEPTH", "")
    phases = {} if depth == "deep" else {"phases": UNSHRUNK}
    checks = {"suppress_health_check": HealthCheck.all()}
    state_machine(Salus, set_up(world), settings={**DEPTHS[depth], **phases, **checks})
