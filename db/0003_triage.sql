-- What people decided about findings, and what follows from it: verdicts and the priors learnt from them, what is expected,
-- and which finding belongs to which chain.

ALTER TABLE finding ADD COLUMN sum REAL NOT NULL DEFAULT 0;	-- log-odds of its parts alone
ALTER TABLE finding ADD COLUMN shift REAL NOT NULL DEFAULT 0;	-- log-odds of the priors that meet it
ALTER TABLE finding ADD COLUMN verdict TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'true', 'false', 'expected'));
ALTER TABLE finding ADD COLUMN allow_id INTEGER NOT NULL DEFAULT 0;	-- the row of `allow` that expects it; 0: none

UPDATE finding SET sum = (SELECT total(weight) FROM finding_part WHERE finding_id = finding.id);

CREATE INDEX finding_rule ON finding (kind, rule);
CREATE INDEX finding_source ON finding (source);

-- Stays when the finding is forgotten: what was learnt is not forgotten with it.
CREATE TABLE verdict (
	finding_id BLOB PRIMARY KEY CHECK (length(finding_id) = 16),
	kind TEXT NOT NULL,
	rule TEXT NOT NULL,
	source TEXT NOT NULL,
	destination TEXT NOT NULL,
	verdict TEXT NOT NULL CHECK (verdict IN ('true', 'false', 'expected')),
	reason TEXT NOT NULL,
	who TEXT NOT NULL,
	at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX verdict_rule ON verdict (kind, rule);

-- What verdicts say about findings of the same rule: of all, of those with the same peer, of those on the same machine.
CREATE TABLE prior (
	kind TEXT NOT NULL,
	rule TEXT NOT NULL,
	scope TEXT NOT NULL CHECK (scope IN ('rule', 'peer', 'machine')),
	value TEXT NOT NULL,
	weight REAL NOT NULL,		-- log-odds
	PRIMARY KEY (kind, rule, scope, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE allow (
	id INTEGER PRIMARY KEY CHECK (id > 0),
	value TEXT NOT NULL,		-- as in a list for `hinomi watch --allow`
	until_ms INTEGER NOT NULL,
	reason TEXT NOT NULL,
	who TEXT NOT NULL,
	made_ms INTEGER NOT NULL,
	ended_ms INTEGER NOT NULL DEFAULT 0	-- taken back, or past its day; 0: holds
) STRICT;

CREATE TABLE finding_member (
	finding_id BLOB NOT NULL CHECK (length(finding_id) = 16),
	chain_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	PRIMARY KEY (finding_id, chain_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX finding_member_chain ON finding_member (chain_id, ordinal);

-- Score and level follow from the parts, the priors and what a person said; the steps are those of detect/finding.c.
CREATE TRIGGER finding_is_settled AFTER UPDATE OF shift, verdict, allow_id ON finding
BEGIN
	UPDATE finding SET score = 1.0 / (1.0 + exp(-(NEW.sum + NEW.shift))), level = CASE
		WHEN NEW.verdict IN ('false', 'expected') OR NEW.allow_id <> 0 THEN 0
		ELSE max(min(NEW.at_most, max(NEW.at_least,
			CASE WHEN 1.0 / (1.0 + exp(-(NEW.sum + NEW.shift))) >= 0.88 THEN 3
			WHEN 1.0 / (1.0 + exp(-(NEW.sum + NEW.shift))) >= 0.5 THEN 2
			WHEN 1.0 / (1.0 + exp(-(NEW.sum + NEW.shift))) >= 0.12 THEN 1 ELSE 0 END)),
			CASE NEW.verdict WHEN 'true' THEN 2 ELSE 0 END)
		END WHERE rowid = NEW.rowid;
END;
