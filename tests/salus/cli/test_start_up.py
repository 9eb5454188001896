"""What a command loads before its action begins: most of the time of a short command goes into that

given the actions of an actor
    loading them should load neither web3, which only a node needs, nor the readers and templates of others
given salus --help, it should load no actor
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from salus.cli.root import ACTORS, ALONE

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"web3.main", "aiohttp", "eth_account", "salus.fhir.reader", "jinja2", "weasyprint"}


def loaded(code: str) -> set[str]:
    program = f"import json, sys\n{code}\nprint(json.dumps(list(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=120, check=True
    )
    return set(json.loads(done.stderr))


@pytest.mark.parametrize("name", [*ACTORS, *ALONE])
def test_an_actor_loads_nothing_heavy(name: str) -> None:
    found = loaded(f"import salus.cli.{name}")

    assert f"salus.cli.{name}" in found
    assert found & HEAVY == set()


def test_help_loads_no_actor() -> None:
    found = loaded("from salus.cli.root import run\ntry:\n    run(['--help'])\nexcept SystemExit:\n    pass")

    assert found & {*HEAVY, *(f"salus.cli.{name}" for name in (*ACTORS, *ALONE))} == set()
