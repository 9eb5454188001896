"""Cases of adjudication for the model and the contract: golden cases, tabled cases and random ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from salus.base.money import BPS
from salus.claim.adjudication import Outcome, Used, adjudicate
from salus.crypto.abi import ZERO_ADDRESS
from salus.types import (
    MAX_AMOUNT,
    Account,
    Benefit,
    BenefitKind,
    Diagnosis,
    GroupUse,
    Member,
    Policy,
    Remittance,
)
from tests.support.words import account_word, group_word

VECTORS = Path(__file__).parents[1] / "vectors"
GOLDEN = VECTORS / "golden-cases.json"
TABLE = VECTORS / "adjudication-cases.json"

LAST_DAY = 2**32 - 1
MAX_UINT16 = 2**16 - 1
MAX_UINT64 = 2**64 - 1
ONE = bytes(31) + b"\1"


@dataclass(frozen=True)
class Case:
    """The inputs of one adjudication."""

    policy: Policy
    member: Member
    benefit: Benefit
    diagnosis: Diagnosis
    used: Used

    def outcome(self) -> Outcome:
        """Returns the model's answer."""
        return adjudicate(self.policy, self.member, self.benefit, self.diagnosis, self.used)

    def as_tuple(self) -> tuple[Any, ...]:
        """Returns the arguments of the contract harness."""
        used = self.used
        books = (account_word(used.account), group_word(used.group), used.claimed_by_others, used.filed_day)
        work = (*books, (0,) * 10)
        terms = (part.as_tuple() for part in (self.policy, self.member, self.benefit))
        # A filed diagnosis omits policy, member and benefit, because the line contains them.
        return (*terms, self.diagnosis.as_tuple()[3:], work)


@dataclass(frozen=True)
class Tabled:
    """A case with an answer that was worked out by hand."""

    name: str
    case: Case
    malformed: bool
    denied: str | None
    remittance: Remittance
    after: dict[str, int] | None
    """The counters after an immediate payment, as far as the table names them."""


def case(
    policy: dict[str, int],
    member: dict[str, int],
    benefit: dict[str, Any],
    diagnosis: dict[str, int],
    used: dict[str, int],
) -> Case:
    """Returns a case from the fields that the rules read; the others are blank."""
    terms = {
        "share_bps": 0, "rate": 0, "claim_limit": 0, "group_limit": 0, "unit_limit": 0, "waiting_days": 0,
        "elimination_days": 0, "deductible_applies": False, "by_night": False, "authorisation": False,
    }  # fmt: skip
    return Case(
        policy=Policy(
            holder=ZERO_ADDRESS, payee=ZERO_ADDRESS, pool=ZERO_ADDRESS, benefit_table=ONE, members=ONE,
            auto_pay_limit=0, review_window=0, solvency_bps=0, premium=0, currency="USD", account=bytes(32),
            salt=ONE, **policy,
        ),
        member=Member(
            commitment=ONE, consent_signer=ZERO_ADDRESS, payee=ZERO_ADDRESS, schedule=ONE, **member
        ),
        benefit=Benefit(id=ONE, group=bytes(32), **{**terms, **benefit}),
        diagnosis=Diagnosis(
            policy=ONE, member=ONE, benefit=ONE, bill_line=ONE, case_id=ONE, record=ONE, revision=0,
            currency="USD", flags=0, **diagnosis,
        ),
        used=Used(
            account=Account(**{name: used.get(name, 0) for name in ACCOUNT}),
            group=GroupUse(paid=used.get("group_paid", 0), units=used.get("group_units", 0)),
            claimed_by_others=used.get("claimed_by_others", 0),
            filed_day=used["filed_day"],
        ),
    )  # fmt: skip


ACCOUNT = ("paid", "reserved", "deductible", "out_of_pocket")


def counters(account: Account, group: GroupUse) -> dict[str, int]:
    """Returns the counters under the names of the table, without those that are 0."""
    named = {name: getattr(account, name) for name in ACCOUNT}
    named |= {"group_paid": group.paid, "group_units": group.units}
    return {name: value for name, value in named.items() if value}


