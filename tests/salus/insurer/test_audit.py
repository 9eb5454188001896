"""salus.audit: many claims compared with each other and with their records

given honest claims
    all should pass, and what no single record shows should be listed
given a claim whose fields differ from its record
    each such field should be reported, and nothing else
given one bill's record attested for several bill lines, sealed once or several times, by one provider or two
    those claims should be linked
given one bill line with the records of two bills
    those claims should be linked
given a patient's record attested for another member of the policy
    both the patient's claims and the member's should be linked
given a patient who is a member of several policies
    this should be listed separately, and nothing should fail
given a record that is missing, cannot be opened or contains no bill, or a member without enrolment
    that claim should not be rechecked, but the others should
given a claim that was withdrawn
    its last decision should count only if it came after the withdrawal
given policies, enrolments and tables
    a claim's membership should be found; a policy without enrolment or without its table should be named

SPECIFICATION X5.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from salus import fhir, product
from salus.base.errors import CardError, PolicyError, RecordError
from salus.chain.events import ClaimDecided, ClaimWithdrawn, PolicyIssued
from salus.claim.bill_line import BillLine
from salus.cover import enrolment
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant, EnrolledMember
from salus.cover.membership import Membership
from salus.cover.policy import PolicyFile, build_policy
from salus.crypto.records import RecordKey, seal
from salus.insurer.audit import Audit, Fault, Link, _nights_twice, audit, claims_of, without_withdrawn
from salus.insurer.portfolio import Portfolio
from salus.insurer.recheck import Recheck
from tests.support.decided import BOOK, DESK, FAMILY, POOL, SIGNER, START, Desk, memberships
from tests.support.fhir_bundles import claim, document, encounter, ref

READER = RecordKey.generate()
MOTHER, FATHER = memberships()
AT_WORK = memberships(annual_limit=20_000_00)[0]
"""The mother's membership in another policy."""
PLAN = MOTHER.table
DAY = {"start": "2026-03-10T09:00:00-05:00", "end": "2026-03-10T10:00:00-05:00"}


def record(number: str, patient: str) -> bytes:
    """Returns the hospital's record of a visit to the doctor."""
    bill = claim(id=number, patient=ref(f"Patient/{patient}"), billablePeriod=DAY)
    return document(bill, encounter(subject=ref(f"Patient/{patient}"), period=DAY))


@dataclass
class Ward:
    """A hospital that attests whatever a test asks, and the folder of its sealed records."""

    desk: Desk = field(default_factory=Desk)
    decided: list[ClaimDecided] = field(default_factory=list)
    sealed: dict[bytes, bytes] = field(default_factory=dict)

    def bill(self, member: Membership, number: str, patient: str, provider: int = 1, **lies: Any) -> None:
        """Seals the record of a bill and attests it, with some fields changed."""
        (line,) = fhir.read(record(number, patient), PLAN, profile=fhir.OPEN, today=START + 365)
        assert isinstance(line, BillLine)
        made = seal(line.record, [READER.recipient])
        event = self.desk.file(member, replace(line, **lies))
        service = replace(event.service, record=made.commitment)
        self.decided.append(replace(event, provider=provider, service=service))
        self.sealed[made.commitment] = made.ciphertext

    def audit(self, *members: Membership) -> Audit:
        known = {(one.policy_id, one.commitment): one for one in members or (MOTHER, FATHER, AT_WORK)}
        return audit(
            self.decided,
            record_of=self.sealed.get,
            member_of=lambda event: known.get((event.policy, event.service.member)),
            key=READER,
        )


@pytest.fixture
def ward() -> Ward:
    """Attests two honest bills of the mother and one of the father."""
    ward = Ward()
    ward.bill(MOTHER, "c1", "mother")
    ward.bill(MOTHER, "c2", "mother")
    ward.bill(FATHER, "c3", "father")
    return ward


def links(report: Audit) -> dict[Link, list[int]]:
    """Returns the index of the claims that are linked, by kind of link."""
    places = {one.event.block: place for place, one in enumerate(report.checked)}
    return {one.link: [places[event.block] for event in one.events] for one in report.linked}


def test_honest_claims_pass(ward: Ward) -> None:
    report = ward.audit()

    assert report.passed
    assert report.unchecked == ("member", "billLine", "caseId", "revision")
    assert report.to_look_at == ()
    assert [one.differing for one in report.checked] == [()] * 3


def test_each_field_that_differs_is_named(ward: Ward) -> None:
    ward.bill(MOTHER, "c4", "mother", billed=99_00, benefit="emergency.visit")

    report = ward.audit()

    assert [one.differing for one in report.checked] == [(), (), (), ("benefit", "billed")]
    assert links(report) == {}
    assert not report.passed


def test_one_record_for_several_bill_lines(ward: Ward) -> None:
    for number in range(10):
        ward.bill(MOTHER, "c1", "mother", claim=f"invented {number}")

    report = ward.audit()

    assert all(isinstance(one.result, Recheck) and one.result.passed for one in report.checked)
    assert links(report) == {Link.SEVERAL_LINES: [0, *range(3, 13)]}
    assert len(report.linked) == 1
    assert not report.passed


