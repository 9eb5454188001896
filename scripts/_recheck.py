"""How insurer and patient recheck many claims: sealed records from a folder, and findings without a name, a
code or a word of any record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.progress import track

from salus.base import files
from salus.base.errors import RecordError
from salus.chain.events import ClaimDecided
from salus.crypto.records import RecordKey
from salus.insurer.audit import Audit, Checked, Fault, Linked, MemberOf, audit
from scripts._words import err, out


def recheck_all(decided: Iterable[ClaimDecided], folder: Path, opener: Path, member_of: MemberOf) -> None:
    """Holds claims against the sealed records of a folder and says what was found. Raises RecordError unless
    all of it is in order."""
    if not folder.is_dir():
        raise RecordError("is not a folder", file=str(folder), remedy="name the folder of the sealed records")

    def record_of(record: bytes) -> bytes | None:
        path = folder / f"{record.hex()}.age"
        return files.read(path, fault=RecordError) if path.is_file() else None

    key = key_in(opener)
    events = track(list(decided), description="claims rechecked", console=err)
    _tell(audit(events, record_of=record_of, member_of=member_of, key=key))


def key_in(path: Path) -> RecordKey:
    """The age key in a file; `age-keygen` writes remarks above it. Raises RecordError, naming the file."""
    with files.about(path):
        lines = files.read(path, fault=RecordError).decode("ascii", "replace").splitlines()
        return RecordKey("".join(line for line in lines if not line.lstrip().startswith("#")))


def _tell(found: Audit) -> None:
    for one in found.checked:
        if isinstance(one.found, Fault):
            out.print(f"  {_name(one.event)}: {one.found.value}", markup=False)
        elif one.differing:
            out.print(f"  {_name(one.event)}: differs in {', '.join(one.differing)}", markup=False)
    _tell_links("", found.linked)
    _tell_links("To look at: ", found.to_look_at)
    counts = Counter(_outcome(one) for one in found.checked)
    words = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    out.print(f"{len(found.checked)} claims: {words or 'none decided'}.", markup=False)
    if found.unchecked:
        out.print(f"No single record shows: {', '.join(found.unchecked)}.", markup=False)
    if not found.passed:
        raise RecordError("not every claim says what its record says", remedy="ask the providers")


def _tell_links(head: str, linked: Iterable[Linked]) -> None:
    for one in linked:
        out.print(f"  {head}{one.link.value}:", markup=False)
        for event in one.events:
            out.print(f"    {_name(event)}", markup=False)


def _outcome(one: Checked) -> str:
    if isinstance(one.found, Fault):
        return "not rechecked"
    return "as the record" if one.found.passed else "different"


def _name(event: ClaimDecided) -> str:
    """A claim by what the chain shows of it: the record's hash is also the name of its file."""
    return (
        f"provider {event.provider}, policy 0x{event.policy.hex()[:8]}…, bill line "
        f"0x{event.bill_line.hex()[:8]}…, record {event.service.record.hex()}"
    )
