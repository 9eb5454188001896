"""How members come into a policy without the policy key leaving the holder.

    holder    PolicyKey.generate(), then `enrol`: one member key and one leaf for each person insurer
    `check`: rebuilds each leaf from the member's key, the benefit table and the exclusions agreed, because a
              schedule is blinded and would otherwise have to be believed; then `salus.policy.build_policy`
              and the signature
    holder    `Enrolment.card` once the policy id is known; the policy key stays where it is

The insurer so learns the member keys (it adjudicates disputes, and needs them to recheck a claim), but not
the policy key, and nothing about the holder's other policies. The enrolment file holds those keys: seal it to
the insurer (`salus.records.encrypt`), never send it open.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from salus import files
from salus.abi import ZERO_ADDRESS
from salus.card import MemberCard, MemberKey, PolicyKey
from salus.eip712 import Domain
from salus.errors import PolicyError
from salus.schedule import Schedule
from salus.structs import MAX_MEMBERS, Member
from salus.table import Table

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A person to be covered."""

    consent_signer: str
    """Address whose consent lets providers file; a parent's for a child."""
    covered_since: int
    """First civil day covered; earlier than the policy's start if waiting periods already run."""
    covered_until: int
    """First civil day no longer covered."""
    payee: str = ZERO_ADDRESS
    """Who is paid; 0 for the policy's payee."""
    excluded: frozenset[str] = frozenset()
    """Codes of the benefits that the person has no cover for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One member as the holder hands it to the insurer: the leaf, and the key that it can be checked with."""

    index: int
    key: MemberKey
    excluded: frozenset[int]
    member: Member

    def card(self, book: Domain, policy_id: bytes) -> MemberCard:
        """The member's card under the issued policy; `book` is the domain of its policy book."""
        return MemberCard(
            chain_id=book.chain_id,
            policy_book=book.verifying_contract,
            policy_id=policy_id,
            index=self.index,
            key=self.key,
            excluded=self.excluded,
        )


def enrol(policy_key: PolicyKey, table: Table, applicants: Sequence[Applicant]) -> tuple[Enrolment, ...]:
    """The holder's part: a key and a leaf for each person, in the order given.

    Raises PolicyError for no person or more than 256, and for an exclusion that is no benefit of the table.

    >>> from salus import table
    >>> child = Applicant(consent_signer="0x" + "ab" * 20, covered_since=20_089, covered_until=20_454)
    >>> enrolled = enrol(PolicyKey.generate(), table.shipped("family"), [child])
    >>> check(enrolled, table.shipped("family"), [frozenset()])
    """
    if not 1 <= len(applicants) <= MAX_MEMBERS:
        raise PolicyError(f"are {len(applicants)} instead of 1 to {MAX_MEMBERS}", field="members")
    return tuple(
        _enrol(policy_key.member_key(index), index, table, person) for index, person in enumerate(applicants)
    )


def check(enrolments: Sequence[Enrolment], table: Table, exclusions: Sequence[frozenset[str]]) -> None:
    """The insurer's part: that each leaf is what its key, the table and the exclusions agreed for it (codes)
    give.

    Raises PolicyError, naming the member and the field. Address, payee and days stand open in the leaf to be
    read.
    """
    if len(enrolments) != len(exclusions):
        raise PolicyError(f"are {len(enrolments)} instead of the {len(exclusions)} agreed", field="members")
    for index, (enrolment, excluded) in enumerate(zip(enrolments, exclusions, strict=True)):
        rows = _rows(table, excluded)
        wanted = {
            "index": (enrolment.index, index),
            "excluded": (enrolment.excluded, rows),
            "commitment": (enrolment.member.commitment, enrolment.key.commitment),
            "schedule": (enrolment.member.schedule, Schedule(enrolment.key, table, rows).root),
        }
        for field, (given, computed) in wanted.items():
            if given != computed:
                raise PolicyError(
                    "is not what the member's key and the benefit table give",
                    resource=f"Member/{index}",
                    field=field,
                    remedy="enrol again under the table and exclusions that were agreed",
                )


def reveal_json(enrolments: Sequence[Enrolment]) -> bytes:
    """The enrolments as a JSON file, member keys included. Seal it to the insurer."""
    members = [
        {
            "index": enrolment.index,
            "key": enrolment.key.reveal().hex(),
            "excluded": sorted(enrolment.excluded),
            "leaf": enrolment.member.to_json(),
        }
        for enrolment in enrolments
    ]
    return json.dumps({"salusEnrolment": _FORMAT, "members": members}, indent=1).encode()


def from_json(content: bytes) -> tuple[Enrolment, ...]:
    """Back from `reveal_json`. Raises PolicyError or CardError, without the value at fault."""
    document = files.parse_object(content, fault=PolicyError, wanted="an enrolment file")
    try:
        if document["salusEnrolment"] != _FORMAT:
            raise PolicyError("is a format that this version cannot read", field="salusEnrolment")
        return tuple(
            Enrolment(
                index=int(entry["index"]),
                key=MemberKey.from_hex(entry["key"]),
                excluded=frozenset(map(int, entry["excluded"])),
                member=Member.from_json(entry["leaf"]),
            )
            for entry in document["members"]
        )
    except (KeyError, TypeError, ValueError):
        raise PolicyError("is not an enrolment file", remedy="ask the holder for a new one") from None


def _enrol(key: MemberKey, index: int, table: Table, person: Applicant) -> Enrolment:
    rows = _rows(table, person.excluded)
    member = Member(
        commitment=key.commitment,
        consent_signer=person.consent_signer,
        payee=person.payee,
        covered_since=person.covered_since,
        covered_until=person.covered_until,
        schedule=Schedule(key, table, rows).root,
    )
    return Enrolment(index=index, key=key, excluded=rows, member=member)


def _rows(table: Table, codes: frozenset[str]) -> frozenset[int]:
    unknown = codes - {row.code for row in table}
    for code in sorted(unknown):
        raise PolicyError(f"{code!r} is no benefit of the table", field="excluded", remedy="name its code")
    return frozenset(number for number, row in enumerate(table) if row.code in codes)
