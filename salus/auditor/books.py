"""All books of a suite, by its events, compared with what the contracts say at one block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from eth_utils.address import to_checksum_address

from salus.auditor import pool_books, registry_books, views
from salus.auditor.asking import Question, ask
from salus.auditor.history import History
from salus.auditor.policy_books import PolicyBooks
from salus.auditor.pool_books import PoolBook
from salus.auditor.registry_books import RegistryBooks
from salus.auditor.rows import AuditReport, Book, Comparison
from salus.auditor.ties import ties
from salus.chain.events import PoolCreated
from salus.chain.pool_events import AssetListed
from salus.chain.web3_lazily import web3

OnAnswer = Callable[[int, int], None]
"""Is told how many questions were answered, and how many there are."""


@dataclass(frozen=True)
class Books:
    """Every book after the events of a history."""

    history: History
    policies: PolicyBooks
    pools: dict[str, PoolBook]
    registries: RegistryBooks

    @classmethod
    def of(cls, history: History) -> Self:
        """Replays the events. Of the chain it asks only for the decimals of each pool's asset."""
        policies = PolicyBooks(history.events, history.chain.book_domain)
        pools = {
            created.pool: pool_books.replay(
                created, history.events, policies, unit=unit, currency=currency, time=history.time
            )
            for created in history.pools.values()
            for unit, currency in [_listing(history, created)]
        }
        return cls(history, policies, pools, registry_books.replay(history.events))

    def questions(self) -> Iterator[Question]:
        """What the contracts are asked."""
        history = self.history
        yield from views.of_policies(history, self.policies)
        if not self._shared_bills():
            yield from views.of_bills(history, self.policies)
        yield from views.of_factory(history, self.registries)
        for pool in self.pools.values():
            yield from views.of_pool(history.chain, pool)
        yield from views.of_caps(history, self.registries, self.policies)
        yield from views.of_registries(history, self.registries)

    def compare(self, on_answer: OnAnswer = lambda answered, asked: None) -> AuditReport:
        """Compares all books with the chain, and the events with each other.

        Raises as `salus.auditor.asking.ask` does, and ChainError if the chain was reorganised meanwhile.
        """
        questions, answered = list(self.questions()), 0

        def count() -> None:
            nonlocal answered
            answered += 1
            on_answer(answered, len(questions))

        rows = self.among_events()
        rows += ask(questions, self.history.block, on_answer=count)
        self.history.check_still_there()
        return AuditReport(tuple(rows), tuple(self._not_compared()))

    def among_events(self) -> list[Comparison]:
        """Compares the events with each other: what one of them says, another must say too. Of the chain it
        asks only how many pools were made."""
        rows = [row for pool in self.pools.values() for row in ties(pool, self.history, self.policies)]
        return [*rows, *self.policies.contradictions, self._pools_made()]

    def _pools_made(self) -> Comparison:
        """A contract's nonce counts the contracts that it has made, from 1: no pool can be left out."""
        factory, block = self.history.chain.factory.address, self.history.block
        nonce = self.history.chain.w3.eth.get_transaction_count(to_checksum_address(factory), block)
        return Comparison(
            book=Book.POOLS,
            subject=f"factory {factory}",
            what="pools made",
            expected=len(self.pools),
            found=nonce - 1,
        )

    def _shared_bills(self) -> bool:
        return not self.history.desks <= {self.history.chain.desk.address}

    def _not_compared(self) -> Iterator[str]:
        if self._shared_bills():
            yield "bill lines: the registry has listed other desks, whose claims are not among these events"
        yield "days of consents: how many entries each signer has made is compared, not what each one says"
        yield (
            "events that a node leaves out and that no view can show: grants of roles (no contract lists "
            "who holds one), skipped and denied lines, and keys, quote signers, withdrawn roots and consents "
            "that nothing else mentions; a second node shows them"
        )


def _listing(history: History, created: PoolCreated) -> tuple[int, str]:
    """Token units to a minor unit and currency, as the pool's asset was listed when the pool was made.

    Without that event, or that token, they are 0 and empty, which the pool contradicts.
    """
    listings = (
        event
        for event in history.of(AssetListed)
        if event.asset == created.asset and event.place < created.place
    )
    listed = max(listings, key=lambda event: event.place, default=None)
    if listed is None:
        return 0, ""
    try:
        decimals = history.chain.at("Asset", created.asset).functions.decimals().call()
    except (web3.exceptions.BadFunctionCallOutput, web3.exceptions.ContractLogicError):
        return 0, ""  # no token is there
    return 10 ** (decimals - listed.exponent), listed.currency.rstrip(b"\0").decode("latin-1")
