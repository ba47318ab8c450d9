-- What an update was, as a hash: numbers of updates begin anew where Telegram chooses so, or behind another server of the Bot API.
ALTER TABLE chat_updates ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
