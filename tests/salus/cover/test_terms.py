"""salus.cover.terms: the bounds of a policy's terms

given a bound that the library states
    it is the one that the contracts enforce
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from salus.base.errors import InputError
from salus.base.money import BPS
from salus.cover import terms
from salus.types import ATTESTATION_LIFETIME, Account

CONTRACTS = Path(__file__).parents[3] / "contracts"


def constant(contract: str, name: str) -> int:
    """The value of an integer constant in Solidity, in its own unit: days of a duration become seconds."""
    source = (CONTRACTS / contract).read_text()
    found = re.search(rf"constant {name} = ([\d_]+)( days)?;", source)
    assert found, f"{contract} has no constant {name}"
    number = int(found[1])
    return int(timedelta(days=number).total_seconds()) if found[2] else number


@pytest.mark.parametrize(
    ("value", "contract", "name"),
    [
        (terms.MAX_YEAR_DAYS, "PolicyBook.sol", "MAX_YEAR"),
        (terms.MAX_FILING_DAYS, "PolicyBook.sol", "MAX_FILING"),
        (terms.MAX_REVIEW_WINDOW, "PolicyBook.sol", "MAX_REVIEW_WINDOW"),
        (BPS, "PolicyBook.sol", "BPS"),
        (BPS, "libraries/Adjudication.sol", "BPS"),
        (ATTESTATION_LIFETIME, "ClaimDesk.sol", "MAX_ATTESTATION"),
    ],
)
def test_is_what_the_contract_enforces(value: int, contract: str, name: str) -> None:
    assert value == constant(contract, name)


def test_amounts_are_those_that_an_account_can_count() -> None:
    assert terms.MAX_AMOUNT == 2**56 - 1
    assert "require(amount <= type(uint56).max" in (CONTRACTS / "PolicyBook.sol").read_text()
    for counter in ("paid", "reserved", "deductible", "out_of_pocket"):
        Account(**{counter: terms.MAX_AMOUNT})
        with pytest.raises(InputError):
            Account(**{counter: terms.MAX_AMOUNT + 1})


def test_members_are_as_many_as_the_longest_proof_reaches() -> None:
    assert 2 ** constant("types/Member.sol", "MAX_MEMBER_PROOF") == terms.MAX_MEMBERS
