"""The parts of the bot that are pure: buttons, deep links, names, schedules, markup, what is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchbot.app.deep_links import deep_link, payload, read_payload
from watchbot.chat.asking import best_name
from watchbot.chat.callbacks import LIMIT, ButtonError, Pressed, decode, encode
from watchbot.chat.commands import BY_NAME, COMMANDS
from watchbot.chat.markup import fr, link, paragraphs, quoted, said, within
from watchbot.chat.replies import Button, Edit, File, Inline, InlineHit, Say, Toast, from_plain, to_plain
from watchbot.chat.schedules import told_schedule
from watchbot.demo.telegram_html import visible_text
from watchbot.model import REGIONS, Edition
from watchbot.store import Store
from watchbot.store.chat import LISTS_EACH, Dialogue, ResultList

SECRET = b"k" * 32
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ids = st.integers(-(2**52), 2**52)


# ------------------------------------------------------------------------------------------ buttons


@given(
    ids,
    ids,
    st.from_regex(r"[a-z]{1,3}", fullmatch=True),
    st.lists(st.from_regex(r"[A-Za-z0-9_.-]{0,8}", fullmatch=True), max_size=5),
)
def test_a_button_says_what_it_was_given_to_its_owner_alone(chat, owner, action, arguments):
    data = encode(SECRET, chat, owner, action, *arguments)
    assert len(data.encode()) <= LIMIT
    assert decode(SECRET, data, chat, owner) == Pressed(action, tuple(arguments))
    for other in ((SECRET, data, chat + 1, owner), (SECRET, data, chat, owner + 1), (b"x", data, chat, owner)):
        with pytest.raises(ButtonError):
            decode(*other)


@given(st.text(max_size=70))
def test_any_data_is_refused_calmly(data):
    with pytest.raises(ButtonError):
        decode(SECRET, data, 1, 1)


@given(st.integers(0, 60), st.characters())
def test_no_character_of_a_button_can_be_changed(place, char):
    data = encode(SECRET, 5, 5, "o", "AbCdEfGh", 3)
    changed = data[: place % len(data)] + char + data[place % len(data) + 1 :]
    if changed != data:
        with pytest.raises(ButtonError):
            decode(SECRET, changed, 5, 5)


def test_what_does_not_fit_into_a_button_is_an_error_of_ours():
    for arguments in (("x" * 60,), ("é",), ("a:b",)):
        with pytest.raises(ValueError, match="cannot carry"):
            encode(SECRET, 1, 1, "o", *arguments)


# ------------------------------------------------------------------------------------------ deep links


@given(st.text(min_size=1, max_size=40))
def test_a_search_travels_in_a_link_or_is_too_long(text):
    found = payload("search", text.encode("utf-8", "replace").decode())
    assert len(found) <= 64
    if found:
        assert read_payload(found) == ("search", text.encode("utf-8", "replace").decode())


@given(st.text(max_size=80))
def test_any_payload_is_read_or_refused(text):
    assert read_payload(text) is None or read_payload(text)[0]


def test_deep_links():
    assert deep_link("veille_bot", "reference", "RS6456") == "https://t.me/veille_bot?start=n_RS6456"
    assert read_payload("n_RS6456") == ("reference", "RS6456")
    assert read_payload("e") == ("deadlines", "")
    assert deep_link("", "deadlines") == deep_link("b", "item", "a/b") == ""


def test_mails_open_the_bot_at_the_deadlines(folder):
    from watchbot.app.digesting import reader_links
    from watchbot.config import load_watch
    from watchbot.model import Subscriber

    watch = load_watch(folder, {"WATCHBOT_TELEGRAM_BOT": "@veille_bot"})
    for channel, extra in (("email", ["https://t.me/veille_bot?start=e"]), ("telegram", [])):
        reader = Subscriber(id="x", channel=channel, address="1", created_at=NOW)
        assert list(reader_links(watch, reader).extra.values()) == extra


# ------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Ile de France", "ile-de-france"),
        ("idf", None),
        ("PACA", None),
        ("provence", "sud"),
        ("Sud", "sud"),
        ("bretagn", "bretagne"),
        ("auvergne rhone alpes", "auvergne-rhone-alpes"),
        ("reunion", "la-reunion"),
        ("normendie", "normandie"),
        ("", None),
        ("😀", None),
    ],
)
def test_regions_by_what_people_type(typed, found):
    assert best_name(typed, {region: (region, name) for region, name in REGIONS.items()}) == found


@pytest.mark.parametrize(
    ("schedule", "told"),
    [
        ("30 7 * * mon", "le lundi à 7\u00a0h\u00a030"),
        ("0 8 * * mon-fri", "du lundi au vendredi à 8\u00a0h"),
        ("0 18 * * tue,fri", "le mardi et le vendredi à 18\u00a0h"),
        ("5 6 * * *", "chaque jour à 6\u00a0h\u00a005"),
        ("0 9 1-7 * mon", "le premier lundi du mois à 9\u00a0h"),
        ("*/5 * * * *", "tous les 7\u00a0jours"),
    ],
)
def test_schedules_in_french(schedule, told):
    assert told_schedule(Edition(id="x", name="X", schedule=schedule)) == told


@given(st.text(max_size=200))
def test_whatever_was_typed_is_text_for_telegram(text):
    for markup in (
        said(text),
        quoted(text),
        fr(text),
        link("javascript:alert(1)", said(text)),
        link("https://e.org/?a=1&b", said(text)),
    ):
        visible_text(markup)


@given(st.text(max_size=120), st.integers(2, 50))
def test_what_is_cut_is_within_the_limit_as_telegram_counts(text, limit):
    cut = within(text, limit)
    assert len(cut.encode("utf-16-le", "surrogatepass")) // 2 <= limit
    assert cut == text or cut.endswith("…")


def test_a_page_is_not_parted_by_long_addresses():
    blocks = [link("https://e.org/" + "a" * 1900, fr("Titre")) + "\n" + "x" * 500 for _ in range(5)]
    assert len(paragraphs(blocks)) == 1
    assert len(paragraphs(["x" * 3000, "y" * 3000])) == 2
    assert paragraphs([" ", ""]) == []


def test_right_to_left_text_is_set_apart():
    assert quoted("שלום") == "«\u00a0\u2068שלום\u2069\u00a0»"
    assert said("a\u202eb\u0000") == "ab"


def test_commands_have_english_aliases_and_no_name_twice():
    assert len(BY_NAME) == sum(1 + len(one.aliases) for one in COMMANDS)
    english = {
        "help",
        "latest",
        "search",
        "topic",
        "region",
        "source",
        "deadlines",
        "changes",
        "reference",
        "subscription",
    }
    assert english <= set(BY_NAME)
    assert {"resume", "unsubscribe", "export", "erase", "digest", "why", "pause", "stop", "start", "cancel"} <= set(
        BY_NAME
    )


# ------------------------------------------------------------------------------------------ what is kept


def test_replies_are_kept_as_they_are():
    for reply in (
        Say(chat=1, html="a", buttons=((Button("x", "d"), Button("y", url="https://e.org")),), answers=3, thread=4),
        Edit(chat=1, message=2, html="é"),
        Toast(query="q", text="t", alert=True),
        File(chat=1, name="f", content="c"),
        Inline(query="q", hits=(InlineHit(id="1", title="t", description="d", html="h"),), next_offset="5"),
    ):
        assert from_plain(to_plain(reply)) == reply


def results(token: str, user: int = 1, at: datetime = NOW) -> ResultList:
    return ResultList(
        token=token, chat=1, user=user, kind="items", title="t", created_at=at, expires_at=at + timedelta(days=1)
    )


def test_lists_are_their_owners_bounded_and_pruned(tmp_path):
    with Store(tmp_path / "w.db") as store:
        for n in range(LISTS_EACH + 5):
            store.chat.freeze(results(f"t{n}", at=NOW + timedelta(seconds=n)))
        store.chat.freeze(results("other", user=2))
        assert store.chat.frozen("t0", 1, 1, NOW) is None
        assert store.chat.frozen("t44", 1, 1, NOW) == results("t44", at=NOW + timedelta(seconds=44))
        assert store.chat.frozen("t44", 1, 2, NOW) is None
        assert store.chat.frozen("t44", 2, 1, NOW) is None
        assert store.chat.frozen("t44", 1, 1, NOW + timedelta(days=2)) is None
        assert store.chat.latest(1, 1, "items", NOW).token == "t44"
        store.chat.forget(9, 2)
        assert store.chat.frozen("other", 1, 2, NOW) is None
        store.chat.prune(NOW + timedelta(days=3))
        assert store.chat.kept_of(1)["lists"] == []


def test_updates_are_kept_once_and_forgotten_when_done(tmp_path):
    with Store(tmp_path / "w.db") as store:
        assert store.chat.receive(1, 7, {"text": "secret"}, NOW)
        assert not store.chat.receive(1, 7, {"text": "again"}, NOW)
        assert store.chat.receive(2, 7, {"text": "of another bot"}, NOW)
        assert store.chat.answered(1, 7, [{"do": "say"}])
        assert not store.chat.answered(1, 7, [{"do": "say"}])
        store.chat.carried(1, 7, 1)
        (left,) = store.chat.open_updates(1)
        assert (left.event, left.answers, left.carried) == ({}, [{"do": "say"}], 1)
        store.chat.done(1, 7, [(5, 12), (-1001234567890, 3)], NOW)
        assert store.chat.open_updates(1) == []
        assert not store.chat.receive(1, 7, {}, NOW)
        assert store.chat.receive(1, 7, {"text": "another"}, NOW, fingerprint="x"), "numbers can begin anew"
        assert not store.chat.receive(1, 7, {"text": "another"}, NOW, fingerprint="x")
        store.chat.done(1, 7, [], NOW)
        assert b"secret" not in (tmp_path / "w.db").read_bytes()
        assert store.chat.receive(1, 8, {}, NOW, message=(6, 15))
        assert (store.chat.newest_id("5"), store.chat.newest_id("-1001234567890")) == (15, 3)
        assert store.chat.ids_after("-12", 12) == {15}
        store.chat.prune(NOW + timedelta(days=3))
        assert store.chat.receive(1, 7, {}, NOW)
        assert store.chat.newest_id("5") is None


def test_one_dialogue_a_person_and_chat(tmp_path):
    with Store(tmp_path / "w.db") as store:
        first = Dialogue(chat=1, user=1, kind="k", step="s", nonce="n", data={"a": ["b"]})
        store.chat.save_dialogue(first, NOW)
        store.chat.save_dialogue(Dialogue(chat=1, user=2, kind="k", step="s", nonce="m"), NOW)
        assert store.chat.dialogue(1, 1) == first
        store.chat.end_dialogue(1, 1)
        assert store.chat.dialogue(1, 1) is None
        assert store.chat.dialogue(1, 2).nonce == "m"
        store.chat.prune(NOW + timedelta(days=31))
        assert store.chat.dialogue(1, 2) is None
