"""salus list, and names in the options of every action

given a clinic that has filed claims
    each list should show what there is, with the user's names, and as JSON
    filters should leave the others out; a name should do where an address, a number or an id would
given a name of another chain, or of another kind
    it should be refused, and nothing sent
given a name for what the suite has not
    it should not be taken
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from brownie import accounts, web3

from salus.base.days import to_date
from salus.chain import events
from salus.cli.root import run
from tests.scripts.conftest import INSURER, READY, Clinic


@pytest.fixture
def used(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A clinic whose first patient's claims are decided, and a user with names."""
    clinic.attest()
    clinic.file()
    monkeypatch.setenv("SALUS_RPC_URL", web3.provider.endpoint_uri)
    monkeypatch.delenv("SALUS_NETWORK", raising=False)
    monkeypatch.setenv("SALUS_NAMES", str(clinic.work / "names.yaml"))
    policy = next(iter(clinic.chain.past(events.PolicyIssued))).policy
    run(["name", "pool", "family", clinic.pool])
    run(["name", "provider", "lakeside", "1"])
    run(["name", "policy", "first", f"0x{policy.hex()}"])
    run(["name", "account", "house", str(accounts[4])])
    return clinic


def words(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    capsys.readouterr()
    run(list(given))
    return " ".join(capsys.readouterr().out.split())


def entries(capsys: pytest.CaptureFixture[str], what: str, *given: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    run(["list", what, "--json", *given])
    found = json.loads(capsys.readouterr().out)
    listed: list[dict[str, Any]] = found.get(what, [])
    return listed


def refused(capsys: pytest.CaptureFixture[str], *given: str) -> tuple[int, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        run(list(given))
    assert isinstance(stop.value.code, int)
    return stop.value.code, capsys.readouterr().err.strip().splitlines()[-1].removeprefix("Error: ")


def test_providers(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    said = words(capsys, "list", "providers")

    assert f"1 lakeside 2020-01-01 to 2089-12-31 1 {accounts[7]}" in said
    (row,) = entries(capsys, "providers")
    assert (row["number"], row["admin"], row["keys"]) == (1, str(accounts[7]), 1)


def test_pools(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    said = words(capsys, "list", "pools")

    pool = used.chain.pool(used.pool)
    free = pool.token_words(pool.contract.functions.freeAssets().call())
    assert f"family Family Pool (sFAM) {free}" in said
    assert f"house {used.pool}" in said
    (row,) = entries(capsys, "pools")
    assert (row["address"], row["name"], row["currency"]) == (used.pool, "Family Pool", "USD")


def test_policies(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    said = words(capsys, "list", "policies", "--pool", "family")

    days = f"{to_date(used.start)} to {to_date(used.start + 364)}"
    assert f"first {days} in force 3,600.00 USD family 0x" in said
    assert len(entries(capsys, "policies")) == 4
    assert len(entries(capsys, "policies", f"--holder={accounts[8]}")) == 4
    assert entries(capsys, "policies", "--holder=house") == []
    assert words(capsys, "list", "policies", "--holder=house") == "There is no such policy."


def test_claims(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    every = entries(capsys, "claims")

    assert len(every) == READY
    assert entries(capsys, "claims", "--policy", "first", "--provider", "lakeside") == every
    paid = entries(capsys, "claims", "--state", "paid")
    held = entries(capsys, "claims", "--state", "held")
    assert len(paid) + len(held) == READY
    assert sum(row["paid"] for row in every) == used.chain.book.functions.accountOf(
        bytes.fromhex(every[0]["policy"][2:])
    ).call()[0] + sum(row["paid"] for row in held)
    said = words(capsys, "list", "claims")
    assert f"{to_date(every[0]['service_from'])} " in said
    assert "lakeside first 0x" in said
    assert refused(capsys, "list", "claims", "--state", "lost")[1].startswith("state: is no state of a claim")


def test_a_name_does_where_an_address_would(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    words(
        capsys,
        "insurer",
        "set-cap",
        "--pool=family",
        "--provider=lakeside",
        "--limit=12.50",
        f"--account={INSURER}",
    )

    assert used.chain.providers.functions.dailyCapOf(used.pool, 1).call()[0] == 12_50


def test_a_name_of_another_chain_or_kind(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    run(["name", "pool", "dental", used.pool, "--chain-id", "1"])

    assert refused(capsys, "insurer", "status", "--pool=dental") == (
        2,
        "pool: 'dental' is no name of a pool on chain 1337; it is a name on chain 1",
    )
    assert refused(capsys, "insurer", "status", "--pool=lakeside")[0] == 2
    assert refused(capsys, "insurer", "status", "--pool=famili")[1].endswith("did you mean family?")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("pool", "other", "0x" + "11" * 20), "0x1111111111111111111111111111111111111111 is not a pool"),
        (("provider", "other", "9"), "provider: 9 is no provider; "),
        (("policy", "other", "11" * 32), "policy: is no policy of this suite; "),
        (("pool", "family", "SELF"), "names.yaml: name: 'family' stands for 0x"),
        (("pool", "0xfamily", "SELF"), "name: cannot be a name; begin with a letter"),
    ],
)
def test_what_is_not_named(
    used: Clinic, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], expected: str
) -> None:
    path = used.work / "names.yaml"
    run(["name", "remove", "pool", "family"])
    run(["name", "account", "spare", str(accounts[3])])
    if given[1] == "family":
        path.write_text(f'1337:\n  pool:\n    family: "{accounts[3]}"\n')
    before = path.read_text()
    words_given = [used.pool if word == "SELF" else word for word in given]

    code, message = refused(capsys, "name", *words_given)

    assert code == 1
    assert expected in message
    assert path.read_text() == before
