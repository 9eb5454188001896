"""A suite that the deploy wrote down, and actors who work with words and files as people do.

The suite, and the clinic with its patients, are built once for a whole run. Each test finds them as they were
built: on the chain by a snapshot, on disk in a copy of their folder.
"""

from __future__ import annotations

import copy
import json
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from brownie import accounts, chain, web3
from eth_account import Account

from salus import samples
from salus.base.days import to_date
from salus.chain import Chain, Unlocked, events, roles
from salus.chain.address_book import AddressBook
from salus.chain.node import genesis_of
from salus.cover.enrolment import enrol
from salus.cover.keys import PolicyKey
from salus.cover.member import Applicant
from salus.cover.policy import build_policy
from salus.crypto.records import RecordKey
from salus.product import Table
from salus.provider.outbox import Outbox, OutboxLine, Place, State
from scripts import accreditor, capital, deploy, hospital, insurer, patient
from tests.support.isolation import as_it_was, quicken_requests, spare_the_garbage, stands

ACCREDITOR, INSURER, CAPITAL, PAYER, HOSPITAL, RELAYER = "2", "4", "5", "6", "7", "9"
DAY = 86_400
LIMIT = "100000"


class Office:
    """A suite whose roles have the delays that a test gives them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.settle(monkeypatch)
        self.suite = deployed_suite()
        self.chain = Chain.open(web3.provider.endpoint_uri)
        self.licence.write_bytes(b"a licence")

    def settle(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The scripts find its address book."""
        monkeypatch.setenv("SALUS_DEPLOYMENTS", str(self.folder / "deployments"))

    @property
    def licence(self) -> Path:
        return self.folder / "licence.pdf"

    def delay(self, role: int, days: int) -> None:
        """Whoever holds the role must announce what it does so many days ahead."""
        holder = accounts[(1, 2, 3)[role]]
        self.suite.manager.grantRole(role, holder, days * DAY, {"from": accounts[1]})

    def accredit(self) -> None:
        """Always with the same words."""
        accreditor.accredit(
            f"admin={accounts[7]}",
            "from_day=2020-01-01",
            "until=2089-12-31",
            f"licence={self.licence}",
            f"account={ACCREDITOR}",
        )

    def wait(self, days: int) -> None:
        chain.mine(timestamp=int(chain[-1].timestamp) + days * DAY)

    @property
    def accredited(self) -> int:
        return len(list(self.chain.past(events.ProviderAccredited)))

    @property
    def announced(self) -> list[roles.Announced]:
        return list(roles.announced(self.chain))


