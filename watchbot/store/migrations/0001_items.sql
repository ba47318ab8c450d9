-- News items. `n` ties the full-text index to the row; `sort_date` is published, else first seen (UTC, ISO 8601).
CREATE TABLE items (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL DEFAULT '',
  author TEXT NOT NULL DEFAULT '',
  source_id TEXT NOT NULL,
  publisher TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT 'fr',
  region TEXT,
  productions TEXT NOT NULL DEFAULT '[]',
  phases TEXT NOT NULL DEFAULT '[]',
  published TEXT,
  updated TEXT,
  date_from TEXT NOT NULL DEFAULT 'none',
  sort_date TEXT NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  edited_at TEXT,
  categories TEXT NOT NULL DEFAULT '[]',
  cluster TEXT NOT NULL,
  content_hash TEXT NOT NULL
);
CREATE INDEX items_url ON items (url);
CREATE INDEX items_sort_date ON items (sort_date DESC, id);
CREATE INDEX items_source ON items (source_id, sort_date DESC);
CREATE INDEX items_region ON items (region, sort_date DESC);
CREATE INDEX items_cluster ON items (cluster);
CREATE INDEX items_first_seen ON items (first_seen);
CREATE INDEX items_edited ON items (edited_at) WHERE edited_at IS NOT NULL;

-- Where an item was seen: one story in several feeds has several origins.
CREATE TABLE origins (
  source_id TEXT NOT NULL,
  guid TEXT NOT NULL,
  item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  PRIMARY KEY (source_id, guid, item_id)
) WITHOUT ROWID;
CREATE INDEX origins_item ON origins (item_id);

-- What an edited item said before.
CREATE TABLE item_versions (
  item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  replaced_at TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (item_id, replaced_at)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE items_fts USING fts5 (
  title, summary, body, content = 'items', content_rowid = 'n', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER items_fts_insert AFTER INSERT ON items BEGIN
  INSERT INTO items_fts (rowid, title, summary, body) VALUES (new.n, new.title, new.summary, new.body);
END;
CREATE TRIGGER items_fts_delete AFTER DELETE ON items BEGIN
  INSERT INTO items_fts (items_fts, rowid, title, summary, body) VALUES ('delete', old.n, old.title, old.summary, old.body);
END;
CREATE TRIGGER items_fts_update AFTER UPDATE OF title, summary, body ON items BEGIN
  INSERT INTO items_fts (items_fts, rowid, title, summary, body) VALUES ('delete', old.n, old.title, old.summary, old.body);
  INSERT INTO items_fts (rowid, title, summary, body) VALUES (new.n, new.title, new.summary, new.body);
END;
