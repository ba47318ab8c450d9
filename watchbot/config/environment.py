"""Settings and secrets: from the environment, or from the watch's `.env`; never from its other files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, SecretStr, field_validator

from watchbot.config.sources import Table

PREFIX = "WATCHBOT_"
TIME_SERVER = "pool.ntp.org"


class Settings(Table):
    """One field for each WATCHBOT_ variable, its name in lower case without the prefix."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    db: str | None = Field(None, description="Path of the database; watch.db in the watch's folder when unset.")
    watch: str | None = Field(None, description="The watch's folder, for commands run from elsewhere.")
    log: str = Field("info", pattern=r"^(debug|info|warning|error)$", description="Least level that is logged.")
    log_format: str = Field("auto", pattern=r"^(auto|console|json)$")
    recorded_web: str | None = Field(
        None, description="Base address of a recorded web that stands in for the real sites."
    )

    smtp_url: SecretStr | None = Field(
        None, description="smtps://user:password@host:465, or smtp://… for STARTTLS (port 587), as one address."
    )
    smtp_allow_plain: bool = Field(False, description="Allow a connection without TLS (a relay on this machine).")
    smtp_rate: float = Field(10, gt=0, description="Messages a second at the most.")
    mail_from: str = Field("veille@localhost", description="Address in From; its domain is the Message-ID's.")
    mail_from_name: str = "Veille écoproduction"
    mail_reply_to: str | None = None
    bounce_address: str | None = Field(
        None, description="Address that bounces go to; +token is added for each recipient."
    )
    dkim_key: str | None = Field(None, description="Path of the private key (PEM) that signs.")
    dkim_selector: str = "watchbot"
    dkim_domain: str | None = None
    bounce_secret: SecretStr | None = Field(
        None, min_length=24, description="What a mail server shows to hand over bounces by POST to /bounces."
    )
    bounce_imap_url: SecretStr | None = Field(
        None, description="imaps://user:password@host/INBOX that receives bounces."
    )

    telegram_token: SecretStr | None = Field(None, description="The bot's token, from @BotFather.")
    telegram_api: str = Field("https://api.telegram.org", description="Base address of the Bot API server.")
    telegram_bot: str = Field(
        "", pattern=r"^@?\w{0,32}$", description="The bot's user name, for links in mails that open it."
    )
    telegram_webhook_url: str | None = Field(None, description="Public address for updates; polling when unset.")
    telegram_webhook_secret: SecretStr | None = None
    telegram_admins: str = Field("", description="Chat ids that may use the administrator's commands, by commas.")
    telegram_editors: str = Field("", description="Chat ids whose corrections train the classifier, by commas.")

    base_url: str = Field("http://127.0.0.1:8000", description="Public address of the web app, for links in messages.")
    web_host: str = "127.0.0.1"
    web_port: int = Field(8000, ge=0, le=65535)
    secret_key: SecretStr | None = Field(
        None, description="At least 32 characters; signs links. Made by `watchbot init`."
    )
    admin_email: str | None = Field(None, description="Where notes to the administrator go.")
    time_server: str = Field(
        TIME_SERVER,
        pattern=r"^[A-Za-z0-9.-]+(:[0-9]{1,5})?$",
        description="Host (and :port) of the time server that the doctor compares the clock with.",
    )
    backup_dir: str | None = Field(None, description="Where nightly backups go.")

    @field_validator("smtp_url", "bounce_imap_url")
    @classmethod
    def _has_host(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None and not urlsplit(address.get_secret_value()).hostname:
            message = "is not an address such as smtps://user:password@host:465"
            raise ValueError(message)
        return address

    @field_validator("secret_key")
    @classmethod
    def _long(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value()) < 32:
            message = "is shorter than 32 characters"
            raise ValueError(message)
        return key

    @property
    def webhook_path(self) -> str:
        """The path at which Telegram brings updates; empty when they are fetched."""
        return (urlsplit(self.telegram_webhook_url).path or "/") if self.telegram_webhook_url else ""

    @property
    def admin_chats(self) -> frozenset[str]:
        """Chat ids of administrators."""
        return _ids(self.telegram_admins)

    @property
    def editor_chats(self) -> frozenset[str]:
        """Chat ids whose corrections count; administrators are editors too."""
        return _ids(self.telegram_editors) | self.admin_chats


def _ids(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def merged_environment(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The watch's `.env` and the environment; the environment goes before `.env`."""
    from dotenv import dotenv_values

    dotenv = folder / ".env"
    values = {k: v for k, v in dotenv_values(dotenv).items() if v is not None} if dotenv.is_file() else {}
    return {**values, **environ}


def watchbot_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The WATCHBOT_ variables that are not empty, without their prefix and in lower case."""
    return {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environ.items()
        if key.startswith(PREFIX) and value != ""
    }
