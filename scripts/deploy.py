"""Deploys the suite, wires it, hands every power over, and reads all of it back.

    brownie run deploy          a local chain: test stablecoin, roles with accounts 1, 2 and 3
    brownie run deploy live     any other chain, by salus/chain/networks.yaml and the environment; asks first

A rerun deploys only what is missing, and goes on where the last one stopped.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

if __name__ == "__main__":
    raise SystemExit("Error: needs Brownie's contracts and accounts; start it with brownie run deploy")

import brownie
from brownie import Contract, TestStablecoin, accounts, web3
from brownie.exceptions import RPCRequestError, VirtualMachineError

from salus.base.days import DAY_SECONDS
from salus.base.errors import DeploymentError, InputError
from salus.chain import Chain
from salus.chain.abis import abi_of
from salus.chain.address_book import AddressBook, Deployed, path_of
from salus.chain.deployment import LOCAL_CHAINS, Asset, Params, outstanding
from salus.chain.manifest import DEPLOYER, GOVERNED, MANAGER, SUITE, Role, SuiteContract, deployment_groups
from salus.chain.network import Network
from salus.chain.node import genesis_of
from salus.chain.verify import verify
from salus.cli.ending import one_line_errors
from salus.cli.output import out
from salus.cli.session import agree, signer
from salus.cli.settings import Settings, read_environment
from salus.crypto.abi import AddressCodec

__all__ = ["Asset", "Params", "Suite", "deploy", "verify"]


class Suite(SimpleNamespace):
    """The deployed contracts as Brownie handles, under the names of the manifest: `book`, `desk`, …"""

    chain: Chain
    """The same suite for the library."""
    stablecoin: Any
    """None on live networks."""


def deploy(params: Params, deployer: Any, record: Recorder | None = None) -> Suite:
    """The suite on the connected chain, verified; no power is left with the deployer, a Brownie account.

    With a `record` of what stands there already, only what is missing is deployed. Raises DeploymentError if
    the parameters cannot be met, naming the value.
    """
    _check(params, deployer)
    step = record or Recorder()
    made: dict[str, Any] = {}
    known = {DEPLOYER: deployer.address}
    for group in deployment_groups():
        made |= _deploy_group(step, deployer, group, known)
        known |= {contract.name: made[contract.name].address for contract in group}
    stablecoin = step.deploy(TestStablecoin, deployer, 6) if params.stablecoin else None
    handles = {contract.handle: made[contract.name] for contract in SUITE}
    suite = Suite(**handles, stablecoin=stablecoin, chain=Chain(web3, step.book))
    _set_up(suite, params, deployer)
    verify(suite.chain, params, deployer.address)
    return suite


def _check(params: Params, deployer: Any) -> None:
    chain_id = web3.eth.chain_id
    if params.stablecoin and chain_id not in LOCAL_CHAINS:
        raise DeploymentError(
            f"the test stablecoin, which anyone may mint, is not for chain {chain_id}",
            remedy="name a real asset in salus/chain/networks.yaml",
        )
    for holder in params.holders:
        if holder.account == deployer.address:
            role = Role(holder.role).name.lower()
            raise DeploymentError(
                f"the {role} is the deployer, {deployer.address}, which would keep power",
                remedy=f"name another {role}",
            )


def _deploy_group(
    step: Recorder, deployer: Any, group: tuple[SuiteContract, ...], known: dict[str, str]
) -> dict[str, Any]:
    """The contracts of a group by name: found or deployed. `known` has the addresses of earlier ones."""
    if len(group) > 1:
        return _deploy_cycle(step, deployer, group, known)
    (contract,) = group
    return {contract.name: step.deploy(_container(contract), deployer, *_arguments(contract, known))}


def _deploy_cycle(
    step: Recorder, deployer: Any, group: tuple[SuiteContract, ...], known: dict[str, str]
) -> dict[str, Any]:
    """The contracts take each other's addresses, so these are computed from the deployer's next nonces. A
    group that is half deployed is finished if those nonces are still to come, and otherwise begun anew."""
    names = [contract.name for contract in group]
    made: dict[str, Any] = {}
    planned = step.planned(group)
    if planned:
        for contract in group:
            found = step.find(_container(contract), *_arguments(contract, known | planned))
            if found is None:
                break
            made[contract.name] = found
    left = names[len(made) :]
    if not left:
        return made
    nonces = range(deployer.nonce, deployer.nonce + len(left))
    if not planned or [planned[name] for name in left] != list(map(deployer.get_deployment_address, nonces)):
        nonces = range(deployer.nonce, deployer.nonce + len(group))
        planned = dict(zip(names, map(deployer.get_deployment_address, nonces), strict=True))
        made = {}
    for contract in group[len(made) :]:
        made[contract.name] = step.deploy(
            _container(contract), deployer, *_arguments(contract, known | planned)
        )
        address, wanted = made[contract.name].address, planned[contract.name]
        if address != wanted:
            raise DeploymentError(
                f"{contract.name} came to {address} instead of {wanted}: "
                "the deployer sent something else in between",
                remedy="run the deploy again with an account that does nothing else meanwhile",
            )
    return made


def _container(contract: SuiteContract) -> Any:
    """The contract as Brownie compiled it."""
    return getattr(brownie, contract.name)


def _arguments(contract: SuiteContract, addresses: dict[str, str]) -> list[str]:
    return [addresses[argument.of] for argument in contract.arguments]


def _set_up(suite: Suite, params: Params, deployer: Any) -> None:
    """Takes every step that is not taken yet; the last one gives the deployer's power up."""
    chain = suite.chain
    steps = outstanding(chain, params)
    is_admin, _ = suite.manager.hasRole(Role.GOVERNOR, deployer)
    if steps and not is_admin:
        raise DeploymentError(
            f"{deployer.address} has given its power up, and is asked to " + "; ".join(map(str, steps)),
            remedy="let the governor do it, or deploy with the parameters that the suite was deployed with",
        )
    calls = [chain.calldata(step) for step in steps if step.contract == MANAGER]
    if calls:
        suite.manager.multicall(calls, {"from": deployer})
    for step in steps:
        if step.contract != MANAGER:
            deployer.transfer(step.function.address, data=chain.calldata(step))
    if is_admin:
        suite.manager.renounceRole(Role.GOVERNOR, deployer, {"from": deployer})


