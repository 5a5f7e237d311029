#include "record/eve.h"

#include "base/clock.h"
#include "record/members.h"

#define LOOK_BYTES 400u		/* of a line's start, where its first names stand */

static void
app_proto(struct table_call *c, struct hn_view v)
{
	if (!hn_view_eq(v, HN_LIT("failed")) && !hn_view_eq(v, HN_LIT("unknown")))
		record_set(c->r, FIELD_NETWORK_PROTOCOL, v);
}

/* "dns.grouped.A" repeats what "dns.answers" says, where both are written. */
static void
grouped(struct table_call *c, struct hn_view v)
{
	const struct hn_view before = record_get(c->r, FIELD_DNS_ANSWERS);

	if (record_extra(c->r, HN_LIT("dns.answers.rrtype")).n > 0)
		return;
	if (before.n == 0) {
		record_set(c->r, FIELD_DNS_ANSWERS, v);
		return;
	}
	char *p = c->arena != NULL ? hn_arena_get(c->arena, before.n + 1 + v.n) : NULL;

	if (p == NULL)
		return;
	memcpy(p, before.p, before.n);
	p[before.n] = ',';
	memcpy(p + before.n + 1, v.p, v.n);
	record_set(c->r, FIELD_DNS_ANSWERS, (struct hn_view){ p, before.n + 1 + v.n });
}

/* A request that the rule's packet answered: who asked comes first in a record. */
static void
direction(struct table_call *c, struct hn_view v)
{
	static const enum field pairs[][2] = {
		{ FIELD_SOURCE_IP, FIELD_DESTINATION_IP }, { FIELD_SOURCE_PORT, FIELD_DESTINATION_PORT },
	};

	if (!hn_view_eq(v, HN_LIT("to_client")))
		return;
	for (size_t i = 0; i < HN_COUNT(pairs); i++) {
		const struct hn_view a = record_get(c->r, pairs[i][0]), b = record_get(c->r, pairs[i][1]);

		record_set(c->r, pairs[i][0], b);
		record_set(c->r, pairs[i][1], a);
	}
}

