"""What there is in a suite. `salus list` lists the actions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from typer import Option

from salus.auditor import lists
from salus.base import money
from salus.base.days import moment_words, words_of
from salus.chain.names import Names
from salus.cli.actor import Actor
from salus.cli.output import out
from salus.cli.session import Session
from salus.cli.settings import Settings
from salus.cli.usage import CallError
from salus.cli.values import address, policy, provider
from salus.types import ClaimStatus

actor = Actor("list")

_STATES = {status.word: status for status in ClaimStatus if status not in (ClaimStatus.SKIPPED,)}
PoolFilter = Annotated[str | None, address("only of this pool", "pool")]
PolicyFilter = Annotated[bytes | None, policy("only of this policy")]
ProviderFilter = Annotated[int | None, provider("only of this provider's number")]


@actor.action
def providers() -> None:
    """Lists the accredited providers: number, admin, days of accreditation, keys.

    Example:
        salus list providers
    """
    listing = _Listing.here()
    rows = []
    for row in lists.providers(listing.session.chain):
        windows = "; ".join(f"{words_of(start)} to {words_of(end - 1)}" for start, end in row.windows)
        state = "suspended" if row.suspended else ""
        rows.append((row.number, listing.name("provider", row.number), windows, row.keys, state, row.admin))
        out.entry("providers", **asdict(row))
    _show(("number", "name", "accredited", "keys", "", "admin"), rows, "No provider is accredited yet.")


@actor.action
def pools() -> None:
    """Lists the risk pools: name, insurer, currency, free and locked capital.

    Example:
        salus list pools
    """
    listing = _Listing.here()
    rows = []
    for row in lists.pools(listing.session.chain):
        amounts = (money.to_words(units // row.unit, row.currency) for units in (row.free, row.locked))
        named = listing.name("pool", row.address)
        insurer = listing.named_or("account", row.insurer)
        rows.append((named, f"{row.name} ({row.symbol})", *amounts, insurer, row.address))
        out.entry("pools", **asdict(row))
    _show(("name", "shares", "free", "locked", "insurer", "address"), rows, "There is no pool yet.")


@actor.action
def policies(
    pool: PoolFilter = None,
    holder: Annotated[str | None, address("only of this holder")] = None,
) -> None:
    """Lists the policies: days of cover, state, premium, pool.

    Example:
        salus list policies --pool family
    """
    listing = _Listing.here()
    rows = []
    for row in lists.policies(listing.session.chain, pool=pool, holder=holder):
        rows.append(
            (
                listing.name("policy", row.policy),
                f"{words_of(row.start)} to {words_of(row.end - 1)}",
                row.state,
                money.to_words(row.premium, row.currency),
                listing.named_or("pool", row.pool),
                f"0x{row.policy.hex()}",
            )
        )
        out.entry("policies", **asdict(row))
    _show(("name", "cover", "state", "premium", "pool", "policy"), rows, "There is no such policy.")


@actor.action
def claims(
    policy: PolicyFilter = None,
    provider: ProviderFilter = None,
    state: Annotated[str | None, Option(help=f"only claims that are {', '.join(_STATES)}")] = None,
) -> None:
    """Lists the claims: day of service, amounts, state and reasons.

    Example:
        salus list claims --provider lakeside --state held
    """
    if state is not None and state not in _STATES:
        raise CallError("is no state of a claim", field="state", remedy=f"give {', '.join(_STATES)}")
    listing = _Listing.here()
    rows = []
    for row in lists.claims(
        listing.session.chain,
        policy=policy,
        provider=provider,
        status=_STATES[state] if state else None,
    ):
        word = row.status.word
        if row.status is ClaimStatus.HELD:
            word += f" until {moment_words(row.release_at)}"
        rows.append(
            (
                words_of(row.service_from),
                money.to_words(row.billed, row.currency),
                money.to_words(row.paid, row.currency),
                word,
                " ".join(row.codes),
                listing.named_or("provider", row.provider),
                listing.name("policy", row.policy) or f"0x{row.policy.hex()[:8]}…",
                f"0x{row.claim.hex()[:16]}…",
            )
        )
        out.entry("claims", **asdict(row))
    heads = ("service", "billed", "plan pays", "state", "reasons", "provider", "policy", "claim")
    _show(heads, rows, "There is no such claim.")


@dataclass(frozen=True)
class _Listing:
    session: Session
    names: Names

    @classmethod
    def here(cls) -> _Listing:
        return cls(Session(), Names.load(Settings.current().names))

    def name(self, kind: str, value: Any) -> str:
        """The user's name; empty if there is none."""
        return self.names.name_of(kind, value, self.session.chain.chain_id) or ""

    def named_or(self, kind: str, value: Any) -> str:
        return self.name(kind, value) or str(value)


def _show(heads: tuple[str, ...], rows: list[tuple[Any, ...]], nothing: str) -> None:
    """Columns side by side; nothing is cut, so that an address can be copied."""
    if not rows:
        out.print(nothing)
        return
    lines = [heads, *(tuple(map(str, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        out.print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip(),
            markup=False,
        )
