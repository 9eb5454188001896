"""A pytest plugin with two repairs to Brownie 1.22.2; `python -m tools.test` and `tools.coverage` load it.

1. Brownie drops a contract's source map, and with it coverage, when the code on the chain is not what was
   compiled. It overlooks that a constructor writes immutables into the code: no such contract is measured.
2. Brownie keeps its record of test results in `build/`, where two runs side by side read and delete each
   other's. It goes to the run's own folder instead.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from brownie.network import contract
from brownie.network.web3 import web3
from brownie.project.main import get_loaded_projects
from eth_utils.address import to_checksum_address

UNSET_IMMUTABLE = re.compile("7f" + "0" * 64)  # PUSH32 0, which the constructor overwrites


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    contract._verify_deployed_code = is_code_as_compiled  # type: ignore[assignment]
    for project in get_loaded_projects():
        project._build_path = Path(tempfile.gettempdir())


def is_code_as_compiled(address: str, compiled: str, language: str) -> bool:
    """Whether the code at `address` is `compiled` but for immutables, library addresses and metadata."""
    compiled = compiled.removeprefix("0x")
    deployed = web3.eth.get_code(to_checksum_address(address)).hex().removeprefix("0x")
    if compiled.startswith("73" + "0" * 40):  # a library knows its own address
        compiled, deployed = compiled[42:], deployed[42:]
    for pattern in (UNSET_IMMUTABLE, re.compile("__.{36}__")):
        for unset in pattern.finditer(compiled):
            deployed = deployed[: unset.start()] + unset[0] + deployed[unset.end() :]
    return without_metadata(deployed) == without_metadata(compiled)


def without_metadata(code: str) -> str:
    """The code less its last part, whose length the last two bytes give."""
    return code[: -2 * (int(code[-4:], 16) + 2)] if code else code
