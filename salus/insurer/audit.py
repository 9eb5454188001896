"""Many claims held against their sealed records: what `recheck` finds of each, and what only shows when they
lie side by side.

A record names its patient and its bill by the provider's own ids; the chain names member and bill line by
blinded ones. Nobody but the provider can compute one from the other, but they must go together: one bill is
one bill line, one member is one patient. A record that was attested for several bill lines, or a patient
under whose records several members were billed, passes each recheck alone and is found here.

    issued     PolicyIssued of a pool ─┐
    enrolments the holders' letters   ─┴► Portfolio: the membership behind each claim
    decided    ClaimDecided, less what was withdrawn: `standing`
    records    sealed files by their hash
               └► `audit`: differences by claim, and links between claims that must not be

What remains: a patient with several policies stands behind a member of each, which no record tells from
another person's; such links are set apart, to be looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain as joined

from salus.base.errors import CardError, RecordError
from salus.chain.events import ClaimDecided, ClaimWithdrawn
from salus.chain.suite import Chain
from salus.cover.membership import Membership
from salus.crypto.records import RecordKey
from salus.insurer.recheck import Recheck, recheck
from salus.types import Diagnosis

RecordOf = Callable[[bytes], bytes | None]
"""The sealed file of a record hash, if there is one."""
MemberOf = Callable[[ClaimDecided], Membership | None]
"""The membership behind a claim, if it is known."""


class Fault(Enum):
    """Why a claim could not be rechecked."""

    NO_RECORD = "its sealed record is missing"
    NO_MEMBER = "its member is in no enrolment"
    UNREADABLE = "its record cannot be opened, or gives no bill line"


class Link(Enum):
    """What several claims have in common that they must not have."""

    SEVERAL_LINES = "one bill of the records stands behind several bill lines"
    SEVERAL_BILLS = "one bill line has the records of several bills"
    SEVERAL_MEMBERS = "the records of one patient stand behind several members of a policy"
    SEVERAL_PATIENTS = "one member has the records of several patients"
    SEVERAL_POLICIES = "the records of one patient stand behind members of several policies"
    """As it should be if they are one person."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, and what its record says of it."""

    event: ClaimDecided
    found: Recheck | Fault

    @property
    def differing(self) -> tuple[str, ...]:
        """Fields that are not what the record gives, by their names in Solidity."""
        if isinstance(self.found, Fault):
            return ()
        return tuple(difference.field for difference in self.found.differences)


