"""Insurer: pools, quotes, policies, claims. `salus insurer` lists the actions."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

from typer import Option

from salus import fhir, product, samples
from salus.base import files, money
from salus.base.errors import PolicyError
from salus.chain import Pool, events, pools
from salus.chain.actions import accreditation, stablecoin
from salus.chain.payments import minor_units
from salus.chain.pool_figures import PoolFigures
from salus.cli.actor import Actor
from salus.cli.letter_writing import AsFhir, AsPdf, LettersPath, Written, seen_in, today_of, write_letters
from salus.cli.options import AccountName, ContractWallet, PoolAddress, ProviderNumber, TableName
from salus.cli.output import counted, out
from salus.cli.progress import working
from salus.cli.rechecking import recheck_all
from salus.cli.session import Session, signer
from salus.cli.values import address, amount
from salus.cover import enrolment
from salus.cover.card import member_number
from salus.cover.offer import Offer, words_of
from salus.cover.policy import PolicyFile, check_place
from salus.cover.signed_file import QUOTE
from salus.crypto.records import RecordKey
from salus.insurer import attack, onlooker, quoting
from salus.insurer.enrolments import open_enrolment, open_enrolments
from salus.insurer.portfolio import Portfolio
from salus.insurer.purchase import Purchase
from salus.product.report import words_of as report_of
from salus.statement import LetterFolder, LetterheadFile, statement
from salus.statement.ledger import claim_events_of

actor = Actor("insurer")


@actor.action
def check_table(table: TableName) -> None:
    """Checks a benefit table before it is sold, and prints the plan in words, as a brochure would.

    It prints the table's hash, which benefits overlap, and which look alike on the chain. If a benefit stands
    out, it says what to change.

    Example:
        salus insurer check-table --table dental.yaml
    """
    with working("Checking every code…"):
        plan = product.named(table, verify=True)
    for line in report_of(plan):
        out.print(line, markup=False)
    out.fact(name=plan.name, version=plan.version, hash=plan.hash)


@actor.action
def attack_table(
    table: TableName,
    records: Annotated[
        Path | None, Option(help="a FHIR R4 Bundle, or a folder of them; invented patients without it")
    ] = None,
    profile: Annotated[
        Path | None, Option(help="hospital.yaml: what the records' hospital says of them")
    ] = None,
) -> None:
    """Measures what somebody without a card could tell from the chain about the claims under a table.

    An attacker names the benefit of each claim, and its category of care, from what the chain shows: terms,
    flag, provider, nights, bills of a case, amounts. How often which benefit is used it learns from the
    claims of other patients. The figures hold for these patients; what yours give away, only their own
    records can tell.

    Example:
        salus insurer attack-table --table family --records fhir --profile hospital.yaml
    """
    plan = product.named(table)
    with working("Reading the bills…"):
        bills = (
            fhir.read(records, plan, profile=fhir.Profile.load(profile) if profile else fhir.SAFE)
            if records
            else samples.population(plan)
        )
        summary = fhir.Summary.of(bills)
    for line in str(summary).splitlines():
        out.print(line, markup=False)
    with working("Attacking…"):
        found = attack.attack(onlooker.seen(summary.lines, plan), plan)
    out.fact(table=plan.name, version=plan.version, claims=found.claims, patients=found.patients)
    out.print(f"{plan.name} {plan.version}, {found.claims:,} claims of {found.patients:,} patients:")
    out.print(f"  {'named rightly, by':<42} {'benefit':>8} {'category':>9}")
    for named in (found.chance, *found.named):
        out.entry("named", by=named.by, benefit=round(named.benefit, 4), category=round(named.category, 4))
        out.print(f"  {named.by:<42} {named.benefit:>8.1%} {named.category:>9.1%}")


@actor.action
def create_pool(
    asset: Annotated[str, address("the token that it holds; the governor must have listed it")],
    name: Annotated[str, Option(help="of its shares, such as 'Family Pool'")],
    symbol: Annotated[str, Option(help="of its shares, such as sFAM")],
    account: AccountName = None,
) -> None:
    """Opens a risk pool with the sender as its insurer, and says its address.

    Example:
        salus insurer create-pool --asset 0x… --name 'Family Pool' --symbol sFAM --account insurer
    """
    session = Session()
    sender = session.sender(account)
    action = pools.create(session.chain, asset=asset, insurer=sender.address, name=name, symbol=symbol)
    (receipt,) = session.act(action, sender)
    (created,) = session.chain.events(events.PoolCreated, receipt)
    out.fact(pool=created.pool)
    out.print(f"The pool is {created.pool}.")


@actor.action
def add_quote_signer(
    pool: PoolAddress,
    signer: Annotated[str, address("the key's address, or that of a contract wallet")],
    remove: Annotated[bool, Option(help="end its right")] = False,
    account: AccountName = None,
) -> None:
    """Lets a key sign policies that the pool carries, or no longer.

    Example:
        salus insurer add-quote-signer --pool 0x… --signer 0x… --account insurer
    """
    session = Session()
    action = pools.set_quote_signer(session.chain.pool(pool), signer=signer, allowed=not remove)
    session.act(action, session.sender(account))


@actor.action
def set_cap(
    pool: PoolAddress,
    provider: ProviderNumber,
    limit: Annotated[Decimal, amount("a UTC day's payments without review; 0 holds every claim")],
    account: AccountName = None,
) -> None:
    """Sets what the pool pays a provider without review on one day.

    Example:
        salus insurer set-cap --pool 0x… --provider 1 --limit 25000 --account insurer
    """
    session = Session()
    found = session.chain.pool(pool)
    limit_minor = minor_units(found, limit, field="limit", least=0)
    action = accreditation.set_daily_cap(found, provider=provider, limit=limit_minor)
    session.act(action, session.sender(account))


@actor.action
def pause_sales(
    pool: PoolAddress,
    table: TableName,
    resume: Annotated[bool, Option(help="sell again")] = False,
    account: AccountName = None,
) -> None:
    """Stops new policies under a benefit table, or lets them be sold again.

    Example:
        salus insurer pause-sales --pool 0x… --table family --account insurer
    """
    session = Session()
    action = pools.pause_sales(
        session.chain.pool(pool), benefit_table=product.named(table).hash, paused=not resume
    )
    session.act(action, session.sender(account))


@actor.action
def quote(
    offer: Annotated[
        Path, Option(help="YAML: pool, days, limits, premium, and the members it is priced for")
    ],
    enrolled: Annotated[Path, Option(help="the holder's sealed enrolment")],
    table: TableName,
    record_key: Annotated[Path, Option(help="file with the insurer's age key, which opens the enrolment")],
    policy: Annotated[Path, Option(help="where the policy file is written")],
    quote: Annotated[Path, Option(help="where the signed quote is written")],
    key: Annotated[str | None, Option(help="keystore of the quote signer; else SALUS_QUOTE_KEY")] = None,
    wallet: ContractWallet = None,
) -> None:
    """Checks an enrolment against the offer, shows members and terms, and signs them. Sends nothing.

    Example:
        salus insurer quote --offer offer.yaml --enrolled enrolment.age --table family \\
            --record-key insurer.key --policy policy.json --quote quote.json
    """
    session = Session()
    terms, plan = Offer.load(offer), product.named(table)
    with files.about(offer):
        enrolment.check_excluded(terms.members, plan)
    members = open_enrolment(enrolled, RecordKey.load(record_key))
    enrolment.check(members, plan, terms.members)

    found = session.chain.pool(terms.pool)
    with files.about(offer):
        drafted = terms.policy(session.chain.book_domain, plan, members)
        quoting.check_can_be_issued(found, drafted.terms)
    written = quoting.policy_to_sign(session.chain, policy, drafted)
    quoting.check_quote_file(quote, written.policy_id)
    account = session.signing(signer(key, key_variable="SALUS_QUOTE_KEY", parameter="key"), wallet)
    quoting.check_quote_signer(found, account.address, field="wallet" if wallet else "key")
    out.print(f"To be signed by {account.address}:", markup=False)
    for line in words_of(written, members, plan):
        out.print(f"  {line}", markup=False)
    session.confirm("Sign this?", otherwise="Nothing was signed.")
    signature = written.book.sign(written.terms, account)

    out.fact(policy_id=written.policy_id, policy=policy, quote=quote)
    written.save(policy)
    QUOTE.save(quote, account.address, signature, policy=f"0x{written.policy_id.hex()}")
    out.print(
        f"Policy 0x{written.policy_id.hex()} of {counted(len(members), 'member')}: {policy}", markup=False
    )
    out.print(f"Whoever pays {found.words(written.terms.premium)} can issue it with {quote}.", markup=False)


@actor.action
def issue(
    policy: Annotated[Path, Option(help="the policy file")],
    quote: Annotated[Path, Option(help="the signed quote")],
    permit: Annotated[
        bool, Option(help="sign a permit instead of approving first (needs the payer's own key)")
    ] = False,
    account: AccountName = None,
) -> None:
    """Pays the premium and issues the policy. Anyone may pay for the holder.

    Example:
        salus insurer issue --policy policy.json --quote quote.json --account payer
    """
    session = Session()
    sender = session.sender(account)
    document = PolicyFile.load(policy)
    with files.about(policy):
        check_place(document.book, session.chain.book_domain, fault=PolicyError)
    purchase = Purchase.prepare(session.chain, document, QUOTE.load(quote), sender, permit=permit)

    def check() -> None:
        if purchase.is_issued:
            out.print(f"Policy 0x{document.policy_id.hex()} is issued already: nothing was sent.")
            raise SystemExit(0)
        purchase.check()

    session.act(purchase.action, sender, first=purchase.approvals, check=check)
    out.print(f"Policy 0x{document.policy_id.hex()} is issued.")


@actor.action
def recheck(
    pool: PoolAddress,
    records: Annotated[
        Path, Option(help="folder of sealed records by their hash, as `hospital export` writes them")
    ],
    enrolments: Annotated[Path, Option(help="folder of the holders' sealed enrolments, *.age by any name")],
    table: Annotated[list[str], Option(help="benefit tables of the pool's policies, shipped or YAML files")],
    record_key: Annotated[Path, Option(help="file with the insurer's age key, which opens both")],
) -> None:
    """Opens the record of every claim of the pool, recomputes what was attested, and compares patients and
    bills over all claims. Sends nothing; ends with an error if anything differs or is missing.

    Example:
        salus insurer recheck --pool 0x… --records records --enrolments enrolments --table family \\
            --record-key insurer.key
    """
    session = Session()
    portfolio = _portfolio(session.chain.pool(pool), enrolments, record_key, table)
    recheck_all(portfolio.claims(session.chain), records, record_key, portfolio.member_of)


@actor.action
def letters(
    pool: PoolAddress,
    enrolments: Annotated[Path, Option(help="folder of the holders' sealed enrolments, *.age by any name")],
    table: Annotated[list[str], Option(help="benefit tables of the pool's policies, shipped or YAML files")],
    record_key: Annotated[
        Path, Option(help="file with the insurer's age key, which opens enrolments and records")
    ],
    letterhead: Annotated[Path, Option(help="YAML: names of the insurer, providers and members")],
    folder: LettersPath,
    records: Annotated[
        Path | None, Option(help="folder of sealed records by their hash, as `hospital export` writes them")
    ] = None,
    with_claims: Annotated[bool, Option("--with-claims", help="only to members who have a claim")] = False,
    written: Written = None,
    pdf: AsPdf = True,
    fhir: AsFhir = False,
) -> None:
    """Writes the explanation of benefits of every member of the pool's policies, as HTML and PDF. With the
    sealed records, it says whether each agrees with its claim.

    Example:
        salus insurer letters --pool 0x… --enrolments enrolments --table family --record-key insurer.key \\
            --letterhead letterhead.yaml --folder letters
    """
    session = Session()
    chain, names = session.chain, LetterheadFile.load(letterhead)
    portfolio = _portfolio(chain.pool(pool), enrolments, record_key, table)
    events_of, today = claim_events_of(chain, portfolio.policies), today_of(chain, written)
    found = []
    for enrolled, membership in portfolio.members():
        explained = statement(membership, events_of[membership.policy_id])
        number = member_number(membership.policy_id, enrolled.index)
        head = names.letterhead(plan=membership.table.title, member=number, written=today)
        if explained.items or not with_claims:
            found.append((explained, head))
    seen = seen_in(records, record_key)
    write_letters(LetterFolder(folder, as_pdf=pdf, as_fhir=fhir), found, seen)


def _portfolio(pool: Pool, enrolments: Path, record_key: Path, tables: list[str]) -> Portfolio:
    """The policies of a pool; says which of them have no enrolment."""
    opened = open_enrolments(enrolments, RecordKey.load(record_key))
    portfolio = Portfolio.of_pool(pool, opened, [product.named(name) for name in tables])
    for policy in portfolio.without_enrolment:
        out.print(f"Note: no enrolment of policy 0x{policy.hex()} is in {enrolments}.", markup=False)
    return portfolio


@actor.action
def mint(
    asset: Annotated[str, address("the test stablecoin, as the deploy names it")],
    amount: Annotated[Decimal, amount("how much to make")],
    to: Annotated[str, address("who gets it")],
    account: AccountName = None,
) -> None:
    """Makes test stablecoins, to pay capital and premiums with. On a local chain only; anyone may.

    Example:
        salus insurer mint --asset 0x… --amount 200000 --to 0x… --account 5
    """
    session = Session()
    session.network.check_local("test money is not made")
    action = stablecoin.mint(session.chain, asset=asset, amount=amount, to=to)
    sender = session.sender(account)
    session.show([action], sender)
    session.chain.preview(action, sender.address)
    session.confirm()
    # leaves no note: made twice, it does no harm, and the library carries no interface to find it by
    session.show_receipt(session.chain.send(action, sender))


@actor.action
def status(pool: PoolAddress) -> None:
    """Says what a pool has, owes and locks.

    Example:
        salus insurer status --pool 0x…
    """
    found = Session().chain.pool(pool)
    figures = PoolFigures.of(found)
    out.fact(pool=found.address, insurer=found.insurer, currency=found.currency)
    for name, minor in figures.amounts():
        decimal = money.to_decimal(minor, found.currency)
        out.entry(
            "figures",
            name=name,
            value=found.words(minor),
            amount=decimal,
            currency=found.currency,
            minor_units=minor,
        )
    for name, value in figures.rows():
        out.print(f"  {name:<24} {value}", markup=False)
