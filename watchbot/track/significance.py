"""Whether an edit matters, and why: reasons from facts first, then from the words themselves.

An edit is substantive when a number, date, amount, reference, duty, negation, limit, scope, unit, name or structure
(criterion, section, row, column, linked document) changed; rewording, spelling, order and renumbering are editorial.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from watchbot.model import Edit, Fact, FactKind, Significance
from watchbot.track.figures import figures
from watchbot.track.fold import folded, tokens
from watchbot.track.hunks import Hunk, hunks
from watchbot.track.judging_facts import moved_facts, rate_reasons, swap_reasons
from watchbot.track.judging_moves import moved_reason
from watchbot.track.judging_words import (
    content_words,
    family_reasons,
    name_reasons,
    negation_reasons,
    number_reasons,
    opposite_reasons,
    sign_reasons,
    struck_reasons,
    unit_reasons,
)
from watchbot.track.lexicon import ADMISSION, DUTY, NEGATION, PARTICLES
from watchbot.track.tree import split_marker
from watchbot.track.typography import NBSP, french
from watchbot.track.wording import excerpt, happened, iso_date, lone_fact, moved_fact, replaced
from watchbot.track.words import similarity

FactReader = Callable[[str], tuple[Fact, ...]]
"""Text to facts, as `extract.facts.extract_facts`."""

MAX_REASONS = 12
_MAX_JUDGED = 4_000
_LONE_FACTS = 3
_TELLING = 300
_ADDED_WORDS = 3
_ADDED_SHARE = 0.25
_WHOLE_PASSAGE = 8
_PROMOTION = re.compile(
    r"\b(?:retrouvez|découvrez|n’hésitez pas|suivez-nous|contactez|bienvenue|bonne lecture|rejoignez|abonnez|inscrivez-vous|cliquez|rendez-vous sur"
    r"|notre (?:nouveau|nouvelle)|podcast|vidéo|webinaire|replay)\b",
    re.IGNORECASE,
)
_REPLACED_SHARE = 0.4
_WEIGHTY = re.compile(r"^(?:échéance|délai|seuil|obligation|négation|contenu)|[%€]|^[\d  ]+ → ")
_ADDED = re.compile(r"(?:ajouté|supprimé|renommée)s?e?\b")
_WEIGHT = {Significance.SUBSTANTIVE: 0, Significance.EDITORIAL: 1}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The significance of an edit or of a whole change, its reasons in French, and the new deadline it sets, if any."""

    significance: Significance
    reasons: tuple[str, ...]
    due: date | None = None


def judge(edits: Sequence[Edit], read_facts: FactReader | None = None) -> Judgement:
    """Judge a change: substantive if any of its edits is; the weightiest reasons first, none twice.

    Of a document rewritten from end to end the first edits tell enough; the others are only asked until one is substantive.
    """
    judgements = [judge_edit(edit, read_facts) for edit in edits[:_TELLING]]
    for edit in edits[_TELLING:]:
        if any(one.significance is Significance.SUBSTANTIVE for one in judgements[-_TELLING:]):
            break
        judgements.append(judge_edit(edit, read_facts))
    substantive = any(one.significance is Significance.SUBSTANTIVE for one in judgements)
    ordered = sorted(judgements, key=lambda one: _WEIGHT[one.significance])
    told = ordered if not substantive else [one for one in ordered if one.significance is Significance.SUBSTANTIVE]
    reasons = sorted(dict.fromkeys(reason for one in told for reason in one.reasons), key=_rank)
    if len(reasons) > MAX_REASONS:
        more = len(reasons) - MAX_REASONS + 1
        reasons = [*reasons[: MAX_REASONS - 1], f"et {more} autres motifs"]
    dues = [one.due for one in judgements if one.due]
    kind = Significance.SUBSTANTIVE if substantive else Significance.EDITORIAL
    return Judgement(kind, tuple(reasons), min(dues) if dues else None)


def _rank(reason: str) -> int:
    """Dates, thresholds, amounts and duties first; then what was added or removed; details of tables and wording last."""
    if reason.endswith(")") and "→" in reason:
        return 3
    if _WEIGHTY.search(reason):
        return 0
    return 1 if _ADDED.search(reason) else 2


def judge_edit(edit: Edit, read_facts: FactReader | None = None) -> Judgement:
    """Judge one edit on its own."""
    reader = read_facts or _extracted_facts
    if edit.op == "moved":
        matters, reason = moved_reason(edit)
        return Judgement(Significance.SUBSTANTIVE if matters else Significance.EDITORIAL, (reason,))
    if edit.op == "renamed":
        return _judge_renamed(edit, reader)
    if edit.op in {"added", "removed"}:
        return _judge_one_sided(edit, reader)
    return _judge_edited(edit, reader)


def _extracted_facts(text: str) -> tuple[Fact, ...]:
    from watchbot.extract.facts import extract_facts

    return extract_facts(text)


# ------------------------------------------------------------------------------------------ moved, renamed, one-sided


