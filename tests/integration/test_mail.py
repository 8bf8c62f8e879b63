"""Mail to a real server, and to the outbox."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import stat
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadledger.mail import Mail, MailDelayed, MailRefused, Outbox, SmtpMailer
from leadledger.mail_settings import MailSettings
from tests.integration.mailbox import LOGIN, read_mail, running_mailbox, text_of

SENDER = "LeadLedgerPro <no-reply@leads.example.test>"


def make_mail(key: str = "one", text: str = "Two leads in Austin.\n") -> Mail:
    return Mail(key=key, to="owner@example.test", subject="Two new leads", text=text, html=f"<p>{text}</p>")


def make_settings(port: int, **changes: object) -> MailSettings:
    values = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": SENDER, **changes}
    return MailSettings.model_validate(values)


def with_login(password: bytes = LOGIN.password) -> dict[str, object]:
    return {"smtp_user": LOGIN.login.decode(), "smtp_password": password.decode(), "smtp_security": "starttls"}


def write_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A certificate for 127.0.0.1 that nobody knows, as a server has it, and its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail of tests")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


def test_server_receives_the_mail_whole() -> None:
    with running_mailbox() as mailbox:
        SmtpMailer(make_settings(mailbox.port)).send(make_mail(text="Straße 1\n.\n..two dots\n"))
        envelope = mailbox.next_envelope()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@leads.example.test", ["owner@example.test"])
    mail = read_mail(envelope.original_content or b"")
    assert text_of(mail) == "Straße 1\n.\n..two dots\n"
    assert mail["From"] == SENDER


def test_one_line_takes_many_mails_and_goes_on_after_a_refusal() -> None:
    with running_mailbox() as mailbox, closing(SmtpMailer(make_settings(mailbox.port)).connect()) as line:
        line.send(make_mail("one"))
        mailbox.refusals["RCPT"] = "550 5.1.1 no such box: owner@example.test"
        with pytest.raises(MailRefused) as refused:
            line.send(make_mail("two"))
        mailbox.refusals.clear()
        line.send(make_mail("three"))
        assert mailbox.next_mail()["Message-ID"] != mailbox.next_mail()["Message-ID"]
    assert "550 5.1.1" in str(refused.value)
    assert "owner" not in str(refused.value)


@pytest.mark.parametrize(
    ("step", "answer", "kind"),
    [
        ("RCPT", "450 4.2.1 mailbox busy", MailDelayed),
        ("RCPT", "550 5.1.1 no such mailbox", MailRefused),
        ("DATA", "451 4.3.0 try later", MailDelayed),
        ("DATA", "554 5.7.1 looks like spam", MailRefused),
        ("DATA", "421 4.3.2 shutting down", MailDelayed),
    ],
)
def test_later_and_never_are_told_apart(step: str, answer: str, kind: type[Exception]) -> None:
    with running_mailbox() as mailbox:
        mailbox.refusals[step] = answer
        with pytest.raises(kind, match=answer[:9]):
            SmtpMailer(make_settings(mailbox.port)).send(make_mail())
        assert mailbox.is_empty


def test_server_that_is_away_is_a_delay() -> None:
    with running_mailbox() as mailbox:
        port = mailbox.port
    with pytest.raises(MailDelayed, match="SMTP_HOST"):
        SmtpMailer(make_settings(port)).send(make_mail())


def test_login_goes_over_checked_tls_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = write_certificate(tmp_path)
    with running_mailbox(tls=context, has_login=True) as mailbox:
        with pytest.raises(MailDelayed, match="SSLCertVerificationError"):
            SmtpMailer(make_settings(mailbox.port, **with_login())).send(make_mail())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(MailDelayed, match="does not let us in \\(535"):
            SmtpMailer(make_settings(mailbox.port, **with_login(b"wrong"))).send(make_mail())
        assert mailbox.is_empty
        SmtpMailer(make_settings(mailbox.port, **with_login())).send(make_mail())
        assert mailbox.next_mail()["Subject"] == "Two new leads"


def test_server_without_starttls_gets_nothing() -> None:
    with running_mailbox() as mailbox:
        with pytest.raises(MailDelayed, match="STARTTLS"):
            SmtpMailer(make_settings(mailbox.port, smtp_security="starttls")).send(make_mail())
        assert mailbox.is_empty


def test_outbox_keeps_each_mail_once_and_from_others(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "home" / "outbox", SENDER)
    for key in ("one", "two", "one"):
        outbox.send(make_mail(key))
    files = list((tmp_path / "home" / "outbox").iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert read_mail(files[0].read_bytes())["Subject"] == "Two new leads"


def test_outbox_that_cannot_be_written_is_a_delay(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(MailDelayed, match="LEADLEDGER_HOME"):
        Outbox(tmp_path / "outbox", SENDER).send(make_mail())
