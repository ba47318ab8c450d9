"""Opening the database: pragmas, migrations, transactions.

A `Store` belongs to one thread; open another for another thread (opening takes about a millisecond). Any number may read
while one writes. Each repository (`store.items`, `store.attempts`…) is one module of this package.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from watchbot.errors import StoreError

if TYPE_CHECKING:
    from watchbot.store.attempts import Attempts
    from watchbot.store.changes import Changes
    from watchbot.store.chat import Chat
    from watchbot.store.corrections import Corrections
    from watchbot.store.deadlines import Deadlines
    from watchbot.store.follows import Follows
    from watchbot.store.issues import Issues
    from watchbot.store.items import Items
    from watchbot.store.outbox import Outbox
    from watchbot.store.records import Records
    from watchbot.store.runs import Runs
    from watchbot.store.search_index import SearchTable
    from watchbot.store.snapshots import Snapshots
    from watchbot.store.sources import Sources
    from watchbot.store.subscribers import Subscribers
    from watchbot.store.tags import Tags
    from watchbot.store.vectors import Vectors

BUSY_SECONDS = 30.0
# How large the write-ahead log may grow beside readers, and how long a writer waits for them to fold it in.
LOG_BYTES = 64_000_000
LOG_PATIENCE = 2.0


@contextlib.contextmanager
def _left_out(*modules: str) -> Iterator[None]:
    """Imports within find none of these modules, unless they are loaded already."""
    absent = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None is the documented "cannot be imported"
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


# sqlite-utils loads pandas and numpy where they are installed, only to know the types of their columns: 0.2 s a command.
with _left_out("pandas", "numpy"):
    import sqlite_utils


def _write_ahead(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Turn the write-ahead log on. For this SQLite does not always wait for others that open the file, so we do."""
    end = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= end:
                raise
            time.sleep(0.01)
        else:
            return


