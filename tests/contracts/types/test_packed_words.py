"""The packed words of contracts/types, through their harness: tests/vectors/packed-words.json

given a word of the vectors
├── the accessors should give its fields
└── the constructors should make it from its fields
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.packed import PackedCase, cases

NOBODY = "0x" + "00" * 20
BLANK = bytes(32)
TIME = 2**64 - 1


@pytest.fixture(autouse=True)
def isolation() -> None:
    """Pure functions leave nothing to put back, and need no world around them."""


@pytest.fixture(scope="module")
def harness(PackedWordsHarness: Any, accounts: Any) -> Any:
    return PackedWordsHarness.deploy({"from": accounts[0]})


def fields(answer: Any) -> dict[str, int]:
    """A returned struct by name, bytes as numbers."""
    return {name: _number(value) for name, value in answer.dict().items()}


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int) else int(str(value), 16)


def facts(
    harness: Any,
    *,
    times: tuple[int, int, int] = (0, 0, 0),
    service: tuple[Any, ...] = (0, 0, 0, 0, 0, "0x000000", 0),
    remittance: tuple[int, ...] = (0,) * 10,
    words: tuple[int, int] = (0, 0),
) -> dict[str, int]:
    """The six words of an event, by name."""
    status, released, issued = times
    attestation = (0, BLANK, issued, 0)
    decision = (status, BLANK, BLANK, NOBODY, NOBODY, BLANK, released, remittance)
    packed = harness.packFacts(attestation, (BLANK, BLANK, BLANK, *service), decision, *words)
    return {name: int(value) for name, value in packed.dict().items()}


def test_account(harness: Any) -> None:
    for case in cases("Account"):
        assert fields(harness.unpackAccount(case.word)) == case.fields, case.name
        assert facts(harness, words=(case.word, 0))["account"] == case.word, case.name


def test_group_use(harness: Any) -> None:
    for case in cases("GroupUse"):
        assert fields(harness.unpackGroupUse(case.word)) == case.fields, case.name
        assert facts(harness, words=(0, case.word))["sums"] == case.word, case.name


def test_charge(harness: Any) -> None:
    for case in cases("Charge"):
        assert tuple(harness.unpackCharge(case.word)) == tuple(case.fields.values()), case.name
        assert harness.packCharge(*case.fields.values()) == case.word, case.name


def test_bill_sums(harness: Any) -> None:
    for case in cases("BillSums"):
        claimed, auto_paid = harness.unpackBillSums(case.word)
        assert (claimed, auto_paid) == (case.fields["claimed"], case.fields["autoPaid"]), case.name
        assert packed_sums(harness, case, bool(case.fields["autoPaid"])) == case.word, case.name


def packed_sums(harness: Any, case: PackedCase, auto_paid: bool) -> int:
    sums = case.fields["billed"], case.hex("currency", 3), case.fields["claimed"], auto_paid
    return int(harness.packBillSums(*sums))


def test_bill_line(harness: Any) -> None:
    for case in cases("BillLine"):
        assert fields(harness.unpackBillLine(case.word)) == case.fields, case.name
        if not case.fields["revision"] and not case.fields["shared"]:
            sums, heads = packed_sums(harness, case, True), (case.hex("payer", 8), case.hex("leaf", 3))
            assert harness.packBillLine(sums, *heads) == case.word, case.name


def test_standing(harness: Any) -> None:
    for case in cases("Standing"):
        parts = {**case.fields, "currency": case.hex("currency", 3)}
        line = case.fields["revision"] << 152 | case.fields["currency"] << 128 | case.fields["billed"]
        assert fields(harness.unpackStanding(case.word)) == case.fields, case.name
        assert harness.packStanding(line, tuple(parts.values())) == case.word, case.name


def test_times_of_an_event(harness: Any) -> None:
    for case in cases("ClaimFacts.times"):
        status, released, issued, _ = case.fields.values()
        word = facts(harness, times=(status, released, issued))["times"]
        assert word & ~TIME == case.word & ~TIME, case.name
        assert 0 < word & TIME < 2**40, "decidedAt is the time of the block"


def test_service_of_an_event(harness: Any) -> None:
    for case in cases("ClaimFacts.service"):
        given = {**case.fields, "currency": case.hex("currency", 3)}
        order = ("revision", "serviceFrom", "serviceTo", "units", "billed", "currency", "flags")
        assert facts(harness, service=tuple(given[name] for name in order))["service"] == case.word, case.name


def test_amounts_of_an_event(harness: Any) -> None:
    for case in cases("ClaimFacts.shares"):
        split = (*case.fields.values(), 0, 0, 0, 0, 0, 0)
        assert facts(harness, remittance=split)["shares"] == case.word, case.name
    for case in cases("ClaimFacts.cuts"):
        split = (0, 0, 0, 0, *case.fields.values(), 0, 0)
        assert facts(harness, remittance=split)["cuts"] == case.word, case.name
    for case in cases("ClaimFacts.sums"):
        paid, units, group_paid, group_units = case.fields.values()
        use = group_paid << 32 | group_units
        assert facts(harness, remittance=(*(0,) * 8, paid, units), words=(0, use))["sums"] == case.word, (
            case.name
        )
