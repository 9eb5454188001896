"""Names a benefit table of which only the hash is known."""

from __future__ import annotations

from functools import cache

from salus.product.file import SHIPPED, shipped


def words_of_hash(table: bytes) -> str:
    """Returns name and version of a table of Salus with that hash, or the hash itself.

    >>> words_of_hash(shipped("family").hash), words_of_hash(bytes(32))[:32]
    ('family 2026.1', 'the table with the hash 0x000000')
    """
    return _names().get(table, f"the table with the hash 0x{table.hex()}")


@cache
def _names() -> dict[bytes, str]:
    tables = map(shipped, SHIPPED)
    return {table.hash: f"{table.name} {table.version}" for table in tables}
