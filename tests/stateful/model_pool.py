"""What a pool owns, owes and pays out. Every sum over policies and claims is computed anew, so a counter that
drifts on the chain has no counterpart here that could drift with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from salus.claim.adjudication import lock
from salus.types import Account, ClaimStatus, Decision, GroupUse, Remittance
from tests.support.craft import DAY, Sold

NOTICE_PERIOD = 35 * DAY
EXIT_WINDOW = 14 * DAY
APPEAL_WINDOW = 30 * DAY
SCALE = 2**40
"""Premium is earned in fractions of a minor unit."""
OFFSET = 10**6
"""Virtual shares, for one virtual token unit."""
OPEN = (ClaimStatus.HELD, ClaimStatus.OWED)

ClaimKey = tuple[bytes, int, bytes]
"""Policy, provider and bill line, as in a `ClaimRef`."""


@dataclass
class ClaimModel:
    """A decision that is in force."""

    key: ClaimKey
    pool: str
    status: ClaimStatus
    leaf: bytes
    remittance: Remittance
    group: bytes
    payee: str
    indemnity: bool
    billed: int
    revision: int
    release_at: int
    decision: Decision | None = None
    """The decision as the chain emitted it, to be passed back in later calls."""

    @property
    def is_denied(self) -> bool:
        return self.status == ClaimStatus.DENIED


@dataclass
class PolicyModel:
    sold: Sold
    closed: bool = False
    claims: dict[ClaimKey, ClaimModel] = field(default_factory=dict)

    def account(self) -> Account:
        account = Account(closed=self.closed)
        for claim in self.claims.values():
            if not claim.is_denied:
                account = account.charged(claim.remittance, held=claim.status == ClaimStatus.HELD)
        return account

    def use(self, group: bytes) -> GroupUse:
        use = GroupUse()
        for claim in self.claims.values():
            if claim.group == group and any(group) and not claim.is_denied:
                use = use.charged(claim.remittance)
        return use

    def groups(self) -> set[bytes]:
        """Returns the groups of claims in force; a withdrawn claim leaves nothing in its group."""
        groups = {claim.group for claim in self.claims.values()}
        return {group for group in groups | {row.group_key for row in self.sold.benefits} if any(group)}

    def lock(self) -> int:
        terms = self.sold.terms
        return lock(terms.annual_limit, terms.solvency_bps, self.account())

    def unearned(self, now: int) -> int:
        """Returns scaled minor units."""
        terms = self.sold.terms
        start, end = terms.start * DAY, terms.end * DAY
        return terms.premium * SCALE // (end - start) * max(0, end - max(now, start))

    @property
    def closable_at(self) -> int:
        return (self.sold.terms.end + self.sold.terms.filing_days) * DAY + APPEAL_WINDOW


class Tokens:
    """Every account's balance of each token, in token units."""

    def __init__(self) -> None:
        self.balances: dict[str, dict[str, int]] = {}
        self.blocked: set[tuple[str, str]] = set()

    def can_move(self, token: str, source: str, target: str, amount: int) -> bool:
        refused = {(token, source), (token, target)} & self.blocked
        return not refused and self.balances[token].get(source, 0) >= amount

    def moves(self, token: str, source: str, target: str, amount: int) -> bool:
        """Makes the transfer, and returns whether the token allows it."""
        if not self.can_move(token, source, target, amount):
            return False
        holders = self.balances[token]
        holders[source] -= amount
        holders[target] = holders.get(target, 0) + amount
        return True


