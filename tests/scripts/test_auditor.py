"""An auditor at a suite that is in use: deployment, code, books

given a suite as the deploy has left it
    nothing differs, and who holds the roles is compared when the right ones are named
    another holder, a delisted desk, a desk closed for its roles: each is a row
given its build
    each contract was made from it, with the arguments of the address book
    a byte more in the build, another address in the book: a row each
    a pool's code is the build's, but for immutable values
without a build
    it says that the code is not compared
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from brownie import accounts

from salus.auditor import code, deployment
from salus.auditor.rows import AuditReport
from salus.chain.deployment import Params
from salus.chain.manifest import CONTRACTS, Role
from tests.scripts.conftest import Clinic, Office

BUILD = Path("build/contracts")


def differing(report: AuditReport) -> list[tuple[str, str]]:
    return [(row.subject, row.what) for row in report.differences]


def test_a_suite_in_order(office: Office) -> None:
    wanted = Params.local(accounts).holders

    found = deployment.compare(office.chain, wanted)

    assert differing(found) == []
    assert found.not_compared == ()
    assert len(found.rows) > 30
    (note,) = deployment.compare(office.chain).not_compared
    assert note.startswith("who holds the roles: ")
    assert str(accounts[1]) in note


def test_what_does_not_stand_as_it_must(office: Office) -> None:
    wanted = Params.local(accounts).holders
    office.suite.manager.grantRole(Role.SENTINEL, accounts[9], 0, {"from": accounts[1]})
    office.suite.providers.retireDesk(office.suite.desk, {"from": accounts[1]})
    office.suite.manager.setTargetClosed(office.suite.factory, True, {"from": accounts[1]})

    found = deployment.compare(office.chain, wanted)

    assert differing(found) == [
        ("deployment", "RiskPoolFactory closed"),
        ("deployment", "the desk's status in ProviderRegistry"),
        ("deployment", "who holds which role, with which delay"),
    ]


def test_the_code_was_made_from_the_build(clinic: Clinic) -> None:
    found = code.compare(clinic.chain, [clinic.pool], BUILD)

    assert differing(found) == []
    made = [row.subject for row in found.rows if row.what.startswith("creation code")]
    assert made == list(CONTRACTS)
    assert (f"pool {clinic.pool}", "code, but for immutable values") in [
        (row.subject, row.what) for row in found.rows
    ]


def test_code_of_another_build(clinic: Clinic, tmp_path: Path) -> None:
    build = Path(shutil.copytree(BUILD, tmp_path / "build", ignore=shutil.ignore_patterns("*Mock*", "I*")))
    for name in ("ClaimDesk", "RiskPool"):
        content = json.loads((build / f"{name}.json").read_text())
        for part in ("bytecode", "deployedBytecode"):
            content[part] = content[part][:-2] + f"{int(content[part][-2:], 16) ^ 1:02x}"
        (build / f"{name}.json").write_text(json.dumps(content))

    found = code.compare(clinic.chain, [clinic.pool], build)

    assert [subject for subject, _ in differing(found)] == ["ClaimDesk", f"pool {clinic.pool}"]


def test_an_address_that_its_transaction_did_not_make(clinic: Clinic) -> None:
    book = clinic.chain.addresses
    moved = replace(book.contracts["ConsentRegistry"], address=book.address("ClaimDesk"))
    chain = replace(clinic.chain, addresses=book.adding("ConsentRegistry", moved))

    found = code.compare(chain, [], BUILD)

    assert differing(found) == [("ConsentRegistry", "address that its transaction made")]


def test_without_a_build(clinic: Clinic, tmp_path: Path) -> None:
    found = code.compare(clinic.chain, [clinic.pool], tmp_path / "none")

    assert found.passed
    assert found.not_compared == (
        f"code: there is no build at {tmp_path / 'none'}, and the library carries interfaces only",
    )
