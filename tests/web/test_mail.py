"""One issue by mail, line by line: over STARTTLS, signed, with all that mail providers ask of lists; then one click as Gmail sends it."""

from __future__ import annotations

import base64
import email
import email.policy
import re
import ssl
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from watchbot.app.digesting import send
from watchbot.app.people import add_subscriber
from watchbot.demo.sinks import MailSink
from watchbot.digest.deliver.rules import ReturnPath

BASE = "https://veille.example.org"
READERS = ("camille@example.org", "josé@exämple.fr", "ana@example.org", "bob@example.org")


@pytest.fixture
def key(tmp_path):
    """A DKIM key, and the record that the DNS has of it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "dkim.pem"
    form = serialization.PrivateFormat.TraditionalOpenSSL
    path.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    der = private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return path, b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


@pytest.fixture
def sent(site, key, authority, ca_file, monkeypatch):
    """What a mail server that asks for STARTTLS got when an issue went to four readers."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    with MailSink(tls_context=context, require_starttls=True) as sink:
        changed = {
            "smtp_url": SecretStr(sink.url),
            "smtp_allow_plain": False,
            "smtp_rate": 20.0,
            "mail_from": "veille@example.org",
            "bounce_address": "bounces@example.org",
            "dkim_key": str(key[0]),
            "base_url": BASE,
        }
        watch = replace(site.watch, settings=site.watch.settings.model_copy(update=changed))
        with site.store() as store:
            for address in READERS:
                add_subscriber(watch, store, "email", address, editions=["hebdo"], confirmed=True, at=site.now)
            began = datetime.now(UTC)
            report = send(watch, store, watch.edition("hebdo"), clock=lambda: site.now)
            took = datetime.now(UTC) - began
        assert report.delivered["sent"] == len(READERS)
        yield sink.messages, took.total_seconds()


def of(messages, address):
    return next(one for one in messages if one.recipients == (address,))


def test_an_issue_by_mail_has_every_header_and_one_post_unsubscribes(site, sent, key):
    messages, took = sent
    one = of(messages, "camille@example.org")
    mail = email.message_from_bytes(one.content, policy=email.policy.default)
    secret = site.watch.settings.secret_key.get_secret_value().encode()

    # The envelope: encrypted, and a return path of the recipient's own.
    assert one.tls
    assert one.mail_from == ReturnPath("bounces@example.org", secret).of("camille@example.org")
    assert len({message.mail_from for message in messages}) == len(READERS)

    # Each header once.
    names = Counter(name.lower() for name in mail.keys())  # noqa: SIM118 - a header that is there twice counts twice
    wanted = (
        *("from", "to", "subject", "date", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post"),
        *("auto-submitted", "precedence", "mime-version", "content-type", "dkim-signature"),
    )
    assert names == dict.fromkeys(wanted, 1)
    assert str(mail["From"]) == "Veille écoproduction <veille@example.org>"
    assert str(mail["To"]) == "camille@example.org"
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", mail["Message-ID"])
    assert parsedate_to_datetime(mail["Date"]) == site.now
    assert re.search(r"<[a-z0-9-]+\.example\.org>$", mail["List-Id"])
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "bulk"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link, by_mail = re.fullmatch(
        r"<(https://[^>]+)>,\s+<mailto:([^>?]+)\?subject=unsubscribe>", mail["List-Unsubscribe"]
    ).groups()
    assert by_mail == one.mail_from

    # What it says, twice; no line is longer than mail may have.
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content().strip()
    assert max(map(len, one.content.split(b"\r\n"))) <= 998
    assert one.content.isascii()

    # The signature: true, over what RFC 8058 asks, and broken by any change.
    selector = b"watchbot._domainkey.example.org."
    assert dkim.verify(one.content, dnsfunc=lambda name, timeout=5: key[1] if name == selector else None)
    signed = re.search(r"h=([^;]+);", mail["DKIM-Signature"].replace("\r\n", ""))[1].lower()
    assert {"from", "subject", "date", "list-unsubscribe", "list-unsubscribe-post"} <= set(re.split(r"[\s:]+", signed))
    assert not dkim.verify(one.content.replace(b"One-Click", b"Two-Click"), dnsfunc=lambda *_, **__: key[1])

    # Letters beyond ASCII before the @ go by SMTPUTF8, the domain in ASCII.
    wide = of(messages, "josé@xn--exmple-cua.fr")
    assert "SMTPUTF8" in wide.options
    assert dkim.verify(wide.content, dnsfunc=lambda *_, **__: key[1])

    # One connection for all of them, at no more than the rate.
    assert len({message.peer for message in messages}) == 1
    assert took >= (len(READERS) - 1) / 20

    # Looking at the address does nothing; the POST that Gmail sends (no cookie, no origin) does it, whatever its form.
    path = link.removeprefix(BASE)
    for look in (site.client.get, site.client.head):
        assert look(path).status_code in {200, 405}
    assert site.reader("camille@example.org").state == "active"
    answer = site.client.post(
        path,
        content=b"List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Gmail One-Click"},
    )
    assert (answer.status_code, site.reader("camille@example.org")) == (200, None)
    assert answer.headers.get("location") is None
    ana = email.message_from_bytes(of(messages, "ana@example.org").content, policy=email.policy.default)
    path = re.search(r"<https://[^/]+(/[^>]+)>", ana["List-Unsubscribe"])[1]
    assert site.client.post(path, files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert site.reader("ana@example.org") is None
    assert site.reader("bob@example.org").state == "active"


def test_without_starttls_nothing_is_sent(site):
    changed = {"smtp_url": SecretStr(site.sink.url), "smtp_allow_plain": False}
    watch = replace(site.watch, settings=site.watch.settings.model_copy(update=changed))
    with site.store() as store:
        add_subscriber(watch, store, "email", "camille@example.org", editions=["hebdo"], confirmed=True, at=site.now)
        report = send(watch, store, watch.edition("hebdo"), clock=lambda: site.now)
        (waiting,) = store.outbox.deliveries()
    assert (report.waiting, site.sink.messages) == (1, [])
    assert "offers no STARTTLS" in waiting.error
