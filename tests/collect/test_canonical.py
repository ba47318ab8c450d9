"""One address for one page, and links resolved as publishers write them."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.collect.canonical import absolute, canonical_url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (
            "https://www.cnc.fr/professionnels/actualites/titre_1805866",
            "https://www.cnc.fr/professionnels/actualites/titre_1805866",
        ),
        ("HTTPS://WWW.Exemple.FR:443/Chemin/", "https://www.exemple.fr/Chemin/"),
        ("http://exemple.fr:80", "http://exemple.fr/"),
        ("https://exemple.fr:8443/a", "https://exemple.fr:8443/a"),
        ("https://exemple.fr./a", "https://exemple.fr/a"),
        ("https://exemple.fr/a?utm_source=x&utm_medium=y&p=123&fbclid=z", "https://exemple.fr/a?p=123"),
        ("https://exemple.fr/?p=123#comments", "https://exemple.fr/?p=123"),
        ("https://exemple.fr/a?b=2&a=1&b=1", "https://exemple.fr/a?b=2&a=1&b=1"),
        ("https://exemple.fr/a?", "https://exemple.fr/a"),
        ("https://exemple.fr/a?&&x=&", "https://exemple.fr/a?x="),
        (
            "https://exemple.fr/a?xtor=RSS-12&at_medium=rss&pk_campaign=n&_hsenc=p&mc_cid=1&gclid=2&_hsmi=3",
            "https://exemple.fr/a",
        ),
        ("https://exemple.fr/a?UTM_Source=x&utm%5Fmedium=y", "https://exemple.fr/a"),
        ("https://exemple.fr/a?xtra=1&attribut=2&reference=3", "https://exemple.fr/a?xtra=1&attribut=2&reference=3"),
        ("https://exemple.fr/a?ref=rss", "https://exemple.fr/a"),
        ("https://exemple.fr/a?ref=JORFTEXT000123", "https://exemple.fr/a?ref=JORFTEXT000123"),
        ("https://exemple.fr/a?source=rss----77aa---4&source=cnc", "https://exemple.fr/a?source=cnc"),
        ("https://exemple.fr/a;jsessionid=ABC123?x=1", "https://exemple.fr/a?x=1"),
        ("https://exemple.fr/#!/route/1", "https://exemple.fr/#!/route/1"),
        ("https://exemple.fr/#/route", "https://exemple.fr/#/route"),
        ("https://exemple.fr/été?q=à", "https://exemple.fr/%C3%A9t%C3%A9?q=%C3%A0"),
        ("https://exemple.fr/%c3%a9t%C3%A9/%7Euser/%2F", "https://exemple.fr/%C3%A9t%C3%A9/~user/%2F"),
        ("https://exemple.fr/100%", "https://exemple.fr/100%25"),
        ("https://exemple.fr/a/../b/./c/..", "https://exemple.fr/b/"),
        ("https://exemple.fr/../..", "https://exemple.fr/"),
        ("https://écran.fr/", "https://xn--cran-9oa.fr/"),
        ("https://moi:secret@exemple.fr/a", "https://exemple.fr/a"),
        ("https://[::1]:8080/a", "https://[::1]:8080/a"),
        (" https://exemple.fr/a b\n", "https://exemple.fr/a%20b"),
        ("https://exemple.fr/spip.php?article1042", "https://exemple.fr/spip.php?article1042"),
        (
            "https://exemple.fr/a?url=https%3A%2F%2Fx.fr%2F%3Fa%3D1",
            "https://exemple.fr/a?url=https%3A%2F%2Fx.fr%2F%3Fa%3D1",
        ),
        ("mailto:a@b.fr", "mailto:a@b.fr"),
        ("https://exemple.fr:99999/", "https://exemple.fr:99999/"),
        ("", ""),
    ],
)
def test_canonical(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(max_size=80))
def test_idempotent_on_anything(text: str) -> None:
    for url in (text, f"https://exemple.fr/{text}", f"https://exemple.fr/?{text}", f"http://{text}"):
        once = canonical_url(url)
        assert canonical_url(once) == once


ALPHABET = st.sampled_from(
    [
        "a",
        "%",
        "4",
        "1",
        "2F",
        "é",
        "/",
        "..",
        ".",
        "&",
        "=",
        "utm_",
        "?",
        "#",
        "!",
        ";",
        " ",
        "%zz",
        "+",
        "\\",
        "|",
        '"',
        "\0",
    ]
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(ALPHABET, max_size=14))
def test_idempotent_on_tricky_addresses(pieces: list[str]) -> None:
    once = canonical_url("https://exemple.fr/" + "".join(pieces))
    assert canonical_url(once) == once
    assert once.isascii()
    assert urlsplit(once).hostname == "exemple.fr"


def test_no_input_takes_long() -> None:
    started = time.perf_counter()
    for tail in (
        "a" * 4000 + "!",
        "a-" * 2000 + "(",
        "a/" * 2000 + "!",
        "../" * 1300,
        "%" * 4000,
        "&a" * 2000,
        "a." * 2000 + "!",
    ):
        canonical_url("https://exemple.fr/" + tail)
        absolute("https://exemple.fr/", tail)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("href", "resolved"),
    [
        ("/b", "https://exemple.fr/b"),
        ("b?x=1", "https://exemple.fr/dir/b?x=1"),
        ("?x=1", "https://exemple.fr/dir/page?x=1"),
        ("//autre.fr/x", "https://autre.fr/x"),
        ("http://autre.fr", "http://autre.fr"),
        ("feed://autre.fr/rss", "http://autre.fr/rss"),
        ("feed:https://autre.fr/rss", "https://autre.fr/rss"),
        ("www.autre.fr/x", "https://www.autre.fr/x"),
        ("https:///autre.fr/x", "https://autre.fr/x"),
        ("https:/autre.fr/x", "https://autre.fr/x"),
        ("http://\nautre.fr/\tx", "http://autre.fr/x"),
        (" https://autre.fr/a b ", "https://autre.fr/a b"),
        ("javascript:void(0)", ""),
        ("mailto:a@b.fr", ""),
        ("data:text/html,x", ""),
        ("magnet:?xt=1", ""),
        ("tag:blogger.com,1999:x", ""),
        ("http://", ""),
        ("http://[bad/", ""),
        ("http://a<b>c/", ""),
        ("", ""),
        ("x" * 5000, ""),
    ],
)
def test_absolute(href: str, resolved: str) -> None:
    assert absolute("https://exemple.fr/dir/page", href) == resolved
