-- The first schema: findings with their evidence, sources, how far the evidence log has been read, sign-in, settings and
-- the audit chain.  A migration that has landed is never changed; what comes next is a new file.

CREATE TABLE finding (
	id BLOB PRIMARY KEY CHECK (length(id) = 16),
	kind TEXT NOT NULL,
	level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),	-- info, low, medium, high, critical
	at_least INTEGER NOT NULL CHECK (at_least BETWEEN 0 AND 4),
	at_most INTEGER NOT NULL CHECK (at_most BETWEEN 0 AND 4),
	score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
	count INTEGER NOT NULL CHECK (count >= 0),
	first_ms INTEGER NOT NULL,
	last_ms INTEGER NOT NULL,
	rule TEXT NOT NULL,
	words TEXT NOT NULL,		-- key of its title and advice in the message catalogue
	source TEXT NOT NULL,
	destination TEXT NOT NULL,
	user TEXT NOT NULL,
	note TEXT NOT NULL,
	status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'seen', 'closed', 'allowed')),
	changed_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX finding_urgency ON finding (level DESC, score DESC, last_ms DESC, id);
CREATE INDEX finding_changed ON finding (changed_ms);

CREATE TABLE finding_technique (
	finding_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	technique TEXT NOT NULL,	-- MITRE ATT&CK id
	PRIMARY KEY (finding_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_part (
	finding_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	name TEXT NOT NULL,
	weight REAL NOT NULL,		-- log-odds
	PRIMARY KEY (finding_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_evidence (
	finding_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	source INTEGER NOT NULL,
	line INTEGER NOT NULL,		-- of a file; for a site's own sources the offset in the evidence log
	at_ms INTEGER NOT NULL,
	raw BLOB NOT NULL,
	PRIMARY KEY (finding_id, ordinal)
) STRICT;

CREATE TABLE source (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	kind TEXT NOT NULL,		-- tail, syslog, drop, bulk
	format TEXT NOT NULL DEFAULT '',
	state TEXT NOT NULL DEFAULT 'waiting',
	last_ms INTEGER NOT NULL DEFAULT 0,
	records INTEGER NOT NULL DEFAULT 0,
	unread INTEGER NOT NULL DEFAULT 0,
	dropped INTEGER NOT NULL DEFAULT 0,
	bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Everything in the evidence log before `offset` is in the tables above.
CREATE TABLE progress (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	offset INTEGER NOT NULL,
	changed_ms INTEGER NOT NULL
) STRICT;

-- One-time tokens; only their SHA-256 is kept.
CREATE TABLE token (
	hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
	role TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL,
	used_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE session (
	hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
	who TEXT NOT NULL,
	role TEXT NOT NULL,
	from_address TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	last_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
	key TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
	seq INTEGER PRIMARY KEY CHECK (seq > 0),
	at_ms INTEGER NOT NULL,
	who TEXT NOT NULL,
	role TEXT NOT NULL,
	from_address TEXT NOT NULL,
	act TEXT NOT NULL,
	object TEXT NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL,
	prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
	hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
	SELECT RAISE(ABORT, 'audit is append-only');
END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
	SELECT RAISE(ABORT, 'audit is append-only');
END;
