import { signal } from "@preact/signals";
import { type Allowed, type Filter, type Finding, getAllowed, getFinding, getFindings, getSources, getState, SignedOut, type Source, type State } from "./api";

/* Everything on the screen. */
export const signedIn = signal<boolean | null>(null);
export const broken = signal(false);
export const state = signal<State | null>(null);
export const sources = signal<Source[]>([]);
export const findings = signal<Finding[]>([]);
export const next = signal<string | null>(null);
export const opened = signal<Finding | null | "missing">(null);
export const allowed = signal<Allowed[]>([]);
export const members = signal<Finding[]>([]);
export const machine = signal<{ name: string; items: Finding[] } | null>(null);
export const now = signal(Date.now());
export const route = signal(location.hash);

const everything: Filter = { level: "", kind: "", verdict: "", machine: "", q: "" };

/* The filter is what the address says, so that it can be kept, sent and gone back to. */
export function filterOf(hash: string): Filter {
  const query = new URLSearchParams(/^#\/\?(.*)$/.exec(hash)?.[1] ?? "");
  const f = { ...everything, level: "medium" };
  for (const name of Object.keys(f) as (keyof Filter)[]) f[name] = query.get(name) ?? f[name];
  return f;
}

export const filter = signal(filterOf(location.hash));

export function setFilter(change: Partial<Filter>) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter.value, ...change }))
    if (value || name === "level") query.set(name, value);
  location.hash = `#/?${query}`;
}

const order = { critical: 4, high: 3, medium: 2, low: 1, info: 0 } as const;

const moreUrgent = (a: Finding, b: Finding) =>
  order[b.level] - order[a.level] || b.score - a.score || Date.parse(b.last_at) - Date.parse(a.last_at);

async function guarded(work: () => Promise<void>) {
  try {
    await work();
    signedIn.value = true;
    broken.value = false;
  } catch (e) {
    if (e instanceof SignedOut) signedIn.value = false;
    else broken.value = true;
  }
}

export const refreshState = () =>
  guarded(async () => {
    const [s, all, expected] = await Promise.all([getState(), getSources(), getAllowed()]);
    state.value = s;
    sources.value = all;
    allowed.value = expected;
    now.value = Date.now();
  });

export const refreshFindings = () =>
  guarded(async () => {
    const page = await getFindings(filter.value);
    findings.value = page.items;
    next.value = page.next;
  });

export const more = () =>
  guarded(async () => {
    if (!next.value) return;
    const page = await getFindings(filter.value, next.value);
    findings.value = [...findings.value, ...page.items];
    next.value = page.next;
  });

/* One finding is new or has grown: fetch it, put it where it belongs. */
const waiting = new Set<string>();

async function takeChanged() {
  const ids = [...waiting];
  waiting.clear();
  if (ids.length > 20) return refreshFindings();
  for (const id of ids)
    await guarded(async () => {
      const f = await getFinding(id);
      const { level, ...others } = filter.value;
      if (Object.values(others).some(Boolean)) return refreshFindings();
      const rest = findings.value.filter((x) => x.id !== id);
      const wanted = order[f.level] >= (level ? order[level as keyof typeof order] : 0);
      findings.value = wanted ? [...rest, f].sort(moreUrgent) : rest;
      if (opened.value && opened.value !== "missing" && opened.value.id === id) opened.value = f;
    });
}

/* Chains first, then the newest. */
const chainsFirst = (a: Finding, b: Finding) =>
  Number(b.kind === "chain") - Number(a.kind === "chain") || Date.parse(b.last_at) - Date.parse(a.last_at);

async function openFinding(id: string) {
  const f = await getFinding(id);
  members.value = f.members ? await Promise.all(f.members.map((m) => getFinding(m).catch(() => null))).then((all) => all.filter((x) => x !== null)) : [];
  opened.value = f;
}

/* The page of the address: a finding, a machine, or the list as it is filtered. */
export async function open() {
  const id = /^#\/findings\/([0-9a-f]{32})$/.exec(route.value)?.[1];
  const name = /^#\/machines\/(.+)$/.exec(route.value)?.[1];
  try {
    if (name) {
      const of = decodeURIComponent(name);
      const page = await getFindings({ machine: of }, undefined, 200);
      machine.value = { name: of, items: page.items.sort(chainsFirst) };
    } else {
      machine.value = null;
    }
    if (id) return await openFinding(id);
    opened.value = null;
    if (name) return;
    filter.value = filterOf(route.value);
    await refreshFindings();
  } catch (e) {
    if (e instanceof SignedOut) signedIn.value = false;
    else opened.value = "missing";
  }
}

/* After an act everything may stand elsewhere. */
export const refreshAll = async () => {
  await refreshState();
  await refreshFindings();
  await open();
};

let events: EventSource | null = null;

/* Live: what changed is fetched; after a break everything is read anew, so nothing is missed. */
export function listen() {
  if (events) return;
  events = new EventSource("/api/events");
  let soon = 0;
  events.addEventListener("open", () => {
    void refreshState();
    void refreshFindings();
  });
  events.addEventListener("finding", (e) => {
    waiting.add((JSON.parse((e as MessageEvent<string>).data) as { id: string }).id);
    window.clearTimeout(soon);
    soon = window.setTimeout(() => void takeChanged(), 150);
  });
  let last = 0;
  events.addEventListener("state", () => {
    if (Date.now() - last < 1500) return;
    last = Date.now();
    void refreshState();
  });
  events.addEventListener("error", () => {
    if (events?.readyState === EventSource.CLOSED) {
      events = null;
      window.setTimeout(() => void refreshState().then(() => (signedIn.value ? listen() : undefined)), 2000);
    }
  });
}

export function stopListening() {
  events?.close();
  events = null;
}
