"""Contracts and pools that answer with given values, for code that only asks the chain."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any


class Answering:
    """A contract whose every function returns the value that the test gives it.

    `asked` has the arguments with which each function was called last.
    """

    def __init__(self, address: str = "0x" + "aa" * 20, **values: Any) -> None:
        self.address = address
        self.asked: dict[str, tuple[Any, ...]] = {}
        self.functions = SimpleNamespace(
            **{name: partial(self._call, name, value) for name, value in values.items()}
        )

    def _call(self, name: str, value: Any, *arguments: Any) -> SimpleNamespace:
        self.asked[name] = arguments
        return SimpleNamespace(fn_name=name, call=lambda: value)


def pool(contract: Answering, asset: Answering | None = None, now: int = 0) -> Any:
    """A pool in US dollars, with a token of six decimals, on a chain whose clock shows `now`."""
    return SimpleNamespace(
        address=contract.address,
        contract=contract,
        asset=asset or Answering(),
        chain=SimpleNamespace(now=lambda: now),
        currency="USD",
        unit=10_000,
        insurer="0x" + "1e" * 20,
        words=lambda minor: f"{minor / 100:,.2f} USD",
        token_words=lambda tokens: f"{tokens // 10_000 / 100:,.2f} USD",
    )
