-- What was fetched and what was made of it, each once: raw bytes and normalised texts by their SHA-256. `codec` is `zlib` or `none`.
CREATE TABLE contents (
  digest TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  codec TEXT NOT NULL,
  data BLOB NOT NULL
) WITHOUT ROWID;

-- The versions of tracked references. A version that comes back after another is a version of its own; its contents are not stored again.
CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY,
  source_id TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  content_type TEXT NOT NULL,
  digest TEXT NOT NULL REFERENCES contents (digest),
  raw_digest TEXT NOT NULL REFERENCES contents (digest),
  normaliser INTEGER NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  UNIQUE (source_id, key, version)
);
CREATE INDEX snapshots_key ON snapshots (key, version);

-- What changed, and events of register records. `edits` is JSON, compressed (zlib).
CREATE TABLE changes (
  id TEXT PRIMARY KEY,
  source_id TEXT NOT NULL,
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  url TEXT NOT NULL,
  event TEXT NOT NULL,
  detected_at TEXT NOT NULL,
  significance TEXT NOT NULL,
  reasons TEXT NOT NULL,
  edits BLOB NOT NULL,
  before_id INTEGER REFERENCES snapshots (id),
  after_id INTEGER REFERENCES snapshots (id),
  topics TEXT NOT NULL DEFAULT '[]',
  due TEXT
);
CREATE INDEX changes_detected ON changes (detected_at DESC, id);
CREATE INDEX changes_reference ON changes (key, detected_at);
CREATE INDEX changes_source ON changes (source_id, detected_at DESC);
CREATE INDEX changes_due ON changes (due) WHERE due IS NOT NULL;

-- The register records as last seen; their versions are snapshots whose key is the record's number.
CREATE TABLE records (
  source_id TEXT NOT NULL,
  number TEXT NOT NULL,
  title TEXT NOT NULL,
  active INTEGER,
  expires TEXT,
  data TEXT NOT NULL,
  first_seen TEXT NOT NULL,
  last_seen TEXT NOT NULL,
  withdrawn_at TEXT,
  PRIMARY KEY (source_id, number)
) WITHOUT ROWID;
CREATE INDEX records_number ON records (number);
CREATE INDEX records_expires ON records (expires) WHERE expires IS NOT NULL;
