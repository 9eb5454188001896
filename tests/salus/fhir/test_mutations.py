"""fhir.read on damaged records: no traceback, and no line that is not right

given a Bundle with one element dropped, set to null, of another type, nested or doubled, at any depth
    every Claim ends as a line or a named reason, or the file as a named error
    each line is the line before the change, or the bill is refused
given bytes that are cut off, flipped, nested deeply, or not UTF-8
    nothing but lines, refusals and named errors comes out
given one element that a line depends on
    the bill is refused for it
"""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from salus import fhir
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.fhir import NotRead, Reason, Refused, Summary, split
from tests.support import fhir_bundles as build
from tests.support.depth import DEPTH
from tests.support.fhir_bundles import FAMILY, TODAY, Resource, ref
from tests.support.mutation_bases import BASES, base
from tests.support.mutations import KINDS, elements, mutated

MUTATIONS, DAMAGES = (20_000, 5_000) if DEPTH == "deep" else (500, 100)
QUICK = {
    "deadline": None,
    "database": None,
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": list(HealthCheck),
}


@settings(max_examples=MUTATIONS, **QUICK)
@given(name=st.sampled_from(BASES), place=st.integers(0, 2**32), kind=st.sampled_from(KINDS))
def test_a_line_of_a_mutant_is_the_line_before(name: str, place: int, kind: str) -> None:
    chosen = base(name)
    every = elements(chosen.bundle)
    # spread over all places: small numbers would come too often
    element = every[Random(place).randrange(len(every))]
    document = mutated(chosen.bundle, element, kind)
    if document is not None:
        fault = chosen.fault(document, element.shape, kind)
        assert not fault, f"{element.shape} {element.path} {kind}: {fault}"


@settings(max_examples=DAMAGES, **QUICK)
@given(name=st.sampled_from(BASES), seed=st.integers(0, 2**32), how=st.sampled_from(range(8)))
@example(name="sample 0", seed=0, how=5)
def test_damaged_bytes_never_raise(name: str, seed: int, how: int) -> None:
    text = json.dumps(base(name).bundle).encode()
    for result in base(name).read(_damaged(text, Random(seed), how)):
        assert isinstance(result, BillLine | Refused | FhirError | NotRead)
        assert str(result)


