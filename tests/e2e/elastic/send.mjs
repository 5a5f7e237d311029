// send.mjs URL CA: events (a JSON array on standard input) by the bulk helper of the unchanged client; prints its counts.
import { readFileSync } from "node:fs";
import { Client } from "@elastic/elasticsearch";

const [url, ca] = process.argv.slice(2);
const client = new Client({ node: url, tls: { ca: readFileSync(ca) }, compression: true, maxRetries: 0 });
const info = await client.info();
if (!info.version.number.startsWith("8.")) throw new Error("version " + info.version.number);
const { total, failed, successful } = await client.helpers.bulk({
	datasource: JSON.parse(readFileSync(0, "utf8")),
	onDocument: () => ({ create: { _index: "winlogbeat-8" } }),
	flushBytes: 8192,
	retries: 0,
});
console.log(JSON.stringify({ total, failed, successful }));
await client.close();
