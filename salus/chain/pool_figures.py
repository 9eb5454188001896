"""What a pool has, owes and locks, read from the chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from salus.chain.suite import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFigures:
    """The figures of a pool, in units of its token."""

    pool: Pool
    balance: int
    outstanding: int
    """Claims not yet paid."""
    unearned: int
    """Premium not yet earned."""
    capital: int
    locked: int
    """By policies."""
    free: int
    deficit: int

    @classmethod
    def of(cls, pool: Pool) -> Self:
        """Reads the figures."""
        functions = pool.contract.functions
        return cls(
            pool=pool,
            balance=pool.asset.functions.balanceOf(pool.address).call(),
            outstanding=functions.outstanding().call() * pool.unit,
            unearned=functions.unearned().call() * pool.unit,
            capital=functions.totalAssets().call(),
            locked=functions.locked().call() * pool.unit,
            free=functions.freeAssets().call(),
            deficit=functions.deficit().call(),
        )

    def amounts(self) -> Iterator[tuple[str, int]]:
        """Each figure with its name, in minor units of the pool's currency; what is below one is cut."""
        for name, tokens in (
            ("balance", self.balance),
            ("claims not yet paid", self.outstanding),
            ("premium not yet earned", self.unearned),
            ("capital", self.capital),
            ("locked by policies", self.locked),
            ("free capital", self.free),
            ("deficit", self.deficit),
        ):
            yield name, tokens // self.pool.unit

    def rows(self) -> Iterator[tuple[str, str]]:
        """Each figure with its name, for a person."""
        yield "insurer", self.pool.insurer
        for name, minor in self.amounts():
            yield name, self.pool.words(minor)
