"""Speaking SMTP to a real server: TLS or nothing, one connection for many, refusals told from breakdowns."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import AuthResult

from watchbot.demo.sinks import DROP, LOSE_ANSWER, MailSink
from watchbot.digest.deliver import smtp
from watchbot.digest.deliver.message import Mail, Sender, build_message
from watchbot.digest.deliver.smtp import SmtpConnection, SmtpServer
from watchbot.errors import DeliveryError, ServerUnavailableError

SENDER = Sender(address="veille@example.org", name="Veille")


def built(to="r@example.org", text="Bonjour\n.point\n..deux\n"):
    mail = Mail(key=to, to=to, subject="É", text=text, html="<p>é</p>")
    return build_message(mail, SENDER, datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


def connection(sink, *, allow_plain=True, context=None, login=""):
    server = SmtpServer.from_url(sink.url.replace("smtp://", f"smtp://{login}"), allow_plain=allow_plain)
    return SmtpConnection(server, timeout=10, context=context)


def send(client, to="r@example.org", marks=None):
    message, marks = built(to), [] if marks is None else marks
    client.send(message, "bounces@example.org", to, raw=message.as_bytes(), on_commit=lambda: marks.append(to))
    return marks


@pytest.fixture
def server_tls(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def trusting(ca_file):
    return ssl.create_default_context(cafile=str(ca_file))


# ------------------------------------------------------------------------------------------ addresses of servers


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://u:p%40ss@mx.example.org", ("mx.example.org", 465, True, "u", "p@ss")),
        ("smtp://mx.example.org", ("mx.example.org", 587, False, "", "")),
        ("smtp://[::1]:25", ("::1", 25, False, "", "")),
    ],
)
def test_the_address_of_a_server(url, expected):
    server = SmtpServer.from_url(url)
    assert (server.host, server.port, server.tls, server.user, server.password) == expected
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize("url", ["http://mx.example.org", "mx.example.org:25", ""])
def test_an_address_that_is_none(url):
    with pytest.raises(DeliveryError, match="WATCHBOT_SMTP_URL"):
        SmtpServer.from_url(url)


# ------------------------------------------------------------------------------------------ messages


def test_one_connection_carries_many_and_dots_survive():
    with MailSink() as sink:
        client = connection(sink)
        for n in range(3):
            assert send(client, f"r{n}@example.org") == [f"r{n}@example.org"]
        client.quit()
        client.quit()
        assert [one.recipients[0] for one in sink.messages] == [f"r{n}@example.org" for n in range(3)]
        assert all(one.mail_from == "bounces@example.org" for one in sink.messages)
        assert sink.messages[0].content == built("r0@example.org").as_bytes()


def test_a_message_without_a_last_line_end_and_with_a_dot_first():
    with MailSink() as sink:
        client = connection(sink)
        client.send(built(), "b@example.org", "r@example.org", raw=b".a\n.b\r.c", on_commit=lambda: None)
        assert sink.messages[0].content == b".a\r\n.b\r\n.c\r\n"


@pytest.mark.parametrize(
    ("step", "answer", "permanent"),
    [
        ("RCPT", "550 5.1.1 no", True),
        ("RCPT", "450 4.2.0 later", False),
        ("DATA", "554 5.7.1 spam", True),
        ("DATA", "451 4.3.0 later", False),
    ],
)
def test_a_refusal_is_told_and_the_next_message_goes_through(step, answer, permanent):
    answers = [answer]
    with MailSink(lambda at, _: answers.pop() if at == step and answers else None) as sink:
        client = connection(sink)
        with pytest.raises(DeliveryError) as caught:
            send(client)
        assert (caught.value.permanent, isinstance(caught.value, ServerUnavailableError)) == (permanent, False)
        assert answer[4:] in str(caught.value)
        send(client)
        assert len(sink.messages) == 1


@pytest.mark.parametrize(("step", "answer", "marked"), [("RCPT", DROP, 0), ("DATA", DROP, 1), ("DATA", LOSE_ANSWER, 1)])
def test_a_connection_that_breaks_is_opened_again(step, answer, marked):
    answers = [answer]
    with MailSink(lambda at, _: answers.pop() if at == step and answers else None) as sink:
        client, marks = connection(sink), []
        with pytest.raises(ServerUnavailableError):
            send(client, marks=marks)
        assert len(marks) == marked
        send(client)
        assert len(sink.messages) == 1 + (answer == LOSE_ANSWER)
        assert len({one.message_id for one in sink.messages}) == 1


def test_a_server_that_closes_for_now_is_away():
    with MailSink(lambda step, _: "421 4.3.2 shutting down") as sink, pytest.raises(ServerUnavailableError):
        send(connection(sink))


def test_a_connection_that_went_stale_is_not_used(monkeypatch):
    monkeypatch.setattr(smtp, "IDLE_SECONDS", -1.0)
    with MailSink() as sink:
        client = connection(sink)
        send(client)
        client._client.sock.shutdown(socket.SHUT_RDWR)
        send(client)
        send(client)
        assert len(sink.messages) == 3


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = SmtpConnection(SmtpServer.from_url(f"smtp://127.0.0.1:{taken.getsockname()[1]}", allow_plain=True))
        for call in (client.check, lambda: send(client)):
            with pytest.raises(ServerUnavailableError, match=r"127\.0\.0\.1"):
                call()


# ------------------------------------------------------------------------------------------ letters beyond ASCII


def test_addresses_beyond_ascii_need_a_server_that_takes_them():
    with MailSink() as sink:
        send(connection(sink), "josé@example.org")
        assert sink.messages[0].recipients == ("josé@example.org",)
        assert "To: josé@example.org".encode() in sink.messages[0].content
    with MailSink(enable_SMTPUTF8=False) as sink:
        client = connection(sink)
        with pytest.raises(DeliveryError, match="SMTPUTF8") as caught:
            send(client, "josé@example.org")
        assert caught.value.permanent
        send(client)
        assert len(sink.messages) == 1


# ------------------------------------------------------------------------------------------ TLS and login


def test_starttls_is_used_and_the_certificate_proved(server_tls, trusting):
    with MailSink(tls_context=server_tls, require_starttls=True) as sink:
        send(connection(sink, allow_plain=False, context=trusting))
        assert len(sink.messages) == 1
        with pytest.raises(ServerUnavailableError, match=r"(?i)certificate"):
            send(connection(sink, allow_plain=False))
        # A relay on this machine with a certificate of its own.
        send(connection(sink, allow_plain=True))
        assert len(sink.messages) == 2


def test_without_tls_nothing_goes_out():
    with MailSink() as sink:
        client = connection(sink, allow_plain=False)
        with pytest.raises(ServerUnavailableError, match="WATCHBOT_SMTP_ALLOW_PLAIN"):
            send(client)
        with pytest.raises(ServerUnavailableError):
            client.check()
        assert sink.messages == []


def test_login(server_tls, trusting):
    def check(server, session, envelope, mechanism, data):
        right = data.login == b"veille" and data.password == b"p@ss"
        return AuthResult(success=right, handled=False)

    with MailSink(tls_context=server_tls, require_starttls=True, auth_required=True, authenticator=check) as sink:
        client = connection(sink, allow_plain=False, context=trusting, login="veille:p%40ss@")
        client.check()
        send(client)
        assert len(sink.messages) == 1
        with pytest.raises(ServerUnavailableError) as caught:
            send(connection(sink, allow_plain=False, context=trusting, login="veille:wr0ng@"))
        assert "wr0ng" not in str(caught.value)
        # Without a login the server refuses the sender: the recipient is not to blame.
        with pytest.raises(ServerUnavailableError, match="530"):
            send(connection(sink, allow_plain=False, context=trusting))


def test_tls_from_the_start(server_tls, trusting):
    with MailSink(ssl_context=server_tls) as sink:
        server = SmtpServer.from_url(f"smtps://127.0.0.1:{sink.port}")
        send(SmtpConnection(server, timeout=10, context=trusting))
        with pytest.raises(ServerUnavailableError):
            send(SmtpConnection(server, timeout=10))
        assert len(sink.messages) == 1
