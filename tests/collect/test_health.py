"""How sources are doing: failing, blind, moved, well; and telling it once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.collect.health import assess, to_tell
from watchbot.model import Attempt, Health, HealthState, Kind, Source, SourceState

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = Source(id="s", name="S", publisher="P", kind=Kind.LISTING, url="http://x.test/")
STATE = SourceState(source_id="s")


def visits(*several: Attempt) -> list[Attempt]:
    """Visits, the newest first, a day apart."""
    return [replace(one, started_at=NOW - DAY * n) for n, one in enumerate(several)]


def seen(items: int, size: int = 20_000, message: str = "") -> Attempt:
    return Attempt(source_id="s", started_at=NOW, status=200, items_seen=items, page_bytes=size, message=message)


def failed(error: str = "timeout") -> Attempt:
    return Attempt(source_id="s", started_at=NOW, error=error, message=f"it was {error}")


SAME = Attempt(source_id="s", started_at=NOW, status=304, not_modified=True)


def health(attempts: Sequence[Attempt], dates: Sequence[datetime] = (), source: Source = SOURCE) -> Health:
    return assess(source, STATE, visits(*attempts), dates, NOW)


def weekly(count: int = 20, last: int = 3) -> list[datetime]:
    return [NOW - timedelta(days=last + 7 * n) for n in range(count)]


def test_a_source_never_visited_is_new() -> None:
    assert health([]).state is HealthState.NEW
    assert health([failed()]).state is HealthState.NEW


def test_a_source_that_brings_items_is_well() -> None:
    found = health([SAME, seen(10), failed(), seen(10)], weekly())
    assert (found.state, found.reason, found.message, found.failures) == (HealthState.OK, "", "", 0)
    assert found.last_attempt == found.last_success == NOW
    assert found.newest == NOW - 3 * DAY
    assert found.items_a_week == 1.0
    assert found.trend == pytest.approx(1.0)


def test_one_failure_is_no_trouble_yet_but_is_shown() -> None:
    found = health([failed(), seen(10)])
    assert (found.state, found.failures, found.last_success) == (HealthState.OK, 1, NOW - DAY)
    assert "it was timeout" in found.message


@pytest.mark.parametrize(("error", "enough"), [("timeout", 3), ("server-error", 3), ("not-found", 2), ("robots", 2)])
def test_failures_in_a_row_are_trouble_sooner_when_time_does_not_mend_them(error: str, enough: int) -> None:
    assert health([*[failed(error)] * (enough - 1), seen(3)]).state is HealthState.OK
    found = health([*[failed(error)] * enough, seen(3)])
    assert (found.state, found.reason) == (HealthState.FAILING, error)
    assert found.message.startswith(f"{enough} visits in a row failed")


@pytest.mark.parametrize("wall", ["cookie-wall", "bot-challenge", "login-required", "javascript-required"])
def test_a_wall_is_blindness(wall: str) -> None:
    found = health([failed(wall), failed(wall), seen(9)])
    assert (found.state, found.reason) == (HealthState.SUSPECT, wall)


def test_no_item_where_there_were_some() -> None:
    assert health([seen(0), seen(0), seen(12)]).state is HealthState.OK
    found = health([seen(0), seen(0), seen(0), seen(12)])
    assert (found.state, found.reason) == (HealthState.SUSPECT, "no-items")
    assert "12" in found.message
    # An unchanged empty page is one more visit that brought nothing.
    assert health([SAME, SAME, seen(0), seen(12)]).reason == "no-items"
    assert health([SAME, SAME, SAME, seen(12)]).state is HealthState.OK


def test_a_selector_that_matches_nothing() -> None:
    nothing = seen(0, message="the selector item = 'article.news' finds nothing on the page: has the site changed?")
    assert health([nothing, seen(12)]).state is HealthState.OK
    found = health([nothing, nothing, seen(12)])
    assert (found.state, found.reason) == (HealthState.SUSPECT, "selector")
    assert "article.news" in found.message


def test_the_listing_kind_says_so_in_these_words() -> None:
    from watchbot.collect.listing import parse
    from watchbot.model import Response

    page = b"<html><body><h1>Site</h1>" + b"<p>Some text of this page.</p>" * 200 + b"</body></html>"
    response = Response(
        url="http://x.test/", requested_url="http://x.test/", status=200, headers={}, content=page, fetched_at=NOW
    )
    found = parse(response, replace(SOURCE, options={"item": "article.news"}))
    assert found.items == ()
    assert health([seen(0, message="; ".join(found.problems))] * 2).reason == "selector"


def test_pages_that_shrank() -> None:
    found = health([seen(0, 900), seen(0, 900), seen(0, 900), seen(12), seen(14, 22_000)])
    assert (found.state, found.reason) == (HealthState.SUSPECT, "shrunk")
    assert "21,000" in found.message


def test_one_that_never_brought_anything() -> None:
    found = health([seen(0)] * 3)
    assert (found.state, found.reason) == (HealthState.SUSPECT, "never-any")


def test_a_newest_date_that_stands_still_far_longer_than_the_rhythm() -> None:
    assert health([seen(10)], weekly(last=20)).state is HealthState.OK
    found = health([seen(10)], weekly(last=40))
    assert (found.state, found.reason) == (HealthState.SUSPECT, "silent")
    assert "40 days" in found.message
    # A monthly publisher may be silent for longer.
    monthly = [NOW - timedelta(days=60 + 30 * n) for n in range(10)]
    assert health([seen(10)], monthly).state is HealthState.OK
    # Too little is known of a young source, and a failing one is something else.
    assert health([seen(10)], weekly(4, last=300)).state is HealthState.OK
    assert health([failed(), seen(10)], weekly(last=40)).state is HealthState.OK


def test_one_old_entry_does_not_excuse_a_silence() -> None:
    assert health([seen(10)], [*weekly(12, last=40), NOW - timedelta(days=3000)]).reason == "silent"


def test_dates_in_the_future_do_not_hide_a_silence() -> None:
    assert health([seen(10)], [NOW + timedelta(days=90), *weekly(last=40)]).reason == "silent"


def test_disabled_sources() -> None:
    off = assess(replace(SOURCE, enabled=False), STATE, [], [], NOW)
    assert (off.state, off.reason) == (HealthState.DISABLED, "by-hand")
    gone = assess(SOURCE, replace(STATE, disabled_at=NOW, disabled_reason="HTTP 410"), visits(failed("gone")), [], NOW)
    assert (gone.state, gone.reason) == (HealthState.DISABLED, "gone")
    assert "410" in gone.message
    assert not to_tell(off, STATE, NOW)
    assert to_tell(gone, STATE, NOW)


def test_a_move_is_a_suggestion() -> None:
    moved = replace(seen(3), moved_to="https://x.test/new")
    found = health([moved])
    assert found.state is HealthState.OK
    assert "https://x.test/new" in found.message
    kept = assess(SOURCE, replace(STATE, moved_to="https://x.test/n"), visits(SAME), [], NOW)
    assert "https://x.test/n" in kept.message


@pytest.mark.parametrize(
    ("recent", "before", "trend"), [(4, 8, 1.0), (8, 8, 2.0), (2, 8, 0.5), (0, 8, 0.0), (4, 0, None)]
)
def test_the_trend_compares_four_weeks_with_the_eight_before(recent: int, before: int, trend: float | None) -> None:
    dates = [NOW - timedelta(days=1 + n) for n in range(recent)]
    dates += [NOW - timedelta(days=30 + 6 * n) for n in range(before)]
    assert health([seen(3)], dates).trend == (trend if trend is None else pytest.approx(trend))


# ---------------------------------------------------------------------- telling it once


def told(reason: str, days_ago: float, *, over: bool = False) -> SourceState:
    return replace(STATE, told=reason, told_at=NOW - timedelta(days=days_ago), told_over=over)


def test_trouble_is_told_once() -> None:
    trouble = health([failed()] * 4)
    assert to_tell(trouble, STATE, NOW)
    assert not to_tell(trouble, told("timeout", 0.1), NOW)
    assert not to_tell(trouble, told("timeout", 300), NOW)
    assert to_tell(trouble, told("no-items", 0.1), NOW)
    # It was over and is back: not again within the week.
    assert not to_tell(trouble, told("timeout", 3, over=True), NOW)
    assert to_tell(trouble, told("timeout", 8, over=True), NOW)
    assert not to_tell(health([seen(3)]), told("timeout", 8), NOW)


ATTEMPTS = st.builds(
    Attempt,
    source_id=st.just("s"),
    started_at=st.just(NOW),
    error=st.sampled_from(["", "", "timeout", "gone", "cookie-wall"]),
    not_modified=st.booleans(),
    items_seen=st.integers(0, 5),
    page_bytes=st.integers(0, 10_000),
    message=st.sampled_from(["odd", "the selector finds nothing"]),
)


@given(st.lists(ATTEMPTS, max_size=12), st.lists(st.integers(-50, 900), max_size=40))
@settings(max_examples=100)
def test_any_history_has_a_state_and_trouble_a_reason(attempts: list[Attempt], ages: list[int]) -> None:
    found = health(attempts, [NOW - timedelta(days=age) for age in ages])
    troubled = found.state in (HealthState.SUSPECT, HealthState.FAILING)
    assert bool(found.reason) == troubled
    assert not troubled or found.message
    assert found.items_a_week >= 0
