"""Where an action works and as whom: flags first, then the environment with `.env`, then salus.toml, then the
local chain that `salus chain start` has started.

    # salus.toml, in this folder, in one above it, or in the user's folder for settings
    network = "sepolia"               # what --network takes
    account = "front-desk"            # what --account takes: a keystore

    [networks.sepolia]
    node = "$SEPOLIA_RPC_URL"         # an address, or the variable that holds it

    [hospital]                        # for every action of the hospital that has the option
    provider = 1
    table = "family"

    [hospital.attest]                 # for this action
    profile = "hospital.yaml"         # beside this file
"""

from __future__ import annotations

import json
import os
import socket
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

import typer
from dotenv import load_dotenv

import salus
from salus.base.errors import NodeUnreachable
from salus.chain.network import Network
from salus.cli.trust import is_own
from salus.cli.usage import CallError, unknown

_ABOVE = Path(salus.__file__).resolve().parents[1]
CLONE: Final = _ABOVE if (_ABOVE / "brownie-config.yaml").exists() else None
"""The clone that this library is used from; None where it was installed."""
ENVIRONMENT = (CLONE or Path()) / ".env"
FILE: Final = "salus.toml"
NAMES: Final = "names.yaml"
LOCAL: Final = "local"
_KEYS: Final = ("network", "node", "account", "deployments", "keystores")
_NETWORK: Final = {"chain_id": int, "node": str, "deployments": str}
_KINDS: Final = {str: "a text in quotation marks", int: "a whole number", dict: "a table"}


