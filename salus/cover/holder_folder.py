"""Manages the folder in which a holder keeps the files of one policy.

    policy.key                 the policy key, from which the members' keys derive
    record.key, record.age     the age key to which records are sealed, and its public key for hospitals
    enrolment.age              the persons to be covered, sealed to the insurer
    member-N.card.json, .svg   a member's card, as a file and as a QR code
    member-N.cover.json        the cover file that goes with the card

Only the owner of the files can read the keys; other accounts of the machine cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from salus.base import files
from salus.base.errors import CardError
from salus.cover import enrolment
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant, EnrolledMember
from salus.cover.policy import PolicyFile
from salus.crypto.records import RecordKey, encrypt
from salus.product import Table


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
    ['enrolment.age', 'policy.key', 'record.age', 'record.key']
    """

    path: Path

    @property
    def policy_key_file(self) -> Path:
        return self.path / "policy.key"

    @property
    def record_key_file(self) -> Path:
        return self.path / "record.key"

    @property
    def enrolment_file(self) -> Path:
        return self.path / "enrolment.age"

    @property
    def policy_key(self) -> PolicyKey:
        """Reads the policy key. Raises CardError, naming the file."""
        with files.about(self.policy_key_file):
            digits = files.read(self.policy_key_file, fault=CardError).decode("ascii", "replace")
            return PolicyKey.from_hex(digits)

    def enrol(
        self, table: Table, applicants: Sequence[Applicant], insurer: str
    ) -> tuple[EnrolledMember, ...]:
        """Creates missing keys, and writes the enrolment, sealed to the insurer's age key."""
        self._make_keys()
        enrolled = enrolment.enrol(self.policy_key, table, applicants)
        sealed = encrypt(enrolment.reveal_json(enrolled), [insurer])
        files.write_durably(self.enrolment_file, [sealed], fault=CardError)
        return enrolled

    def write_cards(self, policy: PolicyFile, table: Table, applicants: Sequence[Applicant]) -> int:
        """Writes each member's card and cover file, and returns the number of members.

        Raises CardError if the members of the policy differ from the enrolled members.
        """
        enrolled = enrolment.enrol(self.policy_key, table, applicants)
        if tuple(person.member for person in enrolled) != policy.members:
            raise CardError(
                "differ from the enrolled members",
                field="members",
                remedy="ask the insurer for a new policy file",
            )
        for person in enrolled:
            card = person.card(policy.book, policy.policy_id)
            name = self.path / f"member-{person.index}"
            card.save(name.with_suffix(".card.json"))
            policy.cover(person.index).save(name.with_suffix(".cover.json"))
            card.save_qr(name.with_suffix(".svg"))
        return len(enrolled)

    def _make_keys(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.policy_key_file.exists():
            _write_private(self.policy_key_file, PolicyKey.generate().reveal().hex())
        if not self.record_key_file.exists():
            _write_private(self.record_key_file, RecordKey.generate().reveal())
        recipient = RecordKey.load(self.record_key_file).recipient
        files.write_durably(self.path / "record.age", [recipient.encode(), b"\n"], fault=CardError)


def _write_private(path: Path, text: str) -> None:
    files.write_durably(path, [text.encode(), b"\n"], fault=CardError, private=True)
