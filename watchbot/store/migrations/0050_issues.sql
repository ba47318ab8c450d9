CREATE TABLE issues (
  edition TEXT NOT NULL,
  issue TEXT NOT NULL,
  composed_at TEXT NOT NULL,
  PRIMARY KEY (edition, issue)
) WITHOUT ROWID;

-- What each reader was told (items, changes): nothing comes twice.
CREATE TABLE told (
  subscriber_id TEXT NOT NULL,
  what TEXT NOT NULL,
  issue TEXT NOT NULL,
  PRIMARY KEY (subscriber_id, what)
) WITHOUT ROWID;
CREATE INDEX told_issue ON told (issue);
