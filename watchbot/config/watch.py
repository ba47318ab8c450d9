"""A watch's folder, read whole: every problem is found before any is reported."""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from watchbot.config.classifier import ClassifierFile
from watchbot.config.editions import EditionFile
from watchbot.config.environment import PREFIX, Settings, merged_environment, watchbot_variables
from watchbot.config.problems import nearest, validation_problems
from watchbot.config.sources import OPTIONS, CollectTable, SourcesFile, to_source
from watchbot.errors import ConfigError, UsageError
from watchbot.model import Edition, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One watch: its folder, what it watches, what its topics mean, what it sends, and its settings."""

    folder: Path
    name: str
    collect: CollectTable
    sources: tuple[Source, ...]
    classifier: ClassifierFile
    editions: tuple[Edition, ...]
    settings: Settings
    environ: Mapping[str, str]

    @property
    def database(self) -> Path:
        """The SQLite file of the watch's state."""
        return Path(self.settings.db) if self.settings.db else self.folder / "watch.db"

    @property
    def classifier_folder(self) -> Path:
        """Where the classifier's labels, examples and trained head are."""
        return self.folder / "classifiers"

    @property
    def templates(self) -> Path:
        """Where the templates of the digests are."""
        return self.folder / "digests" / "templates"

    @property
    def topic_names(self) -> dict[str, str]:
        """The names of the topics by their ids, in the order of the classifier's file."""
        return {topic.id: topic.name for topic in self.classifier.topics}

    @property
    def publishers(self) -> dict[str, str]:
        """The publishers of the sources by their ids."""
        return {source.id: source.publisher for source in self.sources}

    def source(self, source_id: str) -> Source:
        """The source with this id.

        Raises:
            UsageError: there is none; the message names the nearest.
        """
        for source in self.sources:
            if source.id == source_id:
                return source
        message = f'no source "{source_id}" in {self.folder / "sources.toml"}{nearest(source_id, [s.id for s in self.sources])}'
        raise UsageError(message)

    def edition(self, edition_id: str) -> Edition:
        """The edition with this id.

        Raises:
            UsageError: there is none; the message names the nearest.
        """
        for edition in self.editions:
            if edition.id == edition_id:
                return edition
        known = [e.id for e in self.editions]
        message = f'no edition "{edition_id}" in {self.folder / "digests"}{nearest(edition_id, known)}'
        raise UsageError(message)


def load_watch(folder: Path, environ: Mapping[str, str] | None = None) -> Watch:
    """Read and validate the watch in `folder`.

    Raises:
        ConfigError: with every problem found, each naming file, line, table and key.
    """
    environ = os.environ if environ is None else environ
    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        message = f"{folder}: no such folder; make a watch with `watchbot init {folder}`"
        raise ConfigError(message)
    if not (folder / "sources.toml").is_file():
        message = f"{folder}: no sources.toml; make a watch with `watchbot init DIR`, or name one with --watch or {PREFIX}WATCH"
        raise ConfigError(message)
    environ = merged_environment(folder, environ)
    problems: list[str] = []
    file, sources = _sources(folder / "sources.toml", problems)
    classifier = _classifier(folder / "classifiers" / "veille.toml", problems)
    topics = [topic.id for topic in classifier.topics] if classifier else None
    problems.extend(
        f'sources.toml: sources."{source.id}".topics: "{one}" is no topic of the classifier{nearest(one, topics)}'
        for source in sources
        for one in source.topics
        if topics is not None and one not in topics
    )
    editions = _editions(folder / "digests", topics, problems)
    settings = _settings(environ, problems)
    if problems or file is None or classifier is None or settings is None:
        raise ConfigError(problems)
    return Watch(
        folder=folder,
        name=file.name,
        collect=file.collect,
        sources=sources,
        classifier=classifier,
        editions=editions,
        settings=settings,
        environ=environ,
    )


