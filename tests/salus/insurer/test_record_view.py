"""salus.insurer.record_view: what the sealed records show of the claims in a letter

given claims of a member, with records
    the provider's bill number should be found, and whether the record agrees
    a field that differs should be named
    a record that cannot be opened should be said to be so
    a claim whose record is not there should be left out
"""

from __future__ import annotations

from dataclasses import replace

from salus import fhir
from salus.chain.events import ClaimDecided
from salus.claim.bill_line import BillLine
from salus.crypto.records import RecordKey, seal
from salus.insurer.record_view import records_seen
from salus.statement import RecordSeen, statement
from tests.support.decided import START, Desk, memberships
from tests.support.fhir_bundles import claim, document, encounter

READER = RecordKey.generate()
(MOTHER,) = memberships(members=1)
DAY = {"start": "2026-03-10T09:00:00-05:00", "end": "2026-03-10T10:00:00-05:00"}


def attest(desk: Desk, number: str, sealed: dict[bytes, bytes], billed: int | None = None) -> None:
    """Decides the bill of a record, or another amount than the record's."""
    record = document(claim(id=number, billablePeriod=DAY), encounter(period=DAY))
    (line,) = fhir.read(record, MOTHER.table, profile=fhir.OPEN, today=START + 365)
    assert isinstance(line, BillLine)
    made = seal(line.record, [READER.recipient])
    event: ClaimDecided = desk.file(MOTHER, replace(line, billed=billed or line.billed))
    desk.events[-1] = replace(event, service=replace(event.service, record=made.commitment))
    sealed[made.commitment] = made.ciphertext


def test_what_each_record_shows() -> None:
    desk, sealed = Desk(), dict[bytes, bytes]()
    attest(desk, "INV-1", sealed)
    attest(desk, "INV-2", sealed, billed=9_999_99)
    attest(desk, "INV-3", sealed)
    attest(desk, "INV-4", sealed)
    first, second, third, fourth = sealed
    sealed[third] = b"not a record"
    del sealed[fourth]

    seen = records_seen(statement(MOTHER, desk.events), record_of=sealed.get, key=READER)

    assert seen == {
        first: RecordSeen(bill="INV-1"),
        second: RecordSeen(bill="INV-2", differing=("billed",)),
        third: RecordSeen(readable=False),
    }
