"""Sheets of providers, their keys, and the consents of members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salus.auditor.books import Books
from salus.auditor.claim_sheets import PLACE, Times, place_of
from salus.auditor.sheets import Column, Day, Moment, Sheet
from salus.chain.events import ConsentGiven, ConsentWithdrawn

_PROVIDER = Column("provider", "number of the provider; 0 in a consent means any provider")


def registry_sheets(books: Books, times: Times) -> Iterator[Sheet]:
    """The sheets of the registries."""
    yield _providers(books)
    yield _keys(books)
    yield _consents(books, times)


def _providers(books: Books) -> Sheet:
    rows = [
        (number, provider.admin, Day(start), Day(end - 1), provider.suspended)
        for number, provider in books.registries.providers.items()
        for start, end in provider.windows
    ]
    columns = (
        _PROVIDER,
        Column("admin", "address that manages its keys"),
        Column("from", "first civil day of the accreditation"),
        Column("last_day", "last civil day of the accreditation"),
        Column("suspended", "yes if its new lines are held for review"),
    )
    about = "Every accreditation of every provider."
    return Sheet(name="providers", about=about, columns=columns, rows=rows)


def _keys(books: Books) -> Sheet:
    rows = [
        (number, attestor, Moment(start), Moment(end), revoked)
        for (number, attestor), (start, end, revoked) in books.registries.keys.items()
    ]
    columns = (
        _PROVIDER,
        Column("key", "address of the key that signs attestations"),
        Column("from", "first second at which it may sign, UTC"),
        Column("until", "first second at which it may no longer sign, UTC"),
        Column("revoked", "yes if nothing that it signed may be filed any more"),
    )
    return Sheet(name="keys", about="Every key of a provider.", columns=columns, rows=rows)


def _consents(books: Books, times: Times) -> Sheet:
    rows = []
    for event in books.history.events:
        what: tuple[Any, ...]
        match event:
            case ConsentGiven():
                what = "given", event.purposes, Day(event.from_), Day(event.until)
            case ConsentWithdrawn():
                what = "withdrawn", None, None, Day(event.last_day)
            case _:
                continue
        rows.append((*place_of(event, times), event.signer, event.member, event.provider, *what))
    columns = (
        *PLACE,
        Column("signer", "address that consents"),
        Column("member", "commitment to the member"),
        _PROVIDER,
        Column("entry", "given or withdrawn"),
        Column("purposes", "bit by bit"),
        Column("from", "first civil day"),
        Column("last_day", "last civil day"),
    )
    about = "Every consent and every withdrawal of one."
    return Sheet(name="consents", about=about, columns=columns, rows=rows)
