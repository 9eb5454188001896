"""salus.provider.drafting: from a hospital's bills to drafts, and a report of each

given a bill that a card covers
    it should be drafted once, and known afterwards
given a bill that was attested
    when it is cancelled, replaced or billed elsewhere afterwards
        it should say loudly that the claim must be withdrawn, as a problem
    when it comes as an equal copy
        it should be no fault
    when it comes under another number
        it should not be drafted again
given a bill that is drafted and not signed
    when it is cancelled
        the draft should be dropped, so that nobody signs it
given a bill that replaces an attested one
    it should wait until the other is withdrawn, and be drafted then
given cards of another benefit table only
    each bill should be left out with the table of its card, and the wrong table should be one problem
    when a card of the table is in the folder, it should be in order
given a report
    it should have one row for each bill, and give them as CSV and JSON without a patient
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from salus import fhir, product, samples
from salus.claim.provider_key import ProviderKey
from salus.cover.enrolment import enrol
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant
from salus.cover.policy import build_policy
from salus.crypto.records import RecordKey, seal
from salus.product import Table
from salus.provider import drafting
from salus.provider.card_folder import CardFolder
from salus.provider.drafting import BillOutcome, Report, draft
from salus.provider.outbox import Added, Outbox, Place, State
from salus.types import ClaimStatus
from tests.support.fhir_bundles import CLAIM_TYPE, claim, concept, document, encounter

START = 20_089
"""2025-01-01."""
PLACE = Place(chain_id=31_337, genesis="0x" + "00" * 32, desk="0x" + "de" * 20, provider=1)
KEY, READER = ProviderKey.generate(), RecordKey.generate().recipient
Resource = dict[str, Any]
Drafter = Callable[..., Report]


def bill(number: str, **changes: Any) -> Resource:
    return claim(id=f"id-{number}", identifier=[{"system": "urn:bills", "value": number}], **changes)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.sqlite", PLACE) as opened:
        yield opened


@pytest.fixture
def drafted(tmp_path: Path, outbox: Outbox) -> Drafter:
    """Drafts the bills that are given, for a patient who has shown a card."""
    sale = samples.sell(START)
    cards = CardFolder(tmp_path, sale.table, sale.policy.book)
    shown = cards.of("p1")
    shown.mkdir()
    sale.card().save(shown / "family.card.json")
    sale.policy.cover(0).save(shown / "family.cover.json")
    (shown / "record.age").write_text(RecordKey.generate().recipient)

    def run(
        *bills: Resource, dry_run: bool = False, visit: Resource | None = None, table: Table = sale.table
    ) -> Report:
        bundle = document(visit or encounter(), *bills)
        found = fhir.read(bundle, table, profile=fhir.OPEN, today=START + 364)
        shown = CardFolder(tmp_path, table, sale.policy.book)
        return draft(found, outbox, shown, KEY, recipients=[READER], dry_run=dry_run)

    return run


def sign(outbox: Outbox) -> None:
    """Every draft counts as attested."""
    with outbox._transaction() as db:
        db.execute("INSERT INTO attestation VALUES (1, x'00', 0, 99999999999, '', x'00', 0, 0)")
        db.execute("UPDATE line SET attestation = 1")


def states(outbox: Outbox) -> dict[str, State]:
    return {entry.claim.partition("|")[2]: entry.state for entry in outbox.entries()}


def test_a_bill_is_drafted_once(drafted: Drafter, outbox: Outbox) -> None:
    first, again = drafted(bill("B-1")), drafted(bill("B-1"))

    assert (first.new, first.problems, again.new, again.known) == (1, [], 0, 1)
    assert states(outbox) == {"B-1": State.DRAFTED}


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ([{"status": "cancelled"}], "attested, now"),
        ([{"status": "entered-in-error"}], "attested, now"),
        (
            [{"accident": {"date": "2025-03-10", "type": {"coding": [{"system": "urn:a", "code": "WPA"}]}}}],
            "attested",
        ),
    ],
)
def test_what_was_attested_and_is_over_is_a_problem(
    drafted: Drafter, outbox: Outbox, later: list[Resource], words: str
) -> None:
    drafted(bill("B-1"))
    sign(outbox)

    report = drafted(bill("B-1", **later[0]))

    (row,) = report.rows
    assert (row.outcome, row.reason) == (BillOutcome.PROBLEM, "ATTESTED_AND_ENDED")
    assert words in row.words
    assert "withdraw" in row.words


def test_a_replacement_waits_for_the_withdrawal(drafted: Drafter, outbox: Outbox) -> None:
    drafted(bill("B-1"))
    sign(outbox)
    new = bill(
        "B-2",
        total={"value": 90, "currency": "USD"},
        related=[{"claim": {"reference": "Claim/id-B-1"}, "relationship": {"coding": [{"code": "prior"}]}}],
    )

    waiting = drafted(bill("B-1"), new)
    assert any("B-1: attested, now" in words for words in waiting.problems)
    assert states(outbox) == {"B-1": State.ATTESTED}

    (entry,) = outbox.entries()
    outbox.withdrawn(entry)
    assert drafted(bill("B-1"), new).new == 1
    assert states(outbox) == {"B-1": State.WITHDRAWN, "B-2": State.DRAFTED}


def test_a_draft_of_a_cancelled_bill_is_dropped(drafted: Drafter, outbox: Outbox) -> None:
    drafted(bill("B-1"))

    assert drafted(bill("B-1", status="cancelled"), dry_run=True).problems == []
    assert states(outbox) == {"B-1": State.DRAFTED}
    report = drafted(bill("B-1", status="cancelled"))

    assert (report.problems, states(outbox)) == ([], {})
    assert "dropped before it was signed" in report.left_out[0]


def test_an_equal_copy_is_no_fault(drafted: Drafter, outbox: Outbox) -> None:
    drafted(bill("B-1"))
    sign(outbox)
    copy = {**bill("B-1"), "id": "other"}

    report = drafted(bill("B-1"), copy)

    assert (report.known, report.problems) == (1, [])


@pytest.mark.parametrize(
    "numbers",
    [
        [{"system": "urn:bills", "value": "B-2"}],
        [{"system": "urn:bills", "value": "B-2"}, {"system": "urn:bills", "value": "B-1", "use": "old"}],
    ],
)
def test_a_bill_under_another_number_is_not_drafted_again(
    drafted: Drafter, outbox: Outbox, numbers: list[Resource]
) -> None:
    drafted(bill("B-1"))
    sign(outbox)

    report = drafted(claim(id="id-B-1", identifier=numbers))

    assert [row.reason for row in report.rows] == ["NUMBER_CHANGED"]
    assert "was attested under the number urn:bills|B-1" in report.problems[0]
    assert states(outbox) == {"B-1": State.ATTESTED}


def test_the_report_has_a_row_for_each_bill(drafted: Drafter, tmp_path: Path) -> None:
    report = drafted(bill("B-1"), bill("B-2", use="preauthorization"), bill("B-3", type={"text": "?"}))
    path = tmp_path / "report.csv"
    report.save(path)

    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["outcome"], row["billed"], row["currency"]) for row in rows] == [
        ("new", "12050", "USD"),
        ("left out", "12050", "USD"),
        ("problem", "12050", "USD"),
    ]
    assert json.loads(path.with_suffix(".json").read_text())["rows"][1]["reason"] == "NOT_A_BILL"
    assert "p1" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert [line[2:] for line in report.summary()] == [(1, "120.50 USD")] * 3


PRIOR = {"coding": [{"code": "prior"}]}


def test_a_dry_run_keeps_nothing(drafted: Drafter, outbox: Outbox) -> None:
    assert drafted(bill("B-1"), dry_run=True).new == 1
    assert states(outbox) == {}


def test_a_record_is_sealed_to_the_readers_and_the_patient(
    drafted: Drafter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[list[str]] = []

    def sealing(record: bytes, readers: list[str]) -> Any:
        given.append(readers)
        return seal(record, readers)

    monkeypatch.setattr(drafting, "seal", sealing)
    drafted(bill("B-1"))

    (patient,) = tmp_path.rglob("record.age")
    assert [sorted(readers) for readers in given] == [sorted([READER, patient.read_text()])]


def test_an_unchanged_bill_stays_withdrawn(
    drafted: Drafter, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "offer", lambda _: Added.WITHDRAWN)

    (row,) = drafted(bill("B-1")).rows

    assert (row.outcome, row.reason) == (BillOutcome.LEFT_OUT, "WITHDRAWN")
    assert states(outbox) == {}


def test_a_replacement_of_a_draft_takes_its_place(drafted: Drafter, outbox: Outbox) -> None:
    drafted(bill("B-1"))
    new = bill("B-2", related=[{"claim": {"reference": "Claim/id-B-1"}, "relationship": PRIOR}])

    # the replacement first: nothing has dropped the draft yet
    report = drafted(new, bill("B-1"))

    assert report.new == 1
    assert states(outbox) == {"B-2": State.DRAFTED}


def test_a_replacement_of_the_same_number_does_not_end_itself(drafted: Drafter, outbox: Outbox) -> None:
    drafted(bill("B-1"))
    sign(outbox)
    own = {"identifier": {"system": "urn:bills", "value": "B-1"}}

    report = drafted(bill("B-1", related=[{"claim": own, "relationship": PRIOR}]))

    assert [row.outcome for row in report.rows] == [BillOutcome.KNOWN]


def test_a_benefit_that_the_member_lacks_is_left_out(
    drafted: Drafter, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting.Membership, "benefit", lambda *_: None)

    (row,) = drafted(bill("B-1")).rows

    assert (row.outcome, row.reason) == (BillOutcome.LEFT_OUT, "EXCLUDED")
    assert states(outbox) == {}


def test_the_first_day_of_care_must_be_covered(drafted: Drafter) -> None:
    night = {"start": "2024-12-31T22:00:00-05:00", "end": "2025-01-01T02:00:00-05:00"}

    (row,) = drafted(bill("B-1", billablePeriod=night), visit=encounter(period=night)).rows

    assert (row.outcome, row.reason) == (BillOutcome.LEFT_OUT, "NO_CARD")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ClaimStatus.PAID, "it is paid; settle the difference with the insurer"),
        (ClaimStatus.HELD, "withdraw claim B-1, then attest again"),
        (ClaimStatus.DENIED, "withdraw claim B-1, then attest again"),
    ],
)
def test_the_way_out_of_a_decided_bill(status: ClaimStatus, words: str) -> None:
    entry: Any = SimpleNamespace(claim="B-1", state=status.word, decision=SimpleNamespace(status=status))

    assert drafting._way_out(entry) == words


# THE TABLE

ILLNESS = product.shipped("critical-illness")
NOBODY = "0x" + "ab" * 20
NIGHTS = {"start": "2025-03-10T22:30:00-04:00", "end": "2025-03-14T10:00:00-04:00"}


def stay(number: str) -> dict[str, Any]:
    """A bill that the plan for illnesses would pay, and the stay that it is for."""
    billed = bill(number, type=concept("institutional", CLAIM_TYPE), billablePeriod=NIGHTS)
    return {"bill": billed, "visit": encounter(act="IMP", period=NIGHTS)}


def test_a_wrong_table_is_a_problem(drafted: Drafter, outbox: Outbox, tmp_path: Path) -> None:
    case = stay("B-1")

    report = drafted(case["bill"], visit=case["visit"], table=ILLNESS)

    bill_row, table_row = report.rows
    assert (bill_row.outcome, bill_row.reason) == (BillOutcome.LEFT_OUT, "OTHER_PLAN")
    assert bill_row.words.endswith("the patient's card is of family 2026.1; attest the bill under that table")
    assert (table_row.outcome, table_row.reason) == (BillOutcome.PROBLEM, "WRONG_TABLE")
    assert report.problems == [
        f"{tmp_path}: no card is of critical-illness 2026.1, but of family 2026.1; name that table"
    ]
    assert states(outbox) == {}


def test_a_wrong_table_that_has_no_benefit_for_any_bill_is_a_problem(drafted: Drafter) -> None:
    assert [row.reason for row in drafted(bill("B-1"), table=ILLNESS).rows] == ["NO_BENEFIT", "WRONG_TABLE"]


def test_cards_of_another_plan_are_in_order_beside_those_of_the_table(
    drafted: Drafter, tmp_path: Path
) -> None:
    """Another patient has a card of the table: this one's bills belong to another plan."""
    person = Applicant(consent_signer=NOBODY, covered_since=START, covered_until=START + 365)
    (enrolled,) = enrol(PolicyKey.generate(), ILLNESS, [person])
    sold = build_policy(
        samples.sell(START).policy.book,
        ILLNESS,
        [enrolled],
        holder=NOBODY,
        pool="0x" + "c0" * 20,
        start=START,
        end=START + 365,
        annual_limit=1,
        premium=1,
    )
    (tmp_path / "p2").mkdir()
    enrolled.card(sold.book, sold.policy_id).save(tmp_path / "p2" / "illness.card.json")
    sold.cover(0).save(tmp_path / "p2" / "illness.cover.json")
    case = stay("B-1")

    report = drafted(case["bill"], visit=case["visit"], table=ILLNESS)

    assert [row.reason for row in report.rows] == ["OTHER_PLAN"]
    assert report.problems == []


# RECORD KEYS


def test_a_record_is_sealed_to_both_keys_of_a_patient(
    drafted: Drafter, outbox: Outbox, tmp_path: Path
) -> None:
    keys = [RecordKey.generate() for _ in range(2)]
    (tmp_path / "p1" / "record.age").write_text("".join(f"{key.recipient}\n" for key in keys))

    drafted(bill("B-1"))

    (entry,) = outbox.entries()
    assert all(key.opens(outbox.sealed(entry)) for key in keys)
    assert not RecordKey.generate().opens(outbox.sealed(entry))
