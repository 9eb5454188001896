"""An attacker who has the benefit tables, all codes and the whole chain, but no card.

For each filed line it reads the terms, the group and the emergency flag that the calldata reveals, and lists
the benefits of all tables that have these terms and such a group (one with room for every row that was seen
under it), and can be used in an emergency if the line was one. It tries all plausible plain and keyed hashes
on all of them and on all codes, and names one benefit.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from salus.crypto.abi import keccak
from salus.crypto.secret import length_prefixed
from salus.product import BenefitRow, Table
from salus.product.settings import Provider, Setting, settings_of
from salus.types import FLAG_EMERGENCY, BenefitKind

Look = tuple[int, ...]

_VERSIONS = (b"salus 1", b"")
_LABELS = (b"benefit", b"group", b"")
_TERMS = {
    "shareBps": "share_bps",
    "rate": "rate",
    "claimLimit": "claim_limit",
    "groupLimit": "group_limit",
    "unitLimit": "unit_limit",
    "waitingDays": "waiting_days",
    "eliminationDays": "elimination_days",
    "deductibleApplies": "deductible_applies",
    "byNight": "by_night",
    "authorisation": "authorisation",
}


@dataclass(frozen=True)
class Guess:
    """The attacker's result for one filed line."""

    benefit: bytes
    """`BenefitRow.id` on the chain."""
    member: bytes
    candidates: tuple[BenefitRow, ...]
    named: str
    """Code of the benefit that the attacker names."""
    certain: bool
    """True if a hash revealed the benefit."""


class Attacker:
    """`tables` are public; `codes` are all codes of the classifications."""

    def __init__(self, tables: Iterable[Table], codes: Iterable[str], seed: int = 0) -> None:
        self.tables = tuple(tables)
        self.codes = tuple(codes)
        self.rows = {row.code: row for table in self.tables for row in table}
        self.settings = {table.hash: settings_of(table) for table in self.tables}
        self.random = Random(seed)

    def attack(self, lines: Iterable[Mapping[str, Any]]) -> list[Guess]:
        """`lines` are the decoded lines of all calldata."""
        known = list(lines)
        under: dict[bytes, dict[bytes, Look]] = {}
        for line in known:
            benefit = line["benefit"]
            under.setdefault(bytes(benefit["group"]), {})[bytes(benefit["id"])] = _look(benefit)
        return [self._guess(line, Counter(under[bytes(line["benefit"]["group"])].values())) for line in known]

    def _guess(self, line: Mapping[str, Any], group: Counter[Look]) -> Guess:
        """`group` counts the looks of all rows that were seen under the line's group."""
        benefit = line["benefit"]
        setting = Setting(Provider.GENERAL, bool(line["diagnosis"]["flags"] & FLAG_EMERGENCY))
        tables = [table for table in self.tables if table.hash == bytes(line["policy"]["benefitTable"])]
        candidates = tuple(
            row
            for table in tables
            for row, settings in zip(table, self.settings[table.hash], strict=True)
            if setting in settings
            and _look_of(row) == _look(benefit)
            and _has_room(table, row, benefit, group)
        )
        ids = {bytes(benefit["id"]), bytes(benefit["group"])}
        broken = self._break(ids, line)
        named = broken or self.random.choice(candidates).code
        return Guess(
            benefit=bytes(benefit["id"]),
            member=bytes(line["member"]["commitment"]),
            candidates=candidates,
            named=named,
            certain=broken is not None,
        )

    def _break(self, ids: set[bytes], line: Mapping[str, Any]) -> str | None:
        """Tries the public words under every key that is on the chain or is easy to guess."""
        groups = {row.group: row.code for row in self.rows.values() if row.group}
        for key in _keys(line):
            for word, row in [*((code, code) for code in self.rows), *groups.items()]:
                if any(make(key, word) in ids for make in _HASHES):
                    return row
        return None

    def break_by_codes(self, ids: set[bytes]) -> set[str]:
        """Returns the codes of all classifications whose hash is among the ids.

        The hash is plain, or the library's under an empty key (which for HMAC equals a key of zeros).
        """
        makes = [*_PLAIN, _mac(b"salus 1", b"benefit"), _mac(b"salus 1", b"group")]
        return {code for code in self.codes for make in makes if make(b"", code) in ids}


def _look(benefit: Mapping[str, Any]) -> Look:
    """Returns the terms of a row that calldata shows."""
    return int(benefit["kind"]), *(int(benefit[name]) for name in _TERMS)


def _look_of(row: BenefitRow) -> Look:
    """Returns the terms of a table row, as calldata would show them."""
    terms = row.terms
    return int(BenefitKind[terms.kind.upper()]), *(int(getattr(terms, name)) for name in _TERMS.values())


def _has_room(table: Table, row: BenefitRow, benefit: Mapping[str, Any], seen: Counter[Look]) -> bool:
    """Checks that the row has a group if the line has one, and that it includes all looks seen under it."""
    if not row.group or not any(benefit["group"]):
        return not row.group and not any(benefit["group"])
    return seen <= Counter(_look_of(other) for other in table if other.group == row.group)


def _keys(line: Mapping[str, Any]) -> Iterator[bytes]:
    yield b""
    yield bytes(32)
    yield bytes(line["policy"]["benefitTable"])
    for part, names in (
        ("policy", ("salt", "members")),
        ("member", ("commitment", "schedule")),
        ("diagnosis", ("billLine", "caseId", "record")),
    ):
        for name in names:
            yield bytes(line[part][name])
    for name in ("holder", "payee", "pool"):
        yield bytes.fromhex(line["policy"][name][2:])
    yield bytes.fromhex(line["member"]["consentSigner"][2:])


def _mac(*before: bytes) -> Callable[[bytes, str], bytes]:
    return lambda key, word: hmac.digest(key, length_prefixed(*before, word.encode()), "sha256")


_PLAIN: tuple[Callable[[bytes, str], bytes], ...] = (
    lambda key, word: keccak(key + word.encode()),
    lambda key, word: sha256(key + word.encode()).digest(),
)
_HASHES = (
    *_PLAIN,
    lambda key, word: keccak(word.encode() + key),
    lambda key, word: hmac.digest(key, word.encode(), "sha256"),
    *(_mac(*filter(None, (version, label))) for version in _VERSIONS for label in _LABELS),
)
