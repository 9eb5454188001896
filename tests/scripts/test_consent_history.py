"""salus.chain.consent_history, against the contract

given consents for one and for any provider, given, replaced and withdrawn over many days, in any order
    on each day and for each provider and purpose, the replayed history should answer as the registry does
"""

from __future__ import annotations

import random

from brownie import accounts, chain

from salus.chain import consents
from salus.chain.consent_history import ConsentHistory
from salus.types import Purpose
from tests.scripts.conftest import DAY, Clinic

MEMBER = b"\7" * 32


def test_answers_as_the_registry(clinic: Clinic) -> None:
    draw, registry, signer = random.Random(8), clinic.suite.consents, accounts[8]
    start = clinic.now() // DAY
    registry.give(MEMBER, 0, 3, start, start + 40, {"from": signer})
    for _ in range(24):
        chain.mine(timestamp=clinic.now() + draw.choice([60, DAY, 3 * DAY]))
        provider, today = draw.randrange(3), clinic.now() // DAY
        if draw.random() < 0.3:
            registry.withdraw(MEMBER, provider, {"from": signer})
        else:
            first = today + draw.randrange(-5, 6)
            last = first + draw.randrange(20)
            registry.give(MEMBER, provider, draw.randrange(1, 16), first, last, {"from": signer})

    history = ConsentHistory.of_member(clinic.chain, signer=signer.address, member=MEMBER)

    facts = {"signer": signer.address, "member": MEMBER}
    answers = set()
    for day in range(start - 6, clinic.now() // DAY + 26, 2):
        for provider in (1, 2, 3):
            for purpose in (Purpose.FILE, Purpose.RESEARCH):
                asked = {"provider": provider, "day": day, "purpose": purpose}
                expected = consents.in_force(clinic.chain, **facts, **asked)
                assert history.in_force(**asked) == expected, asked
                answers.add(expected)
    assert answers == {True, False}
