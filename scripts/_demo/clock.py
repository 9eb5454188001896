"""When the demo's chain begins: `python -m scripts._demo.clock [folder]` prints Unix seconds.

Policies can only be sold before they start, so the clock begins three days before the year of the records.
The project's own patients lived it in the last twelve months.
"""

from __future__ import annotations

import sys
from pathlib import Path

from salus.base import days
from salus.base.days import DAY_SECONDS as DAY
from salus.cli.ending import one_line_errors
from scripts._demo.cast import YEAR, from_folder

DAYS_AHEAD = 3
_STORY = YEAR + 62
"""Days from the start of the policies to the end of the story."""


def clock(folder: str) -> int:
    """Noon, three days before the first day of cover. Raises FhirError if the folder holds no bill."""
    start = from_folder(Path(folder)).start if folder else days.latest_day() - _STORY
    return max(DAY, (start - DAYS_AHEAD) * DAY + DAY // 2)


if __name__ == "__main__":
    with one_line_errors():
        print(clock(" ".join(sys.argv[1:])))
