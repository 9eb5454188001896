"""An Anvil for a module, with a contract on it that announces what it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.announcing import Desk
from tools.chain import chains


@pytest.fixture(scope="module")
def anvil(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chains("anvil", 1, tmp_path_factory.mktemp("anvil")) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def desk(anvil: str) -> Iterator[Desk]:
    desk = Desk.on(anvil)
    before = desk.call("evm_snapshot")
    yield desk
    desk.call("evm_revert", before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events" / "1337.sqlite"
