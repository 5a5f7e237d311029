#include "record/zeek_table.h"

#define TIME TABLE_DROP("_path"), TABLE_DROP("_write_ts"), TABLE_BY("ts", COUNT, table_time)
#define ENDPOINTS \
	TIME, TABLE_KEEP("uid"), TABLE_TO("id.orig_h", SOURCE_IP), \
	TABLE_TO("id.orig_p", SOURCE_PORT), TABLE_TO("id.resp_h", DESTINATION_IP), TABLE_TO("id.resp_p", DESTINATION_PORT)

static const struct table_row conn[] = {
	ENDPOINTS,
	TABLE_TO("proto", NETWORK_TRANSPORT), TABLE_TO("service", NETWORK_PROTOCOL),
	TABLE_BY("duration", EVENT_DURATION_MS, table_ms), TABLE_TO("orig_bytes", SOURCE_BYTES),
	TABLE_TO("resp_bytes", DESTINATION_BYTES), TABLE_TO("conn_state", NETWORK_STATE), TABLE_DROP("local_orig"),
	TABLE_DROP("local_resp"), TABLE_DROP("missed_bytes"), TABLE_KEEP("history"), TABLE_TO("orig_pkts", SOURCE_PACKETS),
	TABLE_DROP("orig_ip_bytes"), TABLE_TO("resp_pkts", DESTINATION_PACKETS), TABLE_DROP("resp_ip_bytes"),
	TABLE_KEEP("tunnel_parents"), TABLE_DROP("ip_proto"), TABLE_KEEP("vlan"), TABLE_TO("orig_l2_addr", SOURCE_MAC),
	TABLE_KEEP("resp_l2_addr"), TABLE_KEEP("community_id"),
};

static const struct table_row dns[] = {
	ENDPOINTS,
	TABLE_TO("proto", NETWORK_TRANSPORT), TABLE_DROP("trans_id"), TABLE_BY("rtt", EVENT_DURATION_MS, table_ms),
	TABLE_TO("query", DNS_QUESTION_NAME), TABLE_DROP("qclass"), TABLE_KEEP("qclass_name"), TABLE_DROP("qtype"),
	TABLE_TO("qtype_name", DNS_QUESTION_TYPE), TABLE_DROP("rcode"), TABLE_TO("rcode_name", DNS_RESPONSE_CODE),
	TABLE_KEEP("AA"), TABLE_KEEP("TC"), TABLE_KEEP("RD"), TABLE_KEEP("RA"), TABLE_DROP("Z"),
	TABLE_TO("answers", DNS_ANSWERS), TABLE_KEEP("TTLs"), TABLE_KEEP("rejected"),
};

/* A password is nobody's business here. */
static const struct table_row http[] = {
	ENDPOINTS,
	TABLE_DROP("trans_depth"), TABLE_TO("method", HTTP_METHOD), TABLE_BY("host", URL_DOMAIN, table_host),
	TABLE_BY("uri", URL_PATH, table_uri), TABLE_TO("referrer", HTTP_REFERRER), TABLE_KEEP("version"),
	TABLE_TO("user_agent", USER_AGENT), TABLE_KEEP("origin"), TABLE_TO("request_body_len", SOURCE_BYTES),
	TABLE_TO("response_body_len", DESTINATION_BYTES), TABLE_TO("status_code", HTTP_STATUS), TABLE_KEEP("status_msg"),
	TABLE_KEEP("info_code"), TABLE_KEEP("info_msg"), TABLE_KEEP("tags"), TABLE_TO("username", USER_NAME),
	TABLE_DROP("password"), TABLE_BY("proxied", CLIENT_IP, table_forwarded), TABLE_KEEP("orig_fuids"),
	TABLE_KEEP("orig_filenames"), TABLE_KEEP("orig_mime_types"), TABLE_KEEP("resp_fuids"),
	TABLE_BY("resp_filenames", FILE_NAME, table_first), TABLE_BY("resp_mime_types", HTTP_MIME_TYPE, table_first),
};

