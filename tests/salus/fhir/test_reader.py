"""salus.fhir.read: files, folders, streams

given a file, a folder, bytes, a stream or a mix of them
    every Claim comes out once, in order, with its source
given NDJSON
    each line is a Bundle of its own, and a bad line does not lose the others
given a document that cannot be used
    it comes out as a FhirError that names file, field and remedy, and the others go on
given a resource of another release
    the bill that depends on it is refused, with the element that shows it
given a bill that comes twice
    it counts once where the copies are equal, and is refused where they are not
given other Bundles inside a Bundle
    their Claims are read too
given any member of a record replaced by junk
    the Claim still ends as a line or a reason
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salus import fhir
from salus.base.errors import FhirError
from salus.claim.bill_line import BillLine
from salus.fhir import Reason, Refused, Summary
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import FAMILY, TODAY, Resource, ref


def visit(number: str) -> bytes:
    return build.document(build.claim(id=number), build.encounter())


def read(source: Any) -> Summary:
    return Summary.of(fhir.read(source, FAMILY, profile=fhir.OPEN, today=TODAY))


def claims(summary: Summary) -> list[str]:
    return [made.claim for made in summary.lines]


def test_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "visit.json"
    path.write_bytes(b"\xef\xbb\xbf" + visit("c1"))

    summary = read(path)

    assert claims(summary) == ["c1"]
    assert summary.lines[0].source == str(path)


def test_reads_a_folder_by_name_and_depth_and_leaves_other_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name, number in (("b.json", "c2"), ("a.json", "c1"), ("sub/c.ndjson", "c3"), ("notes.txt", "c4")):
        (tmp_path / name).write_bytes(visit(number))

    assert claims(read(tmp_path)) == ["c1", "c2", "c3"]


def test_reads_bytes_streams_and_a_mix(tmp_path: Path) -> None:
    path = tmp_path / "visit.json"
    path.write_bytes(visit("c3"))

    assert claims(read([visit("c1"), io.BytesIO(visit("c2")), str(path)])) == ["c1", "c2", "c3"]


def test_reads_ndjson_line_by_line() -> None:
    taken: list[int] = []

    class Counting(io.BytesIO):
        def __next__(self) -> bytes:
            taken.append(1)
            return super().__next__()

    lines = fhir.read(
        Counting(b"\n".join(visit(f"c{n}") for n in range(100))), FAMILY, profile=fhir.OPEN, today=TODAY
    )

    first = next(lines)

    assert isinstance(first, BillLine)
    assert len(taken) < 5
    assert [made.claim for made in lines if isinstance(made, BillLine)] == [f"c{n}" for n in range(1, 100)]


def test_a_bad_line_of_ndjson_does_not_lose_the_others(tmp_path: Path) -> None:
    path = tmp_path / "visits.ndjson"
    path.write_bytes(b"\n".join([b'{"resourceType": "Bun', b"", visit("c1"), b"[]", visit("c2")]))

    summary = read(path)

    assert claims(summary) == ["c1", "c2"]
    assert [error.file for error in summary.errors] == [f"{path}:1", f"{path}:4"]


def test_a_pretty_printed_document_is_one_document() -> None:
    pretty = json.dumps(json.loads(visit("c1")), indent=2).encode()

    assert claims(read(io.BytesIO(pretty))) == ["c1"]


@pytest.mark.parametrize(
    ("content", "words", "field"),
    [
        (b"", "is not JSON", None),
        (b"<Bundle/>", "is not JSON", None),
        (b'{"resourceType": "Bundle", "entry": [', "is not JSON", None),
        (b'{"resourceType": "Bundle", "total": NaN}', "is not JSON", None),
        (b"\xff\xfe", "is UTF-16 text", None),
        (b"[" * 100_000, "nests deeper than can be read", None),
        (b"{}", "holds no FHIR resource", "resourceType"),
        (b"[]", "holds no FHIR resource", "resourceType"),
        (b'{"resourceType": "bundle", "entry": []}', "is no resource type of FHIR R4", "resourceType"),
        (b'{"resourceType": "Parameters"}', "is a Parameters", "resourceType"),
        (b'{"resourceType": "Bundle", "entry": {}}', "is not a Bundle of FHIR R4", "entry"),
        (b'{"resourceType": "Bundle", "entry": [7]}', "is not a Bundle of FHIR R4", "entry[0]"),
        (
            b'{"resourceType": "Bundle", "entry": [{"resource": 7}]}',
            "has an entry without a resource",
            "entry.resource",
        ),
    ],
)
def test_a_bad_file_is_named_and_the_others_go_on(
    tmp_path: Path, content: bytes, words: str, field: str | None
) -> None:
    bad = tmp_path / "a.json"
    bad.write_bytes(content)
    (tmp_path / "b.json").write_bytes(visit("c1"))

    summary = read(tmp_path)

    (error,) = summary.errors
    assert claims(summary) == ["c1"]
    assert words in error.message
    assert (error.file, error.field) == (str(bad), field)
    assert error.remedy
    assert "\n" not in str(error)


@pytest.mark.parametrize("name", ["missing.json", "missing", "empty"])
def test_what_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()

    (error,) = read(tmp_path / name).errors

    assert error.file == str(tmp_path / name)
    assert error.remedy


OTHER_RELEASES: list[tuple[str, Resource, str, str]] = [
    ("R5", {"resourceType": "Encounter", "id": "7", "class": [build.concept("AMB")]}, "Encounter/7", "class"),
    ("R5", build.encounter(id="7", actualPeriod={"start": "2025-03-10"}), "Encounter/7", "actualPeriod"),
    ("R5", build.encounter(id="7", reason=[{"value": [{"concept": {}}]}]), "Encounter/7", "reason"),
    ("R5", build.claim(id="7", event=[{}]), "Claim/7", "event"),
    ("R5", build.prescription(id="7", medication={"concept": {}}), "MedicationRequest/7", "medication"),
    ("R5", build.procedure(id="7", occurrenceDateTime="2025-03-10"), "Procedure/7", "occurrenceDateTime"),
    (
        "R5",
        build.claim(id="7", meta={"profile": ["http://hl7.org/fhir/5.0/StructureDefinition/Claim"]}),
        "Claim/7",
        "meta.profile",
    ),
    ("STU3", build.claim(id="7", use="complete"), "Claim/7", "use"),
    ("STU3", build.claim(id="7", item=[{"sequence": 1, "service": {}}]), "Claim/7", "item.service"),
    ("STU3", build.encounter(id="7", reason=[build.concept("1")]), "Encounter/7", "reason"),
    ("STU3", build.condition(id="7", verificationStatus="confirmed"), "Condition/7", "verificationStatus"),
    ("STU3", build.condition(id="7", assertedDate="2017-03-10"), "Condition/7", "assertedDate"),
    ("STU3", build.prescription(id="7", requester={"agent": {}}), "MedicationRequest/7", "requester.agent"),
    ("STU3", build.procedure(id="7", context=ref("Encounter/e1")), "Procedure/7", "context"),
    ("DSTU2", {**build.encounter(id="7"), "class": "ambulatory"}, "Encounter/7", "class"),
]


@pytest.mark.parametrize(("release", "resource", "name", "field"), OTHER_RELEASES)
def test_another_release_refuses_the_bill_that_depends_on_it(
    release: str, resource: Resource, name: str, field: str
) -> None:
    bill = {
        "Claim": resource,
        "Encounter": build.claim(item=[{"sequence": 1, "encounter": [ref(name)]}]),
        "Condition": build.diagnosed(name),
        "MedicationRequest": build.claim(prescription=ref(name)),
        "Procedure": build.claim(procedure=[{"sequence": 1, "procedureReference": ref(name)}]),
    }[resource["resourceType"]]
    others = [build.encounter(), *([] if bill is resource else [resource])]

    summary = read(build.document(bill, *others))

    (refused,) = summary.refused
    assert not summary.lines
    assert (refused.reason, refused.value) == (Reason.OTHER_RELEASE, release)
    assert (refused.source, refused.resource, refused.field) == ("<input>", name, field)


def test_a_claim_number_counts_once() -> None:
    again = build.document(
        build.claim(id="c1", meta={"lastUpdated": "2025-03-12T00:00:00Z"}), build.encounter()
    )

    summary = read([visit("c1"), visit("c2"), again])

    assert claims(summary) == ["c1", "c2"]
    assert not summary.refused


def test_one_number_with_two_contents_is_refused_twice() -> None:
    wrong = build.document(build.claim(total=None), build.encounter())

    summary = read([wrong, visit("c1")])

    assert claims(summary) == []
    assert summary.by_reason == {Reason.AMBIGUOUS_REFERENCE: 2}


def test_bundles_inside_a_bundle_are_read() -> None:
    inner = build.bundle(build.claim(id="inner"), build.encounter())

    assert claims(read(build.document(inner, build.claim()))) == ["inner", "c1"]


def test_a_bundle_without_claims_gives_nothing() -> None:
    assert read(build.document(build.encounter())) == Summary((), (), ())


def test_the_summary_adds_up_in_words() -> None:
    summary = read([visit("c1"), build.document(build.claim(id="c2", total=None), build.encounter()), b"{"])

    assert summary.claims == 2
    assert summary.by_reason == {Reason.NO_AMOUNT: 1}
    words = str(summary).splitlines()
    assert words[:2] == ["2 claims: 1 lines, 1 refused", "  1 NO_AMOUNT: is missing"]
    assert words[2].startswith("  unusable: <input>: is not JSON")


RICH = build.bundle(
    build.diagnosed(
        "Condition/d1",
        identifier=[{"system": "s", "value": "v"}],
        prescription=ref("MedicationRequest/m1"),
        procedure=[{"sequence": 1, "procedureReference": ref("Procedure/x1")}],
        item=[
            {
                "sequence": 1,
                "productOrService": build.concept(build.VISIT),
                "revenue": build.concept("0456", "https://www.nubc.org/CodeSystem/RevenueCodes"),
                "encounter": [ref("Encounter/e1")],
                "net": {"value": 120.5, "currency": "USD"},
                "detail": [{"sequence": 1, "productOrService": build.concept("1")}],
            }
        ],
    ),
    build.encounter(type=[build.concept(build.VISIT)], reasonCode=[build.concept(build.ASTHMA)]),
    build.condition(recordedDate="2025-03-10", onsetPeriod=None),
    build.prescription(),
    build.procedure(),
)
JUNK = [None, "", "x", 0, -1, 1e300, True, [], {}, [None], [[]], [{}], {"x": {}}, ["x"], {"reference": 7}]


def paths(value: Any, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, part in children:
        yield (*here, key)
        yield from paths(part, (*here, key))


def test_junk_in_any_place_ends_as_a_line_or_a_reason() -> None:
    (sane,) = fhir.read(json.dumps(RICH).encode(), FAMILY, profile=fhir.OPEN, today=TODAY)
    assert isinstance(sane, BillLine)

    for path in paths(RICH):
        for junk in JUNK:
            broken = copy.deepcopy(RICH)
            node: Any = broken
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = junk

            results = list(fhir.read(json.dumps(broken).encode(), FAMILY, profile=fhir.OPEN, today=TODAY))

            gone = not any(_is_claim(entry) for entry in _entries(broken))
            errors = [result for result in results if isinstance(result, FhirError)]
            bills = [result for result in results if isinstance(result, BillLine | Refused)]
            assert len(errors) + len(bills) == len(results)
            assert len(bills) == 1 or errors or gone, (path, junk, results)
            assert len(bills) <= 1


@pytest.mark.parametrize("depth", [10, 200, 5_000])
def test_nesting_without_end_ends_as_a_line_or_a_reason(depth: int) -> None:
    plain = json.dumps(build.bundle(build.claim(extension=["here"]), build.encounter()))
    nested = '{"url":"u","extension":[' * depth + '{"url":"u","valueString":"x"}' + "]}" * depth

    (result,) = fhir.read(plain.replace('"here"', nested).encode(), FAMILY, profile=fhir.OPEN, today=TODAY)

    if depth < 5_000:
        # what is not read cannot be wrong
        assert isinstance(result, BillLine)
    else:
        assert isinstance(result, Refused | FhirError)


def _entries(document: Any) -> list[Any]:
    entries = document.get("entry")
    return entries if isinstance(entries, list) else []


def _is_claim(entry: Any) -> bool:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return isinstance(resource, dict) and resource.get("resourceType") == "Claim"
