"""French (and English) text into sentences, by rule, in one pass.

A full stop ends a sentence unless it belongs to an abbreviation (art., env., M., janv., n.), an initial, a reference
(L. 6113-5, R. 2151-1), a number or an address. A line break ends one unless the next line plainly goes on with it,
as lines of a PDF do. No sentence is longer than `LONGEST` characters, so work on one is bounded.
"""

from __future__ import annotations

import re
from itertools import pairwise

LONGEST = 1_000

_CLOSERS = "»”\"'’)]"
# Where a sentence may end: closing punctuation with what closes after it, or a line break.
_BREAK = re.compile(
    rf"[.!?…]{{1,8}}(?:[ \u00a0\u202f]?»|[{re.escape(_CLOSERS)}]){{0,4}}(?=\s|$)|[\n\r\u2028\u2029\u0085\f\v]+"
)
_ABBREVIATIONS = frozenset(
    [
        "art",
        "arts",
        "al",
        "alin",
        "ann",
        "av",
        "avr",
        "bd",
        "bld",
        "cf",
        "chap",
        "coll",
        "conf",
        "cons",
        "déc",
        "dec",
        "dir",
        "doc",
        "dr",
        "éd",
        "ed",
        "env",
        "etc",
        "ex",
        "fév",
        "févr",
        "fr",
        "hab",
        "ibid",
        "ill",
        "inc",
        "janv",
        "jr",
        "juil",
        "jan",
        "feb",
        "aug",
        "sept",
        "sep",
        "oct",
        "nov",
        "m",
        "me",
        "mgr",
        "mlle",
        "mm",
        "mme",
        "mmes",
        "mr",
        "mrs",
        "ms",
        "max",
        "min",
        "n",
        "nb",
        "no",
        "nos",
        "num",
        "op",
        "p",
        "par",
        "pp",
        "prof",
        "réf",
        "ref",
        "resp",
        "sec",
        "sect",
        "sq",
        "sr",
        "ss",
        "st",
        "ste",
        "suppl",
        "svp",
        "tél",
        "tel",
        "trad",
        "univ",
        "v",
        "vol",
        "vs",
        "ltd",
        "approx",
        "dept",
        "fig",
        "tab",
        "c.",
        "trav.",
        "b.",
        "u.",
        "t",
    ]
) | {"p.ex", "e.g", "i.e", "c.-à-d", "s.a", "s.a.r.l", "j.-c", "u.s", "a.m", "p.m", "c.trav"}
# After one of these a line cannot be complete, whatever the next begins with.
_UNFINISHED = frozenset(
    [
        "le",
        "la",
        "les",
        "l'",
        "un",
        "une",
        "des",
        "du",
        "de",
        "d'",
        "à",
        "au",
        "aux",
        "et",
        "ou",
        "ni",
        "par",
        "pour",
        "sur",
        "sous",
        "dans",
        "en",
        "avec",
        "sans",
        "vers",
        "chez",
        "que",
        "qui",
        "dont",
        "ce",
        "cet",
        "cette",
        "ces",
        "son",
        "sa",
        "ses",
        "leur",
        "leurs",
        "n°",
        "n°s",
        "nos",
        "article",
        "articles",
        "art.",
        "loi",
        "décret",
        "directive",
        "règlement",
        "jusqu'au",
        "avant",
        "entre",
        "depuis",
        "dès",
        "1er",
        "the",
        "a",
        "an",
        "of",
        "to",
        "in",
        "on",
        "by",
        "for",
        "and",
        "or",
        "with",
        "from",
        "until",
        "before",
    ]
)
_BULLET = re.compile(r"(?:[-–—•●▪■*·→►✓]|\d{1,2}[.)]|[a-zA-Z]\))\s")
_WORD_BEFORE = re.compile(r"[\w.\-'’°]{1,20}\Z")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, in order, without the space around it; together they hold all that is not space."""
    cuts = [0]
    for match in _BREAK.finditer(text):
        newline = match[0][0] in "\n\r\u2028\u2029\u0085\f\v"
        ends = _line_ends(text, match) if newline else _stop_ends(text, match)
        if ends:
            cuts.append(match.end())
    if cuts[-1] != len(text):
        cuts.append(len(text))
    spans: list[tuple[int, int]] = []
    for start, end in pairwise(cuts):
        _bounded(text, start, end, spans)
    return spans


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, each on one line."""
    return [" ".join(text[start:end].split()) for start, end in sentence_spans(text)]


def _stop_ends(text: str, match: re.Match[str]) -> bool:
    """Whether this punctuation ends a sentence."""
    signs = match[0].rstrip(_CLOSERS + " \u00a0\u202f")
    following = text[match.end() : match.end() + 6].lstrip()
    if signs != ".":
        # "Action ! est lancé", "Plan Action! du CNC": an exclamation before a small letter is within the sentence.
        return not following[:1].islower()
    before = _WORD_BEFORE.search(text, max(0, match.start() - 20), match.start())
    word = before[0].lower().strip("'’") if before else ""
    if following[:1].islower():
        return False
    if word in _ABBREVIATIONS or word.rpartition("'")[2] in _ABBREVIATIONS:
        return word == "etc"
    # An initial ("J. Dupont"), the letter of a code's article ("L. 6113-5"); not a number, nor a plural ("niveau A.").
    return not (len(word) == 1 and word.isalpha() and (following[:1].isdigit() or _is_initial(text, match.start())))


def _is_initial(text: str, stop: int) -> bool:
    return text[stop - 1].isupper() and (stop < 2 or not text[stop - 2].isalnum()) and text[stop + 1 : stop + 2] == " "


def _line_ends(text: str, match: re.Match[str]) -> bool:
    """Whether this line break ends a sentence."""
    if match[0].count("\n") > 1 or "\f" in match[0] or "\u2029" in match[0]:
        return True
    following = text[match.end() : match.end() + 24].lstrip(" \t\u00a0")
    if not following or following[0] in "\n\r":
        return True
    if _BULLET.match(following):
        return True
    if following[0].islower():
        return False
    before = _WORD_BEFORE.search(text, max(0, match.start() - 20), match.start())
    word = before[0].lower().replace("’", "'") if before else text[match.start() - 1 : match.start()]
    return not (word in _UNFINISHED or word.endswith((",", "l'", "d'", "qu'")))


def _bounded(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    """Add the span without outer space, cut at a space where it is too long."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = start + LONGEST if cut < 0 else cut
        spans.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        spans.append((start, end))