class Clinic:
    """One hospital, one insurer with a funded pool, and patients; everything is done through the scripts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = self.work = folder
        self.attestor, self.quotes, self.parent = (Account.create() for _ in range(3))
        self.provider_key = secrets.token_hex(32)
        self.settle(monkeypatch)
        self.suite = deployed_suite()
        self.chain = Chain.open(web3.provider.endpoint_uri)
        self.start = int(chain[-1].timestamp) // DAY + 2
        self.patients = samples.generate(7, self.start)
        self.pool = ""

    def settle(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The scripts find its address book and its keys."""
        for name, value in (
            ("SALUS_DEPLOYMENTS", str(self.folder / "deployments")),
            ("SALUS_ATTESTOR_KEY", self.attestor.key.hex()),
            ("SALUS_QUOTE_KEY", self.quotes.key.hex()),
            ("SALUS_PRIVATE_KEY", self.parent.key.hex()),
            ("SALUS_PROVIDER_KEY", self.provider_key),
        ):
            monkeypatch.setenv(name, value)

    @property
    def outbox(self) -> Path:
        return self.work / "outbox.sqlite"

    @property
    def records(self) -> Path:
        """The hospital's FHIR records."""
        return self.work / "records"

    @property
    def profile(self) -> Path:
        """The hospital's profile: every bill of its records is its own and goes to the plan."""
        path = self.folder / "hospital.yaml"
        if not path.exists():
            path.write_text("organizations: any\npayers: any\n")
        return path

    def path(self, name: str) -> Path:
        return self.folder / name

    @property
    def reader(self) -> str:
        """The insurer's age key, which records are sealed to."""
        return RecordKey(self.path("insurer.key").read_text()).recipient

    def unlocked(self, number: int) -> Unlocked:
        """An account of the node's."""
        return Unlocked(accounts[number].address)

    def now(self) -> int:
        return int(chain[-1].timestamp)

    def open_for_business(self) -> None:
        """Accredits the hospital, opens and funds the pool, sets the cap."""
        self.path("licence.pdf").write_bytes(b"a licence")
        self.path("insurer.key").write_text(RecordKey.generate().reveal())
        accreditor.accredit(
            f"admin={accounts[7]}",
            "from_day=2020-01-01",
            "until=2089-12-31",
            f"licence={self.path('licence.pdf')}",
            f"account={ACCREDITOR}",
        )
        hospital.add_key(
            "provider=1",
            f"attestor={self.attestor.address}",
            "from_time=2020-01-01",
            "until=2089-12-31",
            f"account={HOSPITAL}",
        )
        asset = self.suite.stablecoin
        insurer.create_pool(f"asset={asset}", "name=Family Pool", "symbol=sFAM", f"account={INSURER}")
        self.pool = next(iter(self.chain.past(events.PoolCreated))).pool
        insurer.add_quote_signer(f"pool={self.pool}", f"signer={self.quotes.address}", f"account={INSURER}")
        insurer.set_cap(f"pool={self.pool}", "provider=1", "limit=50000", f"account={INSURER}")
        asset.mint(accounts[5], 1_000_000 * 10**6, {"from": accounts[5]})
        capital.deposit(f"pool={self.pool}", "amount=500,000.00", f"account={CAPITAL}")

    def sell(self, member: int = 0, other: str = "") -> None:
        """A policy for one of the patients, and her card shown to the hospital; `other` is a second one."""
        person, sale = self.patients[member].patient, f"{member}{other}"
        keys, cards = self.path(f"keys-{sale}"), self.path("cards") / person.id
        last = to_date(self.start + 364)
        self.path("people.yaml").write_text(
            f"members:\n- consent_signer: '{accounts[8]}'\n  covered_since: {to_date(self.start)}\n"
            f"  last_day: {last}\n"
        )
        self.path("offer.yaml").write_text(
            f"holder: '{accounts[8]}'\npool: '{self.pool}'\nstart: {to_date(self.start)}\nlast_day: {last}\n"
            f"members: 1\nannual_limit: '{LIMIT}'\npremium: '3600.00'\nauto_pay_limit: '2000'\n"
        )
        people = f"people={self.path('people.yaml')}"
        patient.new_policy_key(f"folder={keys}", people, "table=family", f"insurer={self.reader}")
        self.quote(sale)
        self.suite.stablecoin.mint(accounts[6], 3_600 * 10**6, {"from": accounts[6]})
        policy, quote = self.path(f"policy-{sale}.json"), self.path(f"quote-{sale}.json")
        insurer.issue(f"policy={policy}", f"quote={quote}", f"account={PAYER}")
        patient.cards(f"folder={keys}", f"policy={policy}", people, "table=family")
        cards.mkdir(parents=True, exist_ok=True)
        for name in ("card.json", "cover.json"):
            (cards / f"{sale}.{name}").write_bytes((keys / f"member-0.{name}").read_bytes())
        (cards / "record.age").write_bytes((keys / "record.age").read_bytes())

    def show_another(self, cards: Path, plan: Table, *excluded: str) -> None:
        """A card of another policy, which nobody has issued, goes to the first patient's cards."""
        signer, shown = self.parent.address, cards / self.patients[0].patient.id
        person = Applicant(
            consent_signer=signer,
            covered_since=self.start,
            covered_until=self.start + 365,
            excluded=frozenset(excluded),
        )
        (enrolled,) = enrol(PolicyKey.generate(), plan, [person])
        sold = build_policy(
            self.chain.book_domain,
            plan,
            [enrolled],
            holder=signer,
            pool=self.pool,
            start=self.start,
            end=self.start + 365,
            annual_limit=1,
            premium=1,
        )
        enrolled.card(sold.book, sold.policy_id).save(shown / "-.card.json")
        sold.cover(0).save(shown / "-.cover.json")

    def quote(self, sale: str, *words: str) -> None:
        insurer.quote(
            f"offer={self.path('offer.yaml')}",
            f"enrolled={self.path(f'keys-{sale}') / 'enrolment.age'}",
            "table=family",
            f"record_key={self.path('insurer.key')}",
            f"policy={self.path(f'policy-{sale}.json')}",
            f"quote={self.path(f'quote-{sale}.json')}",
            *words,
        )

    def consent(self, member: int = 0, other: str = "") -> None:
        card = self.path(f"keys-{member}{other}") / "member-0.card.json"
        patient.consent(
            f"card={card}",
            f"cover={card.with_name('member-0.cover.json')}",
            "provider=1",
            f"from_day={to_date(self.start)}",
            f"until={to_date(self.start + 365)}",
            "account=8",
        )

    def treat(self, member: int) -> None:
        """The patient's Bundle, and no other, is what the hospital has."""
        self.records.mkdir(exist_ok=True)
        for old in self.records.iterdir():
            old.unlink()
        self.treat_too(member)

    def treat_too(self, member: int) -> None:
        """The bills that the hospital has written by now: those of the days to come are left out."""
        document = json.loads(self.patients[member].to_json())
        today = to_date(self.now() // DAY).isoformat()
        document["entry"] = [
            entry
            for entry in document["entry"]
            if entry["resource"]["resourceType"] != "Claim"
            or entry["resource"]["billablePeriod"]["end"][: len(today)] <= today
        ]
        (self.records / f"{member}.json").write_text(json.dumps(document))

    def attest(self, *words: str) -> None:
        hospital.attest(
            "provider=1",
            f"records={self.records}",
            f"cards={self.path('cards')}",
            "table=family",
            f"readers={self.reader}",
            f"outbox={self.outbox}",
            f"profile={self.profile}",
            *words,
        )

    def file(self, *words: str) -> None:
        hospital.file("provider=1", f"outbox={self.outbox}", f"account={RELAYER}", *words)

    def hospital(self, action: str, *words: str) -> None:
        """Another action of the hospital on its outbox."""
        getattr(hospital, action)("provider=1", f"outbox={self.outbox}", *words)


def deployed_suite() -> deploy.Suite:
    book = AddressBook(chain_id=web3.eth.chain_id, genesis=genesis_of(web3))
    return deploy.deploy(deploy.Params.local(accounts), accounts[0], deploy.Recorder(book))


_built: dict[str, Any] = {}
"""An office and a clinic, with those folders that tests copy."""
Built = TypeVar("Built", Office, Clinic)


def once(
    name: str, build: Callable[[Path, pytest.MonkeyPatch], Built], folders: pytest.TempPathFactory
) -> None:
    """Builds it, unless it is there already."""
    if name in _built and stands(_built[name].suite.manager):
        return
    quicken_requests()
    with pytest.MonkeyPatch.context() as monkeypatch:
        _built[name] = build(folders.mktemp(name), monkeypatch)
    spare_the_garbage()


def as_built(place: Built, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    """The same, with a copy of its folder."""
    found = copy.copy(place)
    found.folder = Path(shutil.copytree(place.folder, folder))
    found.settle(monkeypatch)
    return found


def open_clinic(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """Three insured patients on the sixtieth day. The first has consented; the third has two policies, and
    has consented under both."""
    built = Clinic(folder, monkeypatch)
    built.open_for_business()
    built.sell(0)
    built.sell(1)
    built.consent(0)
    for policy in ("", " of her employer"):
        built.sell(2, policy)
        built.consent(2, policy)
    chain.mine(timestamp=(built.start + 60) * DAY)
    return built


@pytest.fixture(scope="module")
def module_isolation() -> Iterator[None]:
    """In place of Brownie's, which resets the chain, and with it what was built for all modules."""
    with as_it_was():
        yield


@pytest.fixture
def fn_isolation() -> Iterator[None]:
    """As Brownie's; and it forgets the keys that a test has added to the node's accounts."""
    known = list(accounts)
    with as_it_was():
        yield
    for added in [account for account in accounts if account not in known]:
        accounts.remove(added)


@pytest.fixture(scope="module")
def an_office(tmp_path_factory: pytest.TempPathFactory) -> None:
    once("office", Office, tmp_path_factory)


@pytest.fixture
def office(
    an_office: None,
    fn_isolation: None,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    """The same suite for each test, with no delays yet."""
    return as_built(_built["office"], tmp_path_factory.mktemp("office") / "files", monkeypatch)


@pytest.fixture(scope="module")
def a_clinic(tmp_path_factory: pytest.TempPathFactory) -> None:
    once("clinic", open_clinic, tmp_path_factory)


@pytest.fixture
def clinic(
    a_clinic: None,
    fn_isolation: None,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Clinic:
    """The same for each test, with an empty outbox and the first patient's records."""
    found = as_built(_built["clinic"], tmp_path_factory.mktemp("clinic") / "files", monkeypatch)
    found.work = tmp_path
    found.treat(0)
    return found


READY = 4
"""Bills of the patient's first sixty days."""


def box(clinic: Clinic, path: Path | None = None) -> Outbox:
    addresses = clinic.chain.addresses
    return Outbox(path or clinic.outbox, Place(1337, addresses.genesis, addresses.address("ClaimDesk"), 1))


def entries(clinic: Clinic) -> list[OutboxLine]:
    with box(clinic) as opened:
        return opened.entries()


def states(clinic: Clinic) -> list[State]:
    return [entry.state for entry in entries(clinic)]


def day(clinic: Clinic, ahead: int) -> str:
    return to_date(clinic.now() // DAY + ahead).isoformat()


def draft(clinic: Clinic, consent_signer: str = "") -> tuple[Path, Path]:
    """Another policy for the first patient, signed and not issued."""
    for name in ("policy-9.json", "quote-9.json"):
        clinic.path(name).unlink(missing_ok=True)
    start, last = day(clinic, 2), day(clinic, 299)
    people, offer = clinic.path("people.yaml"), clinic.path("offer.yaml")
    people.write_text(
        f"members:\n- consent_signer: '{consent_signer or clinic.parent.address}'\n  covered_since: {start}\n"
        f"  last_day: {last}\n"
    )
    offer.write_text(
        f"holder: '{accounts[8]}'\npool: '{clinic.pool}'\nstart: {start}\nlast_day: {last}\n"
        "members: 1\nannual_limit: '5000.50'\npremium: '120.07'\ndeductible: '10'\nout_of_pocket: '900'\n"
    )
    keys = clinic.path("keys-9")
    # a key is for one enrolment
    shutil.rmtree(keys, ignore_errors=True)
    patient.new_policy_key(f"folder={keys}", f"people={people}", "table=family", f"insurer={clinic.reader}")
    clinic.quote(9)
    return clinic.path("policy-9.json"), clinic.path("quote-9.json")


def drafted_card(clinic: Clinic, consent_signer: str = "") -> list[str]:
    """Card and cover file of that policy, as words."""
    policy, _ = draft(clinic, consent_signer)
    keys, people = clinic.path("keys-9"), clinic.path("people.yaml")
    patient.cards(f"folder={keys}", f"policy={policy}", f"people={people}", "table=family")
    return [f"card={keys / 'member-0.card.json'}", f"cover={keys / 'member-0.cover.json'}"]
