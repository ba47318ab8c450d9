"""A watch's folder: valid ones load, and every fault is told with file, table, key and the nearest valid name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from watchbot.config import load_classifier_part, load_watch
from watchbot.config.durations import duration_text, parse_duration
from watchbot.config.schemas import FILES, schemas, write_schemas
from watchbot.errors import ConfigError, UsageError

SOURCES = """\
version = 1
name = "Essai"

[collect]
every = "2h"

[[sources]]
id = "cnc"
name = "CNC"
publisher = "CNC"
kind = "feed"
url = "https://www.cnc.fr/feed"

[[sources]]
id = "listing"
name = "Liste"
publisher = "Liste"
kind = "listing"
url = "https://www.example.org/news"
every = "1d"

[sources.options]
item = "article"
"""
CLASSIFIER = """\
version = 1
name = "Essai"

[[topics]]
id = "mesure"
name = "Mesure"
description = "Bilans carbone."

[[topics]]
id = "formation"
name = "Formation"
description = "Certifications."
"""
EDITION = """\
id = "hebdo"
name = "Hebdo"
topics = ["mesure"]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "classifiers").mkdir()
    (tmp_path / "digests").mkdir()
    (tmp_path / "sources.toml").write_text(SOURCES)
    (tmp_path / "classifiers" / "veille.toml").write_text(CLASSIFIER)
    (tmp_path / "digests" / "hebdo.toml").write_text(EDITION)
    return tmp_path


def problems(folder, environ=None):
    with pytest.raises(ConfigError) as caught:
        load_watch(folder, environ or {})
    return caught.value.problems


def edit(folder, name, old, new):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_valid_watch_loads_with_defaults(folder):
    watch = load_watch(folder, {})
    assert [source.id for source in watch.sources] == ["cnc", "listing"]
    assert watch.source("cnc").every == timedelta(hours=2)
    assert watch.source("listing").every == timedelta(days=1)
    assert watch.source("listing").options["follow"] is True
    assert watch.edition("hebdo").sections == ("echeances", "changements", "themes")
    assert watch.database == folder / "watch.db"


def test_unknown_ids_name_the_nearest(folder):
    watch = load_watch(folder, {})
    with pytest.raises(UsageError, match='did you mean "listing"'):
        watch.source("listting")
    with pytest.raises(UsageError, match="hebdo"):
        watch.edition("hebod")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "sources.toml",
            'kind = "listing"',
            'kind = "lising"',
            ["sources.toml:18", 'id "listing"', 'did you mean "listing"'],
        ),
        (
            "sources.toml",
            'publisher = "CNC"',
            'publihser = "CNC"',
            ["sources.toml:10", "publihser", 'did you mean "publisher"'],
        ),
        ("sources.toml", 'item = "article"', 'itme = "article"', ["[sources.options]", "itme", 'did you mean "item"']),
        ("sources.toml", 'every = "1d"', 'every = "daily"', ["sources.toml:20", "every", "6h"]),
        ("sources.toml", "https://www.cnc.fr/feed", "ftp://www.cnc.fr/feed", ["url", "not an http(s) address"]),
        ("sources.toml", "https://www.cnc.fr/feed", "https://me:pw@www.cnc.fr/", ["url", "environment"]),
        ("sources.toml", 'id = "listing"', 'id = "cnc"', ['"cnc" is used more than once']),
        ("sources.toml", "[collect]", "[collct]", ["collct", 'did you mean "collect"']),
        ("sources.toml", 'every = "2h"', "every = ", ["not valid TOML", "line 5"]),
        ("classifiers/veille.toml", 'id = "mesure"', 'id = "Mesure !"', ["classifiers/veille.toml", "id"]),
        ("digests/hebdo.toml", '"mesure"', '"mesur"', ["digests/hebdo.toml", 'did you mean "mesure"']),
        ("digests/hebdo.toml", 'name = "Hebdo"', 'nam = "Hebdo"', ["digests/hebdo.toml", "nam"]),
        (
            "digests/hebdo.toml",
            'id = "hebdo"',
            'id = "hebdo"\nschedule = "30 7 * * 1"',
            ["weekdays by name"],
        ),
        ("digests/hebdo.toml", 'id = "hebdo"', 'id = "hebdo"\nschedule = "30 7"', ["five"]),
    ],
)
def test_every_fault_names_its_place(folder, file, old, new, expected):
    edit(folder, file, old, new)
    text = "\n".join(problems(folder))
    for part in expected:
        assert part in text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('timezone = "Europe/Pariss"', "timezone: 'Europe/Pariss' is not a time zone"),
        ('timezone = "../../etc/passwd"', "is not a time zone"),
        ('schedule = "0 0 30 feb mon"', "schedule: '0 0 30 feb mon' names a moment that never comes"),
        ('period = "0d"', "period: an issue covers some time"),
        ('jitter = "9d"', "jitter: is not shorter than the time between two issues (1w)"),
        ('schedule = "0 7 * * mon,tue"\njitter = "24h"', "between two issues (1d)"),
        ("channels = []", "channels: "),
        ("sections = []", "sections: "),
    ],
)
def test_an_edition_that_cannot_work_is_told_with_key_and_line(folder, line, said):
    (folder / "digests" / "hebdo.toml").write_text(EDITION + line + "\n")
    with pytest.raises(ConfigError) as caught:
        load_watch(folder, {})
    problem = caught.value.problems[0]
    assert said in problem
    assert problem.startswith(f"digests/hebdo.toml:{4 + line.count(chr(10))}: ")


