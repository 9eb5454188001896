"""salus.table.load: from a YAML file to a table

given a valid file
    it should give the table, with the terms of each benefit
    its hash should depend on every word and number, and not on layout, comments or the spelling of codes
given a file that cannot be read or is not a table
    the error should name file, line and field, and what to do
given an ICD-10-CM code that does not exist
    the error should name the code and its line
given a row that can never match, or terms or a group that reveal the benefit
    the error should name the row
    an override should accept revealing terms for the benefit that it names, and for no other
given rows of one group
    when the group's limit or units differ between them, the error should name line, field and both values
given the two shipped tables
    they should pass without an override, and have the documented size

SPECIFICATION X3.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from salus import product
from salus.base.errors import TableError
from salus.product import Care, Code

SOUND = """\
name: small
version: "1"
title: Small plan
currency: USD
terms:
  one: {kind: indemnity, share_bps: 8000}
ignore:
  snomed: ["160903007"]
benefits:
  - code: ill.sugar
    title: Diabetes
    words: We help.
    category: primary care
    terms: one
    when: {diagnoses: {icd10cm: [E08-E13]}}
  - code: ill.lung
    title: Lungs
    words: We help.
    category: primary care
    terms: one
    when:
      diagnoses: {icd10cm: [J45]}
  - code: teeth
    title: Teeth
    words: We help.
    category: dental
    terms: one
    when: {claim_types: [oral]}
  - code: eyes
    title: Eyes
    words: We help.
    category: vision
    terms: one
    when: {claim_types: [vision]}
  - code: other
    title: Anything else
    words: We help.
    category: hospital
    terms: one
