"""Insurer and capital provider: pools, quotes, policies, claims. `brownie run insurer` lists the actions."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from eth_account.signers.local import LocalAccount

from salus.base import files, money
from salus.base.errors import ChainError, InputError, PolicyError
from salus.chain import Action, Pool, events, policies, pools
from salus.chain.actions import accreditation
from salus.claim.adjudication import lock
from salus.cover import enrolment
from salus.cover.member import EnrolledMember
from salus.cover.offer import Offer, words_of
from salus.cover.policy import PolicyFile, check_place
from salus.crypto.records import RecordKey
from salus.insurer.audit import standing
from salus.insurer.portfolio import Portfolio
from salus.product import alike, overlaps
from salus.types import Account, Policy
from scripts._quote import check_open, check_quote_file, kept
from scripts._recheck import key_in, recheck_all
from scripts._session import Session, signer
from scripts._signed import QUOTE
from scripts._test_money import minting
from scripts._words import (
    AccountName,
    Actor,
    Address,
    Amount,
    ContractWallet,
    Names,
    ProviderNumber,
    Shares,
    TableName,
    out,
    table_of,
)

actor = Actor("insurer", "opens risk pools, signs policies, rechecks claims, and brings or takes capital")

PoolAddress = Annotated[Address, "the pool"]


def main() -> None:
    actor.list()


@actor.action
def check_table(table: TableName) -> None:
    """Checks a benefit table before it is sold: says its hash, which rows meet, and which look alike."""
    product = table_of(table, verify=True)
    out.print(f"{product.name} {product.version}: {len(product)} benefits, in {product.currency}.")
    out.print(f"Every policy under it names the hash 0x{product.hash.hex()}.")
    met: dict[str, list[str]] = {}
    for meeting in overlaps(product):
        met.setdefault(meeting.second.code, []).append(meeting.first.code)
    out.print("Care that fits two of these rows is decided by the earlier:" if met else "No two rows meet.")
    for code, earlier in met.items():
        out.print(f"  {code} after {', '.join(earlier)}", markup=False)
    out.print("These look alike on the chain, where neither name nor care shows:")
    for found in alike(product):
        group = f", in groups of {found.in_group}" if found.in_group else ""
        few = " (few, as diversity_override allows)" if found.is_revealing else ""
        names = ", ".join(benefit.code for benefit in found.benefits)
        kinds = f"{len(found.benefits)} of {len(found.kinds)} kinds{group}{few}"
        out.print(f"  {kinds}: {names}", markup=False)


@actor.action
def create_pool(
    asset: Annotated[Address, "the token that it holds; the governor must have listed it"],
    name: Annotated[str, "of its shares, such as 'Family Pool'"],
    symbol: Annotated[str, "of its shares, such as sFAM"],
    account: AccountName = None,
) -> None:
    """Opens a risk pool with the sender as its insurer, and says its address."""
    session = Session()
    sender = session.sender(account)
    action = pools.create(session.chain, asset=asset, insurer=sender.address, name=name, symbol=symbol)
    (receipt,) = session.act(action, sender)
    (created,) = session.chain.events(events.PoolCreated, receipt)
    out.print(f"The pool is {created.pool}.")


@actor.action
def add_quote_signer(
    pool: PoolAddress,
    signer: Annotated[Address, "the key's address, or that of a contract wallet"],
    remove: Annotated[bool, "write remove=yes to end its right"] = False,
    account: AccountName = None,
) -> None:
    """Lets a key sign policies that the pool carries, or no longer."""
    session = Session()
    action = pools.set_quote_signer(session.chain.pool(pool), signer=signer, allowed=not remove)
    session.act(action, session.sender(account))


@actor.action
def set_cap(
    pool: PoolAddress,
    provider: ProviderNumber,
    limit: Annotated[Amount, "a UTC day's payments without review; 0 holds every claim"],
    account: AccountName = None,
) -> None:
    """Sets what the pool pays a provider without review on one day."""
    session = Session()
    found = session.chain.pool(pool)
    limit_minor = _minor(found, limit, field="limit", least=0)
    action = accreditation.set_daily_cap(found, provider=provider, limit=limit_minor)
    session.act(action, session.sender(account))


@actor.action
def pause_sales(
    pool: PoolAddress,
    table: TableName,
    resume: Annotated[bool, "write resume=yes to sell again"] = False,
    account: AccountName = None,
) -> None:
    """Stops new policies under a benefit table, or lets them be sold again."""
    session = Session()
    action = pools.pause_sales(
        session.chain.pool(pool), benefit_table=table_of(table).hash, paused=not resume
    )
    session.act(action, session.sender(account))


@actor.action
def quote(
    offer: Annotated[Path, "YAML: pool, days, limits, premium, and the members it is priced for"],
    enrolled: Annotated[Path, "the holder's sealed enrolment"],
    table: TableName,
    record_key: Annotated[Path, "file with the insurer's age key, which opens the enrolment"],
    policy: Annotated[Path, "where the policy file is written"],
    quote: Annotated[Path, "where the signed quote is written"],
    key: Annotated[str | None, "keystore of the quote signer; else SALUS_QUOTE_KEY"] = None,
    wallet: ContractWallet = None,
) -> None:
    """Holds an enrolment against the offer, shows members and terms, and signs them. Sends nothing."""
    session = Session()
    terms = Offer.load(offer)
    product = table_of(table)
    opener = key_in(record_key)
    members = _enrolment(enrolled, opener)
    enrolment.check(members, product, terms.members)

    found = session.chain.pool(terms.pool)
    with files.about(offer):
        drawn = terms.policy(session.chain.book_domain, product, members)
        check_open(found, drawn.terms)
    written = kept(session.chain, policy, drawn)
    check_quote_file(quote, written.policy_id)
    account = session.signing(signer(key, key_variable="SALUS_QUOTE_KEY", parameter="key"), wallet)
    if not found.contract.functions.isQuoteSigner(account.address).call():
        raise InputError(
            f"{account.address} may not sign policies that pool {found.address} carries",
            field="wallet" if wallet else "key",
            remedy="sign with a quote signer of the pool, or let the insurer add this one: add_quote_signer",
        )
    out.print(f"To be signed by {account.address}:", markup=False)
    for line in words_of(written, members, product):
        out.print(f"  {line}", markup=False)
    session.confirm("Sign this?", otherwise="Nothing was signed.")
    signature = written.book.sign(written.terms, account)

    written.save(policy)
    QUOTE.save(quote, account.address, signature, policy=f"0x{written.policy_id.hex()}")
    out.print(f"Policy 0x{written.policy_id.hex()} of {len(members)} members: {policy}", markup=False)
    out.print(f"Whoever pays {found.words(written.terms.premium)} can issue it with {quote}.", markup=False)


@actor.action
def issue(
    policy: Annotated[Path, "the policy file"],
    quote: Annotated[Path, "the signed quote"],
    permit: Annotated[bool, "sign a permit instead of approving first (needs the payer's own key)"] = False,
    account: AccountName = None,
) -> None:
    """Pays the premium and issues the policy. Anyone may pay for the holder."""
    session = Session()
    sender = session.sender(account)
    document = PolicyFile.load(policy)
    with files.about(policy):
        check_place(document.book, session.chain.book_domain, fault=PolicyError)
    quoted = QUOTE.load(quote)
    found = session.chain.pool(document.terms.pool)
    premium = document.terms.premium

    signed = None
    approvals: list[Action] = []
    if permit:
        if not isinstance(sender, LocalAccount):
            raise InputError(
                f"{sender.address} is an account of the node's, and a permit needs a key of your own",
                field="account",
                remedy="name a keystore, or leave permit out",
            )
        signed = policies.sign_permit(
            found, amount=premium, deadline=session.chain.now() + 3_600, signer=sender
        )
    else:
        approvals = _approval(found, sender.address, premium)
    issuing = policies.issue(
        session.chain,
        terms=document.terms,
        quote_signer=quoted.signer,
        quote=quoted.signature,
        permit=signed,
    )

    def check() -> None:
        if policies.is_issued(session.chain, document.policy_id):
            out.print(f"Policy 0x{document.policy_id.hex()} is issued already: nothing was sent.")
            raise SystemExit(0)
        _check_balance(found, sender.address, premium * found.unit, field="premium")
        _check_capital(found, document.terms)

    session.act(issuing, sender, first=approvals, check=check)
    out.print(f"Policy 0x{document.policy_id.hex()} is issued.")


@actor.action
def deposit(
    pool: PoolAddress,
    amount: Annotated[Amount, "capital to bring"],
    account: AccountName = None,
) -> None:
    """Brings capital for shares of the pool."""
    session = Session()
    sender = session.sender(account)
    found = session.chain.pool(pool)
    minor = _minor(found, amount)
    deposit = pools.deposit(found, amount=minor, receiver=sender.address)
    session.act(
        deposit,
        sender,
        first=_approval(found, sender.address, minor),
        check=lambda: _check_balance(found, sender.address, minor * found.unit),
    )


@actor.action
def give_notice(
    pool: PoolAddress,
    shares: Annotated[Shares | None, "how many; all without it"] = None,
    account: AccountName = None,
) -> None:
    """Gives notice for shares: they may leave in 35 days, within the 14 days after."""
    session = Session()
    sender = session.sender(account)
    found = session.chain.pool(pool)
    owned = found.contract.functions.balanceOf(sender.address).call()
    session.act(pools.give_notice(found, shares=owned if shares is None else shares), sender)


@actor.action
def redeem(
    pool: PoolAddress,
    shares: Annotated[Shares | None, "how many; all that may leave now without it"] = None,
    account: AccountName = None,
) -> None:
    """Turns shares whose notice has run into tokens."""
    session = Session()
    sender = session.sender(account)
    found = session.chain.pool(pool)
    most = found.contract.functions.maxRedeem(sender.address).call()
    if not shares and not most:
        out.print("No share may leave now: give notice first, or wait until capital is free.")
        raise SystemExit(1)
    action = pools.redeem(
        found, shares=most if shares is None else shares, receiver=sender.address, owner=sender.address
    )
    session.act(action, sender)


@actor.action
def recapitalise(
    pool: PoolAddress,
    amount: Annotated[Amount, "at most; no more than the deficit is taken"],
    account: AccountName = None,
) -> None:
    """Fills the pool's deficit, for nothing in return."""
    session = Session()
    sender = session.sender(account)
    found = session.chain.pool(pool)
    minor = _minor(found, amount)
    action = pools.recapitalise(found, amount=minor)
    taken = min(minor * found.unit, found.contract.functions.deficit().call())
    session.act(
        action,
        sender,
        first=_approval(found, sender.address, minor),
        check=lambda: _check_balance(found, sender.address, taken),
    )


