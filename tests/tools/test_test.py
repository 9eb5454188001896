"""tools.test

given any time at which the tests are started
    their chains should start at six in the morning of the next day, UTC
given no path
    it should run everything but what has a target of its own
given a path that does not exist
    it should say so
"""

from __future__ import annotations

import pytest

from tools import run, test
from tools.test import DAY, HOUR

MIDNIGHT = 20_000 * DAY


@pytest.mark.parametrize("second", [0, 1, 6 * HOUR, 23 * HOUR, DAY - 1])
def test_chains_begin_in_the_morning_of_the_next_day(second: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(run, "main", lambda arguments: asked.extend(arguments) or 0)
    monkeypatch.setattr(test.time, "time", lambda: MIDNIGHT + second + 0.5)

    assert test.run_chained(["tests/contracts"], "anvil", 1, []) == 0

    assert asked[asked.index("--clock") + 1] == str(MIDNIGHT + DAY + 6 * HOUR)


def test_everything_is_run_but_what_stands_apart() -> None:
    found = test.everything()

    assert test.APART not in found
    assert {"salus", "tests/contracts", "tests/scripts", "tests/tools"} <= set(found)


def test_a_path_that_is_nowhere_is_named() -> None:
    with pytest.raises(SystemExit, match=r"^test: there is no tests/nowhere$"):
        test.sort_out(["tests/nowhere"])
