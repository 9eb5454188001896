"""Where the gas of a claim goes, alone and as one of many: from a trace of every instruction and the
compiler's source maps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from benchmarks.scenarios import LINES
from benchmarks.stage import Stage, request

BASE = 21_000
COLD_ACCOUNT = 2_500
"""What the first call to an account costs above the ones after."""
ECRECOVER = 3_000
TRACED = 4
"""Lines of a call to compare with one more; the trace of all of them would not fit in memory."""
CALLS = {"CALL", "STATICCALL", "DELEGATECALL"}
STORAGE = {"SLOAD", "SSTORE"}
HASHING = (
    "hash",
    "MerkleProof.",
    "Hashes.",
    "MessageHashUtils.",
    "EIP712.",
    "claimIdOf",
    "BillLines.payerOf",
)


@dataclass(frozen=True)
class Step:
    """One instruction: who runs it, which it is, what it costs itself, and the function it belongs to."""

    contract: str
    op: str
    gas: int
    function: str


def breakdown(stage: Stage) -> dict[str, int]:
    """Gas of claim_paid_existing by part; the parts add up to the whole."""
    with stage.undone():
        sold = stage.sell()
        stage.file(sold.line(1))
        desk, filing = stage.world.desk, stage.world.attest([sold.line(2)])
        return parts(stage, desk, desk.file.encode_input(*filing.as_arguments()))


def breakdown_of_line(stage: Stage) -> dict[str, int]:
    """Gas by part of one more line in a call, of an attestation of as many as claim_batch100_per_line has.

    What a whole call shares (base, signature, cold accounts) is left out: each line bears a hundredth of it.
    """
    with stage.undone():
        policies = [stage.draft(number) for number in range(LINES)]
        stage.issue(*policies)
        stage.consent(*policies)
        stage.begin(policies[0])
        filed = policies[: TRACED + 1]
        stage.file(*(sold.line((1, number)) for number, sold in enumerate(filed)))
        desk = stage.world.desk
        filing = stage.world.attest([sold.line((2, number)) for number, sold in enumerate(policies)])
        fewer, more = (
            Counter(
                parts(
                    stage,
                    desk,
                    desk.file.encode_input(*replace(filing, lines=filing.lines[:count]).as_arguments()),
                )
            )
            for count in (TRACED, TRACED + 1)
        )
    return {part: cost - fewer[part] for part, cost in more.items() if cost != fewer[part]}


def parts(stage: Stage, to: Any, data: str) -> dict[str, int]:
    """Gas by part of a call, not sent."""
    call = {"from": stage.world.stranger.address, "to": to.address, "data": data, "gas": hex(10**7)}
    trace = request("debug_traceCall", call, "latest", {})
    gas: Counter[str] = Counter(base=BASE)
    gas["calldata"] = sum(16 if byte else 4 for byte in bytes.fromhex(data.removeprefix("0x")))
    for step in steps(stage, to, trace["structLogs"]):
        for part, cost in split(stage, step):
            gas[part] += cost
    if sum(gas.values()) != trace["gas"]:
        raise AssertionError(f"the parts add up to {sum(gas.values())}, and the whole is {trace['gas']}")
    return {part: cost for part, cost in gas.items() if cost}


def split(stage: Stage, step: Step) -> Iterator[tuple[str, int]]:
    if step.op in CALLS and step.gas >= COLD_ACCOUNT:
        is_precompile = step.function == "ECDSA.tryRecover"
        fixed = ECRECOVER if is_precompile else COLD_ACCOUNT
        yield ("signature" if is_precompile else "cold accounts"), fixed
        yield "calls, ABI coding and arithmetic", step.gas - fixed
    elif step.contract == stage.world.asset._name:
        yield "token", step.gas
    elif step.op in STORAGE:
        yield f"storage of {step.contract}", step.gas
    elif step.op.startswith("LOG"):
        yield "event", step.gas
    elif step.function.startswith(HASHING):
        yield "hashing and proofs", step.gas
    else:
        yield "calls, ABI coding and arithmetic", step.gas


def steps(stage: Stage, to: Any, logs: list[dict[str, Any]]) -> Iterator[Step]:
    """The instructions of a trace, a call's cost being its own without that of what it calls."""
    world = stage.world
    contracts = {
        contract.address.lower(): contract._name
        for contract in (world.desk, world.book, world.providers, world.consents, world.pool, world.asset)
    }

    @cache
    def source_map(name: str) -> dict[int, Any]:
        return dict(stage.project._build.get(name)["pcMap"])

    frames = [(contracts[to.address.lower()], "")]
    for log, cost in zip(logs, own_costs(logs), strict=True):
        depth = log["depth"] - logs[0]["depth"]
        del frames[depth + 1 :]
        name, function = frames[depth]
        # generated code for ABI coding has no source of its own: it counts for the function that asked for it
        function = source_map(name).get(log["pc"], {}).get("fn") or function
        frames[depth] = (name, function)
        yield Step(name, log["op"], cost, function)
        if log["op"] in CALLS:
            callee = "0x" + log["stack"][-2].removeprefix("0x").rjust(40, "0")[-40:]
            frames.append((contracts.get(callee, ""), ""))


def own_costs(logs: list[dict[str, Any]]) -> list[int]:
    """What each instruction takes from the gas left, less what the instructions inside a call take."""
    costs = [0] * len(logs)
    open_calls: list[tuple[int, int]] = []
    """Index of a call, and gas taken inside it so far."""
    for index, log in enumerate(logs):
        following = logs[index + 1] if index + 1 < len(logs) else None
        if following is None or following["depth"] < log["depth"]:
            costs[index] = log["gasCost"]
        elif following["depth"] == log["depth"]:
            costs[index] = log["gas"] - following["gas"]
        else:
            open_calls.append((index, 0))
            continue
        if open_calls:
            call, inside = open_calls.pop()
            open_calls.append((call, inside + costs[index]))
        if following is not None and following["depth"] < log["depth"]:
            call, inside = open_calls.pop()
            costs[call] = logs[call]["gas"] - following["gas"] - inside
            if open_calls:
                outer, taken = open_calls.pop()
                open_calls.append((outer, taken + inside + costs[call]))
    return costs
