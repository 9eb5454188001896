"""Reads the cards of a hospital's patients from a folder, and finds the policies that cover a day.

    cards/<patient>/<any name>.card.json     the member's card (MemberCard)
    cards/<patient>/<any name>.cover.json    its terms and proof (CoverFile), with the same name
    cards/<patient>/record.age               the patient's age recipient, to which records are sealed

<patient> is the hospital's id of the patient in its FHIR records, percent-encoded where a file name cannot
contain a character. Anyone who can read this folder can read the claims of these patients, so protect it.
"""

from __future__ import annotations

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
from salus.crypto.records import check_recipient
from salus.product import Table
from salus.types import Diagnosis

_CARD = ".card.json"
_COVER = ".cover.json"
_RECIPIENT = "record.age"
_PATIENTS_AT_HAND = 100


@dataclass(frozen=True, slots=True)
class CardFolder:
    """The cards of one benefit table and one policy book. Cards of other benefit tables are ignored.

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
    _opened: dict[str, list[Membership]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def open(cls, path: Path, table: Table, book: Domain) -> Self:
        """Opens a folder of cards. Raises CardError if there is no such folder."""
        if not path.is_dir():
            raise CardError("is not a folder", file=str(path), remedy="name the folder of the cards")
        return cls(path, table, book)

    def membership_of(self, patient: str, diagnosis: Diagnosis) -> Membership:
        """Returns the patient's membership for a diagnosis. Raises InputError if there is none."""
        memberships = self.covering(patient, diagnosis.service_from)
        membership = next((each for each in memberships if each.policy_id == diagnosis.policy), None)
        if membership is None:
            raise InputError(
                "has no card for this claim", field="patient", remedy="name the patient of the claim"
            )
        return membership

    def covering(self, patient: str, day: int) -> list[Membership]:
        """Returns the patient's memberships whose policy year includes the civil day, sorted by card name.

        Raises CardError or PolicyError, naming the file, if a card cannot be used.
        """
        opened = self._opened.get(patient)
        if opened is None:
            cards = sorted(self.of(patient).glob(f"*{_CARD}"))
            opened = [membership for membership in map(self._open, cards) if membership is not None]
            # Cache a few patients: opening a card computes a tree, and a patient's bills follow each other.
            if len(self._opened) == _PATIENTS_AT_HAND:
                self._opened.clear()
            self._opened[patient] = opened
        return [
            membership
            for membership in opened
            if membership.cover.terms.start <= day < membership.cover.terms.end
        ]

    def recipient(self, patient: str) -> str:
        """Returns the patient's age recipient (age1…).

        Raises CardError if the file is missing and RecordError if it is not a recipient, naming the file.
        """
        path = self.of(patient) / _RECIPIENT
        with files.about(path):
            recipient = files.read(path, fault=CardError).decode("ascii", "replace").strip()
            check_recipient(recipient)
        return recipient

    def of(self, patient: str) -> Path:
        """Returns the path of the patient's folder, which may not exist."""
        # `quote` keeps dots, but "." and ".." are not names of folders.
        return self.path / quote(patient, safe="").replace(".", "%2E")

    def _open(self, path: Path) -> Membership | None:
        """Opens a card; returns None if its policy was sold under another table."""
        with files.about(path):
            card = MemberCard.load(path)
            cover = CoverFile.load(path.with_name(path.name.removesuffix(_CARD) + _COVER))
            check_place(card.book, self.book, fault=CardError)
            of_table = cover.terms.benefit_table == self.table.hash
            return open_card(card, cover, self.table) if of_table else None
