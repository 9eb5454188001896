"""The library without Brownie

given a Python that cannot import Brownie, nor the project's scripts, tools and tests
    every module of the library should still be importable
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
IMPORT_EACH = """
import importlib, pkgutil, sys
for name in ("brownie", "scripts", "tools", "tests", "benchmarks"):
    sys.modules[name] = None  # what Python takes for "there is none"
import salus
for module in pkgutil.walk_packages(salus.__path__, "salus.", onerror=lambda name: sys.exit(f"no {name}")):
    importlib.import_module(module.name)
print(*(name for name in sys.modules if name.partition(".")[0] == "salus"))
"""


def test_every_module_is_there() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    files = (path.relative_to(ROOT).with_suffix("") for path in (ROOT / "salus").rglob("*.py"))
    modules = {".".join(path.parts).removesuffix(".__init__") for path in files}
    assert set(done.stdout.split()) == modules