static const struct table_row rows[] = {
	TABLE_BY("timestamp", COUNT, table_time), TABLE_KEEP("flow_id"), TABLE_TO("in_iface", NETWORK_INTERFACE),
	TABLE_DROP("pcap_cnt"), TABLE_DROP("event_type"), TABLE_KEEP("vlan"), TABLE_TO("src_ip", SOURCE_IP),
	TABLE_TO("src_port", SOURCE_PORT), TABLE_TO("dest_ip", DESTINATION_IP), TABLE_TO("dest_port", DESTINATION_PORT),
	TABLE_BY("proto", NETWORK_TRANSPORT, table_lower), TABLE_DROP("ip_v"), TABLE_DROP("pkt_src"),
	TABLE_KEEP("icmp_type"),
	TABLE_KEEP("icmp_code"), TABLE_KEEP("community_id"), TABLE_DROP("tx_id"),
	TABLE_TO("alert.action", EVENT_ACTION), TABLE_KEEP("alert.gid"), TABLE_TO("alert.signature_id", RULE_ID),
	TABLE_KEEP("alert.rev"), TABLE_TO("alert.signature", RULE_NAME), TABLE_TO("alert.category", RULE_CATEGORY),
	TABLE_TO("alert.severity", EVENT_SEVERITY),
	TABLE_DROP("http.http_port"), TABLE_BY("http.hostname", URL_DOMAIN, table_host),
	TABLE_BY("http.url", URL_PATH, table_uri),
	TABLE_TO("http.http_user_agent", USER_AGENT), TABLE_TO("http.http_content_type", HTTP_MIME_TYPE),
	TABLE_TO("http.http_refer", HTTP_REFERRER), TABLE_TO("http.http_method", HTTP_METHOD),
	TABLE_KEEP("http.protocol"),
	TABLE_TO("http.status", HTTP_STATUS), TABLE_TO("http.length", DESTINATION_BYTES),
	TABLE_BY("http.xff", CLIENT_IP, table_forwarded),
	TABLE_TO("tls.subject", TLS_SUBJECT), TABLE_TO("tls.issuerdn", TLS_ISSUER), TABLE_KEEP("tls.serial"),
	TABLE_KEEP("tls.fingerprint"), TABLE_TO("tls.sni", TLS_SERVER_NAME), TABLE_TO("tls.version", TLS_VERSION),
	TABLE_KEEP("tls.notbefore"), TABLE_KEEP("tls.notafter"), TABLE_TO("tls.ja3.hash", TLS_JA3),
	TABLE_DROP("tls.ja3.string"),
	TABLE_TO("tls.ja3s.hash", TLS_JA3S), TABLE_DROP("tls.ja3s.string"), TABLE_TO("tls.ja4", TLS_JA4),
	TABLE_TO("quic.sni", TLS_SERVER_NAME), TABLE_TO("quic.version", TLS_VERSION),
	TABLE_TO("quic.ja3.hash", TLS_JA3),
	TABLE_DROP("quic.ja3.string"), TABLE_TO("quic.ja4", TLS_JA4),
	TABLE_DROP("dns.version"), TABLE_TO("dns.type", EVENT_ACTION), TABLE_DROP("dns.id"), TABLE_DROP("dns.tx_id"),
	TABLE_DROP("dns.flags"), TABLE_DROP("dns.qr"), TABLE_DROP("dns.rd"), TABLE_DROP("dns.ra"), TABLE_DROP("dns.aa"),
	TABLE_DROP("dns.opcode"), TABLE_BY("dns.rrname", DNS_QUESTION_NAME, table_if_absent),
	TABLE_BY("dns.rrtype", DNS_QUESTION_TYPE, table_if_absent), TABLE_TO("dns.rcode", DNS_RESPONSE_CODE),
	TABLE_TO("dns.rdata", DNS_ANSWERS), TABLE_DROP("dns.ttl"),
	TABLE_BY("dns.queries.rrname", DNS_QUESTION_NAME, table_first),
	TABLE_BY("dns.queries.rrtype", DNS_QUESTION_TYPE, table_first), TABLE_DROP("dns.answers.rrname"),
	TABLE_KEEP("dns.answers.rrtype"), TABLE_DROP("dns.answers.ttl"), TABLE_TO("dns.answers.rdata", DNS_ANSWERS),
	TABLE_BY("dns.grouped.A", DNS_ANSWERS, grouped), TABLE_BY("dns.grouped.AAAA", DNS_ANSWERS, grouped),
	TABLE_BY("dns.grouped.CNAME", DNS_ANSWERS, grouped), TABLE_BY("dns.grouped.MX", DNS_ANSWERS, grouped),
	TABLE_BY("dns.query.rrname", DNS_QUESTION_NAME, table_first),
	TABLE_BY("dns.query.rrtype", DNS_QUESTION_TYPE, table_first),
	TABLE_DROP("dns.query.type"), TABLE_DROP("dns.query.id"), TABLE_DROP("dns.query.tx_id"),
	TABLE_DROP("dns.query.opcode"),
	TABLE_KEEP("fileinfo.magic"), TABLE_TO("fileinfo.filename", FILE_NAME), TABLE_KEEP("fileinfo.state"),
	TABLE_KEEP("fileinfo.stored"), TABLE_TO("fileinfo.md5", FILE_MD5), TABLE_TO("fileinfo.sha1", FILE_SHA1),
	TABLE_TO("fileinfo.sha256", FILE_SHA256), TABLE_TO("fileinfo.size", FILE_SIZE), TABLE_DROP("fileinfo.gaps"),
	TABLE_DROP("fileinfo.tx_id"),
	TABLE_BY("files.filename", FILE_NAME, table_first), TABLE_BY("files.sha256", FILE_SHA256, table_first),
	TABLE_BY("files.md5", FILE_MD5, table_first), TABLE_BY("files.sha1", FILE_SHA1, table_first),
	TABLE_TO("smb.command", EVENT_ACTION), TABLE_KEEP("smb.dialect"), TABLE_TO("smb.filename", FILE_NAME),
	TABLE_TO("smb.share", FILE_PATH), TABLE_TO("smb.status", EVENT_REASON), TABLE_TO("smb.ntlmssp.user", USER_NAME),
	TABLE_TO("smb.ntlmssp.domain", USER_DOMAIN), TABLE_TO("smb.ntlmssp.host", SOURCE_DOMAIN),
	TABLE_TO("smb.kerberos.realm", USER_DOMAIN), TABLE_KEEP("smb.named_pipe"),
	TABLE_TO("rdp.event_type", EVENT_ACTION), TABLE_TO("rdp.cookie", USER_NAME),
	TABLE_TO("rdp.client.client_name", SOURCE_DOMAIN),
	TABLE_KEEP("ssh.client.proto_version"), TABLE_KEEP("ssh.client.software_version"),
	TABLE_KEEP("ssh.server.proto_version"),
	TABLE_KEEP("ssh.server.software_version"),
	TABLE_TO("krb5.msg_type", EVENT_ACTION), TABLE_TO("krb5.cname", USER_NAME), TABLE_TO("krb5.realm", USER_DOMAIN),
	TABLE_TO("krb5.sname", SERVICE_NAME), TABLE_TO("krb5.error_code", EVENT_REASON), TABLE_KEEP("krb5.encryption"),
	TABLE_KEEP("krb5.weak_encryption"),
	TABLE_KEEP("smtp.helo"), TABLE_TO("smtp.mail_from", EMAIL_FROM), TABLE_TO("smtp.rcpt_to", EMAIL_TO),
	TABLE_BY("email.from", EMAIL_FROM, table_if_absent), TABLE_BY("email.to", EMAIL_TO, table_if_absent),
	TABLE_TO("email.subject", EMAIL_SUBJECT), TABLE_BY("email.attachment", FILE_NAME, table_first),
	TABLE_KEEP("email.url"),
	TABLE_KEEP("dhcp.type"), TABLE_DROP("dhcp.id"), TABLE_TO("dhcp.client_mac", SOURCE_MAC),
	TABLE_KEEP("dhcp.assigned_ip"),
	TABLE_TO("dhcp.dhcp_type", EVENT_ACTION), TABLE_TO("dhcp.hostname", SOURCE_DOMAIN),
	TABLE_TO("anomaly.event", RULE_NAME), TABLE_TO("anomaly.type", RULE_CATEGORY), TABLE_KEEP("anomaly.layer"),
	TABLE_BY("app_proto", NETWORK_PROTOCOL, app_proto), TABLE_DROP("app_proto_tc"), TABLE_DROP("app_proto_ts"),
	TABLE_BY("direction", SOURCE_IP, direction),
	TABLE_TO("flow.pkts_toserver", SOURCE_PACKETS), TABLE_TO("flow.pkts_toclient", DESTINATION_PACKETS),
	TABLE_TO("flow.bytes_toserver", SOURCE_BYTES), TABLE_TO("flow.bytes_toclient", DESTINATION_BYTES),
	TABLE_KEEP("flow.start"),
	TABLE_TO("flow.src_ip", SOURCE_IP), TABLE_TO("flow.dest_ip", DESTINATION_IP),
	TABLE_TO("flow.src_port", SOURCE_PORT),
	TABLE_TO("flow.dest_port", DESTINATION_PORT), TABLE_DROP("flow.end"),
	TABLE_BY("flow.age", EVENT_DURATION_MS, table_ms),
	TABLE_TO("flow.state", NETWORK_STATE), TABLE_KEEP("flow.reason"), TABLE_KEEP("flow.alerted"),
	TABLE_TO("netflow.pkts", SOURCE_PACKETS), TABLE_TO("netflow.bytes", SOURCE_BYTES), TABLE_KEEP("netflow.start"),
	TABLE_DROP("netflow.end"), TABLE_BY("netflow.age", EVENT_DURATION_MS, table_ms), TABLE_DROP("netflow.min_ttl"),
	TABLE_DROP("netflow.max_ttl"),
	TABLE_TO("host", OBSERVER_NAME), TABLE_DROP("tcp.tcp_flags"), TABLE_DROP("tcp.tcp_flags_ts"),
	TABLE_DROP("tcp.tcp_flags_tc"), TABLE_DROP("tcp.syn"), TABLE_DROP("tcp.fin"), TABLE_DROP("tcp.rst"),
	TABLE_DROP("tcp.psh"), TABLE_DROP("tcp.ack"), TABLE_DROP("tcp.ecn"), TABLE_DROP("tcp.cwr"),
	TABLE_KEEP("tcp.state"),
};

