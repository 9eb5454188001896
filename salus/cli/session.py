"""Where an action works and as whom, and the plan that it shows before it sends anything."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from salus.base.days import moment_words
from salus.base.errors import InputError
from salus.chain import Action, Chain, Pending, Receipt, Sender, Wallet, roles, waiting
from salus.chain.fees import fee_of
from salus.chain.keystore import key_of, node_account
from salus.chain.network import Network
from salus.chain.payments import preview_before_approval
from salus.chain.roles import Stage, Turn
from salus.cli.ending import DONE, NEEDS_YOU
from salus.cli.output import out
from salus.cli.settings import Endpoint, Settings
from salus.cli.spinner import Spinner
from salus.cli.usage import CallError
from salus.crypto.eip712 import Signer

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount


class _Rehearsed(Chain):
    """The suite in a dry run, which sends nothing, whatever an action forgets."""

    def send(self, *_: Any, **__: Any) -> NoReturn:
        out.print("A dry run. Nothing was sent.")
        raise SystemExit(DONE)


class Session:
    """One run of an action."""

    @cached_property
    def chain(self) -> Chain:
        """The suite on the network in use."""
        endpoint = at_endpoint()
        chain = Chain.open(endpoint.url, chain_id=endpoint.chain_id)
        kind = _Rehearsed if Settings.current().dry_run else Chain
        return kind(chain.w3, chain.addresses, Network.of(chain.chain_id).confirmations)

    @cached_property
    def network(self) -> Network:
        return Network.of(self.chain.chain_id)

    def sender(self, name: str | None) -> Sender:
        """The account that sends: a keystore, or on a local chain the number of one of the node's."""
        name = name or Settings.current().account
        if name and name.isdigit() and not self.network.is_live:
            return node_account(self.chain, int(name), parameter="account")
        other = "" if self.network.is_live else " or --account 3 (one of the node's, by number)"
        return signer(name, key_variable="SALUS_PRIVATE_KEY", parameter="account", other=other)

    def signing(self, key: LocalAccount, wallet: str | None) -> Signer:
        """Who signs: the key for itself, or in the name of a contract wallet that accepts its signatures."""
        return key if wallet in (None, key.address) else Wallet(self.chain.w3, str(wallet), key)

    def act(
        self,
        actions: Action | Sequence[Action],
        sender: Sender,
        *,
        first: Sequence[Action] = (),
        check: Callable[[], None] = lambda: None,
    ) -> list[Receipt]:
        """Shows the plan, tries it without sending, asks on a live network, sends one after the other. What
        an earlier run has sent is waited for instead. `first` is what the actions need, and is left out when
        they are there. `check` says what else stands against them, before anything is sent.

        What the sender's role lets it take only after notice is announced instead, and the program ends; run
        again when the time has come, it is done.
        """
        planned = [actions] if isinstance(actions, Action) else list(actions)
        self.show([*first, *planned], sender)
        earlier = [self.finish_earlier(action, sender) for action in planned]
        left = [action for action, receipt in zip(planned, earlier, strict=True) if receipt is None]
        if not left:
            out.print("Run the command once more to do the same a second time.")
            return [receipt for receipt in earlier if receipt]
        check()
        self._ready(first, left, sender)
        for action in first:
            # is asked for only while the chain lacks it, and twice does the same as once: needs no note
            self.show_receipt(self.chain.send(action, sender))
        return [
            receipt or self._send(action, sender) for action, receipt in zip(planned, earlier, strict=True)
        ]

    def _ready(self, first: Sequence[Action], left: Sequence[Action], sender: Sender) -> None:
        """That the actions may be sent now; else the program ends here."""
        planned = [*first, *left]
        turns = [roles.turn_of(self.chain, action, sender.address) for action in planned]
        if any(turn.stage is not Stage.NOW for turn in turns):
            self._announce([turn for turn in turns if turn.stage is not Stage.NOW], sender)
            raise SystemExit(0)
        # The first is tried before the question; the others may depend on it, and are tried when it is done.
        self.chain.preview(planned[0], sender.address)
        if first:
            preview_before_approval(self.chain, left[0], sender.address)
        self.confirm()

    def _announce(self, turns: Sequence[Turn], sender: Sender) -> None:
        """Announces what is not announced yet, and says from when it can be done."""
        for turn in turns:
            if self.finish_earlier(roles.announcement(self.chain, turn), sender):
                turn = roles.turn_of(self.chain, turn.action, sender.address)
            if turn.opens_at:
                out.print(f"This is announced. {_opening(turn)}", markup=False)
            else:
                self._check_wanted(turn)
                action = roles.announcement(self.chain, turn)
                self.show([action], sender)
                self.chain.preview(action, sender.address)
                self.confirm()
                self._send(action, sender)
                announced = roles.turn_of(self.chain, turn.action, sender.address)
                out.print(f"It is announced. {_opening(announced)}", markup=False)

    def _check_wanted(self, turn: Turn) -> None:
        """That a call which was announced and made before is meant once more; else the program ends here."""
        if turn.done is not None:
            out.print(f"This was announced and done before, in transaction {turn.done}.", markup=False)
            if not Settings.current().dry_run:
                agree("Announce it once more?", "Nothing was sent.")

    def show(self, planned: Sequence[Action], sender: Sender) -> None:
        """The plan in words: where, as whom, what, and the fee where gas costs something."""
        out.print(
            f"On {self.network.name} (chain {self.network.chain_id}), as {sender.address}:", markup=False
        )
        for action in planned:
            out.entry("plan", contract=action.contract, call=action.name, words=list(action.words))
            for line in action.words:
                out.print(f"  {line}", markup=False)
        fee = fee_of(self.chain.w3, planned, sender.address)
        if fee.price:
            out.fact(fee=fee)
            words = fee.words(self.network.coin)
            out.print(f"  {words[:1].upper()}{words[1:]}.", markup=False)

    def confirm(self, question: str = "Send this?", *, otherwise: str = "Nothing was sent.") -> None:
        """On a live network nothing is sent, and no policy signed, without a yes. A dry run ends here. Raises
        CallError where nobody can be asked."""
        if Settings.current().dry_run:
            out.print(f"A dry run. {otherwise}")
            raise SystemExit(DONE)
        if self.network.is_live:
            agree(question, otherwise)

    def send(self, action: Action, sender: Sender) -> Receipt:
        """Sends one action, unless an earlier run has, and says so."""
        return self.finish_earlier(action, sender) or self._send(action, sender)

    def finish_earlier(self, action: Action, sender: Sender) -> Receipt | None:
        """What an earlier run has sent of this, and did not see end: waited for, and not sent again.

        A dry run leaves its note alone."""
        call = Pending(self.chain, action, sender)
        if Settings.current().dry_run or not call.is_noted:
            return None
        transaction = call.sent()
        if transaction is None:
            out.print("An earlier run was about to send this, but the node does not have it: it is sent now.")
            return None
        out.print(f"An earlier run has sent this: {transaction}", markup=False)
        receipt = call.wait(transaction)
        if receipt.raw["status"] == 1:
            self.show_receipt(receipt)
        else:
            out.print("But it failed and did nothing: it is sent anew.")
        call.done()
        return receipt if receipt.raw["status"] == 1 else None

    def _send(self, action: Action, sender: Sender) -> Receipt:
        call = Pending(self.chain, action, sender)
        receipt = call.send()
        self.show_receipt(receipt)
        # a process that ends before this line finds it done, and does not do it again
        call.done()
        return receipt

    def show_receipt(self, receipt: Receipt) -> None:
        """Where a transaction can be looked up."""
        out.entry("transactions", transaction=receipt.transaction, block=receipt.block)
        link = f"  {self.network.explorer}{receipt.transaction}" if self.network.explorer else ""
        out.print(f"Done in block {receipt.block}: {receipt.transaction}{link}", markup=False)