@dataclass
class PoolModel:
    address: str
    token: str
    unit: int
    """Token units per minor unit."""
    tokens: Tokens
    policies: list[PolicyModel] = field(default_factory=list)
    paused: set[bytes] = field(default_factory=set)
    shares: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    notices: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Shares, and the first second at which they may be redeemed."""

    @property
    def balance(self) -> int:
        return self.tokens.balances[self.token].get(self.address, 0)

    @property
    def supply(self) -> int:
        return sum(self.shares.values())

    def locked(self) -> int:
        return sum(policy.lock() for policy in self.policies)

    def outstanding(self) -> int:
        return sum(
            claim.remittance.paid
            for policy in self.policies
            for claim in policy.claims.values()
            if claim.status in OPEN
        )

    def reserved(self) -> int:
        return sum(
            claim.remittance.paid
            for policy in self.policies
            for claim in policy.claims.values()
            if claim.status == ClaimStatus.HELD
        )

    def unearned(self, now: int) -> int:
        """Returns minor units; only the sum is rounded up."""
        return -(-sum(policy.unearned(now) for policy in self.policies) // SCALE)

    def owed(self, now: int) -> int:
        return (self.unearned(now) + self.outstanding()) * self.unit

    def deficit(self, now: int) -> int:
        return max(0, self.owed(now) - self.balance)

    def total_assets(self, now: int) -> int:
        return max(0, self.balance - self.owed(now))

    def free(self, now: int) -> int:
        return max(0, self.total_assets(now) - self.locked() * self.unit)

    def to_shares(self, assets: int, now: int) -> int:
        return assets * (self.supply + OFFSET) // (self.total_assets(now) + 1)

    def to_assets(self, shares: int, now: int) -> int:
        return shares * (self.total_assets(now) + 1) // (self.supply + OFFSET)

    def noticed(self, owner: str, now: int) -> int:
        shares, ready_at = self.notices.get(owner, (0, 0))
        return shares if ready_at <= now < ready_at + EXIT_WINDOW else 0

    def max_redeem(self, owner: str, now: int) -> int:
        return min(self.noticed(owner, now), self.to_shares(self.free(now), now))

    def max_withdraw(self, owner: str, now: int) -> int:
        return min(self.to_assets(self.noticed(owner, now), now), self.free(now))

    # What capital does; each method returns the error, or None on success

    def deposit(self, owner: str, assets: int, now: int) -> str | None:
        if self.deficit(now):
            return "ERC4626ExceededMaxDeposit"
        # The price is one that no withdrawn claim can raise: held claims count as unspent.
        worth = self.total_assets(now) + (self.reserved() * self.unit if self.supply else 0)
        shares = assets * (self.supply + OFFSET) // (worth + 1)
        assert self.tokens.moves(self.token, owner, self.address, assets)
        self.shares[owner] += shares
        return None

    def give_notice(self, owner: str, shares: int, now: int) -> str | None:
        if shares > self.shares[owner]:
            return "NoticeTooLarge"
        self.notices[owner] = (shares, now + NOTICE_PERIOD)
        return None

    def redeem(self, owner: str, shares: int, now: int) -> str | None:
        if shares > self.max_redeem(owner, now):
            return "ERC4626ExceededMaxRedeem"
        self._leave(owner, shares, self.to_assets(shares, now))
        return None

    def withdraw(self, owner: str, assets: int, now: int) -> str | None:
        if assets > self.max_withdraw(owner, now):
            return "ERC4626ExceededMaxWithdraw"
        shares = -(-assets * (self.supply + OFFSET) // (self.total_assets(now) + 1))
        self._leave(owner, shares, assets)
        return None

    def hand_over(self, owner: str, receiver: str, shares: int) -> str | None:
        if shares > self.shares[owner]:
            return "ERC20InsufficientBalance"
        self.shares[owner] -= shares
        self.shares[receiver] += shares
        self._cut_notice(owner)
        return None

    def _leave(self, owner: str, shares: int, assets: int) -> None:
        assert self.tokens.moves(self.token, self.address, owner, assets)
        self.shares[owner] -= shares
        self._cut_notice(owner, shares)

    def _cut_notice(self, owner: str, used: int = 0) -> None:
        """Reduces the notice to the shares that remain."""
        if owner in self.notices:
            noticed, ready_at = self.notices[owner]
            self.notices[owner] = (min(noticed - used, self.shares[owner]), ready_at)

    def recapitalise(self, payer: str, assets: int, now: int) -> str | None:
        missing = self.deficit(now)
        if not missing:
            return "NoDeficit"
        assert self.tokens.moves(self.token, payer, self.address, min(assets, missing))
        return None

    # What policies and claims do

    def underwrite(self, policy: PolicyModel, payer: str, now: int) -> str | None:
        terms = policy.sold.terms
        if terms.benefit_table in self.paused:
            return "SalesPaused"
        premium = terms.premium * self.unit
        after = replace(self, policies=[*self.policies, policy])
        balance, owed = self.balance + premium, after.owed(now)
        if owed > balance:
            return "InDeficit"
        if balance - owed < after.locked() * self.unit:
            return "InsufficientCapital"
        assert self.tokens.moves(self.token, payer, self.address, premium)
        self.policies.append(policy)
        return None

    def pay(self, claim: ClaimModel, *, first: int = 0) -> None:
        """Pays a claim that is due and stored as owed.

        It stays owed if it cannot be paid, for example if the balance does not cover `first` minor units.
        """
        if self.can_pay(claim, first=first):
            self.tokens.moves(*self._payment(claim))
            claim.status = ClaimStatus.PAID

    def can_pay(self, claim: ClaimModel, *, first: int = 0) -> bool:
        covered = self.balance >= first * self.unit and self.tokens.can_move(*self._payment(claim))
        return covered or claim.remittance.paid == 0

    def _payment(self, claim: ClaimModel) -> tuple[str, str, str, int]:
        return self.token, self.address, claim.payee, claim.remittance.paid * self.unit
