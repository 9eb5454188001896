"""The packed facts of a `ClaimDecided` event, opened: what contracts/libraries/ClaimEvents.sol packs.

Packed, a decision costs a third of what a word for each fact would. With `ClaimFacts` in
contracts/types/Claim.sol this is the one place that knows the layout.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from salus.base.errors import ChainError
from salus.types import Account, ClaimStatus, Decision, GroupUse, Remittance, Service

_WORDS = 6
_LAYOUT = struct.Struct(">7xBQQQ 9xBBIIHQ3s 4Q 4Q 8xQIQI 7s7s7s7sHH")
"""The six words of `ClaimFacts`: times, service, shares, cuts, sums, account. Each number at its natural
width, big-endian, after the bytes that a word leaves unused."""


class Facts(NamedTuple):
    """A decision, what was served, and the counters after it."""

    decision: Decision
    service: Service
    account: Account
    use: GroupUse


def unpack(keys: Mapping[str, Any], words: Sequence[int]) -> Facts:
    """The facts of an event: `keys` is its `ClaimKeys` by Solidity name, `words` its `ClaimFacts` in order.

    Raises ChainError for another layout.

    >>> hashes = ("member", "benefit", "caseId", "record", "diagnosis", "group", "codes")
    >>> keys = dict.fromkeys(hashes, bytes(32)) | {"pool": "0x" + "c0" * 20, "payee": "0x" + "ab" * 20}
    >>> times = 2 << 192 | 1_750_000_000 << 64 | 1_750_003_600
    >>> service = 20_249 << 136 | 20_249 << 104 | 1 << 88 | 100_00 << 24 | int.from_bytes(b"USD")
    >>> shares, sums, account = 100_00 << 192 | 20_00 << 64, 80_00 << 128, 80_00 << 200 | 20_00 << 32 | 1
    >>> facts = unpack(keys, [times, service, shares, 0, sums, account])
    >>> facts.decision.status.name, facts.decision.remittance.coinsurance, facts.account.paid
    ('PAID', 2000, 8000)
    """
    if len(words) != _WORDS:
        raise ChainError(
            f"ClaimDecided carries {len(words)} words of facts instead of {_WORDS}",
            remedy="use the version of salus that the contracts came with",
        )
    values = _LAYOUT.unpack(b"".join(word.to_bytes(32, "big") for word in words))
    status, release_at, issued_at, decided_at = values[:4]
    revision, flags, start, end, units, billed, currency = values[4:11]
    group_paid, group_units, *counters, closed, issued = values[21:]
    decision = Decision(
        status=ClaimStatus(status),
        packed_codes=bytes(keys["codes"]),
        diagnosis=bytes(keys["diagnosis"]),
        pool=keys["pool"],
        payee=keys["payee"],
        group=bytes(keys["group"]),
        release_at=release_at,
        remittance=Remittance.from_tuple(values[11:21]),
    )
    service = Service(
        member=bytes(keys["member"]),
        benefit=bytes(keys["benefit"]),
        case_id=bytes(keys["caseId"]),
        record=bytes(keys["record"]),
        revision=revision,
        flags=flags,
        from_=start,
        to=end,
        units=units,
        billed=billed,
        currency=currency.decode("ascii"),
        issued_at=issued_at,
        decided_at=decided_at,
    )
    sums = (int.from_bytes(value, "big") for value in counters)
    account = Account.from_tuple((*sums, bool(issued), bool(closed)))
    return Facts(decision, service, account, GroupUse(paid=group_paid, units=group_units))
