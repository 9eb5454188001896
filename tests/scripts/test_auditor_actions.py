"""salus auditor verify and export, at a clinic that has filed claims

given a suite in use
    verify should end with 0, say what it has compared, and write every comparison
    with the roles' holders named, a wrong one should be a difference
    with a second node, both should know the same events
    a governor that a node has left out should be found with an honest node, and with an honest second one
given a view that is wrong, or events that are left out
    verify should end with 1 and say which value differs
given a folder
    export should write every book with totals that tie, and its README should name each file
    if events are left out, it should end with 1, write the files all the same, and say what differs in them
    it should name gifts
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
from salus.chain.abis import abi_of
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


def leaves_out(monkeypatch: pytest.MonkeyPatch, *kinds: str, about: str = "") -> None:
    """A node without the logs of some kinds, or those of them that are about an account. Under the name
    localhost it leaves out nothing."""
    honest, topics = Node.make_request, {f"0x{keccak(kind.encode()).hex()}" for kind in kinds}

    def is_left_out(values: list[str]) -> bool:
        return values[0] in topics and any(value.endswith(about[2:].lower()) for value in values)

    def silent(self: Node, asked: Any, params: Any) -> Any:
        answer = honest(self, asked, params)
        if asked != "eth_getLogs" or "localhost" in str(self.endpoint_uri):
            return answer
        logs = [log for log in answer["result"] if not is_left_out(log["topics"])]
        return {**answer, "result": logs}

    monkeypatch.setattr(Node, "make_request", silent)


def kind_of(name: str) -> str:
    """The signature of an event of a pool."""
    (found,) = (
        entry for entry in abi_of("RiskPool") if (entry["type"], entry.get("name")) == ("event", name)
    )
    return f"{name}({','.join(part['type'] for part in found['inputs'])})"


def test_events_that_are_left_out(
    used: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves_out(monkeypatch, kind_of("Deposit"))

    code, said = ended(capsys, "auditor", "verify")

    assert code == 1
    assert "deposits, and the shares made for them" in said


def test_a_governor_that_a_node_leaves_out(
    used: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    used.suite.manager.grantRole(0, accounts[8], 0, {"from": accounts[1]})
    if "anvil" in web3.client_version:
        web3.provider.make_request("anvil_mine", [hex(200), hex(12)])
    who = (f"--governor={accounts[1]}", f"--accreditor={accounts[2]}", f"--sentinel={accounts[3]}")
    second = str(web3.provider.endpoint_uri).replace("127.0.0.1", "localhost")
    with monkeypatch.context() as lying:
        leaves_out(lying, "RoleGranted(uint64,address,uint32,uint48,bool)", about=accounts[8].address)
        assert ended(capsys, "governor", "status")[0] == 0  # which keeps what it has read
        code, said = ended(capsys, "auditor", "verify", *who)
        assert code == 0  # one node alone cannot show it
        assert "no view can show: grants of roles" in said
        code, said = ended(capsys, "auditor", "verify", *who, f"--second-node={second}")
        assert code == 1
        assert "RoleGranted, by each node" in said

    code, said = ended(capsys, "auditor", "verify", *who)

    assert code == 1
    assert "who holds which role" in said
    assert accounts[8].address in said


@pytest.mark.parametrize(
    ("left_out", "what", "total"),
    [
        ("Deposit", "deposits, and the shares made for them", "shares of deposits = shares made"),
        ("PremiumReceived", "premiums received, by policies", "premiums = premiums of the policies"),
    ],
)
def test_export_of_events_that_are_left_out(
    used: Clinic,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    left_out: str,
    what: str,
    total: str,
) -> None:
    leaves_out(monkeypatch, kind_of(left_out))
    folder = used.work / "books"

    code, said = ended(capsys, "auditor", "export", f"--folder={folder}")

    assert code == 1
    assert what in said
    assert f"Does not tie in pool {used.pool}: {total}: " in said
    assert "USD that no event announces" in said
    assert "The files are written, but do not agree" in said
    assert "All totals tie" not in said
    assert what in (folder / "README.md").read_text()
    assert {row["what"] for row in read(folder / "totals.csv") if row["difference"] not in ("0", "")} == {
        total
    }


def test_export_names_gifts(used: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    used.suite.stablecoin.mint(used.pool, 1_234_567, {"from": accounts[0]})

    code, said = ended(capsys, "auditor", "export", f"--folder={used.work / 'books'}")

    assert code == 0, said
    assert f"Gifts: pool {used.pool} received 1.234567 USD that no event announces." in said
    (gifts,) = (row for row in read(used.work / "books" / "totals.csv") if row["what"].startswith("gifts"))
    assert (gifts["by_files"], gifts["difference"]) == ("1234567", "")


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
