"""A risk pool without the other contracts: book and desk are plain accounts that can call every function.

Amounts are minor units unless a name says tokens. Tests with the real book and desk use `World`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from brownie import RiskPool, TestStablecoin, accounts, chain

from tests.support import craft
from tests.support.craft import DAY, PREMIUM, YEAR

CAPITAL = 5_000_011
"""Minor units that Alice has deposited."""
LOCK = 250_101
UNLIMITED = 2**256 - 1
NOTICE_PERIOD = 35 * DAY
EXIT_WINDOW = 14 * DAY
OFFSET = 10**6
"""Virtual shares, for one virtual token unit."""
TABLE = craft.word("table")
CURRENCY = {0: b"JPY", 2: b"USD", 3: b"KWD"}
"""One currency for each exponent."""


@dataclass(frozen=True)
class Sale:
    """The premium of a sale and the civil days over which it is earned, the last one excluded."""

    premium: int
    start: int
    end: int

    def unearned(self, second: int) -> Fraction:
        """Returns the premium that is still unearned, in minor units."""
        begin, end = self.start * DAY, self.end * DAY
        return Fraction(self.premium * (end - min(max(second, begin), end)), end - begin)


@dataclass(frozen=True)
class Figures:
    """A pool's books: the first three in token units, the others in minor units."""

    balance: int
    total_assets: int
    deficit: int
    locked: int
    outstanding: int
    reserved: int
    unearned: int


