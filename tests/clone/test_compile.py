"""tools.compile

given a project that is compiled, and a change of a type, of a library, of a leaf, of what an interface uses,
│ a new, removed or renamed contract, a contract that begins or ends to use one of a package
    it should leave the artefacts that Brownie's full compile leaves, and touch no other
given sources that do not compile
    it should say what the compiler says, and leave the artefacts as they were
given a record that lies: damaged, of other settings, or of artefacts that are not as they were written
    it should compile again
given a compile that is killed while it writes
    the next one should finish it
given the contracts of this project, one of them changed
    it should leave the artefacts that Brownie's full compile leaves
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tools import compiled, run
from tools.places import ROOT, tool_environment

PATIENCE = 120
HEAD = "// SPDX-License-Identifier: Apache-2.0\npragma solidity 0.8.30;\n"
PACKAGE = Path("node_modules/@openzeppelin/contracts")
# at its second load Brownie deletes what no contract depends on
IN_FULL = "from brownie import project; project.load('.').close(); project.load('.')"
SOURCES = {
    "contracts/types/Amount.sol": """
        struct Amount { uint64 cents; }
        uint256 constant UNIT = 100;
    """,
    "contracts/libraries/Half.sol": """
        import {Amount, UNIT} from "../types/Amount.sol";
        library Half {
            function take(Amount memory a) internal pure returns (uint256) { return a.cents / UNIT / 2; }
        }
    """,
    "contracts/Leaf.sol": """
        import {Amount} from "./types/Amount.sol";
        import {Half} from "./libraries/Half.sol";
        contract Leaf {
            function half(uint64 cents) external pure returns (uint256) { return Half.take(Amount(cents)); }
        }
    """,
    "contracts/Coin.sol": """
        import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
        contract Coin is ERC20 { constructor() ERC20("Coin", "C") {} }
    """,
    "contracts/Holder.sol": """
        import {IHolder, Amount} from "../interfaces/IHolder.sol";
        contract Holder is IHolder {
            function held() external pure returns (Amount memory) { return Amount(7); }
        }
    """,
    "contracts/Alone.sol": "contract Alone { uint256 public number = 1; }",
    "interfaces/IHolder.sol": """
        import {Amount} from "../contracts/types/Amount.sol";
        interface IHolder { function held() external view returns (Amount memory); }
    """,
}


@dataclass(frozen=True)
class Project:
    """A Brownie project in a folder of its own."""

    folder: Path
    home: Path

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEAD + text + "\n")

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def environment(self) -> dict[str, str]:
        return {**tool_environment(), "HOME": str(self.home), "PYTHONPATH": str(ROOT)}

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tools.compile", str(self.folder)],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def compile(self) -> None:
        process = self.start()
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said

    def compiled_in_full(self) -> dict[str, Any]:
        """What Brownie leaves of the same sources."""
        other = self.folder.with_name("in-full")
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(self.folder, other, ignore=shutil.ignore_patterns("build"))
        done = subprocess.run(
            [sys.executable, "-c", IN_FULL], cwd=other, env=self.environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return artefacts(other)

    @property
    def is_fresh(self) -> bool:
        return not compiled.changes(self.folder, compiled.Record.load(self.folder))


def artefacts(folder: Path) -> dict[str, Any]:
    """All that a user of `build/` can see of each contract, by path."""
    seen = ("abi", "bytecode", "deployedBytecode", "opcodes", "sha1", "source", "dependencies", "natspec")
    return {
        path.relative_to(folder).as_posix(): {name: json.loads(path.read_text()).get(name) for name in seen}
        for path in sorted((folder / "build").glob("*/*.json"))
    }


def written(folder: Path) -> dict[str, int]:
    return {path.stem: path.stat().st_mtime_ns for path in (folder / "build" / "contracts").glob("*.json")}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Compiled once for all tests."""
    folder, home = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("home")
    run.write_brownie_home(home)
    shutil.copy(ROOT / "brownie-config.yaml", folder)
    shutil.copytree(ROOT / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns("build"))
    project = Project(folder, home)
    for path, text in SOURCES.items():
        project.write(path, text)
    project.compile()
    return project


@pytest.fixture
def project(first: Project, tmp_path: Path) -> Project:
    return Project(shutil.copytree(first.folder, tmp_path / "project"), first.home)


def new_contract(project: Project) -> None:
    project.write("contracts/New.sol", 'import "./Leaf.sol";\ncontract New is Leaf {}')


def renamed(project: Project) -> None:
    project.edit("contracts/Alone.sol", "contract Alone", "contract Single")


def removed(project: Project) -> None:
    (project.folder / "contracts/Alone.sol").unlink()


def moved(project: Project) -> None:
    project.edit("contracts/Leaf.sol", "./libraries/Half.sol", "./Half.sol")
    half = project.folder / "contracts/libraries/Half.sol"
    half.rename(project.folder / "contracts/Half.sol")
    project.edit("contracts/Half.sol", "../types", "./types")


def more_of_a_package(project: Project) -> None:
    project.write(
        "contracts/Alone.sol",
        'import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";\n'
        'import {Context} from "@openzeppelin/contracts/utils/Context.sol";\n'
        "contract Alone is Ownable { constructor() Ownable(msg.sender) {} }",
    )


