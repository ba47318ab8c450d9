"""The local Bot API server, as python-telegram-bot sees it: accepted, refused in Telegram's words, people played."""

from __future__ import annotations

import asyncio
import contextlib
import io
import threading
from collections.abc import AsyncIterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from watchbot.demo.bot_api import DROP, LOSE_ANSWER, LocalBotApi
from watchbot.demo.telegram_html import EntityError, read_markup, visible_text

GROUP = -1001234567890


@pytest.fixture
def api():
    with LocalBotApi() as server:
        yield server


@pytest.fixture
async def bot(api) -> AsyncIterator[Bot]:
    async with Bot(api.token, base_url=f"{api.url}/bot") as opened:
        yield opened


def button(data, text="Suite"):
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=data)]])


# ------------------------------------------------------------------------------------------ markup


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<b>a</b> &lt;b&gt; &amp;amp; &#233;&#xE9; &eacute;", "a <b> &amp; éé &eacute;"),
        ('<a href="https://e.org/?a=1&amp;b=2">lien</a> 3 > 2', "lien 3 > 2"),
        ("<blockquote expandable>x</blockquote><tg-spoiler>y</tg-spoiler>", "xy"),
        ('<pre><code class="language-py">z</code></pre><span class="tg-spoiler">w</span>', "zw"),
    ],
)
def test_what_a_reader_sees(markup, text):
    assert visible_text(markup) == text


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("é<p>x</p>", 'Unsupported start tag "p" at byte offset 2'),
        ("<span>x</span>", 'Unsupported start tag "span" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("a < b", "Unclosed start tag at byte offset 2"),
    ],
)
def test_complaints_are_those_of_telegram(markup, complaint):
    with pytest.raises(EntityError) as caught:
        visible_text(markup)
    assert str(caught.value) == f"can't parse entities: {complaint}"


def test_entities_are_placed_in_utf16_units():
    text, entities = read_markup('😀<b>é<i>x</i></b><a href="https://e.org">y</a><u></u>')
    assert text == "😀éxy"
    assert entities == [
        {"type": "bold", "offset": 2, "length": 2},
        {"type": "italic", "offset": 3, "length": 1},
        {"type": "text_link", "offset": 4, "length": 1, "url": "https://e.org"},
    ]


@given(st.text(alphabet='<>/&;"=ab i#x3é', max_size=40))
def test_any_markup_parses_or_is_refused(markup):
    with contextlib.suppress(EntityError):
        read_markup(markup)


# ------------------------------------------------------------------------------------------ messages


async def test_messages_are_kept_with_ids_that_grow(api, bot):
    first = await bot.send_message(5, "<b>un</b>", parse_mode="HTML", reply_markup=button("suite:1"))
    second = await bot.send_message(6, "deux")
    there = await bot.send_message(GROUP, "trois")
    assert (first.message_id, second.message_id, there.message_id) == (1, 2, 1)
    assert (first.text, first.entities[0].type, first.chat.type, there.chat.type) == (
        *("un", "bold", "private", "supergroup"),
    )
    assert [(m.chat, m.html, m.text, m.buttons) for m in api.messages[:1]] == [
        ("5", "<b>un</b>", "un", [("Suite", "suite:1")])
    ]


@pytest.mark.parametrize(
    ("chat", "text", "words"),
    [
        ("@nobody", "x", "chat not found"),
        (5, "<b>x", "can't find end tag"),
        (5, "<b> </b>", "message text is empty"),
        (5, "😀" * 2049, "message is too long"),
    ],
)
async def test_what_telegram_refuses(bot, chat, text, words):
    with pytest.raises(BadRequest) as caught:
        await bot.send_message(chat, text, parse_mode="HTML")
    assert words in str(caught.value).lower()


async def test_length_is_counted_after_parsing(bot):
    sent = await bot.send_message(5, "<b>" + "&lt;" * 4096 + "</b>", parse_mode="HTML")
    assert len(sent.text) == 4096


async def test_buttons_hold_sixty_four_bytes(bot):
    await bot.send_message(5, "x", reply_markup=button("a" * 64))
    for data, text in (("é" * 33, "Suite"), ("a", " ")):
        with pytest.raises(BadRequest):
            await bot.send_message(5, "x", reply_markup=button(data, text))


async def test_edits(api, bot):
    sent = await bot.send_message(5, "un", reply_markup=button("a"))
    edited = await bot.edit_message_text("deux", 5, sent.message_id, reply_markup=button("a"))
    assert edited.text == "deux"
    await bot.edit_message_reply_markup(5, sent.message_id)
    (one,) = api.messages
    assert (one.text, one.buttons, one.edits) == ("deux", [], 2)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("deux", 5, sent.message_id)
    with pytest.raises(BadRequest, match="to edit not found"):
        await bot.edit_message_text("x", 5, 99)
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", 5, api.write(5, "moi"))
    with pytest.raises(BadRequest, match="text is empty"):
        await bot.edit_message_text(" ", 5, sent.message_id)
    assert await bot.delete_message(5, sent.message_id)
    assert api.messages == []


async def test_files(api, bot):
    file = io.BytesIO(b"BEGIN:VCALENDAR")
    sent = await bot.send_document(5, file, filename="e.ics", caption="<b>x</b>", parse_mode="HTML")
    assert sent.document.file_name == "e.ics"
    (one,) = api.messages
    assert (one.document, one.data, one.text) == ("e.ics", b"BEGIN:VCALENDAR", "x")
    with pytest.raises(BadRequest, match=r"(?i)non-empty"):
        await bot.send_document(5, io.BytesIO(b""), filename="e.ics")


