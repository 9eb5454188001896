"""salus.cover.card_files: the drawn cards as files

given the cards of a policy in a holder's folder
    each should be drawn to print and for a phone, for the owner's eyes only
    all should be printed on pages
        without Pango the HTML should be there, and no PDF of an earlier run
    a card that is missing, or of another policy, should be named, and nothing of it drawn
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from salus import samples
from salus.base import pdf
from salus.base.errors import CardError, MissingLibrary
from salus.cover.card_files import draw_cards, print_cards
from tests.support.paper import needs_pango

SALE = samples.sell(20_454, members=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for index in range(2):
        SALE.card(index).save(tmp_path / f"member-{index}.card.json")
    return tmp_path


def test_draws_each(folder: Path) -> None:
    faces = draw_cards(folder, SALE.policy, SALE.table)

    assert [face.number for face in faces] == [SALE.card(index).number for index in range(2)]
    for index, face in enumerate(faces):
        for kind in ("print.svg", "phone.html"):
            path = folder / f"member-{index}.{kind}"
            assert face.number in path.read_text()
            assert path.stat().st_mode & 0o777 == 0o600


@needs_pango
def test_prints_all(folder: Path) -> None:
    written = print_cards(folder, draw_cards(folder, SALE.policy, SALE.table))

    assert [path.name for path in written] == ["cards-a4.html", "cards-a4.pdf", "cards-id1.pdf"]
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}


def test_without_pango(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(html: str) -> bytes:
        raise MissingLibrary("PDF needs Pango", remedy="install it")

    monkeypatch.setattr(pdf, "from_html", missing)
    (folder / "cards-id1.pdf").write_bytes(b"of an earlier run")

    with pytest.raises(MissingLibrary, match="PDF needs Pango; install it"):
        print_cards(folder, draw_cards(folder, SALE.policy, SALE.table))

    assert sorted(path.name for path in folder.glob("cards-*")) == ["cards-a4.html"]


def test_a_card_of_another_policy(folder: Path) -> None:
    path = folder / "member-1.card.json"
    replace(SALE.card(1), policy_id=bytes(32)).save(path)

    with pytest.raises(CardError, match=f"{path}: is for another policy or member; write the cards"):
        draw_cards(folder, SALE.policy, SALE.table)

    path.unlink()
    with pytest.raises(CardError, match=f"{path}: cannot be read"):
        draw_cards(folder, SALE.policy, SALE.table)
    assert not (folder / "member-1.phone.html").exists()
