"""What a suite is deployed with, and which steps its set-up still needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_utils.address import to_checksum_address

from salus.chain import roles
from salus.chain.asset import LOCAL_CHAINS as LOCAL_CHAINS
from salus.chain.asset import Asset as Asset
from salus.chain.manifest import GOVERNED, LABELS, MANAGER, DeskStatus, Role
from salus.chain.roles import Holder
from salus.chain.sending import Action
from salus.chain.suite import Chain
from salus.crypto.abi import keccak

STABLECOIN: Final = "TestStablecoin"
"""Its name in Solidity and in the address book. Anyone may mint it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """What a suite is deployed with: the holder of each role, and the assets."""

    governor: str
    """Holds the ADMIN role: roles, listed desks, listed assets."""
    accreditor: str
    sentinel: str
    """May start seven days of safe mode."""
    governor_delay: int = 0
    """Seconds between the governor's announcing a step and taking it."""
    assets: tuple[Asset, ...] = ()
    stablecoin: bool = False
    """Deploy and list a test stablecoin; local chains only."""

    @classmethod
    def local(cls, accounts: Sequence[Any]) -> Params:
        """For a chain on the user's own machine: accounts 1, 2 and 3 hold the roles, and there is a test
        stablecoin."""
        governor, accreditor, sentinel = (str(accounts[number]) for number in (1, 2, 3))
        return cls(governor=governor, accreditor=accreditor, sentinel=sentinel, stablecoin=True)

    @property
    def holders(self) -> list[Holder]:
        """Who holds which role, in the order of the roles."""
        return [
            Holder(
                role=int(role),
                account=to_checksum_address(getattr(self, role.name.lower())),
                delay=self.governor_delay if role is Role.GOVERNOR else 0,
            )
            for role in Role
        ]


def outstanding(chain: Chain, params: Params) -> list[Action]:
    """What an ADMIN must still send until the suite is as the parameters say, in order."""
    return list(_steps(chain, params))


def assignments(chain: Chain) -> Iterator[tuple[str, Role, dict[str, bytes]]]:
    """Contract, role, and the functions that the role may call, each with its selector."""
    for name, functions in GOVERNED.items():
        by_role: dict[Role, dict[str, bytes]] = defaultdict(dict)
        for function, role in functions.items():
            signature = chain.contract(name).get_function_by_name(function).signature
            by_role[role][function] = keccak(signature.encode())[:4]
        for role, selectors in by_role.items():
            yield name, role, selectors


def assets(chain: Chain, params: Params) -> tuple[Asset, ...]:
    """All that must be listed, the test stablecoin included."""
    if not params.stablecoin:
        return params.assets
    return (*params.assets, Asset(address=chain.addresses.address(STABLECOIN), currency="USD", exponent=2))


def _steps(chain: Chain, params: Params) -> Iterator[Action]:
    manager, named = chain.manager.functions, roles.labels(chain)
    for role, label in LABELS.items():
        if named.get(role) != label:
            yield Action(MANAGER, manager.labelRole(role, label), (f"label role {role:d} {label}",))
    for name, role, selectors in assignments(chain):
        target, wanted = chain.contract(name).address, list(selectors.values())
        if any(manager.getTargetFunctionRole(target, selector).call() != role for selector in wanted):
            words = f"give {name}'s functions to role {role:d}"
            yield Action(MANAGER, manager.setTargetFunctionRole(target, wanted, role), (words,))
    for holder in params.holders:
        if tuple(manager.hasRole(holder.role, holder.account).call()) != (True, holder.delay):
            words = f"grant role {holder.role} to {holder.account}"
            yield Action(MANAGER, manager.grantRole(holder.role, holder.account, holder.delay), (words,))
    providers, desk = chain.providers.functions, chain.desk.address
    if providers.deskOf(desk).call()[0] != DeskStatus.LISTED:
        yield Action("ProviderRegistry", providers.listDesk(desk), ("list the claim desk",))
    for asset in assets(chain, params):
        if chain.listing(asset.address) != (asset.currency, asset.exponent):
            arguments = to_checksum_address(asset.address), asset.currency.encode(), asset.exponent
            words = f"list asset {asset.address}"
            yield Action("RiskPoolFactory", chain.factory.functions.listAsset(*arguments), (words,))
