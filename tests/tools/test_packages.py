"""tools.packages

given pip's settings of this machine
    pip's own order decides: its environment before the section `install`, and that before `global`
    uv gets each that it knows, in its own form
    a variable of uv's that the caller has set stays
    uv keeps its cache in the clone and fetches no Python
"""

from __future__ import annotations

import pytest

from tools import packages
from tools.places import CACHE

LISTED = """\
:env:.find-links='/wheels /more'
global.extra-index-url='file:///a/simple\\nfile:///b/simple'
global.find-links='/elsewhere'
global.index-url='https://global.example/simple'
install.index-url='https://install.example/simple'
user-agent.name='not a setting of pip install'
"""


def test_the_first_section_decides() -> None:
    settings = packages.decided(LISTED)

    assert settings["find-links"] == "/wheels /more"
    assert settings["index-url"] == "https://install.example/simple"
    assert "name" not in settings


def test_uv_gets_them_in_its_own_form() -> None:
    assert packages.translated(packages.decided(LISTED)) == {
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX": "file:///a/simple file:///b/simple",
        "UV_DEFAULT_INDEX": "https://install.example/simple",
    }


def test_the_caller_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "pip_settings", lambda: packages.decided(LISTED))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    monkeypatch.setenv("UV_CACHE_DIR", "elsewhere")

    given = packages.uv_environment()

    assert "UV_DEFAULT_INDEX" not in given
    assert given["UV_INDEX"] == "file:///a/simple file:///b/simple"
    assert (given["UV_CACHE_DIR"], given["UV_PYTHON_DOWNLOADS"]) == (str(CACHE / "uv"), "never")
