"""Bytes to text: marks, headers, declarations, and what the bytes themselves say against them."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchbot.collect.charset import decode, header_charset

TEXT = "<p>L’été à Orléans : 5 € – « œuvre »</p>"
FRENCH = TEXT.replace("’", "'").replace("€", "E").replace("–", "-").replace("œ", "oe")


def html(charset: str) -> dict[str, str]:
    return {"content-type": f"text/html; charset={charset}"}


@pytest.mark.parametrize(
    ("mark", "charset"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_mark_goes_before_all(mark: bytes, charset: str) -> None:
    assert decode(mark + TEXT.encode(charset), html("iso-8859-1")) == TEXT
    assert decode(mark + TEXT.encode(charset)) == TEXT


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [TEXT, '{"a": "été"}', "\n <p>x</p>"])
def test_wide_without_a_mark(charset: str, text: str) -> None:
    if text.startswith("{") and charset.startswith("utf-32"):
        text = f"<{text}"
    assert decode(text.encode(charset)).strip() == text.strip()


def test_stray_nulls_are_no_wide_charset() -> None:
    for stray in (b"\0<p>x</p>", b"<\0p>x</p>", b"\0\0\0<p>x</p>", b"<\0\0\0p>x</p>"):
        assert decode(stray).replace("\0", "") == "<p>x</p>"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("cp1252", "iso-8859-1"),
        ("cp1252", "latin1"),
        ("cp1252", "windows-1252"),
        ("cp1252", "us-ascii"),
        ("cp1252", "utf-8"),
        ("cp1252", "x-unknown"),
        ("cp1252", "base64"),
        ("cp1252", "unicode_escape"),
        ("cp1252", "utf-16"),
        ("utf-8", "iso-8859-1"),
        ("utf-8", "windows-1251"),
        ("utf-8", "utf8"),
        ("utf-8", "utf-16"),
        ("utf-8", ""),
        ("iso-8859-15", "iso-8859-15"),
        ("mac_roman", "macintosh"),
    ],
)
def test_declared_charset_is_believed_unless_plainly_wrong(encoding: str, declared: str) -> None:
    text = TEXT if encoding != "iso-8859-15" else TEXT.replace("’", "'").replace("–", "-")
    content = text.encode(encoding)
    assert decode(content, html(declared)) == text
    for wrapped in (f'<?xml version="1.0" encoding="{declared}"?>', f"<meta charset={declared}>"):
        assert decode(wrapped.encode() + content).endswith(text)


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        ("Экологичное производство кино", "cp1251", "windows-1251"),
        ("Экологичное производство кино", "koi8-r", "koi8-r"),
        ("映画の制作と環境", "shift_jis", "shift_jis"),
        ("映画の制作と環境", "euc-jp", "euc-jp"),
        ("绿色电影制作", "gbk", "gb2312"),
        ("영화 제작과 환경", "euc-kr", "euc-kr"),
        ("Ekologická výroba: žluťoučký kůň", "iso-8859-2", "iso-8859-2"),
    ],
)
def test_other_scripts(text: str, encoding: str, label: str) -> None:
    content = f'<?xml version="1.0" encoding="{label}"?>'.encode() + text.encode(encoding)
    assert decode(content).endswith(text)
    assert decode(content, html("iso-8859-1")).endswith(text)  # what servers add to everything


def test_header_goes_before_the_document() -> None:
    content = b'<meta charset="iso-8859-2">' + "Ц".encode("cp1251")
    assert decode(content, html("windows-1251")).endswith("Ц")


def test_undeclared_french_is_windows_1252_and_other_scripts_are_detected() -> None:
    assert decode(TEXT.encode("cp1252")) == TEXT
    cyrillic = "Экологичное производство в кино и на телевидении становится обязательным. " * 5
    assert decode(cyrillic.encode("cp1251")) == cyrillic


def test_utf8_with_broken_bytes() -> None:
    content = ("été " * 20).encode()
    assert decode(content + b"d\x92hier") == "été " * 20 + "d’hier"
    assert decode(content + "é".encode()[:1]) == "été " * 20  # cut within a character
    assert decode(codecs.BOM_UTF8 + TEXT.encode("cp1252")) == TEXT


def test_meta_http_equiv_and_attributes() -> None:
    content = b'<html><head><META content="text/html; charset=windows-1250" http-equiv=content-type>' + "ž".encode(
        "cp1250"
    )
    assert decode(content).endswith("ž")


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("text/html; charset=UTF-8", "utf-8"),
        ('text/html;charset="utf-8"; boundary=x', "utf-8"),
        ("text/html; Charset = 'ISO-8859-1'", "iso-8859-1"),
        ("text/html", ""),
        ("charset=utf-8", ""),
    ],
)
def test_header_charset(header: str, charset: str) -> None:
    assert header_charset({"content-type": header}) == charset


def test_large_noise_is_quick() -> None:
    noise = bytes(range(256)) * 20_000
    started = time.perf_counter()
    decode(noise)
    decode(b"\xc3\xa9" * 1_000_000 + b"\xff" * 100_000)
    assert time.perf_counter() - started < 5


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.binary(max_size=200),
    st.sampled_from(["", "utf-8", "utf-16", "latin1", "gb2312", "idna", "zip", "undefined", "hex", "utf-7"]),
)
def test_never_fails(content: bytes, charset: str) -> None:
    text = decode(content, html(charset))
    assert isinstance(text, str)
    assert not text.startswith("\ufeff") or content.count(b"\xef\xbb\xbf") > 1 or b"\xfe" in content


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=100))
def test_utf8_survives_any_declaration(text: str) -> None:
    expected = text.removeprefix("\ufeff")
    content = b"<p>" + expected.encode("utf-8", "replace")
    for charset in ("utf-8", "iso-8859-1", "shift_jis"):
        assert decode(content, html(charset)) == "<p>" + expected
