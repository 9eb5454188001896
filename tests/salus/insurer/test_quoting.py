"""salus.insurer.quoting, capital, enrolments, purchase: what an insurer checks before it signs or sells

given a drafted policy
    it should be signed if its start is ahead and the pool has its currency
    when its start has begun somewhere, or the pool has another currency, one line should name the field
given a policy file that is there
    when it is the same policy but for the salt, the one in the file should be signed
    when it is another policy, something else or issued, it should stay as it is
given a quote file that is there
    when it is a quote of another policy or something else, it should stay as it is
given a signer without the right, or a pool with too little free capital
    one line should say so
given sealed enrolments in a folder
    all should be opened; one that is sealed to another key should be named
given a payer whose key the node holds
    a permit should be refused
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from eth_account import Account

from salus import samples
from salus.base.errors import ChainError, InputError, PolicyError, RecordError
from salus.chain import Unlocked, policies
from salus.chain.events import PolicyIssued
from salus.cover import enrolment
from salus.cover.policy import PolicyFile
from salus.cover.signed_file import QUOTE
from salus.crypto.records import RecordKey, encrypt
from salus.insurer import quoting
from salus.insurer.capital import check_capital
from salus.insurer.enrolments import open_enrolments
from salus.insurer.purchase import Purchase, sign_permit
from tests.support.answering import Answering, pool

START = 20_454
SALE = samples.sell(START)
POLICY = SALE.policy
MIDNIGHT = START * 86_400
FIRST_ON_EARTH = MIDNIGHT - 14 * 3_600


def salted(salt: bytes) -> PolicyFile:
    return replace(POLICY, terms=replace(POLICY.terms, salt=salt))


def chain(*, issued: bool = False, sold: tuple[PolicyFile, ...] = ()) -> Any:
    book = Answering(accountOf=(0, 0, 0, 0, issued, False))
    node = SimpleNamespace(past=lambda event: [issuance(policy) for policy in sold])
    # of what was kept, all is missing: an insurer must not sign on its word
    return SimpleNamespace(book=book, past=lambda event: [], without_store=lambda: node)


def issuance(policy: PolicyFile) -> PolicyIssued:
    terms = policy.terms
    return PolicyIssued(
        address=policy.book.verifying_contract,
        block=7,
        transaction="0x",
        log_index=0,
        policy=policy.policy_id,
        pool=terms.pool,
        holder=terms.holder,
        payer=terms.holder,
        terms=terms,
    )


# CAN IT BE ISSUED


def test_a_start_that_is_ahead() -> None:
    quoting.check_can_be_issued(pool(Answering(), now=FIRST_ON_EARTH - 1), POLICY.terms)

    with pytest.raises(PolicyError, match="start: 2026-01-01 has begun somewhere on earth"):
        quoting.check_can_be_issued(pool(Answering(), now=FIRST_ON_EARTH), POLICY.terms)


def test_a_pool_of_another_currency() -> None:
    terms = replace(POLICY.terms, currency="EUR")

    with pytest.raises(PolicyError, match="pool: is in USD, but the benefit table is in EUR"):
        quoting.check_can_be_issued(pool(Answering()), terms)


def test_a_signer_without_the_right() -> None:
    quoting.check_quote_signer(pool(Answering(isQuoteSigner=True)), "0xS", field="key")

    with pytest.raises(InputError, match="wallet: 0xS may not sign policies that pool 0xaaaa"):
        quoting.check_quote_signer(pool(Answering(isQuoteSigner=False)), "0xS", field="wallet")


def test_too_little_capital() -> None:
    locked = POLICY.terms.annual_limit * 10_000
    check_capital(pool(Answering(freeAssets=locked)), POLICY.terms)

    with pytest.raises(
        ChainError, match=r"locks 100,000\.00 USD of capital, but pool 0x(aa)+ has 99,999\.99"
    ):
        check_capital(pool(Answering(freeAssets=locked - 1)), POLICY.terms)


# FILES THAT ARE THERE


def test_the_salt_in_the_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    assert quoting.policy_to_sign(chain(), path, POLICY) is POLICY
    salted(b"\7" * 32).save(path)

    assert quoting.policy_to_sign(chain(), path, POLICY) == salted(b"\7" * 32)


@pytest.mark.parametrize(
    ("content", "issued", "expected"),
    [
        (replace(POLICY, terms=replace(POLICY.terms, premium=7)).to_json(), False, "exists and is not this"),
        (b"{}", False, "exists and is not this policy; name another file, or move this one away"),
        (POLICY.to_json(), True, "is already issued; name another file"),
    ],
    ids=["another", "something else", "issued"],
)
def test_a_policy_file_is_not_replaced(tmp_path: Path, content: bytes, issued: bool, expected: str) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(content)

    with pytest.raises(PolicyError, match=f"{path}: {expected}"):
        quoting.policy_to_sign(chain(issued=issued), path, POLICY)


def test_a_quote_of_another_policy_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "quote.json"
    quoting.check_quote_file(path, POLICY.policy_id)
    QUOTE.save(path, "0x" + "ab" * 20, bytes(65), policy=f"0x{POLICY.policy_id.hex()}")
    quoting.check_quote_file(path, POLICY.policy_id)

    with pytest.raises(PolicyError, match=f"{path}: exists and is not a quote of this policy"):
        quoting.check_quote_file(path, bytes(32))
    path.write_text("{")
    with pytest.raises(PolicyError, match="exists and is not a quote of this policy"):
        quoting.check_quote_file(path, POLICY.policy_id)


def test_the_policy_in_the_file_is_the_one_that_may_be_issued(tmp_path: Path) -> None:
    path, earlier = tmp_path / "policy.json", salted(b"\7" * 32)
    earlier.save(path)

    def account_of(policy: bytes) -> Any:
        return SimpleNamespace(call=lambda: (0, 0, 0, 0, policy == earlier.policy_id, False))

    one_issued: Any = SimpleNamespace(book=SimpleNamespace(functions=SimpleNamespace(accountOf=account_of)))
    with pytest.raises(PolicyError, match="is already issued"):
        quoting.policy_to_sign(one_issued, path, POLICY)


def test_an_enrolment_that_was_sold_before_is_not_signed_again(tmp_path: Path) -> None:
    """Not for another year either, and not if the draft was written before the other was issued."""
    path, later = tmp_path / "policy.json", replace(POLICY.terms, start=START + 365, end=START + 730)
    renewal = replace(POLICY, terms=later)
    others = samples.sell(START, members=2).policy

    assert quoting.policy_to_sign(chain(sold=(others,)), path, renewal) is renewal
    for _ in range(2):
        with pytest.raises(PolicyError) as refusal:
            quoting.policy_to_sign(chain(sold=(others, POLICY)), path, renewal)
        assert str(refusal.value).startswith(
            f"enrolled: was sold as policy 0x{POLICY.policy_id.hex()} before"
        )
        assert refusal.value.remedy == (
            "ask the holder for an enrolment with a new policy key, made in a new folder"
        )
        renewal.save(path)


# ENROLMENTS


def test_opens_all_enrolments_of_a_folder(tmp_path: Path) -> None:
    key = RecordKey.generate()
    (tmp_path / "below").mkdir()
    for name in ("a.age", "below/b.age"):
        (tmp_path / name).write_bytes(encrypt(enrolment.reveal_json(SALE.enrolments), [key.recipient]))

    opened = open_enrolments(tmp_path, key)

    assert [len(one) for one in opened] == [1, 1]
    with pytest.raises(RecordError, match=f"{tmp_path / 'a.age'}: cannot be opened with this key"):
        open_enrolments(tmp_path, RecordKey.generate())
    with pytest.raises(PolicyError, match="nowhere: is not a folder"):
        open_enrolments(tmp_path / "nowhere", key)


# PAYING


def test_a_permit_needs_a_key_of_ones_own() -> None:
    with pytest.raises(InputError, match="account: 0xP is an account of the node, but a permit needs"):
        sign_permit(pool(Answering()), 100, Unlocked("0xP"))


BUYER = Account.from_key(bytes(31) + b"\7")
QUOTE_FILE: Any = SimpleNamespace(signer="0x" + "ab" * 20, signature=bytes(65))


def market(**values: Any) -> tuple[Any, Answering]:
    """Returns a chain with one pool, and the pool's token."""
    token = Answering(**{"allowance": 0, "approve": True, "nonces": 0, **values})
    selling = pool(Answering(freeAssets=POLICY.terms.annual_limit * 10_000), token, now=FIRST_ON_EARTH)
    sold = SimpleNamespace(
        book_domain=POLICY.book,
        pool=lambda address: selling,
        book=Answering(issue=None, issueWithPermit=None),
    )
    return sold, token


