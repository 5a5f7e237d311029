-- What a finding's words tell: the values of the {names} in its title and advice.

CREATE TABLE finding_fact (
	finding_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (finding_id, ordinal)
) STRICT, WITHOUT ROWID;
