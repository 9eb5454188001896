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
given a report
    it should have one row for each bill, and give them as CSV and JSON without a patient
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from salus import fhir, samples
from salus.claim.provider_key import ProviderKey
from salus.crypto.records import RecordKey
from salus.provider.card_folder import CardFolder
from salus.provider.drafting import BillOutcome, Report, draft
from salus.provider.outbox import Outbox, Place, State
from tests.support.fhir_bundles import claim, document, encounter

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

    def run(*bills: Resource, dry_run: bool = False) -> Report:
        bundle = document(encounter(), *bills)
        found = fhir.read(bundle, sale.table, profile=fhir.OPEN, today=START + 364)
        return draft(found, outbox, cards, KEY, recipients=[READER], dry_run=dry_run)

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
