"""Lists of subscribers out and in again: as spreadsheets write them, all or none, nobody written to who must not be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.app.people import add_subscriber, erase_person
from watchbot.app.scaffold import init_watch
from watchbot.app.subscriber_csv import Imported, decoded, from_csv, to_csv
from watchbot.app.subscribing import confirm_subscription, forget_unconfirmed
from watchbot.config import load_watch
from watchbot.errors import UsageError
from watchbot.store import Store

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=40)


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv") / "w"
    init_watch(folder, blank=True)
    return load_watch(folder, {})


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "watch.db") as opened:
        yield opened


def test_what_is_exported_comes_in_again_as_it_was(watch, store, tmp_path):
    for name, state in (("ana", "active"), ("bob", "paused"), ("zoe", "pending"), ("+1", "active")):
        one = add_subscriber(
            watch,
            store,
            "email",
            f"{name}@example.org",
            editions=["hebdo"],
            topics=["mesure", "social"],
            confirmed=True,
            at=NOW,
        )
        wanted = {"kinds": ("documentaire",), "languages": ("fr",), "alerts": True, "regions": ("bretagne",)}
        store.subscribers.save(replace(one, state=state, **wanted))
    add_subscriber(watch, store, "telegram", "-1001234567890", editions=["hebdo"], confirmed=True, at=NOW)
    text = to_csv(store.subscribers.all())
    assert "'+1@example.org" in text
    with Store(tmp_path / "other.db") as other:
        assert from_csv(watch, other, text, LATER) == Imported(added=5, letters=1)
        assert from_csv(watch, other, text, LATER) == Imported(known=5)
        came = {replace(one, asked_at=None) for one in other.subscribers.all()}
        assert came == set(store.subscribers.all())
        assert {one.confirmed_at for one in came} == {NOW}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", LATER),
        ("2024-05-01", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01 12:00:00.123456789 +0200 CEST", datetime(2024, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2030-01-01", LATER),
    ],
)
def test_when_someone_subscribed_elsewhere_stays_known(watch, store, written, read):
    text = f"email,status,created_at,confirmed_at\nana@example.org,active,{written},{written}\n"
    from_csv(watch, store, text, LATER)
    (one,) = store.subscribers.all()
    assert (one.created_at.replace(microsecond=0), one.confirmed_at) == (read.replace(microsecond=0), one.created_at)


def test_who_is_not_confirmed_gets_one_letter_that_asks(watch, store):
    add_subscriber(watch, store, "email", "bob@example.org", editions=["hebdo"], confirmed=False, at=NOW)
    text = "address\nana@example.org\nBob@example.org\nana@example.org\n"
    assert from_csv(watch, store, text, LATER) == Imported(added=1, known=2, letters=2)
    assert from_csv(watch, store, text, LATER) == Imported(known=3)
    for one in store.subscribers.all():
        (delivery,) = store.outbox.of(one.id)
        letter = store.outbox.payload(delivery.key)
        assert letter["subject"].startswith("Confirmez")
        link = re.search(r"/confirmation/(\S+)", letter["text"])[1]
        assert one.state == "pending"
        assert confirm_subscription(watch, store, link, LATER).state == "active"
    assert from_csv(watch, store, text, LATER) == Imported(known=3)


def test_whoever_was_added_long_ago_elsewhere_has_two_weeks_to_confirm(watch, store):
    from_csv(watch, store, "email,created_at\nana@example.org,2020-01-01\n", NOW)
    assert forget_unconfirmed(store, NOW + timedelta(days=13)) == 0
    assert forget_unconfirmed(store, NOW + timedelta(days=15)) == 1


def test_what_listmonk_and_buttondown_write(watch, store):
    listmonk = (
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        'u1,ana@example.org,Ana,"{}",enabled,2024-05-01 10:00:00 +0000 UTC,2024-05-01 10:00:00 +0000 UTC\n'
        'u2,bob@example.org,Bob,"{}",Blocklisted,2024-05-01 10:00:00 +0000 UTC,2024-05-01 10:00:00 +0000 UTC\n'
    )
    assert from_csv(watch, store, listmonk, NOW) == Imported(added=1, suppressed=1)
    buttondown = (
        "email_address,notes,type,creation_date\neve@example.org,,regular,2024-05-01T10:00:00Z\n"
        "zoe@example.org,,unactivated,2024-05-01T10:00:00Z\nleft@example.org,,unsubscribed,2024-05-01T10:00:00Z\n"
    )
    assert from_csv(watch, store, buttondown, NOW) == Imported(added=2, suppressed=1, letters=1)
    states = {one.address: one.state for one in store.subscribers.all()}
    assert states == {"ana@example.org": "active", "eve@example.org": "active", "zoe@example.org": "pending"}
    assert {one.created_at for one in store.subscribers.all()} == {datetime(2024, 5, 1, 10, tzinfo=UTC)}


@pytest.mark.parametrize("cell", ["mesure;social", "mesure, social", "Mesure|SOCIAL", "mesure ; ; social"])
def test_several_topics_in_a_cell_in_whatever_case(watch, store, cell):
    text = f'E-Mail,Address,Topics,State,Channel,Editions\nana@example.org,"1 rue X","{cell}",ACTIVE,Email,HEBDO\n'
    from_csv(watch, store, text, NOW)
    (one,) = store.subscribers.all()
    assert (one.address, one.state, one.editions) == ("ana@example.org", "active", ("hebdo",))
    assert one.topics == ("mesure", "social")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_write(watch, store, encoding, delimiter):
    rows = [
        ["Address", "Editions", "State", "Prénom"],
        ["josé@example.org", "hebdo", "active", "José"],
        ["", "", "", ""],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    assert from_csv(watch, store, decoded(text.encode(encoding)), NOW) == Imported(added=1)
    (one,) = store.subscribers.all()
    assert (one.address, one.state, one.editions) == ("josé@example.org", "active", ("hebdo",))


@pytest.mark.parametrize("address", ["²", "--5", "+5", "5-", "", "١٢", "9" * 30])
def test_what_is_no_chat_id(watch, store, address):
    with pytest.raises(UsageError, match="not a Telegram chat id"):
        add_subscriber(watch, store, "telegram", address, editions=["hebdo"], confirmed=True, at=NOW)


@pytest.mark.parametrize("address", ["5", "-1001234567890", " 77 "])
def test_a_chat_that_was_added_can_be_erased(watch, store, address):
    one = add_subscriber(watch, store, "telegram", address, editions=["hebdo"], confirmed=True, at=NOW)
    assert one.address == address.strip()
    erase_person(watch, store, "telegram", address, NOW)
    assert store.subscribers.all() == []


def test_who_left_is_not_brought_back_and_the_rest_comes_in(watch, store):
    from watchbot.app.digesting import secret_key

    store.subscribers.suppress("email", "left@example.org", "left", secret_key(watch).encode(), NOW)
    text = "address,state\nleft@example.org,active\nbounced@example.org,suppressed\nnew@example.org,active\n"
    assert from_csv(watch, store, text, NOW) == Imported(added=1, suppressed=2)
    assert store.subscribers.is_suppressed("email", "bounced@example.org", secret_key(watch).encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "one of them `address`"),
        ("name,mail\nx,y", "one of them `address`"),
        ("address\nana@example.org\nnot an address", "line 3: 'not an address'"),
        ("address,topics\nana@example.org,mesures", 'line 2: no topic "mesures"'),
        ("address,kinds\nana@example.org,film", 'line 2: no kind "film"'),
        ("address,state\nana@example.org,actif", 'line 2: no state "actif"'),
        ("address,created_at\nana@example.org,hier", "line 2: 'hier' in `created_at` is no date"),
        ("address,created_at\nana@example.org,0001-01-01T00:00:00+14:00", "line 2: '0001"),
        ("address,channel\nana@example.org,fax", 'line 2: no channel "fax"'),
        ("address\n" + "x" * 200_000, "field larger"),
        ("address\n" + "x" * 20_000, "field larger"),
    ],
)
def test_a_mistake_is_told_by_its_line_and_nothing_is_added(watch, store, text, said):
    with pytest.raises(UsageError) as caught:
        from_csv(watch, store, text, NOW)
    assert said in str(caught.value)
    assert store.subscribers.all() == []


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"PK\x03\x04\x00\x00", b"\xff\xfe\x00", b"x" * 20_000_001])
def test_a_file_that_is_none(content):
    with pytest.raises(UsageError):
        decoded(content)


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_whatever_is_in_the_file_it_is_read_or_refused(watch, content):
    with Store(":memory:") as store:
        try:
            from_csv(watch, store, decoded(b"address\n" + content), NOW)
        except UsageError:
            assert store.subscribers.all() == []
