"""salus.chain.address_book

given an address book
    it should load unchanged from its file, which is named after the chain id
    adding a contract should return a new book and leave the old one unchanged
    a missing contract should be named in the error
    another chain, even one with the same id, should be recognised
given a file that is not an address book
    it should be refused, and the error should name the file
given no file
    the error should say that nothing is deployed
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from salus.base.errors import AddressBookError, WrongChain
from salus.chain.address_book import AddressBook, Deployed, book_of, path_of

GENESIS = "0x" + "11" * 32
ADDRESS = "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB"
DESK = Deployed(address=ADDRESS, arguments=(ADDRESS, 6), block=12, transaction="0x01", commit="abc-dirty")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path / "deployments"))
    return tmp_path / "deployments"


@pytest.fixture
def book() -> AddressBook:
    return AddressBook(chain_id=84_532, genesis=GENESIS).adding("ClaimDesk", DESK)


def test_it_comes_back_as_it_was(book: AddressBook, folder: Path) -> None:
    book.save()

    assert (folder / "84532.json").exists()
    assert book_of(84_532) == book
    assert book_of(84_532).address("ClaimDesk") == ADDRESS


def test_adding_leaves_the_old_one(book: AddressBook) -> None:
    more = book.adding(
        "PolicyBook", Deployed(address=ADDRESS, arguments=(), block=7, transaction="", commit="")
    )

    assert set(book.contracts) == {"ClaimDesk"}
    assert (book.first_block, more.first_block) == (12, 7)


def test_a_missing_contract_is_named(book: AddressBook) -> None:
    with pytest.raises(AddressBookError, match=r"84532\.json: lists no PolicyBook; run `brownie run deploy`"):
        book.address("PolicyBook")


@pytest.mark.parametrize(
    ("chain_id", "genesis", "expected"),
    [
        (1, GENESIS, "the node serves chain 1, the address book is for chain 84532"),
        (84_532, "0x" + "22" * 32, r"chain 84532 that began as 0x22222222…, the address book"),
    ],
)
def test_another_chain_is_told_apart(book: AddressBook, chain_id: int, genesis: str, expected: str) -> None:
    book.check_chain(84_532, GENESIS)

    with pytest.raises(WrongChain, match=expected):
        book.check_chain(chain_id, genesis)


def changed(**changes: Any) -> str:
    entry = {"address": ADDRESS, "arguments": [], "block": 1, "transaction": "", "commit": "", **changes}
    return json.dumps({"chainId": 1337, "genesis": GENESIS, "contracts": {"ClaimDesk": entry}})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ("{}", "is not an address book"),
        (changed(block="many"), "is not an address book"),
        (changed(address="0x12"), "ClaimDesk.address: is not an address"),
        (
            changed(address=ADDRESS.lower()[:-1] + "C"),
            "ClaimDesk.address: is an address with a wrong checksum",
        ),
    ],
)
def test_what_is_no_book_is_refused(folder: Path, content: str, expected: str) -> None:
    folder.mkdir()
    path_of(1337).write_text(content)

    with pytest.raises(AddressBookError, match=f"1337.json: .*{expected}"):
        book_of(1337)


def test_no_book_means_that_nothing_is_deployed() -> None:
    with pytest.raises(AddressBookError, match="is missing: nothing is deployed on chain 1337; run"):
        book_of(1337)
