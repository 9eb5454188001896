"""Isolation of one test from the next

given a chain that is reverted after a transaction, so that the next one has the same nonce
└── when Brownie's thread for the first transaction checks late which ones with that nonce were dropped
    └── it should not treat the next transaction as dropped
given a chain that was reverted past a transaction which Brownie still remembers
└── it should send the next transaction with the same nonce
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from brownie import accounts, chain
from brownie.network.state import TxHistory


def test_a_transaction_is_not_confused_with_one_of_the_test_before(monkeypatch: pytest.MonkeyPatch) -> None:
    look = TxHistory.filter

    def look_late(history: TxHistory, *arguments: Any, **wanted: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.1)
        return look(history, *arguments, **wanted)

    monkeypatch.setattr(TxHistory, "filter", look_late)

    for _ in range(3):
        before = chain._take_snapshot()
        sent = accounts[0].transfer(accounts[1], 1)
        assert sent.status == 1
        chain._revert(before)


def test_a_reverted_transaction_is_not_waited_for() -> None:
    before = chain._take_snapshot()
    gone = accounts[0].transfer(accounts[1], 1)
    chain._revert(before)
    TxHistory()._add_tx(gone)

    sent = accounts[0].transfer(accounts[1], 1)

    assert (sent.status, sent.nonce) == (1, gone.nonce)
