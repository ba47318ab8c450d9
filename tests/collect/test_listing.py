"""The kind `listing`: lists in the structures of real sites, with selectors and without."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.answers import NOW, PAGES, URL, answer, check_golden, page, plain, source
from tests.servers.web import Reply, Seen, WebServer
from watchbot.collect.fetch import Fetcher, FetchSettings
from watchbot.collect.listing import parse
from watchbot.collect.source import collect_source
from watchbot.errors import ParseError
from watchbot.model import Kind
from watchbot.store import Store

LISTS = [
    "cnc-actualites", "drupal-views", "wordpress-theme", "spip-rubrique", "typo3-news", "table-deliberations", "cards-whole-link",
    "flat-headings", "flat-date-first", "definition-list", "text-lines", "guides-pdf",
]  # fmt: skip
LISTING = source(Kind.LISTING)


@pytest.mark.parametrize("name", LISTS)
def test_reads_the_list_of_every_site_structure_on_its_own(name: str) -> None:
    found = parse(page(f"{name}.html"), LISTING)
    check_golden(f"listing-{name}", [plain(item) for item in found.items])
    assert not [problem for problem in found.problems if "date" not in problem]


@pytest.mark.parametrize("name", [name for name in LISTS if name != "guides-pdf"])
def test_every_entry_has_title_link_and_date(name: str) -> None:
    found = parse(page(f"{name}.html"), LISTING)
    assert len(found.items) >= 6
    assert all(item.published and item.published.year == 2024 and item.published <= NOW for item in found.items)
    assert len({item.url for item in found.items}) == len(found.items)
    assert (
        found.items[0].title.replace("'", "’")
        == "Éco-conditionnalité : remise d’un double bilan carbone pour l’animation"
    )


def test_selectors_are_obeyed_and_articles_followed() -> None:
    options = {"item": ".actu-item", "title": "h3", "date": ".date", "summary": ".chapo", "next": "li.suivant a"}
    found = parse(
        page("cnc-actualites.html", "https://www.cnc.fr/professionnels/actualites"),
        source(Kind.LISTING, options=options),
    )
    first = found.follow[0]
    assert first.role == "article"
    assert first.item == found.items[0]
    assert first.request.url.startswith("https://www.cnc.fr/professionnels/actualites/eco-conditionnalite")
    assert [(one.role, one.request.url) for one in found.follow if one.role == "next"] == [
        ("next", "https://www.cnc.fr/professionnels/actualites?p_p_id=actus&cur=2")
    ]


def test_options_from_the_configuration_may_all_be_there_and_empty() -> None:
    names = ("item", "title", "link", "date", "summary", "next", "body", "article_date", "article_summary")
    options = {**dict.fromkeys(names), "max_pages": 3, "follow": False}
    found = parse(page("drupal-views.html"), source(Kind.LISTING, options=options))
    assert len(found.items) == 8
    assert found.follow == ()


def test_a_guessed_next_page_is_not_followed_and_one_page_is_enough_when_told() -> None:
    assert not [one for one in parse(page("cnc-actualites.html"), LISTING).follow if one.role == "next"]
    options = {"item": ".actu-item", "next": "li.suivant a", "max_pages": 1}
    assert not [
        one
        for one in parse(page("cnc-actualites.html"), source(Kind.LISTING, options=options)).follow
        if one.role == "next"
    ]


def test_a_selector_that_finds_nothing_is_told() -> None:
    found = parse(page("cnc-actualites.html"), source(Kind.LISTING, options={"item": ".vieille-classe"}))
    assert found.items == ()
    assert "'.vieille-classe' finds nothing" in found.problems[0]


@pytest.mark.parametrize("selector", ["div[", "::", "a:nope(2)", ">", "li..x"])
def test_an_invalid_selector_says_so(selector: str) -> None:
    with pytest.raises(ParseError) as raised:
        parse(page("cnc-actualites.html"), source(Kind.LISTING, options={"item": selector}))
    assert raised.value.reason == "selector"


def test_a_page_of_menus_alone_has_no_list() -> None:
    found = parse(page("menus-only.html"), LISTING)
    assert found.items == ()
    assert found.problems == ("no list of links with titles was found on the page",)


def test_links_that_come_twice_tracking_and_fragments_make_one_item() -> None:
    html = """<h1>Infos</h1><ul class=news>
      <li><a href="/a?utm_source=x">Une première nouvelle du jour</a> 3 mars 2026
      <li><a href="/a#suite">Une première nouvelle du jour</a> 3 mars 2026
      <li><a href="b.html">Une deuxième nouvelle du jour</a> 2 mars 2026
      <li><a href="javascript:void(0)">Une troisième nouvelle du jour</a> 1er mars 2026</ul>"""
    found = parse(answer(html), source(Kind.LISTING, options={"item": ".news li"}))
    assert [item.url for item in found.items] == ["https://www.example.fr/a", f"{URL}b.html"]
    assert [item.published.day for item in found.items if item.published] == [3, 2]
    assert "1 of 4 entries without a link" in found.problems


def test_base_element_and_whole_card_links() -> None:
    html = """<base href="https://autre.example/fr/"><main>
      <a class=c href="un"><h2>Premier titre assez long</h2><p>Le chapeau du premier article, assez long pour compter.</p></a>
      <a class=c href="deux"><h2>Second titre assez long</h2><p>Le chapeau du second article, assez long pour compter.</p></a></main>"""
    found = parse(answer(html), LISTING)
    assert [item.url for item in found.items] == ["https://autre.example/fr/un", "https://autre.example/fr/deux"]
    assert found.items[0].summary.startswith("Le chapeau du premier")


def test_the_future_is_no_date_and_a_deadline_in_the_text_neither() -> None:
    html = """<ul>
      <li><a href=/x/1>Appel à projets sur les décors réemployés</a><p>Dossiers à déposer avant le 15 janvier 2027 sur la plateforme régionale.</p>
      <li><a href=/x/2>Appel à projets sur les costumes réemployés</a><p>La loi du 12 mars 2024 a modifié les conditions, que voici en détail.</p>
      <li><a href=/2026/02/03/x3>Appel à projets sur les groupes électrogènes</a><p>Pour les loueurs de matériel, jusqu’à la fin du mois de mars.</p></ul>"""
    dates = [(item.published, item.date_from) for item in parse(answer(html), LISTING).items]
    assert dates[0] == (None, "none")
    assert dates[1] == (None, "none")
    assert dates[2][0] is not None
    assert dates[2][1] == "url"


def test_generic_links_and_pdf_labels_do_not_become_titles() -> None:
    html = "<table>" + "".join(
        f"<tr><td>{day:02}/03/2026</td><td>Compte rendu de la réunion sur le thème {word}</td><td><a href='/cr/{day}.pdf'>PDF</a></td></tr>"
        for day, word in enumerate(("énergie", "décors", "costumes", "transport"), start=1)
    )
    titles = [item.title for item in parse(answer(html + "</table>"), LISTING).items]
    assert titles[0] == "Compte rendu de la réunion sur le thème énergie"
    assert len(titles) == 4


def test_two_links_of_one_make_in_each_row_do_not_split_the_row() -> None:
    html = "<div>" + "".join(
        f"<div class=row><a class=l href='/affaire/{n}'>Décision numéro {n} sur les tournages</a> <a class=l href='/resume/{n}'>Résumé</a></div>"
        for n in range(6)
    )
    found = parse(answer(html + "</div>"), LISTING)
    assert [item.url for item in found.items] == [f"https://www.example.fr/affaire/{n}" for n in range(6)]


def test_walls_are_refused_but_a_banner_on_a_short_page_is_not() -> None:
    wall = "<title>Just a moment...</title><div id='challenge-form'></div><script>window._cf_chl_opt={}</script>"
    with pytest.raises(ParseError) as raised:
        parse(answer(wall), LISTING)
    assert raised.value.reason == "bot-challenge"
    short = """<div class="cookie-notice">Nous utilisons des cookies. Accepter les cookies</div><ul>
      <li><a href=/n/1>La première nouvelle</a></li><li><a href=/n/2>La deuxième nouvelle</a></li><li><a href=/n/3>La troisième nouvelle</a></li></ul>"""
    assert len(parse(answer(short), LISTING).items) == 3


async def test_a_second_visit_reads_no_page_again_though_pages_name_another_address(
    web: WebServer, tmp_path: Path
) -> None:
    """One story once: the page's canonical address is kept, and the list's still known."""

    def article(request: Seen) -> Reply:
        number = request.path.rpartition("_")[2]
        html = f"<html><link rel=canonical href='/vrai/{number}'><h1>Titre</h1><p>Le texte de l’article {number}, en entier.</p>"
        return Reply(200, {"content-type": "text/html; charset=utf-8"}, html.encode())

    web.page("/robots.txt", "")
    web.default(article)
    listing = source(Kind.LISTING, web.page("/actus", (PAGES / "cnc-actualites.html").read_bytes()))
    requests = []
    async with Fetcher(FetchSettings(allow_private=frozenset({web.netloc}), min_delay=0)) as fetcher:
        with Store(tmp_path / "watch.db") as store:
            for _ in range(3):
                seen, before = store.items.urls_of_source(listing.id), len(web.paths())
                visit = await collect_source(listing, fetcher, known=lambda item, seen=seen: item.url in seen)
                saved = store.items.save(listing, visit.items, NOW)
                requests.append((len(web.paths()) - before, len(saved.new), len(saved.edited)))
            assert requests == [(9, 8, 0), (1, 0, 0), (1, 0, 0)]
            assert {item.url.rpartition("/")[0] for item in store.items.select()} == {f"{web.base}/vrai"}
            assert all(item.body.startswith("Le texte de l’article") for item in store.items.select())


def test_an_empty_page_is_an_error() -> None:
    with pytest.raises(ParseError) as raised:
        parse(answer("   "), LISTING)
    assert raised.value.reason == "empty"


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.text(alphabet="abé «»12/. <&", max_size=20),
        lambda inner: st.builds(
            lambda tag, attributes, children: f"<{tag} {attributes}>{''.join(children)}</{tag}>",
            st.sampled_from(
                ["ul", "li", "a", "div", "p", "h2", "table", "tr", "td", "span", "time", "b", "svg", "x:y"]
            ),
            st.sampled_from(
                [
                    "",
                    "href=/a",
                    "href='//x y'",
                    "class='a b1 date'",
                    "href=#",
                    "id=1",
                    "datetime=2024",
                    "href='http://['",
                ]
            ),
            st.lists(inner, max_size=5),
        ),
        max_leaves=40,
    )
)
def test_no_markup_breaks_it(markup: str) -> None:
    try:
        found = parse(answer(markup), LISTING)
    except ParseError:
        return
    assert all(item.url.startswith("http") and item.title for item in found.items)


def test_every_page_has_a_test() -> None:
    others = {"article-related", "reference-aide", "menus-only"}
    assert {path.stem for path in PAGES.glob("*.html")} == set(LISTS) | others
