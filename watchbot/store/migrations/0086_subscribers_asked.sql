-- When the person last asked for the subscription: a request that nobody confirms is forgotten by it, not by the row's age.
ALTER TABLE subscribers ADD COLUMN asked_at TEXT;
