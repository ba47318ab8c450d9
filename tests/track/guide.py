"""A guide of some thirty pages as paragraphs, laid out as a PDF's text is: lines, pages, running headers. Seeded."""

from __future__ import annotations

import io
import random
import re
import textwrap
from dataclasses import dataclass

Guide = list[tuple[str, str]]
"""Blocks in order: (`title`, `heading`, `text`, `item`, `article`), text."""

_THEMES = (
    "Gouvernance et engagement",
    "Énergie et mobilité",
    "Achats responsables",
    "Alimentation et régie",
    "Gestion des déchets",
    "Décors et costumes",
    "Sobriété numérique",
    "Biodiversité et bien-être animal",
    "Inclusion et parité",
    "Qualité de vie au travail",
    "Formation et sensibilisation",
    "Post-production",
)
_SENTENCES = (
    "La société de production désigne une personne référente pour {t} avant le début de la préparation.",
    "Les prestataires retenus doivent fournir une attestation de moins de {n} mois.",
    "Le score obtenu au titre de ce chapitre compte pour {n} % du total.",
    "Une réunion d'information rassemble l'ensemble de l'équipe au plus tard {n} jours avant le tournage.",
    "Les dépenses correspondantes sont éligibles dans la limite de {n} 000 €.",
    "Le plan d'actions est mis à jour chaque semaine pendant le tournage et communiqué au diffuseur.",
    "Les justificatifs sont conservés pendant {n} ans et peuvent être demandés par l'auditeur.",
    "Il est recommandé de recourir à des fournisseurs situés à moins de {n} km du lieu de tournage.",
    "Les véhicules à moteur thermique ne sont pas admis pour les trajets inférieurs à {n} km.",
    "Cette disposition s'applique aux œuvres dont le tournage débute à compter du {d} janvier 2026.",
    "Les données sont transmises au Centre national du cinéma et de l'image animée selon l'article 122-{n} du règlement général des aides.",
    "En cas de manquement, la bonification prévue n'est pas versée.",
)
_ITEMS = (
    "Mesurer toutes les {n} heures les consommations d'électricité de chaque site et les reporter dans le tableau de bord",
    "Privilégier la location, le réemploi et le don d'au moins {n} éléments de décor",
    "Installer au moins {n} points de tri sur chaque plateau",
    "Limiter à {n} heures par jour le fonctionnement des groupes électrogènes",
    "Former {n} % des cheffes et chefs de poste à l'écoproduction",
    "Proposer {n} options végétariennes à chaque repas servi aux équipes",
)


def guide(seed: int = 1, chapters: int = 12, sections: int = 4) -> Guide:
    """The reference document: a title, chapters, numbered sections, articles, paragraphs and lists."""
    rng = random.Random(seed)
    blocks: Guide = [
        ("title", "Guide de la production responsable"),
        ("text", "Version 3 applicable au 1er janvier 2026 et valable jusqu'au 31 décembre 2028."),
    ]
    for chapter in range(1, chapters + 1):
        theme = _THEMES[(chapter - 1) % len(_THEMES)]
        blocks.append(("heading", f"Chapitre {chapter} – {theme}"))
        for section in range(1, sections + 1):
            blocks.append(
                (
                    "heading",
                    f"{chapter}.{section} {rng.choice(('Principes', 'Exigences', 'Preuves', 'Contrôle', 'Calendrier'))} : {theme.lower()}",
                )
            )
            blocks.extend(
                ("text", " ".join(_filled(rng, sentence, theme) for sentence in rng.sample(_SENTENCES, 5)))
                for _ in range(2)
            )
            blocks.extend(("item", f"{_filled(rng, item, theme)} ;") for item in rng.sample(_ITEMS, 3))
            blocks.append(("article", f"Critère {chapter}.{section} : {_filled(rng, rng.choice(_ITEMS), theme)}."))
    return blocks


def _filled(rng: random.Random, sentence: str, theme: str) -> str:
    return sentence.format(n=rng.randint(2, 95), d=rng.randint(2, 28), t=theme.lower())


@dataclass(frozen=True)
class Layout:
    """How a text is set: line width in characters, lines a page, what runs above and below, and its typographic habits."""

    width: int = 92
    lines: int = 42
    header: str = "Guide de la production responsable"
    footer: str = "page {page} / {pages}"
    bullet: str = "•"
    hyphenate: bool = False
    ligatures: bool = False
    apostrophe: str = "'"
    contents: bool = False


def random_layout(rng: random.Random) -> Layout:
    """Another way of setting the same text."""
    return Layout(
        width=rng.choice((48, 60, 76, 92, 110)),
        lines=rng.randint(28, 60),
        header=rng.choice(
            (
                "Guide de la production responsable",
                "GUIDE – ÉDITION NUMÉRIQUE",
                "",
                "Document de travail – imprimé le 3 mars 2026",
            )
        ),
        footer=rng.choice(
            (
                "page {page} / {pages}",
                "{page}",
                "– {page} –",
                "CPNEF de l'audiovisuel                       {page}",
                "Page {page} sur {pages}",
                "",
            )
        ),
        bullet=rng.choice(("•", "-", "–", "▪")),
        hyphenate=rng.random() < 0.5,
        ligatures=rng.random() < 0.3,
        apostrophe=rng.choice(("'", "’")),
        contents=rng.random() < 0.3,
    )