static const struct table_row ssl[] = {
	ENDPOINTS,
	TABLE_TO("version", TLS_VERSION), TABLE_KEEP("cipher"), TABLE_KEEP("curve"), TABLE_TO("server_name", TLS_SERVER_NAME),
	TABLE_KEEP("resumed"), TABLE_KEEP("last_alert"), TABLE_KEEP("next_protocol"),
	TABLE_BY("established", EVENT_OUTCOME, table_success), TABLE_KEEP("ssl_history"),
	TABLE_BY("cert_chain_fps", TLS_CERT_HASH, table_sha256), TABLE_KEEP("client_cert_chain_fps"),
	TABLE_KEEP("cert_chain_fuids"), TABLE_KEEP("client_cert_chain_fuids"), TABLE_TO("subject", TLS_SUBJECT),
	TABLE_TO("issuer", TLS_ISSUER), TABLE_KEEP("client_subject"), TABLE_KEEP("client_issuer"),
	TABLE_KEEP("sni_matches_cert"), TABLE_KEEP("validation_status"), TABLE_TO("ja3", TLS_JA3), TABLE_TO("ja3s", TLS_JA3S),
	TABLE_TO("ja4", TLS_JA4), TABLE_KEEP("ja4s"),
};

static const struct table_row x509[] = {
	TIME, TABLE_BY("fingerprint", TLS_CERT_HASH, table_sha256), TABLE_KEEP("id"),
	TABLE_DROP("certificate.version"), TABLE_KEEP("certificate.serial"), TABLE_TO("certificate.subject", TLS_SUBJECT),
	TABLE_TO("certificate.issuer", TLS_ISSUER), TABLE_KEEP("certificate.not_valid_before"),
	TABLE_KEEP("certificate.not_valid_after"), TABLE_KEEP("certificate.key_alg"), TABLE_KEEP("certificate.sig_alg"),
	TABLE_KEEP("certificate.key_type"), TABLE_KEEP("certificate.key_length"), TABLE_DROP("certificate.exponent"),
	TABLE_KEEP("certificate.curve"), TABLE_KEEP("san.dns"), TABLE_KEEP("san.uri"), TABLE_KEEP("san.email"),
	TABLE_KEEP("san.ip"), TABLE_KEEP("basic_constraints.ca"), TABLE_DROP("basic_constraints.path_len"),
	TABLE_KEEP("host_cert"), TABLE_KEEP("client_cert"),
};

static const struct table_row files[] = {
	TIME, TABLE_KEEP("fuid"), TABLE_KEEP("uid"), TABLE_TO("id.orig_h", SOURCE_IP),
	TABLE_TO("id.orig_p", SOURCE_PORT), TABLE_TO("id.resp_h", DESTINATION_IP), TABLE_TO("id.resp_p", DESTINATION_PORT),
	TABLE_KEEP("tx_hosts"), TABLE_KEEP("rx_hosts"), TABLE_KEEP("conn_uids"),
	TABLE_BY("source", NETWORK_PROTOCOL, table_lower), TABLE_DROP("depth"), TABLE_KEEP("analyzers"),
	TABLE_TO("mime_type", HTTP_MIME_TYPE), TABLE_TO("filename", FILE_NAME),
	TABLE_BY("duration", EVENT_DURATION_MS, table_ms), TABLE_KEEP("local_orig"), TABLE_KEEP("is_orig"),
	TABLE_TO("seen_bytes", FILE_SIZE), TABLE_TO("total_bytes", FILE_SIZE), TABLE_DROP("missing_bytes"),
	TABLE_DROP("overflow_bytes"), TABLE_KEEP("timedout"), TABLE_KEEP("parent_fuid"), TABLE_TO("md5", FILE_MD5),
	TABLE_TO("sha1", FILE_SHA1), TABLE_TO("sha256", FILE_SHA256), TABLE_KEEP("extracted"),
	TABLE_DROP("extracted_cutoff"), TABLE_DROP("extracted_size"),
};

/* Who asked stands first in a record: he who sends a file, or, where the answer brought it, he who receives it. */
static void
finish_files(struct table_call *c)
{
	const struct hn_view tx = record_extra(c->r, HN_LIT("tx_hosts")), rx = record_extra(c->r, HN_LIT("rx_hosts"));
	const struct hn_view by_asker = record_extra(c->r, HN_LIT("is_orig"));
	const bool sent = by_asker.n > 0 && (by_asker.p[0] == 'T' || by_asker.p[0] == 't');

	if (record_has(c->r, FIELD_SOURCE_IP))
		return;
	c->to = FIELD_SOURCE_IP;
	table_first(c, sent ? tx : rx);
	c->to = FIELD_DESTINATION_IP;
	table_first(c, sent ? rx : tx);
}

static const struct table_row smb_files[] = {
	ENDPOINTS,
	TABLE_KEEP("fuid"), TABLE_TO("action", EVENT_ACTION), TABLE_TO("path", FILE_PATH), TABLE_TO("name", FILE_NAME),
	TABLE_TO("size", FILE_SIZE), TABLE_KEEP("prev_name"), TABLE_KEEP("times.modified"), TABLE_KEEP("times.accessed"),
	TABLE_KEEP("times.created"), TABLE_KEEP("times.changed"),
};

