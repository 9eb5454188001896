"""Compile the contracts: only what depends on a change, with the artefacts that a full compile gives.

    python -m tools.compile [FOLDER]     FOLDER: the project, by default this clone

Brownie's own compile of the changed files would compile all that they import too, and overlooks what
tools/compiled.py says. So the compiler is asked here, twice and side by side: for the syntax trees of all
sources, from which Brownie makes its source maps and coverage data, and for the code of the sources that a
change affects. Brownie's functions make the artefacts. A compile that fails changes nothing; one that is
stopped while it writes leaves a record without the sources that it was writing.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.compiled import Changes, Record, Source, changes, digest_of, project_files, settings_of
from tools.ending import plainly
from tools.places import ROOT, SOLC_VERSION

Output = dict[str, Any]
TREES = {"*": {"": ["ast"]}}
CODE = ["abi", "devdoc", "evm.bytecode", "evm.deployedBytecode", "userdoc"]


def main() -> int:
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    os.chdir(root)  # where the compiler looks for what is imported
    record = Record.load(root)
    todo = changes(root, record)
    if not todo:
        return 0
    started = time.monotonic()
    known = set(project_files(root)) | set(record.sources)
    print(f"contracts: compiling {len(todo.affected & known)} of {len(known)} sources …", flush=True)
    from brownie.exceptions import CompilerError, NamespaceCollision

    try:
        compile_project(root, record, todo)
    except (CompilerError, NamespaceCollision) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"contracts: compiled ({time.monotonic() - started:.0f} s)", flush=True)
    return 0


def compile_project(root: Path, record: Record, todo: Changes) -> None:
    """Brings `build/` up to date. Raises Brownie's CompilerError, and NamespaceCollision for a name given
    twice; `build/` is then as it was."""
    project = BrownieProject.of(root)
    kept = record.without(todo.affected if record.settings == settings_of(root) else record.sources)
    with ThreadPoolExecutor(2) as threads:
        trees = threads.submit(project.ask, TREES)
        code = threads.submit(project.code_of, todo.affected if kept.sources else None)
        units, contracts = trees.result()["sources"], code.result()
    sources = {path: imports_of(unit["ast"]) for path, unit in units.items()}

    def complete(paths: set[str]) -> dict[str, Output]:
        """The artefacts, after what these sources lack was compiled too."""
        contracts.update(project.code_of(paths - set(contracts)))
        return project.artefacts(units, contracts)

    # what a changed source imports for the first time, and contracts elsewhere of the same name
    owners = owners_of(units)
    fresh = set(units) - set(kept.sources)
    made = complete({path for paths in owners.values() if paths & fresh for path in paths})
    # what a changed source uses of a package whose sources did not change
    lacking = project.used(made, kept) - set(made) - names_of(kept)
    if lacking:
        made = complete({path for name in lacking for path in owners.get(name, ())})
    kept = kept.without(contracts)
    used = project.used(made, kept)
    write(root, project, kept.restricted(used), {name: made[name] for name in used & set(made)}, sources)


def write(
    root: Path,
    project: BrownieProject,
    kept: Record,
    made: Mapping[str, Output],
    imports: Mapping[str, tuple[str, ...]],
) -> None:
    """First the record of what stays, then the artefacts, then the whole record."""
    interfaces = project.interfaces()
    kept.save(root)
    build = root / "build"
    for folder in ("contracts", "interfaces", "deployments"):
        (build / folder).mkdir(parents=True, exist_ok=True)
    remove_others(build / "contracts", names_of(kept))
    remove_others(build / "interfaces", interfaces)

    left: dict[str, dict[str, str]] = {}
    for name, artefact in made.items():
        path = f"contracts/{name}.json"
        left.setdefault(artefact["sourcePath"], {})[path] = dump(artefact, build / path)
    abis = {
        f"interfaces/{name}.json": dump(abi, build / f"interfaces/{name}.json")
        for name, abi in interfaces.items()
    }
    compiled = {
        path: kept.sources.get(path)
        or Source(digest_of(root / path), imports.get(path, ()), left.get(path, {}))
        for path in {*imports, *project_files(root)}
    }
    Record(settings_of(root), compiled, abis).save(root)


def imports_of(tree: Output) -> tuple[str, ...]:
    """The paths of what a source imports."""
    imports = (node["absolutePath"] for node in tree["nodes"] if node["nodeType"] == "ImportDirective")
    return tuple(sorted(set(imports)))


def owners_of(units: Mapping[str, Output]) -> dict[str, set[str]]:
    """The sources that define a contract of a name. They share one artefact."""
    owners: dict[str, set[str]] = {}
    for path, unit in units.items():
        for node in unit["ast"]["nodes"]:
            if node["nodeType"] == "ContractDefinition":
                owners.setdefault(node["name"], set()).add(path)
    return owners


def names_of(record: Record) -> set[str]:
    """The contracts that have an artefact."""
    return {Path(artefact).stem for source in record.sources.values() for artefact in source.artefacts}


def remove_others(folder: Path, kept: Iterable[str]) -> None:
    names = set(kept)
    for path in folder.glob("*.json"):
        if path.stem not in names:
            path.unlink()


def dump(content: Output, path: Path) -> str:
    """Writes an artefact as Brownie does; its digest."""
    from brownie._c_constants import ujson_dump

    with path.open("w") as file:
        ujson_dump(content, file, sort_keys=True, indent=2, default=sorted)
    return digest_of(path)


def brownie_compiler() -> Any:
    """Brownie's module. It looks at HOME, and takes a while, when it is loaded."""
    from brownie.project import compiler

    return compiler


