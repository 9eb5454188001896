"""Brownie's console with the suite by name: `make console` (tools/console.py starts it beside a chain)."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any

from brownie import accounts, network, project, web3

from salus.chain.address_book import AddressBook, path_of
from salus.chain.deployment import LOCAL_CHAINS
from salus.chain.manifest import SUITE
from salus.chain.node import genesis_of
from salus.cli.ending import one_line_errors
from tools.chain_birth import fund
from tools.places import ROOT
from tools.run import BROWNIE_ID

ROLES = {"governor": 1, "accreditor": 2, "sentinel": 3}
COIN = "TestStablecoin"


def main() -> None:
    loaded = project.load(str(ROOT))
    loaded.load_config()
    loaded._add_to_main_namespace()
    name = os.environ["SALUS_NETWORK"]
    network.connect(BROWNIE_ID.get(name, name))
    names = names_of(loaded, book_of(web3.eth.chain_id))

    from brownie._cli.console import Console

    Console(loaded, extra_locals=names).interact(banner=banner(name, names), exitmsg="")


def book_of(chain_id: int) -> AddressBook:
    """The address book; on a local chain that has none the suite is deployed first."""
    if path_of(chain_id).exists() or chain_id not in LOCAL_CHAINS:
        book = AddressBook.load(path_of(chain_id))
        book.check_chain(chain_id, genesis_of(web3))
        return book
    from scripts import deploy

    with contextlib.redirect_stdout(io.StringIO()):
        deploy.local()
    book = AddressBook.load(path_of(chain_id))
    fund(os.environ["SALUS_RPC_URL"], path_of(chain_id).parent)
    return book


def names_of(loaded: Any, book: AddressBook) -> dict[str, Any]:
    """The suite under the names of the manifest, the stablecoin, and the holders of roles."""
    names = {
        contract.handle: loaded[contract.name].at(book.address(contract.name))
        for contract in SUITE
        if contract.name in book.contracts
    }
    if COIN in book.contracts:
        names["stablecoin"] = loaded[COIN].at(book.address(COIN))
        names |= {role: accounts[number] for role, number in ROLES.items()}
    return names


def banner(name: str, names: dict[str, Any]) -> str:
    lines = [f"The suite on {name}, chain {web3.eth.chain_id}:"]
    for handle, named in names.items():
        if handle not in ROLES:
            lines.append(f"  {handle:<12} {named.address}  {named._name}")
    if "stablecoin" in names:
        lines.append("  governor, accreditor, sentinel: accounts 1 to 3; accounts 4 to 9 have stablecoins")
    return "\n".join(lines)


if __name__ == "__main__":
    with one_line_errors():
        main()
