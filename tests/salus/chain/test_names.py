"""salus.chain.names: a person's names

given a name that was added
    it should stand for its value, on its chain only
    a second value should be refused, and the first should stay
    the file should keep its comments
given a word that is no name
    it should be refused with the names most like it, or the chain that has it
    what may be a secret should not be shown
given a word that looks like an address, a number or a key
    it cannot be a name
given a value that its kind does not have
    it should be refused, and nothing be written
given a file that is none of names
    it should be named
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from salus.base.errors import InputError
from salus.chain.names import Name, Names, add, check_name, remove

POOL = "0x" + "c0" * 20
OTHER = "0x" + "ab" * 20
LOCAL, MAINNET = 1337, 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "names.yaml"


def names(path: Path) -> Names:
    return Names.load([path])


def fault(call: Any, *arguments: Any) -> str:
    with pytest.raises(InputError) as error:
        call(*arguments)
    return str(error.value)


def test_stands_for_its_value(path: Path) -> None:
    assert add(path, Name(LOCAL, "pool", "family", POOL.lower()))
    assert add(path, Name(LOCAL, "provider", "lakeside", "7"))
    assert add(path, Name(LOCAL, "policy", "our-year", "AB" * 32))
    assert add(path, Name(MAINNET, "pool", "family", OTHER))

    found = names(path)
    assert found.resolve("pool", "family", LOCAL).lower() == POOL.lower()
    assert found.resolve("provider", "lakeside", LOCAL) == 7
    assert found.resolve("policy", "our-year", LOCAL) == "0x" + "ab" * 32
    assert found.resolve("pool", "family", MAINNET).lower() == OTHER
    assert found.resolve("account", "family", LOCAL).lower() == POOL.lower()
    assert found.name_of("policy", bytes.fromhex("ab" * 32), LOCAL) == "our-year"
    assert found.name_of("pool", OTHER, LOCAL) is None


def test_never_on_another_chain(path: Path) -> None:
    add(path, Name(LOCAL, "pool", "family", POOL))

    assert fault(names(path).resolve, "pool", "family", MAINNET) == (
        "'family' is no name of a pool on chain 1; it is a name on chain 1337"
    )


def test_the_first_value_stays(path: Path) -> None:
    add(path, Name(LOCAL, "pool", "family", POOL))

    assert not add(path, Name(LOCAL, "pool", "family", POOL.lower()))
    assert fault(add, path, Name(LOCAL, "pool", "family", OTHER)).endswith(
        "on chain 1337; choose another name, or first: salus name remove pool family"
    )
    assert str(names(path).resolve("pool", "family", LOCAL)).lower() == POOL.lower()


def test_keeps_comments(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(f'# ours\n1337:\n  pool:\n    family: "{OTHER}" # the old one\n')

    add(path, Name(LOCAL, "pool", "dental", POOL))
    remove(path, LOCAL, "pool", "family")

    text = path.read_text()
    assert text.startswith("# ours\n")
    assert "dental" in text
    assert "family" not in text


def test_a_nearer_file_goes_first(tmp_path: Path) -> None:
    far, near = tmp_path / "far.yaml", tmp_path / "near.yaml"
    add(far, Name(LOCAL, "pool", "family", OTHER))
    add(near, Name(LOCAL, "pool", "family", POOL))

    assert str(Names.load([far, near]).resolve("pool", "family", LOCAL)).lower() == POOL.lower()


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("pool", "familly", "'familly' is no name of a pool on chain 1337; did you mean family or family-2?"),
        ("provider", "family", "'family' is no name of a provider on chain 1337; it is a name on chain 1337"),
        ("account", "zzz", "the word is no name of an account on chain 1337; give one: salus name account"),
        (
            "pool",
            "correct-horse-battery-staple-word",
            "the word is no name of a pool on chain 1337; give one",
        ),
    ],
)
def test_an_unknown_name(path: Path, kind: str, text: str, expected: str) -> None:
    add(path, Name(LOCAL, "pool", "family", POOL))
    add(path, Name(LOCAL, "pool", "family-2", OTHER))

    assert fault(names(path).resolve, kind, text, LOCAL).startswith(expected)


def test_a_name_of_no_chain(path: Path) -> None:
    add(path, Name(LOCAL, "pool", "family", POOL))

    names(path).check_known("pool", "family")
    assert fault(names(path).check_known, "pool", "famly") == (
        "'famly' is no name of a pool; did you mean family?"
    )


@pytest.mark.parametrize(
    "word", ["", "7", "7th", "0xabc", "ab" * 20, "AB" * 32, "a b", "-x", "=x", "a/b", "a:b", "x" * 41, "_x"]
)
def test_what_cannot_be_a_name(path: Path, word: str) -> None:
    expected = "name: cannot be a name; begin with a letter, and use letters, digits, - _ and . (40 at most)"
    assert fault(check_name, word) == expected
    assert fault(add, path, Name(LOCAL, "pool", word, POOL)) == expected
    assert not path.exists()


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("pool", "0x1234", "pool: is not an address: 0x and 40 hexadecimal digits"),
        ("account", POOL[:-1] + "G", "account: is not an address"),
        ("provider", "0", "provider: is no number of a provider: 1, 2, …"),
        ("provider", str(2**64), "provider: is no number of a provider"),
        ("policy", "0x" + "ab" * 31, "policy: is no id of a policy: 0x and 64 hexadecimal digits"),
        ("pol", POOL, "pol: is no kind of name: there are pool, provider, policy, account"),
    ],
)
def test_a_value_that_the_kind_does_not_have(path: Path, kind: str, value: str, expected: str) -> None:
    assert fault(add, path, Name(LOCAL, kind, "family", value)).startswith(expected)
    assert not path.exists()


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "pool: {}",
        "1337: [x]",
        "1337:\n  pools: {}",
        "1337:\n  pool: {7: x}",
        f"1337:\n  pool:\n    family: {POOL}",
        "1337:\n  provider: {lakeside: x}",
    ],
)
def test_a_file_that_is_none_of_names(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)

    assert fault(names, path).startswith(f"{path}: ")


def test_removing_what_is_not_there(path: Path) -> None:
    assert "'family' is no name of kind pool on chain 1337; salus name list shows them" in fault(
        remove, path, LOCAL, "pool", "family"
    )
