"""Every fault at every call of every scenario, one at a time; on the money path, two.

A scenario runs once without a fault, and its calls are recorded. Then it runs again for each
call and each mode of `faults.Mode` that the call can meet: clients ask again until they are
answered, held runs go on after everything else is finished, queues run empty, and every promise
must have been kept. A call that a function makes one day is covered from that day on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import pytest

from tests.handlers import promises
from tests.handlers.faults import Call, Mode
from tests.handlers.history import SECRETS, History, Plan
from tests.handlers.model import AlertBody, Body
from tests.handlers.simulation import simulated

KEY = "idempotency-1"
TEA = Body("client-1.k1", "100.00", description="tea")
COFFEE = Body("client-1.k1", "100.0", description="tea")
ANONYMOUS = Body("client-1.n1", "7", "JPY")

Step = Callable[[History, Plan], None]


def submit(history: History, plan: Plan) -> None:
    history.submit("client-1", KEY, TEA, plan)


def submit_other_body(history: History, plan: Plan) -> None:
    history.submit("client-1", KEY, COFFEE, plan)


def submit_without_key(history: History, plan: Plan) -> None:
    history.submit("client-1", None, ANONYMOUS, plan)


def process(history: History, plan: Plan) -> None:
    history.deliver("transactions", 10, plan)


def notify(history: History, plan: Plan) -> None:
    history.deliver("notifications", 10, plan)


def alert(history: History, plan: Plan) -> None:
    for transaction_id in history.ids()[:1]:
        history.alert(AlertBody(transaction_id, 71, "alert-1"), plan)


def other_alert(history: History, plan: Plan) -> None:
    for transaction_id in history.ids()[:1]:
        history.alert(AlertBody(transaction_id, 100, "alert-2"), plan)


def mild_alert(history: History, plan: Plan) -> None:
    for transaction_id in history.ids()[:1]:
        history.alert(AlertBody(transaction_id, 70), plan)


def merchant_redirects(history: History, plan: Plan) -> None:
    history.world.merchant.behaviour = "redirecting"


def read(history: History, plan: Plan) -> None:
    for transaction_id in history.ids()[:1]:
        history.read(transaction_id, plan)


SCENARIOS: dict[str, tuple[Step, ...]] = {
    "submitted, processed, told": (submit, process, notify, read),
    "without a key": (submit_without_key, process, notify, read),
    "submitted twice": (submit, submit, process, submit, notify),
    "two bodies": (submit, submit_other_body, process, notify),
    "alert before processing": (submit, alert, process, notify, read),
    "alert after processing": (submit, process, alert, notify, notify),
    "alert twice": (submit, process, notify, alert, alert, notify),
    "two alerts": (submit, process, alert, other_alert, notify),
    "mild alert": (submit, mild_alert, process, notify),
    "mild alert twice": (submit, process, mild_alert, mild_alert, notify),
    "a merchant that redirects": (submit, process, merchant_redirects, notify),
    "two transactions in a batch": (submit, submit_without_key, process, notify),
}
MONEY_PATH = "submitted, processed, told"

Fault = tuple[int, int, Mode]
"""The step, the call in it, and what happens there."""


def run(
    steps: tuple[Step, ...], faults: tuple[Fault, ...], *, slow: bool = False
) -> list[list[Call]]:
    """The calls of each step of a scenario that meets these faults, and keeps its promises.

    A run that is held goes on when its retry and all else has finished, or, where it is only
    `slow`, once the next step has overtaken it.
    """
    with simulated() as world:
        history = History(world)
        world.configure(SECRETS[0])
        recorded: list[list[Call]] = []
        try:
            for number, step in enumerate(steps):
                plan = {call: mode for at, call, mode in faults if at == number}
                overtaken = list(history.held) if slow else []
                made = len(history.calls)
                history.advance(1)
                step(history, plan)
                recorded.append(history.calls[made:])
                for held in overtaken:
                    history.resume(held)
                promises.hold(history)
                history.repeat_unknown()
                promises.hold(history)
            history.finish_all_but_held()
            promises.hold(history)
            history.settle(redrive=False)
            promises.hold(history)
            history.settle()
            promises.are_kept(history)
        finally:
            history.close()
        return recorded


def faults_of(name: str) -> Iterator[Fault]:
    for step, calls in enumerate(run(SCENARIOS[name], ())):
        for number, call in enumerate(calls):
            for mode in Mode:
                if mode in call.modes():
                    yield step, number, mode


def told(fault: Fault) -> str:
    step, call, mode = fault
    return f"step {step}, call {call}, {mode.name}"


Recorder = Callable[[str, object], None]
MOST_SHOWN = 3


def violations(
    steps: tuple[Step, ...], plans: Sequence[tuple[Fault, ...]], record_property: Recorder
) -> list[str]:
    """What the first plans that break a promise break; records how many runs it took."""
    found: list[str] = []
    for number, faults in enumerate(plans, start=1):
        try:
            run(steps, faults)
            if any(mode is Mode.PAUSE for _, _, mode in faults):
                run(steps, faults, slow=True)
        except AssertionError as error:
            if not found:
                record_property("runs", number)
            found.append(f"{' and '.join(told(fault) for fault in faults)}: {error}")
            if len(found) == MOST_SHOWN:
                break
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_single_fault_is_survived(name: str, record_property: Recorder) -> None:
    plans = [(fault,) for fault in faults_of(name)]
    assert plans
    assert violations(SCENARIOS[name], plans, record_property) == []


# In slices, so that two processes share the work; the quick profile takes every eighth pair.
SLICES = 8


@pytest.mark.parametrize("part", range(SLICES))
def test_every_pair_of_faults_on_the_money_path_is_survived(
    part: int, record_property: Recorder
) -> None:
    every = 1 if os.environ.get("HYPOTHESIS_PROFILE", "quick") != "quick" else 8
    pairs = [pair for pair in combinations(faults_of(MONEY_PATH), 2) if pair[0][:2] != pair[1][:2]][
        part :: SLICES * every
    ]
    assert pairs
    assert violations(SCENARIOS[MONEY_PATH], pairs, record_property) == []


def test_the_recorded_calls_are_those_of_the_functions() -> None:
    recorded = run(SCENARIOS["alert before processing"], ())
    operations = {call.operation for calls in recorded for call in calls}
    assert operations >= {"GetItem", "SendMessage", "PutItem", "TransactWriteItems", "POST"}
    assert {call.service for calls in recorded for call in calls} == {
        "dynamodb", "sqs", "ssm", "dns", "http",
    }  # fmt: skip
