"""salus.provider.outbox.lines, salus.provider.listing: claims by the hospital's own number, and lists of them

given a number of a bill
    it should be found with or without its system, by another number and by its id
    when several bills have it, the error should list them, and the full number should find each
    when none has it, the error should say so
given an outbox
    its claims should be listed with days, amount, member and state, all or those of one bill or state
    a bill should be told in full, and what is not paid by cause
    a plan should say number, days, amount and member of each bill, and no more than fit
    what is not paid should be found without reading what is
"""

from __future__ import annotations

from pathlib import Path

import pytest

from salus.base.errors import OutboxError
from salus.provider.listing import HEAD, list_claims
from salus.provider.outbox import Outbox, State
from salus.provider.outbox.words import claim_words, standing_of
from salus.provider.plan_words import MOST, bill_words, filed_words
from salus.types import ClaimStatus, Decision, Remittance, SkipReason
from tests.support.fhir_bundles import claim
from tests.support.hospital_desk import HospitalDesk, bill


@pytest.fixture
def desk(tmp_path: Path) -> HospitalDesk:
    """B-1 with a second number, B-2 of two systems, and one that has only an id."""
    desk = HospitalDesk(tmp_path)
    several = [{"system": "urn:bills", "value": "B-1"}, {"system": "urn:old", "value": "7/1", "use": "old"}]
    other = {"total": {"value": 99, "currency": "USD"}}
    desk.attest(
        claim(id="id-1", identifier=several),
        bill("B-2"),
        claim(id="id-3", identifier=[{"system": "urn:lab", "value": "B-2"}], **other),
        claim(id="only-id"),
    )
    return desk


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("urn:bills|B-1", "urn:bills|B-1"),
        ("B-1", "urn:bills|B-1"),
        ("Claim/B-1", "urn:bills|B-1"),
        ("urn:old|7/1", "urn:bills|B-1"),
        ("7/1", "urn:bills|B-1"),
        ("id-1", "urn:bills|B-1"),
        ("urn:lab|B-2", "urn:lab|B-2"),
        ("only-id", "only-id"),
    ],
)
def test_a_bill_is_found_by_any_of_its_numbers(desk: HospitalDesk, name: str, found: str) -> None:
    with desk.open() as outbox:
        assert outbox.find(name).claim == found
        assert [row.claim for row in list_claims(outbox, claim=name)] == [found]


def test_a_number_of_several_bills_lists_them(desk: HospitalDesk) -> None:
    with desk.open() as outbox, pytest.raises(OutboxError) as several:
        outbox.find("B-2")

    assert "Claim/B-2: is a number of 2 bills: " in str(several.value)
    assert "urn:bills|B-2 of 2025-03-10, 120.50 USD, attested; " in str(several.value)
    assert "urn:lab|B-2 of 2025-03-10, 99.00 USD, attested; name one with its system" in str(several.value)


@pytest.mark.parametrize("name", ["B", "2", "-2", "B-22", "|B-1", "%", "_"])
def test_a_part_of_a_number_finds_nothing(desk: HospitalDesk, name: str) -> None:
    with desk.open() as outbox, pytest.raises(OutboxError, match="is not in the outbox"):
        outbox.find(name)


def decide(outbox: Outbox) -> None:
    """B-1 is paid and B-2 held; the laboratory's waits for consent."""
    first, second, third, _ = outbox.entries()
    for line, status in ((first, ClaimStatus.PAID), (second, ClaimStatus.HELD)):
        decided = Decision(
            status=status,
            packed_codes=b"133".rjust(32, b"\0"),
            diagnosis=line.diagnosis.hash_struct(),
            pool="0x" + "12" * 20,
            payee="0x" + "ab" * 20,
            group=bytes(32),
            release_at=1_750_000_000 if status is ClaimStatus.HELD else 0,
            remittance=Remittance(allowed=120_50, paid=96_40, coinsurance=24_10),
        )
        outbox.decided(line, decided, "0xaa")
    outbox.skipped(third, SkipReason.NO_CONSENT, None)


def test_claims_are_listed(desk: HospitalDesk) -> None:
    with desk.open() as outbox:
        decide(outbox)
        rows = list_claims(outbox)
        held = list_claims(outbox, State.HELD)

    assert [(row.bill, row.state, row.member) for row in rows] == [
        ("B-1", "paid", 0),
        ("B-2", "held", 0),
        ("B-2", "skipped", 0),
        ("only-id", "attested", 0),
    ]
    assert len(HEAD) == len(rows[0].cells())
    assert rows[0].cells()[:6] == ("B-1", "2025-03-10", "0", "120.50 USD", "paid", "96.40 USD")
    assert rows[2].cells()[-1] == SkipReason.NO_CONSENT.words
    assert [(row.bill, row.due) for row in held] == [("B-2", 1_750_000_000)]
    assert rows[0].to_json() | {} == rows[0].to_json()
    assert (rows[0].to_json()["first_day"], rows[0].to_json()["paid"]) == ("2025-03-10", 9640)
    assert "p1" not in str(rows)


def test_one_bill_is_told_in_full(desk: HospitalDesk) -> None:
    with desk.open() as outbox:
        decide(outbox)
        words = claim_words(outbox, "B-1")

    assert words[0] == "Bill urn:bills|B-1: 2025-03-10, 120.50 USD"
    assert "member 0 of policy 0x" in words[1]
    assert words[2] == "  paid"
    assert "pays 96.40 USD" in words[3]
    assert words[-1] == "  transaction 0xaa"


def test_what_is_not_paid_is_told_by_cause(desk: HospitalDesk) -> None:
    with desk.open() as outbox:
        decide(outbox)
        told = {words.split()[1].rstrip(","): words for words in standing_of(outbox)}

    assert told["held"].startswith("1 held, billed 120.50 USD, the first due 2025-06-15")
    assert told["skipped"] == f"1 skipped, billed 99.00 USD: {SkipReason.NO_CONSENT.words} (B-2)"
    assert told["attested"] == "1 attested, billed 120.50 USD: signed and not filed yet; file (only-id)"


def test_a_plan_names_bills_and_members_by_number(desk: HospitalDesk) -> None:
    with desk.open() as outbox:
        decide(outbox)
        first, *_ = outbox.entries()
        assert first.decision is not None
        policy = first.diagnosis.policy.hex()[:8]

        assert bill_words(outbox, first) == [f"B-1, 2025-03-10, 120.50 USD, member 0 of policy 0x{policy}…"]
        tried = [(first, first.decision)] * (MOST + 2)
        assert len(filed_words(outbox, tried)) == MOST + 1
        assert filed_words(outbox, tried)[0].endswith(f"member 0 of policy 0x{policy}…: paid 96.40 USD")
        assert filed_words(outbox, tried)[-1] == "  and 2 more"


def test_status_reads_no_more_lines_than_it_shows(desk: HospitalDesk) -> None:
    """A hospital's outbox holds a hundred thousand paid bills: an index finds those that are not."""
    statements: list[str] = []
    with desk.open() as outbox:
        decide(outbox)
        outbox._db.set_trace_callback(statements.append)
        assert outbox.read_to() is None
        assert len(standing_of(outbox)) == 3
        assert sum(outbox.counts().values()) == 4
        assert len(list(outbox.to_file())) == 1
        outbox._db.set_trace_callback(None)
        plans = [
            row["detail"]
            for statement in statements
            for row in outbox._db.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]

    assert any("SEARCH line USING INDEX stage" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN line") and "COVERING INDEX" not in plan] == []