@dataclass(frozen=True)
class BrownieProject:
    """Brownie's way of compiling this project."""

    root: Path
    sources: Any
    given: Mapping[str, str]
    """What the compiler is given, by path: sources with contracts. It reads what they import by itself."""
    config: Mapping[str, Any]
    version: str

    @classmethod
    def of(cls, root: Path) -> BrownieProject:
        from brownie._config import _load_project_compiler_config
        from brownie.project.compiler import solidity
        from brownie.project.main import _load_sources
        from brownie.project.sources import Sources

        # Brownie asks for each contract, and each time starts the compiler
        solidity.get_version = functools.cache(solidity.get_version)
        sources = Sources(_load_sources(root, "contracts", False), _load_sources(root, "interfaces", True))
        paths = sorted({sources.get_source_path(name) for name in sources.get_contract_list()})
        solidity.set_solc_version(SOLC_VERSION)
        return cls(
            root=root,
            sources=sources,
            given={path: sources.get(path) for path in paths},
            config=_load_project_compiler_config(root),
            version=str(solidity.get_version()),
        )

    def question(self) -> Output:
        solc = self.config["solc"]
        question: Output = brownie_compiler().generate_input_json(
            dict(self.given),
            evm_version=solc.get("evm_version", self.config["evm_version"]),
            remappings=solc.get("remappings", []),
            optimizer=solc["optimizer"],
            viaIR=solc.get("viaIR"),
        )
        return question

    def ask(self, selection: Output) -> Output:
        if not self.given:
            return {"sources": {}, "contracts": {}}
        question = self.question()
        question["settings"]["outputSelection"] = selection
        answer: Output = brownie_compiler().compile_from_input_json(question, True, self.root.as_posix())
        return answer

    def code_of(self, paths: Collection[str] | None) -> Output:
        """The contracts of some sources, which may be gone, by path and name; None: of all."""
        if paths is not None and not paths:
            return {}
        # a selection of syntax trees in the same question would make the compiler compile everything
        answer = self.ask({path: {"*": CODE} for path in ("*" if paths is None else sorted(paths))})
        contracts: Output = answer.get("contracts", {})
        return {path: found for path, found in contracts.items() if paths is None or path in paths}

    def artefacts(self, units: Output, contracts: Output) -> dict[str, Output]:
        """The artefacts by name, but for those of interfaces, which have a folder of their own."""
        in_order = {path: contracts[path] for path in sorted(contracts)}
        output = {"sources": units, "contracts": in_order}
        made = brownie_compiler().generate_build_json(
            self.question(), output, {"version": self.version}, True
        )
        return {name: made[name] for name in made if not made[name]["sourcePath"].startswith("interface")}

    def used(self, made: Mapping[str, Output], kept: Record) -> set[str]:
        """The contracts of the project, and those of packages that one of them depends on: Brownie deletes
        the artefacts of others."""
        from brownie._c_constants import ujson_load

        own = set(self.sources.get_contract_list())
        used = set(own)
        for name in own & set(made):
            used.update(made[name]["dependencies"])
        for name in own & names_of(kept) - set(made):
            with (self.root / "build" / "contracts" / f"{name}.json").open() as file:
                used.update(ujson_load(file)["dependencies"])
        return used - set(self.sources.get_interface_list())

    def interfaces(self) -> dict[str, Output]:
        paths = {self.sources.get_source_path(name, True) for name in self.sources.get_interface_list()}
        abis: dict[str, Output] = brownie_compiler().get_abi(
            {path: self.sources.get(path) for path in sorted(paths)},
            solc_version=self.config["solc"].get("version"),
            allow_paths=self.root.as_posix(),
            remappings=self.config["solc"].get("remappings", []),
        )
        return abis


if __name__ == "__main__":
    sys.exit(plainly("contracts", main))
