-- name: finding_get
SELECT id, kind, level, at_least, at_most, score, count, first_ms, last_ms, rule, words, source, destination, user, note,
	status, changed_ms, shift, verdict, allow_id, (SELECT m.chain_id FROM finding_member m WHERE m.finding_id = finding.id
	ORDER BY EXISTS (SELECT 1 FROM finding_member k WHERE k.finding_id = m.chain_id), m.chain_id LIMIT 1) FROM finding WHERE id = ?1;

-- name: finding_put
INSERT INTO finding (id, kind, level, at_least, at_most, score, count, first_ms, last_ms, rule, words, source,
	destination, user, note, changed_ms, sum)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
ON CONFLICT (id) DO UPDATE SET level = excluded.level, at_least = excluded.at_least, at_most = excluded.at_most,
	score = excluded.score, count = excluded.count, first_ms = excluded.first_ms, last_ms = excluded.last_ms,
	words = excluded.words, note = excluded.note, changed_ms = excluded.changed_ms, sum = excluded.sum;

-- name: finding_techniques
SELECT technique FROM finding_technique WHERE finding_id = ?1 ORDER BY ordinal;

-- name: finding_technique_put
INSERT OR REPLACE INTO finding_technique (finding_id, ordinal, technique) VALUES (?1, ?2, ?3);

-- name: finding_parts
SELECT name, weight FROM finding_part WHERE finding_id = ?1 ORDER BY ordinal;

-- name: finding_part_put
INSERT OR REPLACE INTO finding_part (finding_id, ordinal, name, weight) VALUES (?1, ?2, ?3, ?4);

-- name: finding_parts_cut
DELETE FROM finding_part WHERE finding_id = ?1 AND ordinal >= ?2;

-- name: finding_facts
SELECT name, value FROM finding_fact WHERE finding_id = ?1 ORDER BY ordinal;

-- name: finding_fact_put
INSERT OR REPLACE INTO finding_fact (finding_id, ordinal, name, value) VALUES (?1, ?2, ?3, ?4);

-- name: finding_facts_cut
DELETE FROM finding_fact WHERE finding_id = ?1 AND ordinal >= ?2;

-- name: finding_evidence
SELECT source, line, at_ms, raw FROM finding_evidence WHERE finding_id = ?1 ORDER BY ordinal;

-- name: finding_evidence_put
INSERT OR REPLACE INTO finding_evidence (finding_id, ordinal, source, line, at_ms, raw)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: finding_status
UPDATE finding SET status = ?2, changed_ms = ?3 WHERE id = ?1;

-- Most urgent first.  ?1 level or more, ?2 kind or '', ?3 status or '', ?4 text in source, destination, user or rule or '',
-- ?5 seen since; the page begins behind (?6 level, ?7 score, ?8 last_ms, ?9 id); ?10 rows; ?11 a verdict, "none",
-- "allowed" or ''; ?12 a machine or ''.
-- name: finding_page
SELECT id, kind, level, at_least, at_most, score, count, first_ms, last_ms, rule, words, source, destination, user, note,
	status, changed_ms, shift, verdict, allow_id, (SELECT m.chain_id FROM finding_member m WHERE m.finding_id = finding.id
	ORDER BY EXISTS (SELECT 1 FROM finding_member k WHERE k.finding_id = m.chain_id), m.chain_id LIMIT 1) FROM finding
WHERE level >= ?1 AND (?2 = '' OR kind = ?2) AND (?3 = '' OR status = ?3) AND last_ms >= ?5
	AND (?4 = '' OR instr(source, ?4) OR instr(destination, ?4) OR instr(user, ?4) OR instr(rule, ?4))
	AND (?11 = '' OR verdict = ?11 OR (?11 = 'none' AND verdict = '') OR (?11 = 'allowed' AND allow_id <> 0))
	AND (?12 = '' OR source = ?12 OR destination = ?12)
	AND (level < ?6 OR (level = ?6 AND (score < ?7 OR (score = ?7 AND (last_ms < ?8 OR (last_ms = ?8 AND id > ?9))))))
ORDER BY level DESC, score DESC, last_ms DESC, id LIMIT ?10;

-- name: finding_count
SELECT count(*) FROM finding
WHERE level >= ?1 AND (?2 = '' OR kind = ?2) AND (?3 = '' OR status = ?3) AND last_ms >= ?5
	AND (?4 = '' OR instr(source, ?4) OR instr(destination, ?4) OR instr(user, ?4) OR instr(rule, ?4))
	AND (?6 = '' OR verdict = ?6 OR (?6 = 'none' AND verdict = '') OR (?6 = 'allowed' AND allow_id <> 0))
	AND (?7 = '' OR source = ?7 OR destination = ?7);

-- name: finding_count_by_level
SELECT level, count(*) FROM finding WHERE status IN ('new', 'seen') GROUP BY level;

-- name: finding_changed
SELECT id FROM finding WHERE changed_ms > ?1 ORDER BY changed_ms LIMIT ?2;

-- What is not worth a person's time and was last seen before ?1.
-- name: finding_forget
DELETE FROM finding WHERE level <= 1 AND last_ms < ?1;
