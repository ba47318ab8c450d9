"""Reading one entry of a list without selectors."""

from __future__ import annotations

import pytest

from tests.collect.answers import NOW, URL
from watchbot.collect.entry import Entry, is_dated, read_date, read_entry
from watchbot.collect.tree import page_of, select_one, text_of, word_count


def entry(markup: str, tag: str = "li") -> Entry:
    tree = page_of(f"<body><ul><li>{markup}</li></ul></body>", URL)
    node = select_one(tree.root, tag)
    assert node is not None
    return read_entry([node], tree)


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<h3><a href=/a>Le titre dans un intertitre</a></h3><a href=/a>Lire la suite</a>", "Le titre dans un intertitre"),
        ("<a href=/a><span>3 mars 2026</span><span>Le titre dans la carte entière</span></a>", "Le titre dans la carte entière"),
        ("<p class=titre>Le titre marqué</p><a href=/a>En savoir plus</a>", "Le titre marqué"),
        ("<b>Le titre écrit en gras</b> texte <a href=/a.pdf>PDF</a>", "Le titre écrit en gras"),
        ("<span>Un paragraphe qui sert de titre</span> <a href=/a>Voir</a>", "Un paragraphe qui sert de titre"),
        ("<a href=/a title='Le titre dans l’attribut'><img src=x></a>", "Le titre dans l’attribut"),
        ("<a href=/a><img src=x alt='Le titre dans l’image'></a>", "Le titre dans l’image"),
        ("Compte rendu de la réunion de mars <a href=/a.pdf>PDF</a>", "Compte rendu de la réunion de mars"),
        ("<a href=/a>Lire</a>", "Lire"),
        ("<h3>Lire la suite</h3><a href=/a>Un vrai titre de nouvelle</a>", "Un vrai titre de nouvelle"),
        ("<a href=/a><i>12/03/2026</i> et un texte de carte sans élément à part entière</a>", "12/03/2026 et un texte de carte sans élément à part entière"),
    ],
)  # fmt: skip
def test_titles(markup: str, title: str) -> None:
    assert entry(markup).title == title


@pytest.mark.parametrize(
    ("markup", "written"),
    [
        ("<a href=/a>Titre</a><time datetime='2026-03-03T08:00:00Z'>hier</time>", "2026-03-03T08:00:00Z"),
        ("<a href=/a>Titre</a><time>3 mars 2026</time>", "3 mars 2026"),
        ("<a href=/a>Titre</a><span class=post-date>Le mardi 3 mars 2026</span>", "3 mars 2026"),
        ("<a href=/a>Titre</a><abbr class=published content=2026-03-03>mardi</abbr>", "2026-03-03"),
        ("<a href=/a>Titre</a><div>Publié le 03/03/26 | Aides</div>", "03/03/26"),
        ("<a href=/a>Titre</a> publié le 3 mars 2026 dans les aides aux loueurs de matériel, avec un très long texte qui suit encore", "3 mars 2026"),
        ("3 mars 2026 – <a href=/a>Titre</a> et un long texte qui dit en quoi consiste cette nouvelle aide aux loueurs", "3 mars 2026"),
        ("<a href=/a>Titre</a> un long texte qui dit en quoi consiste cette nouvelle aide régionale aux loueurs (3 mars 2026)", "3 mars 2026"),
        ("<a href=/a>Titre</a><p>Dépôt avant le 3 mars 2026 à midi, en ligne, par les sociétés qui ont leur siège dans la région.</p>", ""),
        ("<a href=/a>Titre</a>", ""),
    ],
)  # fmt: skip
def test_dates_as_written(markup: str, written: str) -> None:
    found = entry(markup).date_text
    assert written in found
    assert bool(found) is bool(written)


def test_a_bare_link_has_its_date_beside_it() -> None:
    tree = page_of(
        "<p>12/03/2026 : <a href=/1>Un</a><br><a href=/2>Deux</a> (13/03/2026)<br><a href=/3>Trois</a></p>", URL
    )
    dates = [read_entry([link], tree, link).date_text for link in tree.root.iter("a")]
    assert dates == ["12/03/2026", "13/03/2026", ""]


@pytest.mark.parametrize(
    ("markup", "summary"),
    [
        ("<h3>Un titre assez long</h3><p class=chapo>Le chapeau de l’article, marqué comme tel.</p><p>Un autre texte, plus long que le chapeau, que voici.</p>", "Le chapeau de l’article, marqué comme tel."),
        ("<h3>Un titre assez long</h3><p>Court.</p><p>Le paragraphe le plus long de l’entrée est son résumé.</p>", "Le paragraphe le plus long de l’entrée est son résumé."),
        ("<h3><a href=/a>Un titre assez long</a></h3><p>Lire la suite</p>", ""),
    ],
)  # fmt: skip
def test_summaries(markup: str, summary: str) -> None:
    assert entry(markup).summary == summary


def test_the_link_of_the_heading_wins_and_a_link_around_counts() -> None:
    assert entry(
        "<a href=/image><img></a><a href=/rubrique>Une rubrique au nom très long</a><h3><a href=/vrai>Titre</a></h3>"
    ).url.endswith("/vrai")
    tree = page_of("<a href=/autour><div><h3>Le titre de la carte</h3></div></a>", URL)
    node = select_one(tree.root, "div")
    assert node is not None
    assert read_entry([node], tree).url.endswith("/autour")


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("3 mars 2026", True),
        ("Publié le 3 févr. 2026 à 9 h", True),
        ("il y a 3 jours", True),
        ("March 3rd, 2026", True),
        ("La loi du 12 mars 2024 a modifié les conditions, que voici.", False),
        ("12 projets en 2026", False),
        ("", False),
    ],
)
def test_is_dated(text: str, dated: bool) -> None:
    assert is_dated(text) is dated


def test_dates_of_the_future_are_none() -> None:
    assert read_date("3 mars 2031", "Europe/Paris", NOW) is None
    assert read_date("", "Europe/Paris", NOW) is None
    long = "Un long texte d’introduction avant la date, de plus de soixante caractères : 3 mars 2026"
    moment = read_date(long, "Europe/Paris", NOW)
    assert moment is not None
    assert moment.isoformat() == "2026-03-03T00:00:00+01:00"


def test_text_keeps_neighbouring_blocks_apart_and_inline_pieces_together() -> None:
    tree = page_of(
        "<table><tr><td>Un<td>Deux</table><p>éco<b>pro</b>duction<br>suite\u00ad\u200b<script>var x</script>", URL
    )
    assert text_of(tree.root) == "Un Deux écoproduction suite"
    assert text_of(tree.root, limit=4) == "Un D"
    assert word_count("关于新增渤海证券") == 5
    assert word_count("trois mots ici") == 3
