"""salus.chain.event_reader and history, on an Anvil of their own

given events that were read before
    only what is new should be asked for, in one call for all kinds of a contract, also by a new process
    filters by one value, by a list, by several fields and by a first block should choose as the node does
    what is before the first block that was asked for should be read when it is wanted
    whoever follows a part should read that part alone, unless the whole is at hand
given a node that limits ranges
    all should be read, in ranges that fit
given a reorganisation of eight blocks, by revert and by anvil_reorg
    what has left the chain should be gone and what has come should be there
    so too where the store has kept what left; only the blocks since the last good checkpoint are read again
    after many of them at random, the events should be those of the chain each time
given two chains of one number, each should have its own events
given a chain, it should read through the file beside its address book, or in the folder of SALUS_CACHE
    without its store, it should read from the node, whatever the file says
given an address without code, reading should raise an error that names it
"""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from salus.base.errors import NoContract
from salus.chain import Chain, event_reader
from salus.chain.address_book import AddressBook, Deployed
from salus.chain.events import ClaimEvent, ClaimPaid, ClaimWithdrawn
from salus.chain.history import past
from tests.support.announcing import (
    BOTH,
    DESK,
    Desk,
    as_bytes,
    between,
    on_chain,
    read,
    reader_of,
    rows,
)
from tools.chain import chains

ROOT = Path(__file__).resolve().parents[3]


def test_only_what_is_new_is_asked_for(desk: Desk, anvil: str, path: Path) -> None:
    for policy in range(5):
        desk.pay(policy)
        desk.withdraw(policy)
    with between(anvil) as proxy:
        reader = reader_of(proxy.url, path)
        proxy.forget()
        assert len(read(reader, ClaimPaid)) == 5
        assert len(read(reader, ClaimWithdrawn)) == 5
        assert read(reader) == on_chain(desk)
        assert proxy.calls["eth_getLogs"] == 1

        again = reader_of(proxy.url, path)
        desk.pay(9)
        proxy.forget()
        assert read(again) == on_chain(desk)
        assert [event.policy for event in read(again, ClaimPaid)][-1] == as_bytes(9)

        assert proxy.ranges == [(desk.head - 2, desk.head)]
        assert proxy.calls == {"eth_getBlockByNumber": 3, "eth_getLogs": 1}


def test_filters_choose_as_the_node_does(desk: Desk, anvil: str, path: Path) -> None:
    for number in range(12):
        desk.pay(policy=number % 3, provider=number % 2 + 1, bill=number)
        desk.withdraw(policy=number % 3, provider=number % 2 + 1, bill=number)
    middle = desk.head - 10
    questions: list[tuple[tuple[type[ClaimEvent], ...], dict[str, Any]]] = [
        (BOTH, {"policy": as_bytes(1)}),
        (BOTH, {"provider": 2}),
        ((ClaimPaid,), {"policy": as_bytes(1), "provider": 2}),
        ((ClaimWithdrawn,), {"provider": [1, 2], "since": middle}),
        (BOTH, {"provider": 1, "bill_line": [as_bytes(number) for number in (0, 2, 3, 77)]}),
        (BOTH, {"bill_line": [as_bytes(number) for number in range(5_000)], "since": middle}),
        (BOTH, {"policy": as_bytes(8)}),
        (BOTH, {}),
    ]
    for kinds, question in (*questions, *questions):
        found = read(reader_of(anvil, path), *kinds, **question)
        asked = {name: value for name, value in question.items() if name != "bill_line"}
        expected = [
            event
            for event in on_chain(desk, *kinds, **asked)
            if event.bill_line in question.get("bill_line", [event.bill_line])
        ]
        assert found == expected, question
    assert len(found) == 24


def test_a_field_that_is_not_indexed_is_refused(desk: Desk, anvil: str, path: Path) -> None:
    with pytest.raises(ValueError, match="ClaimPaid has no indexed field amount"):
        read(reader_of(anvil, path), ClaimPaid, amount=1)


