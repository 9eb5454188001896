"""salus.statement.html, salus.base.pdf: the letter on paper

given a letter with no, one, five or sixty claims, or with more reasons than a claim can have
    each page should be A4, numbered, and name plan and member
    no page but the last should be half empty, and no page should be blank
    a claim's heading should not stand at the foot of a page without its rows
    the head of a table should be repeated on each page that the table goes on to
    each amount and each hash should be on the paper as in the HTML
"""

from __future__ import annotations

import re

import pytest

from salus.base import money, pdf
from salus.statement import Statement, page
from salus.statement.references import references_of
from tests.support.letters import HEAD, letter_with, with_many_reasons
from tests.support.paper import Paper, needs_pango

pytestmark = [needs_pango, pytest.mark.apart]

LETTERS = {
    "none": letter_with(0),
    "one": letter_with(1),
    "five": letter_with(5),
    "sixty": letter_with(60),
    "many reasons": with_many_reasons(letter_with(14)),
}
LEAST_FILLED = 0.6


@pytest.fixture(scope="module", params=LETTERS, ids=str)
def printed(request: pytest.FixtureRequest) -> tuple[Statement, Paper]:
    letter = LETTERS[request.param]
    return letter, Paper(pdf.from_html(page(letter, HEAD)))


def test_every_page_is_numbered(printed: tuple[Statement, Paper]) -> None:
    _, paper = printed

    assert set(paper.sizes) == {(210.0, 297.0)}
    for number, text in enumerate(paper.texts, start=1):
        assert f"Page {number} of {len(paper)}" in text
        assert f"{HEAD.plan} · member {HEAD.member} · 7 December 2026" in text


def test_no_page_is_half_empty(printed: tuple[Statement, Paper]) -> None:
    _, paper = printed
    *full, last = paper.filled

    assert min(full, default=1) > LEAST_FILLED
    assert last > 0.05


def test_no_heading_stands_alone(printed: tuple[Statement, Paper]) -> None:
    _, paper = printed
    for text in paper.texts:
        body = text.split(f"{HEAD.plan} · member")[0].strip().splitlines()
        assert not re.fullmatch(r"Claim [0-9A-F]{4}-[0-9A-F]{4}|USD|What.*full|Day.*Decision", body[-1])


def test_a_letter_without_claims_is_one_page() -> None:
    assert len(Paper(pdf.from_html(page(LETTERS["none"], HEAD)))) == 1


def test_heads_are_repeated() -> None:
    paper = Paper(pdf.from_html(page(LETTERS["sixty"], HEAD)))
    for head, rows in (("You may owe", r"claim [0-9A-F]{4}-"), ("In full", r"0x[0-9a-f]{64}")):
        pages = [text for text in paper.texts if len(re.findall(rows, text)) > 5]
        assert len(pages) > 1
        assert all(head in text for text in pages)


def test_nothing_is_lost_on_paper(printed: tuple[Statement, Paper]) -> None:
    letter, paper = printed
    text = "\n".join(paper.texts)

    for reference in references_of(letter):
        assert text.count(reference.full) == 1
    for item in letter.items:
        assert item.number in text
        for part in item.reductions:
            assert f"− {money.to_decimal(part.amount, 'USD'):,f}" in text
