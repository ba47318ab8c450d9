"""How often a source is visited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.collect.rhythm import LONGEST, LONGEST_TRACKED, interval, next_due, usual_gap
from watchbot.model import Attempt, Kind, Source

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_source(every: timedelta = HOUR, *, tracked: bool = False, name: str = "s") -> Source:
    return Source(id=name, name="S", publisher="P", kind=Kind.FEED, url="http://x.test/", every=every, tracked=tracked)


def every(days: float, count: int = 12, last: float = 1.0) -> list[datetime]:
    return [NOW - timedelta(days=last + days * n) for n in range(count)]


def visits(*errors: str, apart: timedelta = DAY, new: int = 0) -> list[Attempt]:
    return [
        Attempt(source_id="s", started_at=NOW - apart * n, error=error, items_new=new) for n, error in enumerate(errors)
    ]


def test_a_monthly_publisher_is_not_asked_hourly() -> None:
    assert interval(a_source(), every(30), [], NOW) > 3 * DAY


def test_a_weekly_publisher_is_asked_about_daily_and_a_daily_one_every_few_hours() -> None:
    assert 18 * HOUR <= interval(a_source(), every(7), [], NOW) <= DAY
    assert interval(a_source(), every(1), [], NOW) == 3 * HOUR


def test_the_least_and_the_most_are_kept() -> None:
    assert interval(a_source(6 * HOUR), every(0.1, 40), [], NOW) == 6 * HOUR
    assert interval(a_source(), every(365, 5), [], NOW) == LONGEST
    assert interval(a_source(), every(365, 5), [], NOW) == 7 * DAY
    assert interval(a_source(timedelta(days=10)), every(1), [], NOW) == 10 * DAY


def test_a_reference_people_are_alerted_of_is_asked_daily_at_the_least() -> None:
    assert interval(a_source(tracked=True), every(365, 5), [], NOW) == LONGEST_TRACKED


def test_a_source_of_which_nothing_is_known_is_asked_as_often_as_allowed() -> None:
    assert interval(a_source(), [], [], NOW) == HOUR
    assert interval(a_source(), every(30, 2), visits("", ""), NOW) == HOUR


def test_one_that_fell_silent_is_asked_less_and_less() -> None:
    spans = [interval(a_source(), every(1, last=silent), [], NOW) for silent in (1, 10, 60, 400)]
    assert spans == sorted(spans)
    assert spans[-1] == LONGEST


def test_an_undated_page_is_asked_less_the_longer_it_stands_still() -> None:
    still = visits(*[""] * 30)
    assert interval(a_source(), [], still, NOW) == 29 * DAY / 8
    moved = [Attempt(source_id="s", started_at=NOW, changes=1), *still]
    assert interval(a_source(), [], moved, NOW) == HOUR


def test_a_failing_source_is_asked_more_and_more_rarely_but_daily() -> None:
    spans = [interval(a_source(), every(1), visits(*["timeout"] * n), NOW) for n in range(1, 9)]
    assert spans == sorted(spans)
    assert spans[-1] == DAY
    # A rare publisher that fails is looked after sooner than its rhythm says.
    assert interval(a_source(), every(90), visits("timeout"), NOW) == DAY


def test_the_server_s_wish_comes_first() -> None:
    wish = NOW + 5 * DAY
    assert next_due(a_source(), every(1), [], NOW, wish) == wish
    assert next_due(a_source(), every(1), [], NOW, NOW) > NOW + HOUR


def test_the_jitter_is_small_and_always_the_same() -> None:
    dues = {name: next_due(a_source(name=name), [], [], NOW) for name in map(str, range(50))}
    assert dues == {name: next_due(a_source(name=name), [], [], NOW) for name in dues}
    assert len(set(dues.values())) > 40
    assert all(HOUR <= due - NOW <= 1.1 * HOUR for due in dues.values())


def test_days_of_publication_count_once() -> None:
    days = [NOW - timedelta(days=2 * n, minutes=m) for n in range(4) for m in range(10)]
    assert usual_gap(days) == 2 * DAY
    assert usual_gap(days[:10]) is None


@given(
    st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)), max_size=30),
    st.lists(st.sampled_from(["", "timeout", "not-found"]), max_size=40),
    st.timedeltas(timedelta(minutes=1), timedelta(days=40)),
)
@settings(max_examples=150)
def test_the_next_visit_is_always_within_bounds(dates: list[datetime], errors: list[str], least: timedelta) -> None:
    due = next_due(a_source(least), dates, visits(*errors), NOW)
    assert least <= due - NOW <= 1.1 * max(least, LONGEST)
