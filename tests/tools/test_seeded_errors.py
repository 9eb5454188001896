"""tools.seeded_errors

given the list of seeded errors
    the text of each should occur once in its file, and its tests should exist
    every law should have one
given an unknown name
    it should list the known names
"""

from __future__ import annotations

import pytest

from tools.places import ROOT
from tools.seeded_errors import SeedError, chosen, load

LAWS = {str(number) for number in range(1, 12)}


def test_each_error_can_be_put_in() -> None:
    for error in chosen(load(), []):
        for path in error.paths:
            file, _, test = path.partition("::")
            assert not test or f"def {test.rsplit('::')[-1].split('[')[0]}(" in (ROOT / file).read_text(), (
                path
            )
            assert (ROOT / file).exists(), path


def test_every_law_has_one() -> None:
    assert {error.law for error in load()} >= LAWS


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SeedError, match="0 errors are named 'no such error'; there are: premium that is"):
        chosen(load(), ["no such error"])
