"""Options that several actions share."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from salus.cli import values

OUTBOX = Path("outbox.sqlite")
"""Of a hospital: beside the nearest salus.toml, or in the working folder."""
ProviderNumber = Annotated[int, values.provider("the provider's number in the registry")]
PoolAddress = Annotated[str, values.address("the pool", "pool")]
TableName = Annotated[
    str, typer.Option(help="a shipped benefit table (family, critical-illness) or a YAML file")
]
AccountName = Annotated[
    str | None,
    typer.Option(
        help="who sends: a keystore, or on a local chain the number of an account; else SALUS_ACCOUNT"
    ),
]
ContractWallet = Annotated[
    str | None,
    values.address(
        "a contract wallet (ERC-1271) in whose name the key signs, and which must accept the signature"
    ),
]


def _everywhere(name: str, kind: Any, default: Any, text: str, flag: str = "") -> inspect.Parameter:
    option = typer.Option(f"--{flag or name}", help=text, rich_help_panel="Where, as whom, how")
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


EVERYWHERE: Final = (
    _everywhere("node", str | None, None, "address of the node"),
    _everywhere(
        "network", str | None, None, "a network of salus.toml or a known one; local is the local chain"
    ),
    _everywhere("config", Path | None, None, "a file of settings instead of salus.toml"),
    _everywhere("dry_run", bool, False, "show the plan and try it, but send nothing", "dry-run"),
    _everywhere("yes", bool, False, "send without a question"),
    _everywhere("as_json", bool, False, "one JSON object instead of words", "json"),
)
"""The options of every action; only those that send something have `--dry-run`."""
