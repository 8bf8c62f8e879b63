"""Sending to real servers on loopback: pinned addresses, certificates, redirects, and bounds."""

from __future__ import annotations

import datetime
import itertools
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from leadledger.outgoing import AddressRefused, Sender, SendFailed
from tests.integration.api.receiver import Receiver, Reply, receive

NAME = "hooks.example.test"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as receiver:
        yield receiver


def port_of(receiver: Receiver) -> str:
    return receiver.url.rpartition(":")[2]


def certify(folder: Path, name: str) -> Path:
    """A certificate of this name that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem))
    return path


def test_what_is_sent_arrives_and_the_answer_is_told(receiver: Receiver) -> None:
    receiver.decide = lambda request: Reply(503, b"later\x00 please", {"Retry-After": "7"})
    answer = Sender(allow_loopback=True).post(f"{receiver.url}/a?b=c", b"{}", {"Content-Type": "application/json"})
    (request,) = receiver.requests
    assert (request.path, request.body, request.headers["content-type"]) == ("/a?b=c", b"{}", "application/json")
    assert request.headers["host"] == f"127.0.0.1:{port_of(receiver)}"
    assert (answer.status, answer.is_success, answer.headers["retry-after"]) == (503, False, "7")
    assert answer.excerpt() == "later  please"


def test_loopback_is_refused_unless_it_is_allowed(receiver: Receiver) -> None:
    with pytest.raises(AddressRefused):
        Sender().post(f"{receiver.url}/", b"{}", {})
    with pytest.raises(AddressRefused, match="this machine itself"):
        Sender(resolve=lambda host, port: ["127.0.0.1"]).post(f"https://{NAME}:{port_of(receiver)}/", b"{}", {})
    assert receiver.requests == []


def test_name_that_changes_between_check_and_connection_is_asked_once(tmp_path: Path) -> None:
    certificate = certify(tmp_path, NAME)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    answers = itertools.chain([["127.0.0.1"]], itertools.repeat(["169.254.169.254"]))
    sender = Sender(
        allow_loopback=True,
        resolve=lambda host, port: next(answers),
        trust=ssl.create_default_context(cafile=certificate),
    )
    with receive(tls=tls) as receiver:
        url = f"https://{NAME}:{port_of(receiver)}/hook"
        assert sender.post(url, b"{}", {}).status == 200
        assert receiver.requests[0].headers["host"] == f"{NAME}:{port_of(receiver)}"
        with pytest.raises(AddressRefused, match="link-local"):
            sender.post(url, b"{}", {})
        assert len(receiver.requests) == 1


def test_certificate_is_checked_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    certificate = certify(tmp_path, "other.example.test")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    trust = ssl.create_default_context(cafile=certificate)
    sender = Sender(allow_loopback=True, resolve=lambda host, port: ["127.0.0.1"], trust=trust)
    with receive(tls=tls) as receiver:
        with pytest.raises(SendFailed, match="CERTIFICATE_VERIFY_FAILED"):
            sender.post(f"https://{NAME}:{port_of(receiver)}/", b"{}", {})
        assert receiver.requests == []


def test_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    receiver.decide = lambda request: Reply(307, headers={"Location": f"{receiver.url}/elsewhere"})
    answer = Sender(allow_loopback=True).post(f"{receiver.url}/", b"{}", {})
    assert (answer.status, answer.is_success) == (307, False)
    assert [request.path for request in receiver.requests] == ["/"]


def test_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert Sender(allow_loopback=True).post(f"{receiver.url}/", b"{}", {}).status == 200


def test_answer_without_end_is_read_no_further_than_its_beginning(receiver: Receiver) -> None:
    receiver.decide = lambda request: Reply(200, b"x" * 5_000_000)
    answer = Sender(allow_loopback=True, answer_bytes=1_000).post(f"{receiver.url}/", b"{}", {})
    assert answer.body == b"x" * 1_000


def test_silence_ends_after_the_time_given(receiver: Receiver) -> None:
    receiver.decide = lambda request: Reply(hangs=True)
    with pytest.raises(SendFailed, match=r"no whole answer within 0\.2 seconds"):
        Sender(allow_loopback=True, seconds=0.2).post(f"{receiver.url}/", b"{}", {})


def test_nobody_there_is_said(receiver: Receiver) -> None:
    with receive() as gone:
        url = gone.url
    with pytest.raises(SendFailed, match="no answer"):
        Sender(allow_loopback=True).post(url, b"{}", {})
