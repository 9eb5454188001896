"""file, when the line is payable

given a live attestation and a policy with room
├── when the line is within every limit for automatic payment
│   ├── it should pay the member's payee exactly what the model says
│   ├── it should move the counters, and announce the remittance that balances
│   └── it should be known as paid
└── when the member names a payee
    └── it should pay that one
"""

from __future__ import annotations

from salus.chain.values import ClaimStatus
from tests.support import craft
from tests.support.craft import BILLED, DEDUCTIBLE
from tests.support.world import World, codes, decided


def test_pays_what_the_model_says(world: World) -> None:
    sold = world.sell()
    line = sold.line()
    coinsurance = (BILLED - DEDUCTIBLE) - (BILLED - DEDUCTIBLE) * 8_000 // 10_000
    paid = BILLED - DEDUCTIBLE - coinsurance
    pool_before = world.balance(world.pool)

    filed = world.file(line)

    (facts,) = decided(filed)
    remittance = facts.decision.remittance
    assert (remittance.deductible, remittance.coinsurance, remittance.paid) == (DEDUCTIBLE, coinsurance, paid)
    assert codes(filed) == ["1", "2"]
    assert world.balance(world.payee) == paid * world.unit
    assert world.balance(world.pool) == pool_before - paid * world.unit
    assert world.account(sold) == {
        "paid": paid,
        "reserved": 0,
        "deductible": DEDUCTIBLE,
        "outOfPocket": DEDUCTIBLE + coinsurance,
        "issued": True,
        "closed": False,
    }
    assert (facts.account.paid, facts.account.deductible) == (paid, DEDUCTIBLE)
    assert (facts.service.billed, facts.service.from_, facts.service.currency) == (
        BILLED,
        line.diagnosis.service_from,
        "USD",
    )
    assert facts.decision.diagnosis == line.diagnosis.hash_struct()
    assert world.status(line) == ClaimStatus.PAID


def test_pays_the_payee_that_the_member_names(world: World) -> None:
    child = craft.signer("child").address
    sold = world.sell(payees=[child])

    world.file(sold.line())

    assert world.balance(child) > 0
    assert world.balance(world.payee) == 0
