"""Keys, blinding and the member card

given a policy key
  it should derive the same member key for an index, and another one for another index or policy key
  it should follow HKDF-SHA256 and HMAC-SHA256 as documented
given a secret of any kind
  it should never appear in text, log, traceback, pickle or copy
given a card
  it should load from JSON and from a scanned QR code
  it should fit into 400 bytes
  when a field is missing, wrong or of another format
    it should be refused with an error that names the field and does not show the key

SPECIFICATION X4.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import io
import json
import logging
import pickle
import stat
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from salus.base.errors import AttestationError, CardError, InputError
from salus.claim.provider_key import ProviderKey
from salus.cover.card import MAX_CARD_BYTES, MemberCard
from salus.cover.keys import MemberKey, PolicyKey
from salus.crypto.records import RecordKey
from salus.crypto.secret import Secret, length_prefixed

BOOK = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
SECRET = bytes(range(32))


def card(**changes: Any) -> MemberCard:
    values: dict[str, Any] = {
        "chain_id": 11155111,
        "policy_book": BOOK,
        "policy_id": b"\xab" * 32,
        "index": 255,
        "key": MemberKey(SECRET),
        "excluded": frozenset({3, 17}),
    }
    return MemberCard(**{**values, **changes})


class TestKeys:
    def test_member_keys_differ_by_index_and_by_policy(self) -> None:
        first, second = PolicyKey(SECRET), PolicyKey(bytes(32))
        keys = [key.member_key(index).reveal() for key in (first, second) for index in range(256)]

        assert len(set(keys)) == 512
        assert first.member_key(7) == first.member_key(7)
        assert SECRET not in keys

    def test_member_key_is_hkdf_sha256(self) -> None:
        info = length_prefixed(b"salus 1", b"member key", (5).to_bytes(4, "big"))
        extracted = hmac.digest(bytes(32), SECRET, "sha256")
        expanded = hmac.digest(extracted, info + b"\x01", "sha256")

        assert PolicyKey(SECRET).member_key(5).reveal() == expanded

    def test_blind_is_hmac_sha256_over_length_prefixed_parts(self) -> None:
        message = b"\0\0\0\7salus 1" + b"\0\0\0\7benefit" + b"\0\0\0\5visit"
        assert (
            MemberKey(SECRET).blind("benefit", "visit") == hmac.new(SECRET, message, hashlib.sha256).digest()
        )

    def test_names_do_not_run_into_each_other(self) -> None:
        key = MemberKey(SECRET)
        blinded = {
            key.blind("benefit", "visits"),
            key.blind("group", "visits"),
            key.blind("benefitv", "isits"),
            key.blind("", "benefitvisits"),
            key.commitment,
        }
        assert len(blinded) == 5

    @pytest.mark.parametrize("index", [-1, 256])
    def test_index_beyond_256_members_is_refused(self, index: int) -> None:
        with pytest.raises(CardError, match=f"member: {index} is not 0 … 255"):
            PolicyKey(SECRET).member_key(index)

    def test_generated_keys_differ(self) -> None:
        assert len({PolicyKey.generate().reveal() for _ in range(50)}) == 50


class TestProviderKey:
    def test_bill_line_and_case_are_keyed_and_do_not_collide(self) -> None:
        key, other = ProviderKey(SECRET), ProviderKey(bytes(32))
        policy, next_policy = b"\1" * 32, b"\2" * 32
        names = [
            key.bill_line("7"),
            key.bill_line("7", 2),
            key.bill_line("71"),
            other.bill_line("7"),
            key.case_id("7", policy),
            key.case_id("7", next_policy),
            key.case_id("8", policy),
            other.case_id("7", policy),
        ]
        assert len(set(names)) == 8
        assert key.bill_line("7") == key.bill_line("7", 1)

    def test_empty_identifiers_are_refused(self) -> None:
        with pytest.raises(AttestationError, match="claim identifier: is empty"):
            ProviderKey(SECRET).bill_line("")
        with pytest.raises(AttestationError, match="encounter identifier: is empty"):
            ProviderKey(SECRET).case_id("", bytes(32))


SHOWN = (SECRET.hex(), repr(SECRET), str(list(SECRET)))


@pytest.mark.parametrize("kind", [Secret, PolicyKey, MemberKey, ProviderKey])
class TestSecrecy:
    def test_text_never_shows_it(self, kind: type[Secret], caplog: pytest.LogCaptureFixture) -> None:
        key = kind(SECRET)
        with caplog.at_level(logging.DEBUG):
            logging.getLogger("test").warning("%s %r %s", key, key, {"key": [key]})
        texts = [str(key), repr(key), f"{key}", f"{key!r:>40}", f"{[key]}", caplog.text]

        for text in texts:
            assert f"<{kind.__name__}: hidden>" in text
            assert not any(secret in text for secret in SHOWN)

    def test_it_is_neither_pickled_nor_copied(self, kind: type[Secret]) -> None:
        key = kind(SECRET)
        for leak in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                leak(key)
        assert not hasattr(key, "__dict__")

    @pytest.mark.parametrize("wrong", [SECRET[:31], SECRET + b"\0", SECRET.hex()])
    def test_a_wrong_length_is_refused_without_showing_it(self, kind: type[Secret], wrong: Any) -> None:
        with pytest.raises(InputError) as refusal:
            kind(wrong)
        text = "".join(traceback.format_exception(refusal.value)) + repr(refusal.value)
        assert "is not a key of 32 bytes" in text
        assert SECRET[:31].hex() not in text
        assert repr(SECRET[:31])[2:-1] not in text

    def test_hexadecimal_round_trips_and_other_text_is_not_shown(self, kind: type[Secret]) -> None:
        assert kind.from_hex("0x" + SECRET.hex()) == kind(SECRET)
        with pytest.raises(InputError) as refusal:
            kind.from_hex(SECRET.hex()[:-1] + "x")
        text = "".join(traceback.format_exception(refusal.value))
        assert "is not hexadecimal" in text
        assert SECRET.hex()[:20] not in text

    def test_equal_only_to_the_same_kind_and_bytes(self, kind: type[Secret]) -> None:
        assert kind(SECRET) == kind(SECRET)
        assert kind(SECRET) != kind(bytes(32))
        assert kind(SECRET) != SECRET


def test_record_key_never_shows() -> None:
    key = RecordKey.generate()
    assert [repr(key), str(key), f"{key}"] == ["<RecordKey: hidden>"] * 3
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled or copied"):
            leak(key)


class TestCard:
    def test_json_round_trips(self) -> None:
        assert MemberCard.from_json(card().reveal_json()) == card()
        assert MemberCard.from_json(card().reveal_json().encode()).key.reveal() == SECRET

    def test_json_is_what_the_documentation_says(self) -> None:
        assert json.loads(card().reveal_json()) == {
            "salus": 1,
            "chain": 11155111,
            "book": BOOK,
            "policy": "ab" * 32,
            "member": 255,
            "key": SECRET.hex(),
            "excluded": [3, 17],
        }

    def test_ten_exclusions_on_a_long_chain_id_fit_a_qr_code(self) -> None:
        big = card(chain_id=2**53, excluded=frozenset(range(90, 110)))
        assert len(big.reveal_json()) <= MAX_CARD_BYTES

    def test_a_card_beyond_400_bytes_is_refused(self) -> None:
        with pytest.raises(CardError, match="excluded: makes the card longer than 400 bytes"):
            card(excluded=frozenset(range(100, 140)))

    def test_the_qr_code_holds_the_json_and_nothing_else(self) -> None:
        code = card().qr()
        assert code.error == "M"
        assert not code.is_micro
        assert code == type(card().qr())(_encoded(card().reveal_json()))
        drawing = io.BytesIO()
        code.save(drawing, kind="svg")
        assert b"<svg" in drawing.getvalue()
        assert SECRET.hex().encode() not in drawing.getvalue()

    def test_a_saved_card_is_its_owners_only(self, tmp_path: Path) -> None:
        path = tmp_path / "card.json"
        card().save(path)
        assert MemberCard.load(path) == card()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [file.name for file in tmp_path.iterdir()] == ["card.json"]

    def test_repr_shows_no_key(self) -> None:
        assert "<MemberKey: hidden>" in repr(card())
        assert not any(secret in repr(card()) for secret in SHOWN)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"salus": 2}, "salus: is a format that this version cannot read; update Salus"),
            ({"chain": "1"}, "chain: is not a whole number of 0 … 2^256 − 1; ask for a new card"),
            ({"chain": -1}, "chain: is not a whole number of 0 … 2^256 − 1; ask for a new card"),
            (
                {"book": BOOK[:-1]},
                "book: is not an address: 0x and 40 hexadecimal digits; ask for a new card",
            ),
            ({"policy": "ab"}, "policy: is not 32 bytes long; ask for a new card"),
            ({"policy": 7}, "policy: is not hexadecimal; ask for a new card"),
            ({"member": 256}, "member: is not a whole number of 0 … 2^8 − 1; ask for a new card"),
            ({"key": SECRET.hex()[2:]}, "MemberKey: is not a key of 32 bytes; use an exact copy of it"),
            ({"key": SECRET.hex()[1:] + "g"}, "MemberKey: is not hexadecimal; use an exact copy of it"),
            ({"key": 7}, "MemberKey: is not hexadecimal; use an exact copy of it"),
            ({"excluded": 3}, "excluded: is not a list of row numbers; ask for a new card"),
            ({"excluded": [-1]}, "excluded: is not a list of row numbers; ask for a new card"),
            ({"excluded": ["visit"]}, "excluded: is not a list of row numbers; ask for a new card"),
            ({"excluded": [[1]]}, "excluded: is not a list of row numbers; ask for a new card"),
        ],
    )
    def test_a_wrong_field_is_refused_by_name(self, change: dict[str, Any], message: str) -> None:
        content = {**json.loads(card().reveal_json()), **change}
        with pytest.raises(CardError) as refusal:
            MemberCard.from_json(json.dumps(content))
        assert str(refusal.value) == message
        assert SECRET.hex()[2:-2] not in "".join(traceback.format_exception(refusal.value))

    @pytest.mark.parametrize("field", ["salus", "chain", "book", "policy", "member", "key", "excluded"])
    def test_a_missing_field_is_refused_by_name(self, field: str) -> None:
        content = json.loads(card().reveal_json())
        del content[field]
        with pytest.raises(CardError) as refusal:
            MemberCard.from_json(json.dumps(content))
        assert str(refusal.value) == f"{field}: is missing; scan the card again"

    @pytest.mark.parametrize("text", ["", "[1]", card().reveal_json()[:-9], "7"])
    def test_what_is_no_card_is_refused_without_showing_it(self, text: str, tmp_path: Path) -> None:
        path = tmp_path / "card.json"
        path.write_text(text)
        with pytest.raises(CardError) as refusal:
            MemberCard.load(path)
        assert str(refusal.value).startswith(f"{path}: is not ")
        assert str(refusal.value).endswith("give a member card")
        assert SECRET.hex() not in "".join(traceback.format_exception(refusal.value))

    def test_deep_nesting_is_refused_also_where_a_dependency_has_raised_the_recursion_limit(self) -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(100_000)
        try:
            with pytest.raises(CardError, match="is not JSON; give a member card"):
                MemberCard.from_json('{"a":' * 100_000)
        finally:
            sys.setrecursionlimit(limit)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CardError) as refusal:
            MemberCard.load(tmp_path / "none.json")
        assert (
            str(refusal.value)
            == f"{tmp_path}/none.json: cannot be read: No such file or directory; check the path"
        )


def _encoded(text: str) -> Any:
    from segno import encoder

    return encoder.encode(text, error="m", micro=False, mode="byte")
