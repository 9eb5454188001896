"""salus.policy: from people to a policy, and from card, cover file and table to a membership

given a holder and a table
  it should enrol each person under a separate key, and leave out excluded rows
given an insurer who checks the enrolments
  it should accept what was agreed, and what key and table produce
  when the holder changed a benefit, an exclusion, a key or the number of members
    it should be refused, and name member and field (test_offer.py covers the plain fields of a leaf)
given terms
  when one is out of the bounds of the policy book
    it should be refused, and the error should name it
given card, cover file and table that fit together
  it should open the membership and produce a line with valid proofs
  it should look up a benefit of the member, and name one that the member does not have
  when one of the three belongs to another policy
    it should be refused, and the error should say which

SPECIFICATION A15.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from salus import product
from salus.base import files
from salus.base.errors import CardError, PolicyError
from salus.cover import enrolment
from salus.cover.card import MemberCard
from salus.cover.keys import MemberKey, PolicyKey
from salus.cover.member import AgreedMember, Applicant, EnrolledMember
from salus.cover.membership import Membership, open_card
from salus.cover.policy import CoverFile, PolicyFile, build_policy
from salus.cover.schedule import Schedule
from salus.crypto import merkle
from salus.crypto.eip712 import Domain
from salus.types import BenefitKind, Diagnosis

BOOK = Domain.policy_book(31337, "0x5FbDB2315678afecb367f032d93F642f64180aa3")
POOL = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0"
HOLDER = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
OTHER = "0x" + "11" * 20
START, END = 20_454, 20_819
FAMILY = product.shipped("family")
CODES = [row.code for row in FAMILY]
EXCLUDED = frozenset({CODES[3], CODES[-1]})


def applicant(**changes: Any) -> Applicant:
    values: dict[str, Any] = {"consent_signer": HOLDER, "covered_since": START, "covered_until": END}
    return Applicant(**{**values, **changes})


def agreed(**changes: Any) -> AgreedMember:
    return AgreedMember(**{"covered_since": START, "covered_until": END, **changes})


AGREED = [agreed(), agreed(excluded=EXCLUDED), agreed(payee=OTHER)]
"""The household as the insurer has priced it."""


def household() -> tuple[PolicyKey, tuple[EnrolledMember, ...]]:
    key = PolicyKey.generate()
    return key, enrolment.enrol(
        key, FAMILY, [applicant(), applicant(excluded=EXCLUDED), applicant(payee=OTHER)]
    )


def sold(enrolments: tuple[EnrolledMember, ...], **terms: Any) -> PolicyFile:
    values: dict[str, Any] = {
        "holder": HOLDER,
        "pool": POOL,
        "start": START,
        "end": END,
        "annual_limit": 5_000_003,
        "premium": 120_007,
    }
    return build_policy(BOOK, FAMILY, enrolments, **{**values, **terms})


class TestSchedule:
    key = MemberKey(bytes(range(32)))

    def test_each_row_is_a_leaf_with_the_terms_of_the_table(self) -> None:
        schedule = Schedule(self.key, FAMILY)
        assert len(schedule) == len(FAMILY)
        for row in FAMILY:
            leaf = schedule.benefit(row.code)
            assert leaf is not None
            assert leaf.id == self.key.blind("benefit", row.code)
            assert leaf.group == (self.key.blind("group", row.group) if row.group else bytes(32))
            assert leaf.kind is (
                BenefitKind.SCHEDULED if row.terms.kind == "scheduled" else BenefitKind.INDEMNITY
            )
            for name in ("share_bps", "rate", "claim_limit", "group_limit", "unit_limit", "waiting_days"):
                assert getattr(leaf, name) == getattr(row.terms, name)
            for name in ("elimination_days", "deductible_applies", "by_night", "authorisation"):
                assert getattr(leaf, name) == getattr(row.terms, name)
            assert merkle.verify(schedule.root, leaf.hash_struct(), schedule.proof(row.code))
            assert schedule.code_of(leaf.id) == row.code

    def test_an_excluded_row_is_absent_and_the_others_keep_their_names(self) -> None:
        whole, partial = Schedule(self.key, FAMILY), Schedule(self.key, FAMILY, [3])
        assert partial.benefit(CODES[3]) is None
        with pytest.raises(KeyError):
            partial.proof(CODES[3])
        assert partial.benefit(CODES[4]) == whole.benefit(CODES[4])
        assert partial.root != whole.root

    def test_another_key_names_nothing_alike(self) -> None:
        mine, theirs = Schedule(self.key, FAMILY), Schedule(MemberKey(bytes(32)), FAMILY)
        names = [(mine.benefit(code), theirs.benefit(code)) for code in CODES]
        assert not {a.id for a, _ in names if a} & {b.id for _, b in names if b}
        assert all(theirs.code_of(a.id) is None for a, _ in names if a)

    def test_members_share_no_group_or_benefit(self) -> None:
        keys = [PolicyKey(bytes(32)).member_key(index) for index in range(2)]
        schedules = [Schedule(key, FAMILY) for key in keys]
        leaves = [[leaf for code in CODES if (leaf := schedule.benefit(code))] for schedule in schedules]
        groups = [{leaf.group_key for leaf in of_one} for of_one in leaves]

        assert not {leaf.id for leaf in leaves[0]} & {leaf.id for leaf in leaves[1]}
        assert groups[0] & groups[1] == {bytes(32)}
        assert len(groups[0]) > 1

    def test_rows_of_one_group_share_one_blinded_name(self) -> None:
        illness = product.shipped("critical-illness")
        schedule = Schedule(self.key, illness)
        leaves = [(row.group, leaf) for row in illness if (leaf := schedule.benefit(row.code))]
        groups = {group for group, _ in leaves}
        assert len(groups) == len({leaf.group for _, leaf in leaves}) == 2
        assert {(group, leaf.group) for group, leaf in leaves} == {
            (group, self.key.blind("group", str(group))) for group in groups
        }

    def test_a_row_that_the_table_lacks_and_a_member_without_benefit_are_refused(self) -> None:
        with pytest.raises(PolicyError, match=f"excluded: {len(FAMILY)} is not a row of the table"):
            Schedule(self.key, FAMILY, [len(FAMILY)])
        with pytest.raises(PolicyError, match="excluded: excludes all benefits"):
            Schedule(self.key, FAMILY, range(len(FAMILY)))


class TestEnrolment:
    def test_the_insurer_accepts_what_was_agreed(self) -> None:
        key, enrolled = household()
        enrolment.check(enrolled, FAMILY, AGREED)
        assert [entry.key for entry in enrolled] == [key.member_key(index) for index in range(3)]
        assert len({entry.member.schedule for entry in enrolled}) == 3

    @pytest.mark.parametrize(
        ("forged", "field"),
        [
            (lambda e: replace(e, member=replace(e.member, schedule=bytes(32))), "schedule"),
            (lambda e: replace(e, member=replace(e.member, commitment=bytes(32))), "commitment"),
            (lambda e: replace(e, key=MemberKey.generate()), "commitment"),
            (lambda e: replace(e, excluded=frozenset()), "excluded"),
            (lambda e: replace(e, index=2), "index"),
        ],
    )
    def test_the_insurer_refuses_what_was_not_agreed(self, forged: Any, field: str) -> None:
        _, enrolled = household()
        with pytest.raises(PolicyError) as refusal:
            enrolment.check([enrolled[0], forged(enrolled[1]), enrolled[2]], FAMILY, AGREED)
        assert (refusal.value.resource, refusal.value.field) == ("Member/1", field)

    def test_a_richer_schedule_than_the_table_is_found(self) -> None:
        """A holder who writes a better benefit into the blinded schedule gains nothing: the root differs from
        that of the table."""
        generous = replace(
            FAMILY,
            benefits=tuple(
                replace(row, terms=row.terms.model_copy(update={"share_bps": 10_000})) for row in FAMILY
            ),
        )
        enrolled = enrolment.enrol(PolicyKey.generate(), generous, [applicant()])
        with pytest.raises(PolicyError, match=r"Member/0\.schedule"):
            enrolment.check(enrolled, FAMILY, [agreed()])

    def test_an_extra_member_is_reported(self) -> None:
        _, enrolled = household()
        with pytest.raises(PolicyError, match="members: are 3 instead of the 2 agreed"):
            enrolment.check(enrolled, FAMILY, AGREED[:2])

    @pytest.mark.parametrize("count", [0, 257])
    def test_one_to_256_members(self, count: int) -> None:
        with pytest.raises(PolicyError, match=f"members: are {count} instead of 1 to 256"):
            enrolment.enrol(PolicyKey.generate(), FAMILY, [applicant()] * count)

    def test_an_exclusion_that_is_no_benefit_is_refused(self) -> None:
        with pytest.raises(PolicyError, match=r"Member/0\.excluded: 'vists' is not a benefit of the table"):
            enrolment.enrol(PolicyKey.generate(), FAMILY, [applicant(excluded=frozenset({"vists"}))])

    def test_the_file_round_trips_and_broken_ones_are_refused(self) -> None:
        _, enrolled = household()
        content = enrolment.reveal_json(enrolled)
        assert enrolment.from_json(content) == enrolled

        for broken in (b"{}", b"[]", content[:-2], content.replace(b'"index": 0', b'"index": "x"')):
            with pytest.raises(PolicyError):
                enrolment.from_json(broken)


class TestTerms:
    def test_the_terms_are_those_asked_for(self) -> None:
        _, enrolled = household()
        policy = sold(enrolled, deductible=50_001, payee=OTHER, salt=b"\7" * 32)
        terms = policy.terms

        assert (terms.benefit_table, terms.currency) == (FAMILY.hash, "USD")
        assert (terms.deductible, terms.annual_limit, terms.premium) == (50_001, 5_000_003, 120_007)
        assert terms.salt == b"\7" * 32
        assert policy.policy_id == BOOK.digest(terms)

    def test_two_equal_sales_are_two_policies(self) -> None:
        _, enrolled = household()
        assert sold(enrolled).policy_id != sold(enrolled).policy_id

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"end": START}, "end"),
            ({"end": START + 367}, "end"),
            ({"annual_limit": 0}, "annualLimit"),
            ({"annual_limit": 2**56}, "annualLimit"),
            ({"deductible": 2**56}, "deductible"),
            ({"out_of_pocket": 2**56}, "outOfPocket"),
            ({"premium": 2**56}, "premium"),
            ({"review_window": 30 * 86_400 + 1}, "reviewWindow"),
            ({"solvency_bps": 0}, "solvencyBps"),
            ({"solvency_bps": 10_001}, "solvencyBps"),
            ({"payee": POOL}, "payee"),
            ({"payee": BOOK.verifying_contract}, "payee"),
            ({"payee": "0x" + "0" * 40}, "payee"),
            ({"holder": "0x" + "0" * 40, "payee": HOLDER}, "holder"),
            ({"premium": -1}, "premium"),
        ],
    )
    def test_a_term_out_of_bounds_is_refused_by_name(self, change: dict[str, Any], field: str) -> None:
        _, enrolled = household()
        with pytest.raises(PolicyError) as refusal:
            sold(enrolled, **change)
        assert (refusal.value.resource, refusal.value.field) == ("Policy", field)

    @pytest.mark.parametrize(
        "change", [{"end": START + 366}, {"review_window": 30 * 86_400}, {"annual_limit": 2**56 - 1}]
    )
    def test_the_bounds_themselves_are_accepted(self, change: dict[str, Any]) -> None:
        _, enrolled = household()
        assert sold(enrolled, **change).terms

    def test_a_member_paid_to_the_pool_is_refused(self) -> None:
        enrolled = enrolment.enrol(PolicyKey.generate(), FAMILY, [applicant(payee=POOL)])
        with pytest.raises(PolicyError, match=r"Member/0\.payee: is the pool or the policy book"):
            sold(enrolled)


class TestFiles:
    def test_policy_and_cover_files_round_trip_and_contain_no_key(self, tmp_path: Path) -> None:
        key, enrolled = household()
        policy = sold(enrolled)
        policy.save(tmp_path / "policy.json")
        policy.cover(1).save(tmp_path / "cover.json")

        assert PolicyFile.load(tmp_path / "policy.json") == policy
        assert CoverFile.load(tmp_path / "cover.json") == policy.cover(1)
        written = (tmp_path / "policy.json").read_text() + (tmp_path / "cover.json").read_text()
        for secret in (key.reveal(), *(entry.key.reveal() for entry in enrolled)):
            assert secret.hex() not in written

    def test_a_cover_file_tells_nothing_of_the_other_members(self) -> None:
        _, enrolled = household()
        written = sold(enrolled).cover(0).to_json().decode()
        assert enrolled[0].member.commitment.hex() in written
        assert enrolled[2].member.commitment.hex() not in written
        assert enrolled[2].member.payee not in written

    def test_changed_terms_are_found(self) -> None:
        _, enrolled = household()
        document = json.loads(sold(enrolled).to_json())
        document["terms"]["annualLimit"] = "5000004"
        with pytest.raises(PolicyError, match="policy: is not the id of these terms"):
            PolicyFile.from_json(json.dumps(document).encode())

    def test_changed_members_are_found(self) -> None:
        _, enrolled = household()
        document = json.loads(sold(enrolled).to_json())
        document["members"][0]["coveredSince"] = START - 1
        with pytest.raises(PolicyError, match="members: do not match the terms"):
            PolicyFile.from_json(json.dumps(document).encode())

        document = json.loads(sold(enrolled).cover(0).to_json())
        document["member"]["coveredUntil"] = END + 1
        with pytest.raises(PolicyError, match="member: is not a member of the policy"):
            CoverFile.from_json(json.dumps(document).encode())

    @pytest.mark.parametrize(
        "content", [b"", b"null", b"{}", b'{"salusPolicy": 2}', b'{"salusPolicy": 1}', b"\xff"]
    )
    def test_what_is_no_policy_file_is_refused_with_its_name(self, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "policy.json"
        path.write_bytes(content)
        with pytest.raises(PolicyError) as refusal:
            PolicyFile.load(path)
        assert refusal.value.file == str(path)
        assert refusal.value.remedy

    @pytest.mark.parametrize("index", [-1, 3])
    def test_there_is_no_cover_of_a_member_that_is_not_there(self, index: int) -> None:
        _, enrolled = household()
        with pytest.raises(PolicyError, match=f"member: {index} is not 0 … 2"):
            sold(enrolled).cover(index)

    def test_a_full_disk_leaves_the_old_file_and_no_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        path = tmp_path / "policy.json"
        path.write_text("old")
        monkeypatch.setattr(files.os, "fsync", full)
        with pytest.raises(PolicyError) as refusal:
            sold(household()[1]).save(path)
        assert str(refusal.value) == (
            f"{path}: cannot be written: No space left on device; free disk space or name another path"
        )
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]


class TestMembership:
    def test_card_cover_and_table_open_it(self) -> None:
        _, enrolled = household()
        policy = sold(enrolled)
        for index, entry in enumerate(enrolled):
            card = MemberCard.from_json(entry.card(BOOK, policy.policy_id).reveal_json())
            membership = open_card(card, CoverFile.from_json(policy.cover(index).to_json()), FAMILY)

            assert membership.policy_id == policy.policy_id
            assert membership.commitment == entry.member.commitment
            assert (membership.benefit(CODES[3]) is None) == (index == 1)

    def test_a_line_proves_itself(self) -> None:
        _, enrolled = household()
        policy = sold(enrolled)
        membership = open_card(enrolled[1].card(BOOK, policy.policy_id), policy.cover(1), FAMILY)
        diagnosis = diagnosis_of(
            membership.policy_id, membership.commitment, benefit_id(membership, CODES[0])
        )
        line = membership.line(diagnosis, (b"\1" * 32,))

        assert merkle.verify(line.policy.members, line.member.hash_struct(), line.member_proof)
        assert merkle.verify(line.member.schedule, line.benefit.hash_struct(), line.benefit_proof)
        assert line.benefit.id == diagnosis.benefit
        assert line.as_tuple() == (
            policy.terms.as_tuple(),
            enrolled[1].member.as_tuple(),
            list(line.member_proof),
            line.benefit.as_tuple(),
            list(line.benefit_proof),
            diagnosis.as_tuple()[3:],
            [b"\1" * 32],
        )

    def test_an_inquiry_asks_for_a_benefit_that_is_covered(self) -> None:
        _, enrolled = household()
        policy = sold(enrolled)
        membership = open_card(enrolled[1].card(BOOK, policy.policy_id), policy.cover(1), FAMILY)

        line = membership.inquiry(CODES[0], service_from=START, service_to=START, billed=12_345)

        asked = diagnosis_of(membership.policy_id, membership.commitment, benefit_id(membership, CODES[0]))
        assert line == membership.line(asked, ())
        for code, what in (
            (CODES[3], "is excluded for this member"),
            ("visit", "is not a benefit of the table"),
        ):
            with pytest.raises(CardError, match=f"benefit: {code} {what}"):
                membership.inquiry(code, service_from=START, service_to=START)

    def test_a_line_of_somebody_else_is_refused(self) -> None:
        _, enrolled = household()
        issued = sold(enrolled)
        mine, theirs = (
            open_card(enrolled[i].card(BOOK, issued.policy_id), issued.cover(i), FAMILY) for i in (0, 2)
        )
        name = benefit_id(mine, CODES[0])

        for policy, member in ((bytes(32), mine.commitment), (mine.policy_id, theirs.commitment)):
            with pytest.raises(CardError, match="diagnosis: belongs to another policy or member"):
                mine.line(diagnosis_of(policy, member, name), ())
        with pytest.raises(CardError, match="diagnosis: names no benefit of this member"):
            mine.line(diagnosis_of(mine.policy_id, mine.commitment, benefit_id(theirs, CODES[0])), ())

    def test_what_belongs_elsewhere_is_refused(self) -> None:
        _, enrolled = household()
        policy, other = sold(enrolled), sold(enrolled)
        card = enrolled[0].card(BOOK, policy.policy_id)
        cover = policy.cover(0)
        cases = {
            "policy: is for another policy": (card, other.cover(0), FAMILY),
            "member: is for another member": (card, policy.cover(1), FAMILY),
            "table: is critical-illness 2026.1, but the policy is under family 2026.1; name the table": (
                card,
                cover,
                product.shipped("critical-illness"),
            ),
            "excluded: does not match the schedule": (replace(card, excluded=frozenset({1})), cover, FAMILY),
            "excluded: names a row": (replace(card, excluded=frozenset({len(FAMILY)})), cover, FAMILY),
            "book: is for 0x.* on chain 1, but the cover file is for .* on chain 31337": (
                replace(card, chain_id=1),
                cover,
                FAMILY,
            ),
            "book: is for": (replace(card, policy_book=POOL), cover, FAMILY),
        }
        for message, parts in cases.items():
            with pytest.raises(CardError, match=message):
                open_card(*parts)


def benefit_id(membership: Membership, code: str) -> bytes:
    leaf = membership.benefit(code)
    assert leaf is not None
    return leaf.id


def diagnosis_of(policy: bytes, member: bytes, benefit: bytes) -> Diagnosis:
    return Diagnosis(
        policy=policy,
        member=member,
        benefit=benefit,
        bill_line=bytes(32),
        case_id=bytes(32),
        record=bytes(32),
        revision=0,
        service_from=START,
        service_to=START,
        units=1,
        billed=12_345,
        currency="USD",
        flags=0,
    )
