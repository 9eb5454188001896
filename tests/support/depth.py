"""How far the tests go. SALUS_DEPTH is unset for every day, `deep` under `make fuzz`, and `shallow` under
coverage, where each call is traced at length and has to be made only once."""

from __future__ import annotations

import os

DEPTH = os.environ.get("SALUS_DEPTH", "")
SHALLOW = DEPTH == "shallow"