static struct names row_names = NAMES(rows);

static void
finish_flow(struct table_call *c)
{
	struct hn_view start = record_extra(c->r, HN_LIT("flow.start"));
	int64_t ms;

	if (start.n == 0)
		start = record_extra(c->r, HN_LIT("netflow.start"));
	if (start.n > 0 && hn_time_parse(start, 0, &ms) == HN_OK)
		c->r->at_ms = ms;
}

static void
finish_kerberos(struct table_call *c)
{
	const struct hn_view what = record_get(c->r, FIELD_EVENT_ACTION);

	if (hn_view_eq(what, HN_LIT("KRB_ERROR")))
		record_set(c->r, FIELD_EVENT_OUTCOME, HN_LIT("failure"));
	else if (hn_view_ends(what, HN_LIT("_REP")))
		record_set(c->r, FIELD_EVENT_OUTCOME, HN_LIT("success"));
}

#define TYPE(type, KIND, proto, last) \
	{ .name = HN_INIT(type), .dataset = "suricata." type, .kind = RECORD_##KIND, .protocol = HN_INIT(proto), \
	    .rows = rows, .n = HN_COUNT(rows), .names = &row_names, .finish = last }

static const struct table types[] = {
	TYPE("alert", ALERT, "", NULL), TYPE("dns", DNS, "dns", NULL), TYPE("http", WEB, "http", NULL),
	TYPE("http2", WEB, "http", NULL), TYPE("tls", TLS, "tls", NULL), TYPE("quic", TLS, "quic", NULL),
	TYPE("flow", FLOW, "", finish_flow), TYPE("netflow", FLOW, "", finish_flow), TYPE("drop", FLOW, "", NULL),
	TYPE("fileinfo", FILE, "", NULL), TYPE("smb", FILE, "smb", NULL), TYPE("nfs", FILE, "nfs", NULL),
	TYPE("ftp", FILE, "ftp", NULL), TYPE("ftp_data", FILE, "ftp", NULL), TYPE("rdp", LOGON, "rdp", NULL),
	TYPE("ssh", LOGON, "ssh", NULL), TYPE("krb5", LOGON, "kerberos", finish_kerberos), TYPE("smtp", MAIL, "smtp", NULL),
	TYPE("dhcp", OTHER, "dhcp", NULL), TYPE("anomaly", OTHER, "", NULL),
};

