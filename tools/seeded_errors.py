"""Test the tests: put each seeded error into a copy of the project and see that the tests named for it fail.

    python -m tools.seeded_errors [NAME …]

tests/seeded_errors.yaml lists the errors: name, law (what it breaks), file, replace (text that occurs there
once), with, and tests (paths or pytest ids). The same tests have to pass without it, which is tried first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.ending import INTERRUPTED, plainly
from tools.places import CACHE, ROOT

LIST = ROOT / "tests" / "seeded_errors.yaml"
SHARED = [".venv", "node_modules"]
NOT_COPIED = shutil.ignore_patterns(".git", ".cache", "reports", "out", "__pycache__", "*.egg-info", *SHARED)
TESTS_FAILED = 1


class SeededError(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    name: str
    law: str
    file: str
    replace: str
    with_: str = Field(alias="with")
    tests: str | list[str]

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.tests,) if isinstance(self.tests, str) else tuple(self.tests)


class SeedError(Exception):
    """The list of seeded errors cannot be used; the text names the entry."""


def main(wanted: list[str]) -> int:
    try:
        errors = chosen(load(), wanted)
    except SeedError as error:
        print(f"seeded errors: {error}", file=sys.stderr)
        return 2
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="seeded-", dir=CACHE, ignore_cleanup_errors=True) as folder:
        copy = copy_project(Path(folder) / "project")
        sound = sorted({path for error in errors for path in error.paths})
        print(f"seeded errors: without any, {len(sound)} tests or files have to pass", flush=True)
        code = run_tests(copy, sound)
        if code != 0:
            print(f"seeded errors: they do not (exit code {code}); see {show_log(copy)}", file=sys.stderr)
            return code
        missed = [error.name for error in errors if not is_noticed(copy, error)]
    print(f"\nseeded errors: {len(errors) - len(missed)} passed, {len(missed)} failed")
    for name in missed:
        print(f"  not noticed: {name}")
    return 1 if missed else 0


def load() -> list[SeededError]:
    try:
        entries = yaml.safe_load(LIST.read_text())
        return [SeededError.model_validate(entry) for entry in entries]
    except FileNotFoundError:
        raise SeedError(f"there is no {LIST.relative_to(ROOT)}") from None
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise SeedError(f"{LIST.relative_to(ROOT)}: {error}") from None


def chosen(errors: list[SeededError], wanted: Iterable[str]) -> list[SeededError]:
    names = [error.name for error in errors]
    for name in {*wanted, *names}:
        if names.count(name) != 1:
            raise SeedError(f"{names.count(name)} errors are named {name!r}; there are: {', '.join(names)}")
    for error in errors:
        count = (ROOT / error.file).read_text().count(error.replace) if (ROOT / error.file).is_file() else 0
        if count != 1:
            raise SeedError(
                f"{error.name}: its text occurs {count} times in {error.file}, it has to occur once"
            )
    return [error for error in errors if not wanted or error.name in wanted]


def copy_project(copy: Path) -> Path:
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED, symlinks=True)
    for name in SHARED:
        (copy / name).symlink_to(ROOT / name)
    (copy / ".cache").mkdir()
    (copy / ".cache" / "solcx").symlink_to(CACHE / "solcx")
    return copy


def is_noticed(copy: Path, error: SeededError) -> bool:
    """Whether the tests fail with the error in place. An error that does not even compile proves nothing."""
    file = copy / error.file
    sound = file.read_text()
    file.write_text(sound.replace(error.replace, error.with_))
    started = time.monotonic()
    try:
        code = run_tests(copy, error.paths)
    finally:
        file.write_text(sound)
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    outcome = {0: "NOT NOTICED", TESTS_FAILED: "noticed"}.get(code, f"BROKEN (exit code {code})")
    print(f"  law {error.law}: {error.name}: {outcome} ({time.monotonic() - started:.0f} s)", flush=True)
    if code not in (0, TESTS_FAILED):
        print(show_log(copy))
    return code == TESTS_FAILED


def run_tests(copy: Path, paths: Iterable[str]) -> int:
    command = [".venv/bin/python", "-m", "tools.test", "--network", "anvil", *paths, "--", "-x", "-q"]
    # the copy's own package, not the one beside this file
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    with log_of(copy).open("w") as log:
        return subprocess.run(
            command, cwd=copy, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False
        ).returncode


def log_of(copy: Path) -> Path:
    return copy.parent / "tests.log"


def show_log(copy: Path) -> str:
    return log_of(copy).read_text()[-4000:]


if __name__ == "__main__":
    sys.exit(plainly("seeded errors", lambda: main(sys.argv[1:])))
