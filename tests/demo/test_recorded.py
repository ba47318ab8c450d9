"""The recorded web: whole, true to its labels, served as sites serve, and read by the kinds as the golden files say."""

import asyncio
import json
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from watchbot.collect.canonical import canonical_url
from watchbot.config.sources import OPTIONS, SourcesFile, to_source
from watchbot.demo.server import DEMO_ENVIRON, WEEKS, RecordedWeb, demo_sources, hosts, recorded_pages
from watchbot.model import Kind

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
RECORDED = Path(str(files("watchbot.demo") / "recorded"))
TOPICS = {
    *(
        "reglementation",
        "financements",
        "referentiels",
        "mesure",
        "innovations",
        "numerique",
        "formation",
        "metiers",
        "social",
    ),
    *("biodiversite", "animation", "evenements", "international"),
}
BRIEF = """CNC|Ministère de la Culture|ADEME|AFNOR|AFNOR Certification|France compétences|Légifrance|Arcom|Arcep|CPNEF de l'audiovisuel|Afdas|Ecoprod|CST|Ficam
SPI|ACCEPTE|Les Toiles Vertes|CUT!|La Cartouch'Verte|BoCAJ|Flying Secoya|A Better Prod|The Shift Project|RADI-RAF|Film France|Film Paris Region|Région Sud
Région Grand Est|Collectivité de Corse|Auvergne-Rhône-Alpes Cinéma|Occitanie films|ALCA Nouvelle-Aquitaine|Ciclic|Normandie Images|Films en Bretagne|Pictanovo|La Plateforme
Région Bourgogne-Franche-Comté|Région Réunion|Région Guadeloupe|Ville de Paris|Cofiloisirs|EUR-Lex|Observatoire européen de l'audiovisuel|Eurimages|Green Film|albert
Bundesverband Green Consultants|Sustainable Screens Australia""".replace("\n", "|").split("|")
FOLLOWED = [
    "Label Ecoprod",
    "AFNOR SPEC 2308",
    "RGA 122-18",
    "Prime RSE+",
    "Carbulator",
    "métiers émergents",
    "RS6456",
    "aide régionale Sud",
    "tournages à Paris",
    "CSRD",
]
FOLLOWED += ["décret n° 2025-500", "IDCC 2642", "CQP coordinateur.rice d'écoproduction"]


def load_sources():
    file = SourcesFile.model_validate(tomllib.loads((ROOT / "sources.toml").read_text(encoding="utf-8")))
    return [to_source(table, file.collect, OPTIONS[table.kind].model_validate(table.options)) for table in file.sources]


