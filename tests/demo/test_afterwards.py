"""scripts._demo.afterwards

given a demo that is over
    it should name three commands, each of which there is, with the way to have them in a shell
"""

from __future__ import annotations

import io
import re

from rich.console import Console

from salus.cli.root import ACTORS, actor_of
from scripts._demo.afterwards import ACTIVATE, TRY, tell_what_next
from scripts._demo.narration import Teller


def test_three_things_to_try() -> None:
    told = io.StringIO()
    tell_what_next(Teller(Console(file=told, soft_wrap=True)))

    assert len(TRY) == 3
    lines = [line.strip() for line in told.getvalue().splitlines()]
    assert ACTIVATE in lines
    for _, command in TRY:
        assert command in lines


def test_the_actions_exist() -> None:
    named = [found for _, command in TRY for found in re.findall(r"salus (\w[\w-]*) ([\w-]+)", command)]

    assert len(named) >= 3
    for actor, action in named:
        assert actor in ACTORS
        assert action in actor_of(actor).actions
