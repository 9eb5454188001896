"""Deploys the suite, wires it, hands every power over, and reads all of it back.

    brownie run deploy          a local chain: test stablecoin, roles with accounts 1, 2 and 3
    brownie run deploy live     any other chain, as scripts/networks.yaml and the environment say; asks first

A rerun deploys only what is missing, and goes on where the last one stopped.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    raise SystemExit("Error: needs Brownie's contracts and accounts; start it with brownie run deploy")

from brownie import (
    ClaimDesk,
    ConsentRegistry,
    Contract,
    PolicyBook,
    ProviderRegistry,
    RiskPoolFactory,
    SalusAccessManager,
    TestStablecoin,
    accounts,
    web3,
)
from brownie.exceptions import RPCRequestError, VirtualMachineError

from salus.base.errors import DeploymentError, InputError
from salus.chain.abis import abi_of
from salus.chain.address_book import AddressBook, Deployed, path_of
from salus.chain.roles import GOVERNED
from salus.crypto.abi import AddressCodec
from scripts._session import Network, ask, signer
from scripts._suite import LOCAL_CHAINS, Asset, Params, Suite
from scripts._verify import outstanding, verify
from scripts._words import one_line_errors, out, read_environment

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
    verify(suite, params, deployer)
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
    calls = [step for step in steps if step.contract == suite.manager]
    if calls:
        suite.manager.multicall([step.encoded for step in calls], {"from": deployer})
    for step in steps:
        if step not in calls:
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


def main() -> None:
    """`brownie run deploy`."""
    with one_line_errors():
        local() if web3.eth.chain_id in LOCAL_CHAINS else live()


def local() -> None:
    """A suite on a chain of one's own machine, with a test stablecoin."""
    with one_line_errors():
        read_environment()
        _run(Params.local(accounts), accounts[0])


def live() -> None:
    """A suite on any other chain. Shows what it is about to do, and asks."""
    with one_line_errors():
        read_environment()
        network = Network.of(web3.eth.chain_id)
        params = Params(
            governor=_holder("SALUS_GOVERNOR"),
            accreditor=_holder("SALUS_ACCREDITOR"),
            sentinel=_holder("SALUS_SENTINEL"),
            governor_delay=network.governor_delay,
            assets=network.assets,
        )
        keystore = os.environ.get("SALUS_ACCOUNT")
        key = signer(keystore, key_variable="SALUS_PRIVATE_KEY", parameter="SALUS_ACCOUNT")
        deployer = accounts.add(key.key.hex())
        for line in _plan(network, params, deployer):
            out.print(line, markup=False)
        if not ask("Deploy this?"):
            out.print("Nothing was sent.")
            return
        _run(params, deployer)


def _run(params: Params, deployer: Any) -> None:
    recorder = Recorder(_book())
    try:
        suite = deploy(params, deployer, recorder)
    except (VirtualMachineError, RPCRequestError, ValueError) as error:
        raise DeploymentError(f"a step of the deploy failed: {error}", remedy="run it again") from None
    for name, entry in recorder.book.contracts.items() if recorder.book else ():
        out.print(f"  {name:<20} {entry.address}", markup=False)
    out.print(f"Every role, delay and parameter of the {len(GOVERNED)} governed contracts was read back.")
    out.print(f"The deployer, {deployer.address}, has no power. The book is {path_of(web3.eth.chain_id)}.")
    if suite.stablecoin:
        out.print("Anyone may make test stablecoins: brownie run insurer mint help")


def _book() -> AddressBook:
    """The book of this chain, or an empty one. That of another local chain is replaced: it is gone."""
    chain_id, genesis = web3.eth.chain_id, web3.eth.get_block(0)["hash"].to_0x_hex()
    path = path_of(chain_id)
    if path.exists():
        book = AddressBook.load(path)
        if chain_id not in LOCAL_CHAINS or book.genesis == genesis:
            book.check_chain(chain_id, genesis)
            return book
    return AddressBook(chain_id=chain_id, genesis=genesis)


def _holder(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise InputError("is not set", field=variable, remedy="name the account in .env; there is no default")
    try:
        return AddressCodec().normalise(value)
    except ValueError as error:
        raise InputError(str(error), field=variable, remedy="correct it in .env") from None


def _plan(network: Network, params: Params, deployer: Any) -> Iterator[str]:
    days = params.governor_delay / 86_400
    yield f"Deploy Salus on {network.name} (chain {network.chain_id}), paid by {deployer.address}:"
    yield f"  governor    {params.governor}, who waits {days:g} days between announcing a step and taking it"
    yield f"  accreditor  {params.accreditor}, who says which providers may bill"
    yield f"  sentinel    {params.sentinel}, who may hold claims for review, for seven days"
    for asset in params.assets:
        token = Contract.from_abi("Asset", asset.address, abi_of("Asset"))
        words = f"{token.symbol()}, {token.decimals()} decimals, for {asset.currency}"
        yield f"  asset       {asset.address} ({words})"
    if not params.assets:
        yield "  asset       none: the governor must list one before there can be a pool"
    yield "What stands already is used; the deployer keeps no power."
