"""Builds a member's schedule: the rows of the benefit table, blinded with the member's key, as a Merkle tree.

Anyone with the public table and the member's card can rebuild the schedule. Nobody else can find out which
row a leaf belongs to. An excluded row is not in the schedule. Care is matched against the *whole* table
first: if the matching row is excluded, there is no benefit, and no later, more general row is used instead.
"""

from __future__ import annotations

from collections.abc import Iterable

from salus.base.errors import PolicyError
from salus.cover.keys import MemberKey
from salus.crypto.merkle import MerkleTree, Proof
from salus.product import BenefitRow, Table
from salus.types import Benefit, BenefitKind

_KINDS = {"indemnity": BenefitKind.INDEMNITY, "scheduled": BenefitKind.SCHEDULED}


class Schedule:
    """The benefits of one member, by the code of the row.

    >>> from salus import product
    >>> family = product.shipped("family")
    >>> schedule = Schedule(MemberKey(bytes(32)), family, excluded=[0])
    >>> len(schedule) == len(family) - 1
    True
    >>> schedule.benefit(family.benefits[0].code) is None
    True
    """

    def __init__(self, key: MemberKey, table: Table, excluded: Iterable[int] = ()) -> None:
        """Builds the schedule without the `excluded` rows, counted from 0.

        Raises PolicyError if an excluded row is not in the table, or if all rows are excluded.
        """
        left_out = frozenset(excluded)
        for row in left_out - set(range(len(table))):
            raise PolicyError(
                f"{row} is not a row of the table", field="excluded", remedy="use the table of the policy"
            )
        if len(left_out) == len(table):
            raise PolicyError("excludes all benefits", field="excluded", remedy="keep at least one row")

        rows = [row for number, row in enumerate(table) if number not in left_out]
        self._benefits = [blind_row(key, row) for row in rows]
        self._places = {row.code: place for place, row in enumerate(rows)}
        self._tree = MerkleTree(benefit.hash_struct() for benefit in self._benefits)

    @property
    def root(self) -> bytes:
        """Returns `Member.schedule`, 32 bytes."""
        return self._tree.root

    def benefit(self, code: str) -> Benefit | None:
        """Returns the blinded leaf of a row; None if the row is excluded."""
        place = self._places.get(code)
        return None if place is None else self._benefits[place]

    def proof(self, code: str) -> Proof:
        """Returns the proof that the row's leaf is in the schedule. Raises KeyError if it is not."""
        return self._tree.proof(self._places[code])

    def code_of(self, benefit_id: bytes) -> str | None:
        """Returns the code of the row behind a `Benefit.id`; None if the benefit is not this member's."""
        return next(
            (code for code, place in self._places.items() if self._benefits[place].id == benefit_id), None
        )

    def __len__(self) -> int:
        return len(self._benefits)


def blind_row(key: MemberKey, row: BenefitRow) -> Benefit:
    """Creates the leaf of one row of the table for one member."""
    terms = row.terms
    return Benefit(
        id=key.blind("benefit", row.code),
        group=key.blind("group", row.group) if row.group else bytes(32),
        kind=_KINDS[terms.kind],
        share_bps=terms.share_bps,
        rate=terms.rate,
        claim_limit=terms.claim_limit,
        group_limit=terms.group_limit,
        unit_limit=terms.unit_limit,
        waiting_days=terms.waiting_days,
        elimination_days=terms.elimination_days,
        deductible_applies=terms.deductible_applies,
        by_night=terms.by_night,
        authorisation=terms.authorisation,
    )
