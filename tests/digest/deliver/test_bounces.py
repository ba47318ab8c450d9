"""What comes back: bounces of many servers, complaints, requests to leave, answers of absent people, forgeries."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbot.digest.deliver.bounces import Notice, NoticeKind, read_notices
from watchbot.digest.deliver.rules import ReturnPath

PATHS = ReturnPath("bounces@veille.example", b"k" * 32)
TO = PATHS.of("camille@example.org")
TOKEN = PATHS.token("camille@example.org")


def mail(text):
    return textwrap.dedent(text).lstrip().replace("TO-PATH", TO).replace("\n", "\r\n").encode()


def report(status, headers="To: <TO-PATH>"):
    text = """
        From: Mail Delivery Subsystem <mailer-daemon@mx.example.org>
        HEADERS
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not be delivered.

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.org
        Arrival-Date: Mon, 23 Nov 2026 06:30:00 +0000

        STATUS

        --b
        Content-Type: text/rfc822-headers

        From: veille@example.org
        Message-ID: <0123456789abcdef@example.org>
        Subject: Veille

        --b--
        """
    lines = "\n        ".join(
        line.strip() if not line.startswith(" ") else line for line in status.strip().splitlines()
    )
    return mail(text.replace("HEADERS", headers).replace("STATUS", lines))


FAILED = """Final-Recipient: rfc822; camille@example.org
Original-Recipient: rfc822;camille@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 5.1.1 <camille@example.org>: Recipient address
 rejected: User unknown"""


def test_a_delivery_status():
    assert read_notices(report(FAILED), PATHS) == [
        Notice(
            kind=NoticeKind.BOUNCE,
            token=TOKEN,
            message_id="<0123456789abcdef@example.org>",
            status="5.1.1",
            said="550 5.1.1 <camille@example.org>: Recipient address rejected: User unknown",
        )
    ]


@pytest.mark.parametrize(
    ("change", "kind", "status"),
    [
        (("Action: failed\nStatus: 5.1.1", "Action: delayed\nStatus: 4.4.1"), NoticeKind.DELAY, "4.4.1"),
        (("Action: failed\nStatus: 5.1.1", "Action: relayed\nStatus: 2.0.0"), NoticeKind.OTHER, "2.0.0"),
        (("Action: failed\nStatus: 5.1.1", "Action: FAILED\nStatus: 5.2.2 (full)"), NoticeKind.BOUNCE, "5.2.2"),
        (("Status: 5.1.1\n", ""), NoticeKind.BOUNCE, "5.1.1"),
    ],
)
def test_what_was_done_and_why(change, kind, status):
    (notice,) = read_notices(report(FAILED.replace(*change)), PATHS)
    assert (notice.kind, notice.status) == (kind, status)


@pytest.mark.parametrize(
    "header",
    ["To: <TO-PATH>", "To: Veille <TO-PATH>", "To: x@y.z\n        Delivered-To: TO-PATH", "X-Original-To: TO-PATH"],
)
def test_the_token_is_read_from_wherever_it_arrived(header):
    (notice,) = read_notices(report(FAILED, headers=header), PATHS)
    assert notice.token == TOKEN


def test_several_recipients_are_several_notices():
    text = FAILED + "\n\n" + FAILED.replace("5.1.1", "5.2.2")
    assert [one.status for one in read_notices(report(text.replace("\n\n", "\n\n")), PATHS)] == ["5.1.1", "5.2.2"]


def test_a_status_that_is_encoded_against_the_rules():
    raw = report(FAILED).replace(
        b"Content-Type: message/delivery-status\r\n",
        b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n",
    )
    assert read_notices(raw, PATHS)[0].status == "5.1.1"


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        (
            """Hi. This is the qmail-send program at example.org.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <camille@example.org>:
            Sorry, no mailbox here by that name. (#5.1.1)""",
            "5.1.1",
            "#5.1.1)",
        ),
        ("mx.example.org said: 550 5.2.1 The account is disabled", "5.2.1", "550 5.2.1 The account is disabled"),
        ("host mx said: 550 unknown user", "", "550 unknown user"),
    ],
)
def test_bounces_in_words_only(text, status, said):
    raw = mail(f"From: MAILER-DAEMON@example.org\nReturn-Path: <>\nTo: <TO-PATH>\nSubject: failure notice\n\n{text}\n")
    assert read_notices(raw, PATHS) == [Notice(kind=NoticeKind.BOUNCE, token=TOKEN, status=status, said=said)]


