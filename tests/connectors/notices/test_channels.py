"""Each kind of channel told for real: what arrives, how failures are named, and that addresses stay secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr, ValidationError
from tests.processes.receivers import Mail, Web, mail, web

from tieout.connectors.notices import open_channel
from tieout.connectors.notices.settings import AlertSettings, ChannelSettings, Kind
from tieout.ports.errors import ConnectorError, Refused, Unavailable
from tieout.ports.notices import NoticeText

NOTICE = NoticeText(
    number="notice-7", title="Growing: A reason\nis unknown", text="- return RMA1: <!channel> & co\nhttps://t/1"
)
SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
SECRETS = ("s3cret-word", "TIiajkdnlazkcOXrIdevi7FQ", "pass-word-9")


@pytest.fixture
def told() -> Iterator[Web]:
    with web() as found:
        yield found


@pytest.fixture
def post() -> Iterator[Mail]:
    with mail() as found:
        yield found


def settings(kind: Kind, address: str, *, base_url: str = "") -> ChannelSettings:
    return ChannelSettings(kind=kind, address=SecretStr(address), base_url=base_url, read_seconds=2.0)


def certificate(folder: Path) -> Path:
    """A certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    kind = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    path = folder / "stand-in.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


def test_a_webhook_is_told_title_text_and_the_number_that_tells_doubles(told: Web) -> None:
    channel = open_channel(settings("webhook", f"{told.url}/in/a?token=s3cret-word"))
    assert channel.send(NOTICE) == "taken by 127.0.0.1"
    path, body = told.arrived[0]
    assert path == "/in/a?token=s3cret-word"
    assert (body["title"], body["message"]) == ("Growing: A reason is unknown", NOTICE.text)
    assert (body["number"], body["is_good"]) == ("notice-7", False)


def test_slack_is_told_and_nobody_can_call_the_whole_channel_by_a_value(told: Web) -> None:
    channel = open_channel(settings("slack", SLACK, base_url=told.url))
    assert channel.send(NOTICE) == "taken by hooks.slack.com"
    path, body = told.arrived[0]
    assert path == SLACK.removeprefix("https://hooks.slack.com")
    assert "&lt;!channel&gt;" in body["attachments"][0]["text"]
    assert "github" not in str(body)


def test_teams_is_told_by_its_workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with web(path) as told:
        address = f"{told.url}/workflows/643e69f83c8944438d68119179a10a64/triggers/manual/paths/invoke?sig=s3cret-word"
        assert open_channel(settings("teams", address)).send(NOTICE) == "taken by 127.0.0.1"
        where, body = told.arrived[0]
    assert "643e69f83c8944438d68119179a10a64" in where
    assert "sig=s3cret-word" in where
    assert "A reason is unknown" in str(body)


def test_a_mail_arrives_with_its_subject_on_one_line(post: Mail) -> None:
    address = f"mailto://127.0.0.1:{post.port}?from=tieout@house.example&to=finance@house.example&mode=insecure"
    assert open_channel(settings("email", address)).send(NOTICE) == "taken by 127.0.0.1"
    (message,) = post.arrived
    assert message["subject"] == "Growing: A reason is unknown"
    assert "finance@house.example" in message["to"]
    body = message.get_body(("plain", "html"))
    assert body is not None
    assert "RMA1" in body.get_content()


@pytest.mark.parametrize(
    ("status", "error"), [(404, Refused), (410, Refused), (429, Unavailable), (500, Unavailable), (302, Unavailable)]
)
def test_what_another_try_cannot_change_is_refused(told: Web, status: int, error: type[ConnectorError]) -> None:
    told.status = status
    with pytest.raises(error, match=f"answered {status}"):
        open_channel(settings("webhook", told.url + "/in/s3cret-word")).send(NOTICE)
    assert told.arrived == []


def test_a_mail_server_that_says_later_is_asked_again(post: Mail) -> None:
    post.refuses = "451 try later"
    address = f"mailto://127.0.0.1:{post.port}?from=tieout@house.example&to=finance@house.example&mode=insecure"
    with pytest.raises(Unavailable, match="did not take it"):
        open_channel(settings("email", address)).send(NOTICE)


def test_no_address_is_in_any_log_error_or_text(told: Web, caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    caplog.set_level(logging.DEBUG)
    assert root.level == logging.DEBUG
    said = []
    told.status = 500
    for one in (
        settings("webhook", f"{told.url}/in/s3cret-word?token=s3cret-word"),
        settings("webhook", "http://user:pass-word-9@127.0.0.1:1/s3cret-word"),
        settings("slack", SLACK, base_url=told.url),
        settings(
            "email", "mailto://user:pass-word-9@127.0.0.1:1?from=a@house.example&to=b@house.example&mode=insecure"
        ),
    ):
        channel = open_channel(one)
        with pytest.raises(ConnectorError) as failed:
            channel.send(NOTICE)
        said += [str(failed.value), repr(failed.value), repr(channel), str(one), channel.place]
    everything = "\n".join([*said, caplog.text])
    assert [secret for secret in SECRETS if secret in everything] == []
    assert "house.example" not in everything


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "smtp.house.example"),
        ("slack", "https://evil.example/services/T/B/C"),
        ("teams", "https://prod.logic.azure.com/other"),
        ("webhook", "tgram://s3cret-word/1"),
        ("webhook", "file:///etc/passwd"),
    ],
)
def test_an_address_of_another_kind_is_refused_in_a_sentence_that_does_not_show_it(kind: Kind, address: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ChannelSettings(kind=kind, address=SecretStr(address))
    (problem,) = refused.value.errors(include_input=False)
    assert f"the address of this {kind} channel is none; it looks like" in problem["msg"]
    assert address not in problem["msg"]


@pytest.mark.parametrize(
    ("route", "says"),
    [
        ({"route": {"finance": {"steps": [["nobody"]]}}}, r"names 'nobody': no \[alerts.channel.NAME\]"),
        ({"route": {"FINANCES": {"steps": [["owner"]]}}}, r"\[alerts.route.FINANCES\] is of nothing"),
        ({"route": {"finance": {"steps": [["owner"]], "hours": "8 to 6"}}}, "write them as 08:00-18:00 Mon-Fri"),
        ({"data_hours": "18:00-08:00"}, "write them as 08:00-18:00 Mon-Fri"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused_in_a_sentence(route: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        AlertSettings.model_validate(route)
