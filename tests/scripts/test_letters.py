"""salus.cli.insurer, letters; salus.cli.patient, letter and cards --print

given a pool with policies, enrolments and filed claims
    the insurer should get a letter for each member, whose amounts are those of the chain
        with sealed records, each letter should give the hospital's bill numbers
        a policy without enrolment should be named, and the others should get their letters
        a name of the letterhead should stand on that member's letter only
        with --with-claims, members without a claim should get none
    the patient should get the same letter from card and chain, and with records and key too
        when the key of the records is missing, it should say so, and write nothing
        without a letterhead, the pool's name should stand on it
    no output should show a name, a code, a bill number or a key
given a machine without Pango
    the HTML should be written, and one line should say what to install
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from brownie import web3

from salus.cover.card import MemberCard
from salus.types import Account
from scripts import insurer, patient
from tests.scripts.conftest import Clinic, entries
from tests.scripts.test_recheck import handed_over, sealed
from tests.support import secrets_of
from tests.support.ending import ended
from tests.support.paper import Paper, needs_pango

ROOT = Path(__file__).parents[2]


@pytest.fixture
def filed(clinic: Clinic) -> Clinic:
    """The first patient's claims are filed, and the records are handed over."""
    clinic.attest()
    clinic.file()
    handed_over(clinic)
    (clinic.work / "letterhead.yaml").write_text(
        "insurer: Harbour Mutual\ncontact: 1 Quay Street\nproviders: {1: Saltmarsh General}\n"
        f"members: {{{number(clinic)}: Almira Heatherbeck}}\n"
    )
    return clinic


def number(clinic: Clinic) -> str:
    return MemberCard.load(clinic.path("keys-0") / "member-0.card.json").number


def letters(clinic: Clinic, *words: str) -> dict[str, str]:
    """Writes all letters of the pool, and returns the HTML of each by member number."""
    insurer.letters(
        f"pool={clinic.pool}",
        f"enrolments={clinic.work / 'enrolments'}",
        "table=family",
        f"record_key={clinic.path('insurer.key')}",
        f"letterhead={clinic.work / 'letterhead.yaml'}",
        f"folder={clinic.work / 'letters'}",
        *words,
    )
    return written(clinic)


def written(clinic: Clinic) -> dict[str, str]:
    found = sorted((clinic.work / "letters").glob("*.html"))
    return {path.name.removeprefix("letter-")[:16]: path.read_text() for path in found}


def letter(clinic: Clinic, *words: str) -> None:
    keys = clinic.path("keys-0")
    patient.letter(
        f"card={keys / 'member-0.card.json'}",
        f"cover={keys / 'member-0.cover.json'}",
        "table=family",
        f"folder={clinic.work / 'letters'}",
        *words,
    )


def paid(clinic: Clinic) -> str:
    """What the chain says that the plan has paid for the first patient."""
    policy = MemberCard.load(clinic.path("keys-0") / "member-0.card.json").policy_id
    account = Account.from_tuple(tuple(clinic.chain.book.functions.accountOf(policy).call()))
    assert account.paid
    return f"{account.paid / 100:,.2f}"


@needs_pango
def test_a_letter_for_each_member(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    found = letters(filed, f"records={sealed(filed)}", "fhir=yes")
    said = capsys.readouterr().out

    assert len(found) == 4
    assert f"4 letters are in {filed.work / 'letters'}." in said
    own = found.pop(number(filed)[:16])
    assert f'The plan paid</span><span class="big">{paid(filed)}<' in own
    assert "Almira Heatherbeck" in own
    assert "Saltmarsh General" in own
    bills = [entry.claim for entry in entries(filed)]
    assert all(f"bill number: {bill}." in own for bill in bills)
    assert own.count("sealed record agrees with this claim") == len(bills)
    for other in found.values():
        assert "No bill was decided for you" in other
        assert "Heatherbeck" not in other
    for kind in ("pdf", "fhir.json"):
        assert len(list((filed.work / "letters").glob(f"*.{kind}"))) == 4
    (pdf,) = (filed.work / "letters").glob(f"letter-{number(filed)}-*.pdf")
    assert f"Page 1 of {len(Paper(pdf.read_bytes()))}" in Paper(pdf.read_bytes()).texts[0]
    assert paid(filed) in Paper(pdf.read_bytes()).texts[0]
    assert "Heatherbeck" not in said
    secrets = {secret for secret in secrets_of.of_bundle(filed.patients[0].bundle) if len(secret) > 4}
    assert not any(secret in said for secret in secrets)


def test_only_members_with_a_claim(filed: Clinic) -> None:
    assert list(letters(filed, "with_claims=yes", "pdf=no")) == [number(filed)[:16]]


def test_a_policy_without_enrolment(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    (filed.work / "enrolments" / "keys-1.age").unlink()

    assert len(letters(filed, "pdf=no")) == 3
    assert "Note: no enrolment of policy 0x" in capsys.readouterr().out


def test_the_patients_letter_is_the_same(filed: Clinic) -> None:
    (theirs,) = letters(filed, "with_claims=yes", "pdf=no", f"records={sealed(filed)}").values()

    letter(
        filed,
        f"letterhead={filed.work / 'letterhead.yaml'}",
        f"records={sealed(filed)}",
        f"record_key={filed.path('keys-0') / 'record.key'}",
        "pdf=no",
    )

    assert list(written(filed).values()) == [theirs]


def test_from_card_and_chain_alone(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    letter(filed, "name=Almira H.", "pdf=no", "written=2030-01-31", "json=yes")

    said = json.loads(capsys.readouterr().out)
    (path,) = (Path(name) for name in said["letters"][0]["files"])
    html = path.read_text()
    assert path.name == f"letter-{number(filed)}-2030-01-31.html"
    assert '<p class="insurer">Family Pool</p>' in html
    assert "Almira H." in html
    assert "31 January 2030" in html
    assert paid(filed) in html
    assert "bill number" not in html


def test_records_need_their_key(filed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    message = ended(
        capsys, letter, filed, f"records={sealed(filed)}"
    )  # fmt: skip

    assert message == "record_key: is missing; name the key that opens the records"
    assert not (filed.work / "letters").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the loader's path is that of Linux")
def test_without_pango(filed: Clinic, tmp_path: Path) -> None:
    (tmp_path / "libpango-1.0.so.0").write_bytes(b"no library")
    keys, folder = filed.path("keys-0"), filed.work / "letters"

    done = subprocess.run(
        [
            *(sys.executable, "-m", "salus.cli", "patient", "letter", "--table", "family"),
            *("--card", keys / "member-0.card.json", "--cover", keys / "member-0.cover.json"),
            *("--folder", folder, "--node", web3.provider.endpoint_uri),
        ],
        cwd=ROOT,
        env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: PDF needs the system library Pango, which is not")
    assert "1 letter is in" in done.stdout
    assert [path.suffix for path in folder.iterdir()] == [".html"]


@needs_pango
def test_prints_cards(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    keys = clinic.path("keys-0")
    patient.cards(
        f"folder={keys}",
        f"policy={clinic.path('policy-0.json')}",
        f"people={clinic.path('people.yaml')}",
        "table=family",
        "print=yes",
    )

    assert "To print: cards-a4.html, cards-a4.pdf, cards-id1.pdf." in capsys.readouterr().out
    assert Paper((keys / "cards-id1.pdf").read_bytes()).sizes == [(85.6, 54.0)]
    assert number(clinic) in (keys / "member-0.phone.html").read_text()
