"""How insurer and patient recheck many claims, and see what was found without a name, a code or a word of any
record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from salus.chain.events import ClaimDecided
from salus.cli.output import out
from salus.cli.progress import track
from salus.crypto.records import RecordKey
from salus.insurer.audit import Audit, Checked, Fault, Linked, MemberOf, audit
from salus.insurer.record_folder import RecordFolder


def recheck_all(decided: Sequence[ClaimDecided], folder: Path, opener: Path, member_of: MemberOf) -> None:
    """Compares claims with the sealed records of a folder and shows what was found. Raises RecordError unless
    all of it is in order."""
    records, key = RecordFolder(folder), RecordKey.load(opener)
    events = track(decided, "claims rechecked")
    found = audit(events, record_of=records.sealed, member_of=member_of, key=key)
    _show(found)
    found.check()


def _show(found: Audit) -> None:
    _record(found)
    for one in found.checked:
        if isinstance(one.result, Fault):
            out.print(f"  {_name(one.event)}: {one.result.value}", markup=False)
        elif one.differing:
            out.print(f"  {_name(one.event)}: differs in {', '.join(one.differing)}", markup=False)
    _show_links("", found.linked)
    _show_links("To look at: ", found.to_look_at)
    counts = Counter(_outcome(one) for one in found.checked)
    words = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    out.print(f"{len(found.checked)} claims: {words or 'none decided'}.", markup=False)
    if found.unchecked:
        out.print(f"No single record shows: {', '.join(found.unchecked)}.", markup=False)


def _record(found: Audit) -> None:
    """For `--json`: what was found of each claim and between claims."""
    out.fact(passed=found.passed, claims=[], links=[], unchecked=found.unchecked)
    for one in found.checked:
        out.entry(
            "claims",
            **_place(one.event),
            outcome=_outcome(one),
            fault=one.result.value if isinstance(one.result, Fault) else None,
            differing=one.differing,
        )
    for links, at_fault in ((found.linked, True), (found.to_look_at, False)):
        for link in links:
            claims = [_place(event) for event in link.events]
            out.entry("links", words=link.link.value, at_fault=at_fault, claims=claims)


def _place(event: ClaimDecided) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "policy": event.policy,
        "bill_line": event.bill_line,
        "record": event.service.record,
    }


def _show_links(head: str, linked: Iterable[Linked]) -> None:
    for one in linked:
        out.print(f"  {head}{one.link.value}:", markup=False)
        for event in one.events:
            out.print(f"    {_name(event)}", markup=False)


def _outcome(one: Checked) -> str:
    if isinstance(one.result, Fault):
        return "not rechecked"
    return "as the record" if one.result.passed else "different"


def _name(event: ClaimDecided) -> str:
    """A claim by what the chain shows of it: the record's hash is also the name of its file."""
    return (
        f"provider {event.provider}, policy 0x{event.policy.hex()[:8]}…, bill line "
        f"0x{event.bill_line.hex()[:8]}…, record {event.service.record.hex()}"
    )
