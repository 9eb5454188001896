"""What is measured in gas: one function for each figure, each on a chain that knows none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.stage import IMAGING, MATERNITY, VISIT, Stage
from salus.types import SkipReason
from tests.support.craft import AUTO_PAY_LIMIT, DAY, Sold

LINES = 100
Scenario = Callable[[Stage], int]
scenarios: dict[str, Scenario] = {}


def scenario(measure: Scenario) -> Scenario:
    """Names the figure after the function."""
    scenarios[measure.__name__] = measure
    return measure


def measured(stage: Stage) -> Iterator[tuple[str, int]]:
    """Each figure, as it is measured."""
    for name, measure in scenarios.items():
        with stage.undone():
            gas = measure(stage)
        yield name, gas


@scenario
def claim_paid_existing(stage: Stage) -> int:
    """One line, paid; the payee has tokens, the policy has had a claim."""
    return second_claim(stage, stage.sell())


@scenario
def claim_paid_fresh(stage: Stage) -> int:
    """One line, paid; the payee has no token, the policy has had a claim."""
    sold = stage.sell()
    stage.file(sold.line(1))
    stage.empty(sold.terms.payee)
    return paid(stage, sold, VISIT)


@scenario
def claim_paid_first(stage: Stage) -> int:
    """The first claim of a policy whose payee has no token."""
    return paid(stage, stage.sell(), VISIT)


@scenario
def claim_paid_family(stage: Stage) -> int:
    """As claim_paid_existing, under a policy of four members."""
    return second_claim(stage, stage.sell(members=4))


@scenario
def claim_paid_group(stage: Stage) -> int:
    """As claim_paid_existing, with limits of a group of benefits to count."""
    return second_claim(stage, stage.sell(), IMAGING)


@scenario
def claim_paid_any_consent(stage: Stage) -> int:
    """As claim_paid_existing, with consent to any provider instead of this one."""
    return second_claim(stage, stage.sell(provider=0))


@scenario
def claim_batch100_per_line(stage: Stage) -> int:
    """A hundred lines on a hundred policies in one call, each as claim_paid_existing; gas of one."""
    return batch(stage, fresh=False)


@scenario
def claim_batch100_fresh_per_line(stage: Stage) -> int:
    """As claim_batch100_per_line, and no payee has a token."""
    return batch(stage, fresh=True)


@scenario
def claim_denied(stage: Stage) -> int:
    """One line, denied: within the waiting period."""
    sold = stage.sell()
    stage.file(sold.line(1))
    filed = stage.file(sold.line(2, benefit=MATERNITY))
    expect(stage.decision(filed).status.name, "DENIED")
    return int(filed.gas_used)


@scenario
def claim_held(stage: Stage) -> int:
    """One line, held: above the automatic payment."""
    sold = stage.sell()
    stage.file(sold.line(1))
    filed = stage.file(sold.line(2, billed=2 * AUTO_PAY_LIMIT))
    expect(stage.decision(filed).status.name, "HELD")
    return int(filed.gas_used)


@scenario
def claim_settled(stage: Stage) -> int:
    """A held claim, settled after its review; the payee has tokens."""
    sold = stage.sell()
    stage.file(sold.line(1))
    line = sold.line(2, billed=2 * AUTO_PAY_LIMIT)
    held = stage.decision(stage.file(line))
    stage.travel(held.release_at)
    settled = stage.transact(stage.world.desk.settle, stage.world.claim(line), held.as_tuple())
    expect("ClaimPaid" in settled.events, True)
    return int(settled.gas_used)


@scenario
def claim_skipped(stage: Stage) -> int:
    """One line, skipped at the last look: no consent."""
    sold = stage.draft()
    stage.issue(sold)
    stage.begin(sold)
    filed = stage.file(sold.line())
    expect(filed.events["ClaimSkipped"]["reason"], SkipReason.NO_CONSENT)
    return int(filed.gas_used)


@scenario
def policy_issue(stage: Stage) -> int:
    """A policy; pool, payer and holder had one before. The allowance is the premium; the payer has more."""
    holder = stage.world.holder.address
    first, second = stage.draft(0, holder=holder), stage.draft(1, holder=holder)
    stage.issue(first)
    return issue(stage, second)


@scenario
def policy_issue_new_holder(stage: Stage) -> int:
    """As policy_issue, to a holder who had none."""
    stage.issue(stage.draft(0))
    return issue(stage, stage.draft(1))


@scenario
def close(stage: Stage) -> int:
    """A policy whose time is over, another one open."""
    sold, other = stage.draft(0), stage.draft(1)
    stage.issue(sold, other)
    stage.consent(sold)
    stage.begin(sold)
    stage.file(sold.line())
    book = stage.world.book
    stage.travel(book.closableAt(sold.terms.as_tuple()) + DAY)
    return int(stage.transact(book.close, sold.terms.as_tuple()).gas_used)


def issue(stage: Stage, sold: Sold) -> int:
    stage.allow(sold.terms.premium * stage.world.unit)
    (gas,) = stage.issue(sold)
    return gas


def second_claim(stage: Stage, sold: Sold, benefit: int = VISIT) -> int:
    stage.file(sold.line(1, benefit=benefit))
    return paid(stage, sold, benefit)


def paid(stage: Stage, sold: Sold, benefit: int) -> int:
    filed = stage.file(sold.line(2, benefit=benefit))
    expect(stage.decision(filed).status.name, "PAID")
    return int(filed.gas_used)


def batch(stage: Stage, *, fresh: bool) -> int:
    policies = [stage.draft(number) for number in range(LINES)]
    stage.issue(*policies)
    stage.consent(*policies)
    stage.begin(policies[0])
    stage.file(*(sold.line((1, number)) for number, sold in enumerate(policies)))
    if fresh:
        for sold in policies:
            stage.empty(sold.terms.payee)
    filed = stage.file(*(sold.line((2, number)) for number, sold in enumerate(policies)))
    expect(len(filed.events["ClaimDecided"]), LINES)
    expect(len(filed.events["Transfer"]), LINES)
    return int(filed.gas_used) // LINES


def expect(found: object, wanted: object) -> None:
    """A figure of something else than its name says must not be written down."""
    if found != wanted:
        raise AssertionError(f"expected {wanted}, got {found}")
