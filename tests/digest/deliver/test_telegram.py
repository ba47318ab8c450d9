"""The Bot API as the agent uses it: ids, refusals, doubts, and looking for a message that may be there."""

from __future__ import annotations

import socket

import pytest

from watchbot.demo.bot_api import DROP, LOSE_ANSWER, LocalBotApi
from watchbot.digest.deliver.telegram import SPAN, TelegramChannel
from watchbot.errors import DeliveryError, DeliveryInDoubtError, ServerUnavailableError


@pytest.fixture
def moods():
    return []


@pytest.fixture
def api(moods):
    with LocalBotApi(mood=lambda _method, _chat: moods.pop(0) if moods else None) as server:
        yield server


@pytest.fixture
def channel(api):
    made = TelegramChannel(api.token, api.url, timeout=5)
    yield made
    made.close()


def test_sending_gives_ids_and_shows_no_previews(api, channel):
    assert [channel.send("5", "<b>un</b>"), channel.send("6", "deux")] == [1, 2]
    assert [one.text for one in api.messages] == ["un", "deux"]
    assert channel.check() == "veille_bot"


@pytest.mark.parametrize(
    ("mood", "expected"),
    [
        ((403, "Forbidden: bot was blocked by the user", None), "Telegram: Forbidden: bot was blocked by the user"),
        ((400, "Bad Request: chat not found", None), "Telegram: BadRequest: Chat not found"),
    ],
)
def test_refusals_for_good(moods, channel, mood, expected):
    moods.append(mood)
    with pytest.raises(DeliveryError) as caught:
        channel.send("5", "x")
    assert caught.value.permanent
    assert str(caught.value).lower() == expected.lower()


def test_waiting_as_asked(moods, channel):
    moods.append((429, "Too Many Requests: retry after 7", 7))
    with pytest.raises(DeliveryError) as caught:
        channel.send("5", "x")
    assert (caught.value.permanent, caught.value.retry_after) == (False, 7.0)


@pytest.mark.parametrize(
    "mood", [DROP, LOSE_ANSWER, (500, "Internal Server Error", None), (502, "Bad Gateway", None), (504, "x", None)]
)
def test_no_answer_is_a_doubt(moods, channel, mood):
    moods.append(mood)
    with pytest.raises(DeliveryInDoubtError):
        channel.send("5", "x")
    channel.send("5", "y")


def test_what_surely_was_not_sent_is_no_doubt(moods, api, channel):
    moods.append((429, "Too Many Requests", None))
    wrong = TelegramChannel("2:wrong", api.url)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = TelegramChannel(api.token, f"http://127.0.0.1:{taken.getsockname()[1]}")
        for one in (channel, wrong, nobody):
            with pytest.raises(ServerUnavailableError) as caught:
                one.send("5", "x")
            assert not isinstance(caught.value, DeliveryInDoubtError)
        for one in (wrong, nobody):
            with pytest.raises(ServerUnavailableError):
                one.check()
            one.close()


def test_a_group_that_became_a_supergroup_is_followed(api, channel):
    api.state.moved["-12"] = "-1001234567890"
    assert channel.send("-12", "x") == 1
    assert [one.chat for one in api.messages] == ["-1001234567890"]


# ------------------------------------------------------------------------------------------ looking


def test_a_message_in_doubt_is_found_and_left_as_it_is(api, channel):
    last = channel.send("6", "autre")
    api.write(6, "merci")
    api.write(5, "bonjour")
    number = channel.send("5", "<b>Veille</b> &amp; <a href='https://e.org'>lien</a>")
    assert channel.find("5", "<b>Veille</b> &amp; <a href='https://e.org'>lien</a>", last) == number
    assert [one.edits for one in api.messages] == [0, 0]


def test_one_that_is_not_there_is_not_found(api, channel):
    last = channel.send("5", "x")
    channel.send("6", "autre chat")
    api.write(5, "y")
    assert channel.find("5", "y", last) is None
    assert channel.find("5", "x", last + SPAN) is None


def test_another_message_of_ours_becomes_the_text(api, channel):
    last = channel.send("5", "x")
    number = channel.send("5", "une réponse")
    assert channel.find("5", "Veille", last) == number
    assert [one.text for one in api.messages] == ["x", "Veille"]


def test_what_the_bot_said_in_a_conversation_is_left_as_it_is(api, channel):
    last = channel.send("5", "x")
    said = {channel.send("5", f"réponse {n}") for n in range(SPAN + 5)}
    assert channel.find("5", "Veille", last, said) is None
    number = channel.send("5", "Veille")
    assert channel.find("5", "Veille", last, said) == number
    assert all(one.edits == 0 for one in api.messages)


def test_looking_says_why_it_cannot(moods, channel):
    channel.send("5", "x")
    for mood, permanent in (((403, "Forbidden: bot was blocked by the user", None), True), (DROP, False)):
        moods.append(mood)
        with pytest.raises(DeliveryError) as caught:
            channel.find("5", "x", 0)
        assert caught.value.permanent is permanent
    moods.append((404, "Not Found", None))
    assert channel.find("5", "x", 0) is None
