"""salus.chain.pools.create: name and symbol, which nobody can change later

given a name or symbol that is empty, too long, or cannot be read
    it should be refused by name, without showing it
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from web3 import Web3

from salus.base.errors import InputError
from salus.chain import pools
from salus.chain.abis import abi_of

SOMEBODY = Web3.to_checksum_address("0x" + "5e" * 20)
CHAIN: Any = SimpleNamespace(factory=Web3().eth.contract(SOMEBODY, abi=abi_of("RiskPoolFactory")))  # type: ignore[call-overload]


def create(name: str, symbol: str) -> Any:
    return pools.create(CHAIN, asset=SOMEBODY, insurer=SOMEBODY, name=name, symbol=symbol)


@pytest.mark.parametrize(
    ("name", "symbol", "expected"),
    [
        ("", "", "name: is empty; "),
        (" ", "sFAM", "name: is empty; "),
        ("Family", "", "symbol: is empty; "),
        ("x" * 61, "sFAM", "name: is longer than 60 characters; "),
        ("Family", "x" * 12, "symbol: is longer than 11 characters; "),
        ("Fam\x1b[2Jily", "sFAM", "name: has a character that cannot be printed; "),
        ("Fam\nily", "sFAM", "name: has a character that cannot be printed; "),
        ("Fam\u202eily", "sFAM", "name: has a character that cannot be printed; "),
        ("Family", "s\x00FAM", "symbol: has a character that cannot be printed; "),
        ("Family  Pool", "sFAM", "name: has a space before it, after it, or twice in it; "),
        ("Family", "s FAM", "symbol: has a space in it; "),
    ],
)
def test_a_label_that_is_refused(name: str, symbol: str, expected: str) -> None:
    with pytest.raises(InputError, match=f"^{expected}"):
        create(name, symbol)


@pytest.mark.parametrize("name", ["Family Pool", "Pool für Familien № 2", "x" * 60])
def test_a_label_that_is_taken(name: str) -> None:
    assert f"“{name}” (sFAM)" in create(name, "sFAM").words[0]