SOURCES = load_sources()
DEMO = {source.id: source for source in demo_sources(SOURCES)}
EXPECTED = [json.loads(line) for line in (RECORDED / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
PER_SOURCE = tomllib.loads((GOLDEN / "sources.toml").read_text(encoding="utf-8"))
CHANGES = tomllib.loads((GOLDEN / "changes.toml").read_text(encoding="utf-8"))


def morning(week):
    return datetime.combine(date.fromisoformat(week), time(5, 30), tzinfo=UTC)


# ---------------------------------------------------------------------------------------------------- sources.toml


def test_every_source_of_the_brief_has_its_entry():
    assert len(SOURCES) >= 50
    assert len({source.id for source in SOURCES}) == len(SOURCES)
    assert set(BRIEF) <= {source.publisher for source in SOURCES}
    assert all(source.checked for source in SOURCES)
    assert set(Kind) == {source.kind for source in SOURCES}


def test_every_reference_of_the_brief_is_tracked():
    watched = {reference for source in SOURCES if source.tracked for reference in source.watch}
    assert set(FOLLOWED) <= watched
    registers = [source for source in SOURCES if source.kind is Kind.REGISTER]
    assert {source.options["register"] for source in registers} == {"rs", "rncp"}
    assert all({"32008", "12522", "12587", "12524"} <= set(source.options["formacodes"]) for source in registers)


def test_the_documentation_lists_every_source():
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    listed = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert listed == [source.id for source in SOURCES]


def test_no_entry_gives_robots_the_slip():
    assert not [source.id for source in SOURCES if source.ignore_robots]


# ---------------------------------------------------------------------------------------------------- the recording


def test_the_recording_is_small_and_every_file_is_listed():
    assert sum(path.stat().st_size for path in RECORDED.rglob("*") if path.is_file()) < 1_500_000
    for week in WEEKS:
        listed = {Path(str(page.file)) for page in recorded_pages(week) if f"/{week}/" in str(page.file)}
        there = {path for path in (RECORDED / week).rglob("*") if path.is_file() and path.name != "manifest.toml"}
        assert listed == there


def test_it_covers_the_kinds_and_the_golden_files_cover_it():
    assert set(DEMO) == set(PER_SOURCE)
    assert {source.kind for source in DEMO.values()} == set(Kind)
    assert all(PER_SOURCE[source.id]["kind"] == source.kind for source in DEMO.values())
    assert sum("items" in one for one in PER_SOURCE.values()) >= 14


def test_over_half_of_the_items_are_noise_and_every_topic_occurs():
    assert Counter(item["week"] for item in EXPECTED) == {WEEKS[0]: 76, WEEKS[1]: 47}
    assert 0.5 < sum(not item["relevant"] for item in EXPECTED) / len(EXPECTED) < 0.65
    assert {topic for item in EXPECTED for topic in item["topics"]} == TOPICS
    assert all(item["relevant"] == bool(item["topics"]) and len(item["topics"]) <= 4 for item in EXPECTED)
    assert sum("edited" in item for item in EXPECTED) == 6
    assert Counter(item["story"] for item in EXPECTED if "story" in item) == {"assises-2026": 2, "prime-rse-46": 2}
    assert sum(len(item["sources"]) == 2 for item in EXPECTED) == 2
    assert all(item["date"] is None or item["date"] < item["week"] for item in EXPECTED)


def test_no_edit_of_an_item_moves_a_date():
    """The one deadline that moves in the second week is that of the aid."""
    months = ("janvier", "février", "mars", "avril", "juin", "juillet", "décembre")
    for item in EXPECTED:
        if "edited" in item:
            assert not set(item["edited"]["summary"].split()) & set(months) - set(item["summary"].split())


def test_the_encodings_are_as_odd_as_in_life():
    bodies = {(page.host, page.path): page.body for page in recorded_pages(WEEKS[0])}
    latin = bodies["www.boxofficepro.fr", "/feed/"]
    assert b'encoding="ISO-8859-1"' in latin
    assert "Éducation".encode("iso-8859-1") in latin or "é".encode("iso-8859-1") in latin
    wrong = bodies["ficam.fr", "/feed/"]
    assert b'encoding="UTF-8"' in wrong
    with pytest.raises(UnicodeDecodeError):
        wrong.decode("utf-8")
    assert "’".encode("cp1252") in wrong
    assert bodies["www.francecompetences.fr", "/feed/"].startswith(b"\xef\xbb\xbf")
    from lxml import etree

    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(bodies["mediakwest.com", "/feed/"])
    assert b"utm_source=rss&utm_medium" in bodies["mediakwest.com", "/feed/"]


def test_guids_of_one_feed_change_at_every_build():
    def guids(week):
        body = next(
            page.body for page in recorded_pages(week) if page.host == "www.centre-inffo.fr" and page.path == "/feed"
        ).decode()
        return {part.partition("</guid>")[0] for part in body.split('<guid isPermaLink="false">')[1:]}

    assert not guids(WEEKS[0]) & guids(WEEKS[1])


# ---------------------------------------------------------------------------------------------------- the server


@pytest.fixture
def web():
    with RecordedWeb() as served:
        yield served


@pytest.fixture
def ask(web):
    with httpx.Client(follow_redirects=False) as client:

        def send(url, method="GET", **headers):
            parts = urlsplit(url)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            return client.request(method, web.base + target, headers={"Host": parts.hostname, **names})

        yield send


def test_it_answers_by_host_and_counts(web, ask):
    first = ask("https://ecoprod.com/feed/")
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/rss+xml; charset=UTF-8"
    assert first.headers["date"] == "Mon, 16 Nov 2026 05:00:00 GMT"
    assert ask("https://www.exemple.fr/feed/").status_code == 404
    assert web.request_count == 2
    assert web.requests[0] == ("GET", "https://ecoprod.com/feed/", 200)


def test_conditional_requests(ask):
    strong = ask("https://ecoprod.com/feed/")
    assert ask("https://ecoprod.com/feed/", If_None_Match=strong.headers["etag"]).status_code == 304
    assert ask("https://ecoprod.com/feed/", If_None_Match='"other", "one"').status_code == 200
    assert ask("https://ecoprod.com/feed/", If_None_Match="*").status_code == 304
    weak = ask("https://www.cnc.fr/professionnels/actualites").headers["etag"]
    assert weak.startswith("W/")
    assert ask("https://www.cnc.fr/professionnels/actualites", If_None_Match=weak).status_code == 304
    dated = ask("https://mediakwest.com/feed/")
    assert "etag" not in dated.headers
    again = ask("https://mediakwest.com/feed/", If_Modified_Since=dated.headers["last-modified"])
    assert (again.status_code, again.content) == (304, b"")
    assert ask("https://mediakwest.com/feed/", If_Modified_Since="Mon, 02 Nov 2026 08:00:00 GMT").status_code == 200
    assert ask("https://mediakwest.com/feed/", If_Modified_Since="yesterday").status_code == 200


def test_the_second_week_moves_withdraws_and_changes(web, ask):
    tag = ask("https://ecoprod.com/feed/").headers["etag"]
    robots = ask("https://ecoprod.com/robots.txt").content
    web.set_week(WEEKS[1])
    assert ask("https://ecoprod.com/feed/", If_None_Match=tag).status_code == 200
    assert ask("https://ecoprod.com/robots.txt").content == robots
    moved = ask("https://theshiftproject.org/feed/")
    assert (moved.status_code, moved.headers["location"]) == (301, "https://theshiftproject.org/publications/feed/")
    assert ask(moved.headers["location"]).status_code == 200
    assert ask("https://www.cut-collectif.fr/feed/").status_code == 410


def test_parameters_choose_a_page_and_unknown_ones_are_ignored(ask):
    first = ask("https://www.cnc.fr/professionnels/actualites")
    assert ask("https://www.cnc.fr/professionnels/actualites?tri=date").content == first.content
    assert ask("https://www.cnc.fr/professionnels/actualites?page=2").content != first.content
    assert ask("https://www.afnor.org/wp-json/wp/v2/posts?per_page=50&page=2").status_code == 400
    posts = ask("https://www.afnor.org/wp-json/wp/v2/posts?per_page=50&page=1")
    assert posts.headers["x-wp-totalpages"] == "1"


def test_methods_and_tokens(ask):
    head = ask("https://ecoprod.com/feed/", "HEAD")
    assert head.content == b""
    assert int(head.headers["content-length"]) == len(ask("https://ecoprod.com/feed/").content)
    search = "https://api.piste.gouv.fr/dila/legifrance/lf-engine-app/search"
    assert ask(search, "POST").status_code == 401
    token = ask("https://oauth.piste.gouv.fr/api/oauth/token", "POST").json()
    assert token["token_type"] == "Bearer"
    assert ask(search, "POST", Authorization=f"Bearer {token['access_token']}").json()["totalResultNumber"] == 3
    assert ask(search).status_code == 404


def test_one_connection_serves_many_requests(web):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", int(web.base.rpartition(":")[2]))
    for _ in range(3):
        connection.request("GET", "/robots.txt", headers={"Host": "www.cnc.fr"})
        answer = connection.getresponse()
        assert answer.read().startswith(b"User-agent")
        assert answer.version == 11
    assert connection.sock is not None
    connection.close()


def test_what_is_asked_outside_its_time_is_refused():
    with pytest.raises(ValueError, match="2026-11-09"):
        RecordedWeb("2026-11-09")
    with pytest.raises(RuntimeError, match="with block"):
        _ = RecordedWeb().base


def test_hosts_and_sources():
    assert "www.cnc.fr" in hosts(WEEKS[0])
    assert hosts(WEEKS[0]) == hosts(WEEKS[1])
    assert "cnc-aides" not in DEMO, "its host was recorded, its page was not"


# ---------------------------------------------------------------------------------------------------- read by the kinds


@pytest.fixture(scope="module")
def collected():
    """What a visit of each recorded source brings, in each week, over real HTTP."""
    from watchbot.collect.fetch import Fetcher, FetchSettings
    from watchbot.collect.source import collect_source

    async def visit(week, base):
        settings = FetchSettings(recorded=base, min_delay=0, per_host=4)
        async with Fetcher(settings, clock=lambda: morning(week)) as fetcher:
            got = await asyncio.gather(*(collect_source(source, fetcher) for source in DEMO.values()))
        return {one.source_id: one for one in got}

    with pytest.MonkeyPatch.context() as patch, RecordedWeb() as served:
        for name, value in DEMO_ENVIRON.items():
            patch.setenv(name, value)
        rounds = []
        for week in WEEKS:
            served.set_week(week)
            rounds.append(asyncio.run(visit(week, served.base)))
    return rounds


def wanted_items(source_id, week):
    """Title and day by canonical address of what stands on a source's pages in a week."""
    found = {}
    for item in EXPECTED:
        if source_id in item["sources"] and item["week"] <= week:
            edited = item.get("edited", {}) if week == WEEKS[1] else {}
            found[canonical_url(item["url"])] = (edited.get("title", item["title"]), item["date"])
    return found


@pytest.mark.parametrize("week", [0, 1])
@pytest.mark.parametrize("source_id", sorted(PER_SOURCE))
def test_a_visit_brings_the_golden_result(collected, source_id, week):
    got, golden = collected[week][source_id], PER_SOURCE[source_id]
    error = golden.get("error", ["", ""])[week]
    assert got.attempt.error == error, got.attempt.message
    assert len(got.items) == golden.get("items", [0, 0])[week]
    assert len(got.documents) == golden.get("documents", [0, 0])[week]
    assert len(got.records) == golden.get("records", [0, 0])[week]
    if golden.get("items", [0, 0])[week]:
        zone = DEMO[source_id].timezone
        assert {item.url: (item.title, _day(item, zone)) for item in got.items} == wanted_items(source_id, WEEKS[week])


def _day(item, zone):
    from zoneinfo import ZoneInfo

    return item.published.astimezone(ZoneInfo(zone)).date().isoformat() if item.published else None


def test_bodies_are_read_without_what_stands_around_them(collected):
    for source_id in (
        "cnc-actualites",
        "la-reunion-region",
        "hauts-de-france-pictanovo",
        "occitanie-films",
        "mediakwest",
        "afnor-actualites",
    ):
        for item in collected[0][source_id].items:
            assert len(item.body) > 80, item.url
            assert not any(
                word in item.body
                for word in ("cookie", "Mentions légales", "Toutes les actualités", "Partagez cet article")
            ), item.url


def test_the_moved_feed_and_the_blind_listing_are_noticed(collected):
    assert collected[1]["shift-project"].attempt.moved_to == "https://theshiftproject.org/publications/feed/"
    blind = collected[1]["occitanie-films"]
    assert any("finds nothing" in problem for problem in blind.problems)


def test_one_story_in_two_feeds_has_one_address(collected):
    main, tag = ({item.url for item in collected[1][one].items} for one in ("boxofficepro", "boxofficepro-ecologie"))
    assert len(main & tag) == 2
    assert len(tag - main) == 1


def test_reprinted_stories_are_one_and_no_others(collected):
    from watchbot.collect.duplicates import Story, clusters

    stories = {
        item.url: Story(
            id=item.url,
            title=item.title,
            text=f"{item.summary}\n{item.body}",
            publisher=DEMO[one.source_id].publisher,
            published=item.published,
        )
        for one in (*collected[0].values(), *collected[1].values())
        for item in one.items
    }
    told = {canonical_url(item["url"]): item.get("story", item["url"]) for item in EXPECTED}
    assert set(stories) == set(told)
    heads = clusters(list(stories.values()))
    assert sorted(told[url] for url, head in heads.items() if url != head) == ["assises-2026", "prime-rse-46"]
    assert all(told[url] == told[head] for url, head in heads.items() if url != head)


# ---------------------------------------------------------------------------------------------------- tracked changes


def edits(collected, source_id):
    """The edits between the two weeks' versions of a source's documents."""
    from watchbot.track.compare import compare
    from watchbot.track.normalise import normalise_document

    before, after = (
        {one.key: normalise_document(one) for one in collected[week][source_id].documents} for week in (0, 1)
    )
    assert set(before) == set(after)
    return [edit for key in before for edit in compare(before[key].text, after[key].text)]


def test_the_substantive_changes_are_seen(collected):
    for change in CHANGES["substantive"]:
        if change["source"] == "registre-rs":
            continue
        said = " ".join(f"{edit.before} {edit.after}" for edit in edits(collected, change["source"])).replace(
            "\N{NO-BREAK SPACE}", " "
        )
        assert all(word in said for word in change["words"]), (change["source"], said)
    assert len(CHANGES["substantive"]) == 4


def test_twenty_edits_mean_nothing(collected):
    assert len(CHANGES["noise"]) == 20
    for source_id in {change["source"] for change in CHANGES["noise"]}:
        assert _served(source_id, 0) != _served(source_id, 1), source_id
        assert edits(collected, source_id) == [], source_id


def _served(source_id, week):
    """The bytes of a source's page, and of what it links to, as they are sent."""
    parts = urlsplit(DEMO[source_id].url)
    pages = [page for page in recorded_pages(WEEKS[week]) if page.host == parts.hostname and page.path == parts.path]
    if source_id == "ecoprod-guides":
        pages = [
            page
            for page in recorded_pages(WEEKS[week])
            if page.type == "application/pdf" and page.host == parts.hostname
        ]
    return sorted(page.body for page in pages)


def test_only_one_watched_record_changes(collected):
    before, after = (
        {record.number: record for one in ("registre-rs", "registre-rncp") for record in collected[week][one].records}
        for week in (0, 1)
    )
    assert set(before) == set(after)
    assert [number for number in before if before[number] != after[number]] == ["RS5892"]
    assert (before["RS5892"].expires, after["RS5892"].expires) == (date(2026, 12, 31), date(2029, 12, 31))
    own = after["RS6456"]
    assert own.expires == date(2026, 12, 21)
    assert (own.expires - date(2026, 11, 23)).days == 28
    assert own.active


def test_flags_and_dates_of_records_disagree_as_in_the_exports(collected):
    records = [record for one in ("registre-rs", "registre-rncp") for record in collected[0][one].records]
    contradictory = {
        record.number for record in records if record.active and record.expires and record.expires < date(2026, 11, 16)
    }
    assert contradictory == {"RS6223", "RS5377", "RNCP36412"}
    assert {record.number for record in records if not record.active} == {"RS5610", "RNCP35280"}
    assert [block.code for record in records if record.number == "RNCP37773" for block in record.blocks] == [
        f"RNCP37773BC0{n}" for n in (1, 2, 3)
    ]
