"""What is known of each network (networks.yaml): confirmations, block explorer, governor's delay, assets,
coin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from salus.base.days import DAY_SECONDS
from salus.base.errors import ChainError, InputError
from salus.base.yaml_file import parse_mapping
from salus.chain.asset import LOCAL_CHAINS, Asset
from salus.chain.manifest import Role

_FILE = Path(__file__).with_name("networks.yaml")
_CONFIRMATIONS = 5
_DELAY_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What is known of a chain.

    >>> Network.of(84532).name, Network.of(84532).confirmations
    ('Base Sepolia', 5)
    >>> Network.of(7).is_live, Network.of(7).name, Network.of(1337).is_live
    (True, 'unknown chain 7', False)
    """

    chain_id: int
    name: str
    is_live: bool
    """True for every chain that is not on the user's own machine, also an unknown one."""
    confirmations: int
    explorer: str = ""
    """Address of a transaction's page, without the transaction's hash; empty if there is none."""
    governor_delay: int = 0
    """Seconds."""
    assets: tuple[Asset, ...] = ()
    coin: str = "ETH"
    """Symbol of the coin that fees are paid in; of an unknown chain "coins"."""

    @classmethod
    def of(cls, chain_id: int) -> Self:
        """Reads networks.yaml. A chain that is not in it is live and has no assets."""
        content = _content()
        if chain_id in LOCAL_CHAINS:
            return cls(
                chain_id=chain_id,
                name="a local chain",
                is_live=False,
                confirmations=content["local"]["confirmations"],
            )
        known = content["live"].get(chain_id, {})
        return cls(
            chain_id=chain_id,
            name=known.get("name", f"unknown chain {chain_id}"),
            is_live=True,
            confirmations=known.get("confirmations", _CONFIRMATIONS),
            explorer=known.get("explorer", ""),
            governor_delay=known.get("governor_delay_days", _DELAY_DAYS) * DAY_SECONDS,
            assets=tuple(Asset(**asset) for asset in known.get("assets", ())),
            coin=known.get("coin", "ETH") if known else "coins",
        )

    @staticmethod
    def names() -> dict[str, int]:
        """Chain ids of the live networks that networks.yaml lists, by the name that a command line takes.

        >>> Network.names()["sepolia"]
        11155111
        """
        return {known["id"]: chain_id for chain_id, known in _content()["live"].items()}

    def usual_delay(self, role: Role) -> int:
        """Seconds between announcing and acting: only a governor waits."""
        return self.governor_delay if role is Role.GOVERNOR else 0

    def check_local(self, what: str, *, remedy: str = "use a local chain: salus chain start") -> None:
        """Checks that the chain is on the user's own machine. `what` says what is refused on a live one."""
        if self.is_live:
            raise ChainError(
                f"{what} on {self.name} (chain {self.chain_id}), which counts as live",
                remedy=remedy,
            )


@cache
def _content() -> Any:
    return parse_mapping(_FILE.read_bytes(), file=str(_FILE), fault=InputError, wanted="restore the file")