static const struct table_row smb_mapping[] = {
	ENDPOINTS,
	TABLE_TO("path", FILE_PATH), TABLE_KEEP("service"), TABLE_KEEP("native_file_system"), TABLE_KEEP("share_type"),
};

static void
rdp_result(struct table_call *c, struct hn_view v)
{
	record_set(c->r, FIELD_EVENT_REASON, v);
	if (hn_view_eq_nocase(v, HN_LIT("success")))
		record_set(c->r, FIELD_EVENT_OUTCOME, HN_LIT("success"));
}

static const struct table_row rdp[] = {
	ENDPOINTS,
	TABLE_TO("cookie", USER_NAME), TABLE_BY("result", EVENT_REASON, rdp_result), TABLE_KEEP("security_protocol"),
	TABLE_KEEP("client_channels"), TABLE_KEEP("keyboard_layout"), TABLE_KEEP("client_build"),
	TABLE_TO("client_name", SOURCE_DOMAIN), TABLE_KEEP("client_dig_product_id"), TABLE_DROP("desktop_width"),
	TABLE_DROP("desktop_height"), TABLE_DROP("requested_color_depth"), TABLE_KEEP("cert_type"), TABLE_DROP("cert_count"),
	TABLE_DROP("cert_permanent"), TABLE_KEEP("encryption_level"), TABLE_KEEP("encryption_method"),
};

static const struct table_row ssh[] = {
	ENDPOINTS,
	TABLE_KEEP("version"), TABLE_BY("auth_success", EVENT_OUTCOME, table_success), TABLE_KEEP("auth_attempts"),
	TABLE_KEEP("direction"), TABLE_KEEP("client"), TABLE_KEEP("server"), TABLE_KEEP("cipher_alg"), TABLE_KEEP("mac_alg"),
	TABLE_DROP("compression_alg"), TABLE_KEEP("kex_alg"), TABLE_KEEP("host_key_alg"), TABLE_KEEP("host_key"),
	TABLE_TO("remote_location.country_code", SOURCE_COUNTRY),
};

static const struct table_row kerberos[] = {
	ENDPOINTS,
	TABLE_TO("request_type", EVENT_ACTION), TABLE_BY("client", USER_NAME, table_principal), TABLE_TO("service", SERVICE_NAME),
	TABLE_BY("success", EVENT_OUTCOME, table_success), TABLE_TO("error_msg", EVENT_REASON), TABLE_KEEP("from"),
	TABLE_KEEP("till"), TABLE_KEEP("cipher"), TABLE_KEEP("forwardable"), TABLE_KEEP("renewable"),
	TABLE_KEEP("client_cert_subject"), TABLE_KEEP("client_cert_fuid"), TABLE_KEEP("server_cert_subject"),
	TABLE_KEEP("server_cert_fuid"),
};

static const struct table_row ntlm[] = {
	ENDPOINTS,
	TABLE_TO("username", USER_NAME), TABLE_TO("hostname", SOURCE_DOMAIN), TABLE_TO("domainname", USER_DOMAIN),
	TABLE_KEEP("server_nb_computer_name"), TABLE_TO("server_dns_computer_name", DESTINATION_DOMAIN),
	TABLE_KEEP("server_tree_name"), TABLE_BY("success", EVENT_OUTCOME, table_success),
};

static const struct table_row dce_rpc[] = {
	ENDPOINTS,
	TABLE_BY("rtt", EVENT_DURATION_MS, table_ms), TABLE_KEEP("named_pipe"), TABLE_KEEP("endpoint"),
	TABLE_TO("operation", EVENT_ACTION),
};

static const struct table_row notice[] = {
	ENDPOINTS,
	TABLE_KEEP("fuid"), TABLE_KEEP("file_mime_type"), TABLE_KEEP("file_desc"), TABLE_TO("proto", NETWORK_TRANSPORT),
	TABLE_TO("note", RULE_NAME), TABLE_TO("msg", MESSAGE), TABLE_TO("sub", EVENT_REASON),
	TABLE_BY("src", SOURCE_IP, table_if_absent), TABLE_BY("dst", DESTINATION_IP, table_if_absent),
	TABLE_BY("p", DESTINATION_PORT, table_if_absent), TABLE_KEEP("n"), TABLE_TO("peer_descr", OBSERVER_NAME),
	TABLE_KEEP("actions"), TABLE_DROP("email_dest"), TABLE_DROP("suppress_for"),
	TABLE_TO("remote_location.country_code", SOURCE_COUNTRY),
};

