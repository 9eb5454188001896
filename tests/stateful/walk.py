"""Random walks through the rules, repeatable by their seed.

Hypothesis begins with short and simple sequences, and finds the interesting ones after thousands of steps. A
walk is long and dense from its first step, so a few walks are enough for every day.
"""

from __future__ import annotations

import inspect
import random
from collections import defaultdict
from typing import Any

from tests.stateful.domains import DOMAINS
from tests.stateful.rules_offices import OfficeRules
from tests.stateful.stage import Stage

WEIGHTS: dict[str, int] = defaultdict(
    lambda: 2,
    rule_file=16,
    rule_file_visit=5,
    rule_file_everywhere=5,
    rule_file_batch=4,
    rule_file_forged=3,
    rule_file_again=4,
    rule_settle_due=5,
    rule_correct=4,
    rule_wait=8,
    rule_close_every_target=1,
    rule_stranger=1,
    rule_safe_mode=1,
    rule_next_year=1,
    rule_end_accreditation=1,
)


class Walk(OfficeRules):
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.setup()

    def step(self, name: str, **arguments: Any) -> None:
        """Takes a step by a rule, and checks the laws after it."""
        getattr(self, name)(**arguments)
        self.invariant_laws()

    def go(self, seed: int, steps: int) -> None:
        chance = random.Random(seed)
        rules = [name for name, _ in inspect.getmembers(type(self)) if name.startswith("rule_")]
        weights = [WEIGHTS[name] for name in rules]
        for number in range(steps):
            name = chance.choices(rules, weights)[0]
            arguments = {
                parameter.name: chance.choice(DOMAINS[parameter.default])
                for parameter in inspect.signature(getattr(self, name)).parameters.values()
            }
            try:
                self.step(name, **arguments)
            except AssertionError as error:
                raise AssertionError(f"walk {seed}, step {number}: {name}({arguments})") from error
        self.check_everything()
