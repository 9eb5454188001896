"""salus.chain.consent_history: consents replayed from events, as the registry keeps them

given a consent for any provider
    it should be in force for each, on its days, for its purposes
    when one provider gets its own consent, this one should count for it from then on, and past days stay
    when it is taken back for one provider, it should stay in force for the others
given a consent that is replaced
    its past days should stay, and the last day should be the day of the change
given nothing
    nothing should be in force

`tests/scripts/test_consent_history.py` compares it with the contract.
"""

from __future__ import annotations

from typing import Any

from salus.chain.consent_history import ConsentHistory
from salus.chain.events import ConsentGiven, ConsentWithdrawn
from salus.types import Purpose

PLACE: dict[str, Any] = {
    "address": "0x" + "c0" * 20, "block": 1, "transaction": "0x", "log_index": 0,
    "signer": "0x" + "ab" * 20, "member": bytes(32),
}  # fmt: skip


def give(provider: int, from_: int, until: int, purposes: Purpose = Purpose.FILE) -> ConsentGiven:
    return ConsentGiven(**PLACE, provider=provider, from_=from_, until=until, purposes=int(purposes))


def withdraw(provider: int, last_day: int) -> ConsentWithdrawn:
    return ConsentWithdrawn(**PLACE, provider=provider, last_day=last_day)


def listed(history: ConsentHistory, day: int) -> list[tuple[int, int, int]]:
    return [(grant.provider, grant.from_, grant.until) for grant in history.from_day(day)]


def test_nothing() -> None:
    assert not ConsentHistory().in_force(1, 0)
    assert listed(ConsentHistory(), 0) == []


def test_any_provider() -> None:
    history = ConsentHistory.replay([(give(0, 10, 20, Purpose.FILE | Purpose.DISCLOSE), 10)])

    assert [history.in_force(7, day) for day in (9, 10, 20, 21)] == [False, True, True, False]
    assert history.in_force(7, 15, Purpose.DISCLOSE)
    assert not history.in_force(7, 15, Purpose.RESEARCH)
    assert listed(history, 20) == [(0, 10, 20)]
    assert listed(history, 21) == []


def test_one_provider_overrides_any() -> None:
    history = ConsentHistory.replay([(give(0, 10, 90), 10), (give(7, 40, 50), 30)])

    # the days until the change stay
    assert [history.in_force(7, day) for day in (29, 30, 31, 40, 51)] == [True, True, False, True, False]
    assert history.in_force(8, 60)
    assert listed(history, 30) == [(0, 10, 90), (7, 10, 30), (7, 40, 50)]
    assert listed(history, 31) == [(0, 10, 90), (7, 40, 50)]


def test_taken_back_for_one() -> None:
    history = ConsentHistory.replay([(give(0, 10, 90), 10), (withdraw(7, 30), 30)])

    assert [history.in_force(7, day) for day in (30, 31)] == [True, False]
    assert history.in_force(8, 31)
    assert history.without(30) == []
    assert history.without(31) == [7]


def test_replaced() -> None:
    history = ConsentHistory.replay([(give(7, 10, 90), 10), (give(7, 60, 80, Purpose.FILE), 40)])
    assert [history.in_force(7, day) for day in (40, 41, 60, 81)] == [True, False, True, False]

    covering = ConsentHistory.replay([(give(7, 10, 90), 10), (give(7, 5, 99), 40)])
    assert listed(covering, 0) == [(7, 5, 99)]
