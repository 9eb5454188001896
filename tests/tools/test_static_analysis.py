"""tools.static_analysis

given a finding that no entry explains, or an entry that no finding needs
    it is a complaint
given an entry without a reason
    it explains nothing
given a contract that slither has not seen, or has seen without a function
    it is missing
given a finding inside a function
    its place names the contract, the function and the variable
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import static_analysis

FOUND = ("reentrancy-no-eth", "ClaimDesk.settle")


def test_each_finding_is_explained_and_each_explanation_needed() -> None:
    gone = ("unused-return", "ClaimDesk.gone")

    assert static_analysis.compared({FOUND}, {FOUND}) == []
    assert static_analysis.compared({FOUND}, {gone}) == [
        "reentrancy-no-eth in ClaimDesk.settle: mend it, or explain it in static_analysis.yaml",
        "unused-return in ClaimDesk.gone: not found; remove it from static_analysis.yaml",
    ]


def test_an_explanation_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = tmp_path / "list.yaml"
    monkeypatch.setattr(static_analysis, "EXPLAINED", entries)
    for reason, known in (("It is meant.", {FOUND}), ("''", set())):
        entries.write_text(f"- {{detector: {FOUND[0]}, places: [{FOUND[1]}], reason: {reason}}}\n")
        assert static_analysis.explained() == known


def test_every_contract_must_be_seen() -> None:
    seen = [SimpleNamespace(name=name, functions=["f"]) for name in static_analysis.deployed()]
    assert len(seen) == 7
    assert static_analysis.missing_contracts(SimpleNamespace(contracts=seen)) == []

    last = seen.pop()
    assert static_analysis.missing_contracts(SimpleNamespace(contracts=seen)) == [last.name]
    empty = SimpleNamespace(name=last.name, functions=[])
    assert static_analysis.missing_contracts(SimpleNamespace(contracts=[*seen, empty])) == [last.name]


def test_a_place_is_named_from_the_outside() -> None:
    contract = {"name": "ClaimDesk"}
    function = {"name": "_file", "type_specific_fields": {"parent": contract}}
    variable = {"name": "facts", "type_specific_fields": {"parent": function}}

    assert static_analysis.place(variable) == "ClaimDesk._file.facts"