def at_endpoint() -> Endpoint:
    """The node in use, with its address book in force. While it is silent, a person sees that."""
    endpoint = Settings.current().endpoint()
    if endpoint.deployments:
        os.environ.setdefault("SALUS_DEPLOYMENTS", endpoint.deployments)
    waiting.watch(Spinner())
    return endpoint


def _opening(turn: Turn) -> str:
    """When an announced action can be taken, and how."""
    return (
        f"It can be done from {moment_words(turn.opens_at)} to before {moment_words(turn.closes_at)}: "
        "run the same command then."
    )


def agree(question: str, otherwise: str, *, way_out: str = "add --yes") -> None:
    """Goes on after a yes, or with `--yes`; else the program ends, and says that otherwise nothing was done.
    Raises CallError where nobody can be asked."""
    if Settings.current().yes:
        return
    if not somebody_is_there():
        what = otherwise[:1].lower() + otherwise[1:-1]
        raise CallError(f"{what}: there is nobody to say yes", remedy=way_out)
    if not ask(question):
        out.print(otherwise)
        raise SystemExit(NEEDS_YOU)


def somebody_is_there() -> bool:
    """Whether a person can answer."""
    return sys.stdin.isatty()


def ask(question: str) -> bool:
    """Asks until the answer is yes or no; a closed input is a no."""
    while True:
        try:
            with redirect_stdout(sys.stderr):
                answer = input(f"{question} [yes/no] ").strip().lower()
        except EOFError:
            return False
        if answer in ("yes", "no"):
            return answer == "yes"


def signer(name: str | None, *, key_variable: str, parameter: str, other: str = "") -> LocalAccount:
    """The key of a keystore, or without a name the key in an environment variable; asks for the password."""
    try:
        return key_of(
            name,
            variable=key_variable,
            parameter=parameter,
            folders=Settings.current().keystores,
            ask_password=_password,
            alternative=other,
        )
    except InputError as error:
        if error.field == parameter and error.file is None:  # who it is was not said, or mistyped
            raise CallError(error.message, field=parameter, remedy=error.remedy) from None
        raise


def _password(name: str) -> str:
    given = os.environ.get("SALUS_PASSWORD")
    if given is not None:
        return given
    if not somebody_is_there():
        raise CallError(
            f"there is nobody to say the password of keystore {name}", remedy="set SALUS_PASSWORD"
        )
    return getpass.getpass(f"Password of keystore {name}: ")