def less_of_a_package(project: Project) -> None:
    project.write("contracts/Coin.sol", "contract Coin {}")


def a_type(project: Project) -> None:
    project.edit("contracts/types/Amount.sol", "= 100", "= 1000")


def a_type_of_an_interface(project: Project) -> None:
    project.edit("contracts/types/Amount.sol", "uint64 cents;", "uint64 cents; bool final_;")
    project.edit("contracts/Holder.sol", "Amount(7)", "Amount(7, true)")
    project.edit("contracts/Leaf.sol", "Amount(cents)", "Amount(cents, false)")


def a_library(project: Project) -> None:
    project.edit("contracts/libraries/Half.sol", "/ 2", "/ 4")


def a_leaf(project: Project) -> None:
    project.edit("contracts/Alone.sol", "number = 1", "number = 2")


@pytest.mark.parametrize(
    ("change", "rewritten"),
    [
        (a_type, {"Half", "Leaf", "Holder"}),
        (a_type_of_an_interface, {"Half", "Leaf", "Holder"}),
        (a_library, {"Half", "Leaf"}),
        (a_leaf, {"Alone"}),
        (new_contract, {"New"}),
        (renamed, {"Single"}),
        (removed, set()),
        (moved, {"Half", "Leaf"}),
        (more_of_a_package, {"Alone", "Ownable"}),
        (less_of_a_package, {"Coin"}),
    ],
)
def test_after_a_change(project: Project, change: Callable[[Project], None], rewritten: set[str]) -> None:
    before = written(project.folder)
    change(project)
    assert not project.is_fresh

    project.compile()

    assert project.is_fresh
    assert artefacts(project.folder) == project.compiled_in_full()
    after = written(project.folder)
    assert {name for name in after if before.get(name) != after[name]} == rewritten


def test_leaves_what_brownie_leaves(project: Project) -> None:
    full = project.compiled_in_full()

    assert artefacts(project.folder) == full
    other = project.folder.with_name("in-full")
    for path in full:
        assert (project.folder / path).read_bytes() == (other / path).read_bytes()


def test_sources_that_do_not_compile(project: Project) -> None:
    before = written(project.folder)
    project.edit("contracts/Alone.sol", "= 1", "= one")

    process = project.start()
    _, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert "contracts/Alone.sol" in said
    assert "Traceback" not in said
    assert written(project.folder) == before
    assert not project.is_fresh


@pytest.mark.parametrize(
    "lie", ["gone", "empty", "not-json", "other-settings", "old-artefact", "half-artefact", "half-abi"]
)
def test_a_record_that_lies(project: Project, lie: str) -> None:
    before = artefacts(project.folder)
    record, leaf = compiled.path_of(project.folder), project.folder / "build/contracts/Leaf.json"
    abi = project.folder / "build/interfaces/IHolder.json"
    match lie:
        case "gone":
            record.unlink()
        case "empty":
            record.write_text("{}")
        case "not-json":
            record.write_text(record.read_text()[:-100])
        case "other-settings":
            config = project.folder / "brownie-config.yaml"
            config.write_text(config.read_text() + "\n")
        case "old-artefact":
            leaf.write_text(leaf.read_text().replace("Half.take", "Half.take "))
        case "half-artefact":
            leaf.write_bytes(leaf.read_bytes()[:1000])
        case "half-abi":
            abi.write_bytes(abi.read_bytes()[:10])
    assert not project.is_fresh

    project.compile()

    assert project.is_fresh
    assert artefacts(project.folder) == before


def test_a_compile_that_is_killed(project: Project) -> None:
    a_type(project)
    record = compiled.path_of(project.folder)
    begun = record.stat().st_mtime_ns
    process = project.start()
    while record.stat().st_mtime_ns == begun and process.poll() is None:
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE)
    left = compiled.Record.load(project.folder)

    assert process.returncode == -signal.SIGKILL
    assert not project.is_fresh
    assert "contracts/Coin.sol" in left.sources

    project.compile()
    assert artefacts(project.folder) == project.compiled_in_full()


def test_the_contracts_of_this_project(first: Project, tmp_path: Path) -> None:
    if not compiled.path_of(ROOT).exists():
        pytest.skip("this clone was never compiled")
    project = Project(tmp_path / "project", first.home)
    for folder in ("contracts", "interfaces", "build/contracts", "build/interfaces", str(PACKAGE)):
        shutil.copytree(ROOT / folder, project.folder / folder)
    for file in ("brownie-config.yaml", "build/compiled.json"):
        shutil.copy(ROOT / file, project.folder / file)
    library = project.folder / "contracts/libraries/EarnedPremium.sol"
    library.write_text(library.read_text() + "\nuint256 constant NOT_USED = 1;\n")

    before = written(project.folder)
    project.compile()

    assert artefacts(project.folder) == project.compiled_in_full()
    after = written(project.folder)
    assert {"EarnedPremium", "RiskPool"} <= {name for name in after if before.get(name) != after[name]}
    assert before["ConsentRegistry"] == after["ConsentRegistry"]
