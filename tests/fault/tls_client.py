#!/usr/bin/env python3
"""What NXLog and Winlogbeat do, for the intake test.  usage: tls_client.py lines|bulk PORT"""
import contextlib
import gzip
import http.client
import json
import socket
import ssl
import sys


def context():
    c = ssl.create_default_context()
    c.check_hostname = False
    c.verify_mode = ssl.CERT_NONE
    return c


def lines(port):
    with socket.create_connection(("127.0.0.1", port)) as plain, context().wrap_socket(plain) as s:
        assert s.version() in ("TLSv1.2", "TLSv1.3")
        s.sendall(b'{"EventID":4624}\n{"EventID":4625')
        s.sendall(b'}\n' + b'{"pad":"' + b"x" * 100000 + b'"}\n')
        s.unwrap()
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(b"not TLS at all\n")
        with contextlib.suppress(ConnectionResetError):
            plain.recv(100)  # an alert, or the end


def ask(connection, method, path, body=None, headers=None):
    sent = {"User-Agent": "Elastic-winlogbeat/8.19.2 (windows; amd64)", **(headers or {})}
    connection.request(method, path, body, sent)
    r = connection.getresponse()
    text = r.read()
    assert r.headers["X-Elastic-Product"] == "Elasticsearch", r.headers
    return r.status, json.loads(text) if text else None


def bulk(port):
    c = http.client.HTTPSConnection("127.0.0.1", port, context=context())
    status, root = ask(c, "GET", "/")
    assert status == 200 and root["version"]["number"] == "8.19.2", root
    assert ask(c, "GET", "/_license")[1]["license"]["status"] == "active"
    assert ask(c, "HEAD", "/_index_template/winlogbeat-8.19.2")[0] == 200
    events = [{"@timestamp": "2026-11-23T00:00:00Z", "winlog": {"event_id": 4624, "n": n}} for n in range(1600)]
    body = "".join(json.dumps({"create": {"_index": "winlogbeat-8.19.2"}}) + "\n" + json.dumps(e) + "\n" for e in events)
    status, reply = ask(c, "POST", "/_bulk", body.encode(), {"Content-Type": "application/json"})
    assert status == 200 and not reply["errors"] and len(reply["items"]) == 1600, reply
    assert all(i["create"]["status"] == 201 for i in reply["items"])
    status, reply = ask(c, "POST", "/_bulk", gzip.compress(body.encode()), {"Content-Encoding": "gzip"})
    assert status == 200 and len(reply["items"]) == 1600, reply
    assert ask(c, "POST", "/_bulk", b"nonsense\n")[0] == 400


if __name__ == "__main__":
    {"lines": lines, "bulk": bulk}[sys.argv[1]](int(sys.argv[2]))
