"""salus.outbox

given a new file
    only its owner should be able to read it
given a line that is offered
    it should be new the first time, then known, or changed when its content differs
    when it was withdrawn and corrected, it should be new again, with the revision that is due
        when only its signature was withdrawn, it should be new again, unchanged
given drafts
    attesting should store signature and proofs, and a line should load as it was proven
    a signed line should not be signed again until its signature expires without a decision
given a filing
    it should be "sent" until its outcome is known, and open again if it was never sent
    a decision should load bit for bit
    a skipped line should be accepted for filing again
given steps in one group
    a step that fails should be absent, and the others should be there
    when the process is killed, the open group should be absent, and a rerun should repeat it
given lines in several states
    it should list the lines in one state, and count the lines in each
when the process is killed
    every earlier step should be complete, and no step should be partial
when the disk is full
    it should say so in one line, and continue from the last step when there is space
when two processes open the file
    the second should be asked to wait
when it belongs to another provider, desk or chain, or is not an outbox
    it should be refused with an error that names it
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account

from salus import product
from salus.base.errors import OutboxError
from salus.claim import attestation
from salus.claim.batch import Batch
from salus.cover.enrolment import enrol
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant
from salus.cover.membership import Membership, open_card
from salus.cover.policy import build_policy
from salus.crypto.eip712 import Domain
from salus.provider.outbox import Added, Outbox, OutboxLine, Place, State
from salus.types import ClaimStatus, Decision, Diagnosis, Remittance, SkipReason

FAMILY = product.shipped("family")
SIGNER = Account.from_key(bytes(31) + b"\7")
NOBODY = "0x" + "ab" * 20
DESK = Domain.claim_desk(1337, "0x" + "cd" * 20)
PLACE = Place(chain_id=1337, genesis="0x" + "11" * 32, desk=DESK.verifying_contract, provider=7)
START = 20_454
NOW = (START + 30) * 86_400
LIFETIME = 86_400


@pytest.fixture(scope="module")
def membership() -> Membership:
    book = Domain.policy_book(1337, "0x" + "ef" * 20)
    applicant = Applicant(consent_signer=NOBODY, covered_since=START, covered_until=START + 365)
    enrolled = enrol(PolicyKey.generate(), FAMILY, [applicant])
    policy = build_policy(
        book,
        FAMILY,
        enrolled,
        holder=NOBODY,
        pool="0x" + "12" * 20,
        start=START,
        end=START + 365,
        annual_limit=1_000_003,
        premium=120_007,
    )
    return open_card(enrolled[0].card(book, policy.policy_id), policy.cover(0), FAMILY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    with Outbox(path, PLACE) as opened:
        yield opened


def bill(membership: Membership, number: int = 1, **changes: int) -> Diagnosis:
    benefit = membership.benefit(FAMILY.benefits[number % len(FAMILY)].code)
    assert benefit is not None
    facts = {"revision": 0, "service_from": START + 9, "service_to": START + 9, "units": 1, "flags": 0}
    return Diagnosis(
        policy=membership.policy_id,
        member=membership.commitment,
        benefit=benefit.id,
        bill_line=number.to_bytes(32, "big"),
        case_id=bytes(32),
        record=os.urandom(32),
        currency="USD",
        **{**facts, "billed": 78_633 + number, **changes},
    )


def fill(outbox: Outbox, membership: Membership, count: int = 3) -> list[OutboxLine]:
    for number in range(1, count + 1):
        outbox.draft(f"B-{number}", 1, bill(membership, number), membership, b"sealed %d" % number)
    return outbox.entries()


def sign(outbox: Outbox, now: int = NOW, entries: list[OutboxLine] | None = None) -> Batch:
    entries = entries or outbox.to_attest(now)
    batch = attestation.attest(
        [entry.diagnosis for entry in entries],
        desk=DESK,
        provider=PLACE.provider,
        issued_at=now,
        expires_at=now + LIFETIME,
        signer=SIGNER,
    )
    outbox.attested(batch, entries, SIGNER.address, block=5)
    return batch


def decision(entry: OutboxLine, status: ClaimStatus = ClaimStatus.HELD) -> Decision:
    return Decision(
        status=status,
        packed_codes=b"133".rjust(32, b"\0"),
        diagnosis=entry.diagnosis.hash_struct(),
        pool="0x" + "12" * 20,
        payee=NOBODY,
        group=bytes(32),
        release_at=NOW + 1,
        remittance=Remittance(allowed=9, paid=8, coinsurance=1),
    )


def test_a_new_file_is_private(outbox: Outbox, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert outbox.entries() == []


def test_a_bill_is_new_once(outbox: Outbox, membership: Membership) -> None:
    first = bill(membership)
    assert outbox.offer(first) is Added.NEW

    outbox.draft("B-1", 1, first, membership, b"sealed")

    assert outbox.offer(bill(membership)) is Added.KNOWN
    assert outbox.offer(bill(membership, billed=1)) is Added.CHANGED
    assert outbox.sealed(outbox.find("B-1")) == b"sealed"


def test_a_withdrawn_bill_is_new_again(outbox: Outbox, membership: Membership) -> None:
    (entry,) = fill(outbox, membership, 1)
    sign(outbox)
    outbox.decided(entry, decision(entry), "0xaa")
    assert not outbox.has_past(entry)

    outbox.withdrawn(outbox.find("B-1"))

    assert outbox.find("B-1").state is State.WITHDRAWN
    assert outbox.offer(bill(membership, billed=1)) is Added.REVISED
    assert outbox.offer(bill(membership)) is Added.WITHDRAWN
    assert outbox.has_past(entry)


def test_a_superseded_line_is_signed_again_with_the_revision_that_is_due(
    outbox: Outbox, membership: Membership
) -> None:
    (entry,) = fill(outbox, membership, 1)
    sign(outbox)
    outbox.skipped(entry, SkipReason.SUPERSEDED, None)

    (again,) = outbox.to_attest(NOW)
    assert outbox.has_past(again)
    due = replace(again, diagnosis=replace(again.diagnosis, revision=3))
    sign(outbox, entries=[due])

    (signed,) = outbox.entries()
    assert signed.state is State.ATTESTED
    assert signed.diagnosis == due.diagnosis
    assert outbox.to_attest(NOW) == []


def test_a_signed_line_comes_back_as_it_was_proven(
    outbox: Outbox, path: Path, membership: Membership
) -> None:
    entries = fill(outbox, membership)
    batch = sign(outbox)
    outbox.close()

    with Outbox(path, PLACE) as reopened:
        ((signed, waiting),) = reopened.to_file()
        assert (signed.attestation, signed.signature) == (batch.attestation, batch.signature)
        assert [entry.diagnosis for entry in waiting] == [entry.diagnosis for entry in entries]
        for number, entry in enumerate(waiting):
            assert reopened.line(entry) == membership.line(entry.diagnosis, batch.proof(number))


def test_a_signed_line_is_signed_again_only_after_its_signature_expires(
    outbox: Outbox, membership: Membership
) -> None:
    fill(outbox, membership)
    sign(outbox)
    decided = outbox.entries()[0]
    outbox.decided(decided, decision(decided, ClaimStatus.DENIED), "0xaa")

    assert outbox.to_attest(NOW + LIFETIME - 1) == []
    assert [entry.claim for entry in outbox.to_attest(NOW + LIFETIME)] == ["B-2", "B-3"]
    sign(outbox, NOW + LIFETIME)
    assert outbox.to_attest(NOW + LIFETIME) == []
    assert outbox.first_block(outbox.entries()) == 5


def test_a_filing_is_sent_until_its_outcome_is_known(outbox: Outbox, membership: Membership) -> None:
    fill(outbox, membership)
    sign(outbox)

    outbox.sent(outbox.entries()[:2], "0xaa")
    assert [entry.state for entry in outbox.entries()] == [State.SENT, State.SENT, State.ATTESTED]

    outbox.sent(outbox.entries()[:1], None)
    assert outbox.entries()[0].state is State.ATTESTED


def test_a_decision_comes_back_bit_for_bit(outbox: Outbox, membership: Membership) -> None:
    (entry,) = fill(outbox, membership, 1)
    sign(outbox)

    outbox.decided(entry, decision(entry), "0xaa")
    held = outbox.find("B-1")
    outbox.moved(held, ClaimStatus.OWED)

    assert (held.state, held.decision, held.filing) == (State.HELD, decision(entry), "0xaa")
    assert outbox.find("B-1").state is State.OWED
    assert outbox.find("B-1").decision == decision(entry), (
        "the chain knows an owed claim by its first decision"
    )


def test_a_skipped_line_may_be_filed_again(outbox: Outbox, membership: Membership) -> None:
    (entry,) = fill(outbox, membership, 1)
    sign(outbox)

    outbox.skipped(entry, SkipReason.NO_CONSENT, None)

    ((_, waiting),) = outbox.to_file()
    assert (waiting[0].state, waiting[0].reason) == (State.SKIPPED, SkipReason.NO_CONSENT)


def test_a_root_taken_back_takes_its_undecided_lines(outbox: Outbox, membership: Membership) -> None:
    fill(outbox, membership)
    batch = sign(outbox)
    first = outbox.entries()[0]
    outbox.decided(first, decision(first), "0xaa")

    outbox.root_withdrawn(batch.attestation.root)

    assert [entry.state for entry in outbox.entries()] == [State.HELD, State.WITHDRAWN, State.WITHDRAWN]
    assert list(outbox.to_file()) == []
    assert outbox.offer(bill(membership, 2)) is Added.REVISED


def test_a_failing_step_among_others_is_absent(outbox: Outbox, membership: Membership) -> None:
    with outbox.together():
        outbox.draft("B-1", 1, bill(membership, 1), membership, b"sealed")
        with pytest.raises(OutboxError, match="UNIQUE"):
            outbox.draft("B-1 again", 1, bill(membership, 1), membership, b"sealed")
        outbox.draft("B-2", 1, bill(membership, 2), membership, b"sealed")

    assert [entry.claim for entry in outbox.entries()] == ["B-1", "B-2"]
    assert outbox.sealed(outbox.find("B-2")) == b"sealed"


def test_what_was_done_before_an_interruption_is_kept(outbox: Outbox, membership: Membership) -> None:
    def interrupted() -> None:
        with outbox.together():
            fill(outbox, membership, 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert [entry.claim for entry in outbox.entries()] == ["B-1"]


def test_lines_are_found_and_counted_by_state(outbox: Outbox, membership: Membership) -> None:
    fill(outbox, membership, 9)
    sign(outbox, entries=outbox.entries()[1:])
    one = outbox.entries()
    for entry, status in zip(one[3:], list(ClaimStatus)[2:], strict=False):
        outbox.decided(entry, decision(entry, status), "0xaa")
    outbox.sent(one[2:3], "0xaa")
    outbox.skipped(one[7], SkipReason.NO_CONSENT, None)
    outbox.withdrawn(one[8])
    wanted = ["drafted", "attested", "sent", "paid", "held", "owed", "denied", "skipped", "withdrawn"]

    assert [entry.state for entry in outbox.entries()] == [State(name) for name in wanted]
    assert outbox.counts() == {State(name): 1 for name in wanted}
    for number, name in enumerate(wanted):
        assert outbox.entries(State(name)) == outbox.entries()[number : number + 1]
    assert len(outbox.entries(State.PAID, State.HELD)) == 2


KILLED_TOGETHER = """
import os, signal, sys
sys.path.insert(0, {root!r})
from tests.salus.provider.test_outbox import *
outbox = Outbox({path!r}, PLACE)
person = membership.__wrapped__()
outbox.draft("B-1", 1, bill(person, 1), person, b"sealed")
with outbox.together():
    outbox.draft("B-2", 1, bill(person, 2), person, b"sealed")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_loses_no_more_than_the_open_group(path: Path) -> None:
    assert run(KILLED_TOGETHER, path).returncode == -signal.SIGKILL

    with Outbox(path, PLACE) as outbox:
        assert [entry.claim for entry in outbox.entries()] == ["B-1"]


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
from tests.salus.provider.test_outbox import *
outbox = Outbox({path!r}, PLACE)
person = membership.__wrapped__()
outbox.draft("B-1", 1, bill(person, 1), person, b"sealed")
with outbox._transaction() as db:
    db.execute("UPDATE line SET claim = 'half'")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def run(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[3])
    code = textwrap.dedent(program).format(root=root, path=str(path))
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, timeout=60, check=False
    )