class Recorder:
    """Deploys contracts, and notes each in an address book. A book that is given is kept up to date on disk,
    and what it lists already is used."""

    def __init__(self, book: AddressBook | None = None) -> None:
        self.book = book or AddressBook(chain_id=web3.eth.chain_id, genesis=genesis_of(web3))
        self._is_kept = book is not None
        self._commit = commit() if book else ""

    def find(self, container: Any, *arguments: Any) -> Any | None:
        """The contract, if the book has it with these constructor arguments and the chain has its code."""
        entry = self.book.contracts.get(container._name)
        if entry is None or list(entry.arguments) != list(arguments):
            return None
        return container.at(entry.address) if web3.eth.get_code(entry.address) else None

    def deploy(self, container: Any, deployer: Any, *arguments: Any) -> Any:
        """The contract: found, or deployed and written down at once."""
        found = self.find(container, *arguments)
        if found is not None:
            return found
        contract = container.deploy(*arguments, {"from": deployer})
        entry = Deployed(
            address=contract.address,
            arguments=arguments,
            block=contract.tx.block_number,
            transaction=contract.tx.txid,
            commit=self._commit,
        )
        self.book = self.book.adding(container._name, entry)
        if self._is_kept:
            self.book.save()
        return contract

    def planned(self, group: tuple[SuiteContract, ...]) -> dict[str, str] | None:
        """The addresses that the first contract of a group was deployed with, its own included; a later one
        adds only what the first was not told. None if they do not make up the whole group."""
        told: dict[str, str] = {}
        for contract in group:
            entry = self.book.contracts.get(contract.name)
            if entry:
                names = (argument.of for argument in contract.arguments)
                given = dict(zip(names, entry.arguments, strict=False))  # an old version may take others
                told = {**given, contract.name: entry.address} | told
        names = [contract.name for contract in group]
        return {name: told[name] for name in names} if set(names) <= set(told) else None


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
        with Settings(yes=os.environ.get("SALUS_YES") == "1").in_force():
            agree("Deploy this?", "Nothing was sent.", way_out="salus suite deploy --yes")
        _run(params, deployer)


def _run(params: Params, deployer: Any) -> None:
    recorder = Recorder(_book())
    try:
        suite = deploy(params, deployer, recorder)
    except (VirtualMachineError, RPCRequestError, ValueError) as error:
        raise DeploymentError(f"a step of the deploy failed: {error}", remedy="run it again") from None
    for name, entry in recorder.book.contracts.items():
        out.print(f"  {name:<20} {entry.address}", markup=False)
    out.print(f"Every role, delay and parameter of the {len(GOVERNED)} governed contracts was read back.")
    out.print(f"The deployer, {deployer.address}, has no power. The book is {path_of(web3.eth.chain_id)}.")
    if suite.stablecoin:
        out.print("Anyone may make test stablecoins: salus insurer mint --help")


def _book() -> AddressBook:
    """The book of this chain, or an empty one. That of another local chain is replaced: it is gone."""
    chain_id, genesis = web3.eth.chain_id, genesis_of(web3)
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
    days = params.governor_delay / DAY_SECONDS
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
