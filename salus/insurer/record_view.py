"""Finds what the sealed records show of the claims in a member's letter."""

from __future__ import annotations

from salus.crypto.records import RecordKey
from salus.insurer.audit import Fault, RecordOf, audit
from salus.statement import RecordSeen, Statement


def records_seen(letter: Statement, *, record_of: RecordOf, key: RecordKey) -> dict[bytes, RecordSeen]:
    """Returns what the sealed records show of the claims in a letter, by the record's hash.

    A claim whose record is not there is left out; a record that cannot be opened is said to be so.
    """
    decided = (item.entry.decided for item in letter.items)
    found = audit(decided, record_of=record_of, member_of=lambda _: letter.membership, key=key)
    seen: dict[bytes, RecordSeen] = {}
    for one in found.checked:
        record = one.event.service.record
        if one.result in (Fault.UNREADABLE, Fault.OTHER_KEY):
            seen[record] = RecordSeen(readable=False)
        elif not isinstance(one.result, Fault):
            seen[record] = RecordSeen(bill=one.result.claim, differing=one.differing)
    return seen
