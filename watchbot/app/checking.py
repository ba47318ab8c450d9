"""What validation of each file alone does not see: files that must fit together, and settings that are missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from watchbot.errors import ConfigError, WatchbotError

if TYPE_CHECKING:
    from watchbot.config import Watch


def check_watch(watch: Watch) -> tuple[list[str], list[str]]:
    """Problems that would stop the watch, and warnings about what will not be done.

    Returns:
        Sentences that name file, key or variable, and say what to do.
    """
    problems = [*_classifier(watch), *template_problems(watch), *_mail(watch)]
    return [*problems, *_addresses(watch)], [*_warnings(watch), *_unread(watch)]


def _classifier(watch: Watch) -> list[str]:
    from watchbot.classify.classifier import Classifier
    from watchbot.classify.examples import read_examples

    try:
        read_examples(watch.classifier_folder, [topic.id for topic in watch.classifier.topics])
        Classifier.load(watch.classifier_folder)
    except ConfigError as error:
        return error.problems
    except WatchbotError as error:
        return [str(error)]
    return []


def template_problems(watch: Watch) -> list[str]:
    """What keeps an edition's templates from being there and rendering an empty issue."""
    from datetime import UTC, datetime

    from watchbot.app.material import bare_material
    from watchbot.digest.compose import compose
    from watchbot.digest.model import Links
    from watchbot.digest.render import render_html, render_telegram, render_text

    nothing = bare_material(watch)
    problems = []
    for edition in watch.editions:
        digest = compose(edition, nothing, now=datetime(2026, 1, 1, tzinfo=UTC))
        for render in (render_html, render_text, render_telegram):
            try:
                render(digest, watch.templates, Links(), edition.template)
            except WatchbotError as error:
                problems.append(f"digests/{edition.id}: template: {error}")
    return problems


def _mail(watch: Watch) -> list[str]:
    """Settings of mail that cannot work together."""
    from watchbot.digest.deliver.smtp import SmtpServer

    settings = watch.settings
    problems = []
    if settings.smtp_url is not None:
        try:
            SmtpServer.from_url(settings.smtp_url.get_secret_value(), allow_plain=settings.smtp_allow_plain)
        except WatchbotError as error:
            problems.append(f"environment: {error}")
        if not all(settings.mail_from.rpartition("@")[::2]):
            problems.append("environment: WATCHBOT_MAIL_FROM is not a mail address")
    if settings.dkim_key and not Path(settings.dkim_key).is_file():
        problems.append(f"environment: WATCHBOT_DKIM_KEY: {settings.dkim_key}: no such file")
    return problems


def _addresses(watch: Watch) -> list[str]:
    """Settings that are to be addresses and are none."""
    settings = watch.settings
    problems = []
    parts = urlsplit(settings.base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        problems.append(
            "environment: WATCHBOT_BASE_URL is not an address such as https://veille.example.org: no link works"
        )
    for name in ("admin_email", "bounce_address"):
        value = getattr(settings, name)
        if value is not None and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", value):
            problems.append(f"environment: WATCHBOT_{name.upper()} is not a mail address")
    return problems


def _unread(watch: Watch) -> list[str]:
    """What readers send, and mail programs for them, that nothing takes."""
    settings = watch.settings
    found: list[str] = []
    if settings.smtp_url is None:
        return found
    if settings.bounce_imap_url is None and settings.bounce_secret is None:
        found.append(
            "environment: nothing reads bounces, nor the mails by which readers leave (List-Unsubscribe, mailto);"
            " set WATCHBOT_BOUNCE_IMAP_URL, or WATCHBOT_BOUNCE_SECRET for a mail server that hands them over"
        )
    host = urlsplit(settings.base_url).hostname or ""
    if settings.base_url.startswith("http://") and host not in {"127.0.0.1", "localhost", "::1"}:
        found.append(
            "environment: WATCHBOT_BASE_URL is not https: mails go without the one-click button to leave that large"
            " providers ask for (RFC 8058); serve the web app by https"
        )
    return found


def _warnings(watch: Watch) -> list[str]:
    settings = watch.settings
    found = []
    if settings.secret_key is None:
        found.append(
            "environment: WATCHBOT_SECRET_KEY is not set: nothing can be sent; `watchbot init` writes one into .env"
        )
    if settings.smtp_url is None and settings.telegram_token is None:
        found.append(
            "environment: neither WATCHBOT_SMTP_URL nor WATCHBOT_TELEGRAM_TOKEN is set: digests are not delivered"
        )
    if settings.smtp_url is not None and settings.mail_from.endswith("@localhost"):
        found.append("environment: WATCHBOT_MAIL_FROM is not set: mails from localhost are refused by most servers")
    if settings.smtp_url is not None and "//127.0.0.1" in settings.base_url:
        found.append("environment: WATCHBOT_BASE_URL is not set: links in messages lead to the reader's own machine")
    if not watch.collect.contact:
        found.append(
            "sources.toml: [collect] contact is empty: servers' owners cannot tell who asks; write a mail address"
        )
    unset = {
        name
        for source in watch.sources
        for key, name in source.options.items()
        if key.endswith("_env") and name and name not in watch.environ
    }
    found += [f"environment: {name} is not set: the source that needs it will fail" for name in sorted(unset)]
    return found
