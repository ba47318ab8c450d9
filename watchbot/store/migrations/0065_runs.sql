-- When each scheduled job last ran to its end, so that one that was killed or missed is made up for at the next start.
CREATE TABLE runs (
  job TEXT PRIMARY KEY,
  done_at TEXT NOT NULL
) WITHOUT ROWID;

-- An issue is finished once every reader's message is in the outbox; one that is not goes on.
ALTER TABLE issues ADD COLUMN finished_at TEXT;
UPDATE issues SET finished_at = composed_at;
