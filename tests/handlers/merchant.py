"""A merchant's endpoint, with its own implementation of Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import urllib3

from tests.handlers.faults import Call, Mode, Run

HOST: Final = "merchant.example"
URL: Final = f"https://{HOST}/hooks"
ADDRESS: Final = "93.184.216.34"
BEHAVIOURS: Final[Mapping[str, int | None]] = {
    "up": 204,
    "down": None,
    "slow": 200,
    "redirecting": 307,
    "refusing": 410,
    "failing": 500,
}
"""How it can behave, and the status that it answers with."""
_TOLERANCE_SECONDS: Final = 300
_CACHE_SECONDS: Final = 300


@dataclass(frozen=True)
class Delivery:
    """What came, signed right, and was taken with 2xx."""

    webhook_id: str
    body: bytes


class Merchant:
    """Stands where the connection begins. `faults` is what should never have come."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.behaviour = "up"
        self.taken: list[Delivery] = []
        self.faults: list[str] = []
        self._clock = clock
        self._secrets: list[tuple[float | None, tuple[str, ...]]] = []

    def agree_on(self, secrets: tuple[str, ...]) -> None:
        """Change the secrets; the ones before are good for as long as a cache may keep them."""
        now = self._clock()
        self._secrets = [(until or now + _CACHE_SECONDS, old) for until, old in self._secrets]
        self._secrets.append((None, secrets))

    def pool(self, address: str, port: int, **options: Any) -> Any:
        """What urllib3.HTTPSConnectionPool makes."""
        if (address, port) != (ADDRESS, 443) or options.get("server_hostname") != HOST:
            self.faults.append("a connection to somebody else")
        return SimpleNamespace(request=self._request, close=lambda: None)

    def look_up(self, host: str, port: int, **_: Any) -> list[Any]:
        """What socket.getaddrinfo answers."""
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ADDRESS, port))]
        return _call(Call("dns", "LookUp"), lambda: found)

    def _request(self, method: str, target: str, **request: Any) -> Any:
        call = Call("http", method)
        return _call(call, lambda: self._answer(call, target, **request))

    def _answer(
        self, call: Call, target: str, *, body: bytes, headers: Mapping[str, str], **options: Any
    ) -> Any:
        status = BEHAVIOURS[self.behaviour]
        if status is None:
            raise call.error(Mode.REFUSED)
        if target != "/hooks" or options.get("redirect") is not False:
            self.faults.append("a request elsewhere, or one that follows redirects")
        if abs(int(headers["webhook-timestamp"]) - self._clock()) > _TOLERANCE_SECONDS:
            status = 400  # as a replayed request deserves; a run that was held comes late
        elif not self._is_signed(body, headers):
            self.faults.append("a request that is not signed with the keys agreed on")
            status = 401
        elif status < 300:
            self.taken.append(Delivery(headers["webhook-id"], body))
        if self.behaviour == "slow":
            raise call.error(Mode.LOST)
        return urllib3.HTTPResponse(status=status, headers={"location": "https://other.example/"})

    def _is_signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        given = headers["webhook-signature"].split(" ")
        signed_at = int(headers["webhook-timestamp"])
        agreed = [keys for until, keys in self._secrets if until is None or until > signed_at]
        return any(given == [_signature(secret, content) for secret in keys] for keys in agreed)


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return f"v1,{base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()}"


def _call(call: Call, effect: Callable[[], Any]) -> Any:
    return effect() if Run.active is None else Run.active.call(call, effect)
