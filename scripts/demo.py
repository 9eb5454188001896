"""The whole story on a fresh chain: `make demo`, or `make demo FHIR=folder` with records of your own.

It deploys the suite, accredits two hospitals, opens a pool, sells three policies, lives through a year of
care from FHIR records to payouts, and leaves letters, a picture and a summary in out/demo. Nothing is played:
every step runs through the library that the scripts of insurer, hospital and patient use.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    raise SystemExit("Error: needs a chain of its own, and Brownie's accounts; start it with make demo")

from brownie import accounts, web3
from eth_account import Account

from salus.base import days
from salus.base.errors import InputError
from salus.chain import AddressBook, Chain
from salus.chain.network import Network
from salus.chain.node import genesis_of
from salus.cli.ending import one_line_errors
from scripts._demo import cast as casting
from scripts._demo import scenes
from scripts._demo.afterwards import tell_what_next
from scripts._demo.cast import YEAR, Cast
from scripts._demo.clock import DAYS_AHEAD
from scripts._demo.narration import Teller, dollars, words_of
from scripts._demo.results import Left, leave
from scripts._demo.world import (
    ADMIN_A,
    ADMIN_B,
    CAPITAL,
    CAPITAL_PROVIDER,
    DAILY_CAP,
    GOVERNOR,
    World,
)
from scripts._demo.year import Shown, Year
from scripts.deploy import Params, Recorder, deploy

OUT = Path(__file__).resolve().parent.parent / "out" / "demo"


@dataclass(frozen=True)
class Played:
    """A demo that is over."""

    world: World
    scenes: scenes.Scenes
    shown: Shown
    left: Left


def main() -> None:
    """`brownie run demo`; the environment names a folder of records in SALUS_DEMO_FHIR, or none, and in
    SALUS_DEMO_OUT another folder than out/demo for what it leaves."""
    with one_line_errors():
        _check_network()
        folder, out = (os.environ.get(f"SALUS_DEMO_{name}", "") for name in ("FHIR", "OUT"))
        play(Path(folder) if folder else None, Path(out) if out else OUT, Teller())


def _check_network() -> None:
    """The story has accounts, money and time of its own, which only a chain of one's own machine gives."""
    Network.of(web3.eth.chain_id).check_local(
        "the demo does not play", remedy="run `make demo`, with NETWORK=ganache or NETWORK=anvil"
    )


