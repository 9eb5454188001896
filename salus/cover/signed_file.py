"""Reads and writes signed files, in which a signer passes on a quote or a consent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salus.base import files
from salus.base.errors import CardError, InputError, PolicyError
from salus.crypto.abi import AddressCodec

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class SignedFile:
    """The content of a signed file: the signer, the signature, and all other fields."""

    signer: str
    signature: bytes
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SignedFileKind:
    """A kind of signed file.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "quote.json"
    ...     QUOTE.save(path, "0x" + "ab" * 20, bytes(65), policy="0x07")
    ...     assert QUOTE.load(path).content["policy"] == "0x07"
    ...     CONSENT.load(path)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    salus.base.errors.CardError: .../quote.json: is not a signed consent; sign it again
    """

    mark: str
    """The JSON field that names the kind."""
    words: str
    remedy: str
    fault: type[InputError]

    def save(self, path: Path, signer: str, signature: bytes, **content: Any) -> None:
        """Writes the complete file or nothing."""
        parts = {self.mark: _FORMAT, "signer": signer, **content, "signature": "0x" + signature.hex()}
        files.write_durably(path, [json.dumps(parts).encode(), b"\n"], fault=self.fault)

    def load(self, path: Path) -> SignedFile:
        """Reads a file. Raises `fault`, naming the file."""
        with files.about(path):
            text = files.read(path, fault=self.fault)
            content = files.parse_object(text, fault=self.fault, wanted=self.words)
            try:
                if content[self.mark] != _FORMAT:
                    raise ValueError
                signer = AddressCodec().normalise(content["signer"])
                signature = bytes.fromhex(content["signature"].removeprefix("0x"))
            except (KeyError, AttributeError, ValueError):
                raise self.fault(f"is not {self.words}", remedy=self.remedy) from None
        return SignedFile(signer, signature, content)


QUOTE = SignedFileKind("salusQuote", "a quote file", "ask the insurer for a quote", PolicyError)
CONSENT = SignedFileKind("salusConsent", "a signed consent", "sign it again", CardError)
