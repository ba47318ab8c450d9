"""The mailbox of bounces, over TLS."""

from __future__ import annotations

import ssl

import pytest

from tests.servers.imap import Box, MailboxServer
from watchbot.digest.deliver.bounces import SIZE_LIMIT
from watchbot.digest.deliver.mailbox import mark_seen, opened, unread
from watchbot.errors import DeliveryError, ServerUnavailableError


@pytest.fixture
def trusting(ca_file):
    return ssl.create_default_context(cafile=str(ca_file))


@pytest.fixture
def server(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with MailboxServer(Box([b"Subject: un\r\n\r\n", b"Subject: deux\r\n\r\n" + b"x" * SIZE_LIMIT]), context) as running:
        yield running


def url(server, login="veille:p%40ss", folder="INBOX"):
    return f"imaps://{login}@127.0.0.1:{server.port}/{folder}"


def test_unseen_messages_are_read_cut_to_size_and_marked(server, trusting):
    with opened(url(server), context=trusting) as box:
        messages = list(unread(box))
        assert [(uid, len(raw)) for uid, raw in messages] == [("1", 15), ("2", SIZE_LIMIT)]
        assert server.box.seen == set()
        mark_seen(box, "1")
    with opened(url(server, folder=""), context=trusting) as box:
        assert [uid for uid, _ in unread(box)] == ["2"]


@pytest.mark.parametrize("changes", [{"login": "veille:wr0ng"}, {"folder": "Autre"}])
def test_refusals_say_where_but_not_the_password(server, trusting, changes):
    with (
        pytest.raises(ServerUnavailableError, match=r"127\.0\.0\.1") as caught,
        opened(url(server, **changes), context=trusting),
    ):
        pass
    assert "wr0ng" not in str(caught.value)


def test_a_command_refused(server, trusting):
    server.box.refuse = "UID"
    with pytest.raises(ServerUnavailableError, match="search"), opened(url(server), context=trusting) as box:
        list(unread(box))


def test_a_certificate_that_is_not_proved(server):
    with pytest.raises(ServerUnavailableError, match=r"(?i)certificate"), opened(url(server)):
        pass


@pytest.mark.parametrize("address", ["http://u:p@host/INBOX", "imaps:///INBOX"])
def test_an_address_that_is_none(address):
    with pytest.raises(DeliveryError, match="WATCHBOT_BOUNCE_IMAP_URL"), opened(address):
        pass
