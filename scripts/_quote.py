"""What must hold before an insurer signs a quote: that it can be issued, and writes over nothing of worth."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from salus.base.days import latest_day, words_of
from salus.base.errors import PolicyError
from salus.chain import Chain, Pool, policies
from salus.cover.policy import PolicyFile
from salus.types import Policy
from scripts._signed import QUOTE


def check_open(pool: Pool, terms: Policy) -> None:
    """That the policy could be issued now: a quote that is closed when it is signed is worth nothing."""
    if terms.start <= latest_day(pool.chain.now()):
        raise PolicyError(
            f"{words_of(terms.start)} has begun somewhere on earth, and no policy is issued after its start",
            field="start",
            remedy="name a later day",
        )
    if terms.currency != pool.currency:
        raise PolicyError(
            f"is in {pool.currency}, and the benefit table in {terms.currency}",
            field="pool",
            remedy="name a pool in the table's currency",
        )


def kept(chain: Chain, path: Path, drawn: PolicyFile) -> PolicyFile:
    """The policy as an earlier run has written it, so that signed again it is one policy and not two: each
    that is drawn up has a salt of its own. Raises PolicyError if the file holds anything else, or a policy
    that is issued."""
    if not path.exists():
        return drawn
    found = None
    with suppress(PolicyError):
        found = PolicyFile.load(path)
    if found is None or replace(drawn, terms=replace(drawn.terms, salt=found.terms.salt)) != found:
        raise PolicyError("is there, and is not this policy", file=str(path), remedy=_elsewhere("policy"))
    if policies.is_issued(chain, found.policy_id):
        raise PolicyError("is issued already", file=str(path), remedy=_elsewhere("policy"))
    return found


def check_quote_file(path: Path, policy: bytes) -> None:
    """That a quote of another policy is not written over."""
    if path.exists():
        with suppress(PolicyError):
            if QUOTE.load(path).content.get("policy") == "0x" + policy.hex():
                return
        raise PolicyError(
            "is there, and is no quote of this policy", file=str(path), remedy=_elsewhere("quote")
        )


def _elsewhere(parameter: str) -> str:
    return f"name another file with {parameter}=…, or move this one away"
