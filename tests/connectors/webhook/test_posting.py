"""Messages go where people said, signed, and never into our own network."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.receiver import receiving

from tieout.connectors.webhook import Doorman, SignedPost
from tieout.connectors.webhook.posting import READ_SECONDS
from tieout.ports.errors import Refused, Unavailable

SECRET = "whsec_c2VjcmV0IG9uZSBvZiB0aGUgdGVzdHMsIGxvbmcgZW5vdWdo"
OLD = "whsec_c2VjcmV0IHR3byBvZiB0aGUgdGVzdHMsIGxvbmcgZW5vdWdo"
NOW = dt.datetime(2026, 11, 20, 9, 5, tzinfo=dt.UTC)

INSIDE = [
    "https://127.0.0.1/",
    "https://localhost/",
    "https://LOCALHOST:8443/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0.0.0.0/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://[fe80::1]/",
    "https://[fd00:ec2::254]/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:a00:1::]/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
]
UNREADABLE = [
    "",
    "hooks.example.co.uk",
    "ftp://hooks.example.co.uk/",
    "file:///etc/passwd",
    "http://hooks.example.co.uk/",
    "https://",
    "https:///path",
    "https://user:word@hooks.example.co.uk/",
    "https://hooks.example.co.uk@10.0.0.1/",
    "https://hooks.example.co.uk/#part",
    "https://hooks.example.co.uk:0/",
    "https://hooks.example.co.uk:99999/",
    "https://hooks.example.co.uk\\@10.0.0.1/",
    "https://hooks.example.co.uk/a b",
    "https://hooks.example.co.uk/\n",
    "https://\N{CIRCLED LATIN SMALL LETTER L}ocalhost/",
    "https://[::1/",
    "https://hooks.example.co.uk/" + "x" * 2000,
]


def post(url: str, doorman: Doorman, secrets: Sequence[str] = (SECRET,), trusted: ssl.SSLContext | None = None) -> str:
    poster = SignedPost(doorman, trusted=trusted)
    return poster.post(url, message_id="msg_1", body=b'{"a": 1}', secrets=secrets, at=NOW)


@pytest.mark.parametrize("url", [*INSIDE, *UNREADABLE])
def test_an_address_that_leads_inside_or_nowhere_is_refused_when_it_is_given(url: str) -> None:
    with pytest.raises(Refused, match=r"\.$"):
        Doorman().check(url)


@pytest.mark.parametrize("url", ["https://hooks.example.co.uk/tieout?key=1", "https://93.184.215.14:8443/"])
def test_a_public_address_is_taken(url: str) -> None:
    Doorman().check(url)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"]
)
def test_a_public_name_that_leads_inside_is_refused_when_something_is_posted(address: str) -> None:
    doorman = Doorman(resolve=lambda _name, _port: ["93.184.215.14", address])
    doorman.check("https://hooks.example.co.uk/")
    with pytest.raises(Refused, match="private network"):
        post("https://hooks.example.co.uk/", doorman)


def test_loopback_must_be_allowed_and_opens_nothing_else() -> None:
    doorman = Doorman(loopback=True)
    doorman.check("http://127.0.0.1:9000/")
    doorman.check("http://localhost/")
    for url in ("http://10.0.0.1/", "https://169.254.169.254/", "http://hooks.example.co.uk/"):
        with pytest.raises(Refused):
            doorman.check(url)


def test_of_several_addresses_the_first_that_is_reached_takes_the_message() -> None:
    with receiving() as receiver:
        port = receiver.url.rsplit(":", 1)[1]
        doorman = Doorman(loopback=True, resolve=lambda _name, _port: ["127.0.0.9", "::1", "127.0.0.1"])
        post(f"http://localhost:{port}", doorman)
    assert len(receiver.taken) == 1


def test_a_name_without_an_address_is_tried_again() -> None:
    with pytest.raises(Unavailable, match="no address"):
        post("https://nowhere.invalid/", Doorman(resolve=lambda _name, _port: []))


def test_the_receiver_proves_the_message_by_the_specification() -> None:
    with receiving() as receiver:
        said = post(f"{receiver.url}?for=tieout", Doorman(loopback=True), [SECRET, OLD])
    (taken,) = receiver.taken
    assert said.startswith("HTTP 200 in ")
    assert (taken.path, taken.body) == ("/hook?for=tieout", b'{"a": 1}')
    assert taken.headers["webhook-id"] == "msg_1"
    for secret in (SECRET, OLD):
        assert taken.is_signed_with(secret, now=NOW.timestamp())
    assert not taken.is_signed_with("whsec_" + "A" * 44, now=NOW.timestamp())


@pytest.mark.parametrize("status", [301, 307, 400, 410, 429, 500, 503])
def test_every_answer_but_a_good_one_means_not_taken_and_no_redirect_is_followed(status: int) -> None:
    with receiving() as other, receiving() as receiver:
        receiver.status, receiver.headers = status, {"location": other.url}
        with pytest.raises(Unavailable, match=f"HTTP {status} "):
            post(receiver.url, Doorman(loopback=True))
    assert len(receiver.taken) == 1
    assert other.taken == []


def test_nobody_listening_is_told_as_no_answer() -> None:
    with receiving() as receiver:
        pass
    with pytest.raises(Unavailable, match="No answer"):
        post(receiver.url, Doorman(loopback=True))


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        post(receiver.url, Doorman(loopback=True))
    assert (len(receiver.taken), proxy.taken) == (1, [])


@pytest.mark.parametrize("is_secure", [False, True])
def test_a_receiver_that_draws_its_answer_out_is_left(tmp_path: Path, *, is_secure: bool) -> None:
    pem = certificate(tmp_path, "localhost")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    trusted = ssl.create_default_context(cafile=str(pem))
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def draw_out() -> None:
        taken, _ = listening.accept()
        with suppress(OSError), serving.wrap_socket(taken, server_side=True) if is_secure else taken as talking:
            talking.sendall(b"HTTP/1.1 200 OK\r\n")
            while not over.wait(0.02):
                talking.sendall(b"X: x\r\n")

    thread = threading.Thread(target=draw_out, daemon=True)
    thread.start()
    doorman = Doorman(loopback=True, resolve=lambda _name, _port: ["127.0.0.1"])
    poster = SignedPost(doorman, trusted=trusted, whole_seconds=0.3)
    url = f"{'https' if is_secure else 'http'}://localhost:{listening.getsockname()[1]}/"
    began = time.monotonic()
    with pytest.raises(Unavailable, match="No answer"):
        poster.post(url, message_id="msg_1", body=b"{}", secrets=[SECRET], at=NOW)
    assert time.monotonic() - began < READ_SECONDS
    over.set()
    thread.join()
    listening.close()


def certificate(folder: Path, name: str) -> Path:
    """A certificate for a name, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
        .not_valid_after(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "receiver.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_machine_that_was_looked_at_must_prove_the_name(tmp_path: Path) -> None:
    pem = certificate(tmp_path, "hooks.test")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    trusted = ssl.create_default_context(cafile=str(pem))
    asked: list[str] = []

    def resolve(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"]

    doorman = Doorman(loopback=True, resolve=resolve)
    with receiving(secure=serving) as receiver:
        port = receiver.url.rsplit(":", 1)[1].split("/", 1)[0]
        post(f"https://hooks.test:{port}/", doorman, trusted=trusted)
        with pytest.raises(Unavailable, match="No answer"):
            post(f"https://other.test:{port}/", doorman, trusted=trusted)
    assert [taken.headers["host"] for taken in receiver.taken] == [f"hooks.test:{port}"]
    assert asked == ["hooks.test", "other.test"]
