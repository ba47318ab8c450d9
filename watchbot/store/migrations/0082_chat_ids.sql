-- Ids of messages that people and the bot exchanged, for as long as a delivery in doubt may be looked for among its neighbours.
-- `box` is the chat whose ids these are; empty for the one that all private chats and basic groups share.
CREATE TABLE chat_ids (
  box TEXT NOT NULL,
  message INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  seen_at TEXT NOT NULL,
  PRIMARY KEY (box, message)
) WITHOUT ROWID;
CREATE INDEX chat_ids_seen ON chat_ids (seen_at);
