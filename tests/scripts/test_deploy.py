from brownie import accounts
from scripts.deploy import Params, deploy


def test_x():
    s = deploy(Params.local(accounts), accounts[0])
    assert s.book.DESK() == s.desk.address
