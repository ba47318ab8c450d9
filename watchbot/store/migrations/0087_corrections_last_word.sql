-- The last word on a text is looked up at each correction.
CREATE INDEX corrections_text ON corrections (title);

-- Whoever said A of an item, then B, then A again on one day was heard on the item, but the last A was not kept as a
-- correction: it is made up for, signed as the first A was.
INSERT INTO corrections (key, item_id, title, summary, publisher, lang, topics, relevant, author, origin, corrected_at)
SELECT first.key || ':' || v.decided_at, v.item_id, first.title, first.summary, first.publisher, first.lang, first.topics,
  first.relevant, first.author, first.origin, v.decided_at
FROM verdicts v
JOIN corrections first ON first.id = (
  SELECT max(c.id) FROM corrections c
  WHERE c.item_id = v.item_id AND c.relevant = v.relevant AND substr(c.corrected_at, 1, 10) = substr(v.decided_at, 1, 10)
    AND c.topics = (SELECT json_group_array(t.topic) FROM (SELECT topic FROM tags WHERE item_id = v.item_id ORDER BY rank) t)
)
JOIN corrections last ON last.id = (SELECT max(c.id) FROM corrections c WHERE c.item_id = v.item_id)
WHERE v.by = 'human' AND last.id > first.id AND last.corrected_at < v.decided_at
  AND (last.topics <> first.topics OR last.relevant <> first.relevant)
ORDER BY v.decided_at;