def _judge_renamed(edit: Edit, read_facts: FactReader) -> Judgement:
    if edit.label in {"section", "colonne"}:
        named = f"{edit.label} renommée{NBSP}: {excerpt(edit.before, 90)} → {excerpt(edit.after, 90)}"
    else:
        named = french(f"{happened(edit.label, 'renuméroté')} : {excerpt(edit.before, 60)} → {excerpt(edit.after, 60)}")
    if edit.label == "section" and not _mostly_same(edit.before, edit.after):
        return Judgement(Significance.SUBSTANTIVE, (named,))
    reasons, due = _fact_reasons(edit, edit.before[:_MAX_JUDGED], edit.after[:_MAX_JUDGED], read_facts)
    return Judgement(Significance.SUBSTANTIVE, (*reasons, named), due)


def _mostly_same(before: str, after: str) -> bool:
    return similarity([token.key for token in tokens(before)], [token.key for token in tokens(after)]) > 0.5


def _judge_one_sided(edit: Edit, read_facts: FactReader) -> Judgement:
    added = edit.op == "added"
    text = (edit.after or edit.before)[:_MAX_JUDGED]
    named = f"{happened(edit.label, 'ajouté' if added else 'supprimé')}{NBSP}: {_title(edit.label, text)}"
    facts = [fact for fact in read_facts(text) if fact.kind is not FactKind.OBLIGATION]
    told = tuple(lone_fact(fact, added=added) for fact in facts[:_LONE_FACTS])
    if edit.label != "passage" or facts or _is_normative(text) or _is_substantial(text):
        return Judgement(Significance.SUBSTANTIVE, (named, *told), _due(facts) if added else None)
    return Judgement(Significance.EDITORIAL, (named,))


def _title(label: str, text: str) -> str:
    """What came or went, in brief: a section by its heading, a row by its key and fields, anything else by its first words."""
    if label == "section":
        return excerpt(text.split("\n", 1)[0])
    if label == "ligne":
        key, _, fields = text.partition(" | ")
        return f"{excerpt(key)} ({french(fields.replace(' | ', ', '))})" if fields else excerpt(key)
    marker, rest = split_marker(text)
    return excerpt(rest if marker and label != "passage" else text)


def _is_normative(text: str) -> bool:
    """Whether a passage without any fact still lays down a rule."""
    found = tokens(text)
    words = {token.key for token in found}
    return bool(words & (DUTY.keys() | ADMISSION.keys() | NEGATION | PARTICLES)) or bool(figures(found, text))


def _is_substantial(text: str) -> bool:
    """Whether a whole passage that lays down no rule in so many words still says too much to be mere dressing."""
    return len(content_words(tokens(text))) >= _WHOLE_PASSAGE and not _PROMOTION.search(text)


# ------------------------------------------------------------------------------------------ edited


def _judge_edited(edit: Edit, read_facts: FactReader) -> Judgement:
    if edit.label == "document lié":
        return Judgement(Significance.SUBSTANTIVE, (french(f"document lié : {edit.before} → {edit.after}"),))
    before, after = edit.before[:_MAX_JUDGED], edit.after[:_MAX_JUDGED]
    if edit.before[_MAX_JUDGED:] != edit.after[_MAX_JUDGED:]:
        return _judge_long(edit, read_facts)
    reasons, due = _fact_reasons(edit, before, after, read_facts)
    if _is_field(edit):
        where = ", ".join([edit.label.partition(" ")[2], *edit.path[-1:]])
        reasons = [f"{reason} ({french(where)})" for reason in reasons] or _field_reasons(edit, before, after)
    if not reasons:
        reasons = struck_reasons(before, after) or _structural_reasons(edit, hunks(before, after))
    if reasons:
        return Judgement(Significance.SUBSTANTIVE, tuple(dict.fromkeys(reasons)), due)
    return Judgement(Significance.EDITORIAL, (_rewording(hunks(before, after)),))