def test_a_purchase_asks_for_an_approval() -> None:
    sold, token = market()

    purchase = Purchase.prepare(sold, POLICY, QUOTE_FILE, BUYER)

    assert [approval.name for approval in purchase.approvals] == ["approve"]
    assert purchase.action.name == "issue"
    assert token.asked["allowance"][0] == BUYER.address
    assert sold.book.asked["issue"] == (POLICY.terms.as_tuple(), QUOTE_FILE.signer, QUOTE_FILE.signature)


def test_a_purchase_with_a_permit_needs_no_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def signing(of: Any, **values: Any) -> Any:
        given.update(values)
        return SimpleNamespace(as_tuple=lambda: ("permit",))

    monkeypatch.setattr(policies, "sign_permit", signing)
    sold, _ = market()

    purchase = Purchase.prepare(sold, POLICY, QUOTE_FILE, BUYER, permit=True)

    assert purchase.approvals == ()
    assert purchase.action.name == "issueWithPermit"
    assert sold.book.asked["issueWithPermit"][-1] == ("permit",)
    assert (given["amount"], given["deadline"]) == (POLICY.terms.premium, FIRST_ON_EARTH + 3_600)


def test_a_policy_of_another_book_is_not_bought() -> None:
    sold, _ = market()
    sold.book_domain = replace(POLICY.book, chain_id=POLICY.book.chain_id + 1)

    with pytest.raises(PolicyError):
        Purchase.prepare(sold, POLICY, QUOTE_FILE, BUYER)


def test_a_purchase_needs_the_premium_and_the_capital() -> None:
    premium = POLICY.terms.premium * 10_000
    enough, _ = market(balanceOf=premium)
    purchase = Purchase.prepare(enough, POLICY, QUOTE_FILE, BUYER)
    purchase.check()

    short, _ = market(balanceOf=premium - 1)
    with pytest.raises(InputError, match="premium: is"):
        Purchase.prepare(short, POLICY, QUOTE_FILE, BUYER).check()

    locked = POLICY.terms.annual_limit * 10_000
    purchase.pool.contract.functions.freeAssets = lambda: SimpleNamespace(call=lambda: locked - 1)
    with pytest.raises(ChainError, match="of capital, but pool"):
        purchase.check()
