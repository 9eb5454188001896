"""Writes the drawn cards beside the cards themselves, in a holder's folder.

    member-N.print.svg     the card to print, in the size of a bank card
    member-N.phone.html    the card for a phone
    cards-a4.html, .pdf    all cards, to cut out of A4
    cards-id1.pdf          all cards, each on a page of its own, for a card printer

Each is as secret as the card, so only the owner of the files can read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from salus.base import files, pdf
from salus.base.errors import CardError
from salus.cover import card_face
from salus.cover.card import MemberCard
from salus.cover.card_face import CardFace
from salus.cover.policy import PolicyFile
from salus.product import Table


def draw_cards(folder: Path, policy: PolicyFile, table: Table) -> tuple[CardFace, ...]:
    """Draws each card of the policy in the folder, to print and for a phone, and returns what the cards show.

    Raises CardError, naming the file, if a card is missing or belongs to another policy.
    """
    faces = []
    for index in range(len(policy.members)):
        name = folder / f"member-{index}"
        path = name.with_suffix(".card.json")
        card = MemberCard.load(path)
        if (card.policy_id, card.index) != (policy.policy_id, index):
            raise CardError(
                "is for another policy or member",
                file=str(path),
                remedy="write the cards of this policy anew",
            )
        face = card_face.face_of(card, policy.cover(index), table.title)
        _write(name.with_suffix(".print.svg"), card_face.svg(face).encode())
        _write(name.with_suffix(".phone.html"), card_face.phone(face).encode())
        faces.append(face)
    return tuple(faces)


def print_cards(folder: Path, faces: Sequence[CardFace]) -> list[Path]:
    """Writes cards as pages to print, and returns the files.

    The HTML file is written first. Raises MissingLibrary, which says what to install, if the machine cannot
    make PDF.
    """
    page = card_face.sheet(faces)
    a4, id1 = folder / "cards-a4.html", folder / "cards-id1.pdf"
    # An older PDF beside newer HTML would contradict it.
    for older in (a4.with_suffix(".pdf"), id1):
        older.unlink(missing_ok=True)
    _write(a4, page.encode())
    sheets = {
        a4.with_suffix(".pdf"): pdf.from_html(page),
        id1: pdf.from_html(card_face.sheet(faces, single=True)),
    }
    for path, content in sheets.items():
        _write(path, content)
    return [a4, *sheets]


def _write(path: Path, content: bytes) -> None:
    files.write_durably(path, [content], fault=CardError, private=True)
