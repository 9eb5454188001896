"""salus.provider.following: what the chain says of a provider's bills, read once

given decisions, payments and withdrawals of an outbox's bills
    each should be saved, and the next reading should begin behind the last block that cannot change
    what a machine that is behind does not show should be saved when it is read again
        and a withdrawal of an earlier revision, read again, should leave the corrected line
    what came after the latest block should wait for the next reading
    a node that is behind all that was read should change nothing
    what concerns an earlier revision should not touch the corrected line
given bills that another outbox has filed
    they should be known while they stand, and not as lines of this one
    a duplicate should not count: the decision before stands
when a block that was read is not on the chain any more
    everything should be read again
    a line whose decision is gone should be filed again
    a payment or a withdrawal that is gone should be undone, unless a corrected line has followed
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from salus.base.codes import DUPLICATE
from salus.chain import claims
from salus.chain.event_reader import DEPTH
from salus.chain.events import ClaimDecided, ClaimOwed, ClaimPaid, ClaimWithdrawn
from salus.claim.bill_line import BillLine
from salus.claim.diagnosis import diagnose
from salus.claim.provider_key import ProviderKey
from salus.provider.following import follow
from salus.provider.outbox import OPEN, Outbox, Place, State
from salus.types import ClaimRef, ClaimStatus
from tests.support.decided import PROVIDER_KEY, Desk, bill, memberships

MEMBER, OTHER = memberships()
PLACE = Place(chain_id=1337, genesis="0x" + "11" * 32, desk="0x" + "cd" * 20, provider=1)
ELSEWHERE = ProviderKey(bytes(32))


@dataclass
class Node:
    """The blocks of a claim desk, each with one event, as a node gives them; it counts what it is asked."""

    desk: Desk
    fork: str = ""
    behind: int = 0
    """Latest blocks whose events are not shown."""
    asked: int = 0
    late: int = 0
    """Blocks that came after the latest was asked for, whose events are shown."""

    @property
    def w3(self) -> Any:
        return self

    @property
    def eth(self) -> Any:
        return self

    @property
    def block_number(self) -> int:
        return len(self.desk.events) - self.late

    def get_block(self, number: int) -> Any:
        return {"hash": Hash(f"0x{self.fork}{number}")}

    confirmations = 1

    def without_store(self) -> Node:
        return self

    def past(self, kinds: Any, *, since: int | None, provider: int) -> Iterator[Any]:
        for event in self.desk.events[: len(self.desk.events) - self.behind]:
            if isinstance(event, tuple(kinds)) and (since or 0) <= event.block:
                assert event.provider == provider
                self.asked += 1
                yield event

    def due_revision(self, provider: int, bill_line: bytes) -> int:
        withdrawn = [one for one in self.desk.events if isinstance(one, ClaimWithdrawn)]
        return sum(one.bill_line == bill_line for one in withdrawn)

    def status_of(self, claim: ClaimRef) -> ClaimStatus:
        status = ClaimStatus.NONE
        for event in self.desk.events:
            if event.claim == claim:
                match event:
                    case ClaimDecided() if not event.decision.is_duplicate:
                        status = event.decision.status
                    case ClaimPaid():
                        status = ClaimStatus.PAID
                    case ClaimOwed():
                        status = ClaimStatus.OWED
                    case ClaimWithdrawn():
                        status = ClaimStatus.NONE
        return status


class Hash(str):
    def to_0x_hex(self) -> str:
        return str(self)


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Node:
    monkeypatch.setattr(claims, "status_of", lambda node, claim: node.status_of(claim))
    return Node(Desk())


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.sqlite", PLACE) as opened:
        yield opened


def signed(outbox: Outbox, line: BillLine, *, revision: int = 0, record: int = 0) -> None:
    """A line of the outbox as the desk will decide it, signed."""
    diagnosis = diagnose(line, MEMBER, PROVIDER_KEY, record=bytes([record]) * 32, revision=revision)
    outbox.draft(line.claim, 1, diagnosis, MEMBER, b"sealed")
    with outbox._transaction() as db:
        db.execute("UPDATE line SET attestation = 1")


def states(outbox: Outbox) -> list[State]:
    return [entry.state for entry in outbox.entries()]


def visit(number: str, **changes: Any) -> BillLine:
    return bill(number, "visit.primary", 9, 900_00, **changes)


def test_what_came_after_the_latest_block_waits(outbox: Outbox, node: Node) -> None:
    for record, number in enumerate(("B-1", "B-2")):
        signed(outbox, visit(number), record=record)
        node.desk.file(MEMBER, visit(number))

    node.late = 1
    follow(outbox, node)  # type: ignore[arg-type]
    assert [line.decision is None for line in outbox.entries()] == [False, True]

    node.late = 0
    follow(outbox, node)  # type: ignore[arg-type]
    assert [line.decision is None for line in outbox.entries()] == [False, False]


def test_each_event_is_read_once(outbox: Outbox, node: Node) -> None:
    signed(outbox, visit("B-1"))
    follow(outbox, node)  # type: ignore[arg-type]
    held = node.desk.file(MEMBER, visit("B-1"), held=True)
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == [State.HELD]
    assert outbox.entries()[0].decision == held.decision

    node.desk.owe(MEMBER, held)
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == [State.OWED]

    node.desk.pay(MEMBER, held)
    for _ in range(3):
        follow(outbox, node)  # type: ignore[arg-type]

    assert states(outbox) == [State.PAID]
    assert node.asked == 1 + 2 + 3  # none of the three at the same block again
    assert (outbox.read_to(), outbox.seen()) == (None, [(3, "0x3")])


@pytest.mark.parametrize("steps", [1, 4])
def test_what_concerns_an_earlier_revision_leaves_the_corrected_line(
    outbox: Outbox, node: Node, steps: int
) -> None:
    """Read step by step, or all at once by an outbox that knows nothing of it yet."""
    corrected = replace(visit("B-1"), billed=800_00)
    follow(outbox, node)  # type: ignore[arg-type]
    signed(outbox, visit("B-1"))
    first = node.desk.file(MEMBER, visit("B-1"), held=True)
    if steps > 1:
        follow(outbox, node)  # type: ignore[arg-type]
    node.desk.withdraw(MEMBER, first)
    if steps > 1:
        follow(outbox, node)  # type: ignore[arg-type]
        assert states(outbox) == [State.WITHDRAWN]
    else:
        outbox.withdrawn(outbox.find("B-1"))
    signed(outbox, corrected, revision=1, record=2)
    again = node.desk.file(MEMBER, corrected, held=True, revision=1)
    if steps > 1:
        follow(outbox, node)  # type: ignore[arg-type]
    node.desk.pay(MEMBER, again)
    follow(outbox, node)  # type: ignore[arg-type]

    assert states(outbox) == [State.WITHDRAWN, State.PAID]


def elsewhere(outbox: Outbox) -> int:
    return int(outbox._db.execute("SELECT count(*) FROM elsewhere").fetchone()[0])


def test_what_another_outbox_has_filed_is_known_while_it_stands(outbox: Outbox, node: Node) -> None:
    cheaper = replace(visit("B-1"), billed=800_00)
    signed(outbox, cheaper)
    own = node.desk.file(MEMBER, cheaper, held=True)
    other = node.desk.file(MEMBER, visit("B-2"), held=True)
    node.desk.repeat(MEMBER, visit("B-2"))
    follow(outbox, node)  # type: ignore[arg-type]
    assert elsewhere(outbox) == 1

    # the same care, signed with another key
    outbox.draft("B-9", 1, diagnose(visit("B-9"), MEMBER, ELSEWHERE, record=bytes(32)), MEMBER, b"sealed")
    assert [held.line.claim for held in outbox.held_back()] == ["B-9"]
    assert outbox.to_attest(0) == []

    node.desk.withdraw(MEMBER, other)
    follow(outbox, node)  # type: ignore[arg-type]
    assert elsewhere(outbox) == 0
    assert [line.claim for line in outbox.to_attest(0)] == ["B-9"]
    assert own.decision.status.word == "held"


def test_a_chain_that_went_back_is_read_again(outbox: Outbox, node: Node) -> None:
    signed(outbox, visit("B-1"))
    node.desk.file(MEMBER, visit("B-2"))
    follow(outbox, node)  # type: ignore[arg-type]
    assert elsewhere(outbox) == 1

    node.fork, node.desk = "f", Desk()
    held = node.desk.file(MEMBER, visit("B-1"), held=True)
    follow(outbox, node)  # type: ignore[arg-type]
    assert (states(outbox), elsewhere(outbox)) == ([State.HELD], 0)

    # the same decision in another block, and what followed it
    node.fork = "g"
    node.desk.pay(MEMBER, held)
    follow(outbox, node)  # type: ignore[arg-type]
    assert (states(outbox), outbox.seen()) == ([State.PAID], [(2, "0xg2")])


# A MACHINE THAT IS BEHIND


def quiet(node: Node, blocks: int) -> None:
    """Blocks with nothing about this outbox."""
    for _ in range(blocks):
        node.desk._announce(ClaimWithdrawn, bytes(32), OTHER)


def test_what_cannot_change_is_read_once(outbox: Outbox, node: Node) -> None:
    signed(outbox, visit("B-1"))
    node.desk.file(MEMBER, visit("B-1"), held=True)
    quiet(node, DEPTH + 5)
    follow(outbox, node)  # type: ignore[arg-type]
    assert outbox.read_to() == (6, "0x6")
    node.asked = 0
    quiet(node, 1)
    follow(outbox, node)  # type: ignore[arg-type]

    assert node.asked == DEPTH + 1
    assert (states(outbox), outbox.read_to()) == ([State.HELD], (7, "0x7"))


def test_what_a_machine_behind_does_not_show_is_not_lost(outbox: Outbox, node: Node) -> None:
    signed(outbox, visit("B-1"))
    held = node.desk.file(MEMBER, visit("B-1"), held=True)
    follow(outbox, node)  # type: ignore[arg-type]
    node.desk.pay(MEMBER, held)
    node.desk.file(MEMBER, visit("B-2"))
    node.behind = 2
    follow(outbox, node)  # type: ignore[arg-type]
    assert (states(outbox), elsewhere(outbox)) == ([State.HELD], 0)
    node.behind = 0
    quiet(node, 1)
    follow(outbox, node)  # type: ignore[arg-type]

    assert (states(outbox), elsewhere(outbox)) == ([State.PAID], 1)


def test_an_old_withdrawal_read_again_leaves_the_corrected_line(outbox: Outbox, node: Node) -> None:
    corrected = replace(visit("B-1"), billed=800_00)
    signed(outbox, visit("B-1"))
    first = node.desk.file(MEMBER, visit("B-1"), held=True)
    node.desk.withdraw(MEMBER, first)
    follow(outbox, node)  # type: ignore[arg-type]
    signed(outbox, corrected, revision=1, record=2)
    again = node.desk.file(MEMBER, corrected, held=True, revision=1)
    # as `file` saves it from the receipt
    outbox.decided(outbox.entries()[-1], again.decision, again.transaction)
    node.behind = 1
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == [State.WITHDRAWN, State.HELD]

    node.behind = 0
    node.desk.withdraw(MEMBER, again)
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == [State.WITHDRAWN, State.WITHDRAWN]


def test_a_node_that_is_behind_all_that_was_read_changes_nothing(outbox: Outbox, node: Node) -> None:
    signed(outbox, visit("B-1"))
    node.desk.file(MEMBER, visit("B-1"), held=True)
    quiet(node, DEPTH + 5)
    follow(outbox, node)  # type: ignore[arg-type]
    del node.desk.events[3:]
    follow(outbox, node)  # type: ignore[arg-type]

    assert states(outbox) == [State.HELD]
    assert (outbox.read_to(), outbox.seen()) == ((6, "0x6"), [(DEPTH + 6, f"0x{DEPTH + 6}")])


# A CHAIN THAT HAS LEFT A BLOCK


@pytest.mark.parametrize("later", [0, DEPTH + 5])
@pytest.mark.parametrize("kind", [{}, {"held": True}, {"denied": DUPLICATE}])
def test_a_line_whose_decision_is_gone_is_filed_again(
    outbox: Outbox, node: Node, kind: dict[str, Any], later: int
) -> None:
    signed(outbox, visit("B-1"))
    decided = node.desk.file(MEMBER, visit("B-1"), **kind)
    quiet(node, later)
    follow(outbox, node)  # type: ignore[arg-type]
    before = states(outbox)
    assert before != [State.ATTESTED]

    del node.desk.events[0]
    node.fork = "f"
    quiet(node, 1)
    follow(outbox, node)  # type: ignore[arg-type]

    (entry,) = outbox.entries(State.ATTESTED, State.SENT)
    assert entry.decision is None
    assert entry.id in {waiting.id for waiting in outbox.entries(*OPEN)}
    node.desk.events.append(replace(decided, block=node.block_number + 1))
    follow(outbox, node)  # type: ignore[arg-type]
    assert (states(outbox), outbox.entries()[0].decision) == (before, decided.decision)


def test_a_payment_that_is_gone_is_undone(outbox: Outbox, node: Node) -> None:
    signed(outbox, visit("B-1"))
    held = node.desk.file(MEMBER, visit("B-1"), held=True)
    node.desk.pay(MEMBER, held)
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == [State.PAID]

    del node.desk.events[1]
    node.fork = "f"
    quiet(node, 1)
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == [State.HELD]


@pytest.mark.parametrize("followed", [False, True])
def test_a_withdrawal_that_is_gone_is_undone(outbox: Outbox, node: Node, followed: bool) -> None:
    signed(outbox, visit("B-1"))
    held = node.desk.file(MEMBER, visit("B-1"), held=True)
    node.desk.withdraw(MEMBER, held)
    follow(outbox, node)  # type: ignore[arg-type]
    if followed:
        signed(outbox, replace(visit("B-1"), billed=800_00), revision=1, record=2)

    del node.desk.events[1]
    node.fork = "f"
    quiet(node, 1)
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == ([State.WITHDRAWN, State.ATTESTED] if followed else [State.HELD])


def test_a_decision_that_only_a_machine_behind_does_not_show_stays(outbox: Outbox, node: Node) -> None:
    node.desk.file(OTHER, visit("B-7"))
    signed(outbox, visit("B-1"), record=1)
    node.desk.file(MEMBER, visit("B-1"))
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == [State.PAID]

    node.fork, node.behind = "f", 1
    follow(outbox, node)  # type: ignore[arg-type]
    assert states(outbox) == [State.PAID]
