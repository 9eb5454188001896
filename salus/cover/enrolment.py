"""Enrols members in a policy without disclosing the policy key.

    holder    `PolicyKey.generate()`, then `enrol`: one member key and one leaf for each person
    insurer   `check`: compares each leaf with the offer for that member, and recomputes its blinded part from
              the member's key and the benefit table, so that the insurer need not trust it; then
              `salus.cover.policy.build_policy` and the signature
    holder    `EnrolledMember.card` when the policy id is known; the holder keeps the policy key

The insurer learns the member keys, which it needs to recheck claims and to decide disputes. It does not learn
the policy key, or anything about the holder's other policies. The enrolment file contains the member keys:
seal it to the insurer (`salus.crypto.records.encrypt`), and never send it unencrypted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches

from salus.base import files
from salus.base.days import words_of
from salus.base.errors import PolicyError
from salus.cover.keys import MemberKey, PolicyKey
from salus.cover.member import AgreedMember, Applicant, EnrolledMember
from salus.cover.schedule import Schedule
from salus.crypto.abi import ZERO_ADDRESS, AddressCodec
from salus.product import Table
from salus.product.naming import shipped_tables
from salus.types import MAX_MEMBERS, Member

_FORMAT = 1


def enrol(policy_key: PolicyKey, table: Table, applicants: Sequence[Applicant]) -> tuple[EnrolledMember, ...]:
    """Creates a key and a leaf for each person, in order. The holder calls this.

    Raises PolicyError for no person or more than 256, and for an exclusion that is not in the table.

    >>> from salus import product
    >>> child = Applicant(consent_signer="0x" + "ab" * 20, covered_since=20_089, covered_until=20_454)
    >>> enrolled = enrol(PolicyKey.generate(), product.shipped("family"), [child])
    >>> check(enrolled, product.shipped("family"), [AgreedMember(covered_since=20_089, covered_until=20_454)])
    """
    if not 1 <= len(applicants) <= MAX_MEMBERS:
        raise PolicyError(
            f"are {len(applicants)} instead of 1 to {MAX_MEMBERS}",
            field="members",
            remedy="enrol fewer members, or at least one",
        )
    check_excluded(applicants, table)
    return tuple(
        _enrol(policy_key.member_key(index), index, table, person) for index, person in enumerate(applicants)
    )


def check(enrolments: Sequence[EnrolledMember], table: Table, agreed: Sequence[AgreedMember]) -> None:
    """Checks the enrolment against the offer. The insurer calls this.

    Each leaf must equal what was agreed for that member, in order, and what the member's key and the table
    give. Raises PolicyError, naming the member, the field and, unless it is blinded, both values.
    """
    if len(enrolments) != len(agreed):
        raise PolicyError(
            f"are {len(enrolments)} instead of the {len(agreed)} agreed",
            field="members",
            remedy="price each member in the offer, or let the holder enrol only the members priced",
        )
    check_excluded(agreed, table)
    for index, (enrolment, priced) in enumerate(zip(enrolments, agreed, strict=True)):
        rows = _rows(table, priced.excluded)
        _check_open(index, enrolment, priced, table, rows)
        _check_blinded(index, enrolment, table, rows)


def check_excluded(members: Sequence[Applicant | AgreedMember], table: Table) -> None:
    """Checks that the table has what each member excludes. Raises PolicyError, naming the member."""
    for index, member in enumerate(members):
        try:
            _rows(table, member.excluded)
        except PolicyError as error:
            error.resource = f"Member/{index}"
            raise


def reveal_json(enrolments: Sequence[EnrolledMember]) -> bytes:
    """Returns the enrolments, with the member keys, as JSON. Seal it to the insurer."""
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
    """Reads the enrolments from `reveal_json`. Raises PolicyError or CardError; neither shows the value."""
    document = files.parse_object(content, fault=PolicyError, wanted="an enrolment file")
    try:
        if document["salusEnrolment"] != _FORMAT:
            raise PolicyError(
                "is a format that this version cannot read", field="salusEnrolment", remedy="update Salus"
            )
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
    """Checks the fields that the holder chooses: days, payee, signer, exclusions."""
    member = enrolment.member
    payee = AddressCodec().normalise(priced.payee)
    signer = AddressCodec().normalise(priced.consent_signer or member.consent_signer)
    values = {
        "covered_since": (words_of(member.covered_since), words_of(priced.covered_since)),
        "last_day": (words_of(member.covered_until - 1), words_of(priced.covered_until - 1)),
        "payee": (payee_words(member.payee), payee_words(payee)),
        "consent_signer": (member.consent_signer, signer),
        "excluded": (excluded_words(table, enrolment.excluded), excluded_words(table, rows)),
    }
    for field, (enrolled, agreed) in values.items():
        if enrolled != agreed:
            raise PolicyError(
                f"is {enrolled}, but {agreed} was agreed",
                resource=f"Member/{index}",
                field=field,
                remedy="let the holder enrol as agreed, or change the offer",
            )


def _check_blinded(index: int, enrolment: EnrolledMember, table: Table, rows: frozenset[int]) -> None:
    """Checks the fields that are derived from the member's key."""
    values = {
        "index": (enrolment.index, index),
        "commitment": (enrolment.member.commitment, enrolment.key.commitment),
        "schedule": (enrolment.member.schedule, Schedule(enrolment.key, table, rows).root),
    }
    for field, (enrolled, computed) in values.items():
        if field == "schedule" and enrolled != computed and (other := _table_of(enrolment)):
            raise PolicyError(
                f"is of {other}, not of {table.name} {table.version}",
                resource=f"Member/{index}",
                field=field,
                remedy="name that table, or let the holder enrol under this one",
            )
        if enrolled != computed:
            raise PolicyError(
                "does not match the member's key and the benefit table",
                resource=f"Member/{index}",
                field=field,
                remedy="enrol again with the agreed table and exclusions",
            )


def _table_of(enrolment: EnrolledMember) -> str | None:
    """Returns the table of Salus that a member was enrolled under; None if it is none of them."""
    for table in shipped_tables():
        with suppress(PolicyError):
            if Schedule(enrolment.key, table, enrolment.excluded).root == enrolment.member.schedule:
                return f"{table.name} {table.version}"
    return None


def payee_words(payee: str) -> str:
    """Formats the payee of a member for a reader."""
    return "the policy's payee" if payee == ZERO_ADDRESS else payee


def excluded_words(table: Table, rows: frozenset[int]) -> str:
    """Formats the benefits that a member has no cover for, for a reader."""
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
    known = [row.code for row in table]
    for code in sorted(codes - set(known)):
        near = get_close_matches(code, known, 1)
        raise PolicyError(
            f"{code!r} is not a benefit of the table" + (f"; did you mean {near[0]}?" if near else ""),
            field="excluded",
            remedy="use a code of the table",
        )
    return frozenset(number for number, row in enumerate(table) if row.code in codes)
