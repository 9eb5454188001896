"""Every party of docs/roles.md, equipped so that only permission decides whether a call succeeds."""

from __future__ import annotations

from typing import Any

from brownie import accounts

from tests.support import craft
from tests.support.craft import Sold
from tests.support.issuing import permit
from tests.support.world import World, decision

FUNDS = 1_000_003
"""Minor units that every party has, and has approved to the pool."""


class Stage:
    """The deployed world of the tests, and the address of each party."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parties: dict[str, Any] = {
            "GOVERNOR": world.governor,
            "ACCREDITOR": world.accreditor,
            "SENTINEL": world.sentinel,
            "insurer": world.insurer,
            "incoming insurer": _named("incoming insurer"),
            "provider admin": world.hospital,
            "policy book": _at(world.book.address),
            "claim desk": _at(world.desk.address),
            "provider registry": _at(world.providers.address),
            "access manager": _at(world.manager.address),
            "other desk": _named("other desk"),
            "share owner": world.capital,
            "approved spender": _named("approved spender"),
            "consent signer": _at(world.patient.address),
            "policy holder": world.holder,
            "quote signer": _at(world.quote_signer.address),
            "attestor": _at(world.attestor.address),
            "other insurer": _named("other insurer"),
            "other provider admin": _named("other provider admin"),
            "payer": world.payer,
            "deployer": accounts[0],
            "stranger": world.stranger,
        }
        world.new_pool(world.asset, insurer=self.parties["other insurer"])
        world.accredit(self.parties["other provider admin"])
        world.providers.listDesk(self.parties["other desk"], {"from": world.governor})
        self.fund(*self.parties.values())

    def fund(self, *parties: Any) -> None:
        """Gives every party money and an allowance, so that no call fails because money is missing."""
        for party in parties:
            self.world.mint(party, FUNDS)
            self.world.asset.approve(self.world.pool, FUNDS * self.world.unit, {"from": party})

    def holders(self, allowed: tuple[str, ...]) -> set[str]:
        """Returns the parties that a row of the table permits."""
        if allowed == ():
            raise ValueError("the row names nobody, not even `nobody`")
        if allowed == ("anyone",):
            return set(self.parties)
        if allowed == ("nobody",):
            return set()
        return set(allowed)

    # What calls are about

    def sold(self, **terms: Any) -> Sold:
        sold = self.world.sell(**terms)
        self.fund(self.world.payer)
        return sold

    def held(self, *, due: bool) -> tuple[Any, Any, Any]:
        """Returns the terms, the claim and the decision of a held claim, in its review window or after it."""
        world = self.world
        world.providers.setDailyCap(world.pool, world.provider, 0, {"from": world.insurer})
        sold = self.sold()
        line = sold.line()
        decided = decision(world.file(line))
        if due:
            world.travel(decided.release_at)
        return sold.terms.as_tuple(), world.claim(line), decided.as_tuple()

    def owed(self) -> tuple[Any, Any]:
        """Returns the claim and the decision of an owed claim that the pool can pay now."""
        world = self.world
        line = self.sold().line()
        away = self.drain()
        decided = decision(world.file(line))
        world.asset.transfer(world.pool, away, {"from": world.governor})
        return world.claim(line), decided.as_tuple()

    def drain(self) -> int:
        """Takes away the pool's money, which no contract allows anyone to do; token units."""
        world = self.world
        balance = world.balance(world.pool)
        world.asset.transfer(world.governor, balance, {"from": _at(world.pool.address)})
        return balance

    def noticed(self) -> None:
        """Ends the share owner's notice period, and lets the spender act."""
        world = self.world
        shares = world.pool.balanceOf(world.capital)
        world.pool.giveNotice(shares, {"from": world.capital})
        self.lend()
        world.travel(world.now() + 36 * craft.DAY)

    def lend(self) -> None:
        """Lets the approved spender use two shares' worth of a minor unit."""
        world = self.world
        world.pool.approve(self.parties["approved spender"], 10**20, {"from": world.capital})

    def worthless_permit(self) -> tuple[Any, ...]:
        return permit(self.world, self.world.patient, 0, deadline=0).as_tuple()


def _at(address: str) -> Any:
    return accounts.at(address, force=True)


def _named(name: str) -> Any:
    return _at(craft.signer(name).address)
