"""Private keys of those who sign and send: from a keystore by name, or from an environment variable.

There is no other source and no default. No error shows a key.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from salus.base import files
from salus.base.errors import InputError
from salus.chain.sending import Unlocked
from salus.chain.suite import Chain
from salus.crypto.abi import AddressCodec

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount
    from web3 import Web3

_KEY_BYTES = 32
_DIGITS = re.compile(r"(0x)?[0-9a-fA-F]{64}")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
AskPassword = Callable[[str], str]
"""Returns the password of the keystore of that name."""


def key_of(
    name: str | None,
    *,
    variable: str,
    parameter: str,
    folders: Sequence[Path],
    ask_password: AskPassword,
    alternative: str = "",
) -> LocalAccount:
    """Returns the key of a keystore by name, or without a name the key in the environment variable.

    `parameter` is where the caller takes the name from. `alternative` is added to the remedy if neither is
    there. Raises InputError, naming parameter, variable or file.
    """
    if name:
        return _from_keystore(name, parameter, folders, ask_password)
    if not os.environ.get(variable):
        raise InputError(
            "no key is named",
            field=parameter,
            remedy=f"give --{parameter} <keystore>{alternative}, or set {variable} in .env",
        )
    return _from_environment(variable)


def address_of(name: str | None, *, variable: str, folders: Sequence[Path]) -> str | None:
    """Returns the address of a keystore, which it shows without its password, or of the key in the variable;
    `name` may be an address itself. Returns None if nothing is named.

    Raises InputError, which shows no key.
    """
    if name is None:
        return _from_environment(variable).address if os.environ.get(variable) else None
    with suppress(ValueError):
        return AddressCodec().normalise(name)
    found = keystore_address(name, folders)
    if found is None:
        raise InputError(
            f"there is no keystore {_shown(name)}", field="account", remedy="name one, or give the address"
        )
    return found


def keystore_address(name: str, folders: Sequence[Path]) -> str | None:
    """Returns the address of a keystore, which it shows without its password; None if there is no keystore.

    Raises InputError if the file shows none.
    """
    path = _find(name, folders)
    if path is None:
        return None
    try:
        return AddressCodec().normalise("0x" + json.loads(path.read_text())["address"].removeprefix("0x"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("shows no address", file=str(path), remedy="give the address itself") from None


def node_account(chain: Chain, number: int, *, parameter: str) -> Unlocked:
    """Returns an account of the node by its number; for local chains only."""
    return Unlocked(numbered_account(chain.w3, number, parameter=parameter))


def numbered_account(w3: Web3, number: int, *, parameter: str | None = None) -> str:
    """Returns the address of an account of the node. Raises InputError if it has not so many."""
    accounts = w3.eth.accounts
    if number >= len(accounts):
        raise InputError(f"the node has accounts 0 to {len(accounts) - 1}", field=parameter)
    return str(accounts[number])


def _from_environment(variable: str) -> LocalAccount:
    try:
        return _account(os.environ[variable])
    except ValueError:
        # the value is a key, if a mistyped one, and is not shown
        raise InputError(
            "is not a private key of 64 hexadecimal digits", field=variable, remedy="use an exact copy of it"
        ) from None


def _shown(name: str) -> str:
    """A keystore's name in quotation marks. What does not look like one may be a key, and is not shown."""
    is_name = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}", name) and not re.fullmatch(
        r"[0-9a-fx]{12,}", name
    )
    return repr(name) if is_name else "of that name"


def _from_keystore(
    name: str, parameter: str, folders: Sequence[Path], ask_password: AskPassword
) -> LocalAccount:
    from eth_account import Account  # here: it takes a moment to load

    path = _find(name, folders)
    if path is None and name.isdigit():
        raise InputError(
            f"there is no keystore {_shown(name)}, and the node's accounts can only send, on a local chain",
            field=parameter,
            remedy="name a keystore, a key of your own: salus keygen account <name> makes one",
        )
    if path is None:
        raise InputError(
            f"there is no keystore {_shown(name)}",
            field=parameter,
            remedy="make one: salus keygen account <name>",
        )
    try:
        content = json.loads(path.read_text())
        return _account(Account.decrypt(content, ask_password(name)))
    except (ValueError, KeyError, TypeError):
        raise InputError("cannot be opened with this password", file=str(path), remedy="try again") from None


def create(name: str, password: str, *, folders: Sequence[Path]) -> tuple[Path, str]:
    """Writes a new key, encrypted, into a new keystore in the first folder; returns its path and address.

    A name that another folder has already is refused: it would not be found any more. Raises InputError,
    naming name or file.
    """
    from eth_account import Account

    if not _NAME.fullmatch(name) or name.isdigit():
        raise InputError(
            "is no name of a keystore",
            field="name",
            remedy="use letters, digits, - and _, and not digits alone",
        )
    if not password:
        raise InputError("is empty", field="password", remedy="choose one, and keep it")
    for path in _paths(name, folders):
        if path.exists():
            raise InputError(
                f"there is a keystore {name!r} already", file=str(path), remedy="choose another name"
            )
    account: LocalAccount = Account.create()
    content = json.dumps(Account.encrypt(account.key, password)).encode()
    target = folders[0] / f"{name}.json"
    files.create_secret(target, content, fault=InputError, what="a keystore")
    return target, account.address


def _find(name: str, folders: Sequence[Path]) -> Path | None:
    return next((path for path in _paths(name, folders) if path.is_file()), None)


def _paths(name: str, folders: Sequence[Path]) -> list[Path]:
    return [folder / f"{name}.json" for folder in folders]


def _account(key: str | bytes) -> LocalAccount:
    """The account of a key. Raises ValueError for anything but 32 bytes or 64 hexadecimal digits: shorter
    ones, from which a digit was lost, would be padded to the key of another account."""
    from eth_account import Account

    if isinstance(key, str):
        if not _DIGITS.fullmatch(key.strip()):
            raise ValueError("not 64 hexadecimal digits")
        key = bytes.fromhex(key.strip().removeprefix("0x"))
    if len(key) != _KEY_BYTES:
        raise ValueError("not 32 bytes")
    account: LocalAccount = Account.from_key(key)
    return account