def test_what_is_before_is_read_when_it_is_wanted(desk: Desk, anvil: str, path: Path) -> None:
    for policy in range(10):
        desk.pay(policy)
    late, early = desk.head - 4, desk.head - 7
    assert len(read(reader_of(anvil, path), since=late)) == 5
    with between(anvil) as proxy:
        assert len(read(reader_of(proxy.url, path), since=early)) == 8
        assert proxy.ranges == [(early, late - 1), (desk.head - 1, desk.head)]
    assert read(reader_of(anvil, path)) == on_chain(desk)


def test_a_part_is_read_alone_unless_the_whole_is_at_hand(desk: Desk, anvil: str, path: Path) -> None:
    for number in range(6):
        desk.pay(number, provider=number % 2)
    with between(anvil) as proxy:
        assert len(read(reader_of(proxy.url, path), provider=1)) == 3
        assert rows(path) == 2  # of three, the last is not deep enough
        assert len(read(reader_of(proxy.url, path))) == 6
        kept = rows(path)
        desk.mine(5)
        proxy.forget()
        assert len(read(reader_of(proxy.url, path), policy=as_bytes(1))) == 1
        assert proxy.ranges[0][0] > 1  # from where the whole was read to
        assert rows(path) == kept + 2


def test_a_node_that_limits_ranges(desk: Desk, anvil: str, path: Path) -> None:
    for policy in range(8):
        desk.pay(policy)
        desk.mine(300)
    with between(anvil, most=100) as proxy:
        assert read(reader_of(proxy.url, path)) == on_chain(desk)
        assert all(last - first < 100 for first, last in proxy.ranges)
        assert proxy.calls["eth_getLogs"] < 60


def test_a_reorganisation_above_what_is_kept(desk: Desk, anvil: str, path: Path) -> None:
    reader = reader_of(anvil, path, depth=64)
    desk.pay(1)
    before = desk.call("evm_snapshot")
    for policy in range(10, 18):
        desk.pay(policy)
    assert len(read(reader)) == 9
    desk.call("evm_revert", before)
    for policy in range(20, 28):
        desk.withdraw(policy)

    assert read(reader) == on_chain(desk) == read(reader_of(anvil, path, depth=64))
    assert [event.policy for event in read(reader)] == [as_bytes(policy) for policy in (1, *range(20, 28))]


@pytest.mark.parametrize("by", ["revert", "anvil_reorg"])
def test_a_reorganisation_of_what_was_kept(desk: Desk, anvil: str, path: Path, by: str) -> None:
    for policy in range(6):
        desk.pay(policy)
        read(reader_of(anvil, path))
    fork = desk.head
    before = desk.call("evm_snapshot")
    for policy in range(10, 18):
        desk.pay(policy)
        read(reader_of(anvil, path))
    assert len(read(reader_of(anvil, path))) == 14
    if by == "revert":
        desk.call("evm_revert", before)
    else:
        desk.call("anvil_reorg", 8, [])
    for policy in range(20, 30):
        desk.pay(policy)
    with between(anvil) as proxy:
        seen = read(reader_of(proxy.url, path))

        assert fork - 12 < proxy.ranges[0][0] <= fork + 1
        assert len(proxy.ranges) == 1
    assert seen == on_chain(desk)
    assert [event.policy for event in seen] == [as_bytes(number) for number in (*range(6), *range(20, 30))]
    assert read(reader_of(anvil, path)) == seen


def test_a_chain_that_became_shorter(desk: Desk, anvil: str, path: Path) -> None:
    before = desk.call("evm_snapshot")
    for policy in range(6):
        desk.pay(policy)
    assert len(read(reader_of(anvil, path))) == 6
    desk.call("evm_revert", before)

    assert read(reader_of(anvil, path)) == []
    desk.pay(77)
    assert [event.policy for event in read(reader_of(anvil, path))] == [as_bytes(77)]


