"""Names a benefit table of which only the hash is known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salus.product.model import Table

SHIPPED = ("family", "critical-illness")
"""The tables that come with Salus."""


def words_of_hash(table: bytes) -> str:
    """Returns name and version of a table of Salus with that hash, or the hash itself.

    >>> from salus.product import shipped
    >>> words_of_hash(shipped("family").hash), words_of_hash(bytes(32))[:32]
    ('family 2026.1', 'the table with the hash 0x000000')
    """
    return _names().get(table, f"the table with the hash 0x{table.hex()}")


def shipped_tables() -> Iterator[Table]:
    """Reads the tables that come with Salus, one after the other."""
    from salus.product.file import (
        shipped,  # here: reading YAML takes a moment to load, and errors alone need it
    )

    return map(shipped, SHIPPED)


@cache
def _names() -> dict[bytes, str]:
    return {table.hash: f"{table.name} {table.version}" for table in shipped_tables()}