def tabled() -> list[Tabled]:
    """Returns the cases of adjudication-cases.json."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return [_tabled(table, row) for row in table["cases"]]


def _tabled(table: dict[str, Any], row: dict[str, Any]) -> Tabled:
    parts: dict[str, dict[str, Any]] = {}
    for layer in (table["common"], table["bases"][row["base"]], row["given"]):
        for part, values in layer.items():
            parts[part] = {**parts.get(part, {}), **values}
    parts["benefit"]["kind"] = BenefitKind[parts["benefit"]["kind"]]
    expected = dict(row["expect"])
    return Tabled(
        name=row["case"],
        case=case(**parts),
        malformed=expected.pop("malformed", False),
        denied=expected.pop("denied", None),
        after=expected.pop("after", None),
        remittance=Remittance(**expected),
    )


def golden() -> list[Tabled]:
    """Returns the cases of golden-cases.json; they name counters only if a limit reads them."""
    return [_golden(row) for row in json.loads(GOLDEN.read_text(encoding="utf-8"))]


def _golden(row: dict[str, Any]) -> Tabled:
    policy, terms, used, line, expected = (
        row[part] for part in ("policy", "benefit", "used", "line", "expect")
    )
    group_counts, units_count = bool(terms["group_limit"]), bool(terms["unit_limit"])
    after = expected["after"]
    return Tabled(
        name=row["case"],
        case=case(
            policy={
                "start": policy["start"],
                "end": policy["end"],
                "filing_days": policy["filing_days"],
                "annual_limit": policy["annual_limit"],
                "deductible": policy["deductible"],
                "out_of_pocket": policy["oop_max"],
            },
            member={"covered_since": line["covered_since"], "covered_until": policy["end"]},
            benefit={
                "kind": BenefitKind[terms["kind"].upper()],
                "waiting_days": terms["waiting"],
                "elimination_days": terms["elimination"],
                **{name: terms[name] for name in ("share_bps", "rate", "deductible_applies", "by_night")},
                **{name: terms[name] for name in ("claim_limit", "group_limit", "unit_limit")},
            },
            diagnosis={
                "service_from": line["day_from"],
                "service_to": line["day_to"],
                "units": line["units"],
                "billed": line["billed"],
            },
            used={
                "paid": used["paid"],
                "deductible": used["deductible"],
                "out_of_pocket": used["oop"],
                "group_paid": used["group"],
                "group_units": used["units"],
                "claimed_by_others": line["other_paid"],
                "filed_day": line["filed_day"],
            },
        ),
        malformed=False,
        denied=str(expected["reason"]) if expected["reason"] else None,
        remittance=Remittance(
            **{
                name: expected[name]
                for name in (
                    "allowed", "deductible", "coinsurance", "over_limit", "not_covered", "other_cover",
                    "eliminated", "outside", "paid",
                )
            },
            units=after["units"] - used["units"],
        ),
        after={
            "paid": after["paid"],
            "deductible": after["deductible"],
            "out_of_pocket": after["oop"],
            **({"group_paid": after["group"]} if group_counts else {}),
            **({"group_units": after["units"]} if units_count else {}),
        },
    )  # fmt: skip


def random_case(rng: Random) -> Case:
    """Returns a well-formed case, with boundary values more often than by chance; each gate denies some."""
    start = rng.choice((0, 20_000, rng.randrange(20_000, 21_000), LAST_DAY - 400))
    end = start + rng.choice((1, 365, 366, rng.randint(1, 366)))
    since = rng.choice((start, start, max(0, start - 40), rng.randint(start, end)))
    until = rng.choice((end, end, rng.randint(start, end + 30)))
    waiting = rng.choice((0, 0, 0, rng.randint(1, 60)))
    covered = range(max(start, since, since + waiting), min(end, until)) or range(start, end)
    edge = beside(rng, start, end, since, until, since + waiting)
    first = edge if rng.random() < 0.2 else rng.choice(covered)
    nights = rng.choice((0, rng.randint(1, 10), beside(rng, end - first, until - first), rng.randint(0, 400)))
    last = min(first + nights, LAST_DAY)
    filing_days = rng.choice((0, 90, rng.randint(0, 120), MAX_UINT16))
    filed = rng.choice((last, last, rng.randint(first, last + filing_days), beside(rng, last + filing_days)))

    kind = rng.choice((BenefitKind.INDEMNITY, BenefitKind.SCHEDULED))
    by_night = rng.random() < 0.6
    units = rng.choice((1, rng.randint(1, 5), rng.randint(1, MAX_UINT16), MAX_UINT16))
    stated = last - first if by_night else units
    most_rate = MAX_UINT64 if kind is BenefitKind.INDEMNITY else MAX_UINT64 // max(stated, 1)
    billed = amount(rng, MAX_UINT64)
    claim_limit = rng.choice((0, amount(rng, MAX_UINT64), beside(rng, billed, high=MAX_UINT64)))
    group_limit = rng.choice((0, amount(rng, MAX_UINT64)))
    unit_limit = rng.choice((0, rng.randint(1, 30), LAST_DAY))

    annual_limit, deductible, out_of_pocket = (rng.choice((0, amount(rng), amount(rng))) for _ in range(3))
    annual_limit = annual_limit or rng.choice((0, 1, MAX_AMOUNT))
    decided = part_of(rng, annual_limit)
    reserved = rng.choice((0, rng.randint(0, decided)))
    return case(
        policy={
            "start": start,
            "end": end,
            "filing_days": filing_days,
            "annual_limit": annual_limit,
            "deductible": deductible,
            "out_of_pocket": out_of_pocket,
        },
        member={"covered_since": since, "covered_until": until},
        benefit={
            "kind": kind,
            "share_bps": rng.choice((0, 1, 8_000, BPS - 1, BPS, rng.randint(0, BPS))),
            "rate": amount(rng, most_rate),
            "claim_limit": claim_limit,
            "group_limit": group_limit,
            "unit_limit": unit_limit,
            "waiting_days": waiting,
            "elimination_days": rng.choice((0, rng.randint(0, 10), beside(rng, nights), MAX_UINT16)),
            "deductible_applies": rng.random() < 0.6,
            "by_night": by_night,
        },
        diagnosis={"service_from": first, "service_to": last, "units": units, "billed": billed},
        used={
            "paid": decided - reserved,
            "reserved": reserved,
            "deductible": part_of(rng, deductible),
            "out_of_pocket": part_of(rng, out_of_pocket),
            "group_paid": part_of(rng, min(group_limit, MAX_AMOUNT)),
            "group_units": part_of(rng, unit_limit, high=LAST_DAY),
            "claimed_by_others": rng.choice((0, 0, part_of(rng, billed, high=MAX_UINT64), 2**256 - 1)),
            "filed_day": min(filed, LAST_DAY),
        },
    )


def amount(rng: Random, high: int = MAX_AMOUNT) -> int:
    """Returns an amount in minor units: 0, tiny, usual, or up to the largest."""
    everyday = rng.randint(0, min(2_000_000, high))
    return rng.choice((0, min(rng.randint(1, 9), high), everyday, everyday, rng.randint(0, high), high))


def part_of(rng: Random, limit: int, high: int = MAX_AMOUNT) -> int:
    """Returns the used part of a limit: nothing, some, nearly all, all, or a little more."""
    some = rng.randint(0, limit)
    return rng.choice((0, 0, some, some, some, max(limit - 1, 0), beside(rng, limit, high=high)))


def beside(rng: Random, *edges: int, high: int = LAST_DAY) -> int:
    """Returns a boundary, or the value before or after it, because rules change there."""
    return min(max(rng.choice(edges) + rng.choice((-1, 0, 1)), 0), high)
