"""Packed words: tests/vectors/packed-words.json against the library, the test support and the comments

given the vector file
└── it should be what tools/packed_words.py writes
given a word of a ClaimDecided event
└── salus.chain.facts should read each field at both ends of its range, between neighbours at the other end
given a word that tests send to the contracts, or read from them
└── tests.support.words should pack or unpack it the same way
given the layout in a comment or on a page
└── it should name the same parts with the same widths
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from salus.chain.facts import Facts, unpack
from salus.types import GroupUse
from tests.support import words
from tests.support.packed import VECTORS, PackedCase, cases, layout
from tools import packed_words

ROOT = Path(__file__).parents[3]
EVENT_WORDS = ("times", "service", "shares", "cuts", "sums", "account")
HASHES = ("member", "benefit", "caseId", "record", "diagnosis", "group", "codes")
KEYS: dict[str, Any] = dict.fromkeys(HASHES, bytes(32)) | {
    "pool": "0x" + "c0" * 20,
    "payee": "0x" + "ab" * 20,
}
PART = re.compile(r"(\w+) (\d+)(?: bits)?")


def of(word: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases(word), ids=lambda case: case.name)


def opened(name: str, case: PackedCase) -> Facts:
    """The facts of an event in which one word is the vector's."""
    event = (
        dict.fromkeys(EVENT_WORDS, 0) | {"service": cases("ClaimFacts.service")[0].word} | {name: case.word}
    )
    return unpack(KEYS, list(event.values()))


def test_the_file_is_what_the_tool_writes() -> None:
    assert json.loads(packed_words.FILE.read_text()) == packed_words.content()


@of("ClaimFacts.times")
def test_reads_times(case: PackedCase) -> None:
    decision, service, *_ = opened("times", case)

    assert case.fields == {
        "status": decision.status,
        "releaseAt": decision.release_at,
        "issuedAt": service.issued_at,
        "decidedAt": service.decided_at,
    }


@of("ClaimFacts.service")
def test_reads_service(case: PackedCase) -> None:
    service = opened("service", case).service

    assert case.fields == {
        "revision": service.revision,
        "flags": service.flags,
        "serviceFrom": service.from_,
        "serviceTo": service.to,
        "units": service.units,
        "billed": service.billed,
        "currency": int.from_bytes(service.currency.encode("ascii"), "big"),
    }


@of("ClaimFacts.shares")
def test_reads_shares(case: PackedCase) -> None:
    split = opened("shares", case).decision.remittance

    assert case.fields == {
        "allowed": split.allowed,
        "deductible": split.deductible,
        "coinsurance": split.coinsurance,
        "overLimit": split.over_limit,
    }


@of("ClaimFacts.cuts")
def test_reads_cuts(case: PackedCase) -> None:
    split = opened("cuts", case).decision.remittance

    assert case.fields == {
        "notCovered": split.not_covered,
        "otherCover": split.other_cover,
        "eliminated": split.eliminated,
        "outside": split.outside,
    }


@of("ClaimFacts.sums")
def test_reads_sums(case: PackedCase) -> None:
    facts = opened("sums", case)

    assert case.fields == {
        "paid": facts.decision.remittance.paid,
        "units": facts.decision.remittance.units,
        "groupPaid": facts.use.paid,
        "groupUnits": facts.use.units,
    }


@of("Account")
def test_reads_and_packs_an_account(case: PackedCase) -> None:
    account = opened("account", case).account

    assert case.fields == {
        "paid": account.paid,
        "reserved": account.reserved,
        "deductible": account.deductible,
        "outOfPocket": account.out_of_pocket,
        "closed": account.closed,
        "issued": account.issued,
    }
    assert words.account_word(account) == case.word


@of("GroupUse")
def test_packs_the_use_of_a_group(case: PackedCase) -> None:
    assert words.group_word(GroupUse(**case.fields)) == case.word


@of("Charge")
def test_packs_a_charge(case: PackedCase) -> None:
    assert words.charge(**case.fields) == case.word


@of("BillSums")
def test_packs_bill_sums(case: PackedCase) -> None:
    currency = case.fields["currency"].to_bytes(3, "big").decode()

    assert case.word == words.bill_sums(
        billed=case.fields["billed"],
        currency=currency,
        claimed=case.fields["claimed"],
        auto_paid=bool(case.fields["autoPaid"]),
    )


@of("Standing")
def test_unpacks_a_standing(case: PackedCase) -> None:
    standing = words.standing(case.word)

    assert case.fields == {
        "sameDiagnosis": standing["same_diagnosis"],
        "decided": standing["decided"],
        "underReview": standing["under_review"],
        "accredited": standing["accredited"],
        "capLeft": standing["cap_left"],
        "revision": standing["revision"],
        "currency": int.from_bytes(standing["currency"].encode(), "big"),
        "claimedByOthers": standing["claimed_by_others"],
        "billed": standing["billed"],
    }


def commented(word: str) -> str:
    """The layout in a comment: indented in the file of a word, above the field in {ClaimFacts}."""
    name, _, field = word.partition(".")
    if field:
        source = (ROOT / "contracts/types/Claim.sol").read_text()
        facts = source.partition("struct ClaimFacts {")[2]
        return re.search(rf"/// (.*)\n    \w+ {field};", facts)[1]  # type: ignore[index]
    source = (ROOT / f"contracts/types/{name}.sol").read_text()
    return " ".join(re.findall(r"^/// {5}(.*)", source, re.MULTILINE))


@pytest.mark.parametrize("word", [*VECTORS, "ClaimFacts.account"])
def test_the_comment_gives_the_same_layout(word: str) -> None:
    parts = layout("Account" if word == "ClaimFacts.account" else word)

    assert [(part, int(bits)) for part, bits in PART.findall(commented(word))] == parts


@pytest.mark.parametrize("word", EVENT_WORDS)
def test_the_page_gives_the_same_layout(word: str) -> None:
    page = (ROOT / "docs/contracts/ClaimDesk.md").read_text()
    row = re.search(rf"^\| `{word}` \| (.*) \|$", page, re.MULTILINE)
    parts = layout("Account" if word == "account" else f"ClaimFacts.{word}")

    assert row
    assert PART.findall(row[1]) == [(part, str(bits // 8)) for part, bits in parts]
