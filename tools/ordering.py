"""A pytest plugin that says in which order the modules of tests go to the workers; for speed alone.

The longest come first, so that no worker ends much later than the others. Then come those that reset the
chain, before anything is built on it, and last those that share what is built once.
"""

from __future__ import annotations

from collections import Counter

import pytest

ORDER = (
    "tests/clone/test_compile.py",
    "tests/scenario/",
    "tests/benchmarks/",
    "tests/contracts/Adjudication/",
    "tests/contracts/RiskPool/",
    "tests/scripts/",
)
"""What a module's name begins with; the others come last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Counter(module(item) for item in items)
    items.sort(key=lambda item: (place(module(item)), -tests[module(item)], module(item)))


def module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def place(name: str) -> int:
    return next((at for at, start in enumerate(ORDER) if name.startswith(start)), len(ORDER))
