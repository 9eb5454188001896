"""Every decision and every cent of a suite as CSV: one file for each book, with totals that tie.

Only what the chain shows: no names, and no codes of patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from salus.auditor.asking import AT_ONCE
from salus.auditor.books import Books
from salus.auditor.claim_sheets import claim_sheets
from salus.auditor.money_sheets import money_sheets, tokens
from salus.auditor.pool_books import PoolBook
from salus.auditor.registry_sheets import registry_sheets
from salus.auditor.rows import Comparison
from salus.auditor.sheets import Column, Moment, Sheet, cell, write
from salus.auditor.ties import gifts_of
from salus.chain.pool_events import Transfer
from salus.chain.web3_lazily import web3
from salus.crypto.abi import ZERO_ADDRESS

_README = """# Books of a Salus suite

Chain {chain}, block {block} ({time}), block hash {hash}. Events: {events:,}; SHA-256 over them: {digest}.

Amounts are decimals in the major unit of the currency beside them. Token units are the smallest units of a
pool's token. Times are UTC, ISO 8601. Days are civil days. Ids, hashes and commitments are 0x-hexadecimal.
A cell of text that a spreadsheet would take for a formula begins with an apostrophe.
`totals.csv` adds up the other files and compares the sums with each other, with the transfers of the tokens
and with the balance that the token shows. Gifts are tokens that no event announces: what is left, which
nothing can confirm. A recapitalisation whose event a node leaves out looks like one; a second node shows it.
{faults}"""
_FAULTS = """
**These books do not agree.** {untied} of the totals differ, and so do these events:

{events}
"""


class Gifts(NamedTuple):
    """What a pool received and no event announces."""

    pool: PoolBook
    units: int
    """Token units."""


@dataclass(frozen=True)
class Export:
    """What was written."""

    paths: list[Path]
    sheets: list[Sheet]
    contradictions: list[Comparison]
    """Events that do not agree with each other."""
    gifts: list[Gifts]
    """Of each pool that has received any."""

    @property
    def untied(self) -> list[tuple[Any, ...]]:
        """The rows of totals.csv whose difference is not 0."""
        return untied(self.sheets)

    @property
    def passed(self) -> bool:
        """Whether all totals tie and no event contradicts another."""
        return not self.untied and not self.contradictions


def export(books: Books, folder: Path) -> Export:
    """Writes the books into a new or empty folder, also those that do not agree, which their README then
    says. Raises InputError, naming folder or file."""
    sheets = sheets_of(books)
    contradictions = [row for row in books.among_events() if row.is_difference]
    history = books.history
    readme = _README.format(
        chain=history.chain.chain_id,
        block=history.block,
        time=cell(Moment(history.time)),
        hash=history.block_hash,
        events=len(history.events),
        digest=history.digest,
        faults=_faults(len(untied(sheets)), contradictions),
    )
    received = {
        pool: sum(units for _, units in gifts_of(book, history)) for pool, book in books.pools.items()
    }
    gifts = [Gifts(books.pools[pool], units) for pool, units in received.items() if units]
    return Export(write(folder, sheets, readme), sheets, contradictions, gifts)


def untied(sheets: list[Sheet]) -> list[tuple[Any, ...]]:
    """The totals that differ."""
    totals = next(sheet for sheet in sheets if sheet.name == "totals")
    return [row for row in totals.rows if row[-1]]


def _faults(totals: int, contradictions: list[Comparison]) -> str:
    if not totals and not contradictions:
        return ""
    rows = [f"- {row.subject}: {row.what}: {row.words[0]} and {row.words[1]}" for row in contradictions]
    return _FAULTS.format(untied=totals or "None", events="\n".join(rows) or "- none")


def sheets_of(books: Books) -> list[Sheet]:
    """The sheets of all books, and their totals."""
    times, names = _times(books), _names(books)
    sheets = [*claim_sheets(books, times), *money_sheets(books, times, names), *registry_sheets(books, times)]
    return [*sheets, _totals(books, {sheet.name: sheet for sheet in sheets})]


def _totals(books: Books, sheets: dict[str, Sheet]) -> Sheet:
    """Sums of the rows as they are written, beside what they must be."""
    rows = [row for pool in books.pools.values() for row in _totals_of(pool, books, sheets)]
    columns = (
        Column("pool", "address of the pool"),
        Column("what", "what was added up, and what it must equal"),
        Column("currency", "ISO 4217 code; empty for shares"),
        Column("amount", "by the files, in whole tokens; empty for shares"),
        Column("by_files", "token units, or shares"),
        Column("must_be", "token units, or shares; empty for gifts, which nothing else shows"),
        Column("difference", "0 where both agree; empty for gifts"),
    )
    about = "Sums of the other files, and what they must be by other files, by transfers, and by the token."
    return Sheet(name="totals", about=about, columns=columns, rows=rows)


def _totals_of(pool: PoolBook, books: Books, sheets: dict[str, Sheet]) -> Iterator[tuple[Any, ...]]:
    capital = _summed(sheets["capital"], pool.address, by="kind")
    shares = _summed(sheets["capital"], pool.address, by="kind", what="shares")
    paid = sum(_summed(sheets["payments"], pool.address, by="pool").values())
    withdrawn, gifts = capital.get("withdrawal", 0), capital.get("gift", 0)
    announced = sum(capital.get(kind, 0) for kind in ("premium", "deposit", "recapitalisation"))
    sold = [policy.terms for policy in books.policies.policies.values()]
    premiums = sum(terms.premium for terms in sold if terms.pool == pool.address)
    entered, left, minted, burned = _moved(pool, books)
    balance = _balance(pool, books)
    for what, by_files, must_be in (
        ("premiums = premiums of the policies", capital.get("premium", 0), premiums * pool.unit),
        ("premiums, deposits, recapitalisations = transfers in but for gifts", announced, entered - gifts),
        ("claims paid and withdrawals = transfers out", paid + withdrawn, left),
        ("balance = balance by the token", announced + gifts - paid - withdrawn, balance),
    ):
        difference = must_be - by_files
        yield pool.address, what, pool.currency, tokens(pool, by_files), by_files, must_be, difference
    for what, by_files, must_be in (
        ("shares of deposits = shares made", shares.get("deposit", 0), minted),
        ("shares of withdrawals = shares used", shares.get("withdrawal", 0), burned),
    ):
        yield pool.address, what, None, None, by_files, must_be, must_be - by_files
    words = "gifts: transfers in that no event announces"
    yield pool.address, words, pool.currency, tokens(pool, gifts), gifts, None, None


def _moved(pool: PoolBook, books: Books) -> tuple[int, int, int, int]:
    """Token units that entered and left the pool, and shares made and used, by transfers alone."""
    entered = left = minted = burned = 0
    for transfer in books.history.of(Transfer):
        if transfer.address == pool.created.asset:
            entered += transfer.value * (transfer.to == pool.address)
            left += transfer.value * (transfer.from_ == pool.address)
        elif transfer.address == pool.address:
            minted += transfer.value * (transfer.from_ == ZERO_ADDRESS)
            burned += transfer.value * (transfer.to == ZERO_ADDRESS)
    return entered, left, minted, burned


def _balance(pool: PoolBook, books: Books) -> int:
    """What the token says that the pool has; 0 if there is no token."""
    history = books.history
    functions = history.chain.at("Asset", pool.created.asset).functions
    try:
        return int(functions.balanceOf(pool.address).call(block_identifier=history.block))
    except (web3.exceptions.BadFunctionCallOutput, web3.exceptions.ContractLogicError):
        return 0


def _summed(sheet: Sheet, pool: str, *, by: str, what: str = "token_units") -> dict[str, int]:
    """Token units, or shares, of a pool's rows, by the text in a column."""
    names = [column.name for column in sheet.columns]
    at, key, units = names.index("pool"), names.index(by), names.index(what)
    sums: dict[str, int] = {}
    for row in sheet.rows:
        if row[at] == pool:
            sums[row[key]] = sums.get(row[key], 0) + (row[units] or 0)
    return sums


def _times(books: Books) -> dict[int, int]:
    blocks = sorted({event.block for event in books.history.events})
    eth = books.history.chain.w3.eth
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda block: int(eth.get_block(block)["timestamp"]), blocks)
        return dict(zip(blocks, found, strict=True))


def _names(books: Books) -> dict[str, tuple[str, str]]:
    return {address: _name(books, address) for address in books.pools}


def _name(books: Books, address: str) -> tuple[str, str]:
    functions, block = books.history.chain.at("RiskPool", address).functions, books.history.block
    try:
        name = functions.name().call(block_identifier=block)
        return str(name), str(functions.symbol().call(block_identifier=block))
    except (web3.exceptions.BadFunctionCallOutput, web3.exceptions.ContractLogicError):
        return "", ""