@pytest.mark.parametrize("seed", range(4))
def test_reorganisations_at_random(desk: Desk, anvil: str, path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lasting = reader_of(anvil, path)
    snapshots = [desk.call("evm_snapshot")]
    for _ in range(40):
        match chance.choice(["pay", "pay", "withdraw", "mine", "snapshot", "revert", "again"]):
            case "pay":
                desk.pay(chance.randrange(3), provider=chance.randrange(2))
            case "withdraw":
                desk.withdraw(chance.randrange(3), provider=chance.randrange(2))
            case "mine":
                desk.mine(chance.randrange(1, 9))
            case "snapshot":
                snapshots.append(desk.call("evm_snapshot"))
            case "revert" if len(snapshots) > 1:
                desk.call("evm_revert", snapshots.pop())
            case _:
                lasting = reader_of(anvil, path)
        whose: dict[str, Any] = chance.choice([{}, {"provider": 1}, {"policy": as_bytes(1)}])
        assert read(lasting, **whose) == on_chain(desk, **whose)
    assert read(reader_of(anvil, path)) == on_chain(desk)


def test_two_chains_of_one_number(desk: Desk, anvil: str, path: Path, tmp_path: Path) -> None:
    for policy in range(5):
        desk.pay(policy)
    assert len(read(reader_of(anvil, path))) == 5
    with chains("anvil", 1, tmp_path, start=1_700_000_000) as port:
        other = Desk.on(f"http://127.0.0.1:{port}")
        assert other.genesis != desk.genesis
        other.pay(50)
        other.mine(5)
        assert [event.policy for event in read(reader_of(f"http://127.0.0.1:{port}", path))] == [as_bytes(50)]
    assert read(reader_of(anvil, path)) == on_chain(desk)


def test_an_address_without_code_is_not_taken_for_silence(anvil: str, path: Path) -> None:
    nowhere = "0x" + "77" * 20
    with pytest.raises(NoContract, match=f"has no contract at {nowhere}"):
        list(past(reader_of(anvil, path), [ClaimPaid], nowhere, since=0, indexed={}))


def test_the_file_lies_beside_the_address_books(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SALUS_CACHE", raising=False)
    assert event_reader.store_of(7, Path("books")).path == Path("books/events/7.sqlite")
    monkeypatch.setenv("SALUS_CACHE", "/elsewhere")
    assert event_reader.store_of(7, Path("books")).path == Path("/elsewhere/7.sqlite")


def test_a_chain_reads_through_its_store(
    desk: Desk, anvil: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALUS_CACHE", str(tmp_path))
    entry = Deployed(address=DESK, arguments=(), block=0, transaction="0x01", commit="")
    book = AddressBook(chain_id=1337, genesis=desk.genesis).adding("ClaimDesk", entry)
    for policy in range(3):
        desk.pay(policy)
        desk.withdraw(policy)
    desk.mine(200, every=12)
    desk.pay(7)

    chain = Chain.open(anvil, addresses=book)
    assert [event.policy for event in chain.past(ClaimPaid)] == [as_bytes(policy) for policy in (0, 1, 2, 7)]
    assert list(chain.past(BOTH, address=DESK)) == on_chain(desk)
    assert list(chain.past(BOTH, since=desk.head, policy=as_bytes(7))) == on_chain(desk)[-1:]
    assert rows(tmp_path / "1337.sqlite") == 6


def test_a_chain_without_store_asks_the_node(
    desk: Desk, anvil: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALUS_CACHE", str(tmp_path))
    entry = Deployed(address=DESK, arguments=(), block=0, transaction="0x01", commit="")
    book = AddressBook(chain_id=1337, genesis=desk.genesis).adding("ClaimDesk", entry)
    desk.pay(1)
    desk.mine(200, every=12)
    chain = Chain.open(anvil, addresses=book)
    assert len(list(chain.past(ClaimPaid))) == 1
    with sqlite3.connect(tmp_path / "1337.sqlite") as file:
        file.execute("DELETE FROM logs")

    assert list(chain.past(ClaimPaid)) == []
    assert [event.policy for event in chain.without_store().past(ClaimPaid)] == [as_bytes(1)]
    assert chain.without_store().without_store().keeps_events is False
