"""salus.codes: the one table of reason codes

it should have every code that a decision can contain, with its group
it should give each code a constant, its three bytes on the chain, and a sentence
it should read a packed list of codes from the contracts, and refuse a code that is not in the table
"""

from __future__ import annotations

import pytest

from salus.base import codes
from salus.base.codes import Group

GROUPS = {
    Group.PATIENT: {"1", "2", "26", "27", "78", "119", "149", "179", "204", "238"},
    Group.CONTRACT: {"29", "45", "197", "B7"},
    Group.OTHER: {"18", "23", "133"},
}


def test_has_every_code_with_its_group() -> None:
    assert {group: {c.code for c in codes.BY_CODE.values() if c.group is group} for group in Group} == GROUPS


def test_gives_each_code_a_constant_three_bytes_and_a_sentence() -> None:
    for name, carc in codes.BY_NAME.items():
        assert getattr(codes, name) is carc
        assert len(carc.on_chain) == 3
        assert carc.on_chain.rstrip(b"\0").decode() == carc.code
        assert carc.words.endswith(".")
        assert carc.title


def test_reads_the_list_of_a_decision() -> None:
    packed = (codes.DEDUCTIBLE.on_chain + codes.LIMIT.on_chain).rjust(32, b"\0")

    assert codes.from_chain(packed) == [codes.DEDUCTIBLE, codes.LIMIT]
    assert codes.from_chain(bytes(32)) == []


def test_refuses_a_code_that_is_not_in_the_table() -> None:
    with pytest.raises(KeyError, match="999"):
        codes.by_code("999")
