"""Prepares and signs a member's consent, which anybody can then record on the chain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from salus.base.days import DAY_SECONDS
from salus.base.errors import CardError, InputError
from salus.chain import consents
from salus.chain.suite import Chain
from salus.cover.membership import load_card
from salus.cover.policy import CoverFile
from salus.cover.signed_file import CONSENT
from salus.crypto.eip712 import Signer
from salus.types import Member, Purpose

PURPOSES: Final = {purpose.name.lower(): purpose for purpose in Purpose if purpose.name}
RECORD_WITHIN_DAYS: Final = 30
"""Days within which a signed consent must be recorded on the chain."""


def cover_of_card(chain: Chain, card: Path, cover: Path) -> CoverFile:
    """Reads a card and its cover file.

    Raises CardError if they belong to different members, because a consent for a wrong member has no effect.
    """
    shown, terms = load_card(card, cover, chain.book_domain)
    if terms.member.commitment != shown.key.commitment:
        raise CardError(
            "is for another member than the cover file", file=str(card), remedy="use this card's cover file"
        )
    return terms


def purposes_of(names: Sequence[str]) -> Purpose:
    """Reads the names of purposes. Raises InputError for none, and for an unknown one.

    >>> purposes_of(["file", "disclose"]) == Purpose.FILE | Purpose.DISCLOSE
    True
    >>> purposes_of(["all"])
    Traceback (most recent call last):
        ...
    salus.base.errors.CardError: purposes: all is not a purpose; use file, disclose, second_opinion, research
    """
    if not any(names):
        # A signed consent without a purpose would withdraw consent.
        raise InputError(
            "names no purpose", field="purposes", remedy="name one, or withdraw consent with withdraw_consent"
        )
    purposes = Purpose(0)
    for name in names:
        if name not in PURPOSES:
            raise CardError(f"{name} is not a purpose", field="purposes", remedy=f"use {', '.join(PURPOSES)}")
        purposes |= PURPOSES[name]
    return purposes


def check_consent_signer(member: Member, address: str, *, field: str, remedy: str) -> None:
    """Checks that the address is the member's consent signer.

    The chain records consents of any address, but claims need the consent of the consent signer.
    """
    if address != member.consent_signer:
        raise CardError(
            f"{address} is not the member's consent signer, {member.consent_signer}",
            field=field,
            remedy=remedy,
        )


def sign_consent(
    chain: Chain,
    path: Path,
    signer: Signer,
    member: Member,
    *,
    provider: int,
    purposes: Purpose = Purpose(0),  # noqa: B008 - a constant
    from_: int = 0,
    until: int = 0,
) -> None:
    """Signs a consent, or a withdrawal if there is no purpose, and writes it to a file.

    Anybody can record it on the chain within 30 days.
    """
    signed = consents.prepare(
        chain,
        signer=signer.address,
        member=member.commitment,
        provider=provider,
        purposes=purposes,
        from_=from_,
        until=until,
        deadline=chain.now() + RECORD_WITHIN_DAYS * DAY_SECONDS,
    )
    signature = chain.consent_domain.sign(signed, signer)
    CONSENT.save(path, signer.address, signature, consent=signed.to_json())
