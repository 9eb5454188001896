"""salus.chain.keystore

given a name
    it should open the keystore of that name in the first folder that has it
    when the password is wrong, or there is no keystore, one line should name file or parameter
    when it is a number, the line should say that an account of the node can only send
given no name
    it should read the key from the environment variable
    when the variable is not set, or holds no key of 64 digits, one line should name it and not show its value
given a name for a new keystore
    it should write one that only its owner can read, and that opens with the password
    it should not take the place of another one, nor hide one
    when name or password cannot be used, nothing should be written
given the number of an account of the node
    it should return the account
    when there is none of that number, it should say how many there are
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from eth_account import Account

from salus.base.errors import InputError
from salus.chain.keystore import create, key_of, node_account

KEY = Account.from_key(bytes(31) + b"\7")


def found(name: str | None, *folders: Path, password: str = "right", alternative: str = "") -> Any:
    return key_of(
        name,
        variable="SALUS_TEST_KEY",
        parameter="account",
        folders=folders,
        ask_password=lambda asked: password,
        alternative=alternative,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    content = Account.encrypt(KEY.key, "right", iterations=2)
    (tmp_path / "keeper.json").write_text(json.dumps(content))
    return tmp_path


def test_opens_a_keystore(folder: Path) -> None:
    assert found("keeper", folder / "nowhere", folder).address == KEY.address


@pytest.mark.parametrize(
    ("name", "password", "expected"),
    [
        ("keeper", "wrong", "keeper.json: cannot be opened with this password; try again"),
        ("nobody", "right", "account: there is no keystore 'nobody'; make one: salus keygen account <name>"),
        ("3", "right", "account: there is no keystore '3', and the node's accounts can only send"),
    ],
)
def test_says_why_a_keystore_cannot_be_used(folder: Path, name: str, password: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        found(name, folder, password=password)

    assert str(error.value).removeprefix(f"{folder}/").startswith(expected)


def test_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_TEST_KEY", KEY.key.hex())

    assert found(None).address == KEY.address


def test_a_name_counts_before_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_TEST_KEY", "f" * 64)

    assert found("keeper", folder).address == KEY.address


def test_asks_for_the_password_of_the_keystore(folder: Path) -> None:
    asked: list[str] = []

    def password(name: str) -> str:
        asked.append(name)
        return "right"

    key_of("keeper", variable="", parameter="account", folders=[folder], ask_password=password)

    assert asked == ["keeper"]


@pytest.mark.parametrize("content", ["[]", "{}", "{"])
def test_a_file_that_is_no_keystore(tmp_path: Path, content: str) -> None:
    (tmp_path / "keeper.json").write_text(content)

    with pytest.raises(InputError, match="cannot be opened with this password"):
        found("keeper", tmp_path)


def test_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_TEST_KEY", "")
    with pytest.raises(
        InputError, match="account: no key is named; give --account <keystore> or this, or set"
    ):
        found(None, alternative=" or this")


@pytest.mark.parametrize(
    "digits", ["f" * 62, "f" * 63, "f" * 65, "0x" + "f" * 63, "zz" * 32, "f" * 32 + " " + "f" * 31]
)
def test_anything_but_64_digits(digits: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """eth_account pads a key from which a digit was lost, and signs for another account."""
    monkeypatch.setenv("SALUS_TEST_KEY", digits)

    with pytest.raises(InputError) as error:
        found(None)

    expected = "SALUS_TEST_KEY: is not a private key of 64 hexadecimal digits; use an exact copy of it"
    assert str(error.value) == expected


def test_a_new_keystore(tmp_path: Path) -> None:
    folders = [tmp_path / "keys", tmp_path / "others"]

    path, address = create("front-desk", "right", folders=folders)

    assert path == tmp_path / "keys" / "front-desk.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert found("front-desk", *folders).address == address
    assert [entry.name for entry in path.parent.iterdir()] == ["front-desk.json"]


def test_a_new_keystore_never_takes_the_place_of_another(tmp_path: Path) -> None:
    folders = [tmp_path / "keys", tmp_path / "others"]
    for at in (1, 0):
        folder = folders[at]
        path, address = create("quotes", "right", folders=folders[at:])
        with pytest.raises(InputError, match="there is a keystore 'quotes' already; choose another") as error:
            create("quotes", "another", folders=folders)
        assert error.value.file == str(path)
        assert found("quotes", folder).address == address
        path.unlink()


@pytest.mark.parametrize(
    ("name", "password", "expected"),
    [
        ("../x", "right", "name: is no name of a keystore; use letters, digits, - and _"),
        ("", "right", "name: is no name of a keystore"),
        ("7", "right", "name: is no name of a keystore"),
        ("desk", "", "password: is empty; choose one, and keep it"),
    ],
)
def test_what_no_keystore_is_made_of(tmp_path: Path, name: str, password: str, expected: str) -> None:
    with pytest.raises(InputError) as error:
        create(name, password, folders=[tmp_path / "keys"])

    assert str(error.value).startswith(expected)
    assert list(tmp_path.iterdir()) == []


def test_an_account_of_the_node() -> None:
    chain: Any = SimpleNamespace(w3=SimpleNamespace(eth=SimpleNamespace(accounts=["0xA", "0xB"])))

    assert node_account(chain, 1, parameter="account").address == "0xB"
    with pytest.raises(InputError, match="account: the node has accounts 0 to 1"):
        node_account(chain, 2, parameter="account")
