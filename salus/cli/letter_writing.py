"""What insurer and patient share when they write letters: options, sealed records, files, what is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from typer import Option

from salus.base.days import utc_day
from salus.chain import Chain
from salus.cli.output import out
from salus.cli.progress import track
from salus.cli.usage import CallError
from salus.cli.values import day
from salus.statement import LetterFolder, Letterhead, RecordSeen, Statement

LettersPath = Annotated[Path, Option(help="where the letters go; made if it is not there")]
Written = Annotated[int | None, day("the day on the letter; today if it is not given")]
AsPdf = Annotated[bool, Option("--pdf/--no-pdf", help="write PDF too; it needs the system library Pango")]
AsFhir = Annotated[bool, Option("--fhir", help="write the decisions as FHIR R4 too")]

Seen = Callable[[Statement], dict[bytes, RecordSeen]]
"""Returns what the sealed records show of a letter's claims."""


def seen_in(records: Path | None, record_key: Path | None) -> Seen:
    """Reads the sealed records of a folder, if there is one. Raises CallError if the key is missing."""
    if records is None:
        return lambda letter: {}
    if record_key is None:
        raise CallError("is missing", field="record_key", remedy="name the key that opens the records")
    # Imported here because only letters with records need it.
    from salus.crypto.records import RecordKey
    from salus.insurer.record_folder import RecordFolder
    from salus.insurer.record_view import records_seen

    folder, key = RecordFolder(records), RecordKey.load(record_key)
    return lambda letter: records_seen(letter, record_of=folder.sealed, key=key)


def today_of(chain: Chain, written: int | None) -> int:
    """The day on the letter: the UTC day of the latest block unless one is given."""
    return utc_day(chain.now()) if written is None else written


def write_letters(folder: LetterFolder, letters: Sequence[tuple[Statement, Letterhead]], seen: Seen) -> None:
    """Writes the letters and says where they are. Raises MissingLibrary at the end if PDF was wanted and
    cannot be made: the other files are there then."""
    for letter, head in track(letters, "letters written"):
        paths = folder.write(letter, head, seen(letter))
        out.entry("letters", member=head.member, claims=len(letter.items), files=paths)
    plural = "s" if len(letters) != 1 else ""
    out.print(f"{len(letters)} letter{plural} {'are' if plural else 'is'} in {folder.path}.", markup=False)
    out.print("They name people and their care: send each only to the member that it is for.")
    if folder.without_pdf is not None:
        raise folder.without_pdf