@actor.action
def recheck(
    pool: PoolAddress,
    records: Annotated[Path, "folder of sealed records by their hash, as `hospital export` writes them"],
    enrolments: Annotated[Path, "folder of the holders' sealed enrolments, *.age by any name"],
    table: Annotated[Names, "benefit tables of the pool's policies, shipped ones or YAML files"],
    record_key: Annotated[Path, "file with the insurer's age key, which opens both"],
) -> None:
    """Opens the record of every claim of the pool, recomputes what was attested, and compares patients and
    bills over all claims. Sends nothing; ends with an error if anything differs or is missing."""
    session = Session()
    found = session.chain.pool(pool)
    portfolio = Portfolio(
        session.chain.past(events.PolicyIssued, pool=found.address),
        _enrolments(enrolments, key_in(record_key)),
        [table_of(name) for name in table],
        session.chain.book_domain,
    )
    for policy in portfolio.without_enrolment:
        out.print(f"Note: no enrolment of policy 0x{policy.hex()} is in {enrolments}.", markup=False)
    decided = (event for event in session.chain.past(events.ClaimDecided) if event.policy in portfolio)
    claims = standing(decided, session.chain.past(events.ClaimWithdrawn))
    recheck_all(claims, records, record_key, portfolio.member_of)


@actor.action
def mint(
    asset: Annotated[Address, "the test stablecoin, as the deploy names it"],
    amount: Annotated[Amount, "how much to make"],
    to: Annotated[Address, "who gets it"],
    account: AccountName = None,
) -> None:
    """Makes test stablecoins, to pay capital and premiums with. On a local chain only; anyone may."""
    session = Session()
    session.check_local("test money is not made")
    action = minting(session.chain, asset=asset, amount=amount, to=to)
    sender = session.sender(account)
    session.show([action], sender)
    # leaves no note: made twice, it does no harm, and the library carries no interface to find it by
    session.said(session.chain.send(action, sender))