@dataclass(frozen=True, slots=True)
class File:
    """A file of settings."""

    path: Path
    content: dict[str, Any]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads and checks a file. Raises CallError, naming file and setting."""
        try:
            content = tomllib.loads(path.read_text())
        except OSError as error:
            raise CallError(
                f"cannot be read: {error.strerror}", file=str(path), remedy="check the path"
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CallError(f"is not TOML: {error}", file=str(path), remedy="correct it") from None
        from salus.cli.root import ACTORS, ALONE

        tables = (*ACTORS, *ALONE)
        try:
            _check(
                content, {**dict.fromkeys(_KEYS, str), "networks": dict, **dict.fromkeys(tables, dict)}, ""
            )
            for name, network in content.get("networks", {}).items():
                if not isinstance(network, dict):
                    raise CallError("is not a table", field=f"networks.{name}", remedy="correct it")
                _check(network, _NETWORK, f"networks.{name}.")
        except CallError as error:
            error.file = str(path)
            raise
        return cls(path.resolve(), content)


def _check(content: dict[str, Any], kinds: Mapping[str, type], place: str) -> None:
    """That each setting is known, and of its kind."""
    for name, value in content.items():
        if name not in kinds:
            raise unknown(name, "setting", kinds)
        if not isinstance(value, kinds[name]) or isinstance(value, bool):
            raise CallError(f"is not {_KINDS[kinds[name]]}", field=place + name, remedy="correct it")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A node, and what is known of its chain before it is asked."""

    url: str
    chain_id: int | None = None
    deployments: str | None = None
    """Folder of the address book, if it is not the usual one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user has decided for one command."""

    files: tuple[File, ...] = ()
    """From the most general to the nearest."""
    node: str | None = None
    network: str | None = None
    yes: bool = False
    dry_run: bool = False

    @classmethod
    def load(cls, config: Path | None) -> Self:
        """Reads `.env` and the files of settings."""
        read_environment()
        paths = [config] if config else _files()
        return cls(tuple(File.load(path) for path in paths))

    @classmethod
    def current(cls) -> Settings:
        """Those of the command that runs."""
        return _current.get() or Settings()

    def with_flags(
        self,
        *,
        node: str | None,
        network: str | None = None,
        yes: bool,
        dry_run: bool = False,
        **_: Any,
    ) -> Self:
        """These, with what was typed before all else."""
        for name, value in (("node", node), ("network", network)):
            if value == "":  # as of a variable that is not set, in a script
                raise CallError("is empty", field=name, remedy="name one, or leave the option out")
        return replace(self, node=node or self.node, network=network, yes=yes, dry_run=dry_run)

    def at_node(self, url: str | None) -> Self:
        """These, at a node unless a flag names another."""
        return replace(self, node=url)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Within it they are the current ones. The address books' folder is set in the environment, which the
        library reads it from."""
        token, before = _current.set(self), os.environ.get("SALUS_DEPLOYMENTS")
        try:
            if not before and self._value("deployments"):
                os.environ["SALUS_DEPLOYMENTS"] = str(self._value("deployments"))
            yield
        finally:
            _current.reset(token)
            if before is None:
                os.environ.pop("SALUS_DEPLOYMENTS", None)

    @property
    def account(self) -> str | None:
        """Who sends, where no account is named."""
        return os.environ.get("SALUS_ACCOUNT") or self._value("account")

    @property
    def folder(self) -> Path:
        """Where files that have no other place are kept: beside the nearest salus.toml, or here."""
        here = Path.cwd()
        near = [file.path.parent for file in self.files if here.is_relative_to(file.path.parent)]
        return near[-1] if near else here

    @property
    def keystores(self) -> tuple[Path, ...]:
        """Folders that keystores are looked for in."""
        named = self._value("keystores")
        folders = [Path(named)] if named else [Path("keystores"), self.folder / "keystores"]
        return (*folders, *([CLONE / "keystores"] if CLONE else []), Path.home() / ".brownie" / "accounts")

    @property
    def names(self) -> tuple[Path, ...]:
        """Files of the user's names, from the most general to the nearest, which new names go to: beside
        each salus.toml, and in the user's folder for settings."""
        if named := os.environ.get("SALUS_NAMES"):
            return (Path(named),)
        folders = (Path(typer.get_app_dir("salus")), *(file.path.parent for file in self.files))
        return tuple(path for folder in dict.fromkeys(folders) if _is_ours_to_use(path := folder / NAMES))

    def endpoint(self) -> Endpoint:
        """The node to ask. Raises CallError for an unknown network, NodeUnreachable if none is named."""
        if self.node or self.network:
            return self._endpoint(self.node, self.network)
        network = os.environ.get("SALUS_NETWORK", "")
        if url := os.environ.get("SALUS_RPC_URL"):
            return _at(url, _chain_id(network))
        if network or self._value("node") or self._value("network"):
            return self._endpoint(self._value("node"), network or self._value("network"))
        if local := _local_chain():
            return local
        raise NodeUnreachable(
            "no node is named",
            remedy="start a local chain with `salus chain start`, or name one with --node, --network, "
            "SALUS_RPC_URL or salus.toml",
        )

    def _endpoint(self, node: str | None, network: str | None) -> Endpoint:
        if network in (LOCAL, "ganache", "anvil"):
            local = _local_chain()
            if local is None:
                raise NodeUnreachable("no local chain runs", remedy="start one: salus chain start")
            return local
        if network is None:
            return _at(_expanded(str(node)))
        named = self._networks().get(network, {})
        chain_id = named.get("chain_id", _chain_id(network))
        if not named and chain_id is None:
            raise unknown(network, "network", [LOCAL, *self._networks(), *Network.names()])
        url = node or named.get("node") or f"${network.upper().replace('-', '_')}_RPC_URL"
        return Endpoint(_expanded(url), chain_id, named.get("deployments"))

    def _networks(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for file in self.files:
            found |= file.content.get("networks", {})
        return found

    def _value(self, key: str) -> Any:
        """A setting of the nearest file that has it; a folder is relative to that file."""
        for file in reversed(self.files):
            if key in file.content:
                value = file.content[key]
                return str(file.path.parent / value) if key in ("deployments", "keystores") else value
        return None


_current: ContextVar[Settings | None] = ContextVar("settings", default=None)


def read_environment() -> None:
    """Takes from `.env` of this folder, then of the clone, what is not set in the environment: once, before
    anything looks a variable up."""
    for path in dict.fromkeys((Path(".env").resolve(), ENVIRONMENT.resolve())):
        if is_own(path):
            load_dotenv(path)


def config_named(words: Sequence[str]) -> Path | None:
    """The file that `--config` names, which gives the defaults that all other options are read with."""
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if word == "--config":
            return Path(following)
        for head in ("--config=", "config="):
            if word.startswith(head):
                return Path(word.removeprefix(head))
    return None


def _files() -> list[Path]:
    """The user's own salus.toml, then those of the folders from the top down to this one."""
    here = Path.cwd()
    folders = [Path(typer.get_app_dir("salus")), *reversed(here.parents), here]
    return [path for folder in folders if is_own(path := folder / FILE)]


def _is_ours_to_use(path: Path) -> bool:
    """A file of one's own, or one that is still to be made."""
    return not path.exists() or is_own(path)


def _local_chain() -> Endpoint | None:
    """The chain of `salus chain start`, while its process lives."""
    try:
        folder = os.environ.get("SALUS_CHAIN_FOLDER") or (CLONE or Path()) / ".cache" / "chain"
        found = json.loads((Path(folder) / "chain.json").read_text())
        os.kill(found["pid"], 0)
        # the number may be another process's by now
        socket.create_connection(("127.0.0.1", found["port"]), timeout=1).close()
    except (OSError, ValueError, KeyError):
        return None
    return Endpoint(found["url"], found["chain_id"], found["deployments"])


def _at(url: str, chain_id: int | None = None) -> Endpoint:
    """A node by its address; if it is the local chain's, with the address book of that."""
    local = _local_chain()
    return local if local and local.url == url.rstrip("/") else Endpoint(url, chain_id)


def _chain_id(network: str) -> int | None:
    return Network.names().get(network)


def _expanded(url: str) -> str:
    """The address, which may be the name of a variable after a `$`."""
    if not url.startswith("$"):
        if not url.startswith(("http://", "https://")):
            raise CallError("is not http:// or https://", field="node", remedy="correct the address")
        return url
    found = os.environ.get(url[1:])
    if not found:
        raise CallError(
            "is not set", field=url[1:], remedy="set it to the node's address, in .env or the environment"
        )
    return found