"""


def changed(old: str, new: str) -> str:
    assert SOUND.count(old) >= 1, old
    return SOUND.replace(old, new, 1)


def error_of(text: str) -> TableError:
    with pytest.raises(TableError) as raised:
        product.parse(text, file="small.yaml")
    assert raised.value.file == "small.yaml"
    assert raised.value.remedy
    return raised.value


def test_gives_the_table() -> None:
    small = product.parse(SOUND)

    assert [benefit.code for benefit in small] == ["ill.sugar", "ill.lung", "teeth", "eyes", "other"]
    assert small["teeth"].terms.share_bps == 8000
    assert small.match(Care("oral", "AMB")) is small["teeth"]
    assert Code("snomed", "160903007") in small.ignore


def test_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SOUND, encoding="utf-8")

    assert product.load(path) == product.parse(SOUND)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("currency: USD", "currency: USD   # cents"),
        ("{kind: indemnity, share_bps: 8000}", "{share_bps: 8000, kind: indemnity, claim_limit: '0'}"),
        ("  one: ", "  another: "),
        ("when: {claim_types: [oral]}", "when:\n      claim_types: [oral]"),
        ("[J45]", "[j45]"),
        ("[E08-E13]", "[e08-E13]"),
    ],
)
def test_the_hash_does_not_depend_on_layout(old: str, new: str) -> None:
    text = changed(old, new).replace("terms: one", "terms: another" if "another" in new else "terms: one")

    assert product.parse(text).hash == product.parse(SOUND).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: small", "name: smaller"),
        ('version: "1"', 'version: "2"'),
        ("currency: USD", "currency: EUR"),
        ("share_bps: 8000", "share_bps: 8001"),
        ('"160903007"', '"160903008"'),
        ("title: Teeth", "title: Tooth"),
        ("E08-E13", "E08-E11"),
        ("code: other", "code: others"),
    ],
)
def test_the_hash_depends_on_every_word_and_number(old: str, new: str) -> None:
    assert product.parse(changed(old, new)).hash != product.parse(SOUND).hash


def test_the_hash_depends_on_the_order() -> None:
    rows = SOUND.split("  - ")
    swapped = "  - ".join([rows[0], rows[2], rows[1], *rows[3:]])

    assert product.parse(swapped).hash != product.parse(SOUND).hash


def test_the_hash_is_keccak_of_the_canonical_form() -> None:
    small = product.parse(SOUND)

    assert len(small.hash) == 32
    assert small.canonical().startswith(b'{"benefits":[{"category":"primary care","code":"ill.sugar",')


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("version: ", "  version: ", 2, None, "is not YAML"),
        ("name: small", "name: small\nname: large", 2, None, "is not YAML: found duplicate key"),
        ("currency: USD", "currency: ZZZ", 4, "currency", "is not an ISO 4217 currency"),
        ("currency: USD\n", "", 1, "currency", "is missing"),
        ("name: small", "name: Small Plan", 1, "name", "is not written in small letters"),
        ("8000}", "10001}", 6, "terms.one.share_bps", "is more than 10000"),
        ("8000}", "0.8}", 6, "terms.one.share_bps", "is not a whole number"),
        ("8000}", "8000, claim_limit: 99.50}", 6, "terms.one.claim_limit", "99.50 is not in quotes"),
        ("8000}", "8000, colour: red}", 6, "terms.one.colour", "is not a field of this file"),
        ("8000}", "8000, by_night: true}", 6, "terms.one", "are for scheduled terms only"),
        ("kind: indemnity", "kind: scheduled", 6, "terms.one", "need a rate"),
        ("kind: indemnity", "kind: gift", 6, "terms.one.kind", "'indemnity' or 'scheduled'"),
        ('["160903007"]', "[160903007]", 8, "ignore.snomed.0", "is not text"),
        ("terms: one", "terms: two", 14, "benefits.0.terms", "there are no terms named two"),
        ("code: teeth", "code: ill.lung", 23, "benefits.2.code", "ill.lung is the code of two benefits"),
        ("category: dental", "category: teeth", 26, "benefits.2.category", "is not '"),
        ("[oral]", "[dental]", 28, "benefits.2.when.claim_types.0", "is not '"),
        ("[oral]", "[]", 28, "benefits.2.when", "claim_types is empty"),
        ("[E08-E13]", "[E13-E08]", 15, "benefits.0.when.diagnoses.icd10cm.0", "is not a range from"),
        ("[J45]", "[J45, sugar]", 22, "benefits.1.when.diagnoses.icd10cm.1", "shape of an ICD-10-CM code"),
        (
            "[J45]",
            "[J45, J99.99]",
            22,
            "benefits.1.when.diagnoses.icd10cm.1",
            "J99.99 is not an ICD-10-CM code",
        ),
        ("[J45]", "[E11.9]", 16, "benefits.1", "ill.lung can never match: ill.sugar before it"),
    ],
)
def test_names_line_and_field(old: str, new: str, line: int, field: str | None, words: str) -> None:
    error = error_of(changed(old, new))

    assert words in error.message
    assert (error.line, error.field) == (line, field)
    assert str(error).startswith(f"small.yaml:{line}: ")


def test_counts_further_errors() -> None:
    error = error_of(changed("8000}", "10001}").replace("[oral]", "[dental]"))

    assert error.message.endswith("(and 1 more)")


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("", None, "is empty"),
        ("- a\n", None, "is not a mapping of names to values"),
        ("just words", None, "is not a mapping of names to values"),
        ("name: small\ntitle: \x00", 2, "has a control character"),
        ("name: 2027-13-01", None, "is not YAML: month must be in 1..12"),
        ("[" * 10_000, None, "is not YAML"),
    ],
)
def test_refuses_a_file_that_is_not_a_table(text: str, line: int | None, expected: str) -> None:
    error = error_of(text)
    assert (error.line, error.message) == (line, expected)


@pytest.mark.parametrize(
    ("content", "expected"), [(None, "cannot be read: No such file"), (b"\xff\xfe", "is not UTF-8 text")]
)
def test_refuses_what_cannot_be_read(tmp_path: Path, content: bytes | None, expected: str) -> None:
    path = tmp_path / "plan.yaml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(TableError, match=expected) as raised:
        product.load(path)

    assert raised.value.file == str(path)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (
            "{kind: indemnity, share_bps: 8000, group_limit: '0.05'}",
            "group_limit is 0.00 USD for eyes and 0.05 USD for teeth",
        ),
        ("{kind: indemnity, share_bps: 8000, unit_limit: 7}", "unit_limit is 0 for eyes and 7 for teeth"),
        (
            "{kind: scheduled, share_bps: 10000, rate: '0.09', by_night: true}",
            "by_night is False for eyes and True for teeth",
        ),
    ],
)
def test_rows_of_a_group_share_its_limits(terms: str, expected: str) -> None:
    text = changed("  one: ", f"  two: {terms}\n  one: ")
    text = text.replace("    terms: one\n    when: {claim_types: [oral]}", "    terms: two\n    group: g")
    text = text.replace("    terms: one\n    when: {claim_types: [vision]}", "    terms: one\n    group: g")

    error = error_of(text)

    assert error.field == "benefits.3.group"
    assert error.line == text.splitlines().index("  - code: eyes") + 6
    assert error.message == f"eyes and teeth share the group g, but {expected}"


def test_rows_of_different_groups_have_limits_of_their_own() -> None:
    text = changed("  one: ", "  two: {kind: indemnity, share_bps: 8000, group_limit: '0.05'}\n  one: ")
    text = text.replace("    terms: one\n    when: {claim_types: [oral]}", "    terms: two\n    group: g")

    assert product.parse(text, verify=False)["teeth"].terms.group_limit == 5


ODD = (
    "    terms: one\n    when: {claim_types: [vision]}",
    "    terms: odd\n    when: {claim_types: [vision]}",
)


def with_odd_terms(head: str = "") -> str:
    text = changed("  one: ", "  odd: {kind: indemnity, share_bps: 5000}\n  one: ").replace(*ODD)
    return text.replace("benefits:\n", f"{head}benefits:\n", 1)


def test_refuses_terms_that_reveal_a_benefit() -> None:
    error = error_of(with_odd_terms())

    assert "the terms of ill.sugar are shared by 4 benefits of 4 kinds" in error.message
    assert (error.line, error.field) == (15, "benefits.0.terms")


def test_refuses_a_group_that_reveals_a_benefit() -> None:
    more = changed("code: other\n", "code: other\n    group: alone\n")

    error = error_of(
        more.replace(
            "  - code: ill.lung",
            "  - code: ears\n    title: Ears\n    words: We help.\n"
            "    category: hearing\n    terms: one\n    when: {claim_types: [pharmacy]}\n"
            "  - code: ill.lung",
        )
    )

    assert error.field == "benefits.5.group"
    assert "the terms of other and a group of 1 are shared by 1 benefit of 1 kind," in error.message


def test_an_override_names_each_benefit() -> None:
    everyone = "diversity_override: [ill.sugar, ill.lung, teeth, eyes, other]\n"
    all_but_one = "diversity_override: [ill.sugar, ill.lung, teeth, other]\n"

    assert len(product.parse(with_odd_terms(everyone))) == 5
    assert "the terms of eyes are shared by 1 benefit " in error_of(with_odd_terms(all_but_one)).message


def test_an_override_of_no_benefit_of_the_table_is_refused() -> None:
    error = error_of(with_odd_terms("diversity_override: [ears]\n"))

    assert (error.field, error.line) == ("diversity_override", 10)


@pytest.mark.parametrize(("name", "least", "sets"), [("family", 30, 4), ("critical-illness", 12, 2)])
def test_the_shipped_tables_pass(name: str, least: int, sets: int) -> None:
    path = Path(product.__file__).parent / "tables" / f"{name}.yaml"

    shipped = product.load(path)

    assert shipped == product.shipped(name)
    assert len(shipped) >= least
    assert len({benefit.terms for benefit in shipped}) == sets
    assert product.revealing(shipped) == []
    assert product.unreachable(shipped) == []
    assert "diversity_override" not in path.read_text(encoding="utf-8")


def test_no_other_table_is_shipped() -> None:
    with pytest.raises(
        TableError, match=r"'famly' is not a table of Salus; did you mean family\?; use family"
    ):
        product.shipped("famly")
    with pytest.raises(TableError, match="'gold' is not a table of Salus; use family or critical-illness"):
        product.shipped("gold")