def test_a_killed_process_loses_nothing_and_leaves_nothing_half(path: Path) -> None:
    assert run(KILLED, path).returncode == -signal.SIGKILL

    with Outbox(path, PLACE) as outbox:
        assert [entry.claim for entry in outbox.entries()] == ["B-1"]


FULL = """
import resource, sys
sys.path.insert(0, {root!r})
from tests.salus.provider.test_outbox import *
person = membership.__wrapped__()
outbox = Outbox({path!r}, PLACE)
outbox.draft("B-1", 1, bill(person, 1), person, b"sealed")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    for number in range(2, 2_000):
        outbox.draft(f"B-{{number}}", 1, bill(person, number), person, b"x" * 5_000)
except OutboxError as error:
    print(number, error)
"""


def test_a_full_disk_loses_nothing(path: Path, membership: Membership) -> None:
    done = run(FULL, path)

    assert done.returncode == 0, done.stderr
    stopped, _, message = done.stdout.partition(" ")
    wanted = (
        f"{path}: cannot be written: the disk is full or broken; "
        "free disk space, then run again; nothing is lost"
    )
    assert message.strip() == wanted
    with Outbox(path, PLACE) as outbox:
        assert len(outbox.entries()) == int(stopped) - 1
        outbox.draft(f"B-{stopped}", 1, bill(membership, int(stopped)), membership, b"sealed")
        assert len(outbox.entries()) == int(stopped)


