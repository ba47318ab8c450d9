-- Readers for whom an issue held less than its edition's minimum: what it held waits, and the next one looks back to `since`.
CREATE TABLE held (
  subscriber_id TEXT NOT NULL,
  edition TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (subscriber_id, edition)
) WITHOUT ROWID;
