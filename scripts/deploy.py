"""Deploys the suite, wires it, hands every power over, and reads all of it back.

    brownie run deploy          a local chain: test stablecoin, roles with accounts 1, 2 and 3
    brownie run deploy live     any other chain, as scripts/networks.yaml and the environment say; asks first

A rerun deploys only what is missing, and goes on where the last one stopped.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from brownie import (
    ClaimDesk,
    ConsentRegistry,
    PolicyBook,
    ProviderRegistry,
    RiskPoolFactory,
    SalusAccessManager,
    TestStablecoin,
    web3,
)

from salus.chain.address_book import AddressBook, Deployed
from salus.errors import DeploymentError
from scripts._suite import LOCAL_CHAINS, Asset, Params, Suite
from scripts._verify import outstanding, verify

__all__ = ["Asset", "Params", "Suite", "deploy", "verify"]


def deploy(params: Params, deployer: Any, record: Recorder | None = None) -> Suite:
    """The suite on the connected chain, verified; no power is left with the deployer, a Brownie account.

    With a `record` of what stands there already, only what is missing is deployed. Raises DeploymentError if
    the parameters cannot be met, naming the value.
    """
    _check(params, deployer)
    step = record or Recorder()
    manager = step.deploy(SalusAccessManager, deployer, deployer.address)
    providers = step.deploy(ProviderRegistry, deployer, manager.address)
    consents = step.deploy(ConsentRegistry, deployer)
    book, desk, factory = _trio(step, deployer, manager, providers, consents)
    stablecoin = step.deploy(TestStablecoin, deployer, 6) if params.stablecoin else None
    suite = Suite(
        manager=manager,
        providers=providers,
        consents=consents,
        book=book,
        desk=desk,
        factory=factory,
        first_block=step.first_block,
        stablecoin=stablecoin,
    )
    _set_up(suite, params, deployer)
    verify(suite, params)
    return suite


def _check(params: Params, deployer: Any) -> None:
    chain_id = web3.eth.chain_id
    if params.stablecoin and chain_id not in LOCAL_CHAINS:
        raise DeploymentError(
            f"the test stablecoin, which anyone may mint, is not for chain {chain_id}",
            remedy="name a real asset in scripts/networks.yaml",
        )
    for role in ("governor", "accreditor", "sentinel"):
        if getattr(params, role) == deployer.address:
            raise DeploymentError(
                f"the {role} is the deployer, {deployer.address}, which would keep power",
                remedy=f"name another {role}",
            )


def _trio(step: Recorder, deployer: Any, manager: Any, providers: Any, consents: Any) -> list[Any]:
    """Book, desk and factory know each other from birth, so their addresses are computed from the deployer's
    next nonces. A trio half deployed is finished if those nonces are still to come, and else begun anew."""
    containers = (PolicyBook, ClaimDesk, RiskPoolFactory)
    planned = step.planned_trio()
    standing = 0
    if planned:
        arguments = _trio_arguments(planned, manager, providers, consents)
        found = [step.find(container, *given) for container, given in zip(containers, arguments, strict=True)]
        standing = found.index(None) if None in found else len(found)
        if standing == len(found):
            return found
    rest = [deployer.get_deployment_address(deployer.nonce + number) for number in range(3 - standing)]
    if not planned or rest != planned[standing:]:
        standing = 0
        planned = [deployer.get_deployment_address(deployer.nonce + number) for number in range(3)]
    arguments = _trio_arguments(planned, manager, providers, consents)
    made = []
    for container, given, address in zip(containers, arguments, planned, strict=True):
        contract = step.deploy(container, deployer, *given)
        if contract.address != address:
            raise DeploymentError(
                f"{contract._name} came to {contract.address} instead of {address}: "
                "the deployer sent something else in between",
                remedy="run the deploy again with an account that does nothing else meanwhile",
            )
        made.append(contract)
    return made


def _trio_arguments(planned: list[str], manager: Any, providers: Any, consents: Any) -> list[list[str]]:
    book, desk, factory = planned
    return [
        [desk, factory],
        [book, providers.address, consents.address],
        [manager.address, book, desk],
    ]


def _set_up(suite: Suite, params: Params, deployer: Any) -> None:
    """Takes every step that is not taken yet; the last one gives the deployer's power up."""
    steps = outstanding(suite, params)
    is_admin, _ = suite.manager.hasRole(0, deployer)
    if steps and not is_admin:
        raise DeploymentError(
            f"{deployer.address} has given its power up, and is asked to "
            + "; ".join(step.words for step in steps),
            remedy="let the governor do it, or deploy with the parameters that the suite was deployed with",
        )
    for step in steps:
        step.method(*step.arguments, {"from": deployer})
    if is_admin:
        suite.manager.renounceRole(0, deployer, {"from": deployer})


class Recorder:
    """Deploys contracts; with an address book, keeps it up to date and finds there what stands already."""

    def __init__(self, book: AddressBook | None = None) -> None:
        self.book = book
        self.first_block = book.first_block if book else 0
        self._commit = commit() if book else ""

    def find(self, container: Any, *arguments: Any) -> Any | None:
        """The contract, if the book has it with these constructor arguments and the chain has its code."""
        entry = self.book.contracts.get(container._name) if self.book else None
        if entry is None or list(entry.arguments) != list(arguments):
            return None
        return container.at(entry.address) if web3.eth.get_code(entry.address) else None

    def deploy(self, container: Any, deployer: Any, *arguments: Any) -> Any:
        """The contract: found, or deployed and written down at once."""
        found = self.find(container, *arguments)
        if found is not None:
            return found
        contract = container.deploy(*arguments, {"from": deployer})
        self.first_block = self.first_block or contract.tx.block_number
        if self.book:
            entry = Deployed(
                address=contract.address,
                arguments=arguments,
                block=contract.tx.block_number,
                transaction=contract.tx.txid,
                commit=self._commit,
            )
            self.book = self.book.adding(container._name, entry)
            self.book.save()
        return contract

    def planned_trio(self) -> list[str] | None:
        """Book, desk and factory as the book was told at its birth; None if there is no book."""
        entry = self.book.contracts.get("PolicyBook") if self.book else None
        return [entry.address, *entry.arguments] if entry else None


def commit() -> str:
    """The commit of the sources, `-dirty` if they have changes; empty outside a repository."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    head = git("rev-parse", "HEAD")
    return head + ("-dirty" if head and git("status", "--porcelain", "--", "../contracts") else "")