def _damaged(text: bytes, random: Random, how: int) -> bytes:
    at = random.randrange(len(text))
    depth = 10 ** random.randrange(1, 6)
    match how:
        case 0:
            return text[:at]
        case 1:
            flipped = bytes([text[at] ^ 1 << random.randrange(8)])
            return text[:at] + flipped + text[at + 1 :]
        case 2:
            return text[:at] + random.randbytes(random.randrange(1, 40)) + text[at:]
        case 3:
            number = b"1" * random.randrange(1, 10_000) + random.choice(
                [b"", b"e999999999", b".5e-99999", b"e" + b"9" * 20]
            )
            return text.replace(b"120.5", number).replace(b"1,", number + b",")
        case 4:
            junk = random.choice([b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\0", b"\\ud800"])
            return text[:at] + junk + text[at:]
        case 5:
            return b"[" * depth + text + b"]" * depth
        case 6:
            deep = b'{"a":' * depth + b"1" + b"}" * depth
            return text.replace(b'"status"', b'"extension": ' + deep + b', "status"', random.randrange(1, 5))
        case _:
            return (
                random.choice([b"", b"\x1f\x8b", b"\x1f\x8b\x08\0", b"\xef\xbb\xbf", b"\xff\xfe"]) + text[:at]
            )


# WHAT THE MUTATIONS HAVE FOUND


def _bills(*resources: Resource) -> dict[str, Reason | None]:
    """What became of each bill, by the id of its Claim: a reason, or None for a line."""
    results = fhir.read(
        build.document(*resources),
        FAMILY,
        profile=fhir.Profile(organizations="any", payers="any"),
        today=TODAY,
    )
    return {
        str(result.claim): result.reason if isinstance(result, Refused) else None
        for result in results
        if isinstance(result, BillLine | Refused)
    }


def _pair(relation: Any, **changes: Any) -> dict[str, Reason | None]:
    related = [{"claim": ref("Claim/c1"), "relationship": relation}]
    return _bills(build.claim(), build.claim(id="c2", related=related, **changes), build.encounter())


@pytest.mark.parametrize("word", ["prior", "void"])
def test_a_bill_that_a_malformed_bill_relates_to_is_not_paid(word: str) -> None:
    found = _pair(build.concept(word), total={"value": [], "currency": 7})

    assert found == {"c1": Reason.SUCCESSOR_UNREADABLE, "c2": Reason.MALFORMED}


def test_a_bill_in_an_unknown_relation_is_not_paid() -> None:
    assert _pair(build.concept("cousin")) == {
        "c1": Reason.UNKNOWN_RELATION,
        "c2": Reason.UNKNOWN_RELATION,
    }


def test_a_replacement_of_unknown_status_leaves_its_original_in_doubt() -> None:
    assert _pair(build.concept("prior"), status="x") == {
        "c1": Reason.UNKNOWN_RELATION,
        "c2": Reason.MALFORMED,
    }


def test_a_bill_is_replaced_by_a_bill_of_several_numbers() -> None:
    several = [{"system": "https://a.example", "value": "1"}, {"system": "https://b.example", "value": "2"}]

    found = _pair(build.concept("prior"), identifier=several)

    assert found["c1"] is Reason.REPLACED


def test_a_void_that_names_no_bill_is_a_problem() -> None:
    related = [{"relationship": build.concept("void")}]

    assert _bills(build.claim(related=related), build.encounter()) == {"c1": Reason.NO_ORIGINAL}


@pytest.mark.parametrize("value", [None, "20", [], {}])
def test_an_answer_whose_payment_cannot_be_read_stops_the_bill(value: Any) -> None:
    answer = {
        "resourceType": "ExplanationOfBenefit",
        "claim": ref("Claim/c1"),
        "insurer": {"display": "another"},
        "payment": {"amount": {"value": value}},
    }

    assert _bills(build.claim(), build.encounter(), answer) == {"c1": Reason.MALFORMED}


def test_an_answer_with_an_id_of_another_type_still_counts() -> None:
    answer = {
        "resourceType": "ExplanationOfBenefit",
        "id": 7,
        "meta": "x",
        "claim": ref("Claim/c1"),
        "insurer": {"display": "another"},
        "payment": {"amount": {"value": 20}},
    }

    assert _bills(build.claim(insurer={"display": "ours"}), build.encounter(), answer) == {
        "c1": Reason.OTHER_COVER
    }


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        (b'"reference": "Claim/c1"', b'"reference": "Claim\\/c1"'),
        (b'"claim": {', b'"claim": {"identifier": {"value": "c1"}, '),
    ],
)
def test_an_answer_is_found_however_its_json_is_written(plain: bytes, written: bytes) -> None:
    answer = {
        "resourceType": "ExplanationOfBenefit",
        "claim": ref("Claim/c1"),
        "insurer": {"display": "another"},
        "payment": {"amount": {"value": 20}},
    }
    text = build.document(build.claim(insurer={"display": "ours"}), build.encounter(), answer)
    assert plain in text
    profile = fhir.Profile(organizations="any", payers="any")

    (result,) = fhir.read(text.replace(plain, written), FAMILY, profile=profile, today=TODAY)

    assert isinstance(result, Refused)
    assert result.reason is Reason.OTHER_COVER


def test_a_resource_that_is_not_utf_8_is_named() -> None:
    text = build.document(build.claim(), build.encounter()).replace(b'"plan"', b'"pl\xe4n"')

    summary = Summary.of(fhir.read(text, FAMILY, today=TODAY))

    assert summary.lines == ()
    assert len(summary.errors) == 1


def test_a_member_written_twice_is_malformed() -> None:
    text = build.document(build.claim(), build.encounter()).replace(
        b'"use": "claim"', b'"use": "claim", "use": "claim"'
    )

    (result,) = fhir.read(text, FAMILY, today=TODAY)

    assert isinstance(result, Refused)
    assert (result.reason, result.field) == (Reason.MALFORMED, "use")


def test_a_quotation_mark_by_its_number_is_no_member_written_twice() -> None:
    text = build.document(build.claim(id="c1"), build.encounter()).replace(b'"plan"', b'"pl\\u0022an"')

    (result,) = fhir.read(text, FAMILY, profile=fhir.Profile(organizations="any", payers="any"), today=TODAY)

    assert isinstance(result, BillLine)


