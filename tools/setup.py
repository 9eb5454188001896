"""Set up a clone: Python packages, npm packages, compiler, the commands. Runs on a bare Python 3.11, standard
library only.

First it says what is to do, and about how long that takes; what is done says nothing. Each step leaves a
stamp with the digest of what it was made from, and is skipped while the stamp fits. Steps that do not need
one another run side by side. A lock makes a second set-up in the same clone wait for the first. A clone that
was moved or copied is mended. uv, pip and npm run with the caller's HOME, so that the caller's registries
apply, but keep their caches in the clone.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from tools import packages, place
from tools.ending import plainly
from tools.places import CACHE, NODE_MODULES, ROOT, SOLC_VERSION, SOLCX, VENV, tool_environment

NODE_AT_LEAST = 20
STAMPS = CACHE / "stamps"
TELL_EACH_SECONDS = 20


class SetupError(Exception):
    """A step of the set-up failed; the text says which and what to do."""


@dataclass(frozen=True)
class Step:
    """What is installed, from which files of the clone, and what is there afterwards."""

    name: str
    inputs: tuple[str, ...]
    products: tuple[Path, ...]
    install: Callable[[], None]
    after: tuple[str, ...] = ()
    """The steps that must be done before."""
    usually: int = 1
    """Seconds that it takes on a usual machine and line."""
    megabytes: int = 0
    """What it adds to the folder, with the caches that make the next time faster."""

    @property
    def stamp(self) -> Path:
        return STAMPS / self.name.lower().replace(" ", "-")

    def digest(self) -> str:
        return hashlib.sha256(b"".join((ROOT / path).read_bytes() for path in self.inputs)).hexdigest()

    def is_done(self) -> bool:
        there = all(product.exists() for product in (*self.products, self.stamp))
        return there and self.stamp.read_text() == self.digest()

    def take(self) -> None:
        if self.is_done():
            return
        digest = self.digest()
        self.install()
        STAMPS.mkdir(exist_ok=True)
        self.stamp.write_text(digest)


def main() -> int:
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            check_versions()
            mend_place()
            take_all()
        except SetupError as error:
            print(f"set-up: {error}", file=sys.stderr)
            return 1
    return 0


def take_all() -> None:
    todo = [step for step in STEPS if not step.is_done()]
    if not todo:
        return
    announce(todo)
    taken: dict[str, Future[None]] = {}
    progress = Progress(todo)

    def take(step: Step) -> None:
        for name in step.after:
            taken[name].result()
        with progress.of(step):
            step.take()

    with ThreadPoolExecutor(len(STEPS)) as threads:
        for step in STEPS:
            taken[step.name] = threads.submit(take, step)
        while wait(taken.values(), timeout=TELL_EACH_SECONDS).not_done:
            progress.tell()
    for done in taken.values():
        done.result()


def announce(todo: list[Step]) -> None:
    """What will be installed, and how long that usually takes."""
    names = ", ".join(step.name for step in todo)
    size = sum(step.megabytes for step in todo)
    space = f" {size / 1000:.1f} GB in all;" if size >= 100 else ""
    seconds = usual_seconds(todo)
    time_ = f"{seconds} seconds" if seconds < 100 else f"{round(seconds / 60)} minutes"
    print(f"set-up: to install into this folder, once: {names};{space} it usually takes {time_}", flush=True)


def usual_seconds(todo: list[Step]) -> int:
    """Steps that wait for none run side by side."""
    by_name = {step.name: step for step in todo}

    def ends(step: Step) -> int:
        return step.usually + max((ends(by_name[name]) for name in step.after if name in by_name), default=0)

    return max(map(ends, todo))


class Progress:
    """Tells of each step when it begins and when it is ready, and of what takes long."""

    def __init__(self, todo: list[Step]) -> None:
        self._all, self._done = len(todo), 0
        self._begun: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def of(self, step: Step) -> Iterator[None]:
        if step.is_done():
            yield
            return
        started = self._begun[step.name] = time.monotonic()
        print(f"set-up: {step.name} …", flush=True)
        try:
            yield
        finally:
            self._begun.pop(step.name)
        with self._lock:
            self._done += 1
            took = time.monotonic() - started
            print(f"set-up: {step.name} ready ({took:.0f} s), {self._done} of {self._all}", flush=True)

    def tell(self) -> None:
        now = time.monotonic()
        for name, started in dict(self._begun).items():
            print(f"set-up: {name}: at it for {now - started:.0f} s …", flush=True)


def mend_place() -> None:
    before = place.moved_from()
    if before is not None:
        place.mend(before)
        print(f"set-up: this clone was set up at {before}; its commands name its new place now", flush=True)


def check_versions() -> None:
    if sys.version_info[:2] != (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"the packages are locked for Python 3.11, this is {found}; try `make PYTHON=/path/to/python3.11`"
        )
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise SetupError(f"`{program}` is not on PATH; install Node.js {NODE_AT_LEAST} or later")


def install_python() -> None:
    if not (VENV / "bin" / "pip").exists():
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], "make a virtual environment")
    # Brownie's compiled wheel fails on network settings and coverage: docs/dependencies.md
    environment = {"BROWNIE_NOCOMPILE": "1"}
    what = ["install", "--quiet", "--no-binary", "eth-brownie", "-r", "requirements.txt"]
    purpose = "install the Python packages"
    if packages.get_uv(child_environment()):
        # where Python may write no bytecode, each start would compile Brownie and all that it imports
        uv = [str(packages.UV), "pip", *what, "--compile-bytecode", "--python", packages.python()]
        try:
            run(uv, purpose, {**environment, **packages.uv_environment()})
        except SetupError as error:
            print(f"set-up: {error}; trying pip, which is slower", file=sys.stderr)
        else:
            return
    else:
        print(
            f"set-up: pip has no {packages.UV_PACKAGE} here; going on with pip, which is slower",
            file=sys.stderr,
        )
    pip = [packages.python(), "-m", "pip", *what]
    run(pip, purpose, {**environment, **packages.pip_environment()})


def install_npm() -> None:
    version = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    major = re.match(r"v(\d+)", version)
    if major is None or int(major[1]) < NODE_AT_LEAST:
        raise SetupError(f"Node.js {NODE_AT_LEAST} or later is needed, `node --version` says {version!r}")
    # no package here needs its install script: what is native comes prebuilt inside the package
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment = {"npm_config_cache": str(CACHE / "npm"), "npm_config_update_notifier": "false"}
    run(command, "install the npm packages", environment)


def install_compiler() -> None:
    run([str(VENV / "bin" / "python"), "-m", "tools.compiler"], "install the Solidity compiler")


def install_commands() -> None:
    """`salus` from this clone's sources, and a `brownie` that knows this clone (tools/brownie_command.py)."""
    what = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--editable", "."]
    if packages.UV.exists():
        command = [str(packages.UV), "pip", *what, "--offline", "--python", packages.python()]
        run(command, "install the command salus", packages.uv_environment())
    else:
        run([packages.python(), "-m", "pip", *what], "install the command salus", packages.pip_environment())
    text = BROWNIE.encode()
    place.write(VENV / "bin" / "brownie", place.first_line(os.fsencode(packages.python())) + text)


