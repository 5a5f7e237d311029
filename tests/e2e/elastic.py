#!/usr/bin/env python3
"""Unchanged clients of Elasticsearch send events to a running site: Debian's python3-elasticsearch (7.17) and npm's
@elastic/elasticsearch (8), both of which refuse a server that is not Elasticsearch; and the questions of Winlogbeat.

  elastic.py HINOMI
"""
import gzip
import http.client
import json
import os
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import drive  # noqa: E402
import live_site  # noqa: E402

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "elastic")
LIST = "value,type,source,tlp,expires,note\n198.51.100.23,ip,test,green,,\n"
EVENTS = 40
# What Winlogbeat asks before it sends, with its shipped configuration: (method, path, is the answer read as JSON).
# Sources: elastic/beats (Apache-2.0) 7.17 and 8: libbeat/esleg/eslegclient/connection.go (ping), licenser/elastic_fetcher.go,
# idxmgmt/ilm and idxmgmt/lifecycle (policy, alias), template/load.go (template, data stream), winlogbeat/module/pipeline.go.
QUESTIONS = {
    "7.17.29": [("GET", "/", True), ("GET", "/_license?human=false", True), ("GET", "/_xpack", True),
                ("GET", "/_ilm/policy/winlogbeat", True), ("PUT", "/_ilm/policy/winlogbeat", True),
                ("HEAD", "/_template/winlogbeat-7.17.29", False), ("PUT", "/_template/winlogbeat-7.17.29", True),
                ("GET", "/_alias/winlogbeat-7.17.29", True), ("HEAD", "/_alias/winlogbeat-7.17.29", False),
                ("PUT", "/%3Cwinlogbeat-7.17.29-%7Bnow%2Fd%7D-000001%3E", True), ("GET", "/_cat/templates/winlogbeat-7.17.29", False)],
    "8.19.2": [("GET", "/", True), ("GET", "/_license?human=false", True), ("GET", "/_nodes/ingest", True),
               ("GET", "/_ilm/policy/winlogbeat", True), ("PUT", "/_ilm/policy/winlogbeat", True),
               ("HEAD", "/_index_template/winlogbeat-8.19.2", False), ("PUT", "/_index_template/winlogbeat-8.19.2", True),
               ("GET", "/_data_stream/winlogbeat-8.19.2", True), ("PUT", "/_data_stream/winlogbeat-8.19.2", True),
               ("GET", "/_ingest/pipeline/winlogbeat-8.19.2-routing", True),
               ("PUT", "/_ingest/pipeline/winlogbeat-8.19.2-routing", True)],
}
FILTER = "errors%2Citems.index.status%2Citems.index.error%2Citems.create.status%2Citems.create.error"


def event(machine, n):
    """A network connection that Sysmon saw, as Winlogbeat writes it."""
    return {"@timestamp": "2026-06-08T02:32:%02d.123Z" % (n % 60), "ecs": {"version": "8.0.0"},
            "event": {"code": "3", "provider": "Microsoft-Windows-Sysmon", "kind": "event"},
            "host": {"name": "PC-UKETSUKE-%02d" % n}, "agent": {"type": "winlogbeat", "version": "8.19.2"},
            "winlog": {"channel": "Microsoft-Windows-Sysmon/Operational", "event_id": "3", "record_id": n,
                       "provider_name": "Microsoft-Windows-Sysmon", "computer_name": "PC-UKETSUKE",
                       "event_data": {"UtcTime": "2026-06-08 02:32:%02d.123" % (n % 60), "SourceIp": machine,
                                      "SourcePort": "50100", "DestinationIp": "198.51.100.23", "DestinationPort": "443",
                                      "Protocol": "tcp", "Image": "C:\\Windows\\System32\\rundll32.exe",
                                      "User": "HINODE\\sato"}}}


def arrives(site, machine, wanted):
    def count():
        return sum(row[0] for (rule, source, destination), row in site.findings().items() if source == machine)
    live_site.wait_until("%d records of %s (log: %s)" % (wanted, machine, site.said()[-400:]), lambda: count() >= wanted)
    drive.equal("records of " + machine, count(), wanted)


def python_client(site, url, machine, **options):
    from elasticsearch import Elasticsearch, helpers
    client = Elasticsearch([url], ca_certs=os.path.join(site.data, "tls", "ca.pem"), **options)
    drive.equal("tagline", client.info()["tagline"], "You Know, for Search")
    rows = [{"_op_type": "create" if n % 2 else "index", "_index": "winlogbeat", "_source": event(machine, n)}
            for n in range(EVENTS)]
    done, errors = helpers.bulk(client, rows, chunk_size=16)
    drive.equal("events taken and refused", (done, errors), (EVENTS, []))
    arrives(site, machine, EVENTS)


