"""What hostile publishers might send, in every field that is shown."""

from __future__ import annotations

from dataclasses import replace

from sample import CHANGE, DEADLINE, material, story

from watchbot.digest.compose import Material
from watchbot.model import Edit

SCRIPT = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'</a></p></td></table><!--"
WORDS = (
    SCRIPT,
    "\u202eétrange\u202c \u2066sens\u2069 \u200binvisible\ufeff",
    "\ue000<b>coupé</b>\ue000 {{ 7 * 7 }} {% raw %} ]]> &amp; &lt;b&gt; &#x3c;",
    "\ud800\udfff\x00\x07\x1b[31m\uffff",
    "Z" + "\u0335\u0336" * 300 + "algo",
    "\U0001f469\u200d\U0001f3ac\U0001f3f4\U000e0067\U000e007f 🎬🌱" * 30,
    "long " * 2_000,
    "x" * 10_000,
    "https://e.org/" + "a" * 3_000,
    "مرحبا שלום 漢字" * 20,
)
URLS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example/x",
    "https://cnc.fr@evil.example/",
    "https:\\\\evil.example",
    "https://e.org/a\u202egpj.exe",
    "https://e.org/" + "a" * 5_000,
    'https://e.org/" onmouseover="alert(1)',
    "http://[bad",
    "https://e.org:99999/",
    "java\nscript:alert(1)",
    "",
)


def hostile_material(count: int = 20) -> Material:
    stories = []
    for number in range(count):
        words, url = WORDS[number % len(WORDS)], URLS[number % len(URLS)]
        base = story(number)
        item = replace(base.item, title=words, url=url, publisher=words, summary=words, language=words[:30])
        stories.append(
            replace(base, item=item, summary=words, chips=(words, words), also=((words, url),), explanation=words)
        )
    edit = Edit(op="edited", path=(WORDS[0], WORDS[1]), before=WORDS[2], after=WORDS[0], label=f"champ {WORDS[1]}")
    changes = [
        replace(CHANGE, id=f"h{n}", title=words, url=URLS[n], reasons=(words,), edits=(edit,))
        for n, words in enumerate(WORDS)
    ]
    deadlines = [
        replace(DEADLINE, uid=f"h{n}", title=words, quote=words, url=URLS[n], source_ids=(words,))
        for n, words in enumerate(WORDS)
    ]
    return replace(material(0), stories=tuple(stories), changes=tuple(changes), deadlines=tuple(deadlines))
