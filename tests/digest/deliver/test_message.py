"""The mail itself: headers that lists must have, nothing injected, the same bytes every time, signatures that verify."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from watchbot.digest.deliver.message import Mail, Sender, build_message, message_id
from watchbot.digest.deliver.rules import is_hard, recipient_of, verp
from watchbot.digest.deliver.signing import DkimKey, signed
from watchbot.errors import DeliveryError

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


@pytest.mark.parametrize("address", ["a\r\nBcc: b@c", "not an address", "", "a@b\nc"])
def test_an_address_that_cannot_be_one_is_refused(address):
    with pytest.raises(DeliveryError) as caught:
        build_message(mail(to=address), SENDER, DATE)
    assert caught.value.permanent


def test_verp_names_the_recipient_and_is_read_back():
    path = verp("bounces@veille.example", "camille+tournage@example.org")
    assert path == "bounces+camille+tournage=example.org@veille.example"
    assert recipient_of(f"<{path}>") == "camille+tournage@example.org"
    assert recipient_of("someone@example.org") is None


@pytest.mark.parametrize(
    ("error", "hard"),
    [
        ("RCPT: 550 5.1.1 no such user", True),
        ("Telegram: Forbidden: bot was blocked by the user", True),
        ("RCPT: 552 5.2.2 mailbox full", False),
        ("end of data: 554 5.7.1 spam", False),
    ],
)
def test_which_refusals_mean_that_an_address_is_dead(error, hard):
    assert is_hard(error) is hard


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
