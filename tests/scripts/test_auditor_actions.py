"""salus auditor verify and export, at a clinic that has filed claims

given a suite in use
    verify should end with 0, say what it has compared, and write every comparison
    with the roles' holders named, a wrong one should be a difference
    with a second node, both should know the same events
given a view that is wrong, or events that are left out
    verify should end with 1 and say which value differs
given a folder
    export should write every book with totals that tie, and its README should name each file
    names and codes of patients should be nowhere in it
    a folder with something in it should be left alone
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from brownie import accounts, chain, web3

from salus.chain import events
from salus.chain.http_node import Node
from salus.cli.root import run
from salus.crypto.abi import keccak
from tests.scripts.conftest import READY, Clinic
from tests.support.secrets_of import of_bundle, readable


@pytest.fixture
def used(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A clinic whose first patient's claims are decided."""
    clinic.attest()
    clinic.file()
    monkeypatch.setenv("SALUS_RPC_URL", web3.provider.endpoint_uri)
    monkeypatch.delenv("SALUS_NETWORK", raising=False)
    monkeypatch.setenv("SALUS_NAMES", str(clinic.work / "names.yaml"))
    return clinic


def ended(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code: Any = 0
    capsys.readouterr()
    try:
        run(list(words))
    except SystemExit as stop:
        code = stop.code
    return code, "".join(capsys.readouterr())


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_verify(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    report = used.work / "audit.csv"

    code, said = ended(
        capsys,
        "auditor",
        "verify",
        f"--report={report}",
        f"--second-node={web3.provider.endpoint_uri}",
        f"--governor={accounts[1]}",
        f"--accreditor={accounts[2]}",
        f"--sentinel={accounts[3]}",
    )

    assert code == 0, said
    assert "Nothing differs in" in said
    assert "events that a node leaves out and that no view can show" in said
    rows = read(report)
    assert {row["book"] for row in rows} >= {"deployment", "code", "events", "policies", "claims", "pools"}
    assert {row["difference"] for row in rows} == {""}
    claims = [row for row in rows if row["book"] == "claims"]
    assert len(claims) == READY


def test_verify_as_json(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    run(["auditor", "verify", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert found["differences"] == 0
    assert found["compared"] > 150
    assert len(found["digest"]) == 64


def test_verify_with_another_sentinel(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    named = [f"--{role}={accounts[number]}" for role, number in (("governor", 1), ("accreditor", 2))]

    code, said = ended(capsys, "auditor", "verify", *named, f"--sentinel={accounts[9]}")
    assert code == 1
    assert "DIFFERS  deployment: deployment" in said
    assert "who holds which role" in said

    code, said = ended(capsys, "auditor", "verify", *named)
    assert code == 2
    assert "sentinel must be named too; name all three, or none" in said


def test_verify_at_an_older_block(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    issued = next(iter(used.chain.past(events.PolicyIssued))).block

    assert ended(capsys, "auditor", "verify", f"--block={issued}")[0] == 0
    code, said = ended(capsys, "auditor", "verify", f"--block={len(chain) + 9}")
    assert code == 1
    assert "is not a block of the suite" in said


@pytest.mark.parametrize(
    ("method", "start", "expected"),
    [
        ("eth_call", keccak(b"outstanding()")[:4], "claims not yet paid: by the events"),
        ("eth_call", keccak(b"accountOf(bytes32)")[:4], "paid: by the events"),
    ],
)
def test_a_wrong_view(
    used: Clinic,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    start: bytes,
    expected: str,
) -> None:
    honest = Node.make_request

    def lying(self: Node, asked: Any, params: Any) -> Any:
        answer = honest(self, asked, params)
        if asked == method and params[0]["data"].startswith("0x" + start.hex()):
            word = answer["result"][2:66]
            return {**answer, "result": f"0x{int(word, 16) ^ 1:064x}{answer['result'][66:]}"}
        return answer

    monkeypatch.setattr(Node, "make_request", lying)

    code, said = ended(capsys, "auditor", "verify")

    assert code == 1
    assert expected in said


def test_events_that_are_left_out(
    used: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, deposit = Node.make_request, keccak(b"Deposit(address,address,uint256,uint256)").hex()

    def silent(self: Node, asked: Any, params: Any) -> Any:
        answer = honest(self, asked, params)
        if asked == "eth_getLogs":
            logs = [log for log in answer["result"] if log["topics"][0] != f"0x{deposit}"]
            return {**answer, "result": logs}
        return answer

    monkeypatch.setattr(Node, "make_request", silent)

    code, said = ended(capsys, "auditor", "verify")

    assert code == 1
    assert "deposits, and the shares made for them" in said


def test_export(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    folder = used.work / "books"

    code, said = ended(capsys, "auditor", "export", f"--folder={folder}")

    assert code == 0, said
    assert "All totals tie" in said
    files = sorted(path.name for path in folder.glob("*.csv"))
    readme = (folder / "README.md").read_text()
    assert all(f"## {name}\n" in readme for name in files)
    claims, adjustments, payments = (
        read(folder / f"{name}.csv") for name in ("claims", "adjustments", "payments")
    )
    assert len(claims) == READY
    for claim in claims:
        parts = [float(row["amount"]) for row in adjustments if row["claim"] == claim["claim"]]
        assert float(claim["billed"]) == pytest.approx(float(claim["paid"]) + sum(parts), abs=0.001)
    moved = sum(int(row["token_units"]) for row in payments)
    assert moved == used.suite.stablecoin.balanceOf(accounts[8]) > 0
    kinds = {row["kind"] for row in read(folder / "capital.csv")}
    assert kinds == {"premium", "deposit"}
    said = "".join(path.read_text() for path in folder.iterdir())
    for bundle in used.records.iterdir():
        assert readable(said.encode(), of_bundle(json.loads(bundle.read_text()))) == set()


def test_a_pool_that_is_named_like_a_formula(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    formula = '=HYPERLINK("http://example.org","x")'
    used.suite.factory.createPool(
        used.suite.stablecoin, accounts[4], formula, "@SUM(A1)", {"from": accounts[4]}
    )

    assert ended(capsys, "auditor", "export", f"--folder={used.work / 'books'}")[0] == 0

    _, named = read(used.work / "books" / "pools.csv")
    assert (named["name"], named["symbol"]) == (f"'{formula}", "'@SUM(A1)")
    assert ended(capsys, "auditor", "verify")[0] == 0


def test_a_contract_without_code(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    path = used.folder / "deployments" / "1337.json"
    content = json.loads(path.read_text())
    content["contracts"]["ConsentRegistry"]["address"] = "0x" + "11" * 20
    path.write_text(json.dumps(content))

    code, said = ended(capsys, "auditor", "verify")

    assert code == 1
    assert "DIFFERS  code: ConsentRegistry" in said
    assert "DIFFERS  deployment: " in said


def test_export_never_overwrites(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    folder = used.work / "books"
    assert ended(capsys, "auditor", "export", f"--folder={folder}")[0] == 0
    before = (folder / "claims.csv").read_bytes()

    code, said = ended(capsys, "auditor", "export", f"--folder={folder}")

    assert code == 1
    assert "is not empty; name a new folder for the export" in said
    assert (folder / "claims.csv").read_bytes() == before
