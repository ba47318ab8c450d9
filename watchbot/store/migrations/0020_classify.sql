-- What the classifier, or a person, says of an item. `head` names the trained head that decided; `by` is `model` or `human`.
-- `text_hash` is the hash of the text that was judged: an edited item has another and is judged again.
CREATE TABLE verdicts (
  item_id TEXT PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
  relevant INTEGER NOT NULL,
  relevance REAL NOT NULL,
  maybe INTEGER NOT NULL DEFAULT 0,
  scores TEXT NOT NULL DEFAULT '{}',
  head TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  by TEXT NOT NULL DEFAULT 'model',
  decided_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX verdicts_relevant ON verdicts (relevant, item_id);
CREATE INDEX verdicts_maybe ON verdicts (item_id) WHERE maybe = 1;

CREATE TABLE tags (
  item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
  topic TEXT NOT NULL,
  score REAL NOT NULL,
  rank INTEGER NOT NULL DEFAULT 0,
  by TEXT NOT NULL DEFAULT 'model',
  PRIMARY KEY (item_id, topic)
) WITHOUT ROWID;
CREATE INDEX tags_topic ON tags (topic, item_id);

-- Vectors by text, so that the same text is encoded once; float16, little-endian. Never mixed between encoders.
CREATE TABLE vectors (
  encoder TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (encoder, text_hash)
) WITHOUT ROWID;

-- Every judgement that a person gave, in order; never deleted.
CREATE TABLE corrections (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  item_id TEXT REFERENCES items (id) ON DELETE SET NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL DEFAULT '',
  publisher TEXT NOT NULL DEFAULT '',
  lang TEXT NOT NULL DEFAULT 'fr',
  topics TEXT NOT NULL DEFAULT '[]',
  relevant INTEGER NOT NULL,
  author TEXT NOT NULL,
  origin TEXT NOT NULL,
  corrected_at TEXT NOT NULL
);
CREATE INDEX corrections_item ON corrections (item_id);
