"""tools.compiler

given the compiler that setup put where Brownie looks for it
    it should be solc 0.8.30, and should compile
given no native build
    the WebAssembly build of the same version should replace it, with the same command line
    a build of another version should be rejected
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tools import compiler
from tools.places import SOLC_BUILD, SOLC_VERSION, SOLCX

EMPTY = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\ncontract Empty {}\n"


def compiles(program: Path) -> bool:
    question = {
        "language": "Solidity",
        "sources": {"Empty.sol": {"content": EMPTY}},
        "settings": {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
    }
    done = subprocess.run(
        [program, "--standard-json"], input=json.dumps(question), capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    return bool(answer["contracts"]["Empty.sol"]["Empty"]["evm"]["bytecode"]["object"])


def test_set_up_has_installed_the_right_one() -> None:
    program = SOLCX / f"solc-v{SOLC_VERSION}"

    assert compiler.version_of(program).startswith(f"{SOLC_BUILD}.")
    assert compiles(program)


def test_the_web_assembly_build_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "SOLCX", tmp_path)
    program = tmp_path / f"solc-v{SOLC_VERSION}"

    compiler.write_wasm_program(program)

    assert compiler.is_right(program)
    assert compiler.is_wasm(program)
    assert compiles(program)


def test_another_version_is_not_right(tmp_path: Path) -> None:
    program = tmp_path / "solc"
    program.write_text("#!/bin/sh\necho 'Version: 0.8.29+commit.ab55807c.Linux.g++'\n")
    program.chmod(0o755)

    assert not compiler.is_right(program)
    assert compiler.version_of(tmp_path / "missing") == ""
