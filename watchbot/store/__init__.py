"""The only place with SQL: one SQLite file in WAL mode, numbered migrations, one repository a noun."""

from watchbot.store.database import Store

__all__ = ["Store"]
