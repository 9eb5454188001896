"""giveNotice

given a capital provider
├── when they give notice for shares that they have
│   └── it should emit when they may redeem: after 35 days
├── when they give notice for more than they have
│   └── it should revert
├── when they give notice again
│   └── it should replace the former notice; a notice of 0 shares deletes it
├── when time passes
│   └── it should let them redeem from the first second of the 14 days to the last, and only then
├── when the notice is for a part of the shares
│   └── it should let them redeem that part once, and nothing that is deposited later
├── when shares are transferred
│   ├── it should shrink the notice to the shares that stay, and never grow it again
│   ├── it should give the receiver no notice
│   └── it should let nobody redeem early by transferring shares between accounts
└── when a loss happens between notice and redemption
    └── it should reduce these shares like all others

SPECIFICATION M5.
"""

from __future__ import annotations

from tests.support.answers import emitted, refuses
from tests.support.bench import CAPITAL, EXIT_WINDOW, NOTICE_PERIOD, Bench
from tests.support.craft import DAY


def test_emits_when_the_holder_may_redeem(bench: Bench) -> None:
    shares = bench.pool.balanceOf(bench.alice) - 1

    done = bench.pool.giveNotice(shares, {"from": bench.alice})

    ready_at = done.timestamp + 35 * DAY
    assert emitted(done, "NoticeGiven") == {"owner": bench.alice, "shares": shares, "readyAt": ready_at}
    assert bench.pool.noticeOf(bench.alice) == (shares, ready_at)
    assert bench.pool.noticeOf(bench.bob) == (0, 0)
    assert (bench.pool.NOTICE_PERIOD(), bench.pool.EXIT_WINDOW()) == (35 * DAY, 14 * DAY)


def test_reverts_for_more_shares_than_one_has(bench: Bench) -> None:
    shares = bench.pool.balanceOf(bench.alice)
    with refuses("NoticeTooLarge", shares + 1, shares):
        bench.pool.giveNotice(shares + 1, {"from": bench.alice})
    with refuses("NoticeTooLarge", 1, 0):
        bench.pool.giveNotice(1, {"from": bench.stranger})


def test_begins_anew_in_place_of_the_one_before(bench: Bench) -> None:
    bench.open_exit()
    assert bench.pool.maxRedeem(bench.alice) > 0

    done = bench.pool.giveNotice(5, {"from": bench.alice})
    assert bench.pool.maxRedeem(bench.alice) == 0
    bench.travel(done.timestamp + NOTICE_PERIOD)
    assert bench.pool.maxRedeem(bench.alice) == 5

    bench.pool.giveNotice(0, {"from": bench.alice})
    bench.travel(bench.now() + NOTICE_PERIOD)
    assert bench.pool.maxRedeem(bench.alice) == 0


def test_lets_out_from_the_first_second_of_the_window_to_the_last(bench: Bench) -> None:
    shares = bench.pool.balanceOf(bench.alice)
    opens = bench.pool.giveNotice(shares, {"from": bench.alice}).timestamp + NOTICE_PERIOD
    closes = opens + EXIT_WINDOW

    for second, is_open in ((opens - 1, False), (opens, True), (closes - 1, True), (closes, False)):
        bench.travel(second)
        assert bench.now() == second
        assert bench.pool.maxRedeem(bench.alice) == (shares if is_open else 0)
        assert bench.pool.maxWithdraw(bench.alice) == (CAPITAL * bench.unit if is_open else 0)
        arguments = (shares, bench.alice, bench.alice, {"from": bench.alice})
        if is_open:
            assert bench.pool.redeem.call(*arguments) == CAPITAL * bench.unit
        else:
            with refuses("ERC4626ExceededMaxRedeem", bench.alice, shares, 0):
                bench.pool.redeem.call(*arguments)


def test_lets_out_a_part_once_and_nothing_deposited_later(bench: Bench) -> None:
    part = 10**12
    bench.pool.giveNotice(part, {"from": bench.alice})
    bench.deposit(1_009)
    bench.travel(bench.now() + NOTICE_PERIOD)
    assert bench.pool.maxRedeem(bench.alice) == part

    bench.pool.redeem(part - 7, bench.alice, bench.alice, {"from": bench.alice})
    assert bench.pool.maxRedeem(bench.alice) == 7
    bench.pool.redeem(7, bench.alice, bench.alice, {"from": bench.alice})

    assert bench.pool.maxRedeem(bench.alice) == bench.pool.maxWithdraw(bench.alice) == 0


def test_shrinks_to_the_shares_that_stay(bench: Bench) -> None:
    pool, alice, bob = bench.pool, bench.alice, bench.bob
    all_shares = pool.balanceOf(alice)
    noticed = all_shares - 100
    pool.giveNotice(noticed, {"from": alice})
    ready_at = pool.noticeOf(alice)[1]

    pool.transfer(alice, all_shares, {"from": alice})
    pool.transfer(bob, 100, {"from": alice})
    assert pool.noticeOf(alice) == (noticed, ready_at)
    pool.transfer(bob, 1, {"from": alice})
    assert pool.noticeOf(alice) == (noticed - 1, ready_at)
    pool.approve(bob, 2, {"from": alice})
    pool.transferFrom(alice, bob, 2, {"from": bob})
    assert pool.noticeOf(alice) == (noticed - 3, ready_at)

    pool.transfer(alice, 103, {"from": bob})
    assert pool.noticeOf(alice) == (noticed - 3, ready_at)
    assert pool.noticeOf(bob) == (0, 0)
    bench.travel(ready_at)
    assert pool.maxRedeem(alice) == noticed - 3
    assert pool.maxRedeem(bob) == 0


def test_lets_nobody_redeem_early_by_passing_shares_around(bench: Bench) -> None:
    pool, shares = bench.pool, bench.pool.balanceOf(bench.alice)
    hands = (bench.alice, bench.bob, bench.payer)
    for owner, heir in zip(hands, (*hands[1:], hands[0]), strict=True):
        pool.giveNotice(shares, {"from": owner})
        pool.transfer(heir, shares, {"from": owner})
        bench.travel(bench.now() + EXIT_WINDOW)
    bench.travel(bench.now() + NOTICE_PERIOD - EXIT_WINDOW)

    assert pool.balanceOf(bench.alice) == shares
    assert [pool.maxRedeem(owner) for owner in hands] == [0, 0, 0]


def test_bears_a_loss_that_comes_before_the_exit(bench: Bench) -> None:
    bench.deposit(CAPITAL, bench.bob)
    loss = 2_000_003
    longest_review = 30 * DAY

    bench.pool.giveNotice(bench.pool.balanceOf(bench.alice), {"from": bench.alice})
    bench.travel(bench.now() + longest_review)
    bench.reserve(loss)
    bench.settle(loss)
    bench.travel(bench.now() + NOTICE_PERIOD - longest_review)
    left = bench.pool.totalAssets()
    bench.pool.redeem(bench.pool.maxRedeem(bench.alice), bench.alice, bench.alice, {"from": bench.alice})

    assert bench.balance(bench.alice) - left // 2 in (-1, 0)
    assert left == (2 * CAPITAL - loss) * bench.unit
