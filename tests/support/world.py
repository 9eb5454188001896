"""A small insured world on a chain: a hospital, an insurer with a funded pool, and parties that tests add.

It drives the contracts through Brownie and keeps what the parties know. Tests read its attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brownie import RiskPool, TestStablecoin, chain
from eth_account.signers.local import LocalAccount

from salus.chain.facts import Facts, unpack
from salus.crypto.eip712 import Domain
from salus.types import ClaimStatus, Consent, Decision, Line, Purpose, SkipReason
from tests.support import craft
from tests.support.craft import DAY, Filing, Sold

CAPITAL = 5_000_011
"""Minor units that the capital provider deposits."""
DAILY_CAP = 900_001
FAR = 2**64 - 1


class World:
    """The hospital is provider 1; amounts are minor units unless a name says tokens."""

    def __init__(
        self, suite: Any, accounts: Any, decimals: int = 6, exponent: int = 2, currency: str = "USD"
    ):
        self.manager, self.providers, self.consents = suite.manager, suite.providers, suite.consents
        self.book, self.desk, self.factory = suite.book, suite.desk, suite.factory
        self.governor, self.accreditor, self.sentinel = accounts[1], accounts[2], accounts[3]
        self.insurer, self.capital, self.payer = accounts[4], accounts[5], accounts[6]
        self.hospital, self.holder, self.stranger = accounts[7], accounts[8], accounts[9]
        self.quote_signer, self.attestor = craft.signer("quotes"), craft.signer("billing system")
        self.patient = craft.signer("patient")
        """Signs consents; a local key, so that it can sign typed data."""
        self.payee = craft.signer("payee").address
        self.currency = currency
        self.unit = 10 ** (decimals - exponent)

        self.asset = TestStablecoin.deploy(decimals, {"from": self.governor})
        self.factory.listAsset(self.asset, currency.encode(), exponent, {"from": self.governor})
        self.pool = self.new_pool(self.asset)
        self.fund(CAPITAL)
        self.provider = self.accredit(self.hospital)
        self.providers.addKey(self.provider, self.attestor.address, 0, FAR, {"from": self.hospital})
        self.providers.setDailyCap(self.pool, self.provider, DAILY_CAP, {"from": self.insurer})

    # What signatures are bound to: of these contracts, which a test may have replaced by the next version's

    @property
    def chain_id(self) -> int:
        return int(chain.id)

    @property
    def book_domain(self) -> Domain:
        return Domain.policy_book(self.chain_id, self.book.address)

    @property
    def desk_domain(self) -> Domain:
        return Domain.claim_desk(self.chain_id, self.desk.address)

    @property
    def consent_domain(self) -> Domain:
        return Domain.consent_registry(self.chain_id, self.consents.address)

    # Time

    def now(self) -> int:
        return int(chain[-1].timestamp)

    def today(self) -> int:
        """Returns the UTC day."""
        return self.now() // DAY

    def travel(self, second: int) -> None:
        """Mines a block at that second, which must be in the future."""
        chain.mine(timestamp=second)

    def travel_to_day(self, day: int) -> None:
        """Moves to noon of a civil day in UTC."""
        self.travel(day * DAY + DAY // 2)

    # Parties

    def new_pool(self, asset: Any, insurer: Any = None) -> Any:
        owner = insurer or self.insurer
        made = self.factory.createPool(asset, owner, "Salus Family Pool", "sFAM", {"from": owner})
        pool = RiskPool.at(made.events["PoolCreated"]["pool"])
        pool.setQuoteSigner(self.quote_signer.address, True, {"from": owner})
        return pool

    def fund(self, amount: int, owner: Any = None, pool: Any = None) -> None:
        """Deposits capital, in minor units."""
        owner, pool = owner or self.capital, pool or self.pool
        self.mint(owner, amount)
        self.asset.approve(pool, amount * self.unit, {"from": owner})
        pool.deposit(amount * self.unit, owner, {"from": owner})

    def mint(self, to: Any, amount: int) -> None:
        self.asset.mint(to, amount * self.unit, {"from": self.governor})

    def balance(self, account: Any) -> int:
        """Returns token units."""
        return int(self.asset.balanceOf(account))

    def accredit(self, admin: Any, since: int = 0, until: int = 2**32 - 1) -> int:
        made = self.providers.accredit(admin, since, until, craft.word("licence"), {"from": self.accreditor})
        return int(made.events["ProviderAccredited"]["provider"])

    # Policies

    def draft(self, members: int = 1, **terms: Any) -> Sold:
        """Returns a policy that starts the day after tomorrow, not yet sold."""
        defaults: dict[str, Any] = {
            "holder": self.holder.address,
            "payee": self.payee,
            "pool": self.pool.address,
            "currency": self.currency,
            "start": self.today() + 2,
            "consent_signers": [self.patient.address] * members,
        }
        return craft.policy(self.book_domain, **{**defaults, **terms})

    def quote(self, sold: Sold, signer: LocalAccount | None = None) -> bytes:
        return self.book_domain.sign(sold.terms, signer or self.quote_signer)

    def issue(self, sold: Sold, payer: Any = None) -> Any:
        payer = payer or self.payer
        premium = sold.terms.premium
        self.mint(payer, premium)
        self.asset.approve(sold.terms.pool, premium * self.unit, {"from": payer})
        arguments = (sold.terms.as_tuple(), self.quote_signer.address, self.quote(sold))
        return self.book.issue(*arguments, {"from": payer})

    def sell(self, members: int = 1, *, consent: bool = True, begin: bool = True, **terms: Any) -> Sold:
        """Issues a policy, lets its members consent to any provider, and moves to its tenth day."""
        sold = self.draft(members, **terms)
        self.issue(sold)
        if consent:
            for number in range(len(sold.members)):
                self.consent(sold, number)
        if begin:
            self.travel_to_day(sold.terms.start + 10)
        return sold

    def consent(
        self, sold: Sold, member: int = 0, provider: int = 0, since: int = 0, until: int = 2**32 - 1
    ) -> Any:
        """Records the patient's signed consent, relayed by a stranger."""
        return self.consents.giveBySignature(
            *self.signed_consent(sold.members[member].commitment, provider, since, until),
            {"from": self.stranger},
        )

    def signed_consent(
        self, member: bytes, provider: int = 0, since: int = 0, until: int = 2**32 - 1, **changes: Any
    ) -> tuple[str, tuple[Any, ...], bytes]:
        signer = changes.pop("signer", self.patient)
        facts: dict[str, Any] = {
            "member": member,
            "provider": provider,
            "purposes": int(Purpose.FILE),
            "from_": since,
            "until": until,
            "nonce": int(self.consents.nonces(signer.address)),
            "deadline": 2**64,
        }
        consent = Consent(**{**facts, **changes})
        return signer.address, consent.as_tuple(), self.consent_domain.sign(consent, signer)

    # Claims

    def attest(
        self, lines: Sequence[Line], *, attestor: LocalAccount | None = None, **changes: Any
    ) -> Filing:
        issued_at = changes.pop("issued_at", self.now())
        provider = changes.pop("provider", self.provider)
        return craft.attest(
            self.desk_domain, attestor or self.attestor, provider, lines, issued_at, **changes
        )

    def file(self, *lines: Line, sender: Any = None, **changes: Any) -> Any:
        """Attests and files; a stranger relays unless a sender is named."""
        return self.file_signed(self.attest(lines, **changes), sender)

    def file_signed(self, filing: Filing, sender: Any = None) -> Any:
        return self.desk.file(*filing.as_arguments(), {"from": sender or self.stranger})

    def claim(self, line: Line, provider: int | None = None) -> tuple[bytes, int, bytes]:
        """Returns the `ClaimRef` of a line."""
        return line.diagnosis.policy, provider or self.provider, line.diagnosis.bill_line

    def status(self, line: Line, provider: int | None = None) -> ClaimStatus:
        return ClaimStatus(self.desk.statusOf(self.claim(line, provider)))

    def account(self, sold: Sold) -> dict[str, int]:
        """Returns the policy's counters."""
        names = ("paid", "reserved", "deductible", "outOfPocket", "issued", "closed")
        return dict(zip(names, self.book.accountOf(sold.policy_id), strict=True))


def decided(transaction: Any) -> list[Facts]:
    """Returns the decisions on the lines of a transaction, in order."""
    if "ClaimDecided" not in transaction.events:
        return []
    return [
        unpack(dict(zip(KEYS, event["keys"], strict=True)), event["facts"])
        for event in transaction.events["ClaimDecided"]
    ]


def decision(transaction: Any) -> Decision:
    """Returns the decision on the only line that was decided."""
    (facts,) = decided(transaction)
    return facts.decision


def codes(transaction: Any) -> list[str]:
    """Returns the CARC codes of the only line that was decided, in order."""
    return [carc.code for carc in decision(transaction).codes]


def skipped(transaction: Any) -> list[SkipReason]:
    """Returns the reasons of skipped lines, in order."""
    if "ClaimSkipped" not in transaction.events:
        return []
    return [SkipReason(event["reason"]) for event in transaction.events["ClaimSkipped"]]


KEYS = ("member", "benefit", "caseId", "record", "diagnosis", "group", "codes", "pool", "payee")
"""Fields of `ClaimKeys`, in ABI order."""
