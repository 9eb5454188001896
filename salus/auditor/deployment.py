"""Whether a suite stands as it must: wiring, signing domains, roles, listings, and what its deployer kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from salus.auditor.rows import AuditReport, Book, Comparison
from salus.base.errors import DeploymentError
from salus.chain import roles
from salus.chain.deployment import STABLECOIN, Asset
from salus.chain.manifest import MANAGER
from salus.chain.network import Network
from salus.chain.roles import Holder
from salus.chain.suite import Chain
from salus.chain.verify import Fact, held, in_words, kept, listed, structure
from salus.chain.web3_lazily import web3


def compare(chain: Chain, holders: Sequence[Holder] = ()) -> AuditReport:
    """Compares what stands now with the address book, the manifest and salus/chain/networks.yaml.

    `holders` are those that should hold the roles, by role; without them they are only named. Events are
    read from the node.
    """
    chain = chain.without_store()
    notes = []
    rows = [*_rows(structure(chain)), *_rows(listed(chain, assets_of(chain)))]
    if holders:
        rows += _rows(held(chain, holders))
    else:
        found = "; ".join(in_words(roles.holders(chain)))
        notes.append(f"who holds the roles: {found} (name the right ones to compare them)")
    deployer = deployer_of(chain)
    if deployer:
        rows += _rows(kept(chain, deployer))
    else:
        notes.append("what the deployer kept: the node does not know the transaction of the deployment")
    return AuditReport(tuple(rows), tuple(notes))


def assets_of(chain: Chain) -> tuple[Asset, ...]:
    """The assets that must be listed: those of networks.yaml, and the test stablecoin where there is one."""
    network = Network.of(chain.chain_id)
    if network.is_live or STABLECOIN not in chain.addresses.contracts:
        return network.assets
    stablecoin = Asset(address=chain.addresses.address(STABLECOIN), currency="USD", exponent=2)
    return (*network.assets, stablecoin)


def deployer_of(chain: Chain) -> str | None:
    """Who made the access manager; None if the node does not know the transaction."""
    entry = chain.addresses.contracts.get(MANAGER)
    if entry is None:
        return None
    try:
        place: Any = entry.transaction
        return str(chain.w3.eth.get_transaction(place)["from"])
    except (web3.exceptions.Web3Exception, ValueError):
        return None


def _rows(facts: Iterable[Fact]) -> Iterator[Comparison]:
    """A row for each fact. What does not answer as a contract of the suite ends the list with a row."""
    try:
        for what, found, wanted in facts:
            yield _row(what, wanted, found)
    except DeploymentError as error:
        yield _row(error.message, "an answer", "none")


def _row(what: str, expected: object, found: object) -> Comparison:
    return Comparison(book=Book.DEPLOYMENT, subject="deployment", what=what, expected=expected, found=found)
