"""FHIR records in, bill lines out: all input is read first, and then each Claim is decided on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from salus.base import days
from salus.base.errors import FhirError
from salus.fhir.claim import to_line
from salus.fhir.life import deleted_number, lives_of
from salus.fhir.models import Fault
from salus.fhir.profile import SAFE, Profile
from salus.fhir.records import Records
from salus.fhir.results import Result
from salus.fhir.source import Document, NotRead, Source, documents
from salus.fhir.split import Page, Piece, pieces
from salus.fhir.store import Store
from salus.product import Table

_MONEY = ("ClaimResponse", "ExplanationOfBenefit")


def read(
    source: Source | Iterable[Source],
    table: Table,
    *,
    profile: Profile = SAFE,
    today: int | None = None,
) -> Iterator[Result]:
    """Every Claim of FHIR R4 records, as a `BillLine` or `Refused`, in the order of the input.

    `source` is a path of a file or a folder (every `.json`, `.ndjson` and `.jsonl` file in it and below, and
    gzip of these), the bytes of a document, an open binary stream, or an iterable of these. A document is a
    Bundle of any type or one resource, or NDJSON of these. References are followed across all of it.

    `profile` is what the hospital says of its records (`hospital.yaml`); without one, whatever it would have
    to decide is a problem of the bill. `today` is the latest civil day on which a service may be; without it,
    the latest that any clock on earth shows.

    Before the bills come the files: what cannot be used as a whole is a `FhirError`, a file of another kind
    is `NotRead`. Neither is raised, and the others go on.

    >>> from salus import samples, product
    >>> mother = samples.generate(seed=7, start=20_454)[0]
    >>> family, profile = product.shipped("family"), samples.profile()
    >>> first, *others = read(mother.to_json(), family, profile=profile, today=20_454 + 365)
    >>> first.benefit, first.billed, first.currency, len(others)
    ('visit.chronic', 21846, 'USD', 8)
    >>> print(*read(b'{"resourceType": "Parameters"}', family))
    <input>: resourceType: is a Parameters; send a Bundle, or one resource a line, of FHIR R4
    """
    limit = days.latest_day() if today is None else today
    store = Store()
    try:
        yield from ingest(source, store)
        records = Records(store, profile)
        lives = lives_of(records)
        for stored in store.of("Claim"):
            yield to_line(stored, records, lives, table, today=limit)
    finally:
        store.close()


def read_record(record: bytes, table: Table, *, today: int | None = None) -> Iterator[Result]:
    """The bill that a record justifies (`BillLine.record`), read as the hospital's profile had it read."""
    try:
        meta = msgspec.json.decode(record).get("meta")
        profile = Profile.of_mark(meta)
    except (msgspec.DecodeError, AttributeError, TypeError, ValueError, RecursionError):
        profile = Profile.of_mark(None)
    return read(record, table, profile=profile, today=today)


def ingest(source: Source | Iterable[Source], store: Store) -> Iterator[FhirError | NotRead]:
    """Fills a store with all input; yields what cannot be used, and files that are no records."""
    pages: list[Page] = []
    incomplete: list[str] = []
    for document in documents(source):
        if not isinstance(document, Document):
            yield document
            continue
        for piece in pieces(document):
            match piece:
                case FhirError():
                    yield piece
                case Page():
                    pages.append(piece)
                case Piece():
                    messages = store.counts["OperationOutcome"]
                    try:
                        store.add(piece)
                    except Fault as fault:
                        yield FhirError(
                            str(fault), file=piece.place, field=fault.path, remedy="correct the file"
                        )
                    if store.counts["OperationOutcome"] > messages:
                        incomplete.append(piece.place)
    store.settle()
    yield from _missing(pages, incomplete, store)


def _missing(pages: list[Page], incomplete: list[str], store: Store) -> Iterator[FhirError]:
    """What the input itself says is not all of it."""
    for kind, query, place in store.searches:
        if not deleted_number(kind, query):
            yield FhirError(
                f"deletes {kind} by a search that is not understood",
                file=place,
                field="request.url",
                remedy="delete it by type and id",
            )
    own = {page.own for page in pages}
    # a page that does not give its own address may be any but the first
    following = {page.following for page in pages}
    has_first = any(page.own and page.own not in following for page in pages)
    unnamed = sum(not page.own for page in pages) - (0 if has_first else 1)
    for page in pages:
        if page.following and page.following not in own:
            unnamed -= 1
            if unnamed >= 0:
                continue
            yield FhirError(
                "is one page of several, and the next is not in the input",
                file=page.place,
                field="link",
                remedy="fetch all pages, and run again with them",
            )
    for place in dict.fromkeys(incomplete):
        yield FhirError(
            "holds a message of the server (OperationOutcome): the records may be incomplete",
            file=place,
            remedy="read the message, fetch the records again, and run again",
        )
    answers = sum(store.counts[kind] for kind in _MONEY)
    if answers and not store.counts["Claim"]:
        yield FhirError(
            "there is no bill in the input: it holds what payers write (ExplanationOfBenefit, ClaimResponse)",
            remedy="export the Claims too",
        )