static const struct table_row weird[] = {
	ENDPOINTS,
	TABLE_TO("name", RULE_NAME), TABLE_TO("addl", EVENT_REASON), TABLE_KEEP("notice"), TABLE_TO("peer", OBSERVER_NAME),
	TABLE_KEEP("source"),
};

static const struct table_row dhcp[] = {
	TIME, TABLE_KEEP("uids"), TABLE_TO("client_addr", SOURCE_IP),
	TABLE_TO("server_addr", DESTINATION_IP), TABLE_TO("mac", SOURCE_MAC), TABLE_TO("host_name", SOURCE_DOMAIN),
	TABLE_KEEP("client_fqdn"), TABLE_KEEP("domain"), TABLE_KEEP("requested_addr"),
	TABLE_BY("assigned_addr", SOURCE_IP, table_if_absent), TABLE_KEEP("lease_time"), TABLE_KEEP("client_message"),
	TABLE_KEEP("server_message"), TABLE_TO("msg_types", EVENT_ACTION), TABLE_BY("duration", EVENT_DURATION_MS, table_ms),
	TABLE_KEEP("client_software"), TABLE_KEEP("server_software"),
};

static const struct table_row smtp[] = {
	ENDPOINTS,
	TABLE_DROP("trans_depth"), TABLE_KEEP("helo"), TABLE_TO("mailfrom", EMAIL_FROM), TABLE_TO("rcptto", EMAIL_TO),
	TABLE_KEEP("date"), TABLE_BY("from", EMAIL_FROM, table_if_absent), TABLE_BY("to", EMAIL_TO, table_if_absent),
	TABLE_KEEP("cc"), TABLE_KEEP("reply_to"), TABLE_KEEP("msg_id"), TABLE_KEEP("in_reply_to"),
	TABLE_TO("subject", EMAIL_SUBJECT), TABLE_KEEP("x_originating_ip"), TABLE_KEEP("first_received"),
	TABLE_KEEP("second_received"), TABLE_TO("last_reply", EVENT_REASON), TABLE_KEEP("path"),
	TABLE_TO("user_agent", USER_AGENT), TABLE_KEEP("tls"), TABLE_KEEP("fuids"), TABLE_KEEP("is_webmail"),
};

static const struct table_row ftp[] = {
	ENDPOINTS,
	TABLE_TO("user", USER_NAME), TABLE_DROP("password"), TABLE_TO("command", EVENT_ACTION), TABLE_TO("arg", FILE_PATH),
	TABLE_KEEP("mime_type"), TABLE_TO("file_size", FILE_SIZE), TABLE_TO("reply_code", EVENT_CODE),
	TABLE_TO("reply_msg", EVENT_REASON), TABLE_KEEP("data_channel.passive"), TABLE_KEEP("data_channel.orig_h"),
	TABLE_KEEP("data_channel.resp_h"), TABLE_KEEP("data_channel.resp_p"), TABLE_KEEP("fuid"),
};

static const struct table_row pe[] = {
	TIME, TABLE_KEEP("id"), TABLE_KEEP("machine"), TABLE_KEEP("compile_ts"), TABLE_KEEP("os"),
	TABLE_KEEP("subsystem"), TABLE_KEEP("is_exe"), TABLE_KEEP("is_64bit"), TABLE_DROP("uses_aslr"), TABLE_DROP("uses_dep"),
	TABLE_DROP("uses_code_integrity"), TABLE_DROP("uses_seh"), TABLE_DROP("has_import_table"),
	TABLE_DROP("has_export_table"), TABLE_KEEP("has_cert_table"), TABLE_DROP("has_debug_data"), TABLE_KEEP("section_names"),
};

static const struct table_row software[] = {
	TIME, TABLE_TO("host", SOURCE_IP), TABLE_TO("host_p", SOURCE_PORT),
	TABLE_KEEP("software_type"), TABLE_KEEP("name"), TABLE_KEEP("version.major"), TABLE_KEEP("version.minor"),
	TABLE_KEEP("version.minor2"), TABLE_KEEP("version.minor3"), TABLE_KEEP("version.addl"),
	TABLE_KEEP("unparsed_version"),
};

static const struct table_row other[] = { ENDPOINTS, TABLE_TO("proto", NETWORK_TRANSPORT) };