def test_one_seal_for_several_bill_lines(ward: Ward) -> None:
    ward.bill(MOTHER, "c1", "mother", claim="invented")
    first, *others, again = ward.decided
    same = replace(again, service=replace(again.service, record=first.service.record))
    ward.decided = [first, *others, same]

    assert links(ward.audit()) == {Link.SEVERAL_LINES: [0, 3]}


def test_one_record_at_two_providers(ward: Ward) -> None:
    ward.bill(MOTHER, "c1", "mother", provider=2)

    assert links(ward.audit()) == {Link.SEVERAL_LINES: [0, 3]}


def test_providers_may_number_alike(ward: Ward) -> None:
    ward.bill(MOTHER, "c1", "somebody", provider=2)

    assert ward.audit().passed


def test_several_bills_for_one_line(ward: Ward) -> None:
    ward.bill(MOTHER, "c4", "mother", claim="c1")

    assert links(ward.audit()) == {Link.SEVERAL_BILLS: [0, 3]}


def test_a_patients_record_for_another_member(ward: Ward) -> None:
    ward.bill(FATHER, "c4", "mother")

    report = ward.audit()

    assert all(isinstance(one.result, Recheck) and one.result.passed for one in report.checked)
    assert links(report) == {Link.SEVERAL_MEMBERS: [0, 1, 3], Link.SEVERAL_PATIENTS: [2, 3]}
    assert not report.passed


def test_the_same_bill_for_another_member(ward: Ward) -> None:
    ward.bill(FATHER, "c1", "mother")

    assert set(links(ward.audit())) == {Link.SEVERAL_MEMBERS, Link.SEVERAL_PATIENTS}


def test_a_patient_with_two_policies_is_set_apart(ward: Ward) -> None:
    ward.bill(AT_WORK, "c1", "mother")

    report = ward.audit()

    assert report.passed
    (apart,) = report.to_look_at
    assert apart.link is Link.SEVERAL_POLICIES
    assert len(apart.events) == 3


def test_what_cannot_be_rechecked_is_reported(ward: Ward) -> None:
    first, second, third = (event.service.record for event in ward.decided)
    del ward.sealed[first]
    ward.sealed[second] = seal(b"no record", [READER.recipient]).ciphertext
    ward.sealed[third] = seal(b"no record", [RecordKey.generate().recipient]).ciphertext
    ward.bill(MOTHER, "c4", "mother")
    ward.bill(AT_WORK, "c5", "mother")

    report = ward.audit(MOTHER, FATHER)

    faults = [Fault.NO_RECORD, Fault.UNREADABLE, Fault.OTHER_KEY, Fault.NO_MEMBER]
    assert [one.result for one in report.checked if isinstance(one.result, Fault)] == faults
    assert [isinstance(one.result, Recheck) for one in report.checked] == [False, False, False, True, False]
    assert not report.passed


def test_another_record_under_the_same_name_is_reported(ward: Ward) -> None:
    first, second, _ = (event.service.record for event in ward.decided)
    ward.sealed[first] = ward.sealed[second]

    report = ward.audit()

    assert report.checked[0].differing == ("record",)
    assert links(report) == {Link.SEVERAL_LINES: [0, 1]}


def test_nothing_shows_the_patient(ward: Ward) -> None:
    ward.bill(FATHER, "c1", "mother")

    shown = repr(ward.audit())

    assert "mother" not in shown
    assert "'c1'" not in shown


def test_a_withdrawn_decision_does_not_count(ward: Ward) -> None:
    first, second, third = ward.decided
    gone = ClaimWithdrawn(
        address=DESK,
        block=second.block,
        transaction=second.transaction,
        log_index=second.log_index + 1,
        policy=second.policy,
        provider=second.provider,
        bill_line=second.bill_line,
    )
    again = replace(second, block=gone.block, log_index=gone.log_index + 1)

    assert without_withdrawn([first, second, third], []) == [first, second, third]
    assert without_withdrawn([first, second, third], [gone]) == [first, third]
    assert without_withdrawn([first, second, third, again], [gone]) == [first, third, again]


# PORTFOLIO


def sold() -> tuple[PolicyFile, tuple[EnrolledMember, ...]]:
    people = [Applicant(consent_signer=SIGNER, covered_since=START, covered_until=START + 365)] * 2
    enrolled = enrolment.enrol(PolicyKey.generate(), PLAN, people)
    policy = build_policy(
        BOOK,
        PLAN,
        enrolled,
        holder=FAMILY,
        pool=POOL,
        start=START,
        end=START + 365,
        annual_limit=1,
        premium=1,
    )
    return policy, enrolled


