-- name: verdict_put
INSERT OR REPLACE INTO verdict (finding_id, kind, rule, source, destination, verdict, reason, who, at_ms)
SELECT id, kind, rule, source, destination, ?2, ?3, ?4, ?5 FROM finding WHERE id = ?1;

-- name: verdict_drop
DELETE FROM verdict WHERE finding_id = ?1;

-- name: verdict_get
SELECT verdict, reason, who, at_ms FROM verdict WHERE finding_id = ?1;

-- name: verdict_of_finding
UPDATE finding SET verdict = ?2, changed_ms = ?3 WHERE id = ?1;

-- name: prior_drop
DELETE FROM prior WHERE (kind, rule) = (SELECT kind, rule FROM finding WHERE id = ?1);

-- What is expected says nothing against a rule, but of this peer and this machine; nobody's verdict weighs without limit.
-- name: prior_learn
INSERT INTO prior (kind, rule, scope, value, weight)
SELECT kind, rule, 'rule', '', max(-1.5, min(1.5, 0.3 * (total(verdict = 'true') - total(verdict = 'false'))))
	FROM verdict WHERE (kind, rule) = (SELECT kind, rule FROM finding WHERE id = ?1) GROUP BY kind, rule
UNION ALL
SELECT kind, rule, 'peer', destination, max(-3.0, min(2.0, total(verdict = 'true') - total(verdict <> 'true')))
	FROM verdict WHERE (kind, rule) = (SELECT kind, rule FROM finding WHERE id = ?1) AND destination <> ''
	GROUP BY kind, rule, destination
UNION ALL
SELECT kind, rule, 'machine', source, max(-2.0, min(2.0, 0.7 * (total(verdict = 'true') - total(verdict <> 'true'))))
	FROM verdict WHERE (kind, rule) = (SELECT kind, rule FROM finding WHERE id = ?1) AND source <> ''
	GROUP BY kind, rule, source;

-- All findings of the same rule, at once.
-- name: prior_apply
UPDATE finding SET shift =
	ifnull((SELECT weight FROM prior p WHERE p.kind = finding.kind AND p.rule = finding.rule AND p.scope = 'rule'
		AND p.value = ''), 0.0)
	+ ifnull((SELECT weight FROM prior p WHERE p.kind = finding.kind AND p.rule = finding.rule AND p.scope = 'peer'
		AND p.value = finding.destination), 0.0)
	+ ifnull((SELECT weight FROM prior p WHERE p.kind = finding.kind AND p.rule = finding.rule AND p.scope = 'machine'
		AND p.value = finding.source), 0.0)
	- CASE kind WHEN 'chain' THEN 6.0 * ifnull((SELECT avg(f.verdict IN ('false', 'expected') OR f.allow_id <> 0)
		FROM finding_member m JOIN finding f ON f.id = m.finding_id WHERE m.chain_id = finding.id), 0.0) ELSE 0.0 END
WHERE (kind, rule) = (SELECT kind, rule FROM finding WHERE id = ?1);

-- One finding as it came or grew: what is known already holds for it too.
-- name: finding_settle
UPDATE finding SET verdict = ifnull((SELECT verdict FROM verdict v WHERE v.finding_id = finding.id), ''), shift =
	ifnull((SELECT weight FROM prior p WHERE p.kind = finding.kind AND p.rule = finding.rule AND p.scope = 'rule'
		AND p.value = ''), 0.0)
	+ ifnull((SELECT weight FROM prior p WHERE p.kind = finding.kind AND p.rule = finding.rule AND p.scope = 'peer'
		AND p.value = finding.destination), 0.0)
	+ ifnull((SELECT weight FROM prior p WHERE p.kind = finding.kind AND p.rule = finding.rule AND p.scope = 'machine'
		AND p.value = finding.source), 0.0)
	- CASE kind WHEN 'chain' THEN 6.0 * ifnull((SELECT avg(f.verdict IN ('false', 'expected') OR f.allow_id <> 0)
		FROM finding_member m JOIN finding f ON f.id = m.finding_id WHERE m.chain_id = finding.id), 0.0) ELSE 0.0 END
WHERE id = ?1;

-- Chains whose members were judged or are expected weigh anew: wholly dismissed, one falls by 6.
-- name: chain_apply
UPDATE finding SET shift =
	ifnull((SELECT weight FROM prior p WHERE p.kind = finding.kind AND p.rule = finding.rule AND p.scope = 'rule'
		AND p.value = ''), 0.0)
	+ ifnull((SELECT weight FROM prior p WHERE p.kind = finding.kind AND p.rule = finding.rule AND p.scope = 'machine'
		AND p.value = finding.source), 0.0)
	- 6.0 * ifnull((SELECT avg(f.verdict IN ('false', 'expected') OR f.allow_id <> 0)
		FROM finding_member m JOIN finding f ON f.id = m.finding_id WHERE m.chain_id = finding.id), 0.0)
WHERE kind = 'chain';

-- name: allow_any
SELECT count(*) FROM allow WHERE ended_ms = 0;

-- name: allow_add
INSERT INTO allow (value, until_ms, reason, who, made_ms) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id;

-- name: allow_end
UPDATE allow SET ended_ms = ?2 WHERE id = ?1 AND ended_ms = 0;

-- name: allow_expire
UPDATE allow SET ended_ms = ?1 WHERE ended_ms = 0 AND until_ms <= ?1;

-- name: allow_get
SELECT id, value, until_ms, reason, who, made_ms, ended_ms FROM allow WHERE id = ?1;

-- name: allow_all
SELECT id, value, until_ms, reason, who, made_ms, ended_ms FROM allow ORDER BY ended_ms <> 0, id DESC LIMIT 10000;

-- name: allow_apply
UPDATE finding SET allow_id = ?1 WHERE allow_id = 0
	AND expects((SELECT value FROM allow WHERE id = ?1), source, destination, user, rule);

-- name: allow_one
UPDATE finding SET allow_id = ifnull((SELECT min(a.id) FROM allow a WHERE a.ended_ms = 0 AND
	expects(a.value, finding.source, finding.destination, finding.user, finding.rule)), 0) WHERE id = ?1;

-- What a row that has ended expected: another one that holds may expect it too.
-- name: allow_give_back
UPDATE finding SET allow_id = ifnull((SELECT min(a.id) FROM allow a WHERE a.ended_ms = 0 AND
	expects(a.value, finding.source, finding.destination, finding.user, finding.rule)), 0)
WHERE allow_id IN (SELECT id FROM allow WHERE ended_ms <> 0);

-- name: member_put
INSERT OR REPLACE INTO finding_member (finding_id, chain_id, ordinal) VALUES (?1, ?2, ?3);

-- name: members_drop
DELETE FROM finding_member WHERE chain_id = ?1;

-- name: member_all
SELECT finding_id FROM finding_member WHERE chain_id = ?1 ORDER BY ordinal;