def node_client(site, url, machine):
    body = [event(machine, n) for n in range(EVENTS)]
    run = subprocess.run(["node", "send.mjs", url, os.path.join(site.data, "tls", "ca.pem")], cwd=HERE, text=True,
                         input=json.dumps(body), capture_output=True, timeout=60)
    drive.equal("send.mjs (%s)" % run.stderr[-600:], (run.returncode, run.stdout.strip()),
                (0, json.dumps({"total": EVENTS, "failed": 0, "successful": EVENTS}, separators=(",", ":"))))
    arrives(site, machine, EVENTS)


class Beat:
    """Asks as libbeat does: one connection a request, Accept: application/json; a status of 300 and more is an error."""

    def __init__(self, site, port, version):
        self.tls = ssl.create_default_context(cafile=os.path.join(site.data, "tls", "ca.pem"))
        self.port, self.version = port, version

    def ask(self, method, path, body=None, **headers):
        line = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=20)
        line.request(method, path, body, {"User-Agent": "Elastic-winlogbeat/%s (windows; amd64; x; 2025-07-01)" % self.version,
                                          "Accept": "application/json", "Connection": "close",
                                          **{name.replace("_", "-"): value for name, value in headers.items()}})
        answer = line.getresponse()
        data = answer.read()
        line.close()
        drive.equal("product of %s %s" % (method, path), answer.headers["X-Elastic-Product"], "Elasticsearch")
        return answer.status, data


def beat_asks(site, port, version, machine):
    beat = Beat(site, port, version)
    for method, path, is_read in QUESTIONS[version]:
        status, data = beat.ask(method, path, b"{}" if method == "PUT" else None)
        drive.equal("status of %s %s" % (method, path), status, 200)
        if is_read:
            json.loads(data)
    root = json.loads(beat.ask("GET", "/")[1])
    drive.equal("version, which may not be older than the Beat's", root["version"]["number"], version)
    lines = "".join(json.dumps({"create": {"_index": "winlogbeat-" + version}}) + "\n" + json.dumps(event(machine, n)) + "\n"
                    for n in range(EVENTS))
    status, data = beat.ask("POST", "/_bulk?filter_path=%s&pipeline=winlogbeat-%s-routing" % (FILTER, version),
                            gzip.compress(lines.encode()), Content_Type="application/json; charset=UTF-8",
                            Content_Encoding="gzip")
    reply = json.loads(data)
    drive.equal("status of the bulk request", (status, reply["errors"]), (200, False))
    drive.equal("items", [item["create"]["status"] for item in reply["items"]], [201] * EVENTS)
    arrives(site, machine, EVENTS)


def has_node_client():
    if not drive.find("node") or not drive.find("npm"):
        return False
    if os.path.exists(os.path.join(HERE, "node_modules", "@elastic", "elasticsearch")):
        return True
    return subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL).returncode == 0


def use_debians_python():
    """The client is Debian's; the Python that runs the tests may be another."""
    try:
        import elasticsearch  # noqa: F401
    except ImportError:
        if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3") and "--again" not in sys.argv:
            os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv, "--again"])
        print("SKIP: python3-elasticsearch is not installed (./check installs it)")
        sys.exit(drive.SKIP)


def main():
    use_debians_python()
    live_site.skip_without_site(sys.argv[1])
    port = live_site.free_port()
    url = "https://127.0.0.1:%d" % port
    site = live_site.Site(sys.argv[1], {"windows": {"kind": "elastic-bulk", "listen": "127.0.0.1:%d" % port}}, LIST)
    checks = drive.Checks()
    try:
        site.start()
        live_site.wait_until("the site's certificate", lambda: os.path.exists(os.path.join(site.data, "tls", "ca.pem")))
        checks.row("elasticsearch-py 7.17", lambda: python_client(site, url, "172.16.2.40"))
        checks.row("elasticsearch-py 7.17, gzip", lambda: python_client(site, url, "172.16.2.41", http_compress=True))
        if has_node_client():
            checks.row("@elastic/elasticsearch 8", lambda: node_client(site, url, "172.16.2.42"))
        else:
            print("left out: npm could not bring @elastic/elasticsearch")
        for n, version in enumerate(QUESTIONS):
            checks.row("Winlogbeat %s" % version, lambda n=n, v=version: beat_asks(site, port, v, "172.16.2.%d" % (43 + n)))
    finally:
        site.stop()
    site.forget()
    checks.finish()


if __name__ == "__main__":
    main()
