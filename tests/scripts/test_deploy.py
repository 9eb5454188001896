"""scripts.deploy

given nothing is deployed
    it should deploy contracts that know each other
    it should give each role to its holder only, and leave no power with the deployer
    it should write each contract to the address book, with arguments, block, transaction and commit
    when the governor has a delay
        it should read the delay back
    when an asset is named
        it should list the asset
    when the deployer would hold a role
        it should refuse
    when a test stablecoin is requested on a live network
        it should refuse and send nothing
given complete contracts
    it should find everything and send nothing
    when the parameters ask for more than the deployer may still do
        it should say what the governor must do
given an interrupted deployment
    it should deploy and set up only what is missing, wherever it was interrupted
    when the deployer has sent another transaction meanwhile
        it should deploy book, desk and factory again, and they should know each other
given contracts that somebody has changed, or a deployer who has kept a desk or a hospital
    verify should name the difference
given an auditor
    they should verify the deployment with the library alone, and see a contract that is not there
when it runs on a live network
    it should refuse if the holders of the roles are not named
    it should send nothing if the answer is no
    it should deploy if the answer is yes
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from brownie import TestStablecoin, accounts, web3

from salus.base.errors import DeploymentError
from salus.chain import Chain, network, roles
from salus.chain.address_book import AddressBook
from salus.chain.manifest import CONTRACTS, DeskStatus
from salus.chain.node import genesis_of
from salus.cli.ending import NEEDS_YOU
from scripts import deploy
from scripts.deploy import Asset, Params, Recorder, Suite, verify
from tests.support.ending import answer, stopped

DEPLOYER = 0


@pytest.fixture(scope="module")
def params() -> Params:
    return Params.local(accounts)


@pytest.fixture(scope="module")
def deployed(module_isolation: None, params: Params) -> Suite:
    """Complete contracts, for tests that only look at them or change them."""
    return deploy.deploy(params, accounts[DEPLOYER])


@pytest.fixture(autouse=True)
def isolation(deployed: Suite, fn_isolation: None) -> None:
    """Restores the chain after each test."""


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))
    return Recorder(AddressBook(chain_id=web3.eth.chain_id, genesis=genesis_of(web3)))


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the chain count as live, because its network is unknown."""
    for module in (deploy, network):
        monkeypatch.setattr(module, "LOCAL_CHAINS", frozenset())


def sent() -> int:
    return int(accounts[DEPLOYER].nonce)


def again() -> Recorder:
    """Loads the address book from disk, as a new process does."""
    return Recorder(AddressBook.load(deploy.path_of(web3.eth.chain_id)))


# NOTHING IS DEPLOYED


def test_contracts_know_each_other(deployed: Suite) -> None:
    suite = deployed
    assert suite.book.DESK() == suite.desk
    assert suite.book.FACTORY() == suite.factory
    assert suite.desk.BOOK() == suite.book
    assert suite.desk.PROVIDERS() == suite.providers
    assert suite.desk.CONSENTS() == suite.consents
    assert (suite.factory.BOOK(), suite.factory.DESK()) == (suite.book, suite.desk)
    assert suite.stablecoin.decimals() == 6


def test_roles_go_to_their_holders_alone(deployed: Suite) -> None:
    suite = deployed
    assert roles.holders(suite.chain) == [
        roles.Holder(role=role, account=accounts[role + 1].address, delay=0) for role in (0, 1, 2)
    ]
    assert not suite.manager.hasRole(0, accounts[DEPLOYER])[0]
    assert suite.providers.deskOf(suite.desk)[0] == DeskStatus.LISTED


def test_the_address_book_is_complete(params: Params, recorder: Recorder) -> None:
    suite = deploy.deploy(params, accounts[DEPLOYER], recorder)

    book = AddressBook.load(deploy.path_of(web3.eth.chain_id))
    assert set(book.contracts) == {*CONTRACTS, "TestStablecoin"}
    desk = book.contracts["ClaimDesk"]
    assert desk.address == suite.desk
    assert desk.arguments == (suite.book, suite.providers, suite.consents)
    assert (desk.block, desk.transaction) == (suite.desk.tx.block_number, suite.desk.tx.txid)
    assert desk.commit == deploy.commit()


def test_the_governors_delay_is_read_back(params: Params) -> None:
    waiting = Params(
        governor=params.governor,
        accreditor=params.accreditor,
        sentinel=params.sentinel,
        governor_delay=172_801,
    )

    suite = deploy.deploy(waiting, accounts[DEPLOYER])

    assert tuple(suite.manager.hasRole(0, accounts[1])) == (True, 172_801)
    assert suite.stablecoin is None