def play(records: Path | None, out: Path, tell: Teller) -> Played:
    """Plays the story with the records of a folder, or else with the project's own patients, and leaves its
    letters in `out`. Raises SalusError for records or a clock that do not do."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="salus-demo-") as home, contextlib.ExitStack() as stack:
        work = Path(home)
        tell.title(
            "Salus: from a hospital's record to a payout",
            "A year of health insurance on a chain of its own. The chain sees amounts and days, but no name",
            "and no diagnosis; this story speaks of “the mother” or “member 2” for the same reason.",
        )
        cast = _cast(records, work / "records", tell)
        chosen = scenes.choose(cast)
        chain, suite = _deploy(tell)
        world = World(cast=cast, chain=chain, folder=work, auto_pay_limit=chosen.auto_pay_limit)
        stack.callback(lambda: [hospital.outbox.close() for hospital in world.hospitals])
        _open(world, suite, tell)
        _sell(world, suite, tell)

        tell.chapter("4 · A year of care: records are signed, filed, decided and paid")
        tell.say("Each month both hospitals sign all new bills at once, and file them in one transaction.")
        year = Year(world, chosen, tell)
        year.live()

        tell.chapter("5 · What is left of the year")
        left = leave(world, year.shown, out, seconds=time.monotonic() - begun)
        _tell_end(left, year.shown, tell)
        return Played(world, chosen, year.shown, left)


def _cast(records: Path | None, work: Path, tell: Teller) -> Cast:
    tell.chapter("1 · Who plays")
    now = int(web3.eth.get_block("latest")["timestamp"])
    if records is None:
        cast = casting.own(days.utc_day(now) + DAYS_AHEAD, work)
    else:
        cast = casting.from_folder(records)
        if days.latest_day(now) >= cast.start:
            raise InputError(
                f"shows {words_of(days.utc_day(now))}, but the policies start on {words_of(cast.start)}",
                field="the chain's clock",
                remedy="run `make demo FHIR=folder`, which starts a chain at that time",
            )
    tell.say(f"{cast.title[0].upper()}{cast.title[1:]}.")
    for note in cast.notes:
        tell.say(note)
    tell.say(f"The policy year is {words_of(cast.start)} to {words_of(cast.start + YEAR - 1)}.")
    return cast


def _deploy(tell: Teller) -> tuple[Chain, Any]:
    tell.chapter("2 · The contracts, the hospitals and the pool")
    book = AddressBook(chain_id=web3.eth.chain_id, genesis=genesis_of(web3))
    recorder = Recorder(book)
    with _quiet():
        suite = deploy(Params.local(accounts), accounts[0], recorder)
    chain = Chain.open(str(web3.provider.endpoint_uri), addresses=recorder.book)
    tell.done("six contracts are deployed, and every role and setting is read back")
    tell.done("the account that deployed them keeps no power")
    return chain, suite


def _open(world: World, suite: Any, tell: Teller) -> None:
    for name, admin in zip(world.cast.hospitals, (ADMIN_A, ADMIN_B), strict=True):
        hospital = world.open_hospital(name, admin)
        tell.done(f"{name} is accredited as provider {hospital.number}, and adds its own seal key")
    pool = world.open_pool(suite.stablecoin.address)
    _mint(suite, world.account(CAPITAL_PROVIDER).address, CAPITAL * pool.unit)
    world.fund()
    tell.done(f"an insurer opens a risk pool, and a capital provider brings {dollars(CAPITAL)}")
    tell.done(f"the pool pays each hospital's patients up to {dollars(DAILY_CAP)} a day without review")


def _sell(world: World, suite: Any, tell: Teller) -> None:
    tell.chapter("3 · Policies, cards and consents")
    for plan in world.cast.plans:
        holder = Account.create()
        _mint(suite, holder.address, plan.premium * world.pool.unit)
        world.sell(plan, holder)
        members = "1 member" if len(plan.people) == 1 else f"{len(plan.people)} members"
        tell.done(
            f"{plan.name} ({members}) buys “{plan.table.title}” for {dollars(plan.premium)}; "
            f"it pays up to {dollars(plan.annual_limit)}"
        )
    limit = dollars(world.auto_pay_limit)
    tell.say(f"Payments above {limit}, and all emergencies, wait three days for review.")
    for _, insured in world.everybody():
        if not insured.person.consents_late:
            world.consent(insured)
    tell.done("each member shows a card at the hospitals; all but one consent to their filing")


def _mint(suite: Any, owner: str, tokens: int) -> None:
    with _quiet():
        suite.stablecoin.mint(owner, tokens, {"from": accounts[GOVERNOR]})


def _tell_end(left: Left, shown: Shown, tell: Teller) -> None:
    summary = left.summary
    for outcome, found in summary["claims"]["byOutcome"].items():
        tell.say(f"{found['count']:>4} {outcome:<10} billed {dollars(found['billed'])}")
    tell.say(f"The insurer rechecked {shown.rechecked} sealed records against what was attested.")
    money = summary["money"]
    tell.say(
        f"The pool took {dollars(money['capital'])} of capital and {dollars(money['premiums'])} of premium, "
        f"paid {dollars(money['paid'])}, and holds {dollars(money['balance'])}."
    )
    for missing in summary["notShown"]:
        tell.waits(f"These records did not allow for one scene: {missing}")
    tell.chapter("6 · Look at it")
    shown_from = Path.cwd()
    folder = left.folder.relative_to(shown_from) if left.folder.is_relative_to(shown_from) else left.folder
    kinds = "html" if left.without_pdf else "pdf, .html"
    tell.say(f"{summary['members']} letters, one to each member   {folder}/letter-*.{kinds}")
    if left.without_pdf:
        tell.waits(f"The letters are HTML only: {left.without_pdf}")
    tell.say(f"the money's way                {folder}/money.svg")
    tell.say(f"all figures and transactions   {folder}/summary.json")
    tell.say(f"{summary['gas']['perClaim']:,} gas a claim on average; {summary['seconds']} seconds in all.")
    tell_what_next(tell)


@contextmanager
def _quiet() -> Iterator[None]:
    """Brownie tells of each transaction; the story tells what matters."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
