/* What the site tells: the shapes of its JSON, and how it is asked. */

export type Level = "critical" | "high" | "medium" | "low" | "info";
export type Both = { ja: string; en: string };

export type Finding = {
  id: string;
  kind: string;
  rule: string;
  title: Both;
  advice: Both;
  level: Level;
  score: number;
  techniques: string[];
  source: string;
  destination: string;
  user: string;
  note: string;
  count: number;
  first_at: string;
  last_at: string;
  evidence: { file: string; line: number; at: string; raw: string }[];
  parts: { name: string; weight: number; words: Both }[];
  facts: Record<string, string>;
  chain?: string;
  members?: string[];
  verdict: "" | Verdict;
  allow: number;
};

export type Verdict = "true" | "false" | "expected";

export type Allowed = { id: number; value: string; reason: string; until: string; made_at: string };

/* What is shown of the list: it stands in the page's address. */
export type Filter = { level: string; kind: string; verdict: string; machine: string; q: string };

export type Source = {
  id: number;
  name: string;
  kind: string;
  format: string;
  trouble: string;
  last_at: string | null;
  records: number;
  unread: number;
  dropped: number;
  state: "speaking" | "silent" | "never" | "held";
  silent_after_s: number;
};

export type Store = {
  name: string;
  used_bytes: number;
  budget_bytes: number;
  keep_days: number;
  oldest_at?: string;
};

export type State = {
  site: string;
  at: string;
  findings: Record<Level, number>;
  notices: ("disk" | "database" | "clock")[];
  sources: { total: number; speaking: number; silent: number; never: number; held: number };
  unchecked: string[];
  records: number;
  unread: number;
  dropped: number;
  disk?: { free_bytes: number; total_bytes: number };
  stores?: Store[];
  version: string;
};

/* Nobody is signed in (any more). */
export class SignedOut extends Error {}

async function ask<T>(path: string): Promise<T> {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (answer.status === 401) throw new SignedOut();
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
}

export const getState = () => ask<State>("/api/state");
export const getSources = () => ask<Source[]>("/api/sources");
export const getFinding = (id: string) => ask<Finding>(`/api/findings/${encodeURIComponent(id)}`);

export const getAllowed = () => ask<Allowed[]>("/api/allow");

export function getFindings(filter: Partial<Filter>, before?: string, limit = 50) {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value);
  if (before) query.set("before", before);
  return ask<{ items: Finding[]; next: string | null }>(`/api/findings?${query}`);
}

/* A person decides: true when the site has noted it. */
async function act(path: string, body: Record<string, string>): Promise<boolean> {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (answer.status === 401) throw new SignedOut();
  return answer.ok;
}

export const judge = (finding: string, verdict: Verdict | "none", reason: string) =>
  act("/api/verdicts", { finding, verdict, reason });
export const allow = (value: string, until: string, reason: string) => act("/api/allow", { value, until, reason });
export const unallow = (id: number, reason: string) => act("/api/allow/end", { id: String(id), reason });

/* Sign in with the one-time token; null: done; else how long to wait before the next try. */
export async function signIn(token: string): Promise<null | { wait_ms: number }> {
  const answer = await fetch("/api/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token: token.trim().toUpperCase() }),
  });
  if (answer.ok) return null;
  if (answer.status !== 401) throw new Error(String(answer.status));
  return (await answer.json()) as { wait_ms: number };
}

export const signOut = () => fetch("/api/session", { method: "DELETE" });
