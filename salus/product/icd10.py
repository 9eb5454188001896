"""Normalises ICD-10-CM codes, and looks up whether a code exists and in which chapter.

The classification (74,736 codes) takes more than a second to load, so it is loaded at the first look-up.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from types import ModuleType

_SHAPE = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")


def normalise(code: str) -> str:
    """Returns the code in upper case with its dot, from either of the two usual spellings.

    Raises `ValueError` if the text does not have the shape of a code.

    >>> normalise("E119"), normalise("e11.9"), normalise("I21")
    ('E11.9', 'E11.9', 'I21')
    """
    bare = code.strip().upper().replace(".", "")
    dotted = f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 else bare
    if not _SHAPE.fullmatch(dotted):
        raise ValueError("does not have the shape of an ICD-10-CM code")
    return dotted


def exists(code: str) -> bool:
    """Returns whether the code exists, as a category or as a billable code.

    >>> exists("E119"), exists("E11"), exists("C97")
    (True, True, False)
    """
    try:
        return bool(_classification().is_valid_item(normalise(code)))
    except ValueError:
        return False


@cache
def chapter(code: str) -> str:
    """Returns the number of the chapter ("1" to "22") of the code.

    Raises `ValueError` if the code does not exist.

    >>> chapter("E11.9"), chapter("I21"), chapter("S98")
    ('4', '9', '19')
    """
    ancestors: list[str] = _classification().get_ancestors(normalise(code))
    return ancestors[-1]


@cache
def _classification() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import simple_icd_10_cm  # type: ignore[import-untyped]
    module: ModuleType = simple_icd_10_cm
    return module
