"""Install and lock Python packages with uv, which is several times faster than pip.

pip installs uv into `.venv`. uv reads none of pip's settings, which say where this machine has its packages
from, so they are passed on in uv's own variables. Standard library only: set-up uses this before anything is
installed.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

from tools.places import CACHE, ROOT, VENV

UV_PACKAGE = "uv==0.13.9"
UV = VENV / "bin" / "uv"
# The first of pip's sections that has a setting decides, as in pip itself.
SECTIONS = (":env:", "install", "global")
SAME_SETTING = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "no-index": "UV_NO_INDEX",
    "constraint": "UV_CONSTRAINT",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
}


def python() -> str:
    """The Python of `.venv`."""
    return str(VENV / "bin" / "python")


def pip_environment() -> dict[str, str]:
    """What pip needs beside its own settings."""
    return {"PIP_CACHE_DIR": str(CACHE / "pip"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def uv_environment() -> dict[str, str]:
    """pip's settings in uv's variables, unless the caller has set those, and folders in the clone."""
    own = {name: value for name, value in translated(pip_settings()).items() if name not in os.environ}
    return {
        # as pip does: the best version of all indexes, not that of the first which knows the package
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        **own,
        "UV_CACHE_DIR": str(CACHE / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
    }


def get_uv(environment: dict[str, str]) -> bool:
    """Whether uv is there, after pip has been asked for it."""
    ask = [python(), "-m", "pip", "install", "--quiet", UV_PACKAGE]
    asked = subprocess.run(
        ask,
        cwd=ROOT,
        env={**environment, **pip_environment()},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return asked.returncode == 0 and UV.exists()


def pip_settings() -> dict[str, str]:
    """pip's settings on this machine, from its files and its environment, by name."""
    ask = [python() if Path(python()).exists() else sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(ask, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    return decided(listed.stdout)


def decided(listed: str) -> dict[str, str]:
    """The settings in what `pip config list` writes: lines such as `global.index-url='https://…'`."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section in found:
            found[section][name] = str(ast.literal_eval(value))
    settings: dict[str, str] = {}
    for section in reversed(SECTIONS):
        settings.update(found[section])
    return settings


def translated(settings: dict[str, str]) -> dict[str, str]:
    """uv's variables for pip's settings."""
    variables = {SAME_SETTING[name]: value for name, value in settings.items() if name in SAME_SETTING}
    if "find-links" in settings:
        variables["UV_FIND_LINKS"] = ",".join(settings["find-links"].split())
    return {name: " ".join(value.split()) for name, value in variables.items()}
