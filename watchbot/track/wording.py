"""How reasons are worded in French, with the spaces that French typography asks for."""

from __future__ import annotations

import re
from datetime import date

from watchbot.model import Fact, FactKind
from watchbot.track.lexicon import FEMININE
from watchbot.track.typography import NBSP, french, grouped, numeric_date, quoted, shortened

EXCERPT = 140
_UNITS = {"EUR": "€", "USD": "$", "GBP": "£", "percent": "%", "pct": "%"}
_NAMES = {
    FactKind.DEADLINE: "échéance",
    FactKind.DATE: "date",
    FactKind.AMOUNT: "montant",
    FactKind.THRESHOLD: "seuil",
    FactKind.COUNT: "nombre",
    FactKind.LEGAL_REFERENCE: "référence",
    FactKind.REGISTER_NUMBER: "numéro",
    FactKind.OBLIGATION: "obligation",
}
# What a deadline is called that names no day.
_TERM = "délai"
_FEMININE_FACTS = {FactKind.DEADLINE, FactKind.DATE, FactKind.LEGAL_REFERENCE, FactKind.OBLIGATION}
_MODAL = re.compile(r"\b(?:doi|dev|peu|pou)", re.IGNORECASE)
_COPULA = re.compile(r"^(?:(?:il|elle)s? )?(?:est|sont|être|sera|seront) ", re.IGNORECASE)
_UNNAMED_WHEN_PAIRED = {FactKind.AMOUNT, FactKind.COUNT}


def moved_fact(before: Fact, after: Fact) -> str:
    """A fact that changed: `seuil 65 % → 70 %`, `85 → 90 actions`, `échéance 21/12/2026 → 21/12/2029`, `obligation : peut → doit`."""
    old, new = fact_text(before), fact_text(after)
    if before.kind is FactKind.COUNT and before.unit == after.unit and before.unit:
        stripped = _bare(before), _bare(after)
        return f"{stripped[0]} → {stripped[1]}{NBSP}{french(after.unit)}"
    if before.kind in _UNNAMED_WHEN_PAIRED or "niveau" in {before.unit, after.unit}:
        return f"{old} → {new}"
    if before.kind in {FactKind.OBLIGATION, FactKind.LEGAL_REFERENCE, FactKind.REGISTER_NUMBER}:
        return f"{_NAMES[before.kind]}{NBSP}: {old} → {new}"
    return f"{_name(before, after)} {old} → {new}"


def lone_fact(fact: Fact, *, added: bool) -> str:
    """A fact that came or went: `échéance ajoutée : 21/12/2029`, `délai ajouté : dans les deux mois`."""
    name = _name(fact)
    verb = agreed("ajouté" if added else "supprimé", feminine=fact.kind in _FEMININE_FACTS and name != _TERM)
    return f"{name} {verb}{NBSP}: {fact_text(fact)}"


def _name(*facts: Fact) -> str:
    """The noun for facts of one kind; a deadline without a day is a stretch of time."""
    if facts[0].kind is FactKind.DEADLINE and not any(iso_date(fact.value) for fact in facts):
        return _TERM
    return _NAMES[facts[0].kind]


def fact_text(fact: Fact) -> str:
    """A fact as French writes it, from its canonical value; as it was quoted when the value is of another form."""
    if fact.kind in {FactKind.DEADLINE, FactKind.DATE}:
        day, end = iso_date(fact.value), iso_date(fact.end_value or "")
        if day is None:
            return french(fact.quote)
        return f"du {numeric_date(day)} au {numeric_date(end)}" if end else numeric_date(day)
    if fact.kind in {FactKind.AMOUNT, FactKind.THRESHOLD, FactKind.COUNT}:
        return _measure(fact)
    if fact.kind is FactKind.OBLIGATION:
        # The lemma for forms of devoir and pouvoir ("doivent" is "doit"), the words themselves for the others.
        return french(fact.value if _MODAL.search(fact.quote) else _COPULA.sub("", fact.quote))
    return french(fact.quote or fact.value)


def _measure(fact: Fact) -> str:
    number = _bare(fact)
    unit = _UNITS.get(fact.unit, fact.unit)
    return french(f"{number} {unit}".strip()) if unit != "niveau" else f"niveau{NBSP}{number}"


def _bare(fact: Fact) -> str:
    value = decimal_text(fact.value)
    if fact.end_value:
        return f"de {value} à {decimal_text(fact.end_value)}"
    return value


def decimal_text(value: str) -> str:
    """A canonical decimal (`28000`, `3.5`) as `28 000`, `3,5`; any other text as it is."""
    if not re.fullmatch(r"-?\d{1,30}(?:\.\d{1,12})?", value):
        return value
    whole, _, decimals = value.partition(".")
    decimals = decimals.rstrip("0")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{grouped(abs(int(whole)))}" + (f",{decimals}" if decimals else "")


def iso_date(value: str) -> date | None:
    """The day that an ISO date names, or None for anything else."""
    try:
        return date.fromisoformat(value[:10]) if len(value) >= 10 else None
    except ValueError:
        return None


def agreed(participle: str, *, feminine: bool) -> str:
    """A past participle in the gender of its noun."""
    return f"{participle}e" if feminine else participle


def happened(label: str, participle: str) -> str:
    """`critère 12 ajouté`, `section ajoutée`: the label and what happened to it, agreed."""
    return f"{french(label)} {agreed(participle, feminine=is_feminine(label))}"


def is_feminine(label: str) -> bool:
    """Whether the noun that opens a label is feminine."""
    return label.split(" ", 1)[0] in FEMININE


def excerpt(text: str, limit: int = EXCERPT) -> str:
    """The beginning of a text between guillemets."""
    return quoted(shortened(" ".join(text.split()), limit).strip(" ;,"))


def replaced(before: str, after: str) -> str:
    """`« avant » → « après »`, either side may be empty."""
    old, new = before.strip(" ,;:.()"), after.strip(" ,;:.()")
    if not old:
        return f"ajout{NBSP}: {excerpt(new, 90)}"
    if not new:
        return f"suppression{NBSP}: {excerpt(old, 90)}"
    return f"{excerpt(old, 90)} → {excerpt(new, 90)}"
