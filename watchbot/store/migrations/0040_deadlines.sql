-- The calendar. `item_ids` and `source_ids` are JSON lists.
CREATE TABLE deadlines (
  uid TEXT PRIMARY KEY,
  due TEXT NOT NULL,
  title TEXT NOT NULL,
  role TEXT NOT NULL,
  quote TEXT NOT NULL,
  confidence REAL NOT NULL,
  item_ids TEXT NOT NULL DEFAULT '[]',
  source_ids TEXT NOT NULL DEFAULT '[]',
  url TEXT NOT NULL DEFAULT '',
  previous TEXT,
  sequence INTEGER NOT NULL DEFAULT 0,
  first_seen TEXT
) WITHOUT ROWID;
CREATE INDEX deadlines_due ON deadlines (due);

-- Which entries a text (item or document) gave, so that its next version moves them instead of adding others.
CREATE TABLE deadline_texts (
  text_key TEXT NOT NULL,
  uid TEXT NOT NULL REFERENCES deadlines (uid) ON DELETE CASCADE,
  PRIMARY KEY (text_key, uid)
) WITHOUT ROWID;

-- Texts whose facts were read, by hash: a text is read again only when it changed.
CREATE TABLE texts_read (
  text_key TEXT PRIMARY KEY,
  text_hash TEXT NOT NULL
) WITHOUT ROWID;
