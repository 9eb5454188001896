"""How members come into a policy without the policy key leaving the holder.

    holder    PolicyKey.generate(), then `enrol`: one member key and one leaf for each person
    insurer   `check`: holds each leaf against what was priced for that member, and rebuilds its blinded part
              from the member's key and the benefit table, which would otherwise have to be believed; then
              `salus.cover.policy.build_policy` and the signature
    holder    `EnrolledMember.card` once the policy id is known; the policy key stays where it is

The insurer so learns the member keys (it adjudicates disputes, and needs them to recheck a claim), but not
the policy key, and nothing about the holder's other policies. The enrolment file holds those keys: seal it to
the insurer (`salus.crypto.records.encrypt`), never send it open.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from salus.base import files
from salus.base.days import words_of
from salus.base.errors import PolicyError
from salus.cover.keys import MemberKey, PolicyKey
from salus.cover.member import AgreedMember, Applicant, EnrolledMember
from salus.cover.schedule import Schedule
from salus.crypto.abi import ZERO_ADDRESS, AddressCodec
from salus.product import Table
from salus.types import MAX_MEMBERS, Member

_FORMAT = 1


def enrol(policy_key: PolicyKey, table: Table, applicants: Sequence[Applicant]) -> tuple[EnrolledMember, ...]:
    """The holder's part: a key and a leaf for each person, in the order given.

    Raises PolicyError for no person or more than 256, and for an exclusion that is no benefit of the table.

    >>> from salus import product
    >>> child = Applicant(consent_signer="0x" + "ab" * 20, covered_since=20_089, covered_until=20_454)
    >>> enrolled = enrol(PolicyKey.generate(), product.shipped("family"), [child])
    >>> check(enrolled, product.shipped("family"), [AgreedMember(covered_since=20_089, covered_until=20_454)])
    """
    if not 1 <= len(applicants) <= MAX_MEMBERS:
        raise PolicyError(f"are {len(applicants)} instead of 1 to {MAX_MEMBERS}", field="members")
    return tuple(
        _enrol(policy_key.member_key(index), index, table, person) for index, person in enumerate(applicants)
    )


def check(enrolments: Sequence[EnrolledMember], table: Table, agreed: Sequence[AgreedMember]) -> None:
    """The insurer's part: that each leaf is what was agreed for that member, in order, and what its key and
    the table give.

    Raises PolicyError, naming the member, the field and, where they stand open, both values.
    """
    if len(enrolments) != len(agreed):
        raise PolicyError(
            f"are {len(enrolments)} instead of the {len(agreed)} agreed",
            field="members",
            remedy="price each member in the offer, or let the holder enrol those who were priced",
        )
    for index, (enrolment, priced) in enumerate(zip(enrolments, agreed, strict=True)):
        rows = _rows(table, priced.excluded)
        _check_open(index, enrolment, priced, table, rows)
        _check_blinded(index, enrolment, table, rows)


def reveal_json(enrolments: Sequence[EnrolledMember]) -> bytes:
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


def from_json(content: bytes) -> tuple[EnrolledMember, ...]:
    """Back from `reveal_json`. Raises PolicyError or CardError, without the value at fault."""
    document = files.parse_object(content, fault=PolicyError, wanted="an enrolment file")
    try:
        if document["salusEnrolment"] != _FORMAT:
            raise PolicyError("is a format that this version cannot read", field="salusEnrolment")
        return tuple(
            EnrolledMember(
                index=int(entry["index"]),
                key=MemberKey.from_hex(entry["key"]),
                excluded=frozenset(map(int, entry["excluded"])),
                member=Member.from_json(entry["leaf"]),
            )
            for entry in document["members"]
        )
    except (KeyError, TypeError, ValueError):
        raise PolicyError("is not an enrolment file", remedy="ask the holder for a new one") from None


def _check_open(
    index: int, enrolment: EnrolledMember, priced: AgreedMember, table: Table, rows: frozenset[int]
) -> None:
    """What the holder writes into the leaf: days, payee, signer, exclusions."""
    member = enrolment.member
    payee = AddressCodec().normalise(priced.payee)
    signer = AddressCodec().normalise(priced.consent_signer or member.consent_signer)
    wanted = {
        "covered_since": (words_of(member.covered_since), words_of(priced.covered_since)),
        "covered_until": (words_of(member.covered_until), words_of(priced.covered_until)),
        "payee": (payee_words(member.payee), payee_words(payee)),
        "consent_signer": (member.consent_signer, signer),
        "excluded": (excluded_words(table, enrolment.excluded), excluded_words(table, rows)),
    }
    for field, (given, priced_as) in wanted.items():
        if given != priced_as:
            raise PolicyError(
                f"is {given}, and {priced_as} was agreed",
                resource=f"Member/{index}",
                field=field,
                remedy="let the holder enrol as agreed, or price it so in the offer",
            )


def _check_blinded(index: int, enrolment: EnrolledMember, table: Table, rows: frozenset[int]) -> None:
    """What only the member's key opens."""
    wanted = {
        "index": (enrolment.index, index),
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


def payee_words(payee: str) -> str:
    """Whom a member names to be paid, for a person."""
    return "the policy's payee" if payee == ZERO_ADDRESS else payee


def excluded_words(table: Table, rows: frozenset[int]) -> str:
    """The benefits that a member has no cover for, for a person."""
    codes = [row.code for number, row in enumerate(table) if number in rows]
    unknown = [f"row {number}" for number in sorted(rows) if number not in range(len(table))]
    return ", ".join(codes + unknown) or "nothing"


def _enrol(key: MemberKey, index: int, table: Table, person: Applicant) -> EnrolledMember:
    rows = _rows(table, person.excluded)
    member = Member(
        commitment=key.commitment,
        consent_signer=person.consent_signer,
        payee=person.payee,
        covered_since=person.covered_since,
        covered_until=person.covered_until,
        schedule=Schedule(key, table, rows).root,
    )
    return EnrolledMember(index=index, key=key, excluded=rows, member=member)


def _rows(table: Table, codes: frozenset[str]) -> frozenset[int]:
    unknown = codes - {row.code for row in table}
    for code in sorted(unknown):
        raise PolicyError(f"{code!r} is no benefit of the table", field="excluded", remedy="name its code")
    return frozenset(number for number, row in enumerate(table) if row.code in codes)
