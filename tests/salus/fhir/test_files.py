"""salus.fhir: files

given files of records
    each is read, whatever the case of its suffix, compressed or not, NDJSON or one document
    references are followed across all of them
given other files
    each is listed as not read
    when one holds FHIR in XML, or under a name that is not read, it is an error
given a file that cannot be read
    it is named, with what to do, and the others go on
given input that says it is not all
    that is said
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from salus import fhir
from salus.base.errors import FhirError
from salus.fhir import Reason, Summary
from tests.support import fhir_bundles as build
from tests.support.fhir_bundles import FAMILY, TODAY, Resource


def read(*sources: Any) -> Summary:
    return Summary.of(fhir.read(sources, FAMILY, profile=fhir.OPEN, today=TODAY))


def visit(number: str) -> bytes:
    return build.document(build.claim(id=number), build.encounter())


def numbers(summary: Summary) -> list[str]:
    return [made.claim for made in summary.lines]


def words(summary: Summary) -> str:
    (error,) = summary.errors
    assert error.remedy
    assert "\n" not in str(error)
    return error.message


# SUFFIXES


@pytest.mark.parametrize(
    "name", ["a.json", "A.JSON", "a.Json", "a.ndjson", "A.NDJSON", "a.jsonl", "a.JsonL", "sub/deep/a.json"]
)
@pytest.mark.parametrize("suffix", ["", ".gz", ".GZ"])
def test_records_are_read_whatever_the_suffix(tmp_path: Path, name: str, suffix: str) -> None:
    path = tmp_path / f"{name}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(visit("c1")) if suffix else visit("c1"))

    for summary in (read(tmp_path), read(path)):
        assert numbers(summary) == ["c1"]
        assert not summary.errors
        assert not summary.not_read


@pytest.mark.parametrize("name", ["a.json", "a.ndjson"])
def test_gzip_under_a_wrong_name_is_read_and_so_is_the_opposite(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(visit("c1")))
    (tmp_path / f"b{name}.gz").write_bytes(visit("c2"))

    assert numbers(read(tmp_path)) == ["c1", "c2"]


def test_gzip_is_read_from_bytes_too() -> None:
    assert numbers(read(gzip.compress(visit("c1")))) == ["c1"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", b"%PDF-1.7"),
        ("photo.PNG", b"\x89PNG\r\n"),
        (".DS_Store", b"\0\0\0\1Bud1"),
        ("README.md", b"# The records\n{}"),
        ("note", b""),
        ("page.xml", b"<html/>"),
        ("settings.txt", b'{"a": 1}'),
        ("below/hospital.yaml", b"payers: any"),
    ],
)
def test_every_other_file_is_listed(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.json").write_bytes(visit("c2"))

    summary = read(tmp_path)

    (other,) = summary.not_read
    assert numbers(summary) == ["c2"]
    assert not summary.errors
    assert other.file == str(tmp_path / name)
    assert ".ndjson" in str(other)


XML = b'<?xml version="1.0"?>\n<Bundle xmlns="http://hl7.org/fhir"/>'


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", visit("c1"), "holds FHIR under a name that is not read"),
        ("a.json.bak", b"\xef\xbb\xbf\n" + visit("c1"), "holds FHIR under a name that is not read"),
        ("a", visit("c1"), "holds FHIR under a name that is not read"),
        ("a.xml", XML, "is FHIR in XML"),
        ("a.fhir", XML, "is FHIR in XML"),
    ],
)
def test_bills_under_another_name_are_not_passed_over(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.json").write_bytes(visit("c2"))

    summary = read(tmp_path)

    assert expected in words(summary)
    assert summary.errors[0].file == str(tmp_path / name)
    assert (numbers(summary), summary.not_read) == (["c2"], ())


def test_a_folder_without_records_is_an_error_that_lists_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<Bundle/>")

    summary = read(tmp_path)

    assert "holds no .json" in words(summary)
    assert len(summary.not_read) == 1


# TEXT


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (visit("c1").decode().encode("utf-16"), "is UTF-16 text"),
        (visit("c1").decode().encode("utf-16-le"), "is UTF-16 text"),
        (visit("c1").decode().encode("utf-16-be"), "is UTF-16 text"),
        (b'{"resourceType": "Patient", "id": "p1", "name": [{"family": "M\xfcller"}]}', "is not UTF-8 text"),
        (visit("c1")[:-20], "is not JSON"),
        (visit("c1") + visit("c2"), "is not JSON"),
        (b"", "is not JSON"),
        (b"   \n", "is not JSON"),
        (b"<Bundle xmlns='http://hl7.org/fhir'/>", "is not JSON"),
        # without the time, so that the case has one name
        (gzip.compress(visit("c1"), mtime=0)[:-30], "is a damaged gzip file"),
        (b"[" + visit("c1") + b"]", "holds no FHIR resource"),
        (b'{"resourceType": "Parameters", "parameter": []}', "is a Parameters"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    (tmp_path / "b.json").write_bytes(visit("good"))

    summary = read(tmp_path)

    assert expected in words(summary)
    assert summary.errors[0].file == str(tmp_path / "a.json")
    assert numbers(summary) == ["good"]


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\n\n", b"\r\n \r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lines_may_end_in_any_way(tmp_path: Path, ending: bytes, mark: bytes) -> None:
    (tmp_path / "a.ndjson").write_bytes(mark + ending.join([visit("c1"), visit("c2"), b""]))

    summary = read(tmp_path)

    assert numbers(summary) == ["c1", "c2"]
    assert not summary.errors


def test_a_byte_order_mark_and_windows_lines_are_read() -> None:
    pretty = json.dumps(json.loads(visit("c1")), indent=1).replace("\n", "\r\n").encode()

    assert numbers(read(b"\xef\xbb\xbf" + pretty)) == ["c1"]


@pytest.mark.parametrize("broken", [visit("c1")[:300], visit("c1")[:-1], b"}", b'"', b"M\xfcller", b"\x00"])
def test_a_broken_line_is_named_and_the_others_go_on(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\n".join([visit("c0"), broken, visit("c2")]))

    summary = read(path)

    assert numbers(summary) == ["c0", "c2"]
    assert [error.file for error in summary.errors] == [f"{path}:2"]


# RESOURCES AND REFERENCES


def parts() -> dict[str, Resource]:
    return {
        "Claim": build.diagnosed("Condition/d1"),
        "Encounter": build.encounter(),
        "Condition": build.condition(),
        "Patient": build.patient(),
    }


@pytest.mark.parametrize("suffix", [".ndjson", ".ndjson.gz", ".json", ".jsonl"])
def test_a_bulk_export_is_read_across_its_files(tmp_path: Path, suffix: str) -> None:
    for kind, resource in parts().items():
        text = build.lines_of(resource)
        content = gzip.compress(text) if suffix.endswith(".gz") else text
        (tmp_path / f"{kind}{suffix}").write_bytes(content)

    summary = read(tmp_path)

    assert [(made.claim, made.benefit) for made in summary.lines] == [("c1", "visit.chronic")]
    assert not summary.errors


def test_bulk_lines_are_named_by_number(tmp_path: Path) -> None:
    path = tmp_path / "Claim.ndjson"
    path.write_bytes(build.lines_of(build.claim(), build.claim(id="c2")))

    summary = read(path)

    assert [refused.source for refused in summary.refused] == [f"{path}:1", f"{path}:2"]
    assert summary.by_reason == {Reason.MISSING_REFERENCE: 2}


def test_references_are_followed_in_every_order() -> None:
    documents = [json.dumps(resource).encode() for resource in parts().values()]

    assert numbers(read(*documents)) == numbers(read(*reversed(documents))) == ["c1"]


@pytest.mark.parametrize(
    "kind",
    ["collection", "searchset", "history", "batch", "transaction", "batch-response", "message", "document"],
)
def test_a_bundle_of_any_type_is_read(kind: str) -> None:
    text = json.dumps(build.bundle(build.claim(), build.encounter(), kind=kind)).encode()

    assert numbers(read(text)) == ["c1"]


@pytest.mark.parametrize("name", ["claim", "Claims", "Encouter", "x", "", None, 7, []])
def test_a_misspelt_type_is_not_passed_over(name: Any) -> None:
    bill = {**build.claim(), "resourceType": name}

    for text in (json.dumps(bill).encode(), build.document(bill, build.encounter())):
        summary = read(text)
        assert not summary.lines
        assert len(summary.errors) == 1
        assert summary.errors[0].field == "resourceType"


@pytest.mark.parametrize(
    "row", [{}, {"fullUrl": "urn:uuid:1"}, {"resource": None}, {"search": {"mode": "match"}}]
)
def test_an_entry_without_a_resource_is_nothing(row: Resource) -> None:
    content = build.bundle(build.claim(), build.encounter())
    content["entry"].append(row)

    assert numbers(read(json.dumps(content).encode())) == ["c1"]


# NOT ALL


def page(number: int, *resources: Resource, following: int | None = None) -> bytes:
    address = "https://east.example/fhir/Claim?page="
    links = [{"relation": "self", "url": f"{address}{number}"}]
    links += [{"relation": "next", "url": f"{address}{following}"}] if following else []
    return json.dumps({**build.bundle(*resources, kind="searchset"), "link": links}).encode()


def test_pages_are_read_as_one() -> None:
    first, second = page(1, build.claim(), following=2), page(2, build.encounter())

    for documents in ([first, second], [second, first]):
        summary = read(*documents)
        assert numbers(summary) == ["c1"]
        assert not summary.errors


@pytest.mark.parametrize("following", [2, 3])
def test_a_missing_page_is_said(following: int) -> None:
    summary = read(page(1, build.claim(), build.encounter(), following=following), page(4))

    assert "the next is not in the input" in words(summary)
    assert numbers(summary) == ["c1"]


@pytest.mark.parametrize("code", ["warning", "error", "information"])
def test_a_message_of_the_server_is_said(code: str) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": code, "code": "incomplete"}]}

    summary = read(page(1, build.claim(), build.encounter(), outcome))

    assert "OperationOutcome" in words(summary)
    assert numbers(summary) == ["c1"]


def test_a_message_of_the_server_is_said_wherever_its_type_stands() -> None:
    outcome = {"id": "o", "text": {"div": "x" * 500}, "resourceType": "OperationOutcome", "issue": []}

    assert "OperationOutcome" in words(read(page(1, build.claim(), build.encounter(), outcome)))
    assert "OperationOutcome" in words(read(json.dumps(outcome).encode()))


@pytest.mark.parametrize("kind", ["ExplanationOfBenefit", "ClaimResponse"])
def test_answers_alone_are_no_bills(kind: str) -> None:
    summary = read(build.document({"resourceType": kind, "id": "a1", "status": "active"}))

    assert "there is no bill in the input" in words(summary)


def test_records_without_bills_are_no_fault() -> None:
    assert read(build.document(build.patient(), build.encounter())) == Summary((), (), ())


def test_one_bad_file_of_five_costs_one_bill(tmp_path: Path) -> None:
    for n in range(5):
        bill = build.claim(id=f"c{n}", total={"value": 10 * (n + 1), "currency": "USD"})
        if n == 3:
            del bill["use"]
        (tmp_path / f"{n}.json").write_bytes(build.document(bill, build.encounter()))

    summary = read(tmp_path)

    assert [made.billed for made in summary.lines] == [1_000, 2_000, 3_000, 5_000]
    (refused,) = summary.refused
    assert (refused.reason, refused.field) == (Reason.MALFORMED, "use")
    assert refused.source == str(tmp_path / "3.json")


def test_errors_are_results_and_not_raised() -> None:
    (error,) = fhir.read(b"{", FAMILY)

    assert isinstance(error, FhirError)
