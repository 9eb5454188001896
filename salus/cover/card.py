"""Defines the card that a member shows to a hospital.

    policy key   32 random bytes, new for each policy; created by the holder and never shared
      └─ member key   HKDF-SHA256(policy key, member index); on the member's card
           └─ blind(label, x)   HMAC-SHA256(member key, label, x); on the chain

The chain shows only blinded names. A card reveals the claims of one member under one policy. Nobody can
derive the policy key from a member key, so a pharmacy that sees one card cannot read the claims of the
family. Next year's policy has a new key.

The card is small enough for a QR code (at most 400 bytes). It contains the place of the policy, the member's
index and key, and the rows of the benefit table that do not apply. The terms and the member's proof are too
long for it and are in the cover file (`salus.cover.policy.CoverFile`), which contains no key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salus.base import files
from salus.base.errors import CardError
from salus.cover.keys import MemberKey
from salus.crypto.abi import AddressCodec, Codec, FixedBytes, Uint
from salus.crypto.eip712 import Domain

if TYPE_CHECKING:
    import segno

MAX_CARD_BYTES = 400
_FORMAT = 1
_SCALE = 4
"""Pixels for each module of the QR code."""
_FIELDS = ("salus", "chain", "book", "policy", "member", "key", "excluded")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCard:
    """The card that a member shows to a hospital.

    Anyone who has the card can read and file the member's claims: protect it like a bank card.

    >>> card = MemberCard(chain_id=1, policy_book="0x" + "ab" * 20, policy_id=bytes(32), index=2,
    ...                   key=MemberKey.generate(), excluded=frozenset({7}))
    >>> MemberCard.from_json(card.reveal_json()) == card
    True
    """

    chain_id: int
    policy_book: str
    policy_id: bytes
    index: int
    """Index of the member in the policy, 0 … 255."""
    key: MemberKey
    excluded: frozenset[int] = frozenset()
    """Rows of the benefit table, from 0, that do not cover this member."""

    def __post_init__(self) -> None:
        checks: dict[str, tuple[str, Codec]] = {
            "chain": ("chain_id", Uint(256)),
            "book": ("policy_book", AddressCodec()),
            "policy": ("policy_id", FixedBytes(32)),
            "member": ("index", Uint(8)),
        }
        for field, (name, codec) in checks.items():
            try:
                object.__setattr__(self, name, codec.normalise(getattr(self, name)))
            except ValueError as error:
                raise CardError(str(error), field=field, remedy="ask for a new card") from None
        if not all(type(row) is int and row >= 0 for row in self.excluded):
            raise CardError("is not a list of row numbers", field="excluded", remedy="ask for a new card")
        if len(self.reveal_json()) > MAX_CARD_BYTES:
            raise CardError(
                f"makes the card longer than {MAX_CARD_BYTES} bytes",
                field="excluded",
                remedy="write a benefit table without these rows",
            )

    @property
    def number(self) -> str:
        """Returns the number by which people name the member."""
        return member_number(self.policy_id, self.index)

    @property
    def book(self) -> Domain:
        """Returns the domain of the policy book."""
        return Domain.policy_book(self.chain_id, self.policy_book)

    def reveal_json(self) -> str:
        """Returns the card, with its key, as one line of JSON for the file and the QR code."""
        content = {
            "salus": _FORMAT,
            "chain": self.chain_id,
            "book": self.policy_book,
            "policy": self.policy_id.hex(),
            "member": self.index,
            "key": self.key.reveal().hex(),
            "excluded": sorted(self.excluded),
        }
        return json.dumps(content, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> MemberCard:
        """Reads a card from a file or a QR code. Raises CardError, naming the field but never its value."""
        content = files.parse_object(text, fault=CardError, wanted="a member card")
        for name in _FIELDS:
            if name not in content:
                raise CardError("is missing", field=name, remedy="scan the card again")
        if content["salus"] != _FORMAT:
            raise CardError("is a format that this version cannot read", field="salus", remedy="update Salus")
        if not isinstance(content["excluded"], list):
            raise CardError("is not a list of row numbers", field="excluded", remedy="ask for a new card")
        return cls(
            chain_id=content["chain"],
            policy_book=content["book"],
            policy_id=_bytes32(content, "policy"),
            index=content["member"],
            key=MemberKey.from_hex(content["key"]),
            excluded=frozenset(row if isinstance(row, int) else -1 for row in content["excluded"]),
        )

    def save(self, path: str | Path) -> None:
        """Writes the card as JSON to a file that only its owner can read."""
        files.write_durably(path, [self.reveal_json().encode(), b"\n"], fault=CardError, private=True)

    @classmethod
    def load(cls, path: str | Path) -> MemberCard:
        """Reads a card from a file. Raises CardError, naming the file."""
        with files.about(path):
            return cls.from_json(files.read(path, fault=CardError))

    def qr(self) -> segno.QRCode:
        """Returns the card, with its key, as a QR code; `.show()` displays it."""
        import segno  # imported here because only drawing a card needs it

        return segno.make_qr(self.reveal_json(), error="m")

    def save_qr(self, path: str | Path) -> None:
        """Draws the QR code as an SVG file that only its owner can read, because it contains the key."""
        drawing = BytesIO()
        self.qr().save(drawing, kind="svg", scale=_SCALE)
        files.write_durably(path, [drawing.getvalue()], fault=CardError, private=True)


def member_number(policy_id: bytes, index: int) -> str:
    """Returns the number by which people name a member: the first digits of the policy id, and the index.

    It is as public as the policy id, and shows neither the person nor the key.

    >>> member_number(bytes(range(32)), 2)
    '0001-0203-0405-2'
    """
    digits = policy_id.hex()[:12].upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}-{index}"


def _bytes32(content: Mapping[str, Any], field: str) -> bytes:
    try:
        return bytes.fromhex(content[field].removeprefix("0x"))
    except (AttributeError, ValueError):
        raise CardError("is not hexadecimal", field=field, remedy="ask for a new card") from None
