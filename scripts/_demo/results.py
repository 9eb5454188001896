"""What the demo leaves behind: a letter for each member, the picture, and a summary. All of it is read back
from the chain's events, and checked against the chain's own counters."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salus import statement
from salus.base import days, files
from salus.base.codes import COINSURANCE, DEDUCTIBLE, LIMIT, Group
from salus.base.errors import ChainError, MissingLibrary, RecordError
from salus.chain.events import ClaimEvent
from salus.cover.card import member_number
from salus.statement import Item, LetterFolder, Letterhead, Statement
from salus.statement.ledger import Ledger, claim_events
from salus.types import ClaimStatus
from scripts._demo import picture
from scripts._demo.picture import Flow
from scripts._demo.world import CAPITAL, World
from scripts._demo.year import Shown

_WANTED = {
    "a claim held and settled": "held_and_settled",
    "two lines denied with different codes": "denied_with_two_codes",
    "a line skipped and filed again": "skipped_then_filed",
    "a line withdrawn and corrected": "withdrawn_and_corrected",
    "a replay refused": "replay_refused",
    "an up-coded line found": "upcoded_found",
}


@dataclass(frozen=True)
class Left:
    """What was left."""

    summary: dict[str, Any]
    folder: Path
    without_pdf: MissingLibrary | None
    """Why the letters are there as HTML only, if the machine cannot make PDF."""


def leave(world: World, shown: Shown, folder: Path, *, seconds: float) -> Left:
    """Writes everything into the folder, in place of what an earlier run left. Raises ChainError if events
    and counters of the chain disagree, and RecordError if the folder cannot be written."""
    happened = {sale.file.policy_id: claim_events(world.chain, sale.file.policy_id) for sale in world.sales}
    _check(world, happened)
    _clear(folder)
    letters, written = [], LetterFolder(folder, as_fhir=True)
    for number, (sale, insured) in enumerate(world.everybody(), start=1):
        slug = re.sub(r"\W+", "-", insured.person.part.removeprefix("the ")).strip("-")
        index = sale.file.members.index(insured.membership.cover.member)
        letter = statement.statement(insured.membership, happened[sale.file.policy_id])
        letters.append(letter)
        head = Letterhead(
            insurer="Harbour Mutual Health",
            contact="claims@harbour-mutual.example",
            addressee=insured.person.name,
            member=member_number(sale.file.policy_id, index),
            plan=insured.membership.table.title,
            written=world.today,
            providers={hospital.number: hospital.name for hospital in world.hospitals},
            payees={sale.file.terms.payee: "the policyholder’s account"},
        )
        written.write(letter, head, name=f"letter-{number:02}-{slug}")
    _write(folder / "money.svg", _picture(world, letters).encode())
    summary = _summary(world, shown, letters, seconds)
    _write(folder / "summary.json", json.dumps(summary, indent=2).encode() + b"\n")
    return Left(summary, folder, written.without_pdf)


def _check(world: World, happened: Mapping[bytes, list[ClaimEvent]]) -> None:
    """The counters replayed from events are those of the chain, and the pool holds what it should."""
    paid = 0
    for sale in world.sales:
        ledger = Ledger.replay(happened[sale.file.policy_id])
        names = ("paid", "reserved", "deductible", "out_of_pocket")
        mine = [getattr(ledger.account, name) for name in names]
        chain = list(world.chain.book.functions.accountOf(sale.file.policy_id).call()[:4])
        if mine != chain:
            raise ChainError(f"events of {sale.plan.name} give {mine}, the policy book says {chain}")
        paid += ledger.account.paid
    premiums = sum(sale.plan.premium for sale in world.sales)
    balance, wanted = _balance(world), CAPITAL + premiums - paid
    if balance != wanted:
        raise ChainError(f"the pool holds {balance} instead of {wanted}")


def _balance(world: World) -> int:
    """Of the pool, minor units."""
    tokens = world.pool.asset.functions.balanceOf(world.pool.address).call()
    return int(tokens) // world.pool.unit


def _picture(world: World, letters: Sequence[Statement]) -> str:
    out_of = []
    for sale in world.sales:
        own = [letter for letter in letters if letter.membership.policy_id == sale.file.policy_id]
        out_of.append(Flow(f"Paid to {sale.plan.name}", sum(letter.paid for letter in own), "paid"))
    paid = sum(part.amount for part in out_of)
    coming = sum(letter.coming for letter in letters)
    premiums = [Flow(f"Premium of {sale.plan.name}", sale.plan.premium, "premium") for sale in world.sales]
    whole = CAPITAL + sum(part.amount for part in premiums)
    out_of += [
        Flow("Set aside for claims", coming, "held"),
        Flow("Stays in the pool", whole - paid - coming, "stays"),
    ]
    return picture.draw(
        title="The money's way through a year",
        into=[Flow("Capital", CAPITAL, "capital"), *premiums],
        out_of=out_of,
        bills=_bills(letters),
        currency=world.pool.currency,
    )


def _bills(letters: Iterable[Statement]) -> list[Flow]:
    """Who bears what of the bills that a plan shares in; fixed benefits do not look at the bill."""
    sums: Counter[tuple[str, str]] = Counter()
    for item in (item for letter in letters for item in letter.items):
        if item.counts and not item.fixed:
            waits = item.status.is_open
            sums["Set aside by the plan" if waits else "Paid by the plan", "held" if waits else "paid"] += (
                item.paid
            )
            for part in item.reductions:
                sums[_bearer(item, part)] += part.amount
    order = ("paid", "held", "deductible", "member", "limit", "denied", "provider")
    ranked = sorted(sums.items(), key=lambda found: order.index(found[0][1]))
    return [Flow(label, amount, style) for (label, style), amount in ranked]


def _bearer(item: Item, part: statement.Reduction) -> tuple[str, str]:
    if item.status is ClaimStatus.DENIED:
        denied = part.carc.group is Group.CONTRACT
        return (
            ("Denied, the hospital bears it", "provider")
            if denied
            else ("Denied, the member bears it", "denied")
        )
    named = {
        DEDUCTIBLE: ("Members: deductible", "deductible"),
        COINSURANCE: ("Members: coinsurance", "member"),
        LIMIT: ("Members: above a limit", "limit"),
    }
    return named.get(part.carc, (part.carc.title, "limit"))


def _summary(world: World, shown: Shown, letters: Sequence[Statement], seconds: float) -> dict[str, Any]:
    cast = world.cast
    items = [item for letter in letters for item in letter.items]
    filings = [sent for sent in world.sent if sent.what == "file claims"]
    lines = sum(sent.lines for sent in filings)
    refused: Counter[str] = Counter(result.reason.name for person in cast.people for result in person.refused)
    return {
        "records": cast.title,
        "year": [days.to_date(cast.start).isoformat(), days.to_date(cast.start + 364).isoformat()],
        "chain": {
            "id": world.chain.chain_id,
            "blocks": world.chain.w3.eth.block_number,
            "contracts": {name: entry.address for name, entry in world.chain.addresses.contracts.items()},
            "pool": world.pool.address,
        },
        "currency": world.pool.currency,
        "amounts": "minor units",
        "policies": [
            {
                "name": sale.plan.name,
                "id": "0x" + sale.file.policy_id.hex(),
                "table": sale.plan.table.name,
                "members": len(sale.insured),
                "premium": sale.plan.premium,
                "annualLimit": sale.plan.annual_limit,
            }
            for sale in world.sales
        ],
        "members": len(letters),
        "claims": {
            "decided": len(items),
            "byOutcome": _by_outcome(items, world),
            "byCode": dict(
                sorted(Counter(str(part.carc) for item in items for part in item.reductions).items())
            ),
            "amountByCode": _amount_by_code(items),
            "refusedBeforeSigning": dict(refused),
            "sealedRecordsRechecked": shown.rechecked,
        },
        "money": {
            "billed": sum(letter.billed for letter in letters),
            "paid": sum(letter.paid for letter in letters),
            "setAside": sum(letter.coming for letter in letters),
            "membersMayOwe": sum(letter.owe for letter in letters),
            "capital": CAPITAL,
            "premiums": sum(sale.plan.premium for sale in world.sales),
            "balance": _balance(world),
        },
        "gas": {
            "perClaim": sum(sent.gas for sent in filings) // max(1, lines),
            "byStep": _gas_by_step(world),
        },
        "shown": {name: getattr(shown, name) for name in (*_WANTED.values(), "billed_twice_denied")},
        "notShown": not_shown(shown),
        "transactions": [
            {"what": sent.what, "hash": sent.transaction, "gas": sent.gas, "lines": sent.lines}
            for sent in world.sent
        ],
        "seconds": round(seconds, 1),
    }


def not_shown(shown: Shown) -> list[str]:
    """The scenes that the records did not allow for, in words."""
    return [words for words, name in _WANTED.items() if not getattr(shown, name)]


def _by_outcome(items: Iterable[Item], world: World) -> dict[str, dict[str, int]]:
    """Each decision once; a repetition and a decision taken back stand apart. What was only skipped was not
    decided, and is counted from the hospitals' outboxes."""
    found: dict[str, list[int]] = defaultdict(list)
    for item in items:
        taken_back = item.status is ClaimStatus.NONE
        name = (
            "duplicate"
            if item.entry.is_duplicate
            else "withdrawn"
            if taken_back
            else item.status.name.lower()
        )
        found[name].append(item.billed)
    for hospital in world.hospitals:
        for entry in hospital.outbox.entries():
            if entry.state.value in ("skipped", "attested", "drafted"):
                found["undecided"].append(entry.diagnosis.billed)
    return {name: {"count": len(sums), "billed": sum(sums)} for name, sums in sorted(found.items())}


def _amount_by_code(items: Iterable[Item]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for item in items:
        if item.counts:
            for part in item.reductions:
                sums[str(part.carc)] += part.amount
    return dict(sorted(sums.items()))


def _gas_by_step(world: World) -> dict[str, dict[str, int]]:
    steps: dict[str, list[int]] = defaultdict(list)
    for sent in world.sent:
        steps[sent.what].append(sent.gas)
    return {
        what: {"transactions": len(gas), "average": sum(gas) // len(gas)}
        for what, gas in sorted(steps.items())
    }


def _clear(folder: Path) -> None:
    """Takes away what an earlier run left, and nothing else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for pattern in ("letter-*.html", "letter-*.pdf", "letter-*.fhir.json", "money.svg", "summary.json"):
            for path in folder.glob(pattern):
                path.unlink()
    except OSError as error:
        raise RecordError(
            f"cannot be written: {error.strerror}", file=str(folder), remedy="free it or name another place"
        ) from None


def _write(path: Path, content: bytes) -> None:
    files.write_durably(path, [content], fault=RecordError)