class Bench:
    """A pool in which Alice has deposited CAPITAL and nothing is sold."""

    def __init__(self, decimals: int = 6, exponent: int = 2, asset: Any = None, capital: int = CAPITAL):
        self.book, self.desk, self.insurer = accounts[1], accounts[2], accounts[3]
        self.alice, self.bob, self.payer, self.stranger = accounts[4], accounts[5], accounts[6], accounts[9]
        self.payee = craft.signer("payee").address
        self.quote_signer = craft.signer("quotes").address
        self.unit = 10 ** (decimals - exponent)
        self.asset = asset or TestStablecoin.deploy(decimals, {"from": self.stranger})
        self.currency = CURRENCY[exponent]
        listing = (self.currency, exponent)
        arguments = (listing, "Salus Family Pool", "sFAM", self.insurer, self.book, self.desk)
        self.pool = RiskPool.deploy(self.asset, *arguments, {"from": self.stranger})
        self.pool.setQuoteSigner(self.quote_signer, True, {"from": self.insurer})
        for account in (self.alice, self.bob, self.payer):
            self.asset.approve(self.pool, UNLIMITED, {"from": account})
        if capital:
            self.deposit(capital)

    # Time

    def now(self) -> int:
        return int(chain[-1].timestamp)

    def today(self) -> int:
        return self.now() // DAY

    def travel(self, second: int) -> None:
        chain.mine(timestamp=second)

    # Money

    def mint_tokens(self, to: Any, tokens: int) -> None:
        self.asset.mint(to, tokens, {"from": self.stranger})

    def donate(self, amount: int) -> None:
        self.mint_tokens(self.pool, amount * self.unit)

    def balance(self, account: Any) -> int:
        """Returns token units."""
        return int(self.asset.balanceOf(account))

    def deposit(self, amount: int, owner: Any = None) -> Any:
        return self.deposit_tokens(amount * self.unit, owner)

    def deposit_tokens(self, tokens: int, owner: Any = None) -> Any:
        owner = owner or self.alice
        self.mint_tokens(owner, tokens)
        return self.pool.deposit(tokens, owner, {"from": owner})

    def open_exit(self, *owners: Any) -> None:
        """Gives notice for all shares of the owners, and moves to the time at which they may redeem."""
        for owner in owners or (self.alice,):
            self.pool.giveNotice(self.pool.balanceOf(owner), {"from": owner})
        self.travel(self.now() + NOTICE_PERIOD)

    # Policies and claims

    def request(self, **changes: Any) -> tuple[Any, ...]:
        """Returns an `Underwriting` that the pool accepts: from the day after tomorrow, for a year."""
        facts: dict[str, Any] = {
            "payer": self.payer,
            "quote_signer": self.quote_signer,
            "payee": self.payee,
            "benefit_table": TABLE,
            "currency": self.currency,
            "premium": PREMIUM,
            "start": self.today() + 2,
            "end": None,
            "lock": LOCK,
        }
        facts |= changes
        facts["end"] = facts["end"] or facts["start"] + YEAR
        return tuple(facts.values())

    def underwrite(self, **changes: Any) -> Any:
        """Underwrites with a payer that has the money and has approved the pool."""
        request = self.request(**changes)
        self.mint_tokens(self.payer, request[5] * self.unit)
        return self.pool.underwrite(request, {"from": self.book})

    def sell(self, **changes: Any) -> Sale:
        self.underwrite(**changes)
        premium, start, end = self.request(**changes)[5:8]
        return Sale(premium, start, end)

    def pay(self, amount: int, payee: Any = None, unlocked: int = 0) -> tuple[bool, Any]:
        """Returns the pool's answer to the desk, and the transaction."""
        arguments = (payee or self.payee, amount, unlocked, {"from": self.desk})
        return bool(self.pool.pay.call(*arguments)), self.pool.pay(*arguments)

    def reserve(self, amount: int, unlocked: int = 0) -> Any:
        return self.pool.reserve(amount, unlocked, {"from": self.desk})

    def settle(self, amount: int, payee: Any = None) -> tuple[bool, Any]:
        """Returns the pool's answer to the desk, and the transaction."""
        arguments = (payee or self.payee, amount, {"from": self.desk})
        return bool(self.pool.settle.call(*arguments)), self.pool.settle(*arguments)

    def collect(self, amount: int, payee: Any = None) -> tuple[bool, Any]:
        """Returns the pool's answer to the desk, and the transaction."""
        arguments = (payee or self.payee, amount, {"from": self.desk})
        return bool(self.pool.collect.call(*arguments)), self.pool.collect(*arguments)

    def release(self, amount: int, relocked: int = 0) -> Any:
        return self.pool.release(amount, relocked, {"from": self.desk})

    def owe(self, amount: int) -> None:
        """Creates an owed claim: it was held, and came due while its payee could not be paid."""
        self.reserve(amount)
        self.settle(amount, payee=self.pool)

    def fall_short(self, amount: int = 1) -> None:
        """Reserves claims that exceed the capital by this amount."""
        self.reserve(int(self.pool.totalAssets()) // self.unit + amount)

    def wipe_out(self) -> None:
        """Loses everything and recapitalises to the last token unit; shares remain without any value."""
        self.owe(int(self.pool.totalAssets()) // self.unit + 1)
        missing = self.pool.deficit()
        self.mint_tokens(self.bob, missing)
        self.pool.recapitalise(missing, {"from": self.bob})

    # Books

    def figures(self) -> Figures:
        pool = self.pool
        return Figures(
            balance=self.balance(pool),
            total_assets=pool.totalAssets(),
            deficit=pool.deficit(),
            locked=pool.locked(),
            outstanding=pool.outstanding(),
            reserved=pool.reserved(),
            unearned=pool.unearned(),
        )

    def check_law_1(self, owners: Sequence[Any] = ()) -> None:
        """Checks: balance ≥ outstanding + unearned + withdrawable, or the deficit is the difference."""
        check_law_1(self.pool, self.balance(self.pool), self.unit, owners or (self.alice,))


def check_law_1(pool: Any, balance: int, unit: int, owners: Sequence[Any]) -> None:
    owed = (pool.outstanding() + pool.unearned()) * unit
    free = pool.freeAssets()
    assert pool.totalAssets() == max(balance - owed, 0)
    assert pool.deficit() == max(owed - balance, 0)
    assert free == max(balance - owed - pool.locked() * unit, 0)
    assert max(pool.maxWithdraw(owner) for owner in owners) <= free
