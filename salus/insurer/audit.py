"""Compares many claims with their sealed records, one by one and with each other.

`recheck` compares each claim with its record. Some errors show only across claims. A record identifies its
patient and its bill by the provider's ids; the chain identifies member and bill line by blinded ids. Only the
provider can compute one from the other, but they must match one to one: one bill is one bill line, and one
member is one patient. A record attested for several bill lines passes each recheck, and so do the records of
one patient that were used for several members. The audit finds both.

    issued     PolicyIssued events of a pool        ─┐
    enrolments the files that the holders have sent ─┴► Portfolio: the membership behind each claim
    decided    ClaimDecided events without withdrawn claims: `without_withdrawn`
    records    sealed files by their hash
               └► `audit`: differences by claim, and links between claims that must not exist

One case remains: a patient with several policies has a member in each of them. A record cannot show whether
both members are the same person. Such links are listed separately, for a person to check.
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
"""Returns the sealed file with a record hash, or None."""
MemberOf = Callable[[ClaimDecided], Membership | None]
"""Returns the membership behind a claim, or None if it is unknown."""


class Fault(Enum):
    """The reason why a claim cannot be rechecked."""

    NO_RECORD = "its sealed record is missing"
    NO_MEMBER = "its member is in no enrolment"
    OTHER_KEY = "its record cannot be opened with this key: it was sealed to others, or is damaged"
    UNREADABLE = "its record does not give exactly one bill line"


class Link(Enum):
    """A match between several claims that should not exist."""

    SEVERAL_LINES = "one bill in the records was filed as several bill lines"
    SEVERAL_BILLS = "one bill line has records of several bills"
    SEVERAL_MEMBERS = "records of one patient were used for several members of a policy"
    SEVERAL_PATIENTS = "one member has records of several patients"
    NIGHTS_TWICE = "several bills of one stay have the same nights"
    SEVERAL_POLICIES = "records of one patient were used for members of several policies"
    """This is correct if the members are the same person."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, and the result of comparing it with its record."""

    event: ClaimDecided
    result: Recheck | Fault

    @property
    def differing(self) -> tuple[str, ...]:
        """Returns the fields that differ from the record, by their names in Solidity."""
        if isinstance(self.result, Fault):
            return ()
        return tuple(difference.field for difference in self.result.differences)


@dataclass(frozen=True, slots=True)
class Linked:
    """Claims with a link, oldest first."""

    link: Link
    events: tuple[ClaimDecided, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """The findings of an audit."""

    checked: tuple[Checked, ...]
    linked: tuple[Linked, ...]
    """Links that must not exist."""
    to_look_at: tuple[Linked, ...]
    """Links that may be correct, for a person to check."""

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Returns the fields that no single record can confirm, by their names in Solidity."""
        fields = joined.from_iterable(
            claim.result.unchecked for claim in self.checked if isinstance(claim.result, Recheck)
        )
        return tuple(dict.fromkeys(fields))

    @property
    def passed(self) -> bool:
        """Returns whether every claim was rechecked without a difference or a link."""
        all_passed = all(isinstance(claim.result, Recheck) and claim.result.passed for claim in self.checked)
        return all_passed and not self.linked

    def check(self) -> None:
        """Raises RecordError, which says how many claims are at fault, unless the audit passed."""
        if self.passed:
            return
        differing = sum(bool(claim.differing) for claim in self.checked)
        not_rechecked = sum(isinstance(claim.result, Fault) for claim in self.checked)
        linked = {event.place for link in self.linked for event in link.events}
        parts = (
            (differing, "differ from their records" if differing > 1 else "differs from its record"),
            (not_rechecked, "could not be rechecked"),
            (len(linked), "contradict each other"),
        )
        counted = [f"{count} claim{'s' * (count != 1)} {words}" for count, words in parts if count]
        raise RecordError(", ".join(counted), remedy="ask the providers")


def claims_of(chain: Chain, membership: Membership) -> list[ClaimDecided]:
    """Returns the member's decided claims under the policy, without withdrawn ones."""
    policy = membership.policy_id
    decided = (
        event
        for event in chain.past(ClaimDecided, policy=policy)
        if event.service.member == membership.commitment
    )
    return without_withdrawn(decided, chain.past(ClaimWithdrawn, policy=policy))


def without_withdrawn(
    decided: Iterable[ClaimDecided], withdrawn: Iterable[ClaimWithdrawn]
) -> list[ClaimDecided]:
    """Returns the decisions whose claim was not withdrawn afterwards."""
    last = {event.claim: event.place for event in withdrawn}
    return [event for event in decided if event.place > last.get(event.claim, (-1, -1))]


def audit(
    decided: Iterable[ClaimDecided], *, record_of: RecordOf, member_of: MemberOf, key: RecordKey
) -> Audit:
    """Rechecks every claim, then compares patients and bills across claims. `key` opens the records."""
    checked = tuple(_check(event, record_of, member_of, key) for event in decided)
    pairs = [(claim.event, claim.result) for claim in checked if isinstance(claim.result, Recheck)]
    links = list(dict.fromkeys(_links(pairs)))
    return Audit(
        checked,
        tuple(linked for linked in links if linked.link is not Link.SEVERAL_POLICIES),
        tuple(linked for linked in links if linked.link is Link.SEVERAL_POLICIES),
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
        return Checked(event, Fault.UNREADABLE if key.opens(sealed) else Fault.OTHER_KEY)


def _diagnosis(event: ClaimDecided) -> Diagnosis:
    """Restores the attested diagnosis from the event."""
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
    """Yields every set of claims that belong to one thing, such as a bill, but to several of another."""
    for link, key, other_key in (
        (Link.SEVERAL_LINES, _content, _line),
        (Link.SEVERAL_LINES, _bill, _line),
        (Link.SEVERAL_BILLS, _line, _bill),
        (Link.SEVERAL_MEMBERS, lambda p: (p[0].policy, *_patient(p)), _member),
        (Link.SEVERAL_PATIENTS, lambda p: (p[0].provider, _member(p)), _patient),
        (Link.SEVERAL_POLICIES, _patient, lambda p: p[0].policy),
    ):
        yield from _several(link, pairs, key, other_key)
    yield from _nights_twice(pairs)


def _nights_twice(pairs: list[Pair]) -> Iterator[Linked]:
    """Claims by night whose nights of one stay overlap, under one policy, member and benefit."""
    stays: dict[Hashable, list[ClaimDecided]] = {}
    for event, found in pairs:
        service = event.service
        stay = (event.provider, event.policy, service.member, service.benefit, service.case_id)
        if found.by_night:
            stays.setdefault(stay, []).append(event)
    for events in stays.values():
        shared = [
            event
            for event in events
            if any(
                other is not event
                and event.service.from_ < other.service.to
                and other.service.from_ < event.service.to
                for other in events
            )
        ]
        if shared:
            yield Linked(Link.NIGHTS_TWICE, tuple(shared))


def _several(
    link: Link,
    pairs: list[Pair],
    key: Callable[[Pair], Hashable],
    other_key: Callable[[Pair], Hashable],
) -> Iterator[Linked]:
    groups: dict[Hashable, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(key(pair), []).append(pair)
    for group in groups.values():
        if len({other_key(pair) for pair in group}) > 1:
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
