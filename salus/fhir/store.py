"""The resources of all input, by identity: what a reference points to, across files and pages.

They are kept in a temporary SQLite database that is deleted with the process. SQLite holds it in memory while
it is small, so memory stays flat however large the input. Only the types that a line is read from are kept.

An identity is (server, type, id), or the `urn:` of an entry. Resources of one identity are one when they are
equal; of others the latest counts, by `meta.versionId` and `meta.lastUpdated`. If these do not tell, the
identity is ambiguous, and nothing that refers to it is paid.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import msgspec

from salus.fhir.backward import answered, patient_and_visits
from salus.fhir.models import KINDS, Fault, Head, parse
from salus.fhir.reference import Form, Target
from salus.fhir.release import Sign, sign_of_other_release
from salus.fhir.resource_types import TYPES
from salus.fhir.split import Piece

_head = msgspec.json.Decoder(Head).decode
_BASE = re.compile(r"(https?://[^?#]+/)[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")
_BILLED = re.compile(r"(https?://[^?#]+/)Patient/([A-Za-z0-9.-]+)")
_ANSWERS = ("ClaimResponse", "ExplanationOfBenefit")
_MARKS = (b'"modifierExtension"', b'"implicitRules"')
_SCHEMA = """
CREATE TABLE resource (n INTEGER PRIMARY KEY, kind TEXT, own TEXT, base TEXT, url TEXT, is_urn INTEGER,
                       place TEXT, version TEXT, updated TEXT, state INTEGER DEFAULT 0);
