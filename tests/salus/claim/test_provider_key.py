"""salus.claim.provider_key: the key from the environment and from its file

given SALUS_PROVIDER_KEY
    it should be read
    when it is not set, or is no key, one line should name the variable and not show its value
given SALUS_PROVIDER_KEY_FILE
    the key of the file should be read
    when SALUS_PROVIDER_KEY is another key, it should be refused
    when the file holds no key, the line should name it and not show its content
given a new key
    its file should be for its owner alone, and never overwritten
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from salus.base.errors import InputError
from salus.claim.provider_key import ProviderKey


def test_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALUS_PROVIDER_KEY", "07" * 32)

    assert ProviderKey.from_environment() == ProviderKey(b"\7" * 32)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (
            "",
            "is not set; let SALUS_PROVIDER_KEY_FILE name the key's file; "
            "`salus keygen provider` makes one, once",
        ),
        ("zz", "is not hexadecimal; set it to the same 64 hexadecimal digits as before"),
        ("07", "is not a key of 32 bytes; set it to the same 64 hexadecimal digits as before"),
    ],
)
def test_names_the_variable(monkeypatch: pytest.MonkeyPatch, value: str, reason: str) -> None:
    monkeypatch.setenv("SALUS_PROVIDER_KEY", value)

    with pytest.raises(InputError) as error:
        ProviderKey.from_environment()

    assert str(error.value) == f"SALUS_PROVIDER_KEY: {reason}"


def test_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ProviderKey.create(tmp_path / "keys" / "provider.key")
    monkeypatch.setenv("SALUS_PROVIDER_KEY_FILE", str(tmp_path / "keys" / "provider.key"))
    monkeypatch.delenv("SALUS_PROVIDER_KEY", raising=False)

    assert ProviderKey.from_environment() == key
    monkeypatch.setenv("SALUS_PROVIDER_KEY", key.reveal().hex())
    assert ProviderKey.from_environment() == key


def test_two_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ProviderKey.create(tmp_path / "provider.key")
    monkeypatch.setenv("SALUS_PROVIDER_KEY_FILE", str(tmp_path / "provider.key"))
    monkeypatch.setenv("SALUS_PROVIDER_KEY", "07" * 32)

    with pytest.raises(InputError) as error:
        ProviderKey.from_environment()

    assert str(error.value) == (
        "SALUS_PROVIDER_KEY: is another key than that of SALUS_PROVIDER_KEY_FILE; "
        "unset the one that the bills were not filed with"
    )


@pytest.mark.parametrize("content", ["", "ab" * 31, "ab" * 31 + "a", "SECRET", "# only a comment"])
def test_a_file_without_a_key(tmp_path: Path, content: str) -> None:
    path = tmp_path / "provider.key"
    path.write_text(content)

    with pytest.raises(InputError) as error:
        ProviderKey.load(path)

    assert str(error.value).startswith(f"{path}: is not ")
    assert "SECRET" not in str(error.value)


def test_a_new_key_is_for_its_owner_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "provider.key"
    before = os.umask(0)
    try:
        key = ProviderKey.create(path)
    finally:
        os.umask(before)

    with pytest.raises(InputError, match="exists already, and a provider key is never overwritten"):
        ProviderKey.create(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ProviderKey.load(path) == key
    assert [entry.name for entry in tmp_path.iterdir()] == ["provider.key"]
