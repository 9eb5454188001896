"""Makes keys of every kind, each in a new file that only its owner can read. `salus keygen` lists them."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from salus.chain import keystore
from salus.cli.actor import Actor
from salus.cli.output import out
from salus.cli.session import somebody_is_there
from salus.cli.settings import Settings
from salus.cli.usage import CallError

actor = Actor("keygen")

KeystoreName = Annotated[str, Argument(metavar="NAME", help="of the keystore", show_default=False)]


@actor.action
def account(name: KeystoreName) -> None:
    """Makes the key of an account, which sends transactions and pays their fees: an encrypted keystore. The
    password is asked for, or taken from SALUS_PASSWORD.

    Example:
        salus keygen account front-desk
    """
    address = _keystore(name)
    out.print(f"--account {name} sends from it; it needs coin for the fees: {address}", markup=False)


@actor.action
def attestor(name: KeystoreName) -> None:
    """Makes a hospital's seal key, which signs attestations: an encrypted keystore.

    Example:
        salus keygen attestor lakeside-seal
    """
    address = _keystore(name)
    out.print(f"Add it to the provider: salus hospital add-key --attestor {address} …", markup=False)


@actor.action
def quote_signer(name: KeystoreName) -> None:
    """Makes the key that signs an insurer's quotes: an encrypted keystore.

    Example:
        salus keygen quote-signer quotes
    """
    address = _keystore(name)
    out.print(f"Let it sign: salus insurer add-quote-signer --signer {address} …", markup=False)


@actor.action
def provider(
    file: Annotated[Path, Option(help="new file for the key")] = Path("provider.key"),
) -> None:
    """Makes the key that names a hospital's bills on the chain. Make it once and keep it for good: with
    another one the same bill gets another name, and could be paid twice.

    Example:
        salus keygen provider --file provider.key
    """
    from salus.claim.provider_key import ProviderKey, short  # here: the other keys need none of it

    key = ProviderKey.create(file)
    out.print(f"{file}: a provider key with the fingerprint {short(key.fingerprint)}.", markup=False)
    out.print(f"Name it in .env: SALUS_PROVIDER_KEY_FILE={file.resolve()}. Back it up now.", markup=False)
    out.fact(file=file, fingerprint=key.fingerprint)


@actor.action
def record(
    file: Annotated[Path, Option(help="new file for the key")] = Path("record.key"),
) -> None:
    """Makes an age key, which opens the medical records that are sealed to its public half.

    Example:
        salus keygen record --file insurer.key
    """
    from salus.crypto.records import RecordKey

    key = RecordKey.create(file)
    out.print(f"{file}: an age key. Records and enrolments are sealed to {key.recipient}", markup=False)
    out.fact(file=file, recipient=key.recipient)


def _keystore(name: str) -> str:
    path, address = keystore.create(name, _new_password(name), folders=Settings.current().keystores)
    out.print(f"{path}: a key with the address {address}.", markup=False)
    out.print("Back the file up, and keep its password: without both the key is lost.")
    out.fact(file=path, address=address)
    return address


def _new_password(name: str) -> str:
    given = os.environ.get("SALUS_PASSWORD")
    if given is not None:
        return given
    if not somebody_is_there():
        raise CallError("nobody can be asked for a password", remedy="set SALUS_PASSWORD")
    password = getpass.getpass(f"New password of keystore {name}: ")
    if getpass.getpass("The same once more: ") != password:
        raise CallError("the two passwords differ: nothing was written", remedy="run it again")
    return password
