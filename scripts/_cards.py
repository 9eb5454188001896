"""A member's card and its cover file, as an actor is shown them."""

from __future__ import annotations

from pathlib import Path

from salus.base import files
from salus.base.errors import CardError
from salus.cover.card import MemberCard
from salus.cover.membership import Membership, open_card
from salus.cover.policy import CoverFile, check_place
from scripts._session import Session
from scripts._words import table_of


def opened(session: Session, card: Path, cover: Path, table: str) -> Membership:
    """What the two give under the benefit table. Raises CardError, naming the file."""
    product = table_of(table)
    with files.about(card):
        return open_card(*shown(session, card, cover), product)


def shown(session: Session, card: Path, cover: Path) -> tuple[MemberCard, CoverFile]:
    """Card and cover file, for the policy book in use: what is asked or said of another leads nowhere."""
    found, terms = MemberCard.load(card), CoverFile.load(cover)
    with files.about(card):
        check_place(found.book, session.chain.book_domain, fault=CardError)
    return found, terms
