"""What the invented hospitals say of their records, as a profile and as the file `hospital.yaml`."""

from __future__ import annotations

from salus.fhir.profile import OPEN, Profile

TEXT = """\
# The profile of the hospitals that these records come from; docs/intake.md explains each field.
organizations: any
payers: any
"""


def profile() -> Profile:
    """The profile of the invented hospitals: every bill of the folder is theirs, and goes to the plan."""
    return OPEN
