"""Keys of a policy, and the card that a member shows a hospital.

    policy key   32 random bytes, fresh for each policy; made by the holder and never handed on
      └─ member key   HKDF-SHA256(policy key, member index); stands on the member's card
           └─ blind(label, x)   HMAC-SHA256(member key, label, x); stands on the chain

The chain shows blinded names only. A card opens the claims of its member under its policy: member keys do not
lead back to the policy key, so the pharmacy that sees one card does not read the family, and next year's
policy has another key.

The card is small enough for a QR code (400 bytes at most): where the policy is, which member, that member's
key, and which rows of the benefit table do not apply. The terms and the member's proof, which do not fit,
come in the cover file (`salus.cover.policy.CoverFile`), which holds no key.
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
"""Pixels to a module of the QR code."""
_FIELDS = ("salus", "chain", "book", "policy", "member", "key", "excluded")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCard:
    """What a member shows a hospital. Whoever has it can read and file that member's claims: show it like a
    bank card.

    >>> card = MemberCard(chain_id=1, policy_book="0x" + "ab" * 20, policy_id=bytes(32), index=2,
    ...                   key=MemberKey.generate(), excluded=frozenset({7}))
    >>> MemberCard.from_json(card.reveal_json()) == card
    True
    """

    chain_id: int
    policy_book: str
    policy_id: bytes
    index: int
    """Place of the member in the policy, 0 … 255."""
    key: MemberKey
    excluded: frozenset[int] = frozenset()
    """Rows of the benefit table, from 0, that this member has no cover for."""

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
                raise CardError(str(error), field=field) from None
        if not all(type(row) is int and row >= 0 for row in self.excluded):
            raise CardError("is not a list of row numbers", field="excluded")
        if len(self.reveal_json()) > MAX_CARD_BYTES:
            raise CardError(
                f"makes the card longer than {MAX_CARD_BYTES} bytes",
                field="excluded",
                remedy="write a benefit table without these rows",
            )

    @property
    def book(self) -> Domain:
        """The domain of the policy book."""
        return Domain.policy_book(self.chain_id, self.policy_book)

    def reveal_json(self) -> str:
        """The card as one line of JSON, key included: the content of the file and of the QR code."""
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
        """The card in a file or a scanned code. Raises CardError, naming the field and never its value."""
        content = files.parse_object(text, fault=CardError, wanted="a member card")
        for name in _FIELDS:
            if name not in content:
                raise CardError("is missing", field=name, remedy="scan the card again")
        if content["salus"] != _FORMAT:
            raise CardError("is a format that this version cannot read", field="salus", remedy="update Salus")
        if not isinstance(content["excluded"], list):
            raise CardError("is not a list of row numbers", field="excluded")
        return cls(
            chain_id=content["chain"],
            policy_book=content["book"],
            policy_id=_bytes32(content, "policy"),
            index=content["member"],
            key=MemberKey.from_hex(content["key"]),
            excluded=frozenset(row if isinstance(row, int) else -1 for row in content["excluded"]),
        )

    def save(self, path: str | Path) -> None:
        """Writes the card as JSON, readable by its owner only."""
        files.write_durably(path, [self.reveal_json().encode(), b"\n"], fault=CardError, private=True)

    @classmethod
    def load(cls, path: str | Path) -> MemberCard:
        """The card in a file. Raises CardError, naming the file."""
        with files.about(path):
            return cls.from_json(files.read(path, fault=CardError))

    def qr(self) -> segno.QRCode:
        """The card as a QR code, key included; `.show()` brings it to the screen."""
        import segno  # only who draws a card needs it

        return segno.make_qr(self.reveal_json(), error="m")

    def save_qr(self, path: str | Path) -> None:
        """Draws the QR code as SVG, readable by its owner only: it is the card once more."""
        drawing = BytesIO()
        self.qr().save(drawing, kind="svg", scale=_SCALE)
        files.write_durably(path, [drawing.getvalue()], fault=CardError, private=True)


def _bytes32(content: Mapping[str, Any], field: str) -> bytes:
    try:
        return bytes.fromhex(content[field].removeprefix("0x"))
    except (AttributeError, ValueError):
        raise CardError("is not hexadecimal", field=field) from None
