"""salus.attestation: one signature for many lines

given diagnoses of one provider
  it should sign one root, and prove each line under it
  it should load each line with its proof from the file
  when a line was changed after signing
    it should not be proven
  when the claim desk would leave a line undecided
    it should be refused, and the error should name its number
  when the lifetime or the number of lines is out of bounds
    it should be refused
given a file
  when it is cut, changed, missing or of another format
    it should be refused, and the error should name the file
  when the disk is full
    it should leave no partial file
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from salus.base import files
from salus.base.errors import AttestationError
from salus.claim import attestation
from salus.claim.attestation import attest, proven, signer_of
from salus.claim.batch import Batch, BatchFile
from salus.crypto.abi import keccak
from salus.crypto.eip712 import Domain
from salus.types import Diagnosis

DESK = Domain.claim_desk(31337, "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512")
SIGNER = Account.from_key(keccak(b"an attestor of the tests"))
ISSUED_AT = 1_750_000_000
DAY = 86_400
TODAY = ISSUED_AT // DAY


def diagnosis(number: int, **changes: Any) -> Diagnosis:
    names = ("policy", "member", "benefit", "bill_line", "case_id", "record")
    values: dict[str, Any] = {
        **{name: keccak(f"{name} {number}".encode()) for name in names},
        "revision": 0,
        "service_from": TODAY - 3,
        "service_to": TODAY - 1,
        "units": 1 + number % 3,
        "billed": 12_345 + number,
        "currency": "USD",
        "flags": number % 2,
    }
    return Diagnosis(**{**values, **changes})


def signed(lines: list[Diagnosis], **changes: Any) -> Batch:
    values: dict[str, Any] = {
        "desk": DESK,
        "provider": 7,
        "issued_at": ISSUED_AT,
        "expires_at": ISSUED_AT + 30 * DAY,
        "signer": SIGNER,
    }
    return attest(lines, **{**values, **changes})


class TestSigning:
    @pytest.mark.parametrize("count", [1, 2, 3, 64, 257])
    def test_one_signature_proves_each_line(self, count: int) -> None:
        lines = [diagnosis(number) for number in range(count)]
        batch = signed(lines)

        assert signer_of(DESK, batch.attestation, batch.signature) == SIGNER.address
        assert batch.attestation.provider == 7
        assert len(batch) == count
        for number, line in enumerate(lines):
            assert proven(batch.attestation, line, batch.proof(number))

    def test_the_signature_is_bound_to_chain_desk_and_every_field(self) -> None:
        batch = signed([diagnosis(0)])
        elsewhere = [
            (Domain.claim_desk(1, DESK.verifying_contract), batch.attestation),
            (Domain.claim_desk(31337, "0x" + "11" * 20), batch.attestation),
            (Domain.policy_book(31337, DESK.verifying_contract), batch.attestation),
            *(
                (DESK, replace(batch.attestation, **{name: 9}))
                for name in ("provider", "issued_at", "expires_at")
            ),
            (DESK, replace(batch.attestation, root=bytes(32))),
        ]
        for desk, changed in elsewhere:
            assert signer_of(desk, changed, batch.signature) != SIGNER.address

    def test_any_change_of_a_line_breaks_its_proof(self) -> None:
        lines = [diagnosis(number) for number in range(5)]
        batch = signed(lines)
        for part in Diagnosis.parts:
            value = getattr(lines[2], part.name)
            other = {bytes: keccak(b"x"), str: "EUR"}.get(
                type(value), 1 + value if isinstance(value, int) else None
            )
            assert not proven(batch.attestation, replace(lines[2], **{part.name: other}), batch.proof(2))

    def test_a_signature_of_no_key_is_refused(self) -> None:
        batch = signed([diagnosis(0)])
        with pytest.raises(AttestationError, match="signature: is 64 bytes long instead of 65; sign again"):
            signer_of(DESK, batch.attestation, batch.signature[:64])


class TestRefusedLines:
    @pytest.mark.parametrize(
        ("change", "field", "message"),
        [
            ({"service_to": TODAY + 2}, "serviceTo", "is after the signature"),
            ({"service_to": TODAY - 4}, "serviceTo", "is before serviceFrom"),
            ({"units": 0}, "units", "is 0"),
            (
                {"policy": diagnosis(0).policy, "bill_line": diagnosis(0).bill_line, "billed": 1},
                "billLine",
                "is twice in the batch for one policy",
            ),
        ],
    )
    def test_a_line_that_would_be_left_undecided_is_named(
        self, change: dict[str, Any], field: str, message: str
    ) -> None:
        with pytest.raises(AttestationError) as refusal:
            signed([diagnosis(0), diagnosis(1), diagnosis(2, **change)])
        assert (refusal.value.resource, refusal.value.field, refusal.value.message) == (
            "Diagnosis/3",
            field,
            message,
        )

    def test_a_service_of_today_at_utc_plus_14_is_not_in_the_future(self) -> None:
        just_before_ten = ISSUED_AT // DAY * DAY + 10 * 3_600 - 1
        tomorrow = [diagnosis(0, service_to=TODAY + 1)]
        with pytest.raises(AttestationError, match="is after the signature"):
            signed(tomorrow, issued_at=just_before_ten)
        assert signed(tomorrow, issued_at=just_before_ten + 1)

    def test_one_bill_line_under_two_policies_is_accepted(self) -> None:
        assert len(signed([diagnosis(0), diagnosis(1, bill_line=diagnosis(0).bill_line)])) == 2

    @pytest.mark.parametrize("lifetime", [0, -1, 90 * DAY + 1])
    def test_a_lifetime_out_of_bounds_is_refused(self, lifetime: int) -> None:
        with pytest.raises(AttestationError, match=r"Attestation\.expiresAt: is not within 90 days"):
            signed([diagnosis(0)], expires_at=ISSUED_AT + lifetime)

    def test_ninety_days_are_accepted(self) -> None:
        assert signed([diagnosis(0)], expires_at=ISSUED_AT + 90 * DAY).signature

    def test_no_line_and_too_many_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(AttestationError, match="has 0 lines instead of 1 to 100000; split the batch"):
            signed([])
        monkeypatch.setattr(attestation, "MAX_LINES", 2)
        with pytest.raises(AttestationError, match="has 3 lines instead of 1 to 2"):
            signed([diagnosis(number) for number in range(3)])


class TestFile:
    @settings(max_examples=25, deadline=None)
    @given(count=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
    def test_every_line_comes_back_with_its_proof(self, count: int, seed: int) -> None:
        batch = signed([diagnosis(seed + number) for number in range(count)])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "batch.salus"
            batch.save(path)
            with BatchFile(path) as stored:
                assert (stored.desk, stored.attestation, stored.signature, len(stored)) == (
                    batch.desk,
                    batch.attestation,
                    batch.signature,
                    count,
                )
                assert list(stored) == [
                    (line, batch.proof(number)) for number, line in enumerate(batch.diagnoses)
                ]
                for beyond in (-1, count):
                    with pytest.raises(IndexError):
                        stored.line(beyond)

    def test_its_first_line_is_readable(self, tmp_path: Path) -> None:
        path = tmp_path / "batch.salus"
        batch = signed([diagnosis(0), diagnosis(1)])
        batch.save(path)
        header = json.loads(path.read_bytes().splitlines()[0])
        assert header["attestation"]["root"] == "0x" + batch.attestation.root.hex()
        assert (header["chain"], header["desk"], header["lines"]) == (31337, DESK.verifying_contract, 2)

    def test_a_flipped_bit_in_a_line_or_the_tree_is_found(self, tmp_path: Path) -> None:
        path = tmp_path / "batch.salus"
        signed([diagnosis(number) for number in range(6)]).save(path)
        whole = path.read_bytes()
        start = whole.index(b"\n") + 1
        leaf = diagnosis(2).hash_struct()
        places = {
            "its amount": start + 2 * 215 + 192 + 12,
            "its place": start + 6 * 215 + 2 * 4 + 3,
            "its place, beyond the tree": start + 6 * 215 + 2 * 4,
            "a node": start + 6 * 219 + 32,
        }
        for name, place in places.items():
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with BatchFile(path) as stored, pytest.raises(AttestationError) as refusal:
                list(stored)
            assert refusal.value.message == "does not match the signed root", name
            assert refusal.value.file == str(path)
            assert refusal.value.line in range(1, 7)
        assert leaf in whole

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda whole: b"", "cannot be read, or is empty"),
            (lambda whole: whole[:-1], "is incomplete or damaged"),
            (lambda whole: whole + b"\0", "is incomplete or damaged"),
            (lambda whole: whole.replace(b'"lines": 2', b'"lines": 0'), "is incomplete or damaged"),
            (lambda whole: whole.replace(b'"lines": 2', b'"lines": []'), "is not a batch file"),
            (
                lambda whole: whole.replace(b'"salusBatch": 1', b'"salusBatch": 2'),
                "is not a batch of format 1",
            ),
            (lambda whole: whole.replace(b"chain", b"chian"), "is not a batch file"),
            (
                lambda whole: whole.replace(b'"provider": "7"', b'"provider": "x"'),
                "is not a whole number of 0 … 2^64 − 1",
            ),
            (lambda whole: whole[200:], "is not JSON"),
        ],
    )
    def test_what_is_no_whole_batch_is_refused(self, change: Any, message: str, tmp_path: Path) -> None:
        path = tmp_path / "batch.salus"
        signed([diagnosis(0), diagnosis(1)]).save(path)
        path.write_bytes(change(path.read_bytes()))
        with pytest.raises(AttestationError) as refusal:
            BatchFile(path)
        assert refusal.value.message == message
        assert refusal.value.file == str(path)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(
            AttestationError, match=r"none\.salus: cannot be read, or is empty; check the path"
        ):
            BatchFile(tmp_path / "none.salus")

    def test_a_full_disk_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(files.os, "fsync", full)
        with pytest.raises(AttestationError, match="cannot be written: No space left on device"):
            signed([diagnosis(0)]).save(tmp_path / "batch.salus")
        assert list(tmp_path.iterdir()) == []

    def test_an_interrupt_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(_: int) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(files.os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            signed([diagnosis(0)]).save(tmp_path / "batch.salus")
        assert list(tmp_path.iterdir()) == []
