"""The mail sink: a real server that keeps, refuses, or breaks off."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import Envelope

from watchbot.demo.sinks import DROP, LOSE_ANSWER, MailSink, unreliable


def letter(number=1):
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "v@example.org", "r@example.org", f"<{number}@example.org>"
    message.set_content("Bonjour")
    return message


def send(sink, *messages, to="r@example.org"):
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=10) as client:
        for message in messages:
            client.send_message(message, "v@example.org", to)


def test_it_keeps_what_it_gets_and_writes_it(tmp_path):
    with MailSink() as sink:
        assert sink.url == f"smtp://127.0.0.1:{sink.port}"
        send(sink, letter(1), letter(2))
        assert [(one.mail_from, one.recipients, one.message_id) for one in sink.messages] == [
            ("v@example.org", ("r@example.org",), f"<{n}@example.org>") for n in (1, 2)
        ]
        paths = sink.write(tmp_path / "mail")
    assert [path.name for path in paths] == ["0001.eml", "0002.eml"]
    assert b"Bonjour" in paths[1].read_bytes()


def test_recipients_refused_and_messages_put_off():
    dead = frozenset({"dead@example.org"})
    with MailSink(unreliable(1, temporary=0.0, permanent=dead)) as sink, pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sink, letter(), to="dead@example.org")
    with MailSink(lambda step, _: "451 4.3.0 later" if step == "DATA" else None) as sink:
        with pytest.raises(smtplib.SMTPDataError):
            send(sink, letter())
        assert sink.messages == []


@pytest.mark.parametrize(("step", "answer", "kept"), [("RCPT", DROP, 0), ("DATA", DROP, 0), ("DATA", LOSE_ANSWER, 1)])
def test_connections_that_break_off_before_or_after_the_message_is_kept(step, answer, kept):
    with MailSink(lambda at, _: answer if at == step else None) as sink:
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
            send(sink, letter())
        assert len(sink.messages) == kept


def test_moods_are_drawn_from_a_seed():
    def drawn(seed):
        answer = unreliable(seed, temporary=0.2, drops=0.1, lost_answers=0.1)
        return [answer(step, Envelope()) for _ in range(100) for step in ("RCPT", "DATA")]

    first = drawn(1)
    assert first == drawn(1)
    assert first != drawn(2)
    assert {DROP, LOSE_ANSWER, None} <= set(first)
    assert LOSE_ANSWER not in first[::2]