@actor.action
def status(pool: PoolAddress) -> None:
    """Says what a pool has, owes and locks."""
    found = Session().chain.pool(pool)
    functions = found.contract.functions
    rows = (
        ("insurer", found.insurer),
        ("balance", found.token_words(found.asset.functions.balanceOf(found.address).call())),
        ("claims not yet paid", found.words(functions.outstanding().call())),
        ("premium not yet earned", found.words(functions.unearned().call())),
        ("capital", found.token_words(functions.totalAssets().call())),
        ("locked by policies", found.words(functions.locked().call())),
        ("free capital", found.token_words(functions.freeAssets().call())),
        ("deficit", found.token_words(functions.deficit().call())),
    )
    for name, value in rows:
        out.print(f"  {name:<24} {value}", markup=False)


def _minor(pool: Pool, amount: Decimal, *, field: str = "amount", least: int = 1) -> int:
    """A typed amount in the pool's currency: refused where it would be rounded, or move nothing."""
    try:
        minor = money.exactly(amount, pool.currency)
    except InputError as error:
        error.field = field
        raise
    if minor < least:
        raise InputError("is 0, and would move nothing", field=field, remedy="name an amount")
    return minor


def _approval(pool: Pool, payer: str, amount: int) -> list[Action]:
    """The approval that a payment needs first, if it is not there."""
    allowed = pool.asset.functions.allowance(payer, pool.address).call()
    return [] if allowed >= amount * pool.unit else [pools.approve(pool, amount=amount)]


