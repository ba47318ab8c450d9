-- When an entry was last moved or joined by another source: the LAST-MODIFIED of its event.
ALTER TABLE deadlines ADD COLUMN changed_at TEXT;
CREATE INDEX deadlines_previous ON deadlines (previous) WHERE previous IS NOT NULL;
