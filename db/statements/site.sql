-- name: progress_get
SELECT offset FROM progress WHERE id = 1;

-- name: progress_set
INSERT INTO progress (id, offset, changed_ms) VALUES (1, ?1, ?2)
ON CONFLICT (id) DO UPDATE SET offset = excluded.offset, changed_ms = excluded.changed_ms;

-- name: source_put
INSERT INTO source (id, name, kind) VALUES (?1, ?2, ?3)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind;

-- name: source_count
UPDATE source SET last_ms = CASE WHEN ?2 > 0 THEN ?2 ELSE last_ms END, records = records + ?3, unread = unread + ?4, dropped = dropped + ?5,
	bytes = bytes + ?6, format = CASE WHEN ?7 = '' THEN format ELSE ?7 END WHERE id = ?1;

-- name: source_state
UPDATE source SET state = ?2 WHERE id = ?1;

-- name: source_all
SELECT id, name, kind, format, state, last_ms, records, unread, dropped, bytes FROM source ORDER BY name;

-- name: setting_get
SELECT value FROM setting WHERE key = ?1;

-- name: setting_put
INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: token_add
INSERT INTO token (hash, role, created_ms, expires_ms) VALUES (?1, ?2, ?3, ?4);

-- name: token_use
UPDATE token SET used_ms = ?2 WHERE hash = ?1 AND used_ms = 0 AND expires_ms > ?2 RETURNING role;

-- name: session_add
INSERT INTO session (hash, who, role, from_address, created_ms, last_ms, expires_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6);

-- name: session_get
SELECT who, role, from_address, created_ms, last_ms, expires_ms FROM session WHERE hash = ?1 AND expires_ms > ?2;

-- name: session_touch
UPDATE session SET last_ms = ?2 WHERE hash = ?1;

-- name: session_end
DELETE FROM session WHERE hash = ?1;

-- name: session_sweep
DELETE FROM session WHERE expires_ms <= ?1;

-- name: token_sweep
DELETE FROM token WHERE expires_ms <= ?1;
