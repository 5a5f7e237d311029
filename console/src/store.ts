import { signal } from "@preact/signals";
import { type Finding, getFinding, getFindings, getSources, getState, SignedOut, type Source, type State } from "./api";

/* Everything on the screen. */
export const signedIn = signal<boolean | null>(null);
export const broken = signal(false);
export const state = signal<State | null>(null);
export const sources = signal<Source[]>([]);
export const findings = signal<Finding[]>([]);
export const next = signal<string | null>(null);
export const opened = signal<Finding | null | "missing">(null);
export const level = signal("medium");
export const search = signal("");
export const now = signal(Date.now());
export const route = signal(location.hash);

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
    const [s, all] = await Promise.all([getState(), getSources()]);
    state.value = s;
    sources.value = all;
    now.value = Date.now();
  });

export const refreshFindings = () =>
  guarded(async () => {
    const page = await getFindings({ level: level.value, q: search.value });
    findings.value = page.items;
    next.value = page.next;
  });

export const more = () =>
  guarded(async () => {
    if (!next.value) return;
    const page = await getFindings({ level: level.value, q: search.value, before: next.value });
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
      const wanted = order[f.level] >= (level.value ? order[level.value as keyof typeof order] : 0);
      if (wanted && !search.value)
        findings.value = [...findings.value.filter((x) => x.id !== id), f].sort(moreUrgent);
      if (opened.value && opened.value !== "missing" && opened.value.id === id) opened.value = f;
    });
}

export async function open() {
  const id = /^#\/findings\/([0-9a-f]{32})$/.exec(route.value)?.[1];
  if (!id) {
    opened.value = null;
    return;
  }
  try {
    opened.value = await getFinding(id);
  } catch (e) {
    if (e instanceof SignedOut) signedIn.value = false;
    else opened.value = "missing";
  }
}

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