def run(command: list[str], purpose: str, extra: dict[str, str] | None = None) -> None:
    environment = {**child_environment(), **(extra or {})}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        command_line = " ".join(
            os.path.relpath(part, ROOT) if part.startswith(str(ROOT)) else part for part in command
        )
        raise SetupError(f"could not {purpose} (exit code {done.returncode}): {command_line}")


def child_environment() -> dict[str, str]:
    temporary = CACHE / "tmp"
    temporary.mkdir(exist_ok=True)
    return {
        **tool_environment(),
        "TMPDIR": str(temporary),
        # pip asks rustc for its version, also where venv calls it, and where rustup stands in for rustc, that
        # writes into HOME
        "RUSTUP_HOME": str(CACHE / "rustup"),
    }


# Within a run it is Brownie alone: a copy of the project that shares this environment has its own `tools`.
BROWNIE = """
import os
import sys
from pathlib import Path

within = os.environ.get("SALUS_WITHIN_RUN")
if within:
    from brownie._cli.__main__ import main

    named = any(word.startswith("--network") for word in sys.argv)
    if within != "none" and not named and sys.argv[1:2] in (["run"], ["console"], ["test"]):
        sys.argv += ["--network", within]
else:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    from tools.brownie_command import main

if __name__ == "__main__":
    sys.exit(main())
"""
STEPS = (
    Step(
        "Python packages",
        ("requirements.txt", "tools/packages.py"),
        (VENV / "bin" / "python", VENV / "bin" / "brownie"),
        install_python,
        usually=60,
        megabytes=800,
    ),
    Step(
        "npm packages",
        ("package-lock.json", ".npmrc"),
        (NODE_MODULES / ".bin" / "ganache",),
        install_npm,
        usually=30,
        megabytes=500,
    ),
    Step(
        "Solidity compiler",
        ("tools/compiler.py", "tools/solc_wasm.cjs"),
        (SOLCX / f"solc-v{SOLC_VERSION}",),
        install_compiler,
        after=("Python packages", "npm packages"),
        usually=3,
    ),
    Step(
        "the commands salus and brownie",
        ("pyproject.toml", "requirements.txt", "tools/packages.py", "tools/setup.py"),
        (VENV / "bin" / "salus",),
        install_commands,
        after=("Python packages",),
        usually=2,
    ),
)


if __name__ == "__main__":
    sys.exit(plainly("set-up", main))
