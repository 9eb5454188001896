"""Where things lie in a clone. All that set-up or a run creates is below these folders, git-ignored."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
NODE_BIN = NODE_MODULES / ".bin"
SOLCX = CACHE / "solcx"
RUNS = CACHE / "runs"
KEYSTORES = ROOT / "keystores"

SOLC_VERSION = "0.8.30"
SOLC_BUILD = "0.8.30+commit.73712a01"


def tool_environment() -> dict[str, str]:
    """The caller's environment, with this clone's programs first on PATH and its folders for data."""
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join(
        [str(VENV / "bin"), str(NODE_BIN), environment.get("PATH", os.defpath)]
    )
    environment["VIRTUAL_ENV"] = str(VENV)
    environment["SOLCX_BINARY_PATH"] = str(SOLCX)
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(CACHE / "hypothesis")
    # Local chains are beside us, whatever proxy leads outside; untold, web3 looks for one at each call.
    unproxied = ("127.0.0.1", "localhost", environment.get("no_proxy", environment.get("NO_PROXY", "")))
    environment["no_proxy"] = ",".join(filter(None, unproxied))
    return environment