def test_assets_are_listed(params: Params) -> None:
    yen = TestStablecoin.deploy(18, {"from": accounts[9]})
    asset = Asset(address=yen.address, currency="JPY", exponent=0)
    named = Params(
        governor=params.governor, accreditor=params.accreditor, sentinel=params.sentinel, assets=(asset,)
    )

    suite = deploy.deploy(named, accounts[DEPLOYER])

    assert suite.factory.listingOf(yen) == ("0x" + b"JPY".hex(), 0)


@pytest.mark.parametrize("role", ["governor", "accreditor", "sentinel"])
def test_reverts_when_the_deployer_would_keep_power(params: Params, role: str) -> None:
    holders = {name: getattr(params, name) for name in ("governor", "accreditor", "sentinel")}

    before = sent()
    with pytest.raises(DeploymentError, match=f"the {role} is the deployer"):
        deploy.deploy(Params(**{**holders, role: accounts[DEPLOYER].address}), accounts[DEPLOYER])

    assert sent() == before


@pytest.mark.usefixtures("live")
def test_reverts_when_a_test_stablecoin_is_for_a_live_network(params: Params) -> None:
    before = sent()
    with pytest.raises(DeploymentError, match=r"the test stablecoin.* is not for chain 1337"):
        deploy.deploy(params, accounts[DEPLOYER])

    assert sent() == before


# COMPLETE CONTRACTS


def test_a_rerun_sends_nothing(params: Params, recorder: Recorder) -> None:
    first = deploy.deploy(params, accounts[DEPLOYER], recorder)
    before = sent()

    second = deploy.deploy(params, accounts[DEPLOYER], again())

    assert sent() == before
    assert [getattr(second, name).address for name in ("manager", "desk", "stablecoin")] == [
        getattr(first, name).address for name in ("manager", "desk", "stablecoin")
    ]


def test_reverts_when_a_rerun_asks_for_what_only_the_governor_can(params: Params, recorder: Recorder) -> None:
    deploy.deploy(params, accounts[DEPLOYER], recorder)
    other = Params(governor=params.governor, accreditor=params.accreditor, sentinel=accounts[9].address)

    with pytest.raises(DeploymentError, match=f"is asked to grant role 2 to {accounts[9]}"):
        deploy.deploy(other, accounts[DEPLOYER], again())


# AN INTERRUPTED DEPLOYMENT


class Stopped(Exception):
    pass


