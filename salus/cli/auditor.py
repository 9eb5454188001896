"""Auditor: everything against the chain, and everything as files. `salus auditor` lists the actions."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Annotated

from typer import Option

from salus.auditor import code
from salus.auditor.books import Books, OnAnswer
from salus.auditor.export import export as write_export
from salus.auditor.history import History
from salus.auditor.money_sheets import tokens
from salus.auditor.rows import AuditReport, Comparison
from salus.auditor.sheets import cell
from salus.auditor.verification import verify as verify_all
from salus.base import files
from salus.base.days import moment_words
from salus.base.errors import InputError
from salus.chain.manifest import Role
from salus.chain.network import Network
from salus.chain.roles import Holder
from salus.chain.suite import Chain
from salus.cli.actor import Actor
from salus.cli.ending import NEEDS_YOU
from salus.cli.output import err, out
from salus.cli.session import Session
from salus.cli.settings import CLONE
from salus.cli.usage import CallError
from salus.cli.values import address

actor = Actor("auditor")

SHOWN = 20
"""Differences that are listed; the report file has all."""
BlockNumber = Annotated[
    int | None, Option(min=0, help="as of this block; else the latest, so far as it is confirmed")
]


@actor.action
def verify(
    block: BlockNumber = None,
    build: Annotated[
        Path | None,
        Option(help="folder of the build to compare the code with; build/contracts if there is one"),
    ] = None,
    governor: Annotated[str | None, address("who must be the governor")] = None,
    accreditor: Annotated[str | None, address("who must be the accreditor")] = None,
    sentinel: Annotated[str | None, address("who must be the sentinel")] = None,
    second_node: Annotated[
        str | None, Option(help="address of another node, whose events must be the same")
    ] = None,
    report: Annotated[Path | None, Option(help="CSV file for every comparison")] = None,
) -> None:
    """Replays every book from the events alone and compares it, to the unit, with what the contracts say;
    and compares deployment, roles and code. Sends nothing, needs no key, and ends with 1 if anything differs.

    Example:
        salus auditor verify --report audit.csv
    """
    if report is not None:
        _check_writable(report)
    session = Session()
    chain = session.chain
    with _progress() as on_answer:
        found = verify_all(
            chain,
            block=_block(chain, block, session.network),
            holders=_holders(session.network, governor, accreditor, sentinel),
            build=_build(build),
            on_answer=on_answer,
        )
    history, result = found.history, found.report
    if second_node:
        result += _compare_nodes(history, second_node)
    _print_place(history)
    for book, (compared, differ) in result.counts().items():
        out.print(f"  {book:<12} {compared:>8,} compared  {differ:>6,} differ", markup=False)
    for note in result.not_compared:
        out.print(f"Not compared: {note}.", markup=False)
    if report is not None:
        _write_report(report, result.rows)
        out.print(f"Every comparison: {report}", markup=False)
    _end(result)


@actor.action
def export(
    folder: Annotated[Path, Option(help="new folder for the files")],
    block: BlockNumber = None,
) -> None:
    """Writes every decision and every cent as CSV, one file for each book, with a README of the columns and
    totals that tie. Only what the chain shows: no names, no codes of patients. Ends with 1 if totals differ
    or events contradict each other; the files are written all the same.

    Example:
        salus auditor export --folder books
    """
    session = Session()
    history = History.read(session.chain, _block(session.chain, block, session.network))
    written = write_export(Books.of(history), folder)
    _print_place(history)
    for sheet in written.sheets:
        out.print(f"  {sheet.name + '.csv':<18} {len(sheet.rows):>8,} rows", markup=False)
    out.fact(folder=folder, block=history.block, digest=history.digest, files=written.paths)
    for pool, units in written.gifts:
        words = f"pool {pool.address} received {cell(tokens(pool, units))} {pool.currency}".rstrip()
        out.print(f"Gifts: {words} that no event announces.", markup=False)
        out.entry("gifts", pool=pool.address, token_units=units)
    if written.passed:
        out.print(f"All totals tie. {folder / 'README.md'} explains each column.", markup=False)
        return
    for address_, what, *_, difference in written.untied:
        out.print(f"Does not tie in pool {address_}: {what}: {difference:,}.", markup=False)
    _list_differences(written.contradictions, "README.md in the folder has all")
    out.print(f"The files are written, but do not agree: {folder}", markup=False)
    raise SystemExit(NEEDS_YOU)


def _block(chain: Chain, block: int | None, network: Network) -> int:
    latest = int(chain.w3.eth.block_number)
    return max(latest - network.confirmations + 1, 0) if block is None else block


def _holders(network: Network, *accounts: str | None) -> list[Holder]:
    """Who must hold the roles; all of them or none must be named."""
    roles = (Role.GOVERNOR, Role.ACCREDITOR, Role.SENTINEL)
    missing = [role.name.lower() for role, account in zip(roles, accounts, strict=True) if account is None]
    if len(missing) == len(roles):
        return []
    if missing:
        raise CallError(f"{' and '.join(missing)} must be named too", remedy="name all three, or none")
    return [
        Holder(role=int(role), account=str(account), delay=network.usual_delay(role))
        for role, account in zip(roles, accounts, strict=True)
    ]


def _build(named: Path | None) -> Path:
    if named is None:
        return CLONE / code.BUILD if CLONE and not code.BUILD.is_dir() else code.BUILD
    if not named.is_dir():
        raise InputError("is no folder", field="build", file=str(named), remedy="name the folder of a build")
    return named


def _compare_nodes(history: History, url: str) -> AuditReport:
    other = Chain.open(url, chain_id=history.chain.chain_id, addresses=history.chain.addresses)
    theirs = History.read(other, history.block)
    out.print(
        f"The second node knows {len(theirs.events):,} events: digest {theirs.digest[:16]}…", markup=False
    )
    return history.compare(theirs)


def _print_place(history: History) -> None:
    place = f"block {history.block} of chain {history.chain.chain_id}, {moment_words(history.time)}"
    out.print(f"As of {place}: {len(history.events):,} events, digest {history.digest[:16]}…", markup=False)
    out.fact(block=history.block, block_hash=history.block_hash, digest=history.digest)


def _end(result: AuditReport) -> None:
    differences = result.differences
    out.fact(compared=len(result.rows), differences=len(differences))
    for row in differences:
        expected, found, _ = row.words
        out.entry(
            "rows", book=row.book, subject=row.subject, what=row.what, by_events=expected, on_chain=found
        )
    if not differences:
        out.print(f"[green]Nothing differs[/] in {len(result.rows):,} comparisons.")
        return
    _list_differences(differences, "--report names a file for all")
    out.print(f"{len(differences):,} of {len(result.rows):,} comparisons differ.")
    raise SystemExit(NEEDS_YOU)


def _list_differences(differences: Sequence[Comparison], where: str) -> None:
    """The first differences; `where` says where the others are."""
    for row in differences[:SHOWN]:
        expected, found, difference = row.words
        out.print(f"DIFFERS  {row.book}: {row.subject}", markup=False)
        out.print(
            f"         {row.what}: by the events {expected}, on the chain {found} ({difference})",
            markup=False,
        )
    left = len(differences) - SHOWN
    if left > 0:
        out.print(f"         and {left:,} more: {where}.", markup=False)


def _check_writable(report: Path) -> None:
    if report.exists():
        raise InputError("exists already", file=str(report), remedy="name a new file")


def _write_report(path: Path, rows: Sequence[Comparison]) -> None:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("book", "subject", "what", "by_events", "on_chain", "difference"))
    for row in rows:
        writer.writerow(map(cell, (str(row.book), row.subject, row.what, *row.words)))
    files.write_durably(path, [text.getvalue().encode()], fault=InputError)


@contextmanager
def _progress() -> Iterator[OnAnswer]:
    """Shows on a terminal how far the questions are."""
    if not err.is_terminal:
        yield lambda answered, asked: None
        return
    with err.status("Reading the events…") as status:
        yield lambda answered, asked: status.update(f"Asking the contracts: {answered:,} of {asked:,}…")
