"""A change as HTML, as text and for Telegram; pure functions of the change.

HTML marks additions and removals by `<ins>` and `<del>`, by a sign and by words for screen readers, never by colour alone;
styles are inline, so that the fragment holds in an e-mail as in a page.
"""

from __future__ import annotations

from html import escape

from watchbot.french_dates import paris_day, written_date
from watchbot.model import Change, Edit
from watchbot.track.render_text import event_name, operation_name, place_of, text_of_change
from watchbot.track.typography import NBSP, french, shortened
from watchbot.track.words import word_runs

__all__ = ["html_of_change", "html_of_edit", "html_of_words", "telegram_of_change", "text_of_change"]

TELEGRAM_LIMIT = 4096
"""Characters of one Telegram message, counted as UTF-16 code units after entities are parsed (Bot API)."""

_HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0);white-space:nowrap"
_DEL = "color:#8c1d18;background:#fdecea;text-decoration:line-through"
_INS = "color:#0b5a2b;background:#e6f4ea;text-decoration:underline;font-weight:bold"
_QUOTE = "margin:4px 0 12px;padding:6px 10px;border-left:3px solid #767676"


def html_of_words(before: str, after: str) -> str:
    """One passage with its removed and added words marked, as an HTML fragment."""
    pieces = []
    for run in word_runs(french(before), french(after)):
        if run.op == "same":
            pieces.append(escape(run.after))
        elif run.op == "replaced":
            pieces.append(f"{_removed(run.before.rstrip())} → {_added(run.after)}")
        else:
            pieces.append(_removed(run.before, "[−] ") if run.before else _added(run.after, "[+] "))
    return "".join(pieces).replace("\n", "<br>")


def _removed(text: str, sign: str = "") -> str:
    core, trail = _parted(text)
    said = f'<span style="{_HIDDEN}">supprimé{NBSP}: </span>'
    return f'<del style="{_DEL}">{said}{sign}{escape(core)}</del>{trail}'


def _added(text: str, sign: str = "") -> str:
    core, trail = _parted(text)
    said = f'<span style="{_HIDDEN}">ajouté{NBSP}: </span>'
    return f'<ins style="{_INS}">{said}{sign}{escape(core)}</ins>{trail}'


def _parted(text: str) -> tuple[str, str]:
    """A piece and the space that follows it, which stays outside its mark."""
    core = text.rstrip()
    return core, text[len(core) :]


def html_of_edit(edit: Edit, change: Change, *, max_length: int = 2_000) -> str:
    """One edit: what happened to which passage, where, and its words."""
    place = place_of(edit, change)
    where = f' <span style="color:#595959">({escape(place)})</span>' if place else ""
    if edit.op == "moved":
        body = escape(shortened(french(edit.after), max_length)).replace("\n", "<br>")
    else:
        body = html_of_words(edit.before[:max_length], edit.after[:max_length])
    return f'<li style="margin:0 0 8px"><strong>{escape(operation_name(edit))}</strong>{where}<div style="{_QUOTE}">{body}</div></li>'


def html_of_change(change: Change, *, heading: int = 3, max_edits: int = 50) -> str:
    """A change as an HTML fragment in French.

    Args:
        change: What to render.
        heading: The level of its heading, 1 to 6.
        max_edits: Edits beyond this many are counted, not shown.
    """
    title = escape(french(change.title))
    if change.url.startswith(("http://", "https://")):
        title = f'<a href="{escape(change.url, quote=True)}">{title}</a>'
    detected = f'<time datetime="{change.detected_at.isoformat()}">{written_date(paris_day(change.detected_at))}</time>'
    parts = [
        '<section lang="fr">',
        f"<h{heading}>{title}</h{heading}>",
        f"<p><strong>{event_name(change)}</strong> – modification {change.significance.value}, détectée le {detected}</p>",
    ]
    if change.due:
        parts.append(
            f'<p>Date à retenir{NBSP}: <time datetime="{change.due.isoformat()}"><strong>{written_date(change.due)}</strong></time></p>'
        )
    if change.reasons:
        parts.append("<ul>" + "".join(f"<li>{escape(reason)}</li>" for reason in change.reasons) + "</ul>")
    if change.edits:
        parts.append(
            '<ol style="padding-left:20px">'
            + "".join(html_of_edit(edit, change) for edit in change.edits[:max_edits])
            + "</ol>"
        )
    if len(change.edits) > max_edits:
        parts.append(f"<p>… et {len(change.edits) - max_edits} autres passages modifiés</p>")
    parts.append("</section>")
    return "\n".join(parts)


def telegram_of_change(change: Change, *, limit: int = TELEGRAM_LIMIT) -> str:
    """A change as Telegram HTML (tags b, i, s, u, a), at most `limit` UTF-16 units of text, cut between edits."""
    title = escape(french(shortened(change.title, 200)), quote=False)
    if change.url.startswith(("http://", "https://")):
        title = f'<a href="{escape(change.url, quote=True)}">{title}</a>'
    head = [f"<b>{title}</b>", f"<i>{event_name(change)} – modification {change.significance.value}</i>"]
    if change.due:
        head.append(f"📅 {written_date(change.due)}")
    head.extend(f"• {escape(shortened(reason, 300), quote=False)}" for reason in change.reasons)
    kept = _fitting(head, limit - 40)
    blocks = [_telegram_edit(edit, change) for edit in change.edits]
    shown = 0
    for block in blocks:
        if _units("\n".join(kept)) + _units(block) + 2 > limit - 40:
            break
        kept.extend(("", block))
        shown += 1
    if shown < len(blocks):
        kept.extend(
            (
                "",
                f"… et {len(blocks) - shown} autres passages modifiés"
                if len(blocks) - shown > 1
                else "… et 1 autre passage modifié",
            )
        )
    return "\n".join(kept)


def _fitting(lines: list[str], limit: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if _units("\n".join([*kept, line])) > limit:
            break
        kept.append(line)
    return kept


def _telegram_edit(edit: Edit, change: Change) -> str:
    place = place_of(edit, change)
    head = f"<b>{escape(operation_name(edit), quote=False)}</b>" + (f" ({escape(place, quote=False)})" if place else "")
    if edit.op == "moved":
        return f"{head}\n{escape(shortened(french(edit.after), 300), quote=False)}"
    return f"{head}\n{_telegram_words(edit.before, edit.after)}"


def _telegram_words(before: str, after: str) -> str:
    pieces = []
    for run in word_runs(french(before[:900]), french(after[:900])):
        old, new = (escape(side.rstrip(), quote=False) for side in (run.before, run.after))
        if run.op == "same":
            pieces.append(escape(_middle(run.after), quote=False))
        elif run.op == "replaced":
            pieces.append(f"<s>{old}</s> → <u>{new}</u> ")
        else:
            pieces.append(f"<s>[−] {old}</s> " if old else f"<u>[+] {new}</u> ")
    return "".join(pieces).strip()


def _middle(text: str) -> str:
    """A long stretch that did not change, reduced to its ends."""
    return text if len(text) <= 240 else f"{text[:110].rsplit(' ', 1)[0]} […] {text[-110:].split(' ', 1)[-1]}"


def _units(text: str) -> int:
    """The length of a message in UTF-16 code units, tags counted too (so never under what Telegram counts)."""
    return len(text.encode("utf-16-le")) // 2
