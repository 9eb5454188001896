"""Writes letters to a folder: as HTML, as PDF, and their decisions as FHIR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from salus.base import files, pdf
from salus.base.days import words_of
from salus.base.errors import InputError, MissingLibrary
from salus.statement.explanation import Statement
from salus.statement.fhir import bundle, to_json
from salus.statement.html import RecordSeen, page
from salus.statement.letterhead import Letterhead


@dataclass(slots=True)
class LetterFolder:
    """A folder of letters. Only the owner of the files can read them, because they name people and care.

    >>> from tempfile import TemporaryDirectory
    >>> from salus import samples
    >>> from salus.statement import statement
    >>> letter = statement(samples.sell(20_454).membership(), [])
    >>> head = Letterhead(insurer="Harbour Mutual", member="0001-0203-0405-2", plan="Family", written=20_500)
    >>> with TemporaryDirectory() as path:
    ...     [file.name for file in LetterFolder(Path(path), as_pdf=False).write(letter, head)]
    ['letter-0001-0203-0405-2-2026-02-16.html']
    """

    path: Path
    as_pdf: bool = True
    as_fhir: bool = False
    without_pdf: MissingLibrary | None = field(default=None, init=False)
    """Why there is no PDF of the letters, if the machine cannot make any."""

    def write(
        self,
        letter: Statement,
        head: Letterhead,
        records: Mapping[bytes, RecordSeen] | None = None,
        *,
        name: str = "",
    ) -> list[Path]:
        """Writes a letter and returns its files; the name is that of member and day unless given.

        The HTML file is written first. If the machine cannot make PDF, there is none, and `without_pdf` says
        why. Raises InputError, naming the file, if the folder cannot be written.
        """
        stem = name or f"letter-{head.member}-{words_of(head.written)}"
        html = page(letter, head, records)
        written = [self._save(f"{stem}.html", html.encode())]
        if self.as_fhir:
            written.append(self._save(f"{stem}.fhir.json", to_json(bundle(letter))))
        if self.as_pdf:
            written += self._save_pdf(f"{stem}.pdf", html)
        return written

    def _save_pdf(self, name: str, html: str) -> list[Path]:
        # An older PDF beside newer HTML would contradict it.
        (self.path / name).unlink(missing_ok=True)
        if self.without_pdf is not None:
            return []
        try:
            return [self._save(name, pdf.from_html(html))]
        except MissingLibrary as error:
            self.without_pdf = error
            return []

    def _save(self, name: str, content: bytes) -> Path:
        files.make_folder(self.path, fault=InputError)
        files.write_durably(self.path / name, [content], fault=InputError, private=True)
        return self.path / name
