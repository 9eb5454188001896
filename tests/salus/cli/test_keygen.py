"""salus keygen and salus name, without a chain

given each kind of key
    its file should be the owner's alone, and only what is public should be said
    a second time, nothing should be overwritten
given no password, and nobody to ask
    nothing should be written
given a name for a chain that is named
    it should be listed, and gone when it is removed; no node should be needed
given a name in an option
    when it is no name of any chain, the way out should be said without a node
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_account import Account

from salus.claim.provider_key import ProviderKey
from salus.cli.root import run
from salus.crypto.records import RecordKey

POOL = "0x" + "c0" * 20


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SALUS_NAMES", str(tmp_path / "names.yaml"))
    for name in ("SALUS_PASSWORD", "SALUS_RPC_URL", "SALUS_NETWORK"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def ended(*words: str) -> int:
    with pytest.raises(SystemExit) as stop:
        run(words)
    assert isinstance(stop.value.code, int)
    return stop.value.code


@pytest.mark.parametrize("kind", ["account", "attestor", "quote-signer"])
def test_a_keystore(
    folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SALUS_PASSWORD", "right")

    run(["keygen", kind, "desk"])

    path = folder / "keystores" / "desk.json"
    content = path.read_text()
    account = Account.from_key(Account.decrypt(json.loads(content), "right"))
    said = capsys.readouterr().out
    assert account.address in said
    assert account.key.hex() not in said
    assert path.stat().st_mode & 0o777 == 0o600
    assert ended("keygen", kind, "desk") == 1
    assert path.read_text() == content


def test_nobody_to_ask_for_a_password(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("keygen", "account", "desk") == 2
    assert "nobody can be asked for a password; set SALUS_PASSWORD" in capsys.readouterr().err
    assert not (folder / "keystores").exists()


def test_a_provider_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["keygen", "provider", "--file", "keys/provider.key", "--json"])

    key, said = ProviderKey.load(folder / "keys" / "provider.key"), capsys.readouterr()
    assert json.loads(said.out)["fingerprint"] == key.fingerprint
    assert key.reveal().hex() not in said.out + said.err
    assert ended("keygen", "provider", "--file", "keys/provider.key") == 1
    assert ProviderKey.load(folder / "keys" / "provider.key") == key


def test_a_record_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["keygen", "record", "--file", "record.key"])

    key, said = RecordKey.load(folder / "record.key"), capsys.readouterr().out
    assert key.recipient in said
    assert key.reveal() not in said
    assert ended("keygen", "record", "--file", "record.key") == 1


def test_names_of_a_chain_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    run(["name", "pool", "family", POOL, "--chain-id", "7"])
    run(["name", "provider", "lakeside", "1", "--chain-id", "7"])
    capsys.readouterr()
    run(["name", "list"])
    said = capsys.readouterr().out.split("\n")
    assert said[0].split()[:3] == ["7", "pool", "family"]
    assert said[1].split() == ["7", "provider", "lakeside", "1"]

    run(["name", "remove", "pool", "family", "--chain-id", "7"])
    capsys.readouterr()
    run(["name", "list"])
    assert "family" not in capsys.readouterr().out


def test_a_name_of_no_chain_needs_no_node(capsys: pytest.CaptureFixture[str]) -> None:
    run(["name", "pool", "family", POOL, "--chain-id", "7"])

    assert ended("insurer", "status", "--pool", "famly") == 2
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert message == "Error: pool: 'famly' is no name of a pool; did you mean family?"


@pytest.mark.parametrize("secret", ["f" * 64, "0x" + "f" * 64, "AGE-SECRET-KEY-1" + "Q" * 58, "x" * 30])
def test_what_may_be_a_secret_is_not_shown(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--pool", "--pool="):
        words = [f"{option}{secret}"] if option.endswith("=") else [option, secret]
        assert ended("insurer", "status", *words) == 2

    assert secret not in "".join(capsys.readouterr())
