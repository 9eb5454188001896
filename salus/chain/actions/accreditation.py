"""The accreditor's and the sentinel's actions, and those of a provider's admin on its own keys."""

from __future__ import annotations

from salus.base.days import moment_words, period_words, words_of
from salus.chain.sending import Action
from salus.chain.suite import Chain, Pool


def accredit(chain: Chain, *, admin: str, from_: int, until: int, licence: bytes) -> Action:
    """Accredits a new provider. `until` is the first civil day without; `licence` is the licence's hash."""
    return Action(
        "ProviderRegistry",
        chain.providers.functions.accredit(admin, from_, until, licence),
        (f"Accredit a new provider, {period_words(from_, until)}.", f"Its admin account is {admin}."),
    )


def renew(chain: Chain, *, provider: int, from_: int, until: int, licence: bytes) -> Action:
    """Extends an accreditation, or opens a new window after a gap. `until` is the first day without."""
    return Action(
        "ProviderRegistry",
        chain.providers.functions.renew(provider, from_, until, licence),
        (f"Renew the accreditation of provider {provider}, {period_words(from_, until)}.",),
    )


def end(chain: Chain, *, provider: int, until: int) -> Action:
    """Ends an accreditation; `until` is the first civil day without it."""
    return Action(
        "ProviderRegistry",
        chain.providers.functions.endAccreditation(provider, until),
        (
            f"End the accreditation of provider {provider}: {words_of(until - 1)} is its last day.",
            "Care given before stays payable.",
        ),
    )


def suspend(chain: Chain, *, provider: int, suspended: bool) -> Action:
    """Sends a provider's new lines to review, or ends that."""
    words = "Hold every new line of" if suspended else "Stop holding every new line of"
    return Action(
        "ProviderRegistry",
        chain.providers.functions.setSuspended(provider, suspended),
        (f"{words} provider {provider} for review.",),
    )


def set_admin(chain: Chain, *, provider: int, admin: str) -> Action:
    """Names another admin for a provider."""
    old = chain.providers.functions.providerOf(provider).call()[0]
    return Action(
        "ProviderRegistry",
        chain.providers.functions.setAdmin(provider, admin),
        (f"Change the admin of provider {provider} from {old} to {admin}.",),
    )


def safe_mode(chain: Chain, *, desk: str | None = None) -> Action:
    """Holds every new line of every provider for seven days, at the suite's claim desk or at another."""
    at = f" at the desk {desk}" if desk else ""
    return Action(
        "ProviderRegistry",
        chain.providers.functions.enterSafeMode(desk or chain.desk.address),
        (
            f"Hold every new claim of every provider for review{at}, for seven days.",
            "Nothing due is delayed.",
        ),
    )


def add_key(chain: Chain, *, provider: int, attestor: str, from_: int, until: int) -> Action:
    """Adds a seal key. `until` is the first second at which it may not sign."""
    return Action(
        "ProviderRegistry",
        chain.providers.functions.addKey(provider, attestor, from_, until),
        (
            f"Let the key {attestor} sign attestations of provider {provider}",
            f"from {moment_words(from_)} on. That ends at {moment_words(until)}.",
        ),
    )


def revoke_key(chain: Chain, *, provider: int, attestor: str) -> Action:
    """Kills a seal key for good."""
    return Action(
        "ProviderRegistry",
        chain.providers.functions.revokeKey(provider, attestor),
        (
            f"Revoke the key {attestor} of provider {provider}, for good.",
            "Nothing that it signed and nobody has filed can be filed any more.",
        ),
    )


def set_daily_cap(pool: Pool, *, provider: int, limit: int) -> Action:
    """Sets what a pool pays a provider without review on one UTC day, minor units; 0 holds everything."""
    chain = pool.chain
    old = chain.providers.functions.dailyCapOf(pool.address, provider).call()[0]
    return Action(
        "ProviderRegistry",
        chain.providers.functions.setDailyCap(pool.address, provider, limit),
        (
            f"Let pool {pool.address} pay provider {provider} up to {pool.words(limit)} a day without review",
            f"(now: {pool.words(old)}).",
        ),
    )
