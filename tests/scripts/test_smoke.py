import pytest
from brownie import accounts, web3
from scripts.deploy import Params, deploy, Recorder
from salus.chain import *
from salus.chain.address_book import AddressBook
from salus.chain.node import genesis_of, connect
from salus.errors import *
def test_x(tmp_path, monkeypatch):
    monkeypatch.setenv("SALUS_DEPLOYMENTS", str(tmp_path))
    url = web3.provider.endpoint_uri
    w3 = connect(url)
    book = AddressBook(chain_id=w3.eth.chain_id, genesis=genesis_of(w3))
    s = deploy(Params.local(accounts), accounts[0], Recorder(book))
    n = accounts[0].nonce
    book = AddressBook.load(tmp_path/"1337.json")
    s2 = deploy(Params.local(accounts), accounts[0], Recorder(book))
    assert accounts[0].nonce == n and s2.book.address == s.book.address
    chain = Chain.open(url)
    a = accreditation.accredit(chain, admin=accounts[7].address, from_=5, until=100, licence=b"\1"*32)
    print(a)
    for who in 5, 2:
        try:
            r = chain.send(a, Unlocked(accounts[who].address))
            print(r, chain.events(events.ProviderAccredited, r), list(chain.past(events.ProviderAccredited)))
        except SalusError as e: print(repr(e), e)
    try: chain.send(accreditation.accredit(chain, admin=accounts[7].address, from_=5, until=4, licence=b"\1"*32), Unlocked(accounts[2].address))
    except SalusError as e: print(repr(e), e)
    print((tmp_path/"1337.json").read_text())
    pool = chain.send(pools.create(chain, asset=s.stablecoin.address, insurer=accounts[4].address, name="P", symbol="p"), Unlocked(accounts[4].address))
    (p,) = chain.events(events.PoolCreated, pool)
    P = chain.pool(p.pool); print(P.words(123450), P.unit)
    assert 0
