"""Sealed records, and what they prove

given a record
  it should be sealed to several readers, and each of them should be able to open it
  its commitment should contain fresh random bytes, so that equal records look different
  when the key or the record is another, or the file is broken
    it should be refused, and nothing of the record should be shown
given a diagnosis, its sealed record and the card
  it should recheck without differences; with the patient's id, the member should be checked too
  when a field was attested with another value
    that field, and no other, should be named
  when the record gives no bill line
    it should be refused
"""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from salus import product
from salus.base.errors import AttestationError, CardError, RecordError
from salus.claim.bill_line import BillLine
from salus.claim.diagnosis import diagnose
from salus.claim.provider_key import ProviderKey
from salus.cover import enrolment
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant
from salus.cover.membership import Membership, open_card
from salus.cover.policy import build_policy
from salus.crypto.eip712 import Domain
from salus.crypto.records import RecordKey, SealedRecord, encrypt, open_sealed, seal
from salus.fhir import OPEN, read
from salus.insurer.recheck import recheck
from salus.types import Diagnosis

RECORD = b'{"resourceType": "Bundle", "note": "a clinical word"}'
FAMILY = product.shipped("family")
START = 20_454


class TestSealing:
    def test_each_recipient_opens_it_and_nobody_else(self) -> None:
        insurer, patient, stranger = RecordKey.generate(), RecordKey.generate(), RecordKey.generate()
        sealed = seal(RECORD, [insurer.recipient, patient.recipient])

        for key in (insurer, patient, RecordKey(patient.reveal())):
            assert open_sealed(sealed.ciphertext, key, sealed.commitment) == RECORD
        with pytest.raises(RecordError, match="cannot be opened with this key"):
            open_sealed(sealed.ciphertext, stranger, sealed.commitment)

    def test_the_commitment_is_sha256_of_32_random_bytes_and_the_record(self) -> None:
        key = RecordKey.generate()
        sealed = seal(RECORD, [key.recipient])
        salted = key.decrypt(sealed.ciphertext)

        assert salted[32:] == RECORD
        assert sealed.commitment == sha256(salted).digest()

    def test_equal_records_do_not_look_alike(self) -> None:
        key = RecordKey.generate()
        sealed = [seal(RECORD, [key.recipient]) for _ in range(20)]
        assert len({item.commitment for item in sealed}) == 20
        assert len({key.decrypt(item.ciphertext)[:32] for item in sealed}) == 20
        assert not any(sha256(RECORD).digest() == item.commitment for item in sealed)

    def test_the_file_is_age_and_shows_nothing(self) -> None:
        sealed = seal(RECORD, [RecordKey.generate().recipient])
        assert sealed.ciphertext.startswith(b"age-encryption.org/v1\n-> X25519 ")
        assert b"clinical" not in sealed.ciphertext

    def test_an_empty_record_is_a_record(self) -> None:
        key = RecordKey.generate()
        sealed = seal(b"", [key.recipient])
        assert open_sealed(sealed.ciphertext, key, sealed.commitment) == b""

    @pytest.mark.parametrize(
        "damage", [lambda c: c[:-1], lambda c: c[:40], lambda c: b"", lambda c: c[:-1] + bytes([c[-1] ^ 1])]
    )
    def test_a_broken_file_is_refused(self, damage: Any) -> None:
        key = RecordKey.generate()
        sealed = seal(RECORD, [key.recipient])
        with pytest.raises(RecordError) as refusal:
            open_sealed(damage(sealed.ciphertext), key, sealed.commitment)
        assert refusal.value.remedy == "use the key that the file was sealed to, or ask for the file again"

    def test_another_record_is_refused_and_not_shown(self) -> None:
        key = RecordKey.generate()
        first, second = seal(RECORD, [key.recipient]), seal(b"another", [key.recipient])
        with pytest.raises(RecordError) as refusal:
            open_sealed(first.ciphertext, key, second.commitment)
        assert refusal.value.message == "is not the record that was attested"
        assert "clinical" not in "".join(traceback.format_exception(refusal.value))

    def test_a_file_too_short_to_be_a_record_is_refused(self) -> None:
        key = RecordKey.generate()
        with pytest.raises(RecordError, match="record: is too short to be a sealed record"):
            open_sealed(encrypt(bytes(31), [key.recipient]), key, bytes(32))

    @pytest.mark.parametrize(
        "recipient",
        # an id of its own: the names of tests are the same in each process
        ["", "age1", "ssh-ed25519 AAAA", pytest.param(RecordKey.generate().recipient[:-1], id="cut short")],
    )
    def test_what_is_no_recipient_is_refused(self, recipient: str) -> None:
        with pytest.raises(RecordError, match="recipients: is not an age X25519 public key"):
            seal(RECORD, [RecordKey.generate().recipient, recipient])

    def test_no_recipient_is_refused(self) -> None:
        with pytest.raises(
            RecordError, match="recipients: names no recipient; name the insurer and the patient"
        ):
            seal(RECORD, [])

    def test_a_wrong_key_is_refused_without_showing_it(self) -> None:
        text = RecordKey.generate().reveal()
        with pytest.raises(RecordError) as refusal:
            RecordKey(text[:-1])
        assert text[20:-1] not in "".join(traceback.format_exception(refusal.value))

    def test_a_file_of_several_keys_opens_what_is_sealed_to_either(self, tmp_path: Path) -> None:
        first, second, other = (RecordKey.generate() for _ in range(3))
        path = tmp_path / "record.key"
        path.write_text(f"# of last year\n{first.reveal()}\n\n# of this year\n{second.reveal()}\n")

        both = RecordKey.load(path)

        assert both.recipient == first.recipient
        assert RecordKey(*both.reveal().splitlines()).recipient == first.recipient
        for key in (first, second):
            sealed = seal(RECORD, [key.recipient])
            assert open_sealed(sealed.ciphertext, both, sealed.commitment) == RECORD
        assert not both.opens(seal(RECORD, [other.recipient]).ciphertext)

    @pytest.mark.parametrize("content", ["", "# only a comment\n", "AGE-SECRET-KEY-1\n"])
    def test_a_file_without_a_key_is_named(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "record.key"
        path.write_text(content)

        with pytest.raises(RecordError, match=f"{path}: record key: is not an age key"):
            RecordKey.load(path)


def bundle(**changes: Any) -> bytes:
    """Returns a visit to the doctor as a hospital's system exports it; `changes` go to the Claim."""
    encounter = {
        "resourceType": "Encounter",
        "id": "e-1",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": "Patient/p-1"},
        "period": {"start": "2026-03-02T09:10:00+01:00", "end": "2026-03-02T09:40:00+01:00"},
    }
    claim = {
        "resourceType": "Claim",
        "id": "c-1",
        "status": "active",
        "type": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "institutional"}
            ]
        },
        "use": "claim",
        "patient": {"reference": "Patient/p-1"},
        "created": "2026-03-02T09:40:00+01:00",
        "provider": {"reference": "Organization/o-1"},
        "priority": {"coding": [{"code": "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "plan"}}],
        "billablePeriod": {"start": "2026-03-02T09:10:00+01:00", "end": "2026-03-02T09:40:00+01:00"},
        "item": [
            {
                "sequence": 1,
                "productOrService": {
                    "coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "99213"}]
                },
                "encounter": [{"reference": "Encounter/e-1"}],
            }
        ],
        "total": {"value": 129.16, "currency": "USD"},
    }
    resources = [encounter, {**claim, **changes}]
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}
    ).encode()