def test_a_name_of_two_lines_is_refused_and_one_with_a_hard_space_is_not(folder):
    file = folder / "digests" / "hebdo.toml"
    file.write_text(EDITION.replace('"Hebdo"', '"Hebdo\\nBcc: x@example.org"'))
    with pytest.raises(ConfigError, match=r"hebdo\.toml:2: .*name: is to be one line"):
        load_watch(folder, {})
    file.write_text(EDITION.replace('"Hebdo"', '"Hebdo\u00a0: la suite"'))
    assert load_watch(folder, {}).editions[0].name == "Hebdo\u00a0: la suite"


def test_all_faults_are_told_at_once(folder):
    edit(folder, "sources.toml", 'kind = "listing"', 'kind = "lising"')
    edit(folder, "digests/hebdo.toml", "mesure", "mesur")
    assert len(problems(folder, {"WATCHBOT_SMTP_URL": "nonsense"})) == 3


def test_environment_faults_never_show_the_value(folder):
    told = problems(folder, {"WATCHBOT_SECRET_KEY": "tooshort-hunter2", "WATCHBOT_SMPT_URL": "smtps://u:hunter2@h"})
    assert any("WATCHBOT_SECRET_KEY" in one for one in told)
    assert any('did you mean "WATCHBOT_SMTP_URL"' in one for one in told)
    assert "hunter2" not in "\n".join(told)


def test_dotenv_yields_to_the_environment(folder):
    (folder / ".env").write_text("WATCHBOT_MAIL_FROM=a@example.org\nWATCHBOT_DB=/elsewhere.db\n")
    watch = load_watch(folder, {"WATCHBOT_DB": str(folder / "other.db")})
    assert watch.settings.mail_from == "a@example.org"
    assert watch.database == folder / "other.db"


def test_secrets_do_not_show_in_repr(folder):
    watch = load_watch(folder, {"WATCHBOT_TELEGRAM_TOKEN": "123:hunter2"})
    assert "hunter2" not in repr(watch.settings)


@pytest.mark.parametrize("missing", ["sources.toml", "classifiers/veille.toml", "digests/hebdo.toml"])
def test_a_missing_file_is_named(folder, missing):
    (folder / missing).unlink()
    assert any(missing.split("/")[0] in one for one in problems(folder))


def test_the_classifier_part_needs_no_more_than_the_classifier(folder):
    (folder / "sources.toml").unlink()
    edit(folder, "digests/hebdo.toml", "mesure", "danse")
    part = load_classifier_part(folder, {"WATCHBOT_DB": "/elsewhere.db"})
    assert [topic.id for topic in part.classifier.topics] == ["mesure", "formation"]
    assert str(part.database) == "/elsewhere.db"
    (folder / "classifiers" / "veille.toml").write_text("version = 1")
    with pytest.raises(ConfigError, match=r"classifiers/veille\.toml"):
        load_classifier_part(folder, {})


def test_no_folder_says_how_to_make_one(tmp_path):
    assert "watchbot init" in problems(tmp_path / "absent")[0]
    assert "watchbot init" in problems(tmp_path)[0]


def test_not_utf8_is_told(folder):
    (folder / "sources.toml").write_bytes(b'name = "\xe9"')
    assert "not UTF-8" in problems(folder)[0]


@pytest.mark.parametrize("text", ["6h", "90s", "15m", "7d", "2w"])
def test_durations_round_trip(text):
    assert parse_duration(duration_text(parse_duration(text))) == parse_duration(text)


def test_a_sum_of_durations():
    assert parse_duration("1d12h") == timedelta(hours=36)
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration("soon")


def test_schemas_know_the_options_of_each_kind(tmp_path):
    written = schemas()
    assert set(written) == set(FILES)
    conditions = written["sources.schema.json"]["$defs"]["SourceTable"]["allOf"]
    assert {c["if"]["properties"]["kind"]["const"] for c in conditions} >= {"feed", "listing", "register"}
    write_schemas(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == set(FILES)
