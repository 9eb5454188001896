"""salus, before something that is no node

given an address that answers in JSON and not in JSON-RPC
    every action should end with 4 and say so, and show nothing of the address but its host
"""

from __future__ import annotations

from pathlib import Path

import pytest

from salus.chain import waiting
from salus.cli import settings
from salus.cli.ending import OUT_OF_REACH
from salus.cli.root import run
from tests.support.bad_node import Answer, bad_node

KEY = "0123456789abcdef"


@pytest.mark.parametrize("body", [b"null", b"[]", b'{"jsonrpc":"2.0","id":1}', b'{"id":1,"result":"zz"}'])
@pytest.mark.parametrize(
    "words", ["list pools", "list providers", "name provider lakeside 1", "governor status", "auditor verify"]
)
def test_what_is_no_node(
    words: str,
    body: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(settings, "ENVIRONMENT", tmp_path / ".env")
    monkeypatch.setattr(settings, "CLONE", tmp_path)
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))
    monkeypatch.delenv("SALUS_NETWORK", raising=False)
    monkeypatch.chdir(tmp_path)
    with bad_node(eth_chainId=Answer(body=body)) as node, pytest.raises(SystemExit) as stop:
        run([*words.split(), "--node", f"{node.url}/v3/{KEY}"])
    waiting.watch(None)

    assert stop.value.code == OUT_OF_REACH
    host = node.url.removeprefix("http://")
    assert capsys.readouterr().err.strip().splitlines()[-1] == (
        f"Error: the node at {host} does not answer in JSON-RPC; start it or choose another, then run again"
    )