@dataclass(frozen=True, slots=True)
class Linked:
    """Claims that are linked, oldest first."""

    link: Link
    events: tuple[ClaimDecided, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found."""

    checked: tuple[Checked, ...]
    linked: tuple[Linked, ...]
    """Links that must not be."""
    to_look_at: tuple[Linked, ...]
    """Links that may be rightful."""

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Fields that no single record could confirm, by their names in Solidity."""
        found = joined.from_iterable(
            one.found.unchecked for one in self.checked if isinstance(one.found, Recheck)
        )
        return tuple(dict.fromkeys(found))

    @property
    def passed(self) -> bool:
        """Whether every claim was rechecked, and nothing differs."""
        sound = all(isinstance(one.found, Recheck) and one.found.passed for one in self.checked)
        return sound and not self.linked

    def check(self) -> None:
        """Raises RecordError, which says how many claims are at fault, unless the audit passed."""
        if self.passed:
            return
        differing = sum(bool(one.differing) for one in self.checked)
        not_rechecked = sum(isinstance(one.found, Fault) for one in self.checked)
        linked = {(event.block, event.log_index) for link in self.linked for event in link.events}
        parts = (
            (differing, "differ from their records" if differing > 1 else "differs from its record"),
            (not_rechecked, "could not be rechecked"),
            (len(linked), "contradict each other"),
        )
        counted = [f"{count} claim{'s' * (count != 1)} {words}" for count, words in parts if count]
        raise RecordError(", ".join(counted), remedy="ask the providers")


def claims_of(chain: Chain, membership: Membership) -> list[ClaimDecided]:
    """The member's decided claims under the policy, without those that were withdrawn."""
    policy = membership.policy_id
    decided = (
        event
        for event in chain.past(ClaimDecided, policy=policy)
        if event.service.member == membership.commitment
    )
    return standing(decided, chain.past(ClaimWithdrawn, policy=policy))


def standing(decided: Iterable[ClaimDecided], withdrawn: Iterable[ClaimWithdrawn]) -> list[ClaimDecided]:
    """The decisions that no later withdrawal of the claim has taken back."""
    last = {event.claim: (event.block, event.log_index) for event in withdrawn}
    return [event for event in decided if (event.block, event.log_index) > last.get(event.claim, (-1, -1))]


def audit(
    decided: Iterable[ClaimDecided], *, record_of: RecordOf, member_of: MemberOf, key: RecordKey
) -> Audit:
    """Rechecks every claim, then compares what the records say of patients and bills. `key` opens them."""
    checked = tuple(_check(event, record_of, member_of, key) for event in decided)
    pairs = [(one.event, one.found) for one in checked if isinstance(one.found, Recheck)]
    links: list[Linked] = []
    for found in _links(pairs):
        if found not in links:
            links.append(found)
    return Audit(
        checked,
        tuple(one for one in links if one.link is not Link.SEVERAL_POLICIES),
        tuple(one for one in links if one.link is Link.SEVERAL_POLICIES),
    )


def _check(event: ClaimDecided, record_of: RecordOf, member_of: MemberOf, key: RecordKey) -> Checked:
    sealed = record_of(event.service.record)
    if sealed is None:
        return Checked(event, Fault.NO_RECORD)
    try:
        membership = member_of(event)
    except CardError:
        membership = None
    if membership is None:
        return Checked(event, Fault.NO_MEMBER)
    try:
        return Checked(event, recheck(_diagnosis(event), sealed, key, membership))
    except RecordError:
        return Checked(event, Fault.UNREADABLE)


def _diagnosis(event: ClaimDecided) -> Diagnosis:
    """The diagnosis as it was attested, put together from the event."""
    service = event.service
    return Diagnosis(
        policy=event.policy,
        member=service.member,
        benefit=service.benefit,
        bill_line=event.bill_line,
        case_id=service.case_id,
        record=service.record,
        revision=service.revision,
        service_from=service.from_,
        service_to=service.to,
        units=service.units,
        billed=service.billed,
        currency=service.currency,
        flags=service.flags,
    )


Pair = tuple[ClaimDecided, Recheck]


def _links(pairs: list[Pair]) -> Iterator[Linked]:
    """Every set of claims in which one thing goes with several others."""
    for link, one, others in (
        (Link.SEVERAL_LINES, _content, _line),
        (Link.SEVERAL_LINES, _bill, _line),
        (Link.SEVERAL_BILLS, _line, _bill),
        (Link.SEVERAL_MEMBERS, lambda p: (p[0].policy, *_patient(p)), _member),
        (Link.SEVERAL_PATIENTS, lambda p: (p[0].provider, _member(p)), _patient),
        (Link.SEVERAL_POLICIES, _patient, lambda p: p[0].policy),
    ):
        yield from _several(link, pairs, one, others)


def _several(
    link: Link,
    pairs: list[Pair],
    one: Callable[[Pair], Hashable],
    others: Callable[[Pair], Hashable],
) -> Iterator[Linked]:
    groups: dict[Hashable, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(one(pair), []).append(pair)
    for group in groups.values():
        if len({others(pair) for pair in group}) > 1:
            yield Linked(link, tuple(event for event, _ in group))


def _content(pair: Pair) -> Hashable:
    return pair[1].content


def _bill(pair: Pair) -> tuple[int, str]:
    return pair[0].provider, pair[1].claim


def _line(pair: Pair) -> tuple[int, bytes]:
    return pair[0].provider, pair[0].bill_line


def _patient(pair: Pair) -> tuple[int, str]:
    return pair[0].provider, pair[1].patient


def _member(pair: Pair) -> bytes:
    return pair[0].service.member
