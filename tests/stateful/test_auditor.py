"""The auditor's replay, after random histories of everything that can happen

given a walk through all rules
    every value that the events give is the one that the contracts give, to the unit
    when any one event that a view can show is left out
        it finds a difference
    when a node changes the answer of a view by the last digit
        it finds exactly that
    when a node leaves out logs
        it finds a difference, and so does the comparison with an honest node
    the exported files add up to the transfers of the tokens and to the views of the pools
    the files say that they do not add up when a payment is left out
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from brownie import web3
from web3 import Web3

from salus.auditor.books import Books
from salus.auditor.export import export
from salus.auditor.history import History
from salus.auditor.rows import AuditReport, Comparison
from salus.auditor.ties import ties
from salus.chain import Chain
from salus.chain.address_book import AddressBook, Deployed
from salus.chain.events import ClaimDecided, ClaimOwed, ClaimPaid, Event
from salus.chain.http_node import Node
from salus.chain.manifest import CONTRACTS, by_name
from salus.chain.node import genesis_of
from salus.chain.pool_events import (
    AssetListed,
    Deposit,
    NoticeGiven,
    OwnershipTransferred,
    PremiumReceived,
    Recapitalised,
    Transfer,
    Withdraw,
)
from salus.chain.registry_events import (
    AccreditationEnded,
    DailyCapSet,
    KeyRevoked,
    ProviderSuspended,
    SafeModeEntered,
)
from salus.crypto.abi import ZERO_ADDRESS, keccak
from salus.types import ClaimStatus
from tests.stateful.stage import Stage
from tests.stateful.walk import Walk
from tests.support.depth import DEPTH

pytestmark = pytest.mark.apart

SEEDS, STEPS = ((103, 105, 111) if DEPTH == "deep" else (111,)), 100
NOT_SHOWN = {
    "ClaimSkipped",
    "EmergencyAccess",
    "KeyAdded",
    "OperationExecuted",
    "OperationScheduled",
    "QuoteSignerSet",
    "RoleGranted",
    "RoleLabel",
    "RootWithdrawnBy",
    "SalesPauseSet",
}
"""Kinds that no view shows unless another event mentions the same thing."""
REPLACED = (
    AccreditationEnded,
    DailyCapSet,
    KeyRevoked,
    NoticeGiven,
    OwnershipTransferred,
    ProviderSuspended,
    SafeModeEntered,
)
"""Kinds of which a later event about the same thing takes the place of the earlier one."""
NAMES = ("pool", "provider", "attestor", "owner", "desk")
VIEWS = {
    "accountOf": "policies",
    "billLineOf": "bills",
    "dailyCapOf": "providers",
    "deficit": "pools",
    "freeAssets": "pools",
    "insurer": "pools",
    "locked": "pools",
    "nonces": "consents",
    "noticeOf": "shares",
    "outstanding": "pools",
    "providerOf": "providers",
    "reserved": "pools",
    "statusOf": "claims",
    "totalAssets": "pools",
    "totalSupply": "shares",
    "unearned": "pools",
    "usageOf": "policies",
}
"""View → the book in whose rows a wrong answer shows."""
USE = 6
"""Place of the group's counters in the answer of `usageOf`, after those of the policy."""


def chain_of(stage: Stage) -> Chain:
    """The suite of a stage, as an auditor opens it."""
    listed = {
        name: Deployed(
            address=getattr(stage.world, by_name(name).handle).address,
            arguments=(),
            block=0,
            transaction="0x",
            commit="",
        )
        for name in CONTRACTS
    }
    book = AddressBook(chain_id=web3.eth.chain_id, genesis=genesis_of(web3), contracts=listed)
    return Chain.open(web3.provider.endpoint_uri, addresses=book)


class Doctored(Node):
    """A node that changes the answer of one view, or leaves out the logs of one event."""

    view, word, event = b"", 0, ""

    def make_request(self, method: Any, params: Any) -> Any:
        answer = super().make_request(method, params)
        if method == "eth_call" and self.view and params[0]["data"].startswith("0x" + self.view.hex()):
            at = 2 + 64 * self.word
            before, word, rest = (
                answer["result"][part] for part in (slice(at), slice(at, at + 64), slice(at + 64, None))
            )
            return {**answer, "result": f"{before}{int(word, 16) ^ 1:064x}{rest}"}
        if method == "eth_getLogs" and self.event:
            logs = [log for log in answer["result"] if log["topics"][0] != self.event]
            return {**answer, "result": logs}
        return answer


def doctored(chain: Chain) -> tuple[Chain, Doctored]:
    node = Doctored(web3.provider.endpoint_uri, patience=1)
    return replace(chain, w3=Web3(node)), node


def selector_of(chain: Chain, view: str) -> bytes:
    contracts = [chain.at("RiskPool", chain.book.address), *map(chain.contract, CONTRACTS)]
    found = next(
        contract
        for contract in contracts
        if any(view == one["name"] for one in contract.abi if one["type"] == "function")
    )
    return keccak(found.get_function_by_name(view).signature.encode())[:4]


def notices(history: History, honest: AuditReport) -> bool:
    """Whether the books of a history differ from what the chain answered to the whole one."""
    books = Books.of(history)
    answers = {(row.book, row.subject, row.what): row.found for row in honest.rows}
    if books.policies.contradictions:
        return True
    if any(row.is_difference for pool in books.pools.values() for row in ties(pool, history, books.policies)):
        return True
    return any(
        answers.get((question.book, question.subject, part.what)) != part.expected
        for question in books.questions()
        for part in question.parts
    )