def stop_after(count: int, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends the process after this number of contracts is written to the book."""
    deployed: list[str] = []
    real = recorder.deploy

    def dying(container: Any, *arguments: Any) -> Any:
        if len(deployed) == count:
            raise Stopped
        deployed.append(container._name)
        return real(container, *arguments)

    monkeypatch.setattr(recorder, "deploy", dying)


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6])
def test_a_rerun_goes_on_after_any_contract(
    params: Params, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    stop_after(count, recorder, monkeypatch)
    with pytest.raises(Stopped):
        deploy.deploy(params, accounts[DEPLOYER], recorder)
    standing = dict(AddressBook.load(deploy.path_of(1337)).contracts) if count else {}

    suite = deploy.deploy(params, accounts[DEPLOYER], again() if count else recorder_anew())

    book = AddressBook.load(deploy.path_of(1337)).contracts
    assert all(book[name] == entry for name, entry in standing.items())
    verify(suite.chain, params, accounts[DEPLOYER].address)


def recorder_anew() -> Recorder:
    return Recorder(AddressBook(chain_id=1337, genesis=genesis_of(web3)))


@pytest.mark.parametrize("count", [4, 5])
def test_book_desk_and_factory_are_deployed_again_when_their_addresses_are_gone(
    params: Params, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    stop_after(count, recorder, monkeypatch)
    with pytest.raises(Stopped):
        deploy.deploy(params, accounts[DEPLOYER], recorder)
    old = AddressBook.load(deploy.path_of(1337))
    accounts[DEPLOYER].transfer(accounts[1], 0)

    suite = deploy.deploy(params, accounts[DEPLOYER], again())

    assert suite.book.address != old.address("PolicyBook")
    assert suite.providers.address == old.address("ProviderRegistry")
    verify(suite.chain, params, accounts[DEPLOYER].address)


@pytest.mark.parametrize("steps", [1, 7])
def test_a_rerun_goes_on_after_any_step_of_the_set_up(
    params: Params, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    real = deploy.outstanding

    def stopping(chain: Chain, wanted: Params) -> list[Any]:
        for step in real(chain, wanted)[:steps]:
            accounts[DEPLOYER].transfer(step.function.address, data=chain.calldata(step))
        raise Stopped

    monkeypatch.setattr(deploy, "outstanding", stopping)
    with pytest.raises(Stopped):
        deploy.deploy(params, accounts[DEPLOYER], recorder)
    monkeypatch.setattr(deploy, "outstanding", real)

    suite = deploy.deploy(params, accounts[DEPLOYER], again())

    assert real(suite.chain, params) == []


# CHANGED CONTRACTS


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s, a: s.manager.grantRole(2, a[9], 0, {"from": a[1]}), "who holds which role"),
        (lambda s, a: s.manager.grantRole(7, a[9], 0, {"from": a[1]}), "who holds which role"),
        (lambda s, a: s.manager.revokeRole(1, a[2], {"from": a[1]}), "who holds which role"),
        (lambda s, a: s.manager.labelRole(1, "OTHER", {"from": a[1]}), "the labels of the roles"),
        (lambda s, a: s.manager.setRoleAdmin(1, 2, {"from": a[1]}), "the admin of role 1"),
        (lambda s, a: s.manager.setRoleGuardian(2, 1, {"from": a[1]}), "the guardian of role 2"),
        (lambda s, a: s.manager.setTargetClosed(s.factory, True, {"from": a[1]}), "RiskPoolFactory closed"),
        (
            lambda s, a: s.manager.setTargetFunctionRole(
                s.providers, [s.providers.signatures["listDesk"]], 1, {"from": a[1]}
            ),
            "the role for ProviderRegistry",
        ),
        (lambda s, a: s.manager.updateAuthority(s.factory, s.providers, {"from": a[1]}), "authority"),
        (lambda s, a: s.providers.retireDesk(s.desk, {"from": a[1]}), "the desk's status"),
        (lambda s, a: s.factory.delistAsset(s.stablecoin, {"from": a[1]}), "the listing of asset"),
        (lambda s, a: s.providers.listDesk(a[0], {"from": a[1]}), "the deployer's status as a desk"),
        (
            lambda s, a: s.providers.accredit(a[0], 1, 2, bytes(32), {"from": a[2]}),
            r"the providers whose admin is the deployer is \[1\]",
        ),
    ],
)
def test_verify_names_what_differs(deployed: Suite, params: Params, change: Any, expected: str) -> None:
    change(deployed, accounts)

    with pytest.raises(DeploymentError, match=expected):
        verify(deployed.chain, params, accounts[DEPLOYER].address)


# AN AUDITOR


def test_an_auditor_verifies_it(deployed: Suite, params: Params) -> None:
    chain = Chain.open(web3.provider.endpoint_uri, addresses=deployed.chain.addresses)
    lower = Params(
        governor=params.governor.lower(),
        accreditor=params.accreditor.lower(),
        sentinel=params.sentinel.lower(),
        stablecoin=True,
    )

    verify(chain, lower, accounts[DEPLOYER].address.lower())


def test_verify_names_a_contract_that_is_not_there(deployed: Suite, params: Params) -> None:
    book = deployed.chain.addresses
    other = replace(book.contracts["PolicyBook"], address=accounts[9].address)

    with pytest.raises(DeploymentError, match=f"PolicyBook at {accounts[9]} does not answer DESK"):
        verify(Chain(web3, book.adding("PolicyBook", other)), params, accounts[DEPLOYER].address)


def test_verify_names_another_domain(deployed: Suite, params: Params) -> None:
    elsewhere = replace(deployed.chain.addresses, chain_id=4242)

    with pytest.raises(DeploymentError, match=r"ConsentRegistry's signing domain is .*1337.* instead of"):
        verify(Chain(web3, elsewhere), params, accounts[DEPLOYER].address)


# A LIVE NETWORK


@pytest.fixture
def holders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))
    monkeypatch.setenv("SALUS_PRIVATE_KEY", "11" * 32)
    monkeypatch.delenv("SALUS_ACCOUNT", raising=False)
    for name, number in (("GOVERNOR", 1), ("ACCREDITOR", 2), ("SENTINEL", 3)):
        monkeypatch.setenv(f"SALUS_{name}", accounts[number].address)


@pytest.mark.usefixtures("live", "holders")
def test_live_needs_the_holders(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SALUS_SENTINEL")

    with pytest.raises(SystemExit) as ended:
        deploy.main()

    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("Error: SALUS_SENTINEL: is not set")


@pytest.mark.usefixtures("live", "holders")
@pytest.mark.parametrize("reply", ["no", EOFError])
def test_live_sends_nothing_when_the_answer_is_no(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reply: Any
) -> None:
    answer(monkeypatch, reply)
    block = web3.eth.block_number

    stopped(deploy.main, code=NEEDS_YOU)

    assert web3.eth.block_number == block
    assert not deploy.path_of(1337).exists()
    output = capsys.readouterr().out
    assert "Nothing was sent." in output
    assert "who waits 2 days between announcing a step and taking it" in output


@pytest.mark.usefixtures("live", "holders")
def test_live_deploys_when_the_answer_is_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "perhaps", "yes")
    accounts[9].transfer(web3.eth.account.from_key("11" * 32).address, "10 ether")

    deploy.main()

    assert set(AddressBook.load(deploy.path_of(1337)).contracts) == set(CONTRACTS)
