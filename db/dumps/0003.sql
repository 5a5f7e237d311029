-- Schema 3 with rows in every table, as a site might hold them: what the next ones are tested against.
BEGIN TRANSACTION;
CREATE TABLE allow (
	id INTEGER PRIMARY KEY CHECK (id > 0),
	value TEXT NOT NULL,		-- as in a list for `hinomi watch --allow`
	until_ms INTEGER NOT NULL,
	reason TEXT NOT NULL,
	who TEXT NOT NULL,
	made_ms INTEGER NOT NULL,
	ended_ms INTEGER NOT NULL DEFAULT 0	-- taken back, or past its day; 0: holds
) STRICT;
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
INSERT INTO "audit" VALUES(1,1780844401000,'system','','','site.start','','','',X'0000000000000000000000000000000000000000000000000000000000000000',X'74406CD9A6597480F617F2CEC0DAAC527BA5A2C9AFF2CFC36FE63A93E45C5B1E');
INSERT INTO "audit" VALUES(2,1780844402000,'token','admin','10.20.10.5','session.begin','','','',X'74406CD9A6597480F617F2CEC0DAAC527BA5A2C9AFF2CFC36FE63A93E45C5B1E',X'A1CC4E88D66B9C3B021A8EF0352702919F57A5D2AD9608AFADC19A9A064640C7');
INSERT INTO "audit" VALUES(3,1780844403000,'token','admin','10.20.10.5','finding.status','0f1e2d3c4b5a69788796a5b4c3d2e1f0','new','seen',X'A1CC4E88D66B9C3B021A8EF0352702919F57A5D2AD9608AFADC19A9A064640C7',X'81417AAD489957F65C32FC0A48ABBA6928B479548590A51C5EC043D9ADD38478');
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
, sum REAL NOT NULL DEFAULT 0, shift REAL NOT NULL DEFAULT 0, verdict TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'true', 'false', 'expected')), allow_id INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "finding" VALUES(X'00112233445566778899AABBCCDDEEFF','indicator',4,4,4,0.97,12,1780844400000,1780844460000,'domain','finding.indicator.domain','10.20.10.21','planted.weather-sync.example','sato.e','','new',1780844461000,3.5,0.0,'',0);
INSERT INTO "finding" VALUES(X'0F1E2D3C4B5A69788796A5B4C3D2E1F0','indicator',2,1,3,0.5,1,1780844405000,1780844405000,'address','finding.indicator.address','10.20.10.22','192.0.2.70','','端末の担当者に確認','seen',1780844490000,3.5,0.0,'',0);
CREATE TABLE finding_evidence (
	finding_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	source INTEGER NOT NULL,
	line INTEGER NOT NULL,		-- of a file; for a site's own sources the offset in the evidence log
	at_ms INTEGER NOT NULL,
	raw BLOB NOT NULL,
	PRIMARY KEY (finding_id, ordinal)
) STRICT;
INSERT INTO "finding_evidence" VALUES(X'00112233445566778899AABBCCDDEEFF',0,2166136261,0,1780844400000,X'313738303834343430302E30303020313831362031302E32302E31302E3231205443505F54554E4E454C2F323030203732353620434F4E4E45435420706C616E7465642E776561746865722D73796E632E6578616D706C653A34343320FF0A');
INSERT INTO "finding_evidence" VALUES(X'0F1E2D3C4B5A69788796A5B4C3D2E1F0',0,2166136261,128,1780844400000,X'313738303834343430302E30303020313831362031302E32302E31302E3231205443505F54554E4E454C2F323030203732353620434F4E4E45435420706C616E7465642E776561746865722D73796E632E6578616D706C653A34343320FF0A');
CREATE TABLE finding_fact (
	finding_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (finding_id, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "finding_fact" VALUES(X'00112233445566778899AABBCCDDEEFF',0,'interval_ms','300000');
CREATE TABLE finding_member (
	finding_id BLOB NOT NULL CHECK (length(finding_id) = 16),
	chain_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	PRIMARY KEY (finding_id, chain_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding_part (
	finding_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	name TEXT NOT NULL,
	weight REAL NOT NULL,		-- log-odds
	PRIMARY KEY (finding_id, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "finding_part" VALUES(X'00112233445566778899AABBCCDDEEFF',0,'indicator',3.5);
INSERT INTO "finding_part" VALUES(X'0F1E2D3C4B5A69788796A5B4C3D2E1F0',0,'indicator',3.5);
CREATE TABLE finding_technique (
	finding_id BLOB NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
	ordinal INTEGER NOT NULL,
	technique TEXT NOT NULL,	-- MITRE ATT&CK id
	PRIMARY KEY (finding_id, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "finding_technique" VALUES(X'00112233445566778899AABBCCDDEEFF',0,'T1071.001');
INSERT INTO "finding_technique" VALUES(X'0F1E2D3C4B5A69788796A5B4C3D2E1F0',0,'T1071.001');
CREATE TABLE prior (
	kind TEXT NOT NULL,
	rule TEXT NOT NULL,
	scope TEXT NOT NULL CHECK (scope IN ('rule', 'peer', 'machine')),
	value TEXT NOT NULL,
	weight REAL NOT NULL,		-- log-odds
	PRIMARY KEY (kind, rule, scope, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE progress (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	offset INTEGER NOT NULL,
	changed_ms INTEGER NOT NULL
) STRICT;
INSERT INTO "progress" VALUES(1,98304,1780844461000);
CREATE TABLE session (
	hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
	who TEXT NOT NULL,
	role TEXT NOT NULL,
	from_address TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	last_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL
) STRICT;
INSERT INTO "session" VALUES(X'13AD0BEDEF7488892279FE46D7E810D7910B3825489AAAF9A98BDA8E8D451784','token','admin','10.20.10.5',1780844400000,1780844401000,1780848000000);
CREATE TABLE setting (
	key TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "setting" VALUES('token.made','1');
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
INSERT INTO "source" VALUES(84696351,'firewall','syslog-udp','','waiting',0,0,0,2,0);
INSERT INTO "source" VALUES(2166136261,'proxy','tail','squid','speaking',1780844400000,1200,3,0,98304);
CREATE TABLE token (
	hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
	role TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	expires_ms INTEGER NOT NULL,
	used_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO "token" VALUES(X'596EF3B19291156AB9EE32096262724C864EC9DCEEDC31AF53FE1B86646A5B4B','admin',1780844400000,1780930800000,0);
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
CREATE INDEX finding_urgency ON finding (level DESC, score DESC, last_ms DESC, id);
CREATE INDEX finding_changed ON finding (changed_ms);
INSERT INTO "verdict" VALUES(X'00112233445566778899AABBCCDDEEFF','indicator','evil.example','10.0.0.1','evil.example','false','the vendor''s test','admin',1780844400000);
INSERT INTO "prior" VALUES('indicator','evil.example','peer','evil.example',-1.0);
INSERT INTO "allow" VALUES(1,'10.20.0.0/16',1783436400000,'moving house','admin',1780844400000,0);
INSERT INTO "finding_member" VALUES(X'00112233445566778899AABBCCDDEEFF',X'00112233445566778899AABBCCDDEEFF',0);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
	SELECT RAISE(ABORT, 'audit is append-only');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
	SELECT RAISE(ABORT, 'audit is append-only');
END;
CREATE INDEX finding_rule ON finding (kind, rule);
CREATE INDEX finding_source ON finding (source);
CREATE INDEX verdict_rule ON verdict (kind, rule);
CREATE INDEX finding_member_chain ON finding_member (chain_id, ordinal);
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
COMMIT;
PRAGMA user_version = 3;
