"""Seals the clinical record behind a diagnosis; only its commitment is on the chain.

The commitment is SHA-256(32 random bytes ‖ record). The random bytes are inside the sealed file, so a reader
who cannot open the file cannot guess the record from the commitment. After every holder has deleted the file
and the random bytes, nobody can. Files are encrypted with age to the X25519 keys of the readers, normally the
insurer and the patient. Signing keys are never used for encryption.

>>> insurer, patient = RecordKey.generate(), RecordKey.generate()
>>> sealed = seal(b'{"resourceType": "Bundle"}', [insurer.recipient, patient.recipient])
>>> open_sealed(sealed.ciphertext, patient, sealed.commitment)
b'{"resourceType": "Bundle"}'
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NoReturn, Self

import pyrage  # type: ignore[import-untyped]
from pyrage.x25519 import Identity, Recipient  # type: ignore[import-untyped]

from salus.base import files
from salus.base.errors import RecordError

_SALT_BYTES = 32


class RecordKey:
    """A reader's private age key. `recipient` is its public key, to which anyone can seal a record.

    A reader whose key has changed may have several; then each opens what was sealed to it.

    >>> RecordKey.generate()
    <RecordKey: hidden>
    """

    __slots__ = ("__identities",)

    def __init__(self, identity: str, *more: str) -> None:
        try:
            self.__identities = [Identity.from_str(one.strip()) for one in (identity, *more)]
        except pyrage.IdentityError:
            raise RecordError(
                "is not an age key (AGE-SECRET-KEY-1…)",
                field="record key",
                remedy="use the key file that age-keygen or Salus wrote",
            ) from None

    @classmethod
    def generate(cls) -> Self:
        """Creates a new key with the operating system's random generator."""
        return cls(str(Identity.generate()))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads the key from a file, or several, one in each line; ignores the comments of `age-keygen`.

        Raises RecordError, naming the file.
        """
        with files.about(path):
            return cls(*(key_lines(files.read(path, fault=RecordError)) or [""]))

    @classmethod
    def create(cls, path: str | Path) -> Self:
        """Writes a new key, in the form of `age-keygen`, into a new file that only its owner can read.

        Raises RecordError, naming the file, if it exists or cannot be written.
        """
        key = cls.generate()
        content = f"# public key: {key.recipient}\n{key.reveal()}\n"
        files.create_secret(path, content.encode(), fault=RecordError, what="a record key")
        return key

    @property
    def recipient(self) -> str:
        """Returns the public key (age1…), of several the first."""
        return str(self.__identities[0].to_public())

    def reveal(self) -> str:
        """Returns the private key as text, to write into the key file. Never log it."""
        return "\n".join(map(str, self.__identities))

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Decrypts a file that was sealed to this key. Raises RecordError if it was not."""
        try:
            return bytes(pyrage.decrypt(ciphertext, self.__identities))
        except pyrage.DecryptError:
            raise RecordError(
                "cannot be opened with this key",
                remedy="use the key that the file was sealed to, or ask for the file again",
            ) from None

    def opens(self, ciphertext: bytes) -> bool:
        """Returns whether a file was sealed to this key."""
        try:
            self.decrypt(ciphertext)
        except RecordError:
            return False
        return True

    def __repr__(self) -> str:
        return "<RecordKey: hidden>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a RecordKey cannot be pickled or copied")


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A sealed record: the 32 bytes of `Diagnosis.record`, and the age file with the record behind them."""

    commitment: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """The content of a sealed file. Its `repr` does not show the record."""

    commitment: bytes
    record: bytes = field(repr=False)


def seal(record: bytes, recipients: Sequence[str]) -> SealedRecord:
    """Seals a record to the recipients (age1…); each of them can open it.

    Sealing the same record twice gives two different commitments. Raises RecordError if there is no
    recipient, or if one is not an age X25519 key.
    """
    salted = secrets.token_bytes(_SALT_BYTES) + record
    return SealedRecord(sha256(salted).digest(), encrypt(salted, recipients))


def open_sealed(ciphertext: bytes, key: RecordKey, commitment: bytes) -> bytes:
    """Opens a sealed file and checks its record against the commitment.

    Raises RecordError if the key does not open the file, or if the commitment belongs to another record.
    """
    opened = unseal(ciphertext, key)
    if not hmac.compare_digest(opened.commitment, commitment):
        raise RecordError(
            "is not the record that was attested",
            field="record",
            remedy="ask the provider for the attested record",
        )
    return opened.record


def unseal(ciphertext: bytes, key: RecordKey) -> OpenedRecord:
    """Opens a sealed file, and returns its record and the commitment to it, without checking either.

    Raises RecordError if the key does not open the file.
    """
    salted = key.decrypt(ciphertext)
    if len(salted) < _SALT_BYTES:
        raise RecordError(
            "is too short to be a sealed record", field="record", remedy="ask for the file again"
        )
    return OpenedRecord(sha256(salted).digest(), salted[_SALT_BYTES:])


def encrypt(content: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypts the content to an age file that each recipient can decrypt. Raises as `seal` does."""
    if not recipients:
        raise RecordError("names no recipient", field="recipients", remedy="name the insurer and the patient")
    return bytes(pyrage.encrypt(content, [_recipient(text) for text in recipients]))


def key_lines(content: bytes) -> list[str]:
    """Returns the lines of a file of age keys, private or public, without comments and empty lines."""
    lines = map(str.strip, content.decode("ascii", "replace").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def check_recipient(text: str) -> None:
    """Checks that records can be sealed to the key. Raises RecordError if it is not an age X25519 key."""
    _recipient(text)


def _recipient(text: str) -> Recipient:
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise RecordError(
            "is not an age X25519 public key (age1…)", field="recipients", remedy="ask the reader for the key"
        ) from None
