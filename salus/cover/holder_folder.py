"""Manages the folder in which a holder keeps the files of one policy.

    policy.key                 the policy key, from which the members' keys derive
    record.key, record.age     the age key to which records are sealed, and its public key for hospitals
    enrolment.age              the persons to be covered, sealed to the insurer
    enrolled.json              what was enrolled, for comparison; it contains no key
    member-N.card.json, .svg   a member's card, as a file and as a QR code
    member-N.cover.json        the cover file that goes with the card

Only the owner of the files can read the keys; other accounts of the machine cannot.

A folder is for one policy, because its policy key is. Enrolling the same people again gives the same one.
Anything else, such as the renewal for another year, needs another folder. The record key may be the same.

The policy key gets its name when enrolled.json is written, and is unused.key until then. So a policy key
without enrolled.json was used for an enrolment that nobody knows any more, and is used for no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from salus.base import files
from salus.base.errors import CardError
from salus.cover import enrolment
from salus.cover.card import MemberCard
from salus.cover.enrolled import Enrolled
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant, EnrolledMember
from salus.cover.policy import PolicyFile
from salus.crypto.records import RecordKey, encrypt, key_lines
from salus.product import Table
from salus.product.naming import words_of_hash
from salus.types import Member

_CARDS = "member-*.card.json"


@dataclass(frozen=True, slots=True)
class HolderFolder:
    """The folder of one policy.

    >>> from tempfile import TemporaryDirectory
    >>> from salus import product
    >>> child = Applicant(consent_signer="0x" + "ab" * 20, covered_since=20_089, covered_until=20_454)
    >>> with TemporaryDirectory() as path:
    ...     folder = HolderFolder(Path(path))
    ...     enrolled = folder.enrol(product.shipped("family"), [child], RecordKey.generate().recipient)
    ...     sorted(file.name for file in folder.path.iterdir())
    ['enrolled.json', 'enrolment.age', 'policy.key', 'record.age', 'record.key']
    """

    path: Path

    @property
    def policy_key_file(self) -> Path:
        return self.path / "policy.key"

    @property
    def unused_key_file(self) -> Path:
        return self.path / "unused.key"

    @property
    def record_key_file(self) -> Path:
        return self.path / "record.key"

    @property
    def enrolment_file(self) -> Path:
        return self.path / "enrolment.age"

    @property
    def recipient_file(self) -> Path:
        return self.path / "record.age"

    @property
    def enrolled_file(self) -> Path:
        return self.path / "enrolled.json"

    @property
    def policy_key(self) -> PolicyKey:
        """Reads the policy key. Raises CardError, naming the file."""
        return _policy_key(self.policy_key_file)

    def enrol(
        self, table: Table, applicants: Sequence[Applicant], insurer: str, *, record_key: Path | None = None
    ) -> tuple[EnrolledMember, ...]:
        """Creates missing keys, and writes the enrolment, sealed to the insurer's age key.

        `record_key` is the file of a record key that the folder should have, such as an earlier policy's.
        Raises CardError if the folder belongs to another enrolment, or if a key of it is lost.
        """
        self._check_keys()
        self._make_keys(record_key)
        known = self.policy_key_file if self.policy_key_file.exists() else self.unused_key_file
        enrolled = enrolment.enrol(_policy_key(known), table, applicants)
        wanted = Enrolled(insurer, table.hash, tuple(person.member for person in enrolled))
        self._check_same(wanted, table)
        sealed = encrypt(enrolment.reveal_json(enrolled), [insurer])
        # First what was enrolled: an enrolment that leaves the folder is always known to it.
        wanted.save(self.enrolled_file)
        if known == self.unused_key_file:
            files.rename(known, self.policy_key_file, fault=CardError)
        files.write_durably(self.enrolment_file, [sealed], fault=CardError)
        return enrolled

    def write_cards(
        self,
        policy: PolicyFile,
        table: Table,
        applicants: Sequence[Applicant],
        *,
        is_issued: Callable[[bytes], bool] = lambda _: True,
    ) -> int:
        """Writes each member's card and cover file, and returns the number of members.

        Cards of another policy are replaced only if it `is_issued` to nobody. Raises CardError otherwise, and
        if the members of the policy differ from the enrolled members, or the table from the policy's.
        """
        if policy.terms.benefit_table != table.hash:
            raise CardError(
                f"is {table.name} {table.version}, but the policy is under "
                f"{words_of_hash(policy.terms.benefit_table)}",
                field="table",
                remedy="name the table of the policy",
            )
        enrolled = enrolment.enrol(self.policy_key, table, applicants)
        self._check_members(policy, tuple(person.member for person in enrolled))
        self._check_cards(policy, is_issued)
        for person in enrolled:
            card = person.card(policy.book, policy.policy_id)
            name = self.path / f"member-{person.index}"
            card.save(name.with_suffix(".card.json"))
            policy.cover(person.index).save(name.with_suffix(".cover.json"))
            card.save_qr(name.with_suffix(".svg"))
        return len(enrolled)

    def _check_keys(self) -> None:
        """Refuses to replace a key that others rely on, or to use one that was used for nobody knows whom."""
        if not (self.policy_key_file.exists() or self.unused_key_file.exists()) and (
            self.enrolled_file.exists() or self.enrolment_file.exists()
        ):
            raise CardError(
                "is missing, and the folder holds an enrolment that was made with it",
                file=str(self.policy_key_file),
                remedy="restore it from your copy, or name a new folder for another policy",
            )
        used = (self.policy_key_file, self.enrolment_file, *self.path.glob(_CARDS))
        if not self.enrolled_file.exists() and any(path.exists() for path in used):
            raise self._is_of_another("that is not known any more, as enrolled.json is missing")
        if not self.record_key_file.exists() and self.recipient_file.exists():
            raise CardError(
                "is missing, and hospitals may seal records to its public key, record.age",
                file=str(self.record_key_file),
                remedy="restore it from your copy; if it is lost, delete record.age, run again, and give "
                "hospitals the new one",
            )

    def _make_keys(self, record_key: Path | None) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        given = RecordKey.load(record_key) if record_key else None
        if not self.policy_key_file.exists() and not self.unused_key_file.exists():
            _write_private(self.unused_key_file, PolicyKey.generate().reveal().hex())
        if not self.record_key_file.exists():
            _write_private(self.record_key_file, (given or RecordKey.generate()).reveal())
        recipient = RecordKey.load(self.record_key_file).recipient
        if given and given.recipient != recipient:
            raise CardError(
                f"opens what is sealed to {recipient}, and the named record key what is sealed to "
                f"{given.recipient}",
                file=str(self.record_key_file),
                remedy="keep one record key in a folder: leave the option out, or name a new folder",
            )
        self._check_recipient(recipient)
        files.write_durably(self.recipient_file, [recipient.encode(), b"\n"], fault=CardError)

    def _check_recipient(self, recipient: str) -> None:
        """Checks that record.age, which hospitals have, belongs to record.key."""
        if not self.recipient_file.exists():
            return
        known = key_lines(files.read(self.recipient_file, fault=CardError))
        if known and known != [recipient]:
            raise CardError(
                f"names {', '.join(known)}, but record.key belongs to {recipient}",
                file=str(self.recipient_file),
                remedy="restore the record.key that it belongs to; if that is lost, delete record.age, run "
                "again, and give hospitals the new one",
            )

    def _check_same(self, wanted: Enrolled, table: Table) -> None:
        """Checks that the folder has no other enrolment."""
        if self.enrolled_file.exists():
            difference = Enrolled.load(self.enrolled_file).difference(wanted, table)
            if difference:
                raise self._is_of_another(difference)

    def _is_of_another(self, difference: str) -> CardError:
        return CardError(
            f"holds an enrolment {difference}; under the same policy key, anybody could link the two on the "
            "chain",
            file=str(self.path),
            remedy="for a renewal or any other change name a new folder, and this folder's record.key as its "
            "record key",
        )

    def _check_members(self, policy: PolicyFile, members: tuple[Member, ...]) -> None:
        if members == policy.members:
            return
        as_enrolled = (
            self.enrolled_file.exists() and Enrolled.load(self.enrolled_file).members == policy.members
        )
        if as_enrolled:
            raise CardError(
                "differ from those whom this folder has enrolled",
                field="members",
                remedy="name the file of people as it was at the enrolment",
            )
        raise CardError(
            "of the policy differ from the enrolled members",
            field="members",
            remedy="name the folder of this policy, or ask the insurer for a new policy file",
        )

    def _check_cards(self, policy: PolicyFile, is_issued: Callable[[bytes], bool]) -> None:
        """Checks that no cards that still count are replaced."""
        for card in self._cards():
            is_same = (card.book, card.policy_id) == (policy.book, policy.policy_id)
            if not is_same and (card.book != policy.book or is_issued(card.policy_id)):
                raise CardError(
                    f"holds the cards of policy 0x{card.policy_id.hex()}; a second policy under the same "
                    "policy key would show on the chain that both are of the same people",
                    file=str(self.path),
                    remedy="make a new policy key in a new folder, and ask the insurer for a policy over its "
                    "enrolment",
                )

    def _cards(self) -> Iterator[MemberCard]:
        """Yields the cards in the folder that can be read."""
        for path in sorted(self.path.glob(_CARDS)):
            with suppress(CardError):
                yield MemberCard.load(path)


def _policy_key(path: Path) -> PolicyKey:
    with files.about(path):
        return PolicyKey.from_hex(files.read(path, fault=CardError).decode("ascii", "replace"))


def _write_private(path: Path, text: str) -> None:
    files.write_durably(path, [text.encode(), b"\n"], fault=CardError, private=True)
