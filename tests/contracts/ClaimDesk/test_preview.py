"""preview

├── when the line would be decided
│   ├── it should return the same decision as filing: paid, held, denied, duplicate
│   └── it should write nothing
├── when the line would be skipped
│   └── it should return the reason, and no decision
├── when the attestation is unsigned, not in force, signed by no valid key, or of a withdrawn root
│   └── it should still answer
├── when the pool is short
│   └── it should return Paid, because only filing shows whether the pool can pay
└── when the desk is retired
    └── it should revert, as filing does

SPECIFICATION F15.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from salus.crypto.abi import ZERO_ADDRESS
from salus.types import FLAG_EMERGENCY, ClaimStatus, Line, SkipReason
from tests.support import craft
from tests.support.answers import refuses
from tests.support.claims import account, ledger, plain, preview
from tests.support.craft import AUTO_PAY_LIMIT, DAY, HOSPITAL_CASH, IMAGING, MATERNITY, Sold, word
from tests.support.poison import POISON
from tests.support.world import World, decision


def duplicate(world: World, sold: Sold) -> Line:
    world.file(sold.line())
    return sold.line(units=2)


LINES: dict[str, tuple[ClaimStatus, Callable[[World, Sold], Line]]] = {
    "paid": (ClaimStatus.PAID, lambda world, sold: sold.line(benefit=IMAGING)),
    "paid nothing": (ClaimStatus.PAID, lambda world, sold: sold.line(billed=1)),
    "a stay": (
        ClaimStatus.PAID,
        lambda world, sold: sold.line(
            benefit=HOSPITAL_CASH, day=sold.terms.start, service_to=sold.terms.start + 5
        ),
    ),
    "held": (ClaimStatus.HELD, lambda world, sold: sold.line(billed=3 * AUTO_PAY_LIMIT)),
    "emergency": (ClaimStatus.HELD, lambda world, sold: sold.line(flags=FLAG_EMERGENCY)),
    "denied": (ClaimStatus.DENIED, lambda world, sold: sold.line(benefit=MATERNITY)),
    "duplicate": (ClaimStatus.DENIED, duplicate),
}


@pytest.mark.parametrize("name", LINES)
def test_answers_what_filing_decides(world: World, sold: Sold, name: str) -> None:
    status, prepare = LINES[name]
    line = prepare(world, sold)

    reason, previewed = preview(world, line)
    now = world.now()
    filed = world.file(line)

    made = decision(filed)
    later = filed.timestamp - now if status is ClaimStatus.HELD else 0
    assert (reason, previewed.status) == (SkipReason.NONE, status)
    assert replace(previewed, release_at=previewed.release_at + later) == made


def test_writes_nothing(world: World, sold: Sold) -> None:
    line = sold.line()
    before = account(world, line), ledger(world), world.status(line)

    preview(world, line)

    assert (account(world, line), ledger(world), world.status(line)) == before


def test_answers_why_it_would_be_skipped(world: World, sold: Sold) -> None:
    nothing = (0, bytes(32), bytes(32), ZERO_ADDRESS, ZERO_ADDRESS, bytes(32), 0, (0,) * 10)
    for reason, poison in POISON.values():
        filing = poison(world, sold)

        answer = world.desk.preview(filing.attestation.as_tuple(), filing.lines[0].as_tuple())

        assert plain(answer) == (reason, nothing), poison


@pytest.mark.parametrize("second", [0, 2**63])
def test_asks_for_no_live_attestation(world: World, sold: Sold, second: int) -> None:
    filing = world.attest([sold.line()], attestor=craft.signer("nobody"), expires_at=second)
    root = filing.attestation.root
    world.desk.withdrawRoot(world.provider, root, {"from": world.hospital})

    reason, made = world.desk.preview(filing.attestation.as_tuple(), filing.lines[0].as_tuple())

    assert (reason, made[0]) == (SkipReason.NONE, ClaimStatus.PAID)


def test_asks_for_a_signature_after_the_service(world: World, sold: Sold) -> None:
    line = sold.line()
    early = (line.diagnosis.service_to - 1) * DAY

    assert preview(world, line, issued_at=early)[0] is SkipReason.NOT_YET_SERVED


def test_answers_paid_where_it_will_be_owed(world: World) -> None:
    sold = world.sell(payees=[world.pool.address], salt=word("unpayable"))

    assert preview(world, sold.line())[1].status is ClaimStatus.PAID
    assert decision(world.file(sold.line())).status is ClaimStatus.OWED


def test_refuses_where_the_desk_is_retired(world: World, sold: Sold) -> None:
    world.providers.retireDesk(world.desk, {"from": world.governor})

    with refuses("NotDesk", world.desk):
        preview(world, sold.line())
    with refuses("NotDesk", world.desk):
        world.file(sold.line())
