"""What insurers and capital providers do with a risk pool. Amounts are minor units of its currency."""

from __future__ import annotations

from typing import Final

from salus.base.days import DAY_SECONDS, moment_words
from salus.base.errors import InputError
from salus.chain.sending import Action
from salus.chain.suite import Chain, Pool

NOTICE_PERIOD: Final = 35 * DAY_SECONDS
EXIT_WINDOW: Final = 14 * DAY_SECONDS
"""After the notice period: the time in which the shares may leave."""

LONGEST_NAME: Final = 60
LONGEST_SYMBOL: Final = 11
"""As many characters as wallets show."""


def create(chain: Chain, *, asset: str, insurer: str, name: str, symbol: str) -> Action:
    """Opens a pool of a listed asset; its address is in the `PoolCreated` event.

    Raises InputError for a name or symbol that is empty, too long, or not to be printed.
    """
    _check_label("name", name, LONGEST_NAME)
    _check_label("symbol", symbol, LONGEST_SYMBOL)
    return Action(
        "RiskPoolFactory",
        chain.factory.functions.createPool(asset, insurer, name, symbol),
        (f"Open the risk pool “{name}” ({symbol}) in asset {asset}.", f"Its insurer is {insurer}."),
    )


def _check_label(field: str, label: str, longest: int) -> None:
    """Nobody can change a pool's name: it must be one that people can read and tell from another."""
    if not label.strip():
        problem = "is empty"
    elif len(label) > longest:
        problem = f"is longer than {longest} characters"
    elif not label.isprintable():
        problem = "has a character that cannot be printed"
    elif label != " ".join(label.split()):
        problem = "has a space before it, after it, or twice in it"
    elif field == "symbol" and " " in label:
        problem = "has a space in it"
    else:
        return
    raise InputError(
        problem,
        field=field,
        remedy="name the shares in a few plain words"
        if field == "name"
        else "give a short word, such as sFAM",
    )


def set_quote_signer(pool: Pool, *, signer: str, allowed: bool) -> Action:
    """Lets a key sign quotes for the pool, or no longer."""
    words = "Let" if allowed else "No longer let"
    return Action(
        "RiskPool",
        pool.contract.functions.setQuoteSigner(signer, allowed),
        (f"{words} {signer} sign policies that pool {pool.address} carries.",),
    )


def pause_sales(pool: Pool, *, benefit_table: bytes, paused: bool) -> Action:
    """Stops or resumes sales under a benefit table; policies sold are untouched."""
    return Action(
        "RiskPool",
        pool.contract.functions.setSalesPaused(benefit_table, paused),
        (
            f"{'Stop' if paused else 'Resume'} sales in pool {pool.address} "
            f"under benefit table 0x{benefit_table.hex()[:16]}…; policies sold are untouched.",
        ),
    )


def approve(pool: Pool, *, amount: int) -> Action:
    """Lets the pool take so much of the sender's tokens; what stands before a deposit or a premium."""
    return Action(
        "Asset",
        pool.asset.functions.approve(pool.address, amount * pool.unit),
        (f"Let pool {pool.address} take {pool.words(amount)} from this account.",),
    )


def deposit(pool: Pool, *, amount: int, receiver: str) -> Action:
    """Brings capital for shares."""
    return Action(
        "RiskPool",
        pool.contract.functions.deposit(amount * pool.unit, receiver),
        (
            f"Pay {pool.words(amount)} of capital into pool {pool.address}; the shares go to {receiver}.",
            "It backs the pool's policies, may be lost to claims, and leaves by 35 days' notice.",
        ),
    )


def give_notice(pool: Pool, *, shares: int, owner: str | None = None) -> Action:
    """Gives notice for the sender's shares. With the `owner`, it says which notice it takes the place of."""
    worth = pool.contract.functions.convertToAssets(shares).call()
    return Action(
        "RiskPool",
        pool.contract.functions.giveNotice(shares),
        (
            f"Give notice for {shares} shares of pool {pool.address}, worth {pool.token_words(worth)} now.",
            "They may leave in 35 days, within the 14 days after, at the price of that day.",
            *([_replaced(pool, owner)] if owner else ["An earlier notice is replaced."]),
        ),
    )


def notice_of(pool: Pool, owner: str) -> tuple[int, int]:
    """The shares in an owner's notice, and the first second at which they may leave; zeros without one."""
    shares, ready_at = pool.contract.functions.noticeOf(owner).call()
    return int(shares), int(ready_at)


def _replaced(pool: Pool, owner: str) -> str:
    shares, ready_at = notice_of(pool, owner)
    closes_at = ready_at + EXIT_WINDOW
    if not shares or closes_at <= pool.chain.now():
        return "No other notice is in force."
    worth = pool.contract.functions.convertToAssets(shares).call()
    given, ready, closes = map(moment_words, (ready_at - NOTICE_PERIOD, ready_at, closes_at))
    return (
        f"It REPLACES the notice of {given} for {shares} shares, worth {pool.token_words(worth)} now: "
        f"those could leave from {ready} to before {closes}, and no longer can."
    )


def shares_of(pool: Pool, owner: str) -> int:
    """All shares of an owner."""
    return int(pool.contract.functions.balanceOf(owner).call())


def redeemable_shares(pool: Pool, owner: str) -> int:
    """The owner's shares that can be redeemed now: their notice has run, and the capital is free."""
    return int(pool.contract.functions.maxRedeem(owner).call())


def redeem(pool: Pool, *, shares: int, receiver: str, owner: str) -> Action:
    """Turns shares whose notice has run into tokens."""
    worth = pool.contract.functions.convertToAssets(shares).call()
    _, ready = notice_of(pool, owner)
    words = moment_words(ready) if ready else "never: no notice given"
    return Action(
        "RiskPool",
        pool.contract.functions.redeem(shares, receiver, owner),
        (
            f"Redeem {shares} shares of pool {pool.address} for {pool.token_words(worth)}, to {receiver}.",
            f"The notice lets them out from: {words}.",
        ),
    )


def taken_from(pool: Pool, amount: int) -> int:
    """The token units that `recapitalise` takes of so many minor units: no more than the deficit."""
    return min(amount * pool.unit, int(pool.contract.functions.deficit().call()))


def recapitalise(pool: Pool, *, amount: int) -> Action:
    """Fills the pool's deficit, wholly or in part, for nothing in return."""
    missing = pool.contract.functions.deficit().call()
    return Action(
        "RiskPool",
        pool.contract.functions.recapitalise(amount * pool.unit),
        (
            f"Give pool {pool.address} up to {pool.words(amount)} for nothing in return.",
            f"Its deficit is {pool.token_words(missing)}; no more than that is taken.",
        ),
    )


def accrue(pool: Pool) -> Action:
    """Books the premium earned until now."""
    return Action(
        "RiskPool",
        pool.contract.functions.accrue(),
        (f"Book the premium that pool {pool.address} has earned until now.",),
    )
