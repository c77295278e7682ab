"""The AWS that moto emulates in this process, for another process to call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import requests

from tests.handlers.emulation import REGION
from tests.handlers.packaged.local_server import RequestHandler, serving

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
_SCOPE: Final = re.compile(rf"Credential=[^/]+/\d{{8}}/{REGION}/(?P<service>[a-z]+)/aws4_request")
# What belongs to one connection, and not to the next.
_HOP_BY_HOP: Final = frozenset({"host", "connection", "content-length", "transfer-encoding"})


@contextmanager
def served() -> Iterator[str]:
    """The URL that stands for every endpoint of AWS, inside moto's `mock_aws`.

    A request goes on, as it came, to the service that it is signed for.
    """

    class Handler(RequestHandler):
        def post(self, body: bytes) -> None:
            scope = _SCOPE.search(self.headers["Authorization"])
            if scope is None:
                self.answer(403, {})
                return
            answer = requests.post(
                f"https://{scope['service']}.{REGION}.amazonaws.com{self.path}",
                data=body,
                headers=_passed_on(self.headers.items()),
                timeout=30,
            )
            self.answer(answer.status_code, _passed_on(answer.headers.items()), answer.content)

    with serving(Handler) as port:
        yield f"http://127.0.0.1:{port}"


def _passed_on(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _HOP_BY_HOP}
