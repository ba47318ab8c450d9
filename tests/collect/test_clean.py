"""Markup to plain text."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from watchbot.collect import clean
from watchbot.collect.clean import (
    element_text,
    first_sentence,
    html_tree,
    plain_summary,
    plain_text,
    plain_title,
    shorten,
    tidy,
    tidy_lines,
    unescape,
)


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Simple", "Simple"),
        ("  deux\n lignes\t", "deux lignes"),
        ("<b>Gras</b>", "Gras"),
        ("<p>Un</p><p>Deux</p>", "Un Deux"),
        ("CO<sub>2</sub>", "CO2"),
        ('<a href="x" title="a">Lien</a> ici', "Lien ici"),
        ("Qu&#8217;est-ce&nbsp;?", "Qu’est-ce\xa0?"),
        ("R&amp;amp;amp;D", "R&D"),
        ("&amp;lt;b&amp;gt;x&amp;lt;/b&amp;gt;", "x"),
        ("AT&T, R&D", "AT&T, R&D"),
        ("a < b && c > d", "a < b && c > d"),
        ("List<String>", "List<String>"),
        ("&unknown; &copy=1", "&unknown; &copy=1"),
        ("<![CDATA[Titre]]>", "Titre"),
        ("Zéro\u200b\u00adlargeur\x00\x1f", "Zérolargeur"),
        ("seul \ud800 substitut", "seul substitut"),
    ],
)
def test_titles(title: str, plain: str) -> None:
    assert plain_title(title) == plain


def test_titles_said_to_be_plain_keep_their_angles() -> None:
    assert plain_title("Le tag <b> en HTML", markup=False) == "Le tag <b> en HTML"
    assert plain_title("<b>Pas si plain</b>", markup=False) == "Pas si plain"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Un</p><p>Deux<br>trois</p>", "Un\nDeux\ntrois"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("avant<script>x()</script><style>p{}</style><noscript>n</noscript>après", "avantaprès"),
        ("un <em>mot</em>, <strong>gras</strong>.", "un mot, gras."),
        ("texte &amp; co", "texte & co"),
        ("&lt;p&gt;Un&lt;/p&gt;&lt;p&gt;Deux&lt;/p&gt;", "Un\nDeux"),
        ("<p>5 &amp;lt; 6</p>", "5 < 6"),
        ("<![CDATA[<p>x</p>]]>", "x"),
        ('<img alt="a > b" src="x">après', "après"),
        ("<!-- caché -->vu", "vu"),
        ("x < y > z", "x < y > z"),
        ("sans balise\n\nni rien", "sans balise\nni rien"),
        ("", ""),
        ("<", "<"),
        ("<p", ""),
    ],
)
def test_text(markup: str, text: str) -> None:
    assert plain_text(markup, lines=True) == text
    assert plain_text(markup) == text.replace("\n", " ")


def test_no_break_spaces_stay_where_french_has_them() -> None:
    assert tidy("« Foo » :\xa0bar\u202f!") == "« Foo » : bar\u202f!"
    assert tidy("«\xa0Foo\xa0» et\xa0\xa0 bar 28\xa0000\xa0€") == "«\xa0Foo\xa0» et bar 28\xa0000\xa0€"
    assert tidy_lines("a\xa0b\r\n\n c\xa0; ") == "a b\nc\xa0;"


@pytest.mark.parametrize(
    ("summary", "plain"),
    [
        ("<p>Texte.</p><p>L’article <a href='x'>T</a> est apparu en premier sur <a href='y'>Site</a>.</p>", "Texte."),
        ("<p>Text.</p><p>The post <a>T</a> appeared first on <a>Site</a>.</p>", "Text."),
        ("Texte. <a>Lire la suite →</a>", "Texte."),
        ("Texte. <a>Continuer la lecture de « T »</a>", "Texte."),
        ("Lire la suite", "Lire la suite"),
        (
            "Pour lire la suite du rapport, voir page 3 et les suivantes.",
            "Pour lire la suite du rapport, voir page 3 et les suivantes.",
        ),
    ],
)
def test_summaries_without_boilerplate(summary: str, plain: str) -> None:
    assert plain_summary(summary) == plain


def test_depth_attributes_and_length_are_bounded() -> None:
    started = time.perf_counter()
    assert "fond" in plain_text("<div>" * 100_000 + "fond")
    assert plain_text("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</p>") == "x"
    assert len(plain_text("mot " * 1_000_000)) <= 200_000
    assert plain_summary("L’article " * 100_000).startswith("L’article")
    assert plain_title("<b>" * 100_000 + "x") == ""
    assert time.perf_counter() - started < 4


def test_element_text_leaves_its_tree_alone() -> None:
    root = etree.fromstring(
        '<c xmlns:h="http://www.w3.org/1999/xhtml"><h:div><h:p>Un</h:p><h:p>Deux</h:p></h:div>suite</c>'
    )
    before = etree.tostring(root)
    assert element_text(root[0], lines=True) == "Un\nDeux"
    assert element_text(root) == "Un Deux suite"
    assert etree.tostring(root) == before


@pytest.mark.parametrize(
    "control", ["\x01", "\x0b", "\x7f", "\x85", "\ufffe", "\uffff", "\ud800", "&#1;", "&#xFFFE;", "&#xD800;", "&#0;"]
)
def test_controls_in_markup_that_needs_the_parser(control: str) -> None:
    text = plain_text(f"<p>a{control}b<p title='>'>c{control}<script>{control}</script>d<br>{control}", lines=True)
    assert next(line for line in text.replace("\ufffd", "").split("\n") if line).replace(" ", "") == "ab"
    assert text.isprintable() or "\n" in text


def test_what_is_unseen_hides_no_text_after_it() -> None:
    assert (
        plain_text("<div>a<svg><text>x</text></svg>b<table><tr><td title='>'>c<td>d</table>e</div>", lines=True)
        == "ab\nc d\ne"
    )


def test_html_tree_of_nothing() -> None:
    assert html_tree("") is None
    tree = html_tree("<p>a")
    assert tree is not None
    assert tree.findtext(".//p") == "a"


def test_shorten_and_first_sentence() -> None:
    assert shorten("un deux trois", 20) == "un deux trois"
    assert shorten("un deux trois", 9) == "un deux…"
    assert shorten("indivisible" * 3, 10) == "indivisib…"
    assert first_sentence("Une phrase. Une autre.") == "Une phrase."
    assert first_sentence("Pas de point\net suite") == "Pas de point"
    assert len(first_sentence("mot " * 100)) <= 120


def test_unescape_takes_whole_references_only() -> None:
    assert unescape("&eacute;&#233;&#xe9;&#146;&copy") == "ééé’&copy"
    assert unescape("?a=1&copy=2&lt;") == "?a=1&copy=2<"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(alphabet=st.sampled_from("<>&;/!-[]a bp\x01\x7f\ufffe\"'=#x1\xa0\n\0\ud800é"), max_size=60))
def test_never_fails_and_never_leaves_controls(markup: str) -> None:
    for text in (plain_text(markup), plain_text(markup, lines=True), plain_title(markup), plain_summary(markup)):
        text.encode()
        assert "\0" not in text
        assert text == text.strip()
        assert "  " not in text


_PIECES = [
    "Lire la suite",
    "L'article",
    "L’article",
    "Cet article",
    "The post",
    "appeared first on",
    "Le site",
    "→",
    "…",
]
_PIECES += [
    "est apparu en premier sur",
    "a été publié en premier sur",
    "Continue reading",
    "Read more",
    "x " * 80,
    "mot",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=12), st.text("ab. ", max_size=20))
def test_boilerplate_is_found_where_trying_everywhere_finds_it(pieces: list[str], before: str) -> None:
    text = clean.tidy(f"{before} {' '.join(pieces)}")
    everywhere = re.compile(r"\s*" + clean._BOILERPLATE.pattern, re.DOTALL)
    found = everywhere.search(text, max(0, len(text) - clean._TAIL))
    expected = text[: found.start()] if found and found.start() else text
    assert text[: clean._boilerplate_start(text)] == expected.rstrip()
