"""The parties of the demo, each with what only that party has, and one way to act on the chain.

Every step goes through the library that the hospital's, the insurer's and the patient's own scripts use; the
world adds a clock that can be moved, and a record of what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from salus.base import days
from salus.base.days import DAY_SECONDS as DAY
from salus.chain import Action, Chain, Pool, Receipt, Sender, Unlocked, consents, events, policies, pools
from salus.chain.actions import accreditation
from salus.claim.bill_line import BillLine
from salus.claim.provider_key import ProviderKey
from salus.cover import enrolment
from salus.cover.keys import PolicyKey
from salus.cover.member import AgreedMember, Applicant
from salus.cover.membership import Membership, open_card
from salus.cover.policy import PolicyFile, build_policy
from salus.crypto import records
from salus.crypto.eip712 import Domain
from salus.crypto.records import RecordKey
from salus.provider.card_folder import CardFolder
from salus.provider.outbox import Outbox, OutboxLine
from salus.provider.outbox.opening import open_outbox
from salus.types import ClaimRef, Purpose
from scripts._demo.cast import YEAR, Cast, Person, Plan

FILING_DAYS = 90
REVIEW_WINDOW = 3 * DAY
SOLVENCY_BPS = 6_000
CAPITAL = 150_000_00
DAILY_CAP = 25_000_00
"""What the pool pays one hospital on one day without review, minor units."""
GOVERNOR, ACCREDITOR, INSURER, CAPITAL_PROVIDER, ADMIN_A, ADMIN_B, ANYONE = 1, 2, 4, 5, 6, 7, 9


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A transaction of the story."""

    what: str
    transaction: str
    gas: int
    lines: int = 0
    """Claim lines in it."""


@dataclass(kw_only=True)
class Hospital:
    """A provider and its billing system."""

    name: str
    number: int
    admin: Sender
    seal: LocalAccount
    key: ProviderKey
    outbox: Outbox
    cards: Path
    book: Domain

    def folder(self, plan: Plan) -> CardFolder:
        """The cards that it was shown, as it bills under one benefit table."""
        return CardFolder(self.cards, plan.table, self.book)


@dataclass(kw_only=True)
class Insured:
    """A person under a policy, with the keys that are theirs."""

    person: Person
    membership: Membership
    record_key: RecordKey
    consent_signer: LocalAccount


@dataclass(kw_only=True)
class SoldPolicy:
    """A policy sold."""

    plan: Plan
    file: PolicyFile
    holder: LocalAccount
    insured: list[Insured]


