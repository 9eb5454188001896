"""salus.chain.facts: the account of a policy in the event of a decision

given the words of an event
├── it should read whether the policy is issued and whether it is closed, each from its own bit
└── when there are fewer or more words
    └── it should raise an error
"""

from __future__ import annotations

import pytest

from salus.base.errors import ChainError
from salus.chain.facts import unpack

KEYS = dict.fromkeys(("member", "benefit", "caseId", "record", "diagnosis", "group", "codes"), bytes(32))
KEYS |= {"pool": "0x" + "c0" * 20, "payee": "0x" + "ab" * 20}
SERVICE = int.from_bytes(b"USD")
WORDS = [0, SERVICE, 0, 0, 0]
ISSUED, CLOSED = 1, 1 << 16


@pytest.mark.parametrize("bits", [0, ISSUED, CLOSED, ISSUED | CLOSED])
def test_reads_each_mark_from_its_own_bit(bits: int) -> None:
    account = unpack(KEYS, [*WORDS, bits]).account

    assert (account.issued, account.closed) == (bool(bits & ISSUED), bool(bits & CLOSED))


@pytest.mark.parametrize("words", [WORDS, [*WORDS, 1, 1]])
def test_refuses_another_number_of_words(words: list[int]) -> None:
    with pytest.raises(ChainError, match=f"carries {len(words)} words of facts instead of 6"):
        unpack(KEYS, words)
