"""Posting to a merchant as Standard Webhooks describes, to public addresses only.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import urllib3

from handlers.messages import Announcement

_SECRET: Final = re.compile(r"whsec_([A-Za-z0-9+/]+={0,2})")
_SHORTEST_KEY, _LONGEST_KEY, _MOST_KEYS = 24, 64, 2
# RFC 6052 and RFC 8215.
_TRANSLATED: Final = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
)
_TIMEOUT: Final = urllib3.Timeout(connect=3, read=7)


class WebhookError(Exception):
    """The webhook is not configured right, or could not be delivered."""


@dataclass(frozen=True)
class Endpoint:
    """Where merchants are told, in parts: host, port and the rest of the URL."""

    host: str
    port: int
    target: str


def parse_endpoint(url: str) -> Endpoint:
    """The endpoint of an https URL.

    Raises :class:`WebhookError` for any other URL.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        raise WebhookError("the webhook URL is malformed") from None
    if parts.scheme != "https" or not host or parts.username is not None:
        raise WebhookError("the webhook URL must be https, with a host and no user name")
    if not url.isascii() or any(character.isspace() for character in url.strip()):
        raise WebhookError("the webhook URL is malformed")
    return Endpoint(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def parse_keys(text: str) -> list[bytes]:
    """The one or two secrets of `whsec_` and base64, separated by one space.

    Raises :class:`WebhookError` for anything else.
    """
    secrets = text.strip().split(" ")
    if len(secrets) > _MOST_KEYS:
        raise WebhookError("there are more than two webhook keys")
    return [_key(secret) for secret in secrets]


def _key(secret: str) -> bytes:
    match = _SECRET.fullmatch(secret)
    try:
        key = base64.b64decode(match.group(1), validate=True) if match else b""
    except binascii.Error:
        key = b""
    if not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise WebhookError("a webhook key is not whsec_ and base64 of 24 to 64 bytes")
    return key


def signatures(announcement: Announcement, timestamp: int, keys: Sequence[bytes]) -> str:
    """The `webhook-signature` header: one signature for each key."""
    content = f"{announcement.webhook_id}.{timestamp}.{announcement.payload}".encode()
    return " ".join(
        "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        for key in keys
    )


def deliver(
    endpoint: Endpoint, announcement: Announcement, timestamp: int, keys: Sequence[bytes]
) -> None:
    """Post an announcement once; no redirect is followed.

    Raises :class:`WebhookError` unless the answer is 2xx.
    """
    address = _public_address(endpoint)
    # The connection goes to the address that was checked: a second look-up could give another.
    pool = urllib3.HTTPSConnectionPool(
        address,
        endpoint.port,
        server_hostname=endpoint.host,
        assert_hostname=endpoint.host,
        cert_reqs="CERT_REQUIRED",
        timeout=_TIMEOUT,
        retries=False,
    )
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    try:
        answer = pool.request(
            "POST",
            endpoint.target,
            body=announcement.payload.encode(),
            headers={
                "Host": host if endpoint.port == 443 else f"{host}:{endpoint.port}",
                "Content-Type": "application/json",
                "webhook-id": announcement.webhook_id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": signatures(announcement, timestamp, keys),
            },
            redirect=False,
            preload_content=False,
        )
        status = answer.status
        answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise WebhookError(f"the merchant was not reached: {type(error).__name__}") from None
    finally:
        pool.close()
    if not 200 <= status < 300:
        raise WebhookError(f"the merchant answered {status}")


def _public_address(endpoint: Endpoint) -> str:
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise WebhookError("the merchant's host has no address") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(each) for each in addresses):
        raise WebhookError("the merchant's host has an address that is not public")
    return addresses[0]


def is_public(address: str) -> bool:
    """True for an address of the open internet, and for none that leads to another by a gateway.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, Teredo, NAT64) reaches that host:
    https://www.rfc-editor.org/rfc/rfc6052#section-2.1
    """
    given = ipaddress.ip_address(address)
    if not given.is_global or given.is_multicast:
        return False
    if isinstance(given, ipaddress.IPv4Address):
        return True
    carries = given.ipv4_mapped or given.sixtofour or given.teredo
    return carries is None and not any(given in network for network in _TRANSLATED)