def counts(event: ClaimDecided) -> bool:
    """Whether a decision moves a counter."""
    split = event.decision.remittance
    moves = split.paid or split.deductible or split.coinsurance
    return event.decision.status is not ClaimStatus.DENIED and bool(moves)


def shown(history: History) -> Iterator[Event]:
    """The events that a view can show."""
    later: set[tuple[Any, ...]] = set()
    for event in reversed(history.events):
        about = (type(event), event.address, *(getattr(event, name, "") for name in NAMES))
        replaced = isinstance(event, REPLACED) and about in later
        if not replaced and type(event).__name__ not in NOT_SHOWN and is_shown(event, history):
            yield event
        later.add(about)


def is_shown(event: Event, history: History) -> bool:
    """Whether the event changed something, and something else mentions what it is about."""
    match event:
        case ClaimDecided():
            return counts(event)
        case ClaimOwed():
            return all(paid.claim != event.claim for paid in history.of(ClaimPaid))
        case Transfer():
            return event.value > 0
        case Recapitalised():
            return False  # without its event, what fills a deficit looks like a gift
        case ProviderSuspended():
            return event.suspended
        case SafeModeEntered():
            same = [other for other in history.of(SafeModeEntered) if other.until == event.until]
            return event.desk in history.desks and len(same) == 1
        case OwnershipTransferred():
            return event.previous_owner != ZERO_ADDRESS
        case AssetListed():
            return any(pool.asset == event.asset for pool in history.pools.values())
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_books_agree_with_the_chain(stage: Stage, seed: int) -> None:
    Walk(stage).go(seed, STEPS)
    history = History.read(chain_of(stage))

    honest = Books.of(history).compare()

    assert in_words(honest.differences) == []
    assert len(honest.rows) > 200
    left_out = list(shown(history))
    unnoticed = [event for event in left_out if not notices(without(history, event), honest)]
    assert unnoticed == []
    assert len({type(event) for event in left_out}) >= 17


def test_views_and_logs_of_a_doctored_node(stage: Stage) -> None:
    Walk(stage).go(SEEDS[-1], STEPS)
    chain = chain_of(stage)
    history = History.read(chain)
    lying, node = doctored(chain)

    for view, book in VIEWS.items():
        node.view, node.word = selector_of(chain, view), USE if view == "usageOf" else 0
        differences = Books.of(replace(history, chain=lying)).compare().differences
        assert {str(row.book) for row in differences} == {book}, view
    node.view = b""

    node.event = "0x" + keccak(b"ClaimPaid(bytes32,uint64,bytes32,address,uint64)").hex()
    short = History.read(lying, history.block)
    assert not Books.of(short).compare().passed
    assert {type(event).__name__ for event in history.not_in(short)} == {"ClaimPaid"}
    assert short.digest != history.digest


@pytest.mark.parametrize("seed", SEEDS)
def test_the_export_adds_up(stage: Stage, seed: int, tmp_path: Path) -> None:
    Walk(stage).go(seed, STEPS)
    history = History.read(chain_of(stage))

    written = export(Books.of(history), tmp_path / "books")

    assert written.untied == []
    assert written.contradictions == []
    assert written.passed
    claims, payments, totals, pools = (
        read(tmp_path / "books" / f"{name}.csv") for name in ("claims", "payments", "totals", "pools")
    )
    assert len(claims) == len(list(history.of(ClaimDecided)))
    gifts = [row for row in totals if row["what"].startswith("gifts")]
    assert {row["difference"] for row in totals if row not in gifts} == {"0"}
    assert {row["difference"] for row in gifts} == {""}
    for row in pools:
        pool = history.chain.pool(row["pool"])
        assert int(pool.contract.functions.outstanding().call()) == cents(row["claims_open"])
        paid = [cents(payment["amount"]) for payment in payments if payment["pool"] == pool.address]
        assert sum(paid) == cents(row["claims_paid"])
        left = sum(
            event.value
            for event in history.of(Transfer)
            if (event.address, event.from_) == (pool.asset.address, pool.address)
        )
        withdrawn = sum(event.assets for event in history.of(Withdraw) if event.address == pool.address)
        assert left == sum(paid) * pool.unit + withdrawn

    paid_out = next(event for event in history.events if is_paid_out(event))
    short = export(Books.of(without(history, paid_out)), tmp_path / "short")
    assert short.untied
    for kind in (Deposit, PremiumReceived, Withdraw):
        for number, event in enumerate(islice(history.of(kind), 3)):
            less = export(Books.of(without(history, event)), tmp_path / f"{kind.__name__}-{number}")
            assert less.contradictions
            assert less.untied or isinstance(event, Withdraw)  # as 0 shares may be withdrawn


def is_paid_out(event: Event) -> bool:
    if isinstance(event, ClaimDecided):
        return event.decision.status is ClaimStatus.PAID and event.decision.remittance.paid > 0
    return isinstance(event, ClaimPaid) and event.amount > 0


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def without(history: History, left_out: Event) -> History:
    return replace(history, events=tuple(event for event in history.events if event is not left_out))


def in_words(rows: list[Comparison]) -> list[tuple[str, ...]]:
    return [(row.subject, row.what, *row.words) for row in rows]
