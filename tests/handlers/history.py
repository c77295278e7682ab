"""What clients, pollers and operators do, one step after another, and what they see of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

from handlers import fraud_alerts, process_transactions, retrieve_transactions
from tests.handlers.faults import NO_ANSWER, Call, Mode, Run
from tests.handlers.model import REVIEW_ABOVE, Alert, AlertBody, Body, Transaction, read_json
from tests.handlers.simulation import Polled, Simulation

API_SECONDS: Final = 29
"""After this time API Gateway no longer waits: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"""
CARD: Final = "4111111111111111"
SECRETS: Final = (
    "whsec_b2xkIHNlY3JldCwgdGhpcnR5LXR3byBieXRlcyE=",
    "whsec_bmV3IHNlY3JldCwgYWxzbyB0aGlydHkgYnl0ZXM=",
    "whsec_dGhpcmQgc2VjcmV0LCBtb3JlIHRoYW4gdHdlbnR5LWZvdXI=",
)
_ALWAYS_SETTLED_AFTER: Final = 40

Plan = Mapping[int, Mode]


@dataclass
class Held:
    """A run that is held before a call, and what to do with its answer, if that is heard."""

    run: Run
    since: float
    answered: Callable[[Run, bool], None]
    again: Callable[[], None]
    polled: Polled | None = None


@dataclass
class History:
    """The world, the model beside it, and the requests whose outcome nobody knows."""

    world: Simulation
    transactions: dict[str, Transaction] = field(default_factory=dict)
    alerts: dict[tuple[str, str], Alert] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    unknown: list[Callable[[], None]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    histories_seen: dict[str, list[Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def submit(self, client: str, key: str | None, body: Body, plan: Plan | None = None) -> None:
        """Submit a transaction; the body's merchant tells client and key."""
        transaction = self.transactions.setdefault(body.merchant_id, Transaction())
        known, untouched = transaction.accepted is not None, not transaction.possible
        transaction.ask(body)

        def answered(run: Run, heard: bool) -> None:
            answer = run.answer if heard else None
            if answer is not None:
                transaction.answered(body, answer, excused=bool(run.fired & NO_ANSWER))
                replayed = answer["headers"].get("Idempotency-Replayed") == "true"
                assert replayed or not (known and answer["statusCode"] == 202)
                assert not (replayed and untouched and Mode.PAUSE not in run.fired)
            if key is not None and (answer is None or answer["statusCode"] == 503):
                self.unknown.append(again)

        def again() -> None:
            # Without a key a client must not ask again before it has looked.
            if key is not None:
                self.submit(client, key, body)

        event = event_of(body.text(), client, key)
        self._ask(process_transactions, event, plan, answered, again)

    def submit_refused(self, event: dict[str, Any], status: int) -> None:
        """Submit what must be refused, whatever else there is."""
        run = self._run(process_transactions, event, None)
        assert run.answer["statusCode"] == status, run.answer

    def alert(self, body: AlertBody, plan: Plan | None = None) -> None:
        """Send a fraud alert."""
        owner = self._owner(body.transaction_id)
        name = body.alert_id or body.text()
        alert = self.alerts.setdefault((body.transaction_id, name), Alert())
        alert.ask(body)

        def answered(run: Run, heard: bool) -> None:
            answer = run.answer if heard else None
            if answer is None or answer["statusCode"] == 503:
                assert answer is None or run.fired & NO_ANSWER, "unavailable for no reason"
                self.unknown.append(again)
            elif answer["statusCode"] == 404:
                assert owner is None or owner.accepted is None, "a 2xx was followed by absence"
                alert.possible = [each for each in alert.possible if each != body]
            else:
                alert.answered(body, answer, excused=False, rivals=self._has_rival(body))
                if body.fraud_score > REVIEW_ABOVE and answer["statusCode"] < 300 and owner:
                    owner.must_be_in_review = True
                    assert json.loads(answer["body"])["status"] == "fraud_review"

        def again() -> None:
            self.alert(body)

        self._ask(fraud_alerts, event_of(body.text(), "fraud-desk", None), plan, answered, again)

    def read(self, transaction_id: str, plan: Plan | None = None) -> None:
        """Read a transaction back."""
        owner = self._owner(transaction_id)

        def answered(run: Run, heard: bool) -> None:
            if not heard:
                return
            status = run.answer["statusCode"]
            if status == 404:
                assert owner is None or owner.accepted is None, "a 2xx was followed by absence"
            elif status == 503:
                assert run.fired & NO_ANSWER, "unavailable for no reason"
            else:
                assert (status, owner is None) == (200, False), run.answer
                shown = read_json(run.answer["body"])
                facts = {name: shown.get(name) for name in owner.possible[0].facts()}  # type: ignore[union-attr]
                assert facts in [body.facts() for body in owner.possible]  # type: ignore[union-attr]

        event = {
            **event_of(None, "client-1", None),
            "httpMethod": "GET",
            "pathParameters": {"id": transaction_id},
        }
        self._ask(retrieve_transactions, event, plan, answered, _nothing)

    def deliver(self, queue: str, most: int = 10, plan: Plan | None = None) -> bool:
        """Hand a batch to the queue's function; False where nothing is due."""
        polled = self.world.poll(queue, most, plan)
        if polled is None:
            return False
        self.calls += polled.run.calls
        if polled.run.paused:
            self.held.append(Held(polled.run, self.world.now, _nothing, _nothing, polled))
        return True

    def resume(self, held: Held) -> None:
        """Let a held run go on; its client hears the answer if it has not given up by then."""
        self.held.remove(held)
        self.world.resume(held.run)
        held.answered(held.run, held.run.done and self.world.now - held.since < API_SECONDS)
        self._note(held.run)
        if held.polled is not None:
            self.world.finish(held.polled)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.world.now += seconds

    def finish_all_but_held(self) -> None:
        """While runs are held, their clients ask again, and all else comes to its end."""
        self.advance(2000)
        for held in list(self.held):
            held.again()
        if not self.held:
            return
        for _ in range(_ALWAYS_SETTLED_AFTER):
            moved = [self.deliver(name) for name in self.world.queues]
            if not any(moved):
                return
            self.advance(2000)

    def settle(self, *, redrive: bool = True) -> None:
        """Mend everything: held runs end, clients ask again until answered, queues run empty."""
        for held in list(self.held):
            self.resume(held)
        self.world.merchant.behaviour = "up"
        self.advance(2000)
        self.repeat_unknown()
        self.drain()
        if redrive:
            for queue in self.world.queues.values():
                queue.redrive()
            self.drain()

    def repeat_unknown(self) -> None:
        """Send each request again whose outcome is unknown; now it must be answered."""
        asked, self.unknown = self.unknown, []
        for again in asked:
            again()
        assert not self.unknown, "a repeat without a fault was not answered"

    def drain(self) -> None:
        """Deliver until nothing is due, however much time passes."""
        for _ in range(_ALWAYS_SETTLED_AFTER):
            moved = [self.deliver(name) for name in self.world.queues]
            if not any(moved):
                if not any(queue.messages for queue in self.world.queues.values()):
                    return
                self.advance(2000)
        raise AssertionError("the queues do not run empty")

    def close(self) -> None:
        """End what is still held."""
        for held in self.held:
            held.run.abandon()
        self.held.clear()

    def ids(self) -> list[str]:
        """The ids that clients have been told."""
        return [each.transaction_id for each in self.transactions.values() if each.transaction_id]

    def _ask(
        self,
        module: ModuleType,
        event: dict[str, Any],
        plan: Plan | None,
        answered: Callable[[Run, bool], None],
        again: Callable[[], None],
    ) -> None:
        since = self.world.now
        run = self._run(module, event, plan)
        if run.paused:
            self.held.append(Held(run, since, answered, again))
        else:
            answered(run, run.done)

    def _run(self, module: ModuleType, event: dict[str, Any], plan: Plan | None) -> Run:
        run = self.world.call(module, event, plan)
        self.calls += run.calls
        self._note(run)
        return run

    def _note(self, run: Run) -> None:
        if run.done:
            self.answers.append(json.dumps(run.answer))

    def _owner(self, transaction_id: str) -> Transaction | None:
        owners = [t for t in self.transactions.values() if t.transaction_id == transaction_id]
        return owners[0] if owners else None

    def _has_rival(self, body: AlertBody) -> bool:
        """Whether another transaction has an alert that may take the same place in the table."""
        return any(
            each.alert_id == body.alert_id
            and (each.timestamp == body.timestamp or None in (each.timestamp, body.timestamp))
            for (transaction_id, _), alert in self.alerts.items()
            if transaction_id != body.transaction_id
            for each in alert.possible
        )


def _nothing(*_: object) -> None:
    pass


def event_of(body: str | None, client: str, key: str | None) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "headers": {} if key is None else {"Idempotency-Key": key},
        "pathParameters": None,
        "requestContext": {"requestId": "request-1", "identity": {"apiKeyId": client}},
        "body": body,
        "isBase64Encoded": False,
    }
