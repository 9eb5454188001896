"""How far the tests go. SALUS_DEPTH is unset for every day, `deep` under `make fuzz`, and `shallow` under
coverage, where each call is traced at length and has to be made only once."""

from __future__ import annotations

import os

DEPTH = os.environ.get("SALUS_DEPTH", "")
SHALLOW = DEPTH == "shallow"
DEMO_SECONDS = float(os.environ.get("SALUS_DEMO_SECONDS", "60"))
"""What the demo may take on Ganache after set-up; a machine that is slow or busy may say more."""
