"""Combines a card, a cover file and the benefit table to file claims for one member."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from salus.base import files
from salus.base.errors import CardError
from salus.cover.card import MemberCard
from salus.cover.policy import CoverFile, check_place
from salus.cover.schedule import Schedule
from salus.crypto.eip712 import Domain
from salus.crypto.merkle import Proof
from salus.product import Table
from salus.product.naming import words_of_hash
from salus.types import FLAG_EMERGENCY, Benefit, Diagnosis, Line


@dataclass(frozen=True, slots=True)
class Membership:
    """One member of one policy, with all that is needed to file a claim. `open_card` creates it."""

    cover: CoverFile
    table: Table
    schedule: Schedule
    number: int
    """The member's number on the policy, from 0, as the card gives it."""

    @property
    def policy_id(self) -> bytes:
        return self.cover.policy_id

    @property
    def commitment(self) -> bytes:
        """Returns `Member.commitment`, 32 bytes."""
        return self.cover.member.commitment

    @property
    def currency(self) -> str:
        """Returns the ISO 4217 code of the policy's currency."""
        return self.cover.terms.currency

    def benefit(self, code: str) -> Benefit | None:
        """Returns the member's blinded benefit for a row; None if the row is excluded (reason code 204)."""
        return self.schedule.benefit(code)

    def line(self, diagnosis: Diagnosis, proof: Proof) -> Line:
        """Creates the line that is filed at the claim desk for a diagnosis of this member.

        `proof` proves that the diagnosis is in the attestation. Raises CardError if the diagnosis belongs to
        another policy or member, or if its benefit is not a benefit of this member.
        """
        if (diagnosis.policy, diagnosis.member) != (self.policy_id, self.commitment):
            raise CardError(
                "belongs to another policy or member", field="diagnosis", remedy="use that member's card"
            )
        code = self.schedule.code_of(diagnosis.benefit)
        benefit = code and self.schedule.benefit(code)
        if not code or not benefit:
            raise CardError(
                "names no benefit of this member", field="diagnosis", remedy="attest it with this card"
            )
        return Line(
            policy=self.cover.terms,
            member=self.cover.member,
            member_proof=self.cover.proof,
            benefit=benefit,
            benefit_proof=self.schedule.proof(code),
            diagnosis=diagnosis,
            diagnosis_proof=proof,
        )

    def inquiry(
        self,
        code: str,
        *,
        service_from: int,
        service_to: int,
        units: int = 1,
        billed: int = 0,
        emergency: bool = False,
    ) -> Line:
        """Creates an unsigned line to ask `claims.eligibility` about planned care.

        Days are civil days and `billed` is in minor units. Raises CardError if the member has no cover for
        the benefit.
        """
        benefit = self.benefit(code)
        if benefit is None:
            known = any(row.code == code for row in self.table)
            problem = "is excluded for this member (204)" if known else "is not a benefit of the table"
            raise CardError(
                f"{code} {problem}",
                field="benefit",
                remedy=f"name a benefit that is covered, such as {self._like(code)}",
            )
        diagnosis = Diagnosis(
            policy=self.policy_id,
            member=self.commitment,
            benefit=benefit.id,
            # An inquiry has no bill, stay or record, so no earlier decision matches it.
            bill_line=bytes(32),
            case_id=bytes(32),
            record=bytes(32),
            revision=0,
            service_from=service_from,
            service_to=service_to,
            units=units,
            billed=billed,
            currency=self.currency,
            flags=FLAG_EMERGENCY if emergency else 0,
        )
        return self.line(diagnosis, ())

    def _like(self, code: str) -> str:
        covered = [row.code for row in self.table if self.schedule.benefit(row.code)]
        return next(iter(get_close_matches(code, covered, n=1, cutoff=0)), covered[0])


def load_card(card: Path, cover: Path, served: Domain) -> tuple[MemberCard, CoverFile]:
    """Reads a card and its cover file.

    Raises CardError, naming the file, if the card is not for the policy book that is served.
    """
    member_card, cover_file = MemberCard.load(card), CoverFile.load(cover)
    with files.about(card):
        check_place(member_card.book, served, fault=CardError)
    return member_card, cover_file


def load_membership(card: Path, cover: Path, table: Table, served: Domain) -> Membership:
    """Reads a card and its cover file, and opens them with the benefit table.

    Raises CardError, naming the file.
    """
    member_card, cover_file = load_card(card, cover, served)
    with files.about(card):
        return open_card(member_card, cover_file, table)


def open_card(card: MemberCard, cover: CoverFile, table: Table) -> Membership:
    """Checks a card against its cover file and table, and returns the membership.

    Raises CardError that says which of the three does not match the others.

    >>> from salus import samples
    >>> sale = samples.sell(20_454, members=2)
    >>> membership = open_card(sale.card(1), sale.policy.cover(1), sale.table)
    >>> membership.benefit("visit.primary").share_bps
    8000
    >>> open_card(sale.card(1), sale.policy.cover(0), sale.table)
    Traceback (most recent call last):
        ...
    salus.base.errors.CardError: member: is for another member than the cover file; use this card's cover file
    """
    if card.book != cover.book:
        raise CardError(
            f"is for {card.policy_book} on chain {card.chain_id}, but the cover file is for "
            f"{cover.book.verifying_contract} on chain {cover.book.chain_id}",
            field="book",
            remedy="use this card's cover file",
        )
    if card.policy_id != cover.policy_id:
        raise CardError(
            "is for another policy than the cover file",
            field="policy",
            remedy="use this card's cover file",
        )
    if card.key.commitment != cover.member.commitment:
        raise CardError(
            "is for another member than the cover file",
            field="member",
            remedy="use this card's cover file",
        )
    if table.hash != cover.terms.benefit_table:
        raise CardError(
            f"is {table.name} {table.version}, but the policy is under "
            f"{words_of_hash(cover.terms.benefit_table)}",
            field="table",
            remedy="name the table of the policy",
        )
    if any(row >= len(table) for row in card.excluded):
        raise CardError("names a row that is not in the table", field="excluded", remedy="ask for a new card")
    schedule = Schedule(card.key, table, card.excluded)
    if schedule.root != cover.member.schedule:
        raise CardError(
            "does not match the schedule in the policy", field="excluded", remedy="ask for a new card"
        )
    return Membership(cover, table, schedule, card.index)
