"""issue

given terms that the pool's quote signer has signed
├── when anyone pays the premium
│   ├── it should give the holder a bound token whose id is the digest of the terms
│   ├── it should take the premium from the sender, and lock the capital
│   └── it should emit the complete terms
├── when only another account, even the holder, has approved the pool for the premium
│   └── it should revert, because it takes the premium only from the sender
├── when the terms are used again
│   └── it should revert
├── when the signature is another key's, over other terms, for another chain or book, or malleable
│   └── it should revert
├── when the signer may not, or may no longer, sign for the pool
│   └── it should revert
├── when the signer may sign for another pool than the one in the terms
│   └── it should revert, and change neither pool
├── when the pool was not created by the factory
│   └── it should revert
├── when the insurer has paused sales under the table
│   └── it should revert
├── when the policy has another currency, or the capital cannot carry it
│   └── it should revert
├── when the holder is the zero address
│   └── it should revert
└── when the terms are malformed: a value exceeds its field
    └── it should revert
given a quote signer that is a contract
└── it should issue if the contract accepts the signature (ERC-1271), and revert if it does not

SPECIFICATION I2, I4, M10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from salus.crypto.eip712 import Domain
from tests.support import craft
from tests.support.answers import emitted, refuses
from tests.support.calldata import check_refuses_overfull
from tests.support.claims import ledger
from tests.support.craft import (
    ANNUAL_LIMIT,
    AUTO_PAY_LIMIT,
    DEDUCTIBLE,
    FILING_DAYS,
    OUT_OF_POCKET,
    PREMIUM,
    REVIEW_WINDOW,
    SOLVENCY_BPS,
    Sold,
)
from tests.support.issuing import purse, quoted
from tests.support.world import CAPITAL, World

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of the curve."""
LOCK = -(-ANNUAL_LIMIT * SOLVENCY_BPS // 10_000)


@pytest.fixture
def sold(world: World) -> Sold:
    """Returns a draft, and gives the payer its premium."""
    purse(world, world.payer, PREMIUM)
    return world.draft()


def test_gives_the_holder_the_token(world: World, sold: Sold) -> None:
    issued = world.book.issue(*quoted(world, sold), {"from": world.payer})

    assert bytes(issued.return_value) == sold.policy_id
    token = int.from_bytes(sold.policy_id, "big")
    assert world.book.ownerOf(token) == world.holder
    assert world.book.balanceOf(world.holder) == 1
    assert world.book.locked(token)
    assert emitted(issued, "Locked") == {"tokenId": token}
    assert world.account(sold) == {
        "paid": 0,
        "reserved": 0,
        "deductible": 0,
        "outOfPocket": 0,
        "issued": True,
        "closed": False,
    }


def test_takes_the_premium_and_locks_the_capital(world: World, sold: Sold) -> None:
    pool_before, payer_before = world.balance(world.pool), world.balance(world.payer)

    world.book.issue(*quoted(world, sold), {"from": world.payer})

    assert world.balance(world.pool) == pool_before + PREMIUM * world.unit
    assert world.balance(world.payer) == payer_before - PREMIUM * world.unit
    assert world.pool.locked() == LOCK
    assert world.pool.unearned() == PREMIUM
    assert world.asset.allowance(world.payer, world.pool) == 0


def test_announces_the_whole_terms(world: World, sold: Sold) -> None:
    issued = world.book.issue(*quoted(world, sold), {"from": world.payer})

    event = emitted(issued, "PolicyIssued")
    assert event["policy"] == sold.policy_id
    assert (event["pool"], event["holder"], event["payer"]) == (world.pool, world.holder, world.payer)
    terms = tuple(bytes(value) if isinstance(value, bytes) else value for value in event["terms"])
    assert terms == sold.terms.as_tuple()


def test_issues_a_policy_without_premium(world: World) -> None:
    sold = world.draft(premium=0)

    world.book.issue(*quoted(world, sold), {"from": world.stranger})

    assert world.account(sold)["issued"]
    assert world.pool.unearned() == 0


def test_takes_allowance_only_from_the_sender(world: World, sold: Sold) -> None:
    purse(world, world.holder, PREMIUM)

    with refuses("ERC20InsufficientAllowance", world.pool, 0, PREMIUM * world.unit):
        world.book.issue(*quoted(world, sold), {"from": world.stranger})

    for other in (world.payer, world.holder):
        assert world.asset.allowance(other, world.pool) == PREMIUM * world.unit
        assert world.balance(other) == PREMIUM * world.unit


def test_refuses_a_used_quote(world: World, sold: Sold) -> None:
    world.book.issue(*quoted(world, sold), {"from": world.payer})
    purse(world, world.payer, PREMIUM)

    with refuses("AlreadyIssued", sold.policy_id):
        world.book.issue(*quoted(world, sold), {"from": world.payer})


def test_refuses_another_key(world: World, sold: Sold) -> None:
    terms, named, _ = quoted(world, sold)

    with refuses("InvalidQuote", named):
        world.book.issue(terms, named, world.quote(sold, craft.signer("a forger")), {"from": world.payer})


def test_refuses_a_key_that_may_not_sign_for_the_pool(world: World, sold: Sold) -> None:
    forger = craft.signer("a forger")

    with refuses("NotQuoteSigner", forger.address):
        world.book.issue(*quoted(world, sold, forger), {"from": world.payer})


def test_refuses_a_key_that_may_no_longer_sign(world: World, sold: Sold) -> None:
    world.pool.setQuoteSigner(world.quote_signer.address, False, {"from": world.insurer})

    with refuses("NotQuoteSigner", world.quote_signer.address):
        world.book.issue(*quoted(world, sold), {"from": world.payer})


def test_refuses_a_key_that_may_sign_for_another_pool(world: World, sold: Sold) -> None:
    other, neighbour = world.new_pool(world.asset), craft.signer("a neighbour's quotes")
    other.setQuoteSigner(neighbour.address, True, {"from": world.insurer})
    before = ledger(world), ledger(world, other)

    with refuses("NotQuoteSigner", neighbour.address):
        world.book.issue(*quoted(world, sold, neighbour), {"from": world.payer})

    assert (ledger(world), ledger(world, other)) == before
    assert not world.account(sold)["issued"]


CHANGES: dict[str, Callable[[World, Sold], Any]] = {
    "holder": lambda world, sold: craft.signer("thief").address,
    "payee": lambda world, sold: craft.signer("thief").address,
    "pool": lambda world, sold: world.new_pool(world.asset).address,
    "benefit_table": lambda world, sold: craft.word("another table"),
    "members": lambda world, sold: craft.word("others"),
    "start": lambda world, sold: sold.terms.start + 1,
    "end": lambda world, sold: sold.terms.end + 1,
    "filing_days": lambda world, sold: FILING_DAYS + 1,
    "annual_limit": lambda world, sold: ANNUAL_LIMIT + 1,
    "deductible": lambda world, sold: DEDUCTIBLE - 1,
    "out_of_pocket": lambda world, sold: OUT_OF_POCKET - 1,
    "auto_pay_limit": lambda world, sold: AUTO_PAY_LIMIT + 1,
    "review_window": lambda world, sold: REVIEW_WINDOW - 1,
    "solvency_bps": lambda world, sold: SOLVENCY_BPS - 1,
    "premium": lambda world, sold: PREMIUM - 1,
    "currency": lambda world, sold: "EUR",
    "salt": lambda world, sold: craft.word("again"),
}
"""Every term but the account, which no terms may set."""


@pytest.mark.parametrize("term", CHANGES)
def test_refuses_changed_terms(world: World, sold: Sold, term: str) -> None:
    _, named, quote = quoted(world, sold)
    changed = replace(sold.terms, **{term: CHANGES[term](world, sold)}).as_tuple()

    with refuses("InvalidQuote", named):
        world.book.issue(changed, named, quote, {"from": world.payer})


def test_refuses_a_quote_for_another_chain_or_book(world: World, sold: Sold) -> None:
    terms, named, _ = quoted(world, sold)

    for domain in (
        Domain.policy_book(world.chain_id + 1, world.book.address),
        Domain.policy_book(world.chain_id, world.desk.address),
        Domain.claim_desk(world.chain_id, world.book.address),
    ):
        with refuses("InvalidQuote", named):
            quote = domain.sign(sold.terms, world.quote_signer)
            world.book.issue(terms, named, quote, {"from": world.payer})


def test_refuses_a_malleable_or_cut_quote(world: World, sold: Sold) -> None:
    terms, named, quote = quoted(world, sold)
    s = int.from_bytes(quote[32:64], "big")
    twin = quote[:32] + (N - s).to_bytes(32, "big") + bytes([55 - quote[64]])

    for wrong in (twin, quote[:64], b""):
        with refuses("InvalidQuote", named):
            world.book.issue(terms, named, wrong, {"from": world.payer})


def test_refuses_a_pool_that_is_not_the_factorys(world: World) -> None:
    sold = world.draft(pool=world.stranger.address)

    with refuses("UnknownPool", world.stranger):
        world.book.issue(*quoted(world, sold), {"from": world.payer})


def test_refuses_a_table_whose_sales_are_paused(world: World, sold: Sold) -> None:
    table = sold.terms.benefit_table
    world.pool.setSalesPaused(table, True, {"from": world.insurer})

    with refuses("SalesPaused", table):
        world.book.issue(*quoted(world, sold), {"from": world.payer})

    world.pool.setSalesPaused(table, False, {"from": world.insurer})
    world.book.issue(*quoted(world, sold), {"from": world.payer})


def test_refuses_another_currency_than_the_pools(world: World) -> None:
    sold = world.draft(currency="EUR")

    with refuses("WrongCurrency", b"USD", b"EUR"):
        world.book.issue(*quoted(world, sold), {"from": world.payer})


def test_refuses_what_the_capital_cannot_carry(world: World) -> None:
    limit = CAPITAL * 10_000 // SOLVENCY_BPS
    most, more = (
        world.draft(annual_limit=limit + above, premium=0, salt=craft.word(above)) for above in (0, 1)
    )
    lock = -(-(limit + 1) * SOLVENCY_BPS // 10_000)

    with refuses("InsufficientCapital", lock * world.unit, CAPITAL * world.unit):
        world.book.issue(*quoted(world, more), {"from": world.payer})
    world.book.issue(*quoted(world, most), {"from": world.payer})


def test_refuses_the_zero_address_as_holder(world: World) -> None:
    nobody = "0x" + "00" * 20
    sold = world.draft(holder=nobody, payee=world.payee)

    with refuses("ERC721InvalidReceiver", nobody):
        world.book.issue(*quoted(world, sold), {"from": world.payer})


def test_refuses_terms_with_more_than_a_field_holds(world: World, sold: Sold) -> None:
    arguments = quoted(world, sold)

    assert check_refuses_overfull(world.payer, world.book.issue, arguments, sold.terms) == 14


class TestContract:
    """The quote signer is a contract."""

    @pytest.fixture
    def wallet(self, world: World) -> Any:
        from brownie import ERC1271WalletMock

        made = ERC1271WalletMock.deploy(world.quote_signer.address, {"from": world.insurer})
        world.pool.setQuoteSigner(made, True, {"from": world.insurer})
        return made

    def test_issues_with_a_signature_that_it_accepts(self, world: World, sold: Sold, wallet: Any) -> None:
        terms, _, quote = quoted(world, sold)

        world.book.issue(terms, wallet, quote, {"from": world.payer})

        assert world.account(sold)["issued"]

    def test_does_not_issue_with_a_signature_that_it_refuses(
        self, world: World, sold: Sold, wallet: Any
    ) -> None:
        terms, _, quote = quoted(world, sold)
        wallet.setOwner(world.insurer, {"from": world.insurer})

        with refuses("InvalidQuote", wallet):
            world.book.issue(terms, wallet, quote, {"from": world.payer})

    def test_does_not_issue_without_an_answer(self, world: World, sold: Sold) -> None:
        terms, _, quote = quoted(world, sold)
        world.pool.setQuoteSigner(world.asset, True, {"from": world.insurer})

        with refuses("InvalidQuote", world.asset):
            world.book.issue(terms, world.asset, quote, {"from": world.payer})
