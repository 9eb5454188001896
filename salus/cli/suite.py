"""The suite of contracts itself: what stands where, and the deploy. `salus suite` lists the actions."""

from __future__ import annotations

from typing import Annotated

import typer

from salus.chain import events
from salus.cli.actor import Actor
from salus.cli.clone import run_tool
from salus.cli.output import out
from salus.cli.session import Session

actor = Actor("suite")


@actor.action
def status() -> None:
    """Says which contracts stand where, deployed in which block from which sources, and what they hold.

    Example:
        salus suite status
    """
    chain = Session().chain
    standing = chain.addresses.contracts
    for name, contract in standing.items():
        facts = {"address": contract.address, "block": contract.block, "commit": contract.commit}
        out.entry("contracts", name=name, **facts)
        out.print(f"  {name:<20} {contract.address}  block {contract.block}", markup=False)
    commits = sorted({contract.commit[:12] + contract.commit[40:] for contract in standing.values()} - {""})
    out.print(f"Built from the sources of {', '.join(commits) or 'no known commit'}.", markup=False)
    counts = {
        kind.__name__: sum(1 for _ in chain.past(kind))
        for kind in (events.PoolCreated, events.ProviderAccredited, events.PolicyIssued, events.ClaimDecided)
    }
    out.fact(**counts)
    pools, providers, policies, claims = counts.values()
    out.print(f"{pools} pools, {providers} providers, {policies} policies, {claims} decisions on claims.")


@actor.action
def deploy(
    network: Annotated[str, typer.Option(help="a live network of tools/networks.yaml, such as sepolia")],
) -> None:
    """Deploys the suite on a live network, with Brownie: shows the plan and asks first. On a local chain,
    `salus chain start` deploys it.

    Example:
        salus suite deploy --network sepolia
    """
    run_tool("tools.run", "--network", network, "--", "brownie", "run", "deploy")
