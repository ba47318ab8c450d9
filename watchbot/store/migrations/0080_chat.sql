-- Every update of Telegram, once. What it says is kept until it is answered, its answers until they are carried out; then only
-- its number stays, for as long as Telegram may bring it again. `carried` counts the answers that were carried out.
CREATE TABLE chat_updates (
  bot INTEGER NOT NULL,
  id INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  event TEXT NOT NULL DEFAULT '',
  answers TEXT NOT NULL DEFAULT '',
  carried INTEGER NOT NULL DEFAULT 0,
  received_at TEXT NOT NULL,
  PRIMARY KEY (bot, id)
) WITHOUT ROWID;
CREATE INDEX chat_updates_open ON chat_updates (bot, id) WHERE state <> 'done';

-- Where a person is in a dialogue, by chat. `nonce` ties the buttons to this dialogue.
CREATE TABLE chat_dialogues (
  chat INTEGER NOT NULL,
  user INTEGER NOT NULL,
  kind TEXT NOT NULL,
  step TEXT NOT NULL,
  nonce TEXT NOT NULL,
  data TEXT NOT NULL DEFAULT '{}',
  updated_at TEXT NOT NULL,
  PRIMARY KEY (chat, user)
) WITHOUT ROWID;

-- Results as they were when they were asked for, so that pages stay the same while news come in.
CREATE TABLE chat_lists (
  token TEXT PRIMARY KEY,
  chat INTEGER NOT NULL,
  user INTEGER NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  question TEXT NOT NULL DEFAULT '',
  filters TEXT NOT NULL DEFAULT '[]',
  removed TEXT NOT NULL DEFAULT '[]',
  entries TEXT NOT NULL DEFAULT '[]',
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX chat_lists_owner ON chat_lists (chat, user, created_at);
CREATE INDEX chat_lists_expiry ON chat_lists (expires_at);
