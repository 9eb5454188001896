"""Claim events as the chain would emit them, decided by the reference model, for code that reads events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from salus import product
from salus.base.codes import DUPLICATE, HELD, Carc
from salus.chain.events import ClaimDecided, ClaimEvent, ClaimOwed, ClaimPaid, ClaimWithdrawn
from salus.claim.adjudication import Used, adjudicate
from salus.claim.bill_line import BillLine
from salus.claim.diagnosis import keyed_fields
from salus.claim.provider_key import ProviderKey
from salus.cover.enrolment import enrol
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant
from salus.cover.membership import Membership, open_card
from salus.cover.policy import build_policy
from salus.crypto.eip712 import Domain
from salus.types import Account, ClaimStatus, Decision, Diagnosis, GroupUse, Service

START = 20_454
"""2026-01-01."""
BOOK = Domain.policy_book(1337, "0x" + "b0" * 20)
POOL, FAMILY, SIGNER, DESK = ("0x" + digit * 40 for digit in "c5de")
PROVIDER_KEY = ProviderKey(bytes(range(32)))
WINDOW = 3 * 86_400


def memberships(plan: str = "family", members: int = 2, **terms: Any) -> tuple[Membership, ...]:
    """Returns the members of one policy of the year 2026, opened by their cards; the keys are fixed."""
    benefits = product.shipped(plan)
    people = [
        Applicant(consent_signer=SIGNER, covered_since=START, covered_until=START + 365)
        for _ in range(members)
    ]
    enrolled = enrol(PolicyKey(bytes(31) + b"\7"), benefits, people)
    defaults: dict[str, Any] = {
        "annual_limit": 50_000_00,
        "deductible": 500_00,
        "out_of_pocket": 3_000_00,
        "auto_pay_limit": 5_000_00,
    }
    sold = build_policy(
        BOOK,
        benefits,
        enrolled,
        holder=FAMILY,
        pool=POOL,
        start=START,
        end=START + 365,
        premium=4_000_00,
        review_window=WINDOW,
        salt=bytes(32),
        **{**defaults, **terms},
    )
    return tuple(
        open_card(person.card(BOOK, sold.policy_id), sold.cover(person.index), benefits)
        for person in enrolled
    )


def bill(claim: str, benefit: str, day: int, billed: int, *, nights: int = 0, **changes: Any) -> BillLine:
    """Returns a bill of a member on a day counted from the start."""
    facts: dict[str, Any] = {
        "patient": "patient", "provider": "clinic", "encounter": "visit " + claim, "units": nights or 1,
        "currency": "USD", "emergency": False, "diagnosis": (), "record": b"", "source": "",
    }  # fmt: skip
    return BillLine(
        claim=claim,
        benefit=benefit,
        service_from=START + day,
        service_to=START + day + nights,
        billed=billed,
        **{**facts, **changes},
    )


@dataclass
class Desk:
    """Decides like the claim desk, and stores the events."""

    events: list[ClaimEvent] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    uses: dict[bytes, GroupUse] = field(default_factory=dict)

    def file(self, membership: Membership, line: BillLine, *, filed: int | None = None, held: bool = False,
             owed: bool = False, denied: Carc | None = None, revision: int = 0) -> ClaimDecided:  # fmt: skip
        benefit = membership.benefit(line.benefit)
        assert benefit is not None
        names = keyed_fields(line, membership, PROVIDER_KEY)
        diagnosis = Diagnosis(
            policy=membership.policy_id, member=membership.commitment, benefit=benefit.id,
            record=bytes([len(self.events)]) * 32, revision=revision, service_from=line.service_from,
            service_to=line.service_to, units=line.units, billed=line.billed, currency="USD", flags=0,
            **names,
        )  # fmt: skip
        group = benefit.group_key
        day = line.service_to + 5 if filed is None else START + filed
        used = Used(account=self.account, group=self.uses.get(group, GroupUse()), filed_day=day)
        outcome = adjudicate(membership.cover.terms, membership.cover.member, benefit, diagnosis, used)
        refusal = denied or outcome.denial
        codes = [refusal] if refusal else [*outcome.codes, *([HELD] if held else [])]
        status = ClaimStatus.DENIED if refusal else ClaimStatus.HELD if held else ClaimStatus.PAID
        if not refusal:
            self.account = self.account.charged(outcome.remittance, held=held)
            self.uses[group] = used.group.charged(outcome.remittance)
        decision = Decision(
            status=ClaimStatus.OWED if owed else status,
            packed_codes=b"".join(code.on_chain for code in codes).rjust(32, b"\0"),
            diagnosis=diagnosis.hash_struct(),
            pool=POOL,
            payee=FAMILY,
            group=group,
            release_at=day * 86_400 + WINDOW if held else 0,
            remittance=type(outcome.remittance)() if refusal else outcome.remittance,
        )
        service = Service(
            member=diagnosis.member, benefit=diagnosis.benefit, case_id=diagnosis.case_id,
            record=diagnosis.record, revision=revision, flags=0, from_=diagnosis.service_from,
            to=diagnosis.service_to, units=diagnosis.units, billed=diagnosis.billed, currency="USD",
            issued_at=day * 86_400 - 60, decided_at=day * 86_400,
        )  # fmt: skip
        return self._announce(
            ClaimDecided, diagnosis.bill_line, membership, decision=decision, service=service,
            account=self.account, use=self.uses.get(group, GroupUse()),
        )  # fmt: skip

    def pay(self, membership: Membership, decided: ClaimDecided) -> ClaimPaid:
        paid = decided.decision.remittance.paid
        return self._announce(ClaimPaid, decided.bill_line, membership, payee=FAMILY, amount=paid)

    def owe(self, membership: Membership, decided: ClaimDecided) -> ClaimOwed:
        paid = decided.decision.remittance.paid
        return self._announce(ClaimOwed, decided.bill_line, membership, payee=FAMILY, amount=paid)

    def withdraw(self, membership: Membership, decided: ClaimDecided) -> ClaimWithdrawn:
        return self._announce(ClaimWithdrawn, decided.bill_line, membership)

    def repeat(self, membership: Membership, line: BillLine) -> ClaimDecided:
        return self.file(membership, line, denied=DUPLICATE)

    def _announce(self, kind: Any, bill_line: bytes, membership: Membership, **content: Any) -> Any:
        number = len(self.events) + 1
        event = kind(
            address=DESK,
            block=number,
            transaction="0x" + f"{number:064x}",
            log_index=0,
            policy=membership.policy_id,
            provider=1,
            bill_line=bill_line,
            **content,
        )
        self.events.append(event)
        return event