def _judge_long(edit: Edit, read_facts: FactReader) -> Judgement:
    """A passage too long to read at once is judged around each of its differences."""
    from watchbot.track.windows import windows

    parts = [judge_edit(part, read_facts) for part in windows(edit, _MAX_JUDGED // 4)]
    merged = [part for part in parts if part.significance is Significance.SUBSTANTIVE] or parts
    reasons = tuple(dict.fromkeys(reason for part in merged for reason in part.reasons))
    dues = [part.due for part in merged if part.due]
    return Judgement(merged[0].significance, reasons, min(dues) if dues else None)


def _fact_reasons(edit: Edit, before: str, after: str, read_facts: FactReader) -> tuple[list[str], date | None]:
    """Reasons from facts, numbers, duty, negation, limits and names that changed, the weightiest first."""
    found = hunks(before, after)
    moved = moved_facts(_facts(edit, before, read_facts), _facts(edit, after, read_facts))
    duties = [pair for pair in moved.pairs if pair[0].kind is FactKind.OBLIGATION]
    reasons = [moved_fact(old, new) for old, new in moved.pairs if moved_fact_differs(old, new)]
    lone_old = [fact for fact in moved.gone if fact.kind is not FactKind.OBLIGATION]
    lone_new = [fact for fact in moved.come if fact.kind is not FactKind.OBLIGATION]
    reasons += [lone_fact(fact, added=False) for fact in lone_old] + [lone_fact(fact, added=True) for fact in lone_new]
    accounted = [*moved.pairs, *(pair for pair in moved.kept if _accounts_for_all(*pair))]
    explained = [old for old, _ in accounted] + lone_old, [new for _, new in accounted] + lone_new
    reasons += rate_reasons(moved.kept) + swap_reasons(found, moved)
    reasons += number_reasons(before, after, found, explained)
    reasons += sign_reasons(before, after) if not reasons else []
    units = unit_reasons(before, after, found)
    families = family_reasons(found, explained)
    if duties:
        families.pop("obligation", None)
    if reasons or units:
        families.pop("unité", None)
    reasons += [] if reasons else units
    reasons += [reason for told in families.values() for reason in told]
    reasons += negation_reasons(before, after) + opposite_reasons(before, after, found)
    if not reasons:
        reasons = name_reasons(before, after, found)
    return reasons, _due([new for _, new in moved.pairs] + lone_new)


def _accounts_for_all(old: Fact, new: Fact) -> bool:
    """Whether the value of a fact says all that its words say: that of a legal reference leaves out the date of the text."""
    named = {FactKind.LEGAL_REFERENCE, FactKind.REGISTER_NUMBER, FactKind.OBLIGATION}
    return old.kind not in named or folded(old.quote) == folded(new.quote)


def moved_fact_differs(old: Fact, new: Fact) -> bool:
    """False for two wordings of one duty ("doit", "doivent"), which are no change."""
    return (old.value, old.end_value, old.unit) != (new.value, new.end_value, new.unit)


def _facts(edit: Edit, text: str, read_facts: FactReader) -> list[Fact]:
    """Facts of one side; a field is read after the name of its column, which says what its date or number is."""
    lead = f"{edit.label.partition(' ')[2]} : " if _is_field(edit) else ""
    shift = len(lead)
    return [
        replace(fact, start=fact.start - shift, end=fact.end - shift)
        for fact in read_facts(lead + text)
        if fact.start >= shift
    ]


def _due(facts: Iterable[Fact]) -> date | None:
    days = [iso_date(fact.end_value or fact.value) for fact in facts if fact.kind is FactKind.DEADLINE]
    return min((day for day in days if day), default=None)


def _is_field(edit: Edit) -> bool:
    return edit.label.startswith(("colonne ", "champ "))


def _field_reasons(edit: Edit, before: str, after: str) -> list[str]:
    """A field whose words changed by more than an ending."""
    if _only_form(hunks(before, after)):
        return []
    name = edit.label.partition(" ")[2]
    row = f" ({edit.path[-1]})" if edit.path else ""
    return [french(f"{name} : {before or '(vide)'} → {after or '(vide)'}{row}")]


def _structural_reasons(edit: Edit, found: Sequence[Hunk]) -> list[str]:
    """A criterion, an article or a point made more or less precise, or largely rewritten."""
    if edit.label == "passage" and not _is_normative(edit.after):
        return []
    reasons = []
    total = max(len(content_words(tokens(edit.before))), len(content_words(tokens(edit.after))), 1)
    enough = _ADDED_WORDS if edit.label == "passage" else min(_ADDED_WORDS, _ADDED_SHARE * total)
    for hunk in found:
        old, new = content_words(hunk.old), content_words(hunk.new)
        if not hunk.old and len(new) >= enough:
            reasons.append(f"précision ajoutée{NBSP}: {excerpt(hunk.after, 100)}")
        elif not hunk.new and len(old) >= enough:
            reasons.append(f"précision supprimée{NBSP}: {excerpt(hunk.before, 100)}")
    if reasons or edit.label == "passage" or _only_form(found):
        return reasons
    replaced_words = sum(max(len(content_words(hunk.old)), len(content_words(hunk.new))) for hunk in found)
    if replaced_words >= _REPLACED_SHARE * total:
        return [f"{happened(edit.label, 'modifié')}{NBSP}: {excerpt(edit.before, 90)} → {excerpt(edit.after, 90)}"]
    return []


def _only_form(found: Sequence[Hunk]) -> bool:
    """Whether every difference is one of spelling or ending: as many words, each close to the one it replaces."""
    from rapidfuzz.distance import Levenshtein

    for hunk in found:
        if len(hunk.old) != len(hunk.new):
            return False
        for old, new in zip(hunk.old, hunk.new, strict=True):
            if Levenshtein.normalized_similarity(old.key, new.key) < 0.7:
                return False
    return True


def _rewording(found: Sequence[Hunk]) -> str:
    if not found:
        return "mise en forme"
    first = found[0]
    kind = "correction de forme" if _only_form(found) else "reformulation"
    return f"{kind}{NBSP}: {replaced(first.before, first.after)}"
