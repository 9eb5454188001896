"""What `build/` was compiled from: which sources changed since, and what depends on them.

`build/compiled.json` records the digest of each source and of each artefact, and what each source imports, as
the compiler itself said. Brownie compares only files with contracts, and only the contracts that they name:
it overlooks a change in `contracts/types`, and in what is used at second hand. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from tools.places import SOLC_BUILD

FOLDERS = ("contracts", "interfaces")
# A change in one of these is a change of everything.
SETTINGS = ("brownie-config.yaml", "node_modules/@openzeppelin/contracts/package.json")
THIS = Path(__file__)


@dataclass(frozen=True)
class Source:
    """A file that the compiler read, by its path in the project."""

    digest: str
    imports: tuple[str, ...] = ()
    artefacts: Mapping[str, str] = field(default_factory=dict)
    """Digest of each artefact that its contracts left, by its path in `build/`."""


@dataclass(frozen=True)
class Record:
    """What was compiled."""

    settings: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)
    interfaces: Mapping[str, str] = field(default_factory=dict)
    """Digest of each interface's artefact by its path in `build/`."""

    @classmethod
    def load(cls, root: Path) -> Record:
        """The record of `build/`, or an empty one if there is none that can be read."""
        try:
            content = json.loads(path_of(root).read_text())
            sources = {
                path: Source(entry["digest"], tuple(entry["imports"]), dict(entry["artefacts"]))
                for path, entry in content["sources"].items()
            }
            return cls(content["settings"], sources, dict(content["interfaces"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def save(self, root: Path) -> None:
        """Writes it, whole or not at all."""
        path = path_of(root)
        path.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".compiled-", delete=False) as draft:
            json.dump(asdict(self), draft, indent=1, sort_keys=True)
        os.replace(draft.name, path)

    def without(self, paths: Iterable[str]) -> Record:
        """The record as if these had never been compiled, nor any interface."""
        gone = set(paths)
        return Record(
            self.settings, {path: source for path, source in self.sources.items() if path not in gone}
        )

    def restricted(self, names: Collection[str]) -> Record:
        """The record with the artefacts of these contracts only."""

        def less(source: Source) -> Source:
            wanted = {path: digest for path, digest in source.artefacts.items() if Path(path).stem in names}
            return replace(source, artefacts=wanted)

        return replace(self, sources={path: less(source) for path, source in self.sources.items()})


@dataclass(frozen=True)
class Changes:
    """What differs between a record and the disk."""

    affected: frozenset[str]
    """Sources that are new, changed or gone, whose artefacts are not as recorded, or that depend on one."""
    interfaces: bool
    """Whether an artefact of an interface is not as recorded."""

    def __bool__(self) -> bool:
        return bool(self.affected) or self.interfaces


def path_of(root: Path) -> Path:
    return root / "build" / "compiled.json"


def changes(root: Path, record: Record) -> Changes:
    """What must be compiled. Everything, if the settings changed."""
    found = {path: digest_of(root / path) for path in project_files(root)}
    if record.settings != settings_of(root):
        return Changes(frozenset(found) | frozenset(record.sources), interfaces=True)
    kept = {path: digest_of(root / path) for path in record.sources if path not in found}
    on_disk = {**kept, **found}
    changed = {
        path
        for path, digest in on_disk.items()
        if path not in record.sources
        or record.sources[path].digest != digest
        or not are_there(root, record.sources[path].artefacts)
    }
    damaged = not record.interfaces or not are_there(root, record.interfaces)
    return Changes(frozenset(dependents(record, changed)), interfaces=damaged)


def dependents(record: Record, changed: Iterable[str]) -> Iterator[str]:
    """The sources given, and all that import one of them, at first or second hand.

    The imports of before are enough: a source that imports something else now has changed itself.
    """
    importers: dict[str, list[str]] = {}
    for path, source in record.sources.items():
        for imported in source.imports:
            importers.setdefault(imported, []).append(path)
    waiting, seen = list(changed), set(changed)
    while waiting:
        path = waiting.pop()
        yield path
        fresh = set(importers.get(path, ())) - seen
        seen |= fresh
        waiting += fresh


def project_files(root: Path) -> Iterator[str]:
    """Every source of the project, as Brownie finds them."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.sol")):
            parts = path.relative_to(root).parts
            if not any(part.startswith("_") for part in parts):
                yield "/".join(parts)


def are_there(root: Path, artefacts: Mapping[str, str]) -> bool:
    """Whether each artefact is as it was written."""
    return all(digest_of(root / "build" / path) == digest for path, digest in artefacts.items())


def settings_of(root: Path) -> str:
    """Of all that decides what the compiler makes of a source, and of how this is written down."""
    digest = hashlib.sha256(SOLC_BUILD.encode())
    for path in (*(root / name for name in SETTINGS), THIS, THIS.with_name("compile.py")):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content; empty if there is no such file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return ""
