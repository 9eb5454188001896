"""salus.provider.submission.plan_settling: which lines are settled and collected

given held lines that are due and owed lines
    each that the chain would accept now should be planned
    one that somebody has settled since, which this outbox has not read yet, should stop no other
given a held line that is not due
    it should wait, and the chain should not be asked about it
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from salus.provider import submission
from salus.provider.outbox import Outbox, State
from tests.salus.provider.test_following import MEMBER, PLACE, signed, visit
from tests.support.decided import Desk

NOW = 2_000_000_000


def test_a_stale_line_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def action(kind: str) -> Any:
        return lambda _, *, claim, decision, currency: (kind, claim.bill_line)

    def sendable(_: Any, action: Any) -> bool:
        asked.append(action)
        return action != ("settle", stale)

    monkeypatch.setattr(submission.claims, "settle", action("settle"))
    monkeypatch.setattr(submission.claims, "collect", action("collect"))
    monkeypatch.setattr(submission, "sendable", sendable)
    monkeypatch.setattr(submission, "about", lambda action, *_: action)
    chain: Any = SimpleNamespace(now=lambda: NOW)
    desk = Desk()
    with Outbox(tmp_path / "outbox.sqlite", PLACE) as outbox:
        for number, kind in (("B-1", "held"), ("B-2", "held"), ("B-3", "owed"), ("B-4", "held")):
            signed(outbox, visit(number))
            event = desk.file(MEMBER, visit(number), **{kind: True})
            due = NOW + 1 if number == "B-4" else event.decision.release_at
            outbox.decided(outbox.entries()[-1], replace(event.decision, release_at=due), "0x")
        stale, other, owed, _ = (entry.diagnosis.bill_line for entry in outbox.entries())
        assert [entry.state for entry in outbox.entries()][2] is State.OWED

        planned = submission.plan_settling(outbox, chain)

    assert planned == [("settle", other), ("collect", owed)]
    assert asked == [("settle", stale), ("settle", other), ("collect", owed)]
