"""The kind `register`: France compétences' exports of the RNCP and the Répertoire spécifique.

An export holds some 30,000 records in hundreds of megabytes; a watch wants a few. Records are read one by one and let
go unless they are watched, so that memory is bounded whatever the export's size:

    with open(path, "rb") as file:
        for record in read_register(file, source): ...

`parse` does the same on a body already in memory. The address may also be that of the dataset in data.gouv.fr's
interface (`/api/1/datasets/…`), since the files of each day have names and addresses of their own: the newest export
of the wanted register and format is then followed.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import IO, Any

from watchbot.collect.canonical import absolute
from watchbot.collect.charset import decode
from watchbot.collect.register_archive import Entry, open_export
from watchbot.collect.register_csv import read_tables
from watchbot.collect.register_match import Watch, watch_of
from watchbot.collect.register_xml import read_records
from watchbot.errors import ParseError
from watchbot.model import Follow, Found, Record, Request, Response, Source

MAX_BYTES = 600_000_000
_GIVEN_UP = timedelta(days=30)
_EXPORT = re.compile(
    r"export[-_ ]fiches[-_ ](rncp|rs|csv)[-_ ](?:v(\d+)[-_. ](\d+)[-_ ])?.*?(\d{4})[-_](\d\d)[-_](\d\d)", re.IGNORECASE
)


def parse(response: Response, source: Source) -> Found:
    """Read an export, or the list of exports of a dataset of data.gouv.fr.

    Args:
        response: A zip of CSVs or of XML (zips in it too), a bare XML or CSV, or the dataset as JSON.
        source: `options` has `register` (`rncp` or `rs`), `format` (`csv`, `xml`, `auto`), and the watches `numbers`,
            `formacodes`, `rome`, `certifiers` and `words`.

    Returns:
        The watched records; or a `Follow` of role `document` to the newest export.

    Raises:
        ParseError: With reason `not-a-register`, `bomb`, `encrypted`, `entities`, `unreadable`.
    """
    if response.content[:200].lstrip()[:1] == b"{":
        return _read_dataset(response, source)
    records: list[Record] = []
    problems: list[str] = []
    try:
        records += read_register(io.BytesIO(response.content), source, url=response.url)
    except ParseError as error:
        if error.reason != "truncated" or not records:
            raise
        problems.append(str(error))
    if not records:
        problems.append("no record of the export is watched: check numbers, formacodes, rome, certifiers and words")
    missing = sorted(watch_of(source.options).numbers - {record.number for record in records})
    if missing and records:
        problems.append(f"watched but not in the export: {', '.join(missing[:20])}")
    return Found(
        title=f"Répertoire {str(source.options.get('register') or '').upper()}".strip(),
        records=tuple(records),
        problems=tuple(problems),
    )


def read_register(file: IO[bytes], source: Source, *, url: str = "") -> Iterator[Record]:
    """The watched records of an export, while it is read.

    Args:
        file: A seekable binary file, such as a temporary file that the export was downloaded to; it is not closed.
        source: See `parse`.
        url: Where it came from, for messages.

    Raises:
        ParseError: See `parse`; also `truncated`, after all records before the damage were given.
    """
    watch = watch_of(source.options)
    wanted = str(source.options.get("format") or "auto")
    address = url or source.url
    with open_export(file, address) as entries:
        yield from _read(_chosen(entries, wanted, watch, address), watch, address)


def _read(entries: list[Entry], watch: Watch, url: str) -> Iterator[Record]:
    if _is_xml(entries[0]):
        seen: set[str] = set()
        for entry in entries:
            for record in read_records(entry, watch, url):
                if record.number not in seen:
                    seen.add(record.number)
                    yield record
    else:
        yield from read_tables(entries, watch, url)


def _chosen(entries: list[Entry], wanted: str, watch: Watch, url: str) -> list[Entry]:
    """The files to read: all XML or all CSV, of the watched register where the names tell."""
    xml = [entry for entry in entries if _is_xml(entry)]
    tables = [entry for entry in entries if entry not in xml and _is_table(entry)]
    chosen = xml if wanted == "xml" or (wanted == "auto" and xml) else tables
    named = (
        [entry for entry in chosen if f"_{watch.register}_" in entry.name.upper().replace("-", "_")]
        if watch.register
        else []
    )
    chosen = named if chosen is xml and named else chosen
    if not chosen:
        held = ", ".join(sorted(entry.name for entry in entries if entry.name))[:200] or "nothing that is known"
        message = (
            f"{url}: no {wanted if wanted != 'auto' else 'XML or CSV'} export of the register in it; it holds {held}"
        )
        raise ParseError(message, url=url, reason="not-a-register")
    return chosen


def _is_xml(entry: Entry) -> bool:
    return entry.name.lower().endswith(".xml") or (
        not entry.name.lower().endswith(".csv") and b"<" in _head(entry)[:200]
    )


def _is_table(entry: Entry) -> bool:
    return entry.name.lower().endswith(".csv") or b"numero_fiche" in _head(entry)[:2000].lower()


def _head(entry: Entry) -> bytes:
    with entry.open() as stream:
        return stream.read(2_000).replace(b"\0", b"")


# ------------------------------------------------------------------------------------------------ data.gouv.fr


def _read_dataset(response: Response, source: Source) -> Found:
    """Follow the newest export that a dataset lists (https://doc.data.gouv.fr/api/reference/, `resources`)."""
    try:
        dataset = json.loads(decode(response.content, response.headers))
    except (ValueError, RecursionError) as error:
        raise ParseError(
            f"{response.url}: neither an export nor a dataset ({error})", url=response.url, reason="not-a-register"
        ) from error
    resources = (dataset.get("resources") or dataset.get("data")) if isinstance(dataset, dict) else None
    listed = resources.get("data") if isinstance(resources, dict) else resources
    listed = listed if isinstance(listed, list) else []
    candidates = [found for one in listed if isinstance(one, dict) and (found := _export(one, source, response.url))]
    if not candidates:
        register, wanted = source.options.get("register") or "rncp", source.options.get("format") or "auto"
        message = f"{response.url}: the dataset lists no export of {register} as {wanted}; has its naming changed?"
        raise ParseError(message, url=response.url, reason="not-a-register")
    # The day's CSV may be there some minutes before its XML: formats do not alternate unless one is given up.
    last = max(date.fromisoformat(day) for _, day, _, _ in candidates)
    newest = max(one for one in candidates if last - date.fromisoformat(one[1]) < _GIVEN_UP)
    follow = Follow(request=Request(url=newest[-1], max_bytes=MAX_BYTES), role="document")
    return Found(title=str(dataset.get("title") or ""), follow=(follow,))


def _export(resource: dict[str, Any], source: Source, base: str) -> tuple[bool, str, str, str] | None:
    """What ranks an export: whether its format is the fuller one, its day, when it was changed; and its address."""
    found = _EXPORT.search(f"{resource.get('title') or ''} {resource.get('url') or ''}")
    url = absolute(base, str(resource.get("url") or resource.get("latest") or ""))
    if not found or not url:
        return None
    kind = found[1].lower()
    wanted = str(source.options.get("format") or "auto")
    register = str(source.options.get("register") or "rncp").lower()
    if (kind == "csv" and wanted == "xml") or (kind != "csv" and (wanted == "csv" or kind != register)):
        return None
    day = f"{found[4]}-{found[5]}-{found[6]}"
    try:
        date.fromisoformat(day)
    except ValueError:
        return None
    return kind != "csv", day, _changed(resource), url


def _changed(resource: dict[str, Any]) -> str:
    text = str(resource.get("last_modified") or resource.get("created_at") or "")
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return ""
