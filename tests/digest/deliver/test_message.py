"""The mail itself: headers that lists must have, nothing injected, the same bytes every time, signatures that verify."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.digest.deliver.message import Mail, Sender, build_message, message_id
from watchbot.digest.deliver.signing import DkimKey, signed
from watchbot.errors import DeliveryError, ServerUnavailableError

DATE = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
SENDER = Sender(address="veille@example.org", name="Veille éco", list_name="hebdo")


def mail(**changes):
    values = {
        "key": "hebdo|hebdo-2026-11-23|r1|email",
        "to": "camille@example.org",
        "subject": "Échéances : 28 jours",
        "text": "Bonjour.\n.une ligne qui commence par un point\n",
        "html": "<p>Bonjour</p>",
        "unsubscribe_url": "https://v.example/u/abc",
    }
    return Mail(**{**values, **changes})


def test_headers_of_a_list():
    message = build_message(mail(), SENDER, DATE)
    assert message["List-Unsubscribe"] == "<https://v.example/u/abc>, <mailto:veille@example.org?subject=unsubscribe>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<hebdo.example.org>" in message["List-Id"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Mon, 23 Nov 2026 06:30:00 +0000"
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_repetition_has_the_same_bytes_and_id():
    assert build_message(mail(), SENDER, DATE).as_bytes() == build_message(mail(), SENDER, DATE).as_bytes()
    assert message_id("a", "e.org") != message_id("b", "e.org")


@pytest.mark.parametrize("evil", ["a\r\nBcc: x@evil.example", "a\nX-Evil: 1", "a\u2028b", "a\x00b", "é" * 5000])
def test_nothing_is_injected_into_headers(evil):
    message = build_message(mail(subject=evil), Sender(address="v@e.org", name=evil), DATE)
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert parsed["Bcc"] is None
    assert parsed["X-Evil"] is None
    assert len(parsed["Subject"]) <= 200


@pytest.mark.parametrize(
    "address",
    [
        "a\r\nBcc: b@c",
        "not an address",
        "",
        "a@b\nc",
        "a b@c.org",
        "a@",
        "@c",
        "a@-.org",
        "a..b@c.org",
        "a" * 65 + "@c.org",
    ],
)
def test_an_address_that_cannot_be_one_is_refused(address):
    with pytest.raises(DeliveryError) as caught:
        build_message(mail(to=address), SENDER, DATE)
    assert caught.value.permanent


def wire(message, name):
    """A header's lines as they go over the wire."""
    head = message.as_bytes().split(b"\r\n\r\n")[0].decode()
    lines = head.split("\r\n")
    start = next(n for n, line in enumerate(lines) if line.lower().startswith(f"{name.lower()}:"))
    end = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith((" ", "\t"))), len(lines))
    return lines[start:end]


def test_addresses_to_unsubscribe_are_never_encoded_or_broken():
    """A long address in List-Unsubscribe became an encoded word, which no mail provider reads."""
    url = "https://veille.example/desabonnement/" + "ImFiY2RlZjAxMjM0NTY3ODki.aXYZ12.Abcdefghijklmnopqrst_-" * 3
    message = build_message(mail(unsubscribe_url=url, unsubscribe_mail="bounces+ab12@example.org"), SENDER, DATE)
    assert wire(message, "List-Unsubscribe") == [
        f"List-Unsubscribe: <{url}>,",
        " <mailto:bounces+ab12@example.org?subject=unsubscribe>",
    ]
    assert wire(message, "List-Unsubscribe-Post") == ["List-Unsubscribe-Post: List-Unsubscribe=One-Click"]


@pytest.mark.parametrize("name", ["Veille éco", "Veille", "É" * 90, 'a "b" <c@d> \\', ""])
def test_the_id_of_a_list_is_never_encoded(name):
    message = build_message(mail(), Sender(address="v@example.org", name=name, list_name="Hebdo n° 1"), DATE)
    lines = wire(message, "List-Id")
    assert lines[-1].split(" ")[-1] == "<hebdo-n-1.example.org>"
    assert all(len(line) <= 78 for line in lines)
    assert "".join(lines).count("<") == 1


def test_one_click_is_offered_over_https_only():
    message = build_message(mail(unsubscribe_url="http://127.0.0.1:8000/u/abc"), SENDER, DATE)
    assert message["List-Unsubscribe-Post"] is None
    assert message["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/u/abc>, ")


def test_addresses_beyond_ascii():
    """The domain goes in ASCII; only letters before the @ need SMTPUTF8."""
    message = build_message(mail(to="camille@exämple.org"), SENDER, DATE)
    assert wire(message, "To") == ["To: camille@xn--exmple-cua.org"]
    assert not message.policy.utf8
    message = build_message(mail(to="josé@exämple.org"), SENDER, DATE)
    assert wire(message, "To") == ["To: josé@xn--exmple-cua.org"]
    assert message.policy.utf8


def test_a_calendar_comes_along():
    message = build_message(mail(calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), SENDER, DATE)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]
    assert (
        message.as_bytes()
        == build_message(mail(calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), SENDER, DATE).as_bytes()
    )


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_is_in_a_mail_it_parses_and_adds_no_header(subject, name, body, url):
    message = build_message(
        mail(subject=subject, text=body, html=body, unsubscribe_url=url), Sender(address="v@e.org", name=name), DATE
    )
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert set(parsed.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),
        *("Auto-Submitted", "Precedence", "MIME-Version", "Content-Type"),
    }
    assert parsed["To"] == "camille@example.org"
    assert len(list(parsed.iter_parts())) == 2


def test_a_dkim_signature_verifies_and_covers_the_list_headers(tmp_path):
    import base64

    import dkim

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    raw = build_message(mail(), SENDER, DATE).as_bytes()
    sealed = signed(raw, DkimKey(selector="s", domain="example.org", path=str(tmp_path / "key.pem")))
    assert dkim.verify(sealed, dnsfunc=lambda name, timeout=5: record)
    assert b"list-unsubscribe" in sealed.split(b"\r\n\r\n")[0].split(b"h=")[1].lower()
    assert not dkim.verify(sealed.replace(b"Bonjour", b"Bonsoir"), dnsfunc=lambda name, timeout=5: record)


@pytest.mark.parametrize(
    "content", [None, b"", b"no key", b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"]
)
def test_a_key_that_cannot_sign_is_our_fault_and_nothing_goes_out_unsigned(tmp_path, content):
    if content is not None:
        (tmp_path / "key.pem").write_bytes(content)
    raw = build_message(mail(), SENDER, DATE).as_bytes()
    with pytest.raises(ServerUnavailableError, match="WATCHBOT_DKIM_KEY"):
        signed(raw, DkimKey(selector="s", domain="example.org", path=str(tmp_path / "key.pem")))
