"""salus.provider.outbox.doubts: bills that may have been signed before under another number

given a profile that names no system of bills
    when another system comes up later, look-alikes and equal own numbers of a member should be held back
        also if the profile named the system before, and in an outbox of the earlier format
        and in the other direction
    when several systems come up in the first run, all their bills should be taken, then and later
    when bills have no number, the ids of a later export should be held back, and none within one run
given another numbering that was declared
    the same own number, and the same member and days, should be held back though the amount changed
given a bill that was signed under this very number, with another key
    it should not be released; after a withdrawal it should be
given a bill that another outbox has filed and withdrawn
    unchanged it should be left out, unless it is to be signed again; corrected it should be revised
given a dry run
    the file should stay as it is, also one of the earlier format, and one in use should be refused
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from salus import fhir
from salus.base.errors import OutboxError
from salus.cli.attesting import show_held_back
from salus.provider.outbox import State
from salus.provider.outbox.entry import likeness_of
from salus.provider.outbox.opening import outbox_for_rehearsal
from salus.types import ClaimRef
from tests.salus.provider.test_identity import DECIDED, numbered
from tests.support.fhir_bundles import claim
from tests.support.hospital_desk import KEY, NEXT_DAY, OTHER, PLACE, HospitalDesk, bill, named
from tests.support.old_outbox import as_before

CORRECTED = {"total": {"value": 120.6, "currency": "USD"}}
OPEN, BILLS = numbered(), numbered(bill_number="urn:bills")


@pytest.fixture
def desk(tmp_path: Path) -> HospitalDesk:
    desk = HospitalDesk(tmp_path)
    desk.profile = OPEN
    return desk


def newer(number: str, **changes: Any) -> Any:
    """The bill in another billing system."""
    return claim(id=f"new-{number}", identifier=[{"system": "urn:new", "value": number}], **changes)


# SYSTEMS


@pytest.mark.parametrize("before", [OPEN, BILLS])
@pytest.mark.parametrize("old_file", [False, True])
@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        (newer("X-77"), "held back ALIKE"),
        (newer("B-1"), "held back OWN_NUMBER"),
        (newer("B-1", **CORRECTED), "held back OWN_NUMBER"),
        (newer("X-77", **CORRECTED), "new"),
        (newer("X-77", **NEXT_DAY), "new"),
    ],
)
def test_another_system_is_noticed(
    desk: HospitalDesk, before: fhir.Profile, old_file: bool, again: Any, outcome: str
) -> None:
    desk.profile = before
    desk.attest(bill("B-1"))
    if old_file:
        as_before(desk.folder / desk.file)
    desk.profile = OPEN

    assert list(named(desk.attest(again)).values()) == [outcome]
    # and so it stays, with what the outbox knows
    again_report = named(desk.attest(again))
    assert list(again_report.values()) == ["attested before" if outcome == "new" else outcome]
    assert named(desk.attest(bill("B-1"))) == {"B-1": "attested before"}


def test_a_bill_of_the_system_before_is_compared_too(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))
    desk.attest(newer("X-2", **NEXT_DAY))

    assert named(desk.attest(bill("B-2", **NEXT_DAY))) == {"B-2": "held back ALIKE"}
    assert named(desk.attest(bill("B-2", **NEXT_DAY), release=["B-2"])) == {"B-2": "new"}


def test_several_systems_from_the_first_run_on_are_taken(desk: HospitalDesk) -> None:
    report = desk.attest(bill("B-1"), newer("B-1"), newer("X-2"))
    assert [row.outcome for row in report.rows] == ["new"] * 3

    report = desk.attest(bill("B-3"), newer("B-3"))
    assert [row.outcome for row in report.rows] == ["new"] * 2


def test_an_export_with_new_ids_is_noticed(desk: HospitalDesk) -> None:
    desk.attest(claim(id="first"), claim(id="second"))
    assert desk.states() == [("first", State.ATTESTED), ("second", State.ATTESTED)]

    assert named(desk.attest(claim(id="third"))) == {"third": "held back ALIKE"}
    assert named(desk.attest(claim(id="third", **NEXT_DAY))) == {"third": "new"}


def test_an_export_with_new_ids_is_noticed_though_nothing_was_signed(desk: HospitalDesk) -> None:
    desk.draft(claim(id="first"))

    assert named(desk.attest(claim(id="second"))) == {"second": "held back ALIKE"}
    assert desk.states() == [("first", State.ATTESTED)]


# A DECLARED CHANGE


@pytest.mark.parametrize("lost", [{}, {"key": OTHER, "key_lost": True}])
@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        (newer("B-1", **CORRECTED), "held back OWN_NUMBER"),
        (newer("B-1", **NEXT_DAY), "held back OWN_NUMBER"),
        (newer("X-1", **CORRECTED), "held back SAME_CARE"),
        (newer("X-1", **NEXT_DAY), "new"),
    ],
)
def test_a_corrected_amount_under_a_new_numbering_is_held_back(
    desk: HospitalDesk, lost: dict[str, Any], again: Any, outcome: str
) -> None:
    desk.profile = BILLS
    desk.attest(bill("B-1"))
    desk.profile = numbered(bill_number="urn:new")

    report = desk.attest(again, profile_changed=True, **lost)

    assert list(named(report).values()) == [outcome]


# RELEASE


def test_a_number_that_was_signed_is_not_released(
    desk: HospitalDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.attest(bill("B-1"))
    with pytest.raises(OutboxError, match=r"signed before under this number.*withdraw what was signed"):
        desk.attest(bill("B-1"), key=OTHER, key_lost=True, release=["B-1"])
    with desk.open() as outbox:
        show_held_back(outbox)
    said = capsys.readouterr().out
    assert "to correct one, withdraw what was signed first" in said
    assert "--release" not in said
    assert named(desk.attest(bill("B-1"), key=OTHER)) == {"B-1": "held back SAME_NUMBER"}
    assert desk.states() == [("B-1", State.ATTESTED)]

    with desk.open() as outbox, outbox._transaction() as db:
        db.execute("UPDATE line SET withdrawn = 1, decision = ?", (DECIDED,))
    assert named(desk.attest(bill("B-1"), key=OTHER)) == {"B-1": "held back TAKEN_BACK"}
    assert named(desk.attest(bill("B-1"), key=OTHER, release=["B-1"])) == {"B-1": "new"}


# WITHDRAWN ELSEWHERE


@pytest.fixture
def anew(desk: HospitalDesk) -> HospitalDesk:
    """A new outbox, in place of one whose bill the chain has decided and taken back."""
    desk.attest(bill("B-1"))
    with desk.open() as outbox:
        (line,) = outbox.entries()
    new = HospitalDesk(desk.folder, "new.sqlite", sale=desk.sale)
    with new.open() as outbox:
        ref = ClaimRef(policy=line.diagnosis.policy, provider=1, bill_line=line.diagnosis.bill_line)
        outbox.decided_elsewhere(ref, likeness_of(ref.policy, line.diagnosis))
        outbox.withdrawn_elsewhere(ref)
    return new


def test_what_was_withdrawn_before_the_outbox_was_lost_is_left_out(anew: HospitalDesk) -> None:
    assert named(anew.attest(bill("B-1"))) == {"B-1": "left out WITHDRAWN"}
    assert anew.states() == []

    report = anew.draft(bill("B-1"), again=True)
    assert named(report) == {"B-1": "corrected"}
    with anew.open() as outbox:
        # so that it gets the revision that is due
        assert outbox.has_past(outbox.entries()[0])


def test_a_corrected_bill_may_follow_a_withdrawal_elsewhere(anew: HospitalDesk) -> None:
    assert named(anew.attest(bill("B-1", **CORRECTED))) == {"B-1": "corrected"}


def test_what_was_filed_again_after_a_withdrawal_is_as_new_here(anew: HospitalDesk) -> None:
    with anew.open() as outbox:
        row = outbox._db.execute("SELECT policy, bill_line, likeness FROM withdrawn_elsewhere").fetchone()
        ref = ClaimRef(policy=row["policy"], provider=1, bill_line=row["bill_line"])
        outbox.decided_elsewhere(ref, row["likeness"])

    assert named(anew.attest(bill("B-1"))) == {"B-1": "new"}


def test_a_file_from_before_withdrawals_were_kept_is_read_again(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))
    with desk.open() as outbox:
        outbox.has_read(7, "0x7")
        for table in ("withdrawn_elsewhere", "system", "head"):
            outbox._db.execute(f"DROP TABLE {table}")
    with desk.open() as outbox:
        assert outbox.read_to() is None
    assert named(desk.attest(newer("X-1"))) == {"X-1": "held back ALIKE"}


# A DRY RUN


CHAIN: Any = SimpleNamespace(
    chain_id=PLACE.chain_id,
    addresses=SimpleNamespace(genesis=PLACE.genesis),
    desk=SimpleNamespace(address=PLACE.desk),
)


@pytest.mark.parametrize("old_file", [False, True])
def test_a_dry_run_leaves_the_file_as_it_is(desk: HospitalDesk, old_file: bool) -> None:
    desk.attest(bill("B-1"))
    path = desk.folder / desk.file
    if old_file:
        as_before(path)
    before = path.read_bytes()

    with outbox_for_rehearsal(CHAIN, PLACE.provider, path) as outbox:
        assert outbox.path == path
        outbox.bind(KEY, at=1)
        outbox.withdrawn(outbox.entries()[0])

    assert path.read_bytes() == before
    assert [one.name for one in desk.folder.glob("outbox*")] == [path.name]


def test_a_dry_run_refuses_a_file_in_use(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))
    with (
        desk.open(),
        pytest.raises(OutboxError, match="is in use by another run"),
        outbox_for_rehearsal(CHAIN, PLACE.provider, desk.folder / desk.file),
    ):
        pass


def test_a_dry_run_refuses_what_is_no_outbox(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not an outbox" * 99)

    with (
        pytest.raises(OutboxError, match=r"notes\.txt: is not an outbox"),
        outbox_for_rehearsal(CHAIN, PLACE.provider, path),
    ):
        pass
