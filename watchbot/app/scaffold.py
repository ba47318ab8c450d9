"""A new watch's folder, made from the one that ships with the package."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from watchbot.errors import UsageError

SHIPPED = ("sources.toml", "classifiers", "digests", "schemas")

BLANK_SOURCES = """\
#:schema ./schemas/sources.schema.json
# What to watch: one [[sources]] table a source. `watchbot add URL` writes one for you; `watchbot check` validates.
version = 1
name = "Ma veille"

[collect]
contact = ""   # a mail address that servers' owners can turn to

# [[sources]]
# id = "exemple"
# name = "Exemple : actualités"
# publisher = "Exemple"
# kind = "feed"
# url = "https://www.example.org/feed/"
"""

ENVIRONMENT = """\
# Settings and secrets of this watch. Never commit this file.
# Signs the links of messages (confirmation, preferences, unsubscribe).
WATCHBOT_SECRET_KEY={key}

# WATCHBOT_SMTP_URL=smtps://user:password@smtp.example.org:465
# WATCHBOT_MAIL_FROM=veille@example.org
# WATCHBOT_TELEGRAM_TOKEN=
# WATCHBOT_BASE_URL=https://veille.example.org
# WATCHBOT_ADMIN_EMAIL=
"""


def shipped() -> Path:
    """The folder that holds the shipped watch: inside an installed wheel, or the repository itself."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "data", package.parent):
        if (folder / "sources.toml").is_file() and (folder / "classifiers").is_dir():
            return folder
    message = "the shipped watch is missing from this installation; install watchbot again"
    raise UsageError(message)


def init_watch(folder: Path, *, blank: bool = False) -> tuple[list[Path], list[Path]]:
    """Make a watch in `folder`. Files that are there already are left as they are.

    Args:
        folder: where; made if missing.
        blank: no sources, only a commented example of one.

    Returns:
        The files written, and those left alone.
    """
    if folder.exists() and not folder.is_dir():
        message = f"{folder} is a file; name a folder"
        raise UsageError(message)
    source = shipped()
    written: list[Path] = []
    kept: list[Path] = []

    def put(target: Path, content: bytes, mode: int = 0o644) -> None:
        if target.exists():
            kept.append(target)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=mode)
        target.write_bytes(content)
        written.append(target)

    for name in SHIPPED:
        origin = source / name
        files = sorted(p for p in origin.rglob("*") if p.is_file()) if origin.is_dir() else [origin]
        for path in files:
            content = BLANK_SOURCES.encode() if blank and name == "sources.toml" else path.read_bytes()
            put(folder / path.relative_to(source), content)
    put(folder / ".env", ENVIRONMENT.format(key=secrets.token_urlsafe(48)).encode(), mode=0o600)
    put(folder / ".gitignore", b".env\nwatch.db*\n")
    return written, kept


def remove_watch(folder: Path) -> None:
    """Remove a watch made for a demonstration."""
    shutil.rmtree(folder, ignore_errors=True)
