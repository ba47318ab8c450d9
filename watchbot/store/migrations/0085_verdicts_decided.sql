-- What was judged since readers' follows were last looked at.
CREATE INDEX verdicts_decided ON verdicts (decided_at) WHERE relevant = 1;
