"""The depth of the tests. SALUS_DEPTH is unset by default, `deep` under `make fuzz`, and `shallow` under
coverage, where tracing makes each call slow and one call of each kind is enough."""

from __future__ import annotations

import os

DEPTH = os.environ.get("SALUS_DEPTH", "")
SHALLOW = DEPTH == "shallow"