@dataclass(frozen=True)
class Case:
    """One attested visit and all that is needed to recheck it."""

    line: BillLine
    membership: Membership
    provider_key: ProviderKey
    reader: RecordKey
    sealed: SealedRecord
    diagnosis: Diagnosis


@pytest.fixture(scope="module")
def case() -> Case:
    enrolled = enrolment.enrol(
        PolicyKey.generate(),
        FAMILY,
        [Applicant(consent_signer="0x" + "22" * 20, covered_since=START, covered_until=START + 365)],
    )
    book = Domain.policy_book(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
    policy = build_policy(
        book,
        FAMILY,
        enrolled,
        holder="0x" + "22" * 20,
        pool="0x" + "33" * 20,
        start=START,
        end=START + 365,
        annual_limit=1_000_003,
        premium=120_007,
    )
    membership = open_card(enrolled[0].card(book, policy.policy_id), policy.cover(0), FAMILY)
    (line,) = read(bundle(), FAMILY, profile=OPEN, today=START + 365)
    assert isinstance(line, BillLine)
    reader, provider_key = RecordKey.generate(), ProviderKey.generate()
    sealed = seal(line.record, [reader.recipient])
    diagnosis = diagnose(line, membership, provider_key, record=sealed.commitment)
    return Case(line, membership, provider_key, reader, sealed, diagnosis)


class TestDiagnose:
    def test_it_says_what_the_bill_line_says(self, case: Case) -> None:
        diagnosis, line, membership = case.diagnosis, case.line, case.membership
        benefit = membership.benefit(line.benefit)
        assert benefit is not None
        assert (diagnosis.policy, diagnosis.member, diagnosis.benefit) == (
            membership.policy_id,
            membership.commitment,
            benefit.id,
        )
        assert (diagnosis.billed, diagnosis.currency, diagnosis.units, diagnosis.flags) == (
            12_916,
            "USD",
            1,
            0,
        )
        assert diagnosis.service_from == diagnosis.service_to == line.service_from == 20_514
        assert diagnosis.bill_line == case.provider_key.bill_line("c-1")
        assert diagnosis.case_id == case.provider_key.case_id("e-1", membership.policy_id)
        assert diagnose(line, membership, case.provider_key, record=bytes(32), revision=2).revision == 2

    def test_an_emergency_is_flagged(self, case: Case) -> None:
        line = replace(case.line, emergency=True)
        assert diagnose(line, case.membership, case.provider_key, record=bytes(32)).is_emergency

    def test_a_benefit_that_the_member_lacks_is_refused(self, case: Case) -> None:
        with pytest.raises(CardError) as refusal:
            diagnose(replace(case.line, benefit="none"), case.membership, case.provider_key, record=bytes(32))
        assert (
            str(refusal.value) == "Claim/c-1.benefit: is not covered for this member (204); bill the patient"
        )

    def test_another_currency_is_refused(self, case: Case) -> None:
        with pytest.raises(
            AttestationError, match=r"Claim/c-1\.currency: is EUR, but the policy pays in USD"
        ):
            diagnose(replace(case.line, currency="EUR"), case.membership, case.provider_key, record=bytes(32))


class TestRecheck:
    def test_an_honest_line_passes(self, case: Case) -> None:
        result = recheck(case.diagnosis, case.sealed.ciphertext, case.reader, case.membership)
        assert result.passed
        assert result.unchecked == ("member", "billLine", "caseId", "revision")
        assert (result.patient, result.claim) == ("p-1", "c-1")
        assert "p-1" not in repr(result)
        assert "c-1" not in repr(result)

    def test_who_knows_the_patient_checks_the_member(self, case: Case) -> None:
        sealed = case.sealed.ciphertext
        honest = recheck(case.diagnosis, sealed, case.reader, case.membership, patient="p-1")
        other = recheck(case.diagnosis, sealed, case.reader, case.membership, patient="p-2")

        assert honest.passed
        assert honest.unchecked == ("billLine", "caseId", "revision")
        (difference,) = other.differences
        assert (difference.field, difference.attested) == ("member", case.membership.commitment)
        assert difference.recomputed is None

    def test_a_record_found_again_has_its_content(self, case: Case) -> None:
        again = seal(case.line.record, [case.reader.recipient])
        diagnosis = replace(case.diagnosis, record=again.commitment)
        first = recheck(case.diagnosis, case.sealed.ciphertext, case.reader, case.membership)
        second = recheck(diagnosis, again.ciphertext, case.reader, case.membership)

        assert first.content == second.content == sha256(case.line.record).digest()

    def test_the_provider_rechecks_its_own_names_too(self, case: Case) -> None:
        result = recheck(
            case.diagnosis,
            case.sealed.ciphertext,
            case.reader,
            case.membership,
            patient="p-1",
            provider_key=case.provider_key,
        )
        assert result.passed
        assert result.unchecked == ("revision",)

    @pytest.mark.parametrize("field", [part.name for part in Diagnosis.parts if part.name != "revision"])
    def test_each_field_attested_otherwise_is_named_alone(self, case: Case, field: str) -> None:
        value = getattr(case.diagnosis, field)
        other = {bytes: b"\x07" * 32, str: "EUR"}.get(
            type(value), value + 1 if isinstance(value, int) else None
        )
        if field == "service_from":
            other = value - 1
        changed = replace(case.diagnosis, **{field: other})

        result = recheck(
            changed, case.sealed.ciphertext, case.reader, case.membership, provider_key=case.provider_key
        )

        (difference,) = result.differences
        assert difference.field == next(part.solidity for part in Diagnosis.parts if part.name == field)
        assert (difference.attested, difference.recomputed) == (other, value)
        assert not result.passed

    def test_an_up_coded_benefit_is_named(self, case: Case) -> None:
        better = next(row.code for row in FAMILY if row.code != case.line.benefit)
        benefit = case.membership.benefit(better)
        assert benefit is not None
        result = recheck(
            replace(case.diagnosis, benefit=benefit.id), case.sealed.ciphertext, case.reader, case.membership
        )
        assert [difference.field for difference in result.differences] == ["benefit"]
        assert case.membership.schedule.code_of(result.differences[0].attested) == better
        assert case.membership.schedule.code_of(result.differences[0].recomputed) == case.line.benefit

    def test_a_raised_amount_and_another_record_are_both_named(self, case: Case) -> None:
        (line,) = read(
            bundle(total={"value": 99, "currency": "USD"}), FAMILY, profile=OPEN, today=START + 365
        )
        assert isinstance(line, BillLine)
        other = seal(line.record, [case.reader.recipient])
        result = recheck(case.diagnosis, other.ciphertext, case.reader, case.membership)
        assert [(each.field, each.attested, each.recomputed) for each in result.differences] == [
            ("record", case.sealed.commitment, other.commitment),
            ("billed", 12_916, 9_900),
        ]

    @pytest.mark.parametrize("record", [b"", b"not json", bundle(total={"value": -1, "currency": "USD"})])
    def test_a_record_without_a_bill_line_is_refused(self, case: Case, record: bytes) -> None:
        sealed = seal(record, [case.reader.recipient])
        with pytest.raises(RecordError, match="record: does not give exactly one bill line"):
            recheck(case.diagnosis, sealed.ciphertext, case.reader, case.membership)

    def test_a_reader_without_the_key_is_refused(self, case: Case) -> None:
        with pytest.raises(RecordError, match="cannot be opened with this key"):
            recheck(case.diagnosis, case.sealed.ciphertext, RecordKey.generate(), case.membership)


def test_a_new_key_file(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "record.key"

    key = RecordKey.create(path)

    assert RecordKey.load(path).recipient == key.recipient
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RecordError, match="exists already, and a record key is never overwritten"):
        RecordKey.create(path)
    assert RecordKey.load(path).recipient == key.recipient
