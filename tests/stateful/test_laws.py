"""Random sequences of all rules, compared with the shadow; see README.md.

Their depth is set in tests/support/depth.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from tests.stateful.domains import DOMAINS
from tests.stateful.rules_offices import OfficeRules
from tests.stateful.stage import Stage
from tests.stateful.walk import Walk
from tests.support.depth import DEPTH

WALKS, STEPS = {"": (3, 30), "shallow": (2, 25), "deep": (40, 150)}[DEPTH]
MACHINES: dict[str, dict[str, Any]] = {
    # Shrinking runs a sequence hundreds of times; only `make fuzz` has time for that.
    "": {"max_examples": 3, "stateful_step_count": 15, "phases": (Phase.explicit, Phase.generate)},
    "shallow": {"max_examples": 1, "stateful_step_count": 5, "phases": (Phase.explicit, Phase.generate)},
    "deep": {"max_examples": 150, "stateful_step_count": 60},
}


class Salus(OfficeRules):
    """Brownie calls `__init__` once, with the class, and `setup` for each run."""

    def __init__(cls, stage: Stage) -> None:  # noqa: N805
        cls.stage = stage

    def teardown(self) -> None:
        self.check_everything()


for name, choices in DOMAINS.items():
    setattr(Salus, name, st.sampled_from(choices))


@pytest.mark.parametrize("seed", range(WALKS))
def test_the_laws_hold_on_a_walk(stage: Stage, seed: int) -> None:
    Walk(stage).go(seed, STEPS)


def test_the_laws_hold_in_any_sequence(state_machine: Any, stage: Stage) -> None:
    settings = {"derandomize": DEPTH != "deep", "suppress_health_check": HealthCheck.all()}
    state_machine(Salus, stage, settings={**MACHINES[DEPTH], **settings})
