-- The id that the Bot API gave the last part: what was sent after it, in the same box of messages, has a higher one.
ALTER TABLE outbox ADD COLUMN receipt INTEGER;
CREATE INDEX outbox_receipt ON outbox (address, receipt) WHERE receipt IS NOT NULL;
