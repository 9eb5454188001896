"""Stores a signed batch in a file: one line of readable JSON, then the lines and the tree in a fixed layout.

    header   {"salusBatch":1, "chain", "desk", "attestation", "signature", "lines"}, one line of JSON
    lines    215 bytes each: the members of Diagnosis, packed without padding, big-endian
    places   4 bytes each: the index of the line's leaf in the tree
    tree     2 × lines − 1 nodes of 32 bytes; node i has the children 2i + 1 and 2i + 2

A proof is read from the tree by following siblings, without hashing. 100,000 lines with all their proofs need
28 MB; separate proofs alone would need 54 MB. Each line that is read is checked against the signed root.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from salus.base import files
from salus.base.errors import AttestationError
from salus.crypto import merkle
from salus.crypto.eip712 import Domain
from salus.crypto.merkle import MerkleTree, Proof
from salus.types import Attestation, Diagnosis

_FORMAT = 1
_LINE = struct.Struct(">32s32s32s32s32s32sBIIHQ3sB")
_PLACE = struct.Struct(">I")
_NODE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Batch:
    """Diagnoses under one signature, in their original order. `salus.claim.attestation.attest` creates it."""

    desk: Domain
    attestation: Attestation
    signature: bytes
    diagnoses: Sequence[Diagnosis]
    tree: MerkleTree

    def __len__(self) -> int:
        return len(self.diagnoses)

    def proof(self, line: int) -> Proof:
        """Returns the proof that the diagnosis at position `line` (from 0) is signed."""
        return self.tree.proof(line)

    def save(self, path: str | Path) -> None:
        """Writes the complete batch or nothing. Raises AttestationError if it cannot, as on a full disk."""
        header = {
            "salusBatch": _FORMAT,
            "chain": self.desk.chain_id,
            "desk": self.desk.verifying_contract,
            "attestation": self.attestation.to_json(),
            "signature": "0x" + self.signature.hex(),
            "lines": len(self),
        }
        chunks = [
            json.dumps(header).encode() + b"\n",
            b"".join([_LINE.pack(*diagnosis.as_tuple()) for diagnosis in self.diagnoses]),
            struct.pack(f">{len(self)}I", *self.tree.places),
            b"".join(self.tree.nodes),
        ]
        files.write_durably(path, chunks, fault=AttestationError)


class BatchFile:
    """A batch on disk, read line by line. Close it, or use it in `with`.

    Raises AttestationError if the file is not a complete batch. Reading a line raises AttestationError if the
    line or its proof does not match the signed root.

    >>> from tempfile import TemporaryDirectory
    >>> from eth_account import Account
    >>> from salus.claim.attestation import attest
    >>> names = ("policy", "member", "benefit", "case_id", "record")
    >>> visits = [Diagnosis(**dict.fromkeys(names, bytes(32)), bill_line=bytes([number]) * 32, revision=0,
    ...                     service_from=20_249, service_to=20_249, units=1, billed=125_00 + number,
    ...                     currency="USD", flags=0) for number in range(3)]
    >>> desk = Domain.claim_desk(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
    >>> signed = attest(visits, desk=desk, provider=1, issued_at=1_750_000_000, expires_at=1_750_086_400,
    ...                 signer=Account.from_key(bytes(31) + bytes([7])))
    >>> with TemporaryDirectory() as folder:
    ...     signed.save(f"{folder}/visits.batch")
    ...     with BatchFile(f"{folder}/visits.batch") as batch:
    ...         diagnosis, proof = batch.line(2)
    ...         len(batch), diagnosis.billed, proof == signed.proof(2)
    (3, 12502, True)
    """

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        try:
            with Path(path).open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            raise AttestationError(
                "cannot be read, or is empty", file=self._path, remedy="check the path"
            ) from None
        try:
            self._read_header()
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[Diagnosis, Proof]]:
        return (self.line(number) for number in range(len(self)))

    def line(self, number: int) -> tuple[Diagnosis, Proof]:
        """Returns diagnosis `number`, counted from 0, and its proof. Raises IndexError past the end."""
        if not 0 <= number < self._count:
            raise IndexError(number)
        diagnosis = Diagnosis.from_tuple(_LINE.unpack_from(self._map, self._lines + number * _LINE.size))
        (place,) = _PLACE.unpack_from(self._map, self._places + number * _PLACE.size)
        proof = tuple(self._node(index) for index in merkle.siblings(place)) if place < self._nodes else ()
        if not merkle.verify(self.attestation.root, diagnosis.hash_struct(), proof):
            raise AttestationError(
                "does not match the signed root", file=self._path, line=number + 1, remedy="restore the file"
            )
        return diagnosis, proof

    def close(self) -> None:
        self._map.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_header(self) -> None:
        first = self._map.readline()
        with files.about(self._path):
            try:
                header = files.parse_object(first, fault=AttestationError, wanted="a batch file")
                if header.get("salusBatch") != _FORMAT:
                    raise AttestationError(f"is not a batch of format {_FORMAT}", remedy="update Salus")
                self.desk = Domain.claim_desk(header["chain"], header["desk"])
                self.attestation = Attestation.from_json(header["attestation"])
                self.signature = bytes.fromhex(header["signature"].removeprefix("0x"))
                self._count = int(header["lines"])
            except (KeyError, TypeError, ValueError, AttributeError):
                raise AttestationError("is not a batch file", remedy="restore the file") from None
        self._nodes = 2 * self._count - 1
        self._lines = len(first)
        self._places = self._lines + self._count * _LINE.size
        self._tree = self._places + self._count * _PLACE.size
        if self._count < 1 or len(self._map) != self._tree + self._nodes * _NODE_BYTES:
            raise AttestationError("is incomplete or damaged", file=self._path, remedy="restore the file")

    def _node(self, index: int) -> bytes:
        start = self._tree + index * _NODE_BYTES
        return self._map[start : start + _NODE_BYTES]