def issued(policy: PolicyFile) -> PolicyIssued:
    return PolicyIssued(
        address=DESK,
        block=1,
        transaction="0x",
        log_index=0,
        policy=policy.policy_id,
        pool=POOL,
        holder=FAMILY,
        payer=FAMILY,
        terms=policy.terms,
    )


def test_the_membership_behind_a_claim_is_found(ward: Ward) -> None:
    (policy, enrolled), (_, unsold) = sold(), sold()
    portfolio = Portfolio([issued(policy)], [unsold, enrolled], [PLAN], BOOK)
    event = replace(ward.decided[0], policy=policy.policy_id)
    service = replace(event.service, member=enrolled[1].member.commitment)

    opened = portfolio.member_of(replace(event, service=service))

    assert opened is not None
    assert (opened.policy_id, opened.cover.member) == (policy.policy_id, enrolled[1].member)
    assert portfolio.member_of(event) is None
    assert policy.policy_id in portfolio
    assert MOTHER.policy_id not in portfolio
    assert portfolio.without_enrolment == []


def test_a_policy_without_enrolment_is_named(ward: Ward) -> None:
    (policy, _), (_, unsold) = sold(), sold()

    portfolio = Portfolio([issued(policy)], [unsold], [PLAN], BOOK)

    assert portfolio.without_enrolment == [policy.policy_id]
    assert portfolio.member_of(replace(ward.decided[0], policy=policy.policy_id)) is None


def test_a_policy_without_its_table_is_refused() -> None:
    policy, enrolled = sold()

    with pytest.raises(PolicyError, match="which is not named; name the table of each policy of the pool"):
        Portfolio([issued(policy)], [enrolled], [product.shipped("critical-illness")], BOOK)


def test_the_summary_says_how_many(ward: Ward) -> None:
    ward.audit().check()
    ward.bill(MOTHER, "c4", "mother", billed=99_00)
    with pytest.raises(RecordError) as one:
        ward.audit().check()
    ward.bill(MOTHER, "c5", "mother", billed=99_00)
    ward.bill(MOTHER, "c1", "mother", claim="invented")
    ward.sealed.popitem()
    ward.bill(MOTHER, "c2", "mother", claim="invented")
    with pytest.raises(RecordError) as many:
        ward.audit().check()

    assert str(one.value) == "1 claim differs from its record; ask the providers"
    assert str(many.value) == (
        "2 claims differ from their records, 1 claim could not be rechecked, "
        "2 claims contradict each other; ask the providers"
    )


# CLAIMS OF A MEMBER


def test_the_claims_of_a_member(ward: Ward) -> None:
    first, second, _ = ward.decided
    withdrawn: Any = SimpleNamespace(claim=first.claim, place=(first.block, first.log_index + 1))

    def chain(*gone: Any) -> Any:
        return SimpleNamespace(past=lambda kind, policy: ward.decided if kind is ClaimDecided else list(gone))

    assert claims_of(chain(), MOTHER) == [first, second]
    assert claims_of(chain(withdrawn), MOTHER) == [second]


# FIELDS AND RECORDS THAT ONE RECHECK DOES NOT COVER


def test_units_that_differ_are_named() -> None:
    ward = Ward()
    ward.bill(MOTHER, "c1", "mother", units=2)

    assert [one.differing for one in ward.audit().checked] == [("units",)]


def test_a_card_that_cannot_be_opened_hides_no_other_claim(ward: Ward) -> None:
    def member_of(event: ClaimDecided) -> Membership:
        if event.service.member == FATHER.commitment:
            raise CardError("is damaged")
        return MOTHER

    report = audit(ward.decided, record_of=ward.sealed.get, member_of=member_of, key=READER)

    assert [one.result is Fault.NO_MEMBER for one in report.checked] == [False, False, True]


# NIGHTS


def night(first: int, last: int, member: bytes = b"m", benefit: bytes = b"b", case: bytes = b"c") -> Any:
    service = SimpleNamespace(from_=first, to=last, member=member, benefit=benefit, case_id=case)
    return SimpleNamespace(provider=1, policy=b"p", service=service)


def nights_linked(*events: Any, by_night: bool = True) -> list[int]:
    """Returns the number of claims in each link."""
    found: list[Any] = [(event, SimpleNamespace(by_night=by_night)) for event in events]
    return [len(linked.events) for linked in _nights_twice(found)]


def test_nights_of_one_stay_count_once() -> None:
    assert nights_linked(night(1, 4), night(3, 6)) == [2]
    assert nights_linked(night(3, 6), night(1, 4)) == [2]
    assert nights_linked(night(1, 4), night(4, 6)) == []
    assert nights_linked(night(4, 6), night(1, 4)) == []


def test_days_that_are_no_nights_of_one_stay_are_not_compared() -> None:
    assert nights_linked(night(1, 4), night(1, 4), by_night=False) == []
    for other in (night(1, 4, member=b"n"), night(1, 4, benefit=b"x"), night(1, 4, case=b"d")):
        assert nights_linked(night(1, 4), other) == []