def test_refuses_when_another_process_has_it(outbox: Outbox, path: Path, membership: Membership) -> None:
    fill(outbox, membership, 1)

    with pytest.raises(OutboxError, match="is in use by another run; wait for the other run to end"):
        Outbox(path, PLACE)


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (replace(PLACE, provider=8), "provider"),
        (replace(PLACE, chain_id=1), "chain_id"),
        (replace(PLACE, genesis="0x22"), "genesis"),
        (replace(PLACE, desk=NOBODY), "desk"),
    ],
)
def test_refuses_an_outbox_of_another_provider_desk_or_chain(
    outbox: Outbox, path: Path, place: Place, field: str
) -> None:
    outbox.close()

    with pytest.raises(OutboxError) as refused:
        Outbox(path, place)

    assert refused.value.field == field


def test_refuses_a_file_that_is_not_an_outbox(path: Path) -> None:
    path.write_bytes(b"something else altogether, and long enough to be looked at" * 40)

    with pytest.raises(OutboxError, match="is not an outbox"):
        Outbox(path, PLACE)


def test_refuses_when_the_folder_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OutboxError, match="cannot be written"):
        Outbox(tmp_path / "file" / "outbox.sqlite", PLACE)


def test_refuses_when_a_claim_is_not_there(outbox: Outbox) -> None:
    with pytest.raises(OutboxError, match="Claim/B-9: is not in the outbox"):
        outbox.find("B-9")
