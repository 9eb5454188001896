"""salus.provider.outbox.identity, doubts: which key and numbering an outbox takes, and what is held back

given an outbox that has bills
    it should take the same key again
    when another key comes, it should refuse it with both fingerprints, and keep everything as it is
    when the key is declared lost, it should say since when, and hold back what it knows
        by number, though the amount changed
        by member, days and amount, though the number changed
        but not a bill of another amount or number, nor one that was withdrawn and corrected
        until a person releases one by its number, and no other
    when the same key is declared lost, it should refuse that
    when a key before comes back, its own bills should be known, and the others held back
given a draft of the key before that nobody has signed
    it should be signed once, and not a second time under the new key
given an outbox from before keys were written down
    the key that made its lines should be taken
    another key should be refused
    when two keys made its lines, it should take neither until one is declared, and file each bill once
given another profile
    a change that leaves every number the same should be taken
    another numbering of bills or patients should be refused, and taken once it is declared
    a change that leaves the bill the same bill should be taken
given a new outbox on a provider with decisions
    what the chain knows from another key should be held back, and released by number
    what the chain knows from this key should not be held back here, though two bills are alike
given a dry run
    it should say what would be held back, and keep nothing
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from salus import fhir
from salus.base.errors import OutboxError
from salus.claim.provider_key import short
from salus.provider.outbox import State
from salus.provider.outbox.entry import decision_json
from salus.types import ClaimRef, ClaimStatus, Decision, Remittance
from tests.support.fhir_bundles import claim, encounter
from tests.support.hospital_desk import KEY, NEXT_DAY, OTHER, HospitalDesk, bill, named
from tests.support.old_outbox import as_before

OLD, NEW = short(KEY.fingerprint), short(OTHER.fingerprint)
CORRECTED = {"total": {"value": 90, "currency": "USD"}}


@pytest.fixture
def desk(tmp_path: Path) -> HospitalDesk:
    return HospitalDesk(tmp_path)


def test_a_fingerprint_tells_keys_apart_and_shows_nothing_of_them() -> None:
    assert KEY.fingerprint != OTHER.fingerprint
    assert len(KEY.fingerprint) == 64
    assert KEY.reveal().hex() not in KEY.fingerprint
    assert KEY.fingerprint not in {KEY.bill_line("B-1").hex(), KEY.case_id("B-1", bytes(32)).hex()}


# THE KEY


def test_the_same_key_is_taken_again(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))

    assert named(desk.attest(bill("B-1"), bill("B-2"))) == {"B-1": "attested before", "B-2": "new"}
    with desk.open() as outbox:
        assert [one.reason for one in outbox.bindings()] == ["first use"]
        assert outbox.fingerprint == KEY.fingerprint


@pytest.mark.parametrize("dry_run", [True, False])
def test_another_key_is_refused_with_both_fingerprints(desk: HospitalDesk, dry_run: bool) -> None:
    desk.attest(bill("B-1"))
    before = desk.states()

    with pytest.raises(OutboxError) as refused:
        desk.attest(bill("B-1"), key=OTHER, dry_run=dry_run)

    assert f"is bound to the provider key {OLD}, and the key that was given is {NEW}" in str(refused.value)
    assert refused.value.remedy is not None
    assert "--key-lost" in refused.value.remedy
    assert desk.states() == before
    assert named(desk.attest(bill("B-1"))) == {"B-1": "attested before"}


def test_a_declared_loss_is_kept_as_a_fact(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))
    desk.attest(bill("B-9", **NEXT_DAY), key=OTHER, key_lost=True)

    with desk.open() as outbox:
        first, lost = outbox.bindings()
    assert (first.key, lost.key) == (KEY.fingerprint, OTHER.fingerprint)
    assert lost.reason == "the key before was declared lost"
    assert lost.at >= first.at > 1_700_000_000
    assert named(desk.attest(bill("B-9", **NEXT_DAY), key=OTHER)) == {"B-9": "attested before"}
    with pytest.raises(OutboxError, match=f"is bound to the provider key {NEW}"):
        desk.attest(bill("B-1"))


def test_a_key_that_is_not_lost_cannot_be_declared_so(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))
    desk.attest(bill("B-2", **NEXT_DAY), key=OTHER, key_lost=True)

    with pytest.raises(OutboxError, match=f"is bound to this very key \\({NEW}\\)"):
        desk.attest(bill("B-2"), key=OTHER, key_lost=True)


# AFTER A LOSS


@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        (bill("B-1"), "held back SAME_NUMBER"),
        (bill("B-1", **CORRECTED), "held back SAME_NUMBER"),
        (bill("B-7"), "held back ALIKE"),
        (bill("B-7", **CORRECTED), "held back SAME_CARE"),
        (bill("B-7", **NEXT_DAY), "new"),
    ],
)
def test_what_the_outbox_knows_is_held_back(desk: HospitalDesk, again: Any, outcome: str) -> None:
    desk.attest(bill("B-1"))

    report = desk.attest(again, key=OTHER, key_lost=True)

    assert list(named(report).values()) == [outcome]
    assert len(desk.states()) == (2 if outcome == "new" else 1)
    # and so it stays, without another word
    expected = "attested before" if outcome == "new" else outcome
    assert list(named(desk.attest(again, key=OTHER)).values()) == [expected]


def test_a_person_releases_one_bill_by_its_number(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))
    twins = [bill("B-7"), bill("B-8")]
    report = desk.attest(*twins, key=OTHER, key_lost=True)
    assert named(report) == dict.fromkeys(("B-7", "B-8"), "held back ALIKE")
    assert [row.bill for row in report.to_compare] == ["B-7", "B-8"]
    assert "B-8: may be a bill that this outbox signed before" in report.lines()[-1]

    report = desk.attest(*twins, key=OTHER, release=["B-8"])

    assert named(report) == {"B-7": "held back ALIKE", "B-8": "new"}
    assert desk.states() == [("B-1", State.ATTESTED), ("B-8", State.ATTESTED)]
    with pytest.raises(OutboxError, match="Claim/B-8: is not held back"):
        desk.attest(*twins, key=OTHER, release=["B-8"])


def test_a_corrected_bill_may_follow_a_withdrawal_though_the_key_is_lost(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"), bill("B-2"))
    with desk.open() as outbox, outbox._transaction() as db:
        db.execute("UPDATE line SET withdrawn = 1, decision = ?", (DECIDED,))

    report = desk.attest(bill("B-1", **CORRECTED), bill("B-2"), key=OTHER, key_lost=True)

    assert named(report) == {"B-1": "new", "B-2": "held back TAKEN_BACK"}


DECIDED = decision_json(
    Decision(
        status=ClaimStatus.HELD,
        packed_codes=bytes(32),
        diagnosis=bytes(32),
        pool="0x" + "12" * 20,
        payee="0x" + "34" * 20,
        group=bytes(32),
        release_at=1,
        remittance=Remittance(),
    )
)


def test_a_key_that_comes_back_knows_its_own(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))
    desk.attest(bill("B-2", **NEXT_DAY), key=OTHER, key_lost=True)

    report = desk.attest(bill("B-1"), bill("B-2", **NEXT_DAY), key_lost=True)

    assert named(report) == {"B-1": "attested before", "B-2": "held back SAME_NUMBER"}


def test_an_unsigned_draft_of_the_key_before_is_signed_once(desk: HospitalDesk) -> None:
    desk.draft(bill("B-1"))

    report = desk.attest(bill("B-1"), key=OTHER, key_lost=True)

    assert named(report) == {"B-1": "held back SAME_NUMBER"}
    assert desk.states() == [("B-1", State.ATTESTED)]


# A FILE FROM BEFORE


@pytest.fixture
def old(desk: HospitalDesk) -> HospitalDesk:
    """An outbox of the earlier format, with two bills."""
    desk.attest(bill("B-1"), bill("B-2"))
    as_before(desk.folder / desk.file)
    return desk


def test_an_old_file_takes_the_key_that_made_its_lines(old: HospitalDesk) -> None:
    assert named(old.attest(bill("B-1"), bill("B-3"))) == {"B-1": "attested before", "B-3": "new"}

    with old.open() as outbox:
        (proved,) = outbox.bindings()
        assert proved.reason.startswith("the key made all lines")
        assert outbox.member_numbers() == {(old.membership.policy_id, old.membership.commitment): 0}
    with pytest.raises(OutboxError, match=f"is bound to the provider key {OLD}"):
        old.attest(key=OTHER)


def test_an_old_file_refuses_another_key(old: HospitalDesk) -> None:
    before = old.states()

    with pytest.raises(
        OutboxError, match=f"which made 2 of its 2 lines, and the key that was given is {NEW}"
    ):
        old.attest(bill("B-1"), key=OTHER)

    assert old.states() == before
    assert named(old.attest(bill("B-1"), key=OTHER, key_lost=True)) == {"B-1": "held back SAME_NUMBER"}


def test_an_old_file_of_two_keys_pays_no_bill_twice(desk: HospitalDesk) -> None:
    """What happened: another key signed old bills anew in the same outbox."""
    desk.attest(bill("B-1"), bill("B-2"))
    other = HospitalDesk(desk.folder, "other.sqlite", sale=desk.sale)
    other.attest(bill("B-1"), bill("B-2"), bill("B-3", **NEXT_DAY), key=OTHER)
    as_before(desk.folder / desk.file)
    as_before(desk.folder / other.file)
    db = sqlite3.connect(desk.folder / desk.file)
    db.execute("ATTACH ? AS other", (str(desk.folder / other.file),))
    columns = "claim, number, diagnosis, policy, bill_line, attestation"
    db.execute(f"INSERT INTO line ({columns}) SELECT {columns} FROM other.line")
    db.commit()
    db.close()

    with desk.open() as outbox:
        # before any key is given, what is signed twice is filed once
        ((_, waiting),) = outbox.to_file()
        assert [entry.id for entry in waiting] == [1, 2, 5]
        assert [(held.line.bill, held.doubt.name) for held in outbox.held_back()] == [
            ("B-1", "SAME_NUMBER"),
            ("B-2", "SAME_NUMBER"),
        ]
    for key, foreign in ((KEY, 3), (OTHER, 2)):
        with pytest.raises(OutboxError, match=f"which made {foreign} of its 5 lines"):
            desk.attest(bill("B-1"), key=key)

    bills = [bill("B-1"), bill("B-2"), bill("B-3", **NEXT_DAY)]
    report = desk.attest(*bills, key=KEY, key_lost=True)
    assert named(report) == {
        "B-1": "held back SAME_NUMBER",
        "B-2": "held back SAME_NUMBER",
        "B-3": "held back SAME_NUMBER",
    }
    with desk.open() as outbox:
        ((_, waiting),) = outbox.to_file()
        assert [entry.id for entry in waiting] == [1, 2, 5]


# THE PROFILE


def numbered(**parts: Any) -> fhir.Profile:
    return fhir.Profile(organizations="any", payers="any", **parts)


def two_numbers(number: str) -> Any:
    return claim(
        id=f"id-{number}",
        identifier=[{"system": "urn:bills", "value": number}, {"system": "urn:slips", "value": f"S{number}"}],
    )


def test_a_profile_that_leaves_every_number_the_same_is_taken(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))
    desk.profile = numbered(bill_number="urn:bills", time_zone="America/New_York", total_may_differ="off")

    assert named(desk.attest(bill("B-1"), two_numbers("B-2"))) == {"B-1": "attested before", "B-2": "new"}

    desk.profile = numbered()
    assert named(desk.attest(bill("B-1"))) == {"B-1": "attested before"}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            {},
            {"bill_number": "urn:slips"},
            "bills by no bill_number, and the profile names bills by urn:slips",
        ),
        (
            {"bill_number": "urn:bills"},
            {"bill_number": "urn:slips"},
            "bills by urn:bills, and the profile names bills by urn:slips",
        ),
        (
            {"bill_number": "urn:bills"},
            {"bill_number": "urn:bills", "patient_number": "urn:mrn"},
            "patients by no patient_number, and the profile names patients by urn:mrn",
        ),
    ],
)
def test_another_numbering_is_refused(
    desk: HospitalDesk, before: dict[str, str], after: dict[str, str], words: str
) -> None:
    desk.profile = numbered(**before)
    desk.attest(two_numbers("B-1") if before else bill("B-1"))
    desk.profile = numbered(**after)
    patient = {"identifier": {"system": "urn:mrn", "value": "p1"}} if "patient_number" in after else {}
    again = two_numbers("B-1") | ({"patient": patient} if patient else {})
    visit = encounter(subject=patient) if patient else None

    with pytest.raises(OutboxError, match=words) as refused:
        desk.attest(again, visit=visit)

    assert "--profile-changed" in (refused.value.remedy or "")


def test_a_declared_numbering_holds_back_what_is_known(desk: HospitalDesk) -> None:
    desk.profile = numbered(bill_number="urn:bills")
    desk.attest(two_numbers("B-1"))
    desk.profile = numbered(bill_number="urn:slips")
    unknown = claim(id="other", identifier=[{"system": "urn:slips", "value": "SB-9"}])

    report = desk.attest(two_numbers("B-1"), unknown, profile_changed=True)

    assert named(report) == {"SB-1": "problem NUMBER_CHANGED", "SB-9": "held back ALIKE"}
    with desk.open() as outbox:
        assert [one.reason for one in outbox.bindings()] == ["first use", "another numbering was declared"]
    # once declared, both are taken
    desk.profile = numbered(bill_number="urn:bills")
    assert named(desk.attest(two_numbers("B-1"))) == {"B-1": "attested before"}


# A NEW OUTBOX


@pytest.fixture
def anew(desk: HospitalDesk) -> HospitalDesk:
    """A new outbox, in place of one whose bills the chain has decided."""
    desk.attest(bill("B-1"), bill("B-2"))
    new = HospitalDesk(desk.folder, "new.sqlite", sale=desk.sale)
    new.learn_from(desk)
    return new


def test_a_new_outbox_holds_back_what_the_chain_knows_from_another_key(anew: HospitalDesk) -> None:
    report = anew.attest(bill("B-1"), bill("B-3", **CORRECTED), key=OTHER)

    assert named(report) == {"B-1": "held back ON_CHAIN", "B-3": "new"}
    assert anew.states() == [("B-3", State.ATTESTED)]
    assert "may be a bill that the chain decided before, from another outbox" in report.held_back[0]

    assert named(anew.attest(bill("B-1"), key=OTHER, release=["B-1"])) == {"B-1": "new"}


def test_a_new_outbox_of_the_same_key_finds_its_bills_by_their_ids(anew: HospitalDesk) -> None:
    """They are alike, and B-3 is new: the chain's two are explained by B-1 and B-2."""
    report = anew.attest(bill("B-3"), bill("B-2"), bill("B-1"))

    assert named(report) == dict.fromkeys(("B-1", "B-2", "B-3"), "new")


def test_what_was_taken_back_on_the_chain_holds_nothing_back(anew: HospitalDesk) -> None:
    with anew.open() as outbox:
        for policy, bill_line in outbox._db.execute("SELECT policy, bill_line FROM elsewhere").fetchall():
            outbox.withdrawn_elsewhere(ClaimRef(policy=policy, provider=1, bill_line=bill_line))

    assert named(anew.attest(bill("B-1"), key=OTHER)) == {"B-1": "new"}


def test_a_dry_run_says_what_would_be_held_back(desk: HospitalDesk) -> None:
    desk.attest(bill("B-1"))

    report = desk.draft(bill("B-1"), bill("B-2", **NEXT_DAY), key=OTHER, key_lost=True, dry_run=True)

    assert named(report) == {"B-1": "held back SAME_NUMBER", "B-2": "new"}
    assert desk.states() == [("B-1", State.ATTESTED)]
    with desk.open() as outbox:
        assert outbox.fingerprint == KEY.fingerprint
