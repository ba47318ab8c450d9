-- What search keeps of each item: a packed record (`watchbot.search.rows`) of what filters look at, and the sign code of its vector.
-- `seq` grows with every writing, so that a process that holds the records in memory reads only what is new to it.
CREATE TABLE search_rows (
  n INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  record BLOB NOT NULL
);
CREATE INDEX search_rows_seq ON search_rows (seq);

-- Items whose record is missing or out of date.
CREATE TABLE search_dirty (n INTEGER PRIMARY KEY);

-- The words of titles and summaries (folded), their stem, and in how many items they stand.
CREATE TABLE search_terms (
  term TEXT PRIMARY KEY,
  stem TEXT NOT NULL,
  docs INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX search_terms_stem ON search_terms (stem);

-- What the codes in records stand for: `topic`, `region`, `publisher`.
CREATE TABLE search_names (
  kind TEXT NOT NULL,
  code INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (kind, code)
) WITHOUT ROWID;

-- The encoder whose vectors the codes were made of, and the mean they were centred on (float32), over so many vectors.
CREATE TABLE search_centre (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  encoder TEXT NOT NULL,
  vectors INTEGER NOT NULL,
  mean BLOB NOT NULL
);

CREATE TRIGGER search_item_insert AFTER INSERT ON items BEGIN
  INSERT INTO search_dirty (n) VALUES (new.n) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_item_update AFTER UPDATE OF title, summary, body, region, productions, sort_date, edited_at ON items BEGIN
  INSERT INTO search_dirty (n) VALUES (new.n) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_item_delete AFTER DELETE ON items BEGIN
  DELETE FROM search_rows WHERE n = old.n;
  DELETE FROM search_dirty WHERE n = old.n;
END;
CREATE TRIGGER search_verdict_insert AFTER INSERT ON verdicts BEGIN
  INSERT INTO search_dirty (n) SELECT n FROM items WHERE id = new.item_id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_verdict_update AFTER UPDATE ON verdicts BEGIN
  INSERT INTO search_dirty (n) SELECT n FROM items WHERE id = new.item_id ON CONFLICT DO NOTHING;
END;
INSERT INTO search_dirty (n) SELECT n FROM items;