def test_absent_people_and_other_machines_are_left_alone():
    absent = mail(
        "From: camille@example.org\nTo: <TO-PATH>\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Absente\n\n"
        "De retour le 5.1.2027. Call 550 1234.\n"
    )
    words = mail("From: postmaster@example.org\nTo: <TO-PATH>\nSubject: notice\n\nAll is well.\n")
    person = mail("From: camille@example.org\nTo: <TO-PATH>\nSubject: Merci !\n\nVersion 5.1.1\n")
    for raw in (absent, words, person):
        assert [one.kind for one in read_notices(raw, PATHS)] == [NoticeKind.OTHER]


@pytest.mark.parametrize(
    "subject",
    [
        "unsubscribe",
        "Unsubscribe",
        "Re: STOP",
        "désabonnement",
        "=?utf-8?q?D=C3=A9sinscription?=",
        "Se =?utf-8?q?x?=",
        "desinscription.",
        "Se désabonner",
        "merci de me désabonner",
        "Désinscription",
        "unsubscribe me please",
        "Je souhaite me désinscrire de cette liste, merci.",
    ],
)
def test_a_mail_that_asks_to_leave(subject):
    raw = mail(f"From: camille@example.org\nTo: TO-PATH\nSubject: {subject}\n\n")
    kind = NoticeKind.OTHER if subject.startswith("Se =") else NoticeKind.UNSUBSCRIBE
    assert read_notices(raw, PATHS) == [Notice(kind=kind, token=TOKEN)]


@pytest.mark.parametrize(
    "subject",
    [
        "Ne pas me désabonner",
        "Désabonnements massifs aux plateformes",
        "Comment se désabonner ?",
        "merci",
        "arrêt et stop",
    ],
)
def test_a_mail_that_only_speaks_of_leaving_is_left_to_people(subject):
    raw = mail(f"From: camille@example.org\nTo: TO-PATH\nSubject: {subject}\n\n")
    assert [one.kind for one in read_notices(raw, PATHS)] == [NoticeKind.OTHER]


def test_a_complaint():
    raw = mail(
        """
        From: feedback@provider.example
        To: abuse@veille.example
        Content-Type: multipart/report; report-type=feedback-report; boundary="b"

        --b
        Content-Type: text/plain

        This is an abuse report.

        --b
        Content-Type: message/feedback-report

        Feedback-Type: abuse
        User-Agent: SomeGenerator/1.0
        Version: 1

        --b
        Content-Type: message/rfc822

        Return-Path: <TO-PATH>
        From: veille@example.org
        Message-ID: <fedcba@example.org>
        Subject: Veille

        Bonjour
        --b--
        """
    )
    expected = Notice(kind=NoticeKind.COMPLAINT, token=TOKEN, message_id="<fedcba@example.org>")
    assert read_notices(raw, PATHS) == [expected]
    by_link = raw.replace(f"Return-Path: <{TO}>".encode(), f"List-Unsubscribe: <mailto:{TO}?subject=x>".encode())
    assert read_notices(by_link, PATHS) == [expected]
    assert read_notices(raw, None)[0].token == ""


def test_a_forged_address_has_no_token_of_ours():
    forged = report(FAILED, headers="To: bounces+camille=example.org@veille.example")
    assert read_notices(forged, PATHS)[0].token == ""
    assert read_notices(report(FAILED), None)[0].token == ""


@given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 900))
def test_damage_is_no_error(noise, start, length):
    raw = report(FAILED)
    assert read_notices(raw[:start] + noise + raw[start + length :], PATHS)
    assert read_notices(noise, PATHS)
    assert read_notices(b"Subject: " + noise, PATHS)