@pytest.mark.parametrize("service", [{}, {"coding": [{}]}, {"coding": [{"code": "99213"}], "text": "visit"}])
def test_a_service_whose_code_cannot_be_read_is_refused(service: Resource) -> None:
    item = {"sequence": 1, "productOrService": service, "encounter": [ref("Encounter/e1")]}

    assert _bills(build.claim(item=[item]), build.encounter()) == {"c1": Reason.UNCODED}


def test_a_service_in_words_is_read() -> None:
    item = {"sequence": 1, "productOrService": {"text": "room"}, "encounter": [ref("Encounter/e1")]}

    assert _bills(build.claim(item=[item]), build.encounter()) == {"c1": Reason.UNKNOWN_SERVICE}


def test_a_code_written_twice_counts_once() -> None:
    one = build.condition()
    one["code"]["coding"] *= 2
    bill = build.diagnosed("Condition/d1")

    (result,) = fhir.read(
        build.document(bill, build.encounter(), one),
        FAMILY,
        profile=fhir.Profile(organizations="any", payers="any"),
        today=TODAY,
    )

    assert isinstance(result, BillLine)
    assert len(result.diagnosis) == 1


@pytest.mark.parametrize("entry", [{}, {"resource": None}, {"fullUrl": "urn:uuid:1"}, {"resource": "x"}])
def test_an_entry_without_a_resource_is_named(entry: Resource) -> None:
    bundle = build.bundle(build.claim(), build.encounter())
    bundle["entry"].append(entry)

    summary = Summary.of(fhir.read(json.dumps(bundle).encode(), FAMILY, today=TODAY))

    assert summary.claims == 1
    assert [error.field for error in summary.errors] == ["entry.resource"]


def test_a_resource_of_no_type_of_fhir_is_named() -> None:
    (error,) = fhir.read(b'{"resourceType": "x"}', FAMILY, today=TODAY)

    assert isinstance(error, FhirError)
    assert error.field == "resourceType"


@pytest.mark.parametrize(
    "number", ["1e99999999999999999999", "0e99999999999999999999", "1e999999999", "9" * 6_000]
)
def test_a_number_that_no_reader_can_hold_is_malformed(number: str) -> None:
    text = build.document(build.claim(), build.encounter()).replace(b"120.5", number.encode())

    (result,) = fhir.read(text, FAMILY, today=TODAY)

    assert isinstance(result, Refused)
    assert result.reason is Reason.MALFORMED


@pytest.mark.parametrize("name", ["visit.json.gz", "visit.ndjson.gz"])
def test_a_damaged_gzip_file_is_named(name: str, tmp_path: Path) -> None:
    packed = gzip.compress(Random(1).randbytes(100_000).hex().encode())
    for damaged in (packed[:-9_000], packed[:50_000] + b"\0" * 100 + packed[50_100:], packed[:5]):
        (tmp_path / name).write_bytes(damaged)
        for source in (tmp_path / name, damaged, io.BytesIO(damaged)):
            errors = list(fhir.read(source, FAMILY, today=TODAY))

            assert "is a damaged gzip file" in str(errors[-1])


def test_a_large_document_gives_what_a_small_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BASES:
        text = json.dumps(base(name).bundle, indent=1).encode()
        whole = list(base(name).read(text))
        for size, chunk in ((10, 7), (100, 64), (len(text) - 1, 1_000)):
            monkeypatch.setattr(split, "LARGE", size)
            monkeypatch.setattr(split, "_CHUNK", chunk)

            assert [_comparable(one) for one in base(name).read(text)] == [_comparable(one) for one in whole]


def _comparable(result: Any) -> Any:
    return (
        (replace(result, record=b""), json.loads(result.record)) if isinstance(result, BillLine) else result
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b'{"resourceType": "Bundle", "entry": {"resource": {}}}', "entry"),
        (b'{"resourceType": "Bundle", "entry": [7, {"resource": 1}', None),
        (b'{"resourceType": "Bundle", "entry": [7]}', "entry[0]"),
        (b'[{"resourceType": "Bundle"}]', "resourceType"),
        (b'{"resourceType": "Parameters", "entry": []}', "resourceType"),
        (b'"' + b"x" * 100, None),
        (
            b'{"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": "x"}]}',
            "link",
        ),
    ],
)
def test_a_large_document_that_is_no_whole_bundle_is_named(
    text: bytes, field: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(split, "LARGE", 10)

    errors = list(fhir.read(text, FAMILY, today=TODAY))

    assert errors
    assert all(isinstance(error, FhirError) for error in errors)
    assert errors[-1].field == field
