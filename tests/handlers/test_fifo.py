"""The model of the queues itself: what AWS documents, and moto does not do."""

from __future__ import annotations

import pytest

from tests.handlers.fifo import DEDUPLICATION_SECONDS, MOST_RECEIVES, FifoQueue

VISIBILITY = 100.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> FifoQueue:
    return FifoQueue("queue", clock, VISIBILITY, FifoQueue("dead", clock, VISIBILITY))


def bodies(queue: FifoQueue, most: int = 10) -> list[str]:
    return [message.body for message in queue.receive(most)]


def fail(queue: FifoQueue, clock: Clock, times: int) -> None:
    for _ in range(times):
        queue.receive()
        clock.now += VISIBILITY


def test_messages_of_a_group_come_in_order_and_one_in_flight_holds_the_rest_back(
    queue: FifoQueue,
) -> None:
    for body, group in (("a1", "a"), ("b1", "b"), ("a2", "a")):
        queue.send(body, group, body)
    assert bodies(queue, 1) == ["a1"]
    assert bodies(queue) == ["b1"]
    assert bodies(queue) == []


def test_one_receive_takes_several_of_a_group(queue: FifoQueue) -> None:
    for body in ("1", "2", "3"):
        queue.send(body, "a", body)
    assert bodies(queue, 2) == ["1", "2"]


@pytest.mark.parametrize(
    ("seconds", "taken"), [(DEDUPLICATION_SECONDS - 1, 0), (DEDUPLICATION_SECONDS, 1)]
)
def test_a_deduplication_id_is_remembered_for_five_minutes_after_deletion(
    queue: FifoQueue, clock: Clock, seconds: float, taken: int
) -> None:
    first = queue.send("1", "a", "same")
    [message] = queue.receive()
    assert queue.delete(message, message.receipt)
    clock.now = seconds
    again = queue.send("1", "a", "same")
    assert (again == first) == (taken == 0)
    assert len(bodies(queue)) == taken


def test_groups_do_not_share_deduplication_ids(queue: FifoQueue) -> None:
    queue.send("1", "a", "same")
    queue.send("2", "b", "same")
    assert bodies(queue) == ["1", "2"]


def test_a_message_comes_again_when_its_visibility_timeout_ends(
    queue: FifoQueue, clock: Clock
) -> None:
    queue.send("1", "a", "1")
    [first] = queue.receive()
    receipt = first.receipt
    clock.now = VISIBILITY - 1
    assert bodies(queue) == []
    clock.now = VISIBILITY
    assert not queue.delete(first, receipt)
    [again] = queue.receive()
    assert (again.message_id, again.receive_count) == (first.message_id, 2)
    assert not queue.delete(again, receipt)
    assert queue.delete(again, again.receipt)


def test_a_message_received_too_often_moves_whole_and_lets_its_group_go_on(
    queue: FifoQueue, clock: Clock
) -> None:
    queue.send("bad", "a", "bad")
    fail(queue, clock, MOST_RECEIVES)
    queue.send("good", "a", "good")
    assert bodies(queue) == ["good"]
    dead = queue.dead_letters
    assert dead is not None
    assert [(message.body, message.group) for message in dead.messages] == [("bad", "a")]


def test_two_dead_messages_with_one_deduplication_id_are_both_kept_and_redriven(
    queue: FifoQueue, clock: Clock
) -> None:
    for _ in range(2):
        queue.send("bad", "a", "same")
        fail(queue, clock, MOST_RECEIVES)
        bodies(queue)
        clock.now += DEDUPLICATION_SECONDS
    assert queue.redrive() == 2
    moved = queue.receive()
    assert [(message.body, message.receive_count) for message in moved] == [("bad", 1)] * 2
