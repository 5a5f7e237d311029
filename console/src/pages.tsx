import type { Finding, Source, State, Store } from "./api";
import { Decide, Expected } from "./decide";
import { Mark } from "./mark";
import { Plot } from "./plot";
import { filter, findings, members, more, next, now, setFilter, sources, state } from "./store";
import { ago, bytes, lang, number, t, time, type Key } from "./words";

/* The state in one sentence: what was found, what could not be checked, what is next. */
function sentence(s: State): { tone: "urgent" | "look" | "quiet"; text: string; next: string } {
  const urgent = s.findings.critical + s.findings.high;
  const look = s.findings.medium;
  if (urgent > 0) return { tone: "urgent", text: t("state.urgent", { n: urgent }), next: t("state.nextFinding") };
  if (look > 0) return { tone: "look", text: t("state.look", { n: look }), next: t("state.nextFinding") };
  const [notice] = s.notices;
  if (notice) return { tone: "look", text: t(`notice.${notice}`), next: t(`notice.${notice}.do`) };
  if (s.sources.speaking + s.sources.silent + s.sources.held === 0) return { tone: "look", text: t("state.none"), next: t("state.nextSource") };
  const names = s.unchecked.join("、");
  if (names) return { tone: "look", text: t("state.quiet", { unchecked: names }), next: t("state.nextSource") };
  return { tone: "quiet", text: t("state.quietAll"), next: t("state.nextNone") };
}

function Today({ s }: { s: State }) {
  const { tone, text, next: todo } = sentence(s);
  return (
    <section class={`card today ${tone}`} aria-labelledby="today">
      <h1 id="today" class="quiet">{t("today")} <span class="site">{s.site}</span></h1>
      <p class="sentence" role="status"><i class={`shape ${{ urgent: "square", look: "triangle", quiet: "dot" }[tone]}`} /> {text}</p>
      {tone === "urgent" && s.unchecked.length > 0 && <p>{t("state.unchecked", { names: s.unchecked.join("、") })}</p>}
      {s.notices.map((n) => t(`notice.${n}`)).filter((said) => said !== text).map((said) => <p key={said} role="status">{said}</p>)}
      <p class="todo">{t("state.next", { next: todo })}</p>
    </section>
  );
}

export function Row({ f }: { f: Finding }) {
  return (
    <a class={`row ${f.level}`} href={`#/findings/${f.id}`}>
      <Mark level={f.level} />
      <span class="title">{f.title[lang.value]}</span>
      <span class="quiet">
        {time(f.last_at)}（{ago(f.last_at, now.value)}）・{t("finding.count", { n: number(f.count) })}
        {f.verdict && `・${t(`verdict.${f.verdict}`)}`}{f.allow > 0 && `・${t("verdict.allowed")}`}
      </span>
    </a>
  );
}