#define ROW(path, KIND, proto) \
	{ .name = HN_INIT(#path), .dataset = "zeek." #path, .kind = RECORD_##KIND, .protocol = HN_INIT(proto), \
	    .rows = path, .n = HN_COUNT(path) }
#define ROW_FINISH(path, KIND, proto, f) \
	{ .name = HN_INIT(#path), .dataset = "zeek." #path, .kind = RECORD_##KIND, .protocol = HN_INIT(proto), \
	    .rows = path, .n = HN_COUNT(path), .finish = f }

static const struct table tables[] = {
	ROW(conn, FLOW, ""), ROW(dns, DNS, "dns"), ROW(http, WEB, "http"), ROW(ssl, TLS, "tls"), ROW(x509, TLS, ""),
	ROW_FINISH(files, FILE, "", finish_files), ROW(smb_files, FILE, "smb"), ROW(smb_mapping, FILE, "smb"),
	ROW(rdp, LOGON, "rdp"), ROW(ssh, LOGON, "ssh"), ROW(kerberos, LOGON, "kerberos"), ROW(ntlm, LOGON, "ntlm"),
	ROW(dce_rpc, OTHER, "dce_rpc"), ROW(notice, ALERT, ""), ROW(weird, OTHER, ""), ROW(dhcp, OTHER, "dhcp"),
	ROW(smtp, MAIL, "smtp"), ROW(ftp, FILE, "ftp"), ROW(pe, FILE, ""), ROW(software, OTHER, ""),
};

static const struct table unknown = {
	.name = HN_INIT(""), .dataset = "zeek", .kind = RECORD_OTHER, .protocol = HN_INIT(""), .rows = other,
	.n = HN_COUNT(other),
};

/* Names that no other log has; the first is there in each line where Zeek allows that. */
static const struct mark {
	struct hn_view name;
	const char *path;
} marks[] = {
	{ HN_INIT("conn_state"), "conn" }, { HN_INIT("history"), "conn" }, { HN_INIT("orig_ip_bytes"), "conn" },
	{ HN_INIT("trans_id"), "dns" }, { HN_INIT("qtype_name"), "dns" }, { HN_INIT("query"), "dns" },
	{ HN_INIT("method"), "http" }, { HN_INIT("uri"), "http" }, { HN_INIT("request_body_len"), "http" },
	{ HN_INIT("ssl_history"), "ssl" }, { HN_INIT("established"), "ssl" }, { HN_INIT("server_name"), "ssl" },
	{ HN_INIT("certificate.subject"), "x509" }, { HN_INIT("certificate.version"), "x509" },
	{ HN_INIT("seen_bytes"), "files" }, { HN_INIT("tx_hosts"), "files" }, { HN_INIT("analyzers"), "files" },
	{ HN_INIT("times.modified"), "smb_files" }, { HN_INIT("prev_name"), "smb_files" },
	{ HN_INIT("share_type"), "smb_mapping" }, { HN_INIT("security_protocol"), "rdp" }, { HN_INIT("cookie"), "rdp" },
	{ HN_INIT("auth_attempts"), "ssh" }, { HN_INIT("kex_alg"), "ssh" }, { HN_INIT("request_type"), "kerberos" },
	{ HN_INIT("domainname"), "ntlm" }, { HN_INIT("server_nb_computer_name"), "ntlm" },
	{ HN_INIT("named_pipe"), "dce_rpc" }, { HN_INIT("note"), "notice" }, { HN_INIT("suppress_for"), "notice" },
	{ HN_INIT("notice"), "weird" }, { HN_INIT("addl"), "weird" }, { HN_INIT("msg_types"), "dhcp" },
	{ HN_INIT("assigned_addr"), "dhcp" }, { HN_INIT("helo"), "smtp" }, { HN_INIT("mailfrom"), "smtp" },
	{ HN_INIT("reply_code"), "ftp" }, { HN_INIT("data_channel.passive"), "ftp" }, { HN_INIT("is_exe"), "pe" },
	{ HN_INIT("compile_ts"), "pe" }, { HN_INIT("software_type"), "software" },
};

static struct names mark_names = NAMES(marks);

static bool
is_path_of(struct hn_view path, struct hn_view name)
{
	return hn_view_starts(path, name) &&
	    (path.n == name.n || path.p[name.n] == '-' || (path.p[name.n] == '_' && path.n > name.n + 1 &&
	    path.p[name.n + 1] >= '0' && path.p[name.n + 1] <= '9'));
}

const struct table *
zeek_table(struct hn_view path)
{
	for (size_t i = 0; i < HN_COUNT(tables); i++)
		if (is_path_of(path, tables[i].name))
			return &tables[i];
	return &unknown;
}

const struct table *
zeek_table_of(const struct members *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const uint32_t mark = names_find(&mark_names, m->at[i].key);

		if (mark != NAMES_NONE)
			return zeek_table(hn_view_of(marks[mark].path));
	}
	return &unknown;
}
