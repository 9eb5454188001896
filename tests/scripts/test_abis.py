"""scripts.abis

it should give the ABIs that the library contains: after a change of a contract, run `python -m scripts.abis`
it should have words for every error of an interface
"""

from __future__ import annotations

import json

from scripts import abis


def test_the_library_carries_the_compiled_interfaces() -> None:
    assert json.loads(abis.TARGET.read_text()) == abis.content()


def test_every_error_has_words() -> None:
    content = abis.content()
    for contract, words in content["errors"].items():
        if contract in content["contracts"]:
            interface = json.loads((abis.ROOT / "build" / "interfaces" / f"I{contract}.json").read_text())
            assert set(words) == {entry["name"] for entry in interface["abi"] if entry["type"] == "error"}
