"""A hospital's desk: an outbox, a patient who has shown a card, and bills to draft and to sign."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account

from salus import fhir, samples
from salus.claim import attestation
from salus.claim.provider_key import ProviderKey
from salus.cover.membership import Membership
from salus.crypto.eip712 import Domain
from salus.crypto.records import RecordKey
from salus.provider.card_folder import CardFolder
from salus.provider.drafting import Report, draft
from salus.provider.outbox import Outbox, Place, State
from salus.provider.outbox.entry import likeness_of
from salus.types import ClaimRef
from tests.support.fhir_bundles import VISIT, claim, concept, document, encounter, ref

START = 20_089
"""2025-01-01."""
NOW = (START + 364) * 86_400
SIGNER = Account.from_key(bytes(31) + b"\7")
PLACE = Place(chain_id=31_337, genesis="0x" + "00" * 32, desk="0x" + "de" * 20, provider=1)
KEY, OTHER, READER = ProviderKey(bytes(32)), ProviderKey(bytes(31) + b"\1"), RecordKey.generate().recipient
Resource = dict[str, Any]
_NEXT_DAY = {"start": "2025-03-11T08:30:00-04:00", "end": "2025-03-11T09:10:00-04:00"}
NEXT_DAY: Resource = {
    "billablePeriod": _NEXT_DAY,
    "item": [{"sequence": 1, "productOrService": concept(VISIT), "encounter": [ref("Encounter/e2")]}],
}
"""What a bill of another visit, on the day after, says."""


def bill(number: str, **changes: Any) -> Resource:
    """A bill of 120.50 USD of the visit on 2025-03-10."""
    return claim(id=f"id-{number}", identifier=[{"system": "urn:bills", "value": number}], **changes)


@dataclass
class HospitalDesk:
    """Drafts bills of one patient under a key, and signs them."""

    folder: Path
    file: str = "outbox.sqlite"
    profile: fhir.Profile = fhir.OPEN
    sale: samples.Sale = field(default_factory=lambda: samples.sell(START))

    def __post_init__(self) -> None:
        shown = self.cards.of("p1")
        shown.mkdir(exist_ok=True)
        self.sale.card().save(shown / "family.card.json")
        self.sale.policy.cover(0).save(shown / "family.cover.json")
        (shown / "record.age").write_text(RecordKey.generate().recipient)

    @property
    def cards(self) -> CardFolder:
        return CardFolder(self.folder, self.sale.table, self.sale.policy.book)

    @property
    def membership(self) -> Membership:
        return self.sale.membership()

    def open(self) -> Outbox:
        return Outbox(self.folder / self.file, PLACE)

    def draft(
        self, *bills: Resource, key: ProviderKey = KEY, visit: Resource | None = None, **options: Any
    ) -> Report:
        """Reads the bills, and drafts them under a key. Nothing is signed."""
        bundle = document(visit or encounter(), encounter(id="e2", period=_NEXT_DAY), *bills)
        found = fhir.read(bundle, self.sale.table, profile=self.profile, today=START + 364)
        with self.open() as outbox:
            return draft(found, outbox, self.cards, key, recipients=[READER], **options)

    def attest(self, *bills: Resource, key: ProviderKey = KEY, **options: Any) -> Report:
        """The same, and signs all that may be signed."""
        report = self.draft(*bills, key=key, **options)
        with self.open() as outbox:
            entries = outbox.to_attest(NOW)
            if entries:
                batch = attestation.attest(
                    [entry.diagnosis for entry in entries],
                    desk=Domain.claim_desk(PLACE.chain_id, PLACE.desk),
                    provider=PLACE.provider,
                    issued_at=NOW,
                    expires_at=NOW + 86_400,
                    signer=SIGNER,
                )
                outbox.attested(batch, entries, SIGNER.address, 1)
        return report

    def learn_from(self, other: HospitalDesk) -> None:
        """The chain has decided all that another outbox has signed, and this one reads it."""
        with other.open() as outbox:
            lines = outbox.entries()
        with self.open() as outbox:
            for line in lines:
                ref = ClaimRef(policy=line.diagnosis.policy, provider=1, bill_line=line.diagnosis.bill_line)
                outbox.decided_elsewhere(ref, likeness_of(line.diagnosis.policy, line.diagnosis))

    def states(self) -> list[tuple[str, State]]:
        with self.open() as outbox:
            return [(entry.bill, entry.state) for entry in outbox.entries()]


def named(report: Report) -> dict[str, str]:
    """What became of each bill: its outcome, and the reason if there is one."""
    return {row.bill: f"{row.outcome} {row.reason}".strip() for row in report.rows}