def load_classifier_part(folder: Path, environ: Mapping[str, str] | None = None) -> Watch:
    """The watch with its classifier and settings alone, as learning needs it; sources and editions come empty, unread.

    Raises:
        ConfigError: the classifier's file or the environment is wrong.
    """
    folder = folder.expanduser().resolve()
    environ = merged_environment(folder, os.environ if environ is None else environ)
    problems: list[str] = []
    classifier = _classifier(folder / "classifiers" / "veille.toml", problems)
    settings = _settings(environ, problems)
    if classifier is None or settings is None:
        raise ConfigError(problems)
    return Watch(
        folder=folder,
        name=classifier.name,
        collect=CollectTable.model_validate({}),
        sources=(),
        classifier=classifier,
        editions=(),
        settings=settings,
        environ=environ,
    )


def read_toml(path: Path, problems: list[str]) -> tuple[dict[str, Any] | None, str]:
    """The tables and the text of a TOML file; what is wrong with it goes to `problems`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return tomllib.loads(text), text
    except FileNotFoundError:
        problems.append(f"{path}: no such file")
    except UnicodeDecodeError as error:
        problems.append(f"{path}: not UTF-8 (byte {error.start})")
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path}: not valid TOML: {error}")
    return None, ""


def _sources(path: Path, problems: list[str]) -> tuple[SourcesFile | None, tuple[Source, ...]]:
    tables, text = read_toml(path, problems)
    if tables is None:
        return None, ()
    try:
        file = SourcesFile.model_validate(tables)
    except ValidationError as error:
        problems.extend(validation_problems(path.name, error, SourcesFile, text))
        return None, ()
    repeated = [one for one, count in Counter(table.id for table in file.sources).items() if count > 1]
    problems.extend(f'{path.name}: [[sources]]: id "{one}" is used more than once' for one in repeated)
    sources = []
    for index, table in enumerate(file.sources):
        model = OPTIONS[table.kind]
        try:
            options = model.model_validate(table.options)
        except ValidationError as error:
            where = ("sources", index, "options")
            problems.extend(validation_problems(path.name, error, model, text, where))
            continue
        sources.append(to_source(table, file.collect, options))
    return file, tuple(sources)


def _classifier(path: Path, problems: list[str]) -> ClassifierFile | None:
    tables, text = read_toml(path, problems)
    if tables is None:
        return None
    try:
        return ClassifierFile.model_validate(tables)
    except ValidationError as error:
        problems.extend(validation_problems(f"classifiers/{path.name}", error, ClassifierFile, text))
        return None


def _editions(folder: Path, topics: list[str] | None, problems: list[str]) -> tuple[Edition, ...]:
    editions: list[Edition] = []
    for path in sorted(folder.glob("*.toml")):
        name = f"digests/{path.name}"
        tables, text = read_toml(path, problems)
        if tables is None:
            continue
        try:
            file = EditionFile.model_validate(tables)
        except ValidationError as error:
            problems.extend(validation_problems(name, error, EditionFile, text))
            continue
        unknown = [topic for topic in file.topics if topics is not None and topic not in topics]
        problems.extend(
            f'{name}: topics: "{one}" is no topic of the classifier{nearest(one, topics or [])}' for one in unknown
        )
        if file.id in {edition.id for edition in editions}:
            problems.append(f'{name}: id "{file.id}" is used by another edition')
        editions.append(file.to_edition())
    if not editions:
        problems.append(f"{folder}: no edition (*.toml); a watch needs at least one")
    return tuple(editions)


def _settings(environ: Mapping[str, str], problems: list[str]) -> Settings | None:
    try:
        return Settings.model_validate(watchbot_variables(environ))
    except ValidationError as error:
        for detail in error.errors():
            key = str(detail["loc"][0]) if detail["loc"] else ""
            variable = PREFIX + key.upper()
            if detail["type"] == "extra_forbidden":
                known = [PREFIX + name.upper() for name in Settings.model_fields]
                problems.append(f"environment: unknown variable {variable}{nearest(variable, known)}")
            else:
                # The value is never shown: it may be a secret.
                problems.append(f"environment: {variable} {str(detail['msg']).removeprefix('Value error, ')}")
        return None
