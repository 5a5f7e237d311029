-- name: audit_last
SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1;

-- name: audit_add
INSERT INTO audit (seq, at_ms, who, role, from_address, act, object, before, after, prev_hash, hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);

-- name: audit_all
SELECT seq, at_ms, who, role, from_address, act, object, before, after, prev_hash, hash FROM audit ORDER BY seq;

-- name: audit_page
SELECT seq, at_ms, who, role, from_address, act, object, before, after FROM audit
WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2;
