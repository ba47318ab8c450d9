"""The demonstration: the whole job with real parts, the four changes of the second week, and nothing twice."""

from __future__ import annotations

import email
import email.policy

import pytest

from watchbot.demo.bot_api import visible_text
from watchbot.demo.run import run_demo
from watchbot.errors import UsageError


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "out"
    return run_demo(out, say=lambda _text: None)


def test_the_second_week_tells_exactly_the_four_changes_and_the_reminder(demo):
    _, second = demo.weeks
    found = sorted(
        (change.event, change.key if change.event != "edited" else change.source_id) for change in second.changes
    )
    assert found == [
        ("edited", "afnor-spec-2308"),
        ("edited", "label-ecoprod"),
        ("edited", "sud-fonds-cinema"),
        ("expiring", "RS6456"),
        ("renewed", "RS5892"),
    ]
    reasons = "\n".join(reason for change in second.changes for reason in change.reasons).replace("\u00a0", " ")
    for expected in (
        "85 → 90 actions",
        "seuil 65 % → 70 %",
        "échéance 31/12/2026 → 31/12/2029",
        "échéance 15/01/2027 → 29/01/2027",
        "28 → 30 critères",
        "dans 28 jours",
    ):
        assert expected in reasons
    assert {change.significance.value for change in second.changes} == {"substantielle"}


def test_items_are_found_edited_and_judged(demo):
    first, second = demo.weeks
    assert (first.new, second.new, second.edited) == (76, 47, 6)
    assert first.kept + first.off_topic == 76
    assert demo.agreement >= 0.9
    assert sorted(reason for _, reason in second.failed) == ["gone", "javascript-required"]


def test_what_was_delivered_is_written_and_right(demo):
    assert demo.mails >= 6
    mails = sorted((demo.out / "mail").glob("*camille.eml"))
    last = email.message_from_bytes(mails[-1].read_bytes(), policy=email.policy.default)
    text = last.get_body(("plain",)).get_content().replace("\u00a0", " ")
    assert text.index("RS6456") < text.index("Changements")
    assert "seuil 65 % → 70 %" in text
    assert last["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for path in demo.out.glob("telegram/*.html"):
        assert len(visible_text(path.read_text(encoding="utf-8")).encode("utf-16-le")) // 2 <= 4096
    for path in demo.out.glob("mail/*.html"):
        assert path.stat().st_size < 100_000
    dialogue = (demo.out / "dialogue.txt").read_text(encoding="utf-8")
    assert dialogue == demo.dialogue
    for words in ("Bot     ▸ « quoi de neuf", "Filtre retiré", "Vous suivez maintenant", "expire dans 28 jours"):
        assert words in dialogue.replace("\u00a0", " ")
    assert (demo.out / "echeances.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_alerts_tell_each_change_once_by_mail_and_telegram(demo):
    first, second = demo.weeks
    assert (first.alerts, second.alerts) == (0, 10)
    mails = [path.read_text(encoding="utf-8") for path in sorted((demo.out / "mail").glob("*equipe.txt"))]
    chats = [path.read_text(encoding="utf-8") for path in sorted((demo.out / "telegram").glob("*-515151.txt"))]
    for told in (mails, chats):
        alerts = [text.replace("\u00a0", " ") for text in told if "alerte" in text.split("Lundi")[0]]
        assert len(alerts) == 5
        for expected in (
            "dans 28 jours",
            "échéance 31/12/2026 → 31/12/2029",
            "28 → 30 critères",
            "seuil 65 % → 70 %",
            "échéance 15/01/2027 → 29/01/2027",
        ):
            assert sum(expected.lower() in text.lower() for text in alerts) == 1, expected
    digest = next(text for text in mails[::-1] if "Hebdo" in text).replace("\u00a0", " ")
    assert "Changements" not in digest, "what was told at once is not told again"
    assert digest.index("RS6456") < digest.index("1ER DÉCEMBRE"), "but what ends soon stays on top"


def test_nothing_comes_twice_over_the_weeks(demo):
    texts = [path.read_text(encoding="utf-8") for path in sorted((demo.out / "mail").glob("*camille.txt"))]
    assert len(texts) == 2
    links = [
        {line.strip() for line in text.split("Réglementation\n")[-1].splitlines() if line.strip().startswith("http")}
        for text in texts
    ]
    # What is for the reader and where the rest of a topic is stands in each.
    assert {
        line for line in links[0] & links[1] if "/preferences/" not in line and "recherche?theme=" not in line
    } == set()


def test_a_folder_of_someone_else_is_left_alone(tmp_path):
    (tmp_path / "precious").write_text("x")
    with pytest.raises(UsageError, match="not empty"):
        run_demo(tmp_path, say=lambda _text: None)
    assert (tmp_path / "precious").read_text() == "x"
