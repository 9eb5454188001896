"""salus.chain.actions: the days of a plan in words

given a contract's stretch of days, which ends with the first day after
    the plan should name its last day
given a consent, whose `until` is the last day
    the plan should name that day
given the seconds in which a key may sign
    the plan should name the moment at which that ends
given days that are too late for a calendar
    the plan should name their number
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from web3 import Web3

from salus.base import days
from salus.chain.abis import abi_of
from salus.chain.actions import accreditation, consents
from salus.types import Purpose

SOMEBODY = "0x" + "22" * 20


def contract(name: str) -> Any:
    return Web3().eth.contract(SOMEBODY, abi=abi_of(name))


CHAIN: Any = SimpleNamespace(providers=contract("ProviderRegistry"), consents=contract("ConsentRegistry"))
"""The contracts without a node: to plan an action asks them nothing."""
FROM, END = days.civil_day("2027-01-01"), days.civil_day("2028-01-01")


def test_an_accreditation_names_its_last_day() -> None:
    for action in (
        accreditation.accredit(CHAIN, admin=SOMEBODY, from_=FROM, until=END, licence=bytes(32)),
        accreditation.renew(CHAIN, provider=1, from_=FROM, until=END, licence=bytes(32)),
    ):
        assert "from 2027-01-01 until 2027-12-31." in action.words[0]
    ended = accreditation.end(CHAIN, provider=1, until=END)
    assert ended.words[0] == "End the accreditation of provider 1: 2027-12-31 is its last day."


def test_a_consent_names_its_last_day() -> None:
    given = consents.give(
        CHAIN, member=bytes(32), provider=0, purposes=Purpose.FILE, from_=FROM, until=END - 1
    )

    assert given.words[0].endswith("for care from 2027-01-01 until 2027-12-31.")


def test_a_key_names_the_moment_of_its_end() -> None:
    added = accreditation.add_key(
        CHAIN, provider=1, attestor=SOMEBODY, from_=days.midnight(FROM), until=days.midnight(END)
    )

    assert added.words[1] == "from 2027-01-01 00:00 UTC on. That ends at 2028-01-01 00:00 UTC."


@pytest.mark.parametrize("last", [2**32 - 2, 2**31])
def test_days_beyond_the_calendar(last: int) -> None:
    action = accreditation.renew(CHAIN, provider=1, from_=FROM, until=last + 1, licence=bytes(32))

    assert action.words[0].endswith(f"from 2027-01-01 until day {last}.")
