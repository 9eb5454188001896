"""The values that rules choose from; a rule names its choice as a parameter's default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salus.types import FLAG_EMERGENCY, Purpose
from tests.stateful.rules_claims import BILLED, FORGERIES, POISONS
from tests.stateful.stage import CLINIC, HOSPITAL, LAPSED, A, B

DOMAINS: dict[str, Sequence[Any]] = {
    "st_age": [0, 0, 0, 1, 1, 2, 5, 12, 100],
    "st_amount": [1, 7, 1_003, 50_021, 300_007],
    "st_any_or_one": range(4),
    "st_benefit": [0, 0, 1, 1, 2, 3, 4, 4, 5, 6, 7],
    "st_bill": range(len(BILLED)),
    "st_days": [0, 3, 10, 400],
    "st_death": range(8),
    "st_flags": [0, 0, 0, 0, FLAG_EMERGENCY],
    "st_forgery": sorted(FORGERIES),
    "st_from": [-20, -3, 0, 2],
    "st_lead": [1, 2, 2, 10, 100],
    "st_lender": range(2),
    "st_limit": [0, 1, 40_001, 150_001, 500_009],
    "st_member": range(2),
    "st_office": range(3),
    "st_part": [0, 1, 5_000, 9_999, 10_000, 10_001],
    "st_pick": range(30),
    "st_poison": sorted(POISONS),
    "st_policy": range(6),
    "st_pool": [A, A, B],
    "st_provider": [HOSPITAL, HOSPITAL, HOSPITAL, HOSPITAL, CLINIC, LAPSED],
    "st_purpose": [Purpose.FILE, Purpose.FILE, Purpose.RESEARCH],
    "st_terms": range(4),
    "st_wait": range(6),
    "st_yes": [False, True],
}
