"""Reads the cards of a hospital's patients from a folder, and finds the policies that cover a day.

    cards/<patient>/<any name>.card.json     the member's card (MemberCard)
    cards/<patient>/<any name>.cover.json    its terms and proof (CoverFile), with the same name
    cards/<patient>/record.age               the patient's age recipients, one in each line, to which records
                                             are sealed; any other name with .age does too, so that a patient
                                             with two policies may show two

<patient> is the hospital's id of the patient in its FHIR records, percent-encoded where a file name cannot
contain a character. Anyone who can read this folder can read the claims of these patients, so protect it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote

from salus.base import files
from salus.base.errors import CardError, InputError
from salus.cover.card import MemberCard
from salus.cover.membership import Membership, open_card
from salus.cover.policy import CoverFile, check_place
from salus.crypto.eip712 import Domain
from salus.crypto.records import check_recipient, key_lines
from salus.product import Table
from salus.product.naming import words_of_hash
from salus.types import Diagnosis, Policy

_CARD = ".card.json"
_COVER = ".cover.json"
_RECIPIENT = "record.age"
_RECIPIENTS = "*.age"
_TABLE = re.compile(rb'"benefitTable": *"0x([0-9a-f]{64})"')
_PATIENTS_AT_HAND = 100


@dataclass(frozen=True, slots=True)
class CardFolder:
    """The cards of one benefit table and one policy book. Cards of other benefit tables are not opened.

    >>> from tempfile import TemporaryDirectory
    >>> from salus import samples
    >>> sale = samples.sell(20_454)
    >>> with TemporaryDirectory() as folder:
    ...     (Path(folder) / "patient-7").mkdir()
    ...     sale.card().save(f"{folder}/patient-7/family.card.json")
    ...     sale.policy.cover(0).save(f"{folder}/patient-7/family.cover.json")
    ...     cards = CardFolder(Path(folder), sale.table, sale.policy.book)
    ...     [len(cards.covering("patient-7", day)) for day in (20_453, 20_454, 20_818, 20_819)]
    [0, 1, 1, 0]
    """

    path: Path
    table: Table
    book: Domain
    _opened: dict[str, list[Membership | CoverFile]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def open(cls, path: Path, table: Table, book: Domain) -> Self:
        """Opens a folder of cards. Raises CardError if there is no such folder, or no card in it."""
        if not path.is_dir():
            raise CardError("is not a folder", file=str(path), remedy="name the folder of the cards")
        if not any(path.glob(f"*/*{_CARD}")):
            raise CardError(
                "holds no card",
                file=str(path),
                remedy=f"name the folder that has a folder for each patient, with a file *{_CARD} in it",
            )
        return cls(path, table, book)

    def membership_of(self, patient: str, diagnosis: Diagnosis) -> Membership:
        """Returns the patient's membership for a diagnosis. Raises InputError if there is none."""
        day = diagnosis.service_from
        for membership in self.covering(patient, day):
            if membership.policy_id == diagnosis.policy:
                return membership
        for cover in self.of_other_tables(patient, day):
            if cover.policy_id == diagnosis.policy:
                raise InputError(
                    f"is {self.table.name} {self.table.version}, but the card for this claim is of "
                    f"{words_of_hash(cover.terms.benefit_table)}",
                    field="table",
                    remedy="name the table of the card",
                )
        raise InputError(
            "has no card for this claim", field="patient", remedy="name the patient of the claim"
        )

    def covering(self, patient: str, day: int) -> list[Membership]:
        """Returns the patient's memberships whose policy year includes the civil day, sorted by card name.

        Raises CardError or PolicyError, naming the file, if a card cannot be used.
        """
        return [
            card
            for card in self._cards(patient)
            if isinstance(card, Membership) and _covers(card.cover.terms, day)
        ]

    def of_other_tables(self, patient: str, day: int) -> list[CoverFile]:
        """Returns the cover files of the patient's cards that include the civil day, but belong to other
        benefit tables."""
        return [
            card for card in self._cards(patient) if isinstance(card, CoverFile) and _covers(card.terms, day)
        ]

    def tables(self) -> frozenset[bytes]:
        """Returns the hashes of the tables of all cards in the folder, by its readable cover files."""
        found: set[bytes] = set()
        for cover in self.path.glob(f"*/*{_COVER}"):
            with suppress(OSError):
                found.update(bytes.fromhex(digits.decode()) for digits in _TABLE.findall(cover.read_bytes()))
        return frozenset(found)

    def recipients(self, patient: str) -> list[str]:
        """Returns the patient's age recipients (age1…), each once.

        Raises CardError if there is none and RecordError for what is not a recipient, naming the file.
        """
        paths = sorted(self.of(patient).glob(_RECIPIENTS)) or [self.of(patient) / _RECIPIENT]
        found: dict[str, None] = {}
        for path in paths:
            with files.about(path):
                lines = key_lines(files.read(path, fault=CardError))
                for recipient in lines or [""]:
                    check_recipient(recipient)
                    found[recipient] = None
        return list(found)

    def of(self, patient: str) -> Path:
        """Returns the path of the patient's folder, which may not exist."""
        # `quote` keeps dots, but "." and ".." are not names of folders.
        return self.path / quote(patient, safe="").replace(".", "%2E")

    def _cards(self, patient: str) -> list[Membership | CoverFile]:
        opened = self._opened.get(patient)
        if opened is None:
            opened = [self._open(path) for path in sorted(self.of(patient).glob(f"*{_CARD}"))]
            # Cache a few patients: opening a card computes a tree, and a patient's bills follow each other.
            if len(self._opened) == _PATIENTS_AT_HAND:
                self._opened.clear()
            self._opened[patient] = opened
        return opened

    def _open(self, path: Path) -> Membership | CoverFile:
        """Opens a card; returns its cover file if its policy was sold under another table."""
        with files.about(path):
            card = MemberCard.load(path)
            cover = CoverFile.load(path.with_name(path.name.removesuffix(_CARD) + _COVER))
            check_place(card.book, self.book, fault=CardError)
            of_table = cover.terms.benefit_table == self.table.hash
            return open_card(card, cover, self.table) if of_table else cover


def _covers(terms: Policy, day: int) -> bool:
    return terms.start <= day < terms.end
