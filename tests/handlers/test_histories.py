"""Nothing is lost, nothing happens twice: histories of up to 50 steps, against a model.

Clients submit, repeat and read; fraud desks send alerts; Lambda polls, late, twice, or dies;
merchants are down, slow or wrong; operators rotate keys and redrive. Any call of any function
may fail in any mode of `faults.Mode`. After every step every promise of `promises.py` must
hold. In the end everything is mended, and then every transaction must have reached its end, and
its merchant must know. What a client was not told is unknown, never failed.

The tables are moto's (or DynamoDB Local), the queues are `fifo.py`, the clock is virtual: a
history that breaks a promise runs again the same way and shrinks to a few steps.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.handlers import promises
from tests.handlers.faults import Mode
from tests.handlers.history import CARD, SECRETS, History, event_of
from tests.handlers.merchant import BEHAVIOURS
from tests.handlers.model import AlertBody, Body
from tests.handlers.simulation import simulated

AMOUNTS = (
    ("100.00", "USD"),
    ("100.0", "USD"),
    ("7", "JPY"),
    ("0.001", "KWD"),
    ("999999999999.99", "USD"),
)
LONG_AGO = 1_700_000_000

clients = st.sampled_from(["client-1", "client-2"])
keys = st.none() | st.sampled_from(["idempotency-1", "idempotency-2"])
amounts = st.sampled_from(AMOUNTS)
notes = st.none() | st.sampled_from(["tea", "\u00fcber \u2603 'quoted'"])
# Mostly none or one, often one that holds a run: what overtakes what is where races are lost.
faults: st.SearchStrategy[dict[int, Mode]] = (
    st.just({})
    | st.builds(lambda call, mode: {call: mode}, st.integers(0, 5), st.sampled_from(Mode))
    | st.builds(lambda call: {call: Mode.PAUSE}, st.integers(0, 4))
    | st.dictionaries(st.integers(0, 12), st.sampled_from(Mode), max_size=2)
)
which = st.integers(0, 9)
batch_sizes = st.sampled_from([10, 1, 2])
scores = st.sampled_from([71, 70, 100, 0])
queues = st.sampled_from(["transactions", "notifications"])


class Payments(RuleBasedStateMachine):
    """Each rule is one step of a history."""

    started = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).started += 1
        self.end = ExitStack()
        self.history = History(self.end.enter_context(simulated()))
        self.history.world.configure(SECRETS[0])
        self.serial = 0

    # Clients

    @rule(client=clients, key=keys, amount=amounts, note=notes, plan=faults)
    def submit(
        self, client: str, key: str | None, amount: tuple[str, str], note: Any, plan: Any
    ) -> None:
        """A fresh key, the same key and body, the same key and another body, or no key."""
        self.serial += key is None
        name = f"{client}.n{self.serial}" if key is None else f"{client}.k{key[-1]}"
        body = Body(name, amount[0], amount[1], note, note)
        self.history.submit(client, key, body, plan)

    @rule()
    def ask_again_whatever_was_not_answered(self) -> None:
        if not self.history.held:
            self.history.repeat_unknown()

    @rule(place=st.sampled_from(["description", "metadata", "key", "name"]))
    def submit_a_card_number(self, place: str) -> None:
        """It is refused, and is nowhere afterwards."""
        body = {
            "description": f'"description": "card {CARD}"',
            "metadata": f'"metadata": {{"{CARD}": "x"}}',
            "name": f'"{CARD}": 1',
            "key": '"description": "none"',
        }[place]
        text = f'{{"amount": 1, "currency": "USD", "merchant_id": "card", {body}}}'
        key = CARD if place == "key" else "idempotency-9"
        self.history.submit_refused(event_of(text, "client-1", key), 422)

    @precondition(lambda self: self.history.ids())
    @rule(which=which, plan=faults)
    def read(self, which: int, plan: Any) -> None:
        self.history.read(self._id(which), plan)

    # The fraud desk

    @precondition(lambda self: self.history.ids())
    @rule(
        which=which,
        score=scores,
        named=st.sampled_from([(), ("alert-1",), ("alert-1", LONG_AGO), ("alert-2", LONG_AGO)]),
        plan=faults,
    )
    def send_an_alert(self, which: int, score: int, named: tuple[Any, ...], plan: Any) -> None:
        """Before, during and after processing, at 70 and 71, twice, and with another body."""
        self.history.alert(AlertBody(self._id(which), score, *named), plan)

    @rule(score=scores)
    def send_an_alert_for_nothing(self, score: int) -> None:
        self.history.alert(AlertBody("txn_" + "p" * 32, score))

    # Lambda and SQS

    @rule(queue=queues, most=batch_sizes, plan=faults)
    def deliver(self, queue: str, most: int, plan: Any) -> None:
        """A batch, whole or not; again where it was not deleted; late where its run is held."""
        self.history.deliver(queue, most, plan)

    @rule()
    def deliver_from_end_to_end(self) -> None:
        """What clients sent reaches merchants, as on most days."""
        for queue in self.history.world.queues:
            self.history.deliver(queue)

    @precondition(lambda self: self.history.held)
    @rule(which=which)
    def go_on_with_a_held_run(self, which: int) -> None:
        """A slow run, or a zombie whose retry has long finished."""
        self.history.resume(self.history.held[which % len(self.history.held)])

    @rule(seconds=st.sampled_from([1, 40, 170, 299, 300, 2000]))
    def wait(self, seconds: int) -> None:
        """Visibility timeouts, deduplication and caches end by and by."""
        self.history.advance(seconds)

    @rule(queue=queues)
    def redrive(self, queue: str) -> None:
        self.history.world.queues[queue].redrive()

    @rule()
    def start_a_new_process(self) -> None:
        self.history.world.restart()

    # Merchants and operators

    @rule(behaviour=st.sampled_from(sorted(BEHAVIOURS)))
    def merchant_changes(self, behaviour: str) -> None:
        self.history.world.merchant.behaviour = behaviour

    @rule(secrets=st.sampled_from([SECRETS[:1], SECRETS[:2], SECRETS[1:2], SECRETS[1:]]))
    def rotate_the_key(self, secrets: tuple[str, ...]) -> None:
        self.history.world.configure(*secrets)

    # What holds after every step

    @invariant()
    def every_promise_holds(self) -> None:
        promises.hold(self.history)

    def teardown(self) -> None:
        """Mend everything, and see that every promise was kept in the end."""
        try:
            # A history that has failed already, or was cut off, is not judged again.
            if sys.exc_info()[0] is None:
                self.history.world.configure(SECRETS[2])
                self.history.settle(redrive=False)
                promises.hold(self.history)
                self.history.settle()
                promises.are_kept(self.history)
        finally:
            self.history.close()
            self.end.close()

    def _id(self, which: int) -> str:
        ids = self.history.ids()
        return ids[which % len(ids)]


# In shards, so that two processes share the work.
SHARDS = 4
HISTORIES = {"quick": 20, "planted": 100, "ci": 500, "thorough": 5000}
PLANTED = "PLANTED_BUG" in os.environ
"""Whether a bug is planted: then that it is caught is enough, it need not shrink."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_history_keeps_the_promises(
    shard: int, record_property: Callable[[str, object], None]
) -> None:
    machine: Any = type(f"Payments{shard}", (Payments,), {"started": 0})
    profile = "planted" if PLANTED else os.environ.get("HYPOTHESIS_PROFILE", "quick")
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=HISTORIES[profile],
                stateful_step_count=50,
                deadline=None,
                report_multiple_bugs=False,
                phases=[Phase.generate] if PLANTED else list(Phase),
            ),
        )
    finally:
        record_property("histories", machine.started)