/* Each chain with those of its findings that are here below it. */
export function Rows({ all }: { all: Finding[] }) {
  const ids = new Set(all.map((f) => f.id));
  const isBelow = (f: Finding) => f.chain !== undefined && ids.has(f.chain);
  return (
    <ul class="rows">
      {all.filter((f) => !isBelow(f)).map((f) => {
        const below = all.filter((m) => m.chain === f.id);
        return (
          <li key={f.id}>
            <Row f={f} />
            {below.length > 0 && (
              <details class="below">
                <summary>{t("chain.members", { n: below.length })}</summary>
                <ul class="rows">{below.map((m) => <li key={m.id}><Row f={m} /></li>)}</ul>
              </details>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const kinds = ["chain", "indicator", "beacon", "dns-tunnel", "dga", "sigma", "scan", "bruteforce", "logon", "lateral", "ransomware", "policy"] as const;
const verdicts = ["none", "true", "false", "expected", "allowed"] as const;

function Filters() {
  const f = filter.value;
  return (
    <form class="filter" onSubmit={(e) => e.preventDefault()}>
      <label>{t("findings.level")}{" "}
        <select value={f.level} onChange={(e) => setFilter({ level: e.currentTarget.value })}>
          <option value="high">{t("level.high")}</option>
          <option value="medium">{t("findings.medium")}</option>
          <option value="">{t("findings.all")}</option>
        </select>
      </label>
      <label>{t("findings.kind")}{" "}
        <select value={f.kind} onChange={(e) => setFilter({ kind: e.currentTarget.value })}>
          <option value="">{t("findings.all")}</option>
          {kinds.map((k) => <option key={k} value={k}>{t(`kind.${k}`)}</option>)}
        </select>
      </label>
      <label>{t("findings.verdict")}{" "}
        <select value={f.verdict} onChange={(e) => setFilter({ verdict: e.currentTarget.value })}>
          <option value="">{t("findings.all")}</option>
          {verdicts.map((v) => <option key={v} value={v}>{t(`verdict.${v}`)}</option>)}
        </select>
      </label>
      <label>{t("findings.machine")}{" "}
        <input type="text" value={f.machine} autocomplete="off" onChange={(e) => setFilter({ machine: e.currentTarget.value.trim() })} />
      </label>
      <label>{t("findings.search")}{" "}
        <input type="search" value={f.q} onChange={(e) => setFilter({ q: e.currentTarget.value })} />
      </label>
    </form>
  );
}

function Findings() {
  return (
    <section class="card" aria-labelledby="findings">
      <h2 id="findings">{t("findings")}</h2>
      <Filters />
      {findings.value.length === 0 && <p class="quiet">{t("findings.none")}</p>}
      <Rows all={findings.value} />
      {next.value && <button type="button" onClick={() => void more()}>{t("findings.more")}</button>}
    </section>
  );
}

function SourceRow({ s }: { s: Source }) {
  const tone = s.state === "speaking" ? "info" : s.state === "silent" ? "medium" : "low";
  return (
    <tr>
      <th scope="row">{s.name}</th>
      <td data-name={t("sources.state")}>
        <span class={`mark ${tone}`}><i class={`shape ${s.state === "speaking" ? "dot" : "triangle"}`} /> {t(`source.${s.state}` as Key)}</span>
      </td>
      <td data-name={t("sources.last")}>{s.last_at ? `${time(s.last_at)}（${ago(s.last_at, now.value)}）` : "―"}</td>
      <td data-name={t("sources.records")} class="n">{number(s.records)}</td>
      <td data-name={t("sources.unread")} class="n">{number(s.unread)}</td>
      <td data-name={t("sources.dropped")} class="n">{number(s.dropped)}</td>
      <td data-name={t("sources.format")}>{s.format || "―"}</td>
    </tr>
  );
}

function Sources() {
  const heads: Key[] = ["sources.name", "sources.state", "sources.last", "sources.records", "sources.unread", "sources.dropped", "sources.format"];
  return (
    <section class="card" aria-labelledby="sources">
      <h2 id="sources">{t("sources")}</h2>
      {sources.value.length === 0 ? <p>{t("sources.none")}</p> : (
        <table>
          <thead><tr>{heads.map((h) => <th key={h} scope="col">{t(h)}</th>)}</tr></thead>
          <tbody>{sources.value.map((s) => <SourceRow key={s.id} s={s} />)}</tbody>
        </table>
      )}
    </section>
  );
}

function Stores({ stores }: { stores: Store[] }) {
  const heads: Key[] = ["stores.name", "stores.used", "stores.budget", "stores.keep", "stores.oldest"];
  return (
    <section class="card" aria-labelledby="stores">
      <h2 id="stores">{t("stores")}</h2>
      <table>
        <thead><tr>{heads.map((h) => <th key={h} scope="col">{t(h)}</th>)}</tr></thead>
        <tbody>
          {stores.map((s) => (
            <tr key={s.name}>
              <th scope="row">{t(`store.${s.name}` as Key)}</th>
              <td data-name={t("stores.used")} class="n">
                {bytes(s.used_bytes)}{t("stores.share", { n: Math.round((100 * s.used_bytes) / s.budget_bytes) })}
              </td>
              <td data-name={t("stores.budget")} class="n">{bytes(s.budget_bytes)}</td>
              <td data-name={t("stores.keep")} class="n">{t("stores.days", { n: number(s.keep_days) })}</td>
              <td data-name={t("stores.oldest")}>{s.oldest_at ? time(s.oldest_at) : "―"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">{t("stores.note")}</p>
    </section>
  );
}

export function Home() {
  const s = state.value;
  if (!s) return <p class="note" role="status">{t("loading")}</p>;
  return (
    <>
      <Today s={s} />
      <Findings />
      <Expected />
      <Sources />
      {s.stores && <Stores stores={s.stores} />}
      <footer class="quiet">
        {t("foot", { version: s.version, records: number(s.records), unread: number(s.unread), dropped: number(s.dropped), free: s.disk ? bytes(s.disk.free_bytes) : "―" })}
      </footer>
    </>
  );
}

/* "1. ... 2. ... 3. ..." as a list; what stands behind it stays a remark. */
function Steps({ advice }: { advice: string }) {
  const parts = advice.split(/(?:^|\s)(?=\d\.\s)/).map((p) => p.trim()).filter(Boolean);
  const steps = parts.filter((p) => /^\d\.\s/.test(p));
  if (steps.length === 0) return <p>{advice}</p>;
  return <ol class="steps">{steps.map((p) => <li key={p}>{p.replace(/^\d\.\s/, "")}</li>)}</ol>;
}

function Why({ f }: { f: Finding }) {
  return (
    <section class="card" aria-labelledby="why">
      <h2 id="why">{t("finding.why")} <span class="quiet">{t("finding.score", { n: Math.round(f.score * 100) })}</span></h2>
      <ul class="parts">
        {f.parts.map((p) => (
          <li key={p.name}>
            <span>{p.words[lang.value]}</span>
            <meter min={0} max={6} value={Math.min(6, Math.abs(p.weight))} aria-label={t(p.weight >= 0 ? "part.more" : "part.less")} />
            <span class="quiet">{p.weight >= 0 ? "＋" : "－"}{Math.abs(p.weight).toFixed(1)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function FindingPage({ finding: f }: { finding: Finding | "missing" }) {
  if (f === "missing")
    return <section class="card"><p>{t("finding.missing")}</p><p><a href="#/">{t("finding.back")}</a></p></section>;
  const facts: [Key, string][] = [
    ["finding.where", f.source], ["finding.peer", f.destination], ["finding.user", f.user],
    ["finding.when", `${t("finding.span", { first: time(f.first_at), last: time(f.last_at) })}・${t("finding.count", { n: number(f.count) })}`],
  ];
  return (
    <>
      <p><a class="back" href="#/">← {t("finding.back")}</a></p>
      <section class={`card today ${f.level === "critical" || f.level === "high" ? "urgent" : "look"}`}>
        <h1><Mark level={f.level} /> {f.title[lang.value]}</h1>
        <p class="quiet">{t("finding.ids")}: {[...f.techniques, f.kind, f.rule, f.id.slice(0, 8)].filter(Boolean).join(" ・ ")}</p>
        <h2>{t("finding.steps")}</h2>
        <Steps advice={f.advice[lang.value]} />
      </section>
      <Decide key={f.id} f={f} />
      {members.value.length > 0 && (
        <section class="card" aria-labelledby="members">
          <h2 id="members">{t("chain.steps")}</h2>
          <ul class="rows">{[...members.value].sort((a, b) => Date.parse(a.first_at) - Date.parse(b.first_at)).map((m) => <li key={m.id}><Row f={m} /></li>)}</ul>
        </section>
      )}
      {f.chain && <p><a href={`#/findings/${f.chain}`}>{t("chain.part")}</a></p>}
      <section class="card">
        <dl>{facts.filter(([, v]) => v).map(([k, v]) => <div key={k}><dt>{t(k)}</dt><dd>{v}</dd></div>)}</dl>
        {f.source && <p><a href={`#/machines/${encodeURIComponent(f.source)}`}>{t("machine.open", { name: f.source })}</a></p>}
        {f.kind === "beacon" && <Plot f={f} />}
      </section>
      <Why f={f} />
      <section class="card" aria-labelledby="evidence">
        <h2 id="evidence">{t("finding.evidence")}</h2>
        <ul class="evidence">
          {f.evidence.map((e, i) => (
            <li key={i}><span class="quiet">{t("finding.line", { file: e.file, line: e.line })}</span><pre tabIndex={0}>{e.raw}</pre></li>
          ))}
        </ul>
      </section>
    </>
  );
}
