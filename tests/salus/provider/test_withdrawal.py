"""salus.provider.withdrawal, opening, export, words: what a hospital does with its outbox

given a line that outbox and chain know as held or denied
    its decision should be returned, to be withdrawn
given any other line
    one line should say what it is, here and on the chain
given a dry run
    an outbox that is there should be used; in place of one that is not, an empty one that is deleted
given lines in an outbox
    their sealed records should be written by their hashes, for their owner only
    each should be shown in a row with what was billed, paid and why
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from salus.base.errors import OutboxError
from salus.provider.export import export_records
from salus.provider.outbox import OutboxLine, State
from salus.provider.outbox.opening import open_outbox, outbox_for_rehearsal
from salus.provider.outbox.words import counts_of, words_of
from salus.provider.withdrawal import decision_to_withdraw
from salus.types import ClaimStatus, SkipReason
from tests.support.decided import Desk, bill, memberships

MEMBER = memberships()[0]
CHAIN: Any = SimpleNamespace(
    chain_id=1337,
    addresses=SimpleNamespace(genesis="0x" + "11" * 32),
    desk=SimpleNamespace(address="0x" + "cd" * 20),
)


def line(state: State, **decided: Any) -> OutboxLine:
    """A line of the outbox, decided as the reference model does, or not at all."""
    event = Desk().file(MEMBER, bill("B-1", "visit.primary", 9, 200_00), **decided)
    service = event.service
    return OutboxLine(
        id=1,
        claim="B-1",
        number=1,
        diagnosis=SimpleNamespace(  # type: ignore[arg-type]
            billed=service.billed, currency="USD", service_from=service.from_, record=service.record
        ),
        state=state,
        attestation=None,
        filing=None,
        reason=SkipReason.NO_CONSENT if state is State.SKIPPED else None,
        decision=None if state in (State.ATTESTED, State.SKIPPED) else event.decision,
    )


def test_a_held_line_can_be_withdrawn() -> None:
    held = line(State.HELD, held=True)

    assert decision_to_withdraw(held, ClaimStatus.HELD) == held.decision


@pytest.mark.parametrize(
    ("state", "on_chain", "expected"),
    [
        (State.ATTESTED, ClaimStatus.NONE, "is attested; withdraw only lines that are held or denied"),
        (
            State.ATTESTED,
            ClaimStatus.PAID,
            "is attested in this outbox, but its bill was decided earlier: paid",
        ),
        (State.PAID, ClaimStatus.PAID, "is paid; withdraw only lines that are held or denied"),
        (State.HELD, ClaimStatus.PAID, "is held in this outbox, but paid on the chain; run `status`"),
        (State.WITHDRAWN, ClaimStatus.NONE, "is withdrawn; withdraw only lines"),
    ],
)
def test_another_line_cannot(state: State, on_chain: ClaimStatus, expected: str) -> None:
    filed = line(state, held=state is not State.PAID)

    with pytest.raises(OutboxError, match=f"Claim/B-1: {expected}"):
        decision_to_withdraw(filed, on_chain)


# THE OUTBOX


def test_a_rehearsal_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"

    with outbox_for_rehearsal(CHAIN, 7, path) as outbox:
        assert outbox.place.provider == 7
        assert counts_of(outbox) == "nothing"
        used = outbox.path
    assert not path.exists()
    assert not used.exists()

    open_outbox(CHAIN, 7, path, make=True).close()
    with outbox_for_rehearsal(CHAIN, 7, path) as outbox:
        assert outbox.path == path


def test_a_mistyped_path_makes_no_outbox(tmp_path: Path) -> None:
    with pytest.raises(OutboxError, match="does not exist; name the outbox"):
        open_outbox(CHAIN, 7, tmp_path / "outbx.sqlite")


def test_records_are_exported_by_their_hashes(tmp_path: Path) -> None:
    lines = [line(State.PAID), line(State.PAID)]
    lines[1] = replace(lines[1], diagnosis=SimpleNamespace(record=b"\7" * 32))  # type: ignore[arg-type]
    outbox: Any = SimpleNamespace(entries=lambda: lines, sealed=lambda one: one.diagnosis.record[:1])
    advanced: list[int] = []

    assert export_records(outbox, tmp_path / "sealed", advance=advanced.append) == 2

    names = {path.name: path for path in (tmp_path / "sealed").iterdir()}
    assert set(names) == {f"{one.diagnosis.record.hex()}.age" for one in lines}
    assert names[f"{'07' * 32}.age"].read_bytes() == b"\7"
    assert {path.stat().st_mode & 0o777 for path in names.values()} == {0o600}
    assert advanced == [1, 1]


@pytest.mark.parametrize(
    ("state", "decided", "expected"),
    [
        (State.ATTESTED, {}, f"B-1{' ' * 35} 2026-01-10        200.00 USD  attested "),
        (State.SKIPPED, {}, SkipReason.NO_CONSENT.words),
        (State.HELD, {"held": True}, " from 2026-01-"),
    ],
)
def test_a_line_in_words(state: State, decided: dict[str, Any], expected: str) -> None:
    assert expected in words_of(line(state, **decided))
