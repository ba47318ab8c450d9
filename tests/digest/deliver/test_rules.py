"""Whose fault a refusal is, how long to wait, and return paths that nobody can make up."""

from __future__ import annotations

import pytest

from watchbot.digest.deliver.rules import LONGEST_BACKOFF, Fault, ReturnPath, backoff_of, fault_of

PATHS = ReturnPath("bounces@veille.example", b"k" * 32)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        ("RCPT: 550 5.1.1 no such user", Fault.ADDRESS),
        ("RCPT: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", Fault.ADDRESS),
        ("RCPT: 550 5.2.1 The email account that you tried to reach is disabled", Fault.ADDRESS),
        ("RCPT: 556 5.1.10 null MX", Fault.ADDRESS),
        ("RCPT: 550 User unknown", Fault.ADDRESS),
        ("RCPT: 551 no mailbox here by that name", Fault.ADDRESS),
        ("RCPT: 550 <a@b.c>: Recipient address rejected: the user does not exist", Fault.ADDRESS),
        ("RCPT: 552 5.2.2 mailbox full", Fault.MAILBOX),
        ("RCPT: 550 mailbox unavailable", Fault.MAILBOX),
        ("RCPT: 450 4.1.1 unverified, try later", Fault.MAILBOX),
        ("RCPT: 550 5.4.1 Recipient address rejected: Access denied", Fault.MAILBOX),
        ("MAIL: 550 5.1.8 sender's domain has no MX", Fault.SENDER),
        ("RCPT: 553 5.1.7 bad sender address syntax", Fault.SENDER),
        ("end of data: 554 5.7.1 spam", Fault.SENDER),
        ("RCPT: 451 4.7.1 greylisted for ever", Fault.SENDER),
        ("end of data: 552 5.3.4 message too big for system", Fault.SENDER),
        ("RCPT: 5.6.7 mx.example takes no addresses beyond ASCII (SMTPUTF8)", Fault.SENDER),
        ("Telegram: Forbidden: bot was blocked by the user", Fault.ADDRESS),
        ("Telegram: Forbidden: bot was kicked from the group chat", Fault.ADDRESS),
        ("Telegram: BadRequest: Chat not found", Fault.ADDRESS),
        ("Telegram: BadRequest: Not enough rights to send text messages to the chat", Fault.MAILBOX),
        ("Telegram: BadRequest: Can't parse entities: unsupported start tag", Fault.SENDER),
        ("Telegram: BadRequest: Message is too long", Fault.SENDER),
    ],
)
def test_whose_fault_a_refusal_is(error, fault):
    assert fault_of(error) is fault


def test_waits_grow_and_are_bounded():
    assert [backoff_of(60, n) for n in range(4)] == [60, 240, 960, 3840]
    assert backoff_of(60, 500) == LONGEST_BACKOFF


def test_a_return_path_is_read_back_and_says_nothing_of_the_recipient():
    path = PATHS.of("camille+tournage@example.org")
    assert path.startswith("bounces+")
    assert path.endswith("@veille.example")
    assert "camille" not in path
    assert PATHS.token_in(f"<{path.upper()}>") == PATHS.token("Camille+Tournage@example.org ")
    assert len(PATHS.of("a" * 64 + "@" + "b" * 180 + ".org").rpartition("@")[0]) <= 64


@pytest.mark.parametrize(
    "other", ["bounces@veille.example", "bounces+abc@veille.example", "x+" + "a" * 24 + "@veille.example", ""]
)
def test_other_addresses_are_no_return_paths(other):
    assert PATHS.token_in(other) is None


def test_without_the_key_nobody_makes_up_a_return_path():
    assert ReturnPath("bounces@veille.example", b"x" * 32).of("a@b.org") != PATHS.of("a@b.org")