def _check_balance(pool: Pool, payer: str, tokens: int, *, field: str = "amount") -> None:
    """Before the approval: it would be given, and stay, though nothing can be paid."""
    held = pool.asset.functions.balanceOf(payer).call()
    if held < tokens:
        raise InputError(
            f"is {pool.token_words(tokens)}, and {payer} has {pool.token_words(held)}",
            field=field,
            remedy="bring the tokens first, or name another account",
        )


def _check_capital(pool: Pool, terms: Policy) -> None:
    """That the pool can carry the policy: it looks only once the premium is there, after the approval."""
    locked = lock(terms.annual_limit, terms.solvency_bps, Account())
    free = pool.contract.functions.freeAssets().call()
    if free < locked * pool.unit:
        raise ChainError(
            f"the policy locks {pool.words(locked)} of capital, and pool {pool.address} has "
            f"{pool.token_words(free)} free",
            remedy="deposit capital, or sign terms with a lower limit or solvency factor",
        )


def _enrolments(folder: Path, opener: RecordKey) -> list[tuple[EnrolledMember, ...]]:
    """Every enrolment in the folder and below that the key opens."""
    if not folder.is_dir():
        raise PolicyError("is not a folder", file=str(folder), remedy="name the folder of the enrolments")
    return [_enrolment(path, opener) for path in sorted(folder.rglob("*.age"))]


def _enrolment(path: Path, opener: RecordKey) -> tuple[EnrolledMember, ...]:
    with files.about(path):
        return enrolment.from_json(opener.decrypt(files.read(path, fault=PolicyError)))


if __name__ == "__main__":
    actor.main(sys.argv[1:], globals())