CREATE TABLE content (n INTEGER PRIMARY KEY, body BLOB); -- apart, so that the other table stays small
CREATE TABLE visit (address TEXT, n INTEGER);
CREATE TABLE answer (address TEXT, n INTEGER);
CREATE TABLE billed (patient TEXT, base TEXT, PRIMARY KEY (patient, base)) WITHOUT ROWID;
"""
_INDEX = """
CREATE INDEX by_kind ON resource (kind);
CREATE INDEX by_id ON resource (own, kind, base, is_urn);
CREATE INDEX by_visit ON visit (address);
CREATE INDEX by_answer ON answer (address);
CREATE INDEX by_url ON resource (url) WHERE url != '';
"""
_SELECT = "SELECT n, kind, own, base, url, place, state, body FROM resource JOIN content USING (n)"
_AT_ONCE = 1_000
_BYTES_AT_ONCE = 8 * 1024 * 1024
CURRENT, OLD, AMBIGUOUS = range(3)
_CACHED = 4_096


@dataclass(frozen=True, slots=True)
class Stored:
    """A resource of the input."""

    n: int
    kind: str
    own: str
    """Its id; empty when it has none."""
    base: str
    """Address of its server; empty when the input does not say."""
    url: str
    place: str
    state: int
    body: bytes
    """As received; empty when it was deleted."""
    container: int = 0
    """The resource that contains it; 0 for none."""

    @property
    def name(self) -> str:
        """Type and id, for messages."""
        return f"{self.kind}/{self.own or '?'}"

    @property
    def is_deleted(self) -> bool:
        return not self.body


class Store:
    """All resources that were read, until `close`."""

    def __init__(self) -> None:
        # an empty name is a temporary database of this connection alone
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;")
        self._db.executescript(_SCHEMA)
        self._pending: list[tuple[tuple[Any, ...], tuple[int, bytes]]] = []
        self._pending_bytes = 0
        self._last = 0
        self.counts: Counter[str] = Counter()
        """Resources of the input by type, those that are not kept too."""
        self.searches: list[tuple[str, str, str]] = []
        """What is deleted by a search: type, query, place."""
        self.get = lru_cache(_CACHED)(self._get)
        self._rows = lru_cache(_CACHED)(self._look_up)
        self.elements = lru_cache(_CACHED)(_parsed)

    def close(self) -> None:
        self._db.close()

    # FILLING

    def add(self, piece: Piece) -> None:
        """Keeps a resource, if its type is read. Raises Fault for one without a type of FHIR R4."""
        if piece.deleted:
            address, mark, query = piece.deleted.partition("?")
            kind, _, own = address.rpartition("/")
            if mark:
                self.searches.append((own, unquote(query), piece.place))
            else:
                self._keep(kind.rpartition("/")[2], own, piece, "", piece.at)
            return
        try:
            head = _head(piece.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Fault("resourceType", "is not a FHIR resource") from None
        if not _is_utf8(piece.body):
            raise Fault("", "is not UTF-8 text")
        if head.resourceType not in TYPES:
            raise Fault("resourceType", "is no resource type of FHIR R4")
        self.counts[head.resourceType] += 1
        if head.resourceType in KINDS:
            meta = head.meta if isinstance(head.meta, dict) else {}
            version, updated = meta.get("versionId"), meta.get("lastUpdated")
            self._keep(
                head.resourceType,
                head.id if isinstance(head.id, str) else "",
                piece,
                version if isinstance(version, str) else "",
                (updated if isinstance(updated, str) else "") or piece.at,
            )

    def _keep(self, kind: str, own: str, piece: Piece, version: str, updated: str) -> None:
        at = _BASE.fullmatch(piece.url)
        base = at[1] if at and piece.url == f"{at[1]}{kind}/{own}" else ""
        self._last += 1
        self._pending.append(
            (
                (
                    self._last,
                    kind,
                    own,
                    base,
                    piece.url,
                    piece.url[:4].lower() == "urn:",
                    piece.place,
                    version,
                    updated,
                ),
                (self._last, piece.body),
            )
        )
        if kind == "Claim" and piece.body:
            patient, visits = patient_and_visits(piece.body)
            if billed := _BILLED.fullmatch(patient):
                self._db.execute("INSERT OR IGNORE INTO billed VALUES (?, ?)", (billed[2], billed[1]))
            self._db.executemany("INSERT INTO visit VALUES (?, ?)", [(one, self._last) for one in visits])
        if kind in _ANSWERS and piece.body and (address := answered(piece.body)):
            self._db.execute("INSERT INTO answer VALUES (?, ?)", (address, self._last))
        self._pending_bytes += len(piece.body)
        if len(self._pending) == _AT_ONCE or self._pending_bytes > _BYTES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO resource (n, kind, own, base, url, is_urn, place, version, updated) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [resource for resource, _ in self._pending],
        )
        self._db.executemany("INSERT INTO content VALUES (?, ?)", [body for _, body in self._pending])
        self._db.execute("COMMIT")
        self._pending.clear()
        self._pending_bytes = 0

    def settle(self) -> None:
        """Decides which of several resources of one identity counts. Call it when all input is in."""
        self._flush()
        self._db.executescript(_INDEX)
        by_id = (
            "SELECT own, kind, base FROM resource WHERE own != '' AND NOT is_urn GROUP BY 1, 2, 3 "
            "HAVING count(*) > 1"
        )
        # an entry of its own address is one of its own, whatever its id
        for identity in self._db.execute(by_id).fetchall():
            self._decide("own = ? AND kind = ? AND base = ? AND NOT is_urn", identity)
        urns = "SELECT url FROM resource WHERE url != '' AND is_urn GROUP BY 1 HAVING count(*) > 1"
        for (url,) in self._db.execute(urns).fetchall():
            self._decide("url = ? AND url != ''", (url,))

    def _decide(self, where: str, values: tuple[str, ...]) -> None:
        rows = self._db.execute(
            "SELECT n, version, updated, body FROM resource JOIN content USING (n) "
            f"WHERE {where} ORDER BY +n",
            values,
        ).fetchall()
        latest = _latest(rows)
        for n, *_ in rows:
            state = AMBIGUOUS if latest is None else CURRENT if n == latest else OLD
            self._db.execute("UPDATE resource SET state = ? WHERE n = ?", (state, n))

    # ASKING

    def of(self, kind: str) -> Iterator[Stored]:
        """The resources of a type that count, in the order of the input; ambiguous ones too."""
        last = 0
        while True:
            rows = self._db.execute(
                f"{_SELECT} WHERE kind = ? AND state != ? AND n > ? ORDER BY n LIMIT 100",
                (kind, OLD, last),
            ).fetchall()
            if not rows:
                return
            yield from (Stored(*row) for row in rows)
            last = rows[-1][0]

    def find(self, target: Target, origin: Stored) -> Sequence[Stored]:
        """What a reference of `origin` may point to: one resource, several when it is ambiguous, or none.
        Its type may be another than the element allows."""
        if target.form is Form.CONTAINED:
            return _contained(origin, target.id)
        if target.form in (Form.URN, Form.URL):
            return self._rows("url = ? AND url != ''", (target.address,))
        if target.form is not Form.REST:
            return []
        known = (target.kind, target.id)
        if target.base:
            # a resource whose server the input does not name may be that server's
            return self._rows("kind = ? AND own = ? AND base = ?", (*known, target.base)) or self._rows(
                "kind = ? AND own = ? AND base = '' AND NOT is_urn", known
            )
        same = self._rows("kind = ? AND own = ? AND base = ?", (*known, origin.base))
        return same or self._rows("kind = ? AND own = ?", known)

    def is_shared(self, stored: Stored) -> bool:
        """Whether other servers, or entries of other addresses, have another resource of that type and id."""
        found = self._db.execute(
            "SELECT DISTINCT base, body FROM resource JOIN content USING (n) "
            "WHERE kind = ? AND own = ? AND state != ?",
            (stored.kind, stored.own, OLD),
        ).fetchall()
        return len(found) > 1 and (
            len({base for base, _ in found}) > 1 or len({content(body) for _, body in found}) > 1
        )

    def bills_of(self, visit: Stored) -> list[Stored]:
        """The Claims whose items name an Encounter."""
        return self._refer("visit", visit)

    def answers_to(self, claim: Stored) -> list[Stored]:
        """The ClaimResponses and ExplanationOfBenefits that refer to a Claim."""
        return self._refer("answer", claim)

    def _refer(self, table: str, to: Stored) -> list[Stored]:
        names = (to.url or to.name, to.name, f"{to.base}{to.name}")
        found = self._db.execute(
            f"SELECT DISTINCT n FROM {table} WHERE address IN (?, ?, ?) ORDER BY n", names
        ).fetchall()
        return [at for at in (self.get(n) for (n,) in found) if at.state != OLD]

    def is_on_other_server(self, patient: str, base: str) -> bool:
        """Whether a bill of the input names a patient of that id on another server than `base`."""
        found = self._db.execute(
            "SELECT 1 FROM billed WHERE patient = ? AND base != ? LIMIT 1", (patient, base)
        )
        return found.fetchone() is not None

    def _look_up(self, where: str, values: tuple[str, ...]) -> tuple[Stored, ...]:
        found = self._db.execute(
            # the sign keeps SQLite from walking all of a type in this order instead of looking up the id
            f"SELECT n FROM resource WHERE {where} AND state != {OLD} ORDER BY +n",
            values,
        ).fetchall()
        return tuple(self.get(n) for (n,) in found)

    def _get(self, n: int) -> Stored:
        (row,) = self._db.execute(f"{_SELECT} WHERE n = ?", (n,)).fetchall()
        return Stored(*row)


def _parsed(stored: Stored) -> tuple[Any, str, Sign | None]:
    """The elements of a resource that are read (`salus.fhir.models`), its mark, and a sign of another
    release. In place of the elements, a Fault."""
    try:
        found: Any = parse(stored.kind, stored.body)
    except Fault as fault:
        found = fault
    try:
        resource = msgspec.json.decode(stored.body)
        twice = _twice(stored.body, resource)
        doubt = Fault(twice, "is written twice") if twice else found
        return doubt, _mark(stored.body, resource), sign_of_other_release(resource)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Fault("", "cannot be read"), "", None


def _is_utf8(body: bytes) -> bool:
    try:
        return body.isascii() or bool(body.decode())
    except UnicodeDecodeError:
        return False


def _twice(body: bytes, resource: Any) -> str:
    """The name of a member that an object has twice, so that readers may differ on which counts; empty when
    none has. Names in JSON are quoted, so a resource that lost one in reading has fewer quotation marks."""
    if body.count(b'"') <= msgspec.json.encode(resource).count(b'"') and b"\\u0022" not in body:
        return ""
    found: list[str] = []

    def collect(pairs: list[tuple[str, Any]]) -> None:
        counts = Counter(name for name, _ in pairs)
        found.extend(name for name, count in counts.items() if count > 1)

    json.loads(body, object_pairs_hook=collect, parse_int=str, parse_float=str)
    return found[0] if found else ""


def _latest(rows: list[tuple[int, str, str, bytes]]) -> int | None:
    """The row that counts; None when it cannot be told."""
    bodies = {content(body) for *_, body in rows}
    if len(bodies) == 1:
        return rows[0][0]
    versions = [int(version) if version.isdecimal() else None for _, version, *_ in rows]
    times = [_comparable(updated) for _, _, updated, _ in rows]
    best = [_highest(values) for values in (versions, times) if None not in values]
    if not best:
        return _most_numbered(rows)
    if len(set(best)) != 1 or best[0] is None:
        return None
    return rows[best[0]][0]


def _most_numbered(rows: list[tuple[int, str, str, bytes]]) -> int | None:
    """The row to which only numbers were added; None when more was changed."""
    if len({content(body, without=("identifier",)) for *_, body in rows}) > 1 or not all(
        body for *_, body in rows
    ):
        return None
    numbers = [
        (set(map(msgspec.json.encode, msgspec.json.decode(body).get("identifier") or ())), n)
        for n, *_, body in rows
    ]
    most, n = max(numbers, key=lambda one: len(one[0]))
    return n if all(part <= most for part, _ in numbers) else None


def _highest(values: list[Any]) -> int | None:
    """Place of the one greatest value; None when several are."""
    top = max(values)
    return values.index(top) if values.count(top) == 1 else None


def _comparable(updated: str) -> float | None:
    try:
        moment = datetime.fromisoformat(updated)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def content(body: bytes, *, without: tuple[str, ...] = ()) -> bytes:
    """What a resource says, without its place on a server and without white space."""
    if not body:
        return body
    try:
        resource = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return body
    for name in ("meta", "text", *without):
        resource.pop(name, None)
    if isinstance(numbers := resource.get("identifier"), list):
        # their order says nothing
        resource["identifier"] = sorted(numbers, key=msgspec.json.encode)
    return msgspec.json.encode(resource, order="deterministic")


def _contained(origin: Stored, own: str) -> list[Stored]:
    body = msgspec.json.decode(origin.body, type=dict[str, msgspec.Raw]).get("contained", b"[]")
    found = []
    for part in msgspec.json.decode(bytes(body), type=list[msgspec.Raw]):
        try:
            head = _head(part)
        except msgspec.DecodeError:
            continue
        if head.id == own:
            url = f"{origin.url or origin.name}#{own}"
            found.append(
                Stored(0, head.resourceType, own, origin.base, url, origin.place, 0, bytes(part), origin.n)
            )
    return found


def _mark(body: bytes, resource: Any) -> str:
    """Path of an element that may change the meaning of others (`modifierExtension`, `implicitRules`); empty
    for none. https://hl7.org/fhir/R4/extensibility.html#modifierExtension"""
    return _marked(resource, "") if any(mark in body for mark in _MARKS) else ""


def _marked(value: Any, path: str) -> str:
    if isinstance(value, dict):
        for key, part in value.items():
            here = f"{path}.{key}" if path else key
            if key == "modifierExtension" or here == "implicitRules":
                return here
            found = "" if key in ("text", "contained") else _marked(part, here)
            if found:
                return found
    elif isinstance(value, list):
        return next(filter(None, (_marked(part, path) for part in value)), "")
    return ""
