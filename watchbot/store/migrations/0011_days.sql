-- The newest days on which a source published, as JSON: what its rhythm is told by. NULL: to be worked out at the next visit.
ALTER TABLE source_states ADD COLUMN days TEXT;
