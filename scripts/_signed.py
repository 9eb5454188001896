"""Files that bring a signature from who gives it to who sends it: quotes and consents."""

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
class Signed:
    """What is in such a file: who signed, the signature, and what else it says."""

    signer: str
    signature: bytes
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A kind of such files."""

    mark: str
    words: str
    remedy: str
    fault: type[InputError]

    def save(self, path: Path, signer: str, signature: bytes, **content: Any) -> None:
        """Writes one, whole or not at all."""
        parts = {self.mark: _FORMAT, "signer": signer, **content, "signature": "0x" + signature.hex()}
        files.write_durably(path, [json.dumps(parts).encode(), b"\n"], fault=self.fault)

    def load(self, path: Path) -> Signed:
        """The content of one. Raises `fault`, naming the file."""
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
        return Signed(signer, signature, content)


QUOTE = SignedFile("salusQuote", "a quote file", "ask the insurer", PolicyError)
CONSENT = SignedFile("salusConsent", "a signed consent", "sign it again", CardError)
