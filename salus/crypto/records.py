"""The clinical record behind a diagnosis: committed to on the chain, sealed off it.

The chain holds SHA-256(32 random bytes ‖ record). The random bytes travel inside the sealed file, so who
cannot open the file cannot guess the record either, and once every holder has deleted file and bytes, nobody
can. Files are sealed with age to the X25519 keys of those who may read, by rule the insurer and the patient;
keys that sign never encrypt.

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
    """A reader's private age key. `recipient` is its public half, which anyone may seal to.

    >>> RecordKey.generate()
    <RecordKey: hidden>
    """

    __slots__ = ("__identity",)

    def __init__(self, identity: str) -> None:
        try:
            self.__identity = Identity.from_str(identity.strip())
        except pyrage.IdentityError:
            raise RecordError("is not an age key (AGE-SECRET-KEY-1…)", field="record key") from None

    @classmethod
    def generate(cls) -> Self:
        """A fresh key from the operating system's generator."""
        return cls(str(Identity.generate()))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads the key from a file, past the comments that `age-keygen` writes above it. Raises RecordError,
        naming the file."""
        with files.about(path):
            lines = files.read(path, fault=RecordError).decode("ascii", "replace").splitlines()
            return cls("".join(line for line in lines if not line.lstrip().startswith("#")))

    @property
    def recipient(self) -> str:
        """The public key, age1…"""
        return str(self.__identity.to_public())

    def reveal(self) -> str:
        """The private key as text, for the key file. Never for a log."""
        return str(self.__identity)

    def decrypt(self, ciphertext: bytes) -> bytes:
        """What was sealed to this key. Raises RecordError if nothing was."""
        try:
            return bytes(pyrage.decrypt(ciphertext, [self.__identity]))
        except pyrage.DecryptError:
            raise RecordError(
                "cannot be opened with this key",
                remedy="use the key that it was sealed to, or ask for the file again",
            ) from None

    def __repr__(self) -> str:
        return "<RecordKey: hidden>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a RecordKey is neither pickled nor copied")


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A sealed record: the 32 bytes that `Diagnosis.record` shows, and the age file that opens them."""

    commitment: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """What a sealed file held. The record does not show in its `repr`."""

    commitment: bytes
    record: bytes = field(repr=False)


def seal(record: bytes, recipients: Sequence[str]) -> SealedRecord:
    """Seals a record to each recipient (age1…); any one of them opens it. Sealing twice gives two
    commitments.

    Raises RecordError if there is no recipient, or one is not an age X25519 key.
    """
    salted = secrets.token_bytes(_SALT_BYTES) + record
    return SealedRecord(sha256(salted).digest(), encrypt(salted, recipients))


def open_sealed(ciphertext: bytes, key: RecordKey, commitment: bytes) -> bytes:
    """The record in a sealed file. Raises RecordError if the key does not open it, or if it is not the record
    that the commitment was made to.
    """
    opened = unseal(ciphertext, key)
    if not hmac.compare_digest(opened.commitment, commitment):
        raise RecordError(
            "is not the record that was attested",
            field="record",
            remedy="ask the provider for the attested one",
        )
    return opened.record


def unseal(ciphertext: bytes, key: RecordKey) -> OpenedRecord:
    """The record in a sealed file, whichever it is, and the commitment that it would open. Raises RecordError
    if the key does not open it.
    """
    salted = key.decrypt(ciphertext)
    if len(salted) < _SALT_BYTES:
        raise RecordError(
            "is too short to be a sealed record", field="record", remedy="ask for the file again"
        )
    return OpenedRecord(sha256(salted).digest(), salted[_SALT_BYTES:])


def encrypt(content: bytes, recipients: Sequence[str]) -> bytes:
    """An age file that each recipient can decrypt. Raises RecordError as `seal` does."""
    if not recipients:
        raise RecordError(
            "names no recipient", field="recipients", remedy="seal to the insurer and the patient"
        )
    return bytes(pyrage.encrypt(content, [_recipient(text) for text in recipients]))


def check_recipient(text: str) -> None:
    """That records can be sealed to it. Raises RecordError if it is not an age X25519 key."""
    _recipient(text)


def _recipient(text: str) -> Recipient:
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise RecordError("is not an age X25519 public key (age1…)", field="recipients") from None
