"""Every decision and every cent of a suite as CSV: one file for each book, with totals that tie.

Only what the chain shows: no names, and no codes of patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salus.auditor.asking import AT_ONCE
from salus.auditor.books import Books
from salus.auditor.claim_sheets import claim_sheets
from salus.auditor.money_sheets import money_sheets, tokens
from salus.auditor.pool_books import PoolBook
from salus.auditor.registry_sheets import registry_sheets
from salus.auditor.sheets import Column, Moment, Sheet, cell, write
from salus.chain.pool_events import Transfer
from salus.chain.web3_lazily import web3

_README = """# Books of a Salus suite

Chain {chain}, block {block} ({time}), block hash {hash}. Events: {events:,}; SHA-256 over them: {digest}.

Amounts are decimals in the major unit of the currency beside them. Token units are the smallest units of a
pool's token. Times are UTC, ISO 8601. Days are civil days. Ids, hashes and commitments are 0x-hexadecimal.
A cell of text that a spreadsheet would take for a formula begins with an apostrophe.
`totals.csv` adds up the other files and compares the sums with the transfers of the tokens.
"""


@dataclass(frozen=True)
class Export:
    """What was written."""

    paths: list[Path]
    sheets: list[Sheet]

    @property
    def untied(self) -> list[tuple[Any, ...]]:
        """The rows of totals.csv whose difference is not 0."""
        totals = next(sheet for sheet in self.sheets if sheet.name == "totals")
        return [row for row in totals.rows if row[-1] != 0]


def export(books: Books, folder: Path) -> Export:
    """Writes the books into a new or empty folder. Raises InputError, naming folder or file."""
    sheets = sheets_of(books)
    history = books.history
    readme = _README.format(
        chain=history.chain.chain_id,
        block=history.block,
        time=cell(Moment(history.time)),
        hash=history.block_hash,
        events=len(history.events),
        digest=history.digest,
    )
    return Export(write(folder, sheets, readme), sheets)


def sheets_of(books: Books) -> list[Sheet]:
    """The sheets of all books, and their totals."""
    times, names = _times(books), _names(books)
    sheets = [*claim_sheets(books, times), *money_sheets(books, times, names), *registry_sheets(books, times)]
    return [*sheets, _totals(books, {sheet.name: sheet for sheet in sheets})]


def _totals(books: Books, sheets: dict[str, Sheet]) -> Sheet:
    """Sums of the rows as they are written, beside sums of the transfers."""
    rows = [row for pool in books.pools.values() for row in _totals_of(pool, books, sheets)]
    columns = (
        Column("pool", "address of the pool"),
        Column("what", "what was added up"),
        Column("currency", "ISO 4217 code"),
        Column("amount", "by the files, in whole tokens"),
        Column("by_files", "token units"),
        Column("by_transfers", "token units, by the transfers of the asset"),
        Column("difference", "token units; 0 where both agree"),
    )
    about = "Sums of the other files, and of the transfers of each pool's token."
    return Sheet(name="totals", about=about, columns=columns, rows=rows)


def _totals_of(pool: PoolBook, books: Books, sheets: dict[str, Sheet]) -> Iterator[tuple[Any, ...]]:
    capital = _summed(sheets["capital"], pool.address, by="kind")
    paid = sum(_summed(sheets["payments"], pool.address, by="pool").values())
    withdrawn = capital.get("withdrawal", 0)
    given = sum(capital.get(kind, 0) for kind in ("premium", "deposit", "recapitalisation", "gift"))
    entered = left = 0
    for transfer in books.history.of(Transfer):
        if transfer.address == pool.created.asset:
            entered += transfer.value * (transfer.to == pool.address)
            left += transfer.value * (transfer.from_ == pool.address)
    for what, by_files, by_transfers in (
        ("premiums, deposits, recapitalisations and gifts = transfers in", given, entered),
        ("claims paid = transfers out, but for withdrawals", paid, left - withdrawn),
        ("claims paid and withdrawals = transfers out", paid + withdrawn, left),
        ("balance", given - paid - withdrawn, entered - left),
    ):
        yield (
            pool.address,
            what,
            pool.currency,
            tokens(pool, by_files),
            by_files,
            by_transfers,
            by_transfers - by_files,
        )


def _summed(sheet: Sheet, pool: str, *, by: str) -> dict[str, int]:
    """Token units of a pool's rows, by the text in a column."""
    names = [column.name for column in sheet.columns]
    at, key, units = names.index("pool"), names.index(by), names.index("token_units")
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