async def test_blocked_by_the_person_and_moved(api, bot):
    api.block(5)
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(5, "x")
    api.state.moved["-12"] = str(GROUP)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(-12, "x")
    assert caught.value.new_chat_id == GROUP


async def test_moods():
    moods = iter(
        [(429, "Too Many Requests: retry after 3", 3), (500, "Internal Server Error", None), DROP, LOSE_ANSWER]
    )
    with LocalBotApi(mood=lambda method, _chat: next(moods, None) if method == "sendMessage" else None) as api:
        async with Bot(api.token, base_url=f"{api.url}/bot") as bot:
            with pytest.raises(RetryAfter):
                await bot.send_message(5, "x")
            for kept in (0, 0, 1):
                with pytest.raises(NetworkError):
                    await bot.send_message(5, "x")
                assert len(api.messages) == kept
            assert (await bot.send_message(5, "x")).message_id == 2


async def test_a_token_that_is_not_known(api):
    with pytest.raises(InvalidToken):
        await Bot("2:other", base_url=f"{api.url}/bot").get_me()
    base = f"{api.url}/bot{api.token}"
    assert httpx.get(f"{base}/getMe").json()["result"]["username"] == "veille_bot"
    assert httpx.post(f"{base}/noSuchMethod").status_code == 404
    assert httpx.post(f"{base}/getMe", content=b"{", headers={"content-type": "application/json"}).status_code == 400


# ------------------------------------------------------------------------------------------ people


async def test_updates_wait_are_acknowledged_and_come_once(api, bot):
    assert await bot.get_updates(timeout=0) == ()
    waiting = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.05)
    api.write(5, "/cherche décors", message_thread_id=3)
    (update,) = await waiting
    assert update.message.text == "/cherche décors"
    assert update.message.entities[0].type == "bot_command"
    assert (update.message.from_user.id, update.message.message_thread_id) == (5, 3)
    sent = await bot.send_message(5, "x", reply_markup=button("suite:2"))
    api.press(5, sent.message_id, "suite:2")
    (second,) = await bot.get_updates(offset=update.update_id + 1, timeout=0)
    assert (second.callback_query.data, second.callback_query.message.text) == ("suite:2", "x")
    assert await bot.answer_callback_query(second.callback_query.id, "fait")
    assert api.state.answers[0]["text"] == "fait"
    for query, text in ((second.callback_query.id, "encore"), ("other", "x" * 201)):
        with pytest.raises(BadRequest):
            await bot.answer_callback_query(query, text)


async def test_inline_queries(api, bot):
    name = api.ask_inline(5, "aides")
    (update,) = await bot.get_updates(timeout=0)
    assert (update.inline_query.query, update.inline_query.id) == ("aides", name)

    def result(number, text="x"):
        return InlineQueryResultArticle(str(number), "Titre", InputTextMessageContent(text, parse_mode="HTML"))

    for bad in ([result(1), result(1)], [result("y" * 65)], [result(1, "<p>")]):
        with pytest.raises(BadRequest):
            await bot.answer_inline_query(name, bad)
    assert await bot.answer_inline_query(name, [result(n) for n in range(50)], next_offset="")
    assert len(api.state.inline_answers[0]["results"]) == 50
    many = {"inline_query_id": name, "results": [{"id": str(n)} for n in range(51)]}
    answer = httpx.post(f"{api.url}/bot{api.token}/answerInlineQuery", json=many)
    assert answer.json()["description"] == "Bad Request: RESULTS_TOO_MUCH"


async def test_commands_groups_and_chats(api, bot):
    assert await bot.set_my_commands([("recent", "Les nouvelles")])
    assert (await bot.get_my_commands())[0].command == "recent"
    with pytest.raises(BadRequest):
        await bot.set_my_commands([("récent", "Les nouvelles")])
    with pytest.raises(BadRequest):
        await bot.set_my_commands([("recent", "x" * 257)])
    api.state.admins[str(GROUP)] = [7]
    assert [one.user.id for one in await bot.get_chat_administrators(GROUP)] == [7]
    assert (await bot.get_chat_member(GROUP, 8)).status == "member"
    assert (await bot.get_chat(-12)).type == "group"
    assert await bot.send_chat_action(5, "typing")


async def test_updates_go_to_a_webhook_with_its_secret(api, bot):
    got: list[tuple[str | None, bytes]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    hook = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=hook.handle_request)
    thread.start()
    await bot.set_webhook(f"http://127.0.0.1:{hook.server_address[1]}/", secret_token="s3cret")
    with pytest.raises(Conflict):
        await bot.get_updates(timeout=0)
    api.write(5, "bonjour")
    await asyncio.to_thread(thread.join, 10)
    hook.server_close()
    assert got[0][0] == "s3cret"
    assert b"bonjour" in got[0][1]
    assert (await bot.get_webhook_info()).url
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates(timeout=0) == ()


async def test_stopping_wakes_who_waits():
    with LocalBotApi() as api:
        async with Bot(api.token, base_url=f"{api.url}/bot") as bot:
            waiting = asyncio.create_task(bot.get_updates(timeout=30))
            await asyncio.sleep(0.1)
            api.state.close()
            assert await waiting == ()