def create_private(path: Path) -> None:
    """Make an empty file that nobody else may read, if there is none; SQLite gives its logs the same rights.

    One that is there is not even opened: closing it would give up the locks that this process holds on it.
    """
    if str(path) == ":memory:":
        return
    with contextlib.suppress(OSError):  # SQLite says why
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class Store:
    """All that a watch remembers, in the SQLite file at `path` (created and migrated on opening)."""

    def __init__(self, path: Path | str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = Path(path)
        with _explained(self.path):
            create_private(self.path)
            self.connection = sqlite3.connect(self.path, timeout=busy_seconds, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            _write_ahead(self.connection, busy_seconds)
            # NORMAL is safe against a crash of the process; a power cut may undo the last commit but never corrupts.
            # The outbox, where that would mean sending twice, asks for FULL around its own commits.
            self.connection.execute("PRAGMA synchronous = NORMAL")
            self.connection.execute("PRAGMA foreign_keys = ON")
            self.connection.execute("PRAGMA temp_store = MEMORY")
            # A round writes all over the indexes: 16 MB of pages held, and as many written before the log is folded in.
            self.connection.execute("PRAGMA cache_size = -16000")
            self.connection.execute("PRAGMA wal_autocheckpoint = 4000")
            # What is erased leaves no bytes behind in the file.
            self.connection.execute("PRAGMA secure_delete = ON")
            self._log_bound = LOG_BYTES
            self.db = sqlite_utils.Database(self.connection)
            self._migrate()

    # One line a repository; modules load on first use to keep the start of the CLI fast.
    @cached_property
    def items(self) -> Items:
        """News items, their origins and former versions."""
        return self._repository("items", "Items")  # type: ignore[no-any-return]

    @cached_property
    def snapshots(self) -> Snapshots:
        """Versions of tracked references."""
        return self._repository("snapshots", "Snapshots")  # type: ignore[no-any-return]

    @cached_property
    def changes(self) -> Changes:
        """Changes of tracked references and events of register records."""
        return self._repository("changes", "Changes")  # type: ignore[no-any-return]

    @cached_property
    def records(self) -> Records:
        """Register records as last seen."""
        return self._repository("records", "Records")  # type: ignore[no-any-return]

    @cached_property
    def attempts(self) -> Attempts:
        """Every visit of every source."""
        return self._repository("attempts", "Attempts")  # type: ignore[no-any-return]

    @cached_property
    def sources(self) -> Sources:
        """What is remembered of each source between visits."""
        return self._repository("sources", "Sources")  # type: ignore[no-any-return]

    @cached_property
    def subscribers(self) -> Subscribers:
        """Who asked for what, and who must not be written to."""
        return self._repository("subscribers", "Subscribers")  # type: ignore[no-any-return]

    @cached_property
    def outbox(self) -> Outbox:
        """Every message to be sent, once."""
        return self._repository("outbox", "Outbox")  # type: ignore[no-any-return]

    @cached_property
    def tags(self) -> Tags:
        """Verdicts and tags of items."""
        return self._repository("tags", "Tags")  # type: ignore[no-any-return]

    @cached_property
    def vectors(self) -> Vectors:
        """Vectors by text and encoder."""
        return self._repository("vectors", "Vectors")  # type: ignore[no-any-return]

    @cached_property
    def corrections(self) -> Corrections:
        """What people said of items."""
        return self._repository("corrections", "Corrections")  # type: ignore[no-any-return]

    @cached_property
    def issues(self) -> Issues:
        """Issues that went out, and what each reader was told."""
        return self._repository("issues", "Issues")  # type: ignore[no-any-return]

    @cached_property
    def runs(self) -> Runs:
        """When each scheduled job last ran to its end."""
        return self._repository("runs", "Runs")  # type: ignore[no-any-return]

    @cached_property
    def deadlines(self) -> Deadlines:
        """The calendar of what is due."""
        return self._repository("deadlines", "Deadlines")  # type: ignore[no-any-return]

    @cached_property
    def follows(self) -> Follows:
        """What each reader follows, and what he was told of it."""
        return self._repository("follows", "Follows")  # type: ignore[no-any-return]

    @cached_property
    def chat(self) -> Chat:
        """What the bot remembers of its chats."""
        return self._repository("chat", "Chat")  # type: ignore[no-any-return]

    @cached_property
    def search(self) -> SearchTable:
        """What search keeps of items, and full-text lookups."""
        return self._repository("search_index", "SearchTable")  # type: ignore[no-any-return]

    def _repository(self, module: str, name: str) -> Any:
        return getattr(importlib.import_module(f"watchbot.store.{module}"), name)(self)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Takes the write lock at once, so two writers queue instead of failing; nests by savepoint."""
        with _explained(self.path):
            if self.connection.in_transaction:
                with self.db.atomic():
                    yield
                return
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                # A full disk can end the transaction by itself; rollback() is then harmless.
                self.connection.rollback()
                raise
            self._bound_log()

    def _bound_log(self) -> None:
        """Fold the write-ahead log in when it has grown large: as long as some reader is always at it, SQLite never does.

        Waits for those who read at this moment, for `LOG_PATIENCE` at most; who begins later reads the file itself.
        """
        try:
            size = Path(f"{self.path}-wal").stat().st_size
        except OSError:
            return
        if size < self._log_bound:
            return
        busy = self.connection.execute("PRAGMA busy_timeout").fetchone()[0]
        self.connection.execute(f"PRAGMA busy_timeout = {round(1000 * LOG_PATIENCE)}")
        # A reader that stays: not again at every commit.
        self._log_bound = size + LOG_BYTES
        with contextlib.suppress(sqlite3.OperationalError):  # what was committed is committed
            if not self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                self._log_bound = LOG_BYTES
        self.connection.execute(f"PRAGMA busy_timeout = {busy}")

    def rows(self, sql: str, parameters: Any = ()) -> list[sqlite3.Row]:
        """All rows of a query. For the repositories; nothing outside this package writes SQL."""
        with _explained(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Any = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with _explained(self.path):
            found: sqlite3.Row | None = self.connection.execute(sql, parameters).fetchone()
            return found

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Run one statement."""
        with _explained(self.path):
            return self.connection.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:
        """Run one statement for each row of parameters."""
        with _explained(self.path):
            return self.connection.executemany(sql, parameters)

    def insert_rows(self, head: str, rows: Sequence[Sequence[object]], tail: str = "") -> None:
        """Run `head VALUES (…), (…) tail`, as many rows a statement as SQLite takes.

        The fewer statements, the less the full-text index writes its parts out, and the longer SQLite works without
        the interpreter's lock, while another thread has it.
        """
        if not rows:
            return
        most = self.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(rows[0])
        for start in range(0, len(rows), most):
            several = rows[start : start + most]
            values = ",".join([f"({','.join('?' * len(several[0]))})"] * len(several))
            self.execute(f"{head} VALUES {values}{tail}", [value for row in several for value in row])

    def scrub(self) -> None:
        """Empty the write-ahead log, which holds former versions of pages, so that what was erased is gone from it too.

        Another connection that is reading can put this off until the next time.
        """
        with _explained(self.path):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def integrity_problems(self) -> list[str]:
        """What SQLite's own integrity and foreign-key checks find wrong; empty when the file is sound."""
        problems = [row[0] for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]
        return problems + [f"foreign key broken: {tuple(row)}" for row in self.rows("PRAGMA foreign_key_check")]

    def close(self) -> None:
        """Close the file. The write-ahead log is folded in when the last connection closes."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------ migrations

    def _migrate(self) -> None:
        known = migrations()
        newest = max(known)
        if self._applied() == set(known):
            return
        with self.transaction():
            self.connection.execute(
                "CREATE TABLE IF NOT EXISTS _migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                " applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))"
            )
            applied = self._applied()
            if applied - set(known):
                message = (
                    f"{self.path}: written by a newer watchbot (migration {max(applied)}, this one knows {newest});"
                    " upgrade watchbot or restore a backup made before"
                )
                raise StoreError(message)
            for number, (name, script) in known.items():
                if number in applied:
                    continue
                for statement in statements(script):
                    self.connection.execute(statement)
                self.connection.execute("INSERT INTO _migrations (number, name) VALUES (?, ?)", (number, name))

    def _applied(self) -> set[int]:
        exists = self.row("SELECT 1 FROM sqlite_master WHERE name = '_migrations'")
        return {row[0] for row in self.rows("SELECT number FROM _migrations")} if exists else set()


def migrations() -> dict[int, tuple[str, str]]:
    """Every migration shipped, by number: (name, SQL script), in order."""
    found: dict[int, tuple[str, str]] = {}
    for entry in files("watchbot.store").joinpath("migrations").iterdir():
        match = re.fullmatch(r"(\d{4})_(\w+)\.sql", entry.name)
        if match:
            number = int(match[1])
            if number in found:
                message = f"two migrations are numbered {number:04d}: {found[number][0]} and {match[2]}"
                raise StoreError(message)
            found[number] = (match[2], entry.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def statements(script: str) -> Iterator[str]:
    """Split a script into statements (triggers kept whole), since `executescript` would commit in between."""
    pending = ""
    for line in script.splitlines(keepends=True):
        if not pending and (not line.strip() or line.lstrip().startswith("--")):
            continue
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    if pending.strip():
        yield pending


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path}: {error}{advice_on(str(error))}") from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise
        raise StoreError(f"{path}: {error}{advice_on(str(error))}") from error


_ADVICE = {
    "locked": "; another watchbot is writing: wait, or stop it",
    "full": "; free some disk space and run the command again, nothing recorded is lost",
    "disk I/O": "; look at the disk: it may be full, or failing",
    "unable to open": "; check that the folder exists and may be written",
    "readonly": "; check the file's owner and rights",
    "not a database": "; this file is not a watch's database: check WATCHBOT_DB, or restore a backup",
    "malformed": "; restore the last backup with `watchbot restore`",
}


def advice_on(message: str) -> str:
    """What to do about an error of SQLite, to stand after its words; empty when there is nothing to say."""
    return next((advice for sign, advice in _ADVICE.items() if sign in message), "")
