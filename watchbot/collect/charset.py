"""Bytes to text, when servers and documents disagree about the charset.

The order is that of the WHATWG Encoding Standard and of XML 1.0, appendix F: byte order mark, then the charset of the
Content-Type header, then what the document declares of itself, then detection. A declaration that the bytes plainly
contradict is not believed: valid multi-byte UTF-8 is UTF-8 whatever it says it is, and invalid UTF-8 is read byte by
byte as windows-1252 where it breaks.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16 LE
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_EBCDIC_OPENING = b"\x4c\x6f\xa7\x94"  # `<?xm`
# Labels that the Encoding Standard maps to a superset, or that Python spells otherwise.
_ALIASES = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "ansi": "cp1252",
    "x-cp1252": "cp1252",
    "iso-8859-9": "cp1254",
    "latin5": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "ucs-4": "utf-32",
    "iso-10646-ucs-4": "utf-32",
}
# Python also has codecs that are no charset (base64, zip, rot13, unicode_escape…): only these families are believed.
_CHARSET = re.compile(
    r"utf|u8|u16|u32|iso|latin|cp\d|windows|koi8|big5|gb|hz|euc|shift|sjis|mac|johab|tis|ibm|\d{3,4}$", re.ASCII
)
_XML_DECLARED = re.compile(rb"<\?xml[^<>]{0,200}?encoding\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_META_DECLARED = re.compile(rb"<meta[^<>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_MARKUP = re.compile(rb"<[^<>]{0,500}>")
_HEAD_BYTES = 8192
_SAMPLE_BYTES = 65536
# Above this share of bytes over 0x7F outside tags, a text is not in a Latin script (French has 3 to 5 %).
_FOREIGN_SHARE = 0.2
_MANY_FAULTS = 5000


def decode(content: bytes, headers: Mapping[str, str] | None = None) -> str:
    """Decode a body to text; never fails, never returns a byte order mark.

    Args:
        content: The body, already decompressed.
        headers: The response's headers, names in lower case; only `content-type` is read.

    Returns:
        The text. Bytes that mean nothing in the charset come out as U+FFFD.
    """
    for mark, charset in _BOMS:
        if content.startswith(mark) and not (charset == "utf-16-le" and content[2:4] == b"\0\0"):
            return _decode_marked(content[len(mark) :], charset)
    sniffed = _sniff_wide(content)
    if sniffed:
        return content.decode(sniffed, "replace").removeprefix("\ufeff")
    if content.isascii():
        return content.decode("ascii")
    return _decode_declared(content, _declared(content, headers or {})).removeprefix("\ufeff")


def header_charset(headers: Mapping[str, str]) -> str:
    """The `charset` parameter of the Content-Type header in lower case, or an empty string."""
    for parameter in headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").strip().lower()
    return ""


def _decode_marked(content: bytes, charset: str) -> str:
    if charset == "utf-8":
        return _decode_utf8(content)
    return content.decode(charset, "replace")


def _sniff_wide(content: bytes) -> str | None:
    """The charset of a markless UTF-16, UTF-32 or EBCDIC document, told by its first characters."""
    if content.startswith(_EBCDIC_OPENING):
        return "cp037"
    head = content[:64]
    if head.count(0) * 3 < len(head):
        return None
    return next((one for one in _WIDE if _has_width(head, one) and _opens(head.decode(one, "replace"))), None)


def _opens(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in ("<", "{", "[")


def _has_width(head: bytes, charset: str) -> bool:
    """Whether more than the first character is as wide as the charset has it; one stray null is but damage."""
    width = 4 if charset.startswith("utf-32") else 2
    significant = head[0::width] if charset.endswith("le") else head[width - 1 :: width]
    nulls = head.count(0) - significant.count(0)
    return len(head) >= 3 * width and 4 * nulls > 3 * (len(head) - len(significant))


def _declared(content: bytes, headers: Mapping[str, str]) -> list[str]:
    """Charsets that header and document declare, most trusted first, as names of Python codecs without repeats."""
    head = content[:_HEAD_BYTES]
    found = _XML_DECLARED.search(head) or _META_DECLARED.search(head)
    inner = _codec(found.group(1).decode("ascii")) if found else None
    outer = _codec(header_charset(headers))
    # Many servers add iso-8859-1 to all they send: a document that says otherwise of itself knows better.
    order = (inner, outer) if outer == "cp1252" and inner else (outer, inner)
    return list(dict.fromkeys(name for name in order if name))


def _codec(label: str) -> str | None:
    label = label.strip().lower()
    if not label:
        return None
    name = _ALIASES.get(label, label)
    if not _CHARSET.match(name):
        return None
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return None


def _decode_declared(content: bytes, declared: list[str]) -> str:
    try:
        return content.decode("utf-8")  # with bytes over 0x7F in it, valid UTF-8 is never there by accident
    except UnicodeDecodeError:
        pass
    wide, faults = _evidence(content)
    if wide > 4 * faults:
        return _decode_utf8(content)
    for charset in declared:
        if charset.startswith("utf"):
            continue  # invalid as UTF-8, and a wide charset would have been sniffed
        try:
            return content.decode(charset)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    if "utf-8" in declared or wide >= faults:
        return _decode_utf8(content)
    if declared and not declared[0].startswith(("utf", "cp1252")):
        return content.decode(declared[0], "replace")
    return _detect(content)


def _decode_utf8(content: bytes) -> str:
    """UTF-8 in which the odd byte is wrong: each such byte is read as windows-1252, a character cut at the end is dropped."""
    wide, faults = _evidence(content)
    if wide < faults:
        return _detect(content)
    return content.decode("utf-8", "replace" if faults > _MANY_FAULTS else "watchbot.windows-1252")


def _evidence(content: bytes) -> tuple[int, int]:
    """How much speaks for UTF-8 and against it: extra bytes of valid sequences, and broken sequences."""
    text = content.decode("utf-8", "replace")
    return len(content) - len(text), text.count("\ufffd")


def _detect(content: bytes) -> str:
    """Neither declared nor UTF-8: windows-1252 unless the text is clearly in another script."""
    sample = content[:_SAMPLE_BYTES]
    visible = _MARKUP.sub(b"", sample)
    letters = sum(1 for byte in visible if byte > 0x7F)
    if visible and letters / len(visible) > _FOREIGN_SHARE:
        from charset_normalizer import from_bytes

        best = from_bytes(sample).best()
        if best is not None and _is_foreign(str(best)):
            return content.decode(best.encoding, "replace")
    return content.decode("cp1252", "replace")


def _is_foreign(text: str) -> bool:
    """Whether most letters are of another script than Latin: of Latin charsets, windows-1252 is the likeliest."""
    letters = [char for char in text[:_SAMPLE_BYTES] if char.isalpha()]
    return sum(char > "\u024f" for char in letters) * 2 > len(letters)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Error handler for UTF-8: one undecodable byte becomes its windows-1252 character (U+FFFD for the five without)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    size = len(error.object)
    if error.end == size and error.reason.startswith("unexpected end") and size - error.start < 4:
        return "", size
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", "replace"), error.start + 1


codecs.register_error("watchbot.windows-1252", _as_windows_1252)
