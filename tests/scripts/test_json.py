"""salus --json: what a program reads beside the words

given an action that answers a question, or one that finds nothing to do
    its answer should be facts: numbers, days, amounts as decimals with their currency, and what is at fault
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from brownie import web3

from salus.base.days import to_date
from salus.cli.root import run
from tests.scripts.conftest import RELAYER, Clinic


@pytest.fixture(autouse=True)
def node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_RPC_URL", web3.provider.endpoint_uri)


Answer = Callable[..., dict[str, Any]]


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    def of(*words: Any, fails: bool = False) -> dict[str, Any]:
        capsys.readouterr()
        if fails:
            with pytest.raises(SystemExit):
                run([str(word) for word in (*words, "--json")])
        else:
            run([str(word) for word in (*words, "--json")])
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return of


def eligibility(clinic: Clinic, benefit: str) -> list[Any]:
    keys = clinic.path("keys-0")
    shown = ("--card", keys / "member-0.card.json", "--cover", keys / "member-0.cover.json")
    asked = ("--benefit", benefit, "--day", to_date(clinic.start + 30), "--billed", 120)
    return ["hospital", "eligibility", "--provider", 1, *shown, "--table", "family", *asked]


def test_eligibility(clinic: Clinic, answer: Answer) -> None:
    found = answer(*eligibility(clinic, "visit.primary"))

    assert (found["decided"], found["reason"], found["status"], found["covered"]) == (
        True,
        None,
        "paid",
        True,
    )
    assert (found["currency"], found["billed"], found["plan_pays"]) == ("USD", "120.00", "96.00")
    assert found["codes"] == ["PR-2"]
    assert (found["benefit"], found["day"]) == ("visit.primary", to_date(clinic.start + 30).isoformat())
    limits = {limit["name"]: limit for limit in found["limits"]}
    assert Decimal(limits["policy year"]["left"]) == Decimal(limits["policy year"]["limit"])
    assert limits["units of the same"] == {"name": "units of the same", "left": None, "limit": None}


def test_a_pools_figures(clinic: Clinic, answer: Answer) -> None:
    found = answer("insurer", "status", "--pool", clinic.pool)

    assert (found["pool"], found["currency"]) == (clinic.pool, "USD")
    for figure in found["figures"]:
        assert figure["currency"] == "USD"
        assert Decimal(figure["amount"]) == Decimal(figure["minor_units"]) / 100
        assert figure["value"] == f"{Decimal(figure['amount']):,.2f} USD"
    assert next(figure for figure in found["figures"] if figure["name"] == "balance")["minor_units"] > 0


def test_roles(clinic: Clinic, answer: Answer) -> None:
    found = answer("governor", "status")

    roles = {entry["role"]: entry for entry in found["roles"]}
    assert set(roles["GOVERNOR"]) == {"role", "account", "delay_seconds"}
    assert roles["GOVERNOR"]["delay_seconds"] == 0
    assert (found["closed"], found["announced"]) == ([], [])


@pytest.mark.parametrize("action", ["settle-due", "collect-owed", "close-due"])
def test_nothing_is_due(clinic: Clinic, answer: Answer, action: str) -> None:
    found = answer("keeper", action, "--account", RELAYER)

    assert (found["found"], found["done"], found["refused"]) == (0, 0, 0)


def test_records_and_rechecks(clinic: Clinic, answer: Answer) -> None:
    clinic.attest()
    clinic.file()
    sealed = clinic.work / "sealed"
    exported = answer("hospital", "export", "--provider", 1, "--folder", sealed, "--outbox", clinic.outbox)
    assert exported["records"] == len(list(sealed.iterdir())) > 0
    assert exported["folder"] == str(sealed)

    keys = clinic.path("keys-0")
    own = (
        "patient",
        "recheck",
        *("--card", keys / "member-0.card.json", "--cover", keys / "member-0.cover.json"),
        *("--table", "family", "--records", sealed, "--record-key", keys / "record.key"),
    )
    found = answer(*own)
    assert found["passed"] is True
    assert found["links"] == []
    assert {claim["outcome"] for claim in found["claims"]} == {"as the record"}
    lost = found["claims"][0]["record"].removeprefix("0x")

    (sealed / f"{lost}.age").unlink()
    found = answer(*own, fails=True)
    assert found["passed"] is False
    assert [claim["fault"] for claim in found["claims"] if claim["fault"]] == ["its sealed record is missing"]