static const struct table other = {
	.name = HN_INIT(""), .dataset = "suricata", .kind = RECORD_OTHER, .protocol = HN_INIT(""), .rows = rows,
	.n = HN_COUNT(rows), .names = &row_names,
};

static const struct table *
table_of(struct hn_view type)
{
	for (size_t i = 0; i < HN_COUNT(types); i++)
		if (hn_view_eq(types[i].name, type))
			return &types[i];
	return &other;
}

static unsigned
eve_recognise(struct hn_view line)
{
	static const struct hn_view type = HN_INIT("\"event_type\""), time = HN_INIT("\"timestamp\"");
	const struct hn_view head = { line.p, line.n < LOOK_BYTES ? line.n : LOOK_BYTES };

	if (line.n < 2 || line.p[0] != '{')
		return 0;
	return hn_view_search(head, type) < head.n && hn_view_search(head, time) < head.n ? 96 : 0;
}

static enum hn_rc
eve_read(void *state, const struct reader_conf *conf, struct hn_view line, struct record *r, struct hn_err *err)
{
	struct members m __attribute__((uninitialized));
	struct table_call c = { .r = r, .arena = conf->arena };
	const enum hn_rc rc = members_read(line, &m, err);

	(void)state;
	if (rc != HN_OK)
		return rc;
	const struct hn_view type = members_get(&m, HN_LIT("event_type"));
	const struct table *const t = table_of(type);

	if (type.n == 0)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "event_type");
	if (hn_view_eq(type, HN_LIT("stats")))
		return HN_SKIP;
	if (members_get(&m, HN_LIT("timestamp")).n == 0)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "timestamp");
	members_apply(&m, t, &c);
	if (c.bad)
		return HN_FAIL(err, HN_E_SYNTAX, 0, "timestamp");
	table_finish(t, &c);
	if (t == &other)
		record_keep(r, HN_LIT("event_type"), type);
	return HN_OK;
}

const struct reader eve_reader = {
	.name = "suricata",
	.frame = READER_OBJECT,
	.recognise = eve_recognise,
	.read = eve_read,
};
