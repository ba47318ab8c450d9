-- Who asked for what. `address_key` is the address as compared: lower case, NFC.
CREATE TABLE subscribers (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  address_key TEXT NOT NULL,
  editions TEXT NOT NULL DEFAULT '[]',
  topics TEXT NOT NULL DEFAULT '[]',
  regions TEXT NOT NULL DEFAULT '[]',
  kinds TEXT NOT NULL DEFAULT '[]',
  languages TEXT NOT NULL DEFAULT '[]',
  frequency TEXT NOT NULL DEFAULT 'edition',
  alerts INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'pending',
  created_at TEXT NOT NULL,
  confirmed_at TEXT,
  soft_bounces INTEGER NOT NULL DEFAULT 0,
  UNIQUE (channel, address_key)
) WITHOUT ROWID;
CREATE INDEX subscribers_state ON subscribers (state, channel);

-- Addresses never to be written to again: keyed hashes only, nothing that tells who.
CREATE TABLE suppressions (
  hash TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  suppressed_at TEXT NOT NULL
) WITHOUT ROWID;

-- One row a message to one subscriber. `payload` is the rendered message, so that sending again sends the same bytes;
-- `parts_done` counts the parts of a Telegram message that were sent; `step` says how far a transmission went.
CREATE TABLE outbox (
  key TEXT PRIMARY KEY,
  edition TEXT NOT NULL,
  issue TEXT NOT NULL,
  subscriber_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  payload BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued',
  step TEXT NOT NULL DEFAULT '',
  parts_done INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at TEXT NOT NULL,
  sent_at TEXT,
  error TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (channel, next_attempt_at) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_subscriber ON outbox (subscriber_id);
CREATE INDEX outbox_issue ON outbox (edition, issue);
