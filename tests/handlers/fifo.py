"""A strict model of an SQS FIFO queue, with a virtual clock.

What it holds to, each from AWS's documentation:

- Messages of a group come in order; while one is in flight, none after it is received.
- A deduplication id is remembered for five minutes, also after its message was deleted:
  https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
- A receipt that has expired deletes nothing:
  https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
- A message that was received as often as allowed moves, whole and with a new id, to the
  dead-letter queue, where its old id is its deduplication id; a redrive moves it back as a new
  message: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

DEDUPLICATION_SECONDS: Final = 300.0
MOST_RECEIVES: Final = 3


@dataclass(eq=False)
class Message:
    """A message in its place. `visible_at` is in the future while it is in flight."""

    message_id: str
    body: str
    group: str
    deduplication_id: str
    sent_at: float
    receive_count: int = 0
    visible_at: float = 0.0

    @property
    def receipt(self) -> str:
        """A new one for each receive."""
        return f"{self.message_id}/{self.receive_count}"

    def record(self) -> dict[str, Any]:
        """The message as Lambda hands it to a function."""
        return {
            "messageId": self.message_id,
            "receiptHandle": self.receipt,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": str(self.receive_count),
                "SentTimestamp": str(int(self.sent_at * 1000)),
                "MessageGroupId": self.group,
                "MessageDeduplicationId": self.deduplication_id,
            },
            "eventSource": "aws:sqs",
        }


class FifoQueue:
    """A queue; one without dead letters keeps a message however often it is received."""

    def __init__(
        self,
        name: str,
        clock: Callable[[], float],
        visibility: float,
        dead_letters: FifoQueue | None = None,
    ) -> None:
        self.name = name
        self.dead_letters = dead_letters
        self.messages: list[Message] = []
        self._clock = clock
        self._visibility = visibility
        self._seen: dict[tuple[str, str], tuple[float, str]] = {}
        self._sent = 0

    def send(self, body: str, group: str, deduplication_id: str) -> str:
        """Take a message, unless its deduplication id was used within five minutes."""
        known = self._seen.get((group, deduplication_id))
        if known is not None and self._clock() - known[0] < DEDUPLICATION_SECONDS:
            return known[1]
        self._sent += 1
        message_id = f"{self.name}-{self._sent}"
        now = self._clock()
        self._seen[group, deduplication_id] = (now, message_id)
        self.messages.append(Message(message_id, body, group, deduplication_id, now))
        return message_id

    def receive(self, most: int = 10) -> list[Message]:
        """The next messages that are due, in flight from now on."""
        now = self._clock()
        taken: list[Message] = []
        blocked: set[str] = set()
        for message in list(self.messages):
            if len(taken) == most:
                break
            if message.visible_at > now:
                blocked.add(message.group)
            elif message.group not in blocked:
                if self.dead_letters is not None and message.receive_count >= MOST_RECEIVES:
                    self._bury(message, self.dead_letters)
                    continue
                message.receive_count += 1
                message.visible_at = now + self._visibility
                taken.append(message)
        return taken

    def delete(self, message: Message, receipt: str) -> bool:
        """Forget a message; False where the receipt is no longer good."""
        good = (
            message in self.messages
            and receipt == message.receipt
            and message.visible_at > self._clock()
        )
        if good:
            self.messages.remove(message)
        return good

    def redrive(self) -> int:
        """Move what the dead-letter queue holds back here; how many messages moved."""
        assert self.dead_letters is not None
        moved = list(self.dead_letters.messages)
        self.dead_letters.messages.clear()
        for message in moved:
            self.send(message.body, message.group, message.deduplication_id)
        return len(moved)

    def everywhere(self) -> Iterator[Message]:
        """Every message here, in flight or in the dead-letter queue."""
        yield from self.messages
        if self.dead_letters is not None:
            yield from self.dead_letters.messages

    def _bury(self, message: Message, dead_letters: FifoQueue) -> None:
        self.messages.remove(message)
        dead_letters.send(message.body, message.group, message.message_id)