def laid_out(blocks: Guide, layout: Layout) -> tuple[str, ...]:
    """The texts of the pages, as a PDF reader gives them."""
    lines: list[str] = []
    if layout.contents:
        lines.append("Sommaire")
        lines.extend(f"{text} ........ {index + 2}" for index, (kind, text) in enumerate(blocks) if kind == "heading")
    for kind, text in blocks:
        shown = f"{layout.bullet} {text}" if kind == "item" else text
        shown = shown.replace("'", layout.apostrophe)
        if layout.ligatures:
            shown = shown.replace("fi", "ﬁ").replace("fl", "ﬂ")
        lines.extend(_hyphenated(textwrap.wrap(shown, layout.width), layout))
    count = -(-len(lines) // layout.lines)
    pages = []
    for page in range(count):
        body = lines[page * layout.lines : (page + 1) * layout.lines]
        head = [layout.header] if layout.header and page else []
        foot = [layout.footer.format(page=page + 1, pages=count)] if layout.footer else []
        pages.append("\n".join([*head, *body, *foot]))
    return tuple(pages)


def _hyphenated(lines: list[str], layout: Layout) -> list[str]:
    """Cut the last long word of some lines, as a typesetter would."""
    if not layout.hyphenate:
        return lines
    for position in range(len(lines) - 1):
        last = lines[position].rsplit(" ", 1)
        if len(last) == 2 and len(last[1]) > 8 and re.fullmatch(r"[a-zéèêàçùûôîï]+", last[1]):
            lines[position] = f"{last[0]} {last[1][:5]}-"
            lines[position + 1] = f"{last[1][5:]} {lines[position + 1]}"
    return lines


def rendered(
    blocks: Guide, *, size: int = 10, margin: int = 60, header: str = "Guide de la production responsable"
) -> bytes:
    """The guide as a real PDF (reportlab), with a running header and page numbers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    def decorate(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(margin, A4[1] - 30, header)
        canvas.drawRightString(A4[0] - margin, 25, f"Page {document.page}")

    styles = {
        "title": ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=size + 10, leading=size + 14),
        "heading": ParagraphStyle(
            "heading", fontName="Helvetica-Bold", fontSize=size + 3, leading=size + 8, spaceBefore=8
        ),
        "text": ParagraphStyle("text", fontName="Helvetica", fontSize=size, leading=size + 4),
    }
    story = []
    for kind, text in blocks:
        shown = f"• {text}" if kind == "item" else text
        story.extend((Paragraph(shown, styles.get(kind, styles["text"])), Spacer(1, 4)))
    target = io.BytesIO()
    SimpleDocTemplate(
        target, pagesize=A4, leftMargin=margin, rightMargin=margin, topMargin=60, bottomMargin=50, invariant=1
    ).build(story, onFirstPage=decorate, onLaterPages=decorate)
    return target.getvalue()


def substantive(blocks: Guide, seed: int) -> tuple[Guide, str]:
    """The guide with one substantive change, and the kind of change."""
    rng = random.Random(seed)
    changed = list(blocks)
    kind = rng.choice(("number", "removed", "added", "negation", "renamed", "date", "article", "duty"))
    if kind == "removed":
        del changed[rng.choice([i for i, (name, _) in enumerate(changed) if name in {"item", "article"}])]
    elif kind == "added":
        place = rng.choice([i for i, (name, _) in enumerate(changed) if name == "item"])
        changed.insert(
            place,
            (
                "item",
                rng.choice(
                    ("Compenser les émissions résiduelles de la production ;", "Interdire les gobelets jetables ;")
                ),
            ),
        )
    elif kind == "renamed":
        place = rng.choice([i for i, (name, _) in enumerate(changed) if name == "heading"])
        lead = re.match(r"(?:Chapitre \d+ –|\d+\.\d+)", changed[place][1])
        assert lead
        changed[place] = ("heading", f"{lead[0]} Dispositions renforcées")
    else:
        _edit_one(changed, rng, kind)
    return changed, kind


def _edit_one(blocks: Guide, rng: random.Random, kind: str) -> None:
    patterns = {
        "number": (r"(?<![\d.-])\d{1,2}(?= )", lambda found: str(int(found[0]) + 3)),
        "negation": (r"\b(sont|s'applique|compte|doivent)\b(?! pas)", lambda found: f"ne {found[0]} pas"),
        "date": (r"janvier 2026", lambda found: rng.choice(("février 2026", "janvier 2027"))),
        "article": (r"article 122-\d+", lambda found: f"{found[0]}9"),
        "duty": (r"\bdoivent\b|\bpeuvent\b", lambda found: {"doivent": "peuvent", "peuvent": "doivent"}[found[0]]),
    }
    pattern, change = patterns[kind]
    place = rng.choice(
        [i for i, (name, text) in enumerate(blocks) if name in {"text", "item"} and re.search(pattern, text)]
    )
    found = rng.choice(list(re.finditer(pattern, blocks[place][1])))
    text = blocks[place][1]
    blocks[place] = (blocks[place][0], text[: found.start()] + change(found) + text[found.end() :])
