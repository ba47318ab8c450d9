-- What readers follow. `id` is a hash of whose it is and what it is, so the same thing asked for twice is one row.
-- `without`, `days` are JSON lists; `due` is the date of its deadline as the reader knows it, `due_since` since when.
CREATE TABLE follows (
  id TEXT PRIMARY KEY,
  subscriber_id TEXT NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  without TEXT NOT NULL DEFAULT '[]',
  label TEXT NOT NULL DEFAULT '',
  pace TEXT NOT NULL,
  days TEXT NOT NULL,
  created_at TEXT NOT NULL,
  looked_at TEXT,
  due TEXT,
  due_since TEXT
) WITHOUT ROWID;
CREATE INDEX follows_subscriber ON follows (subscriber_id, created_at);

-- What a follow brought: an item, a change, a moved date or a reminder, each once for ever. `told_by` is the key of the delivery
-- that told it, empty when the reader knew it already; NULL while it waits for the next digest.
CREATE TABLE follow_matches (
  follow_id TEXT NOT NULL REFERENCES follows (id) ON DELETE CASCADE,
  what TEXT NOT NULL,
  found_at TEXT NOT NULL,
  told_by TEXT,
  PRIMARY KEY (follow_id, what)
) WITHOUT ROWID;
CREATE INDEX follow_matches_waiting ON follow_matches (follow_id) WHERE told_by IS NULL;
