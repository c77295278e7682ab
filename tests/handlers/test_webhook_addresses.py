"""A webhook URL, whoever set it, leads to no address inside, and to nobody else's server."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from handlers import webhook
from handlers.messages import Announcement
from handlers.webhook import Endpoint, WebhookError, deliver, is_public

ANNOUNCEMENT = Announcement("msg_a", "txn_a", "{}")
KEYS = [b"k" * 32]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1",
     "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "239.1.1.1",
     "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254",
     "fc00::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
     "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "172.15.255.255", "172.32.0.1", "11.0.0.1", "2606:4700::1111"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A self-signed certificate for a host, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / f"{host}.pem", folder / f"{host}.key"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


@contextmanager
def merchant(folder: Path, host: str, status: int = 204) -> Iterator[tuple[int, list[str]]]:
    """A real TLS server on this machine: its port, and the Host headers that it was sent."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.headers["Host"])
            self.send_response(status)
            self.send_header("Location", f"https://{host}:{server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder, host))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port, seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """A resolver that gives these addresses, one list for each look-up; what it was asked."""

    def install(*answers: list[str]) -> list[str]:
        asked: list[str] = []
        real = socket.getaddrinfo

        def look_up(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
            if host == "127.0.0.1":
                return real(host, port, *arguments, **options)
            asked.append(host)
            found = answers[min(len(asked), len(answers)) - 1]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        return asked

    return install


@pytest.fixture
def loopback_counts_as_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "is_public", lambda address: address == "127.0.0.1")


def test_one_private_address_among_public_ones_is_enough_to_refuse(resolves: Any) -> None:
    resolves(["93.184.216.34", "169.254.169.254"])
    with pytest.raises(WebhookError, match="not public"):
        deliver(Endpoint("merchant.example", 443, "/"), ANNOUNCEMENT, 1, KEYS)


def test_the_connection_goes_to_the_address_that_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resolves: Any, loopback_counts_as_public: None
) -> None:
    # A second look-up would give another address: that is how DNS rebinding works.
    with merchant(tmp_path, "merchant.example") as (port, seen):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "merchant.example.pem"))
        asked = resolves(["127.0.0.1"], ["192.168.1.1"])
        deliver(Endpoint("merchant.example", port, "/"), ANNOUNCEMENT, 1, KEYS)
    assert asked == ["merchant.example"]
    assert seen == [f"merchant.example:{port}"]


def test_a_server_with_another_hosts_certificate_is_sent_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resolves: Any, loopback_counts_as_public: None
) -> None:
    with merchant(tmp_path, "other.example") as (port, seen):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.example.pem"))
        resolves(["127.0.0.1"])
        with pytest.raises(WebhookError, match="SSLError"):
            deliver(Endpoint("merchant.example", port, "/"), ANNOUNCEMENT, 1, KEYS)
    assert seen == []


def test_a_certificate_that_nobody_vouches_for_is_sent_nothing(
    tmp_path: Path, resolves: Any, loopback_counts_as_public: None
) -> None:
    with merchant(tmp_path, "merchant.example") as (port, seen):
        resolves(["127.0.0.1"])
        with pytest.raises(WebhookError, match="SSLError"):
            deliver(Endpoint("merchant.example", port, "/"), ANNOUNCEMENT, 1, KEYS)
    assert seen == []


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirect_is_not_followed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    resolves: Any,
    loopback_counts_as_public: None,
    status: int,
) -> None:
    with merchant(tmp_path, "merchant.example", status) as (port, seen):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "merchant.example.pem"))
        resolves(["127.0.0.1"])
        with pytest.raises(WebhookError, match=f"answered {status}"):
            deliver(Endpoint("merchant.example", port, "/"), ANNOUNCEMENT, 1, KEYS)
    assert len(seen) == 1