@dataclass(kw_only=True)
class World:
    """All parties beside one chain."""

    cast: Cast
    chain: Chain
    folder: Path
    """Where cards and outboxes are kept while the story runs: it holds keys."""
    auto_pay_limit: int
    insurer_key: RecordKey = field(default_factory=RecordKey.generate)
    quote_signer: LocalAccount = field(default_factory=Account.create)
    hospitals: list[Hospital] = field(default_factory=list)
    sales: list[SoldPolicy] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    pool: Pool = field(init=False)

    def account(self, number: int) -> Unlocked:
        """One of the accounts that the local chain keeps."""
        return Unlocked(self.chain.w3.eth.accounts[number])

    def do(self, what: str, action: Action, sender: Sender, *, lines: int = 0) -> Receipt:
        """Sends an action and remembers it."""
        receipt = self.chain.send(action, sender)
        self.record(what, receipt, lines=lines)
        return receipt

    def record(self, what: str, receipt: Receipt, *, lines: int = 0) -> None:
        """Remembers a transaction that the library sent."""
        self.sent.append(Sent(what=what, transaction=receipt.transaction, gas=receipt.gas_used, lines=lines))

    # TIME

    @property
    def today(self) -> int:
        return days.utc_day(self.chain.now())

    def move_to(self, day: int) -> None:
        """Noon (UTC) of a civil day, unless it is later already."""
        ahead = day * DAY + DAY // 2 - self.chain.now()
        if ahead > 0:
            for method, arguments in (("evm_increaseTime", [ahead]), ("evm_mine", [])):
                self.chain.w3.provider.make_request(method, arguments)

    # HOSPITALS

    def open_hospital(self, name: str, admin_account: int) -> Hospital:
        """Accredits a provider; it then adds a seal key of its own."""
        start, admin, seal = self.cast.start, self.account(admin_account), Account.create()
        action = accreditation.accredit(
            self.chain,
            admin=admin.address,
            from_=start - YEAR,
            until=start + 3 * YEAR,
            licence=records.seal(name.encode(), [self.insurer_key.recipient]).commitment,
        )
        receipt = self.do("accredit a hospital", action, self.account(ACCREDITOR))
        (accredited,) = self.chain.events(events.ProviderAccredited, receipt)
        key = accreditation.add_key(
            self.chain,
            provider=accredited.provider,
            attestor=seal.address,
            from_=self.chain.now(),
            until=self.chain.now() + 2 * YEAR * DAY,
        )
        self.do("add a seal key", key, admin)
        home = self.folder / f"hospital-{accredited.provider}"
        home.mkdir(parents=True)
        hospital = Hospital(
            name=name,
            number=accredited.provider,
            admin=admin,
            seal=seal,
            key=ProviderKey.generate(),
            outbox=open_outbox(self.chain, accredited.provider, home / "outbox.sqlite", make=True),
            cards=home / "cards",
            book=self.chain.book_domain,
        )
        self.hospitals.append(hospital)
        return hospital

    # INSURER

    def open_pool(self, asset: str) -> Pool:
        """A pool of the asset, with its quote signer and a daily cap for each hospital."""
        insurer = self.account(INSURER)
        name = "Harbour Mutual Health Pool"
        action = pools.create(self.chain, asset=asset, insurer=insurer.address, name=name, symbol="sHMH")
        (created,) = self.chain.events(events.PoolCreated, self.do("open a pool", action, insurer))
        self.pool = self.chain.pool(created.pool)
        allow = pools.set_quote_signer(self.pool, signer=self.quote_signer.address, allowed=True)
        self.do("name a quote signer", allow, insurer)
        for hospital in self.hospitals:
            cap = accreditation.set_daily_cap(self.pool, provider=hospital.number, limit=DAILY_CAP)
            self.do("set a daily cap", cap, insurer)
        return self.pool

    def fund(self) -> None:
        """The capital provider's deposit."""
        owner = self.account(CAPITAL_PROVIDER)
        self.do("approve capital", pools.approve(self.pool, amount=CAPITAL), owner)
        deposit = pools.deposit(self.pool, amount=CAPITAL, receiver=owner.address)
        self.do("deposit capital", deposit, owner)

    def sell(self, plan: Plan, holder: LocalAccount) -> SoldPolicy:
        """From the holder's enrolment to the issued policy, and the cards to the hospitals."""
        start, policy_key, signer = self.cast.start, PolicyKey.generate(), Account.create()
        people = [
            Applicant(
                consent_signer=signer.address,
                covered_since=start,
                covered_until=person.covered_until or start + YEAR,
            )
            for person in plan.people
        ]
        enrolled = enrolment.enrol(policy_key, plan.table, people)
        letter = records.encrypt(enrolment.reveal_json(enrolled), [self.insurer_key.recipient])

        received = enrolment.from_json(self.insurer_key.decrypt(letter))
        enrolment.check(received, plan.table, self._priced(plan))
        sold = build_policy(
            self.chain.book_domain,
            plan.table,
            received,
            holder=holder.address,
            pool=self.pool.address,
            start=start,
            end=start + YEAR,
            annual_limit=plan.annual_limit,
            deductible=plan.deductible,
            out_of_pocket=plan.out_of_pocket,
            premium=plan.premium,
            auto_pay_limit=self.auto_pay_limit,
            review_window=REVIEW_WINDOW,
            solvency_bps=SOLVENCY_BPS,
            filing_days=FILING_DAYS,
        )
        quoted = sold.book.sign(sold.terms, self.quote_signer)

        self.do("approve a premium", pools.approve(self.pool, amount=plan.premium), holder)
        issue = policies.issue(
            self.chain, terms=sold.terms, quote_signer=self.quote_signer.address, quote=quoted
        )
        self.do("issue a policy", issue, holder)
        insured = []
        for person, member in zip(plan.people, enrolled, strict=True):
            card, cover = member.card(sold.book, sold.policy_id), sold.cover(member.index)
            opened = Insured(
                person=person,
                membership=open_card(card, cover, plan.table),
                record_key=RecordKey.generate(),
                consent_signer=signer,
            )
            insured.append(opened)
            for hospital in self.hospitals:
                shown = hospital.folder(plan).of(person.patient)
                shown.mkdir(parents=True, exist_ok=True)
                card.save(shown / f"{plan.table.name}.card.json")
                cover.save(shown / f"{plan.table.name}.cover.json")
                (shown / "record.age").write_text(opened.record_key.recipient)
        sale = SoldPolicy(plan=plan, file=sold, holder=holder, insured=insured)
        self.sales.append(sale)
        return sale

    def _priced(self, plan: Plan) -> list[AgreedMember]:
        """The members that the insurer has priced."""
        start = self.cast.start
        return [
            AgreedMember(covered_since=start, covered_until=person.covered_until or start + YEAR)
            for person in plan.people
        ]

    # MEMBERS

    def consent(self, insured: Insured) -> Receipt:
        """The member's signer lets any accredited provider file; anyone may bring that to the chain."""
        signer = insured.consent_signer
        consent = consents.prepare(
            self.chain,
            signer=signer.address,
            member=insured.membership.commitment,
            provider=0,
            purposes=Purpose.FILE,
            from_=self.cast.start,
            until=self.cast.start + YEAR,
            deadline=self.chain.now() + DAY,
        )
        signature = self.chain.consent_domain.sign(consent, signer)
        action = consents.record(self.chain, signer=signer.address, consent=consent, signature=signature)
        return self.do("record a consent", action, self.account(ANYONE))

    def everybody(self) -> Iterator[tuple[SoldPolicy, Insured]]:
        for sale in self.sales:
            for insured in sale.insured:
                yield sale, insured

    def who(self, line: BillLine) -> Insured:
        """Whose bill it is."""
        return next(found for _, found in self.everybody() if found.person.patient == line.patient)

    def whose(self, entry: OutboxLine) -> Insured:
        """Whose line of an outbox it is."""
        return next(
            found for _, found in self.everybody() if found.membership.commitment == entry.diagnosis.member
        )

    def part_of(self, claim: ClaimRef) -> str:
        """Whose claim it is, in words."""
        hospital = next(found for found in self.hospitals if found.number == claim.provider)
        key = (claim.policy, claim.bill_line)
        return next(
            self.whose(entry).person.part
            for entry in hospital.outbox.entries()
            if (entry.diagnosis.policy, entry.diagnosis.bill_line) == key
        )

    def hospital_of(self, line: BillLine) -> Hospital:
        return self.hospitals[self.cast.hospital_of[line.provider]]
