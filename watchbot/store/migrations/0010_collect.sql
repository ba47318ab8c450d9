-- Every visit of a source, good or bad. `error` is empty when it was collected.
CREATE TABLE attempts (
  n INTEGER PRIMARY KEY,
  source_id TEXT NOT NULL,
  started_at TEXT NOT NULL,
  elapsed_ms INTEGER NOT NULL,
  status INTEGER,
  bytes INTEGER NOT NULL,
  page_bytes INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  not_modified INTEGER NOT NULL,
  items_seen INTEGER NOT NULL,
  items_new INTEGER NOT NULL,
  items_edited INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  error TEXT NOT NULL,
  message TEXT NOT NULL,
  moved_to TEXT,
  newest TEXT
);
CREATE INDEX attempts_source ON attempts (source_id, started_at DESC);
CREATE INDEX attempts_started ON attempts (started_at);

-- What is remembered of a source between visits. `fingerprint` is of what it is collected by: when that changes,
-- validators no longer count. `url` is the address that a 410 answered for.
CREATE TABLE source_states (
  source_id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  fingerprint TEXT NOT NULL DEFAULT '',
  next_due TEXT,
  disabled_at TEXT,
  disabled_reason TEXT NOT NULL DEFAULT '',
  moved_to TEXT,
  told TEXT NOT NULL DEFAULT '',
  told_at TEXT,
  told_over INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX source_states_due ON source_states (next_due);

CREATE TABLE validators (
  source_id TEXT NOT NULL REFERENCES source_states (source_id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  etag TEXT,
  last_modified TEXT,
  stored_at TEXT NOT NULL,
  PRIMARY KEY (source_id, address)
) WITHOUT ROWID;

-- Pages of items that could not be read for a passing reason, to be tried again a few times.
CREATE TABLE unread_pages (
  source_id TEXT NOT NULL REFERENCES source_states (source_id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  tries INTEGER NOT NULL,
  tried_at TEXT NOT NULL,
  PRIMARY KEY (source_id, address)
) WITHOUT ROWID;
