"""The notifier: signed, to public https addresses, until the merchant says 2xx."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import socket
from typing import Any

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from handlers import names, send_notifications, webhook
from handlers.messages import Announcement
from handlers.parameters import LONGEST_KEPT, Parameters
from handlers.webhook import Endpoint, WebhookError, parse_endpoint, parse_keys

GOOD = {"amount": 100, "currency": "USD", "merchant_id": "shop-1"}


def new_key() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Merchant:
    """Stands where the connection to the merchant begins, and remembers what came."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.status = 200
        self.requests: list[dict[str, Any]] = []
        self.pools: list[tuple[Any, ...]] = []
        self.address = "93.184.216.34"
        merchant = self

        class Pool:
            def __init__(self, *args: Any, **options: Any) -> None:
                merchant.pools.append((args, options))

            def request(self, method: str, target: str, **options: Any) -> Any:
                merchant.requests.append({"method": method, "target": target, **options})
                if isinstance(merchant.status, Exception):
                    raise merchant.status
                return urllib3.HTTPResponse(
                    status=merchant.status, headers={"location": "https://b"}
                )

            def close(self) -> None:
                pass

        monkeypatch.setattr(urllib3, "HTTPSConnectionPool", Pool)
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda *_, **__: [(socket.AF_INET, 1, 6, "", (merchant.address, 443))],
        )


@pytest.fixture
def merchant(monkeypatch: pytest.MonkeyPatch) -> Merchant:
    return Merchant(monkeypatch)


def configure(world: Any, url: str, keys: str) -> None:
    for name, value in (
        (names.WEBHOOK_URL_PARAMETER, url),
        (names.WEBHOOK_KEYS_PARAMETER, keys),
    ):
        world.ssm.put_parameter(
            Name=os.environ[name], Value=value, Type="SecureString", Overwrite=True
        )
    send_notifications.PARAMETERS._kept.clear()


def records_of(world: Any) -> list[dict[str, Any]]:
    world.submit(GOOD, key="k")
    world.drain()
    return world.take(world.notifications_queue)


def notify(records: Any, context: Any) -> list[str]:
    answer = send_notifications.handle({"Records": records}, context())
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_a_notification_is_signed_for_each_key(
    world: Any, merchant: Merchant, context_with: Any
) -> None:
    keys = [new_key(), new_key()]
    configure(world, "https://merchant.example/hooks?a=b", " ".join(keys))
    records = records_of(world)
    assert notify(records, context_with) == []
    [request] = merchant.requests
    payload = json.loads(records[0]["body"])["payload"]
    assert request["body"] == payload.encode()
    assert (request["method"], request["target"]) == ("POST", "/hooks?a=b")
    assert request["redirect"] is False
    headers = request["headers"]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{payload}".encode()
    expected = [
        "v1,"
        + base64.b64encode(
            hmac.new(base64.b64decode(key[6:]), content, hashlib.sha256).digest()
        ).decode()
        for key in keys
    ]
    assert headers["webhook-signature"].split(" ") == expected
    [(args, options)] = merchant.pools
    assert args[0] == merchant.address
    assert options["server_hostname"] == options["assert_hostname"] == "merchant.example"


@pytest.mark.parametrize("status", [199, 300, 301, 307, 400, 404, 410, 429, 500, 503])
def test_anything_but_2xx_leaves_the_message(
    world: Any,
    merchant: Merchant,
    context_with: Any,
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(world, "https://merchant.example/", new_key())
    merchant.status = status
    records = records_of(world)
    capsys.readouterr()
    assert notify(records, context_with) == [records[0]["messageId"]]
    assert len(merchant.requests) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line)["transaction_id"] == records[0]["attributes"]["MessageGroupId"]


def test_a_merchant_that_cannot_be_reached_leaves_the_message(
    world: Any, merchant: Merchant, context_with: Any
) -> None:
    configure(world, "https://merchant.example/", new_key())
    merchant.status = urllib3.exceptions.ReadTimeoutError(None, "", "slow")  # type: ignore[assignment,arg-type]
    assert len(notify(records_of(world), context_with)) == 1


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fd00::1", "0.0.0.0"],
)
def test_private_addresses_are_never_asked(
    world: Any, merchant: Merchant, context_with: Any, address: str
) -> None:
    configure(world, "https://merchant.example/", new_key())
    merchant.address = address
    assert len(notify(records_of(world), context_with)) == 1
    assert merchant.requests == []


def test_an_unconfigured_webhook_keeps_the_message_and_says_so(
    world: Any, merchant: Merchant, context_with: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(world, names.PLACEHOLDER, names.PLACEHOLDER)
    records = records_of(world)
    capsys.readouterr()
    assert len(notify(records, context_with)) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert "not configured" in json.loads(line)["message"]
    assert merchant.requests == []


def test_a_rotated_key_takes_effect_within_five_minutes(world: Any) -> None:
    now = [0.0]
    cached = Parameters(world.ssm, clock=lambda: now[0])
    world.ssm.put_parameter(Name="/k", Value="old", Type="SecureString")
    assert cached.value("/k") == "old"
    world.ssm.put_parameter(Name="/k", Value="new", Type="SecureString", Overwrite=True)
    now[0] = LONGEST_KEPT - 1
    assert cached.value("/k") == "old"
    now[0] = LONGEST_KEPT
    assert cached.value("/k") == "new"
    assert LONGEST_KEPT <= 300


def test_no_key_reaches_a_log(
    world: Any, merchant: Merchant, context_with: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_key()
    for bad in ("x", key):
        configure(world, "https://merchant.example/", key + bad)
        records = records_of(world)
        notify(records, context_with)
    assert key[6:] not in capsys.readouterr().out


@pytest.mark.parametrize(
    "url",
    ["http://a.example", "ftp://a", "https://", "https://u:p@a.example", "a", "https://a:x",
     "https://a.example/ b", "https://ä.example"],
)  # fmt: skip
def test_only_https_urls_are_taken(url: str) -> None:
    with pytest.raises(WebhookError):
        parse_endpoint(url)


def test_an_endpoint_is_taken_apart() -> None:
    assert parse_endpoint("https://a.example:8443/x?y=z#f") == Endpoint("a.example", 8443, "/x?y=z")


@given(st.integers(0, 80))
def test_keys_have_24_to_64_bytes(size: int) -> None:
    text = "whsec_" + base64.b64encode(b"k" * size).decode()
    if 24 <= size <= 64:
        assert parse_keys(text) == [b"k" * size]
    else:
        with pytest.raises(WebhookError):
            parse_keys(text)


@given(st.text())
def test_any_text_is_taken_or_refused_as_key_and_url(text: str) -> None:
    for read in (parse_keys, parse_endpoint):
        with contextlib.suppress(WebhookError):
            read(text)


@given(st.text(), st.text())
def test_a_refused_key_or_url_is_not_told(before: str, after: str) -> None:
    # A drawn text alone may be a word of the message.
    secret = "CANARY-5f1c"
    for read in (parse_keys, parse_endpoint):
        for text in (before + secret + after, f"https://{before}:{secret}@{after}"):
            try:
                read(text)
            except WebhookError as error:
                assert secret not in str(error)  # noqa: PT017


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the Standard Webhooks specification's reference libraries.
    announcement = Announcement("msg_p5jXN8AQM9LWM0D4loKWxJek", "txn", '{"test": 2432232314}')
    [key] = parse_keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert (
        webhook.signatures(announcement, 1614265330, [key])
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
