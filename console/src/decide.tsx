import { signal, useSignal } from "@preact/signals";
import { type Allowed, allow, type Finding, judge, unallow, type Verdict } from "./api";
import { allowed, refreshAll } from "./store";
import { t, time } from "./words";

const failed = signal(false);

async function carryOut(work: () => Promise<boolean>, close: () => void) {
  try {
    failed.value = !(await work());
  } catch {
    failed.value = true;
  }
  if (failed.value) return;
  close();
  await refreshAll();
}

/* A question in plain words, the reason, and yes or no: nothing is done before. */
function Confirm({ say, children, go, close }: {
  say: string; children?: preact.ComponentChildren; go: (reason: string) => Promise<boolean>; close: () => void;
}) {
  const reason = useSignal("");
  return (
    <form class="confirm" onSubmit={(e) => { e.preventDefault(); void carryOut(() => go(reason.value.trim()), close); }}
      onKeyDown={(e) => { if (e.key === "Escape") close(); }}>
      <p>{say}</p>
      {children}
      <label>{t("decide.reason")}{" "}
        <input type="text" required maxLength={300} value={reason.value} ref={(e) => { if (e && !reason.value) e.focus(); }}
          onInput={(e) => { reason.value = e.currentTarget.value; }} />
      </label>
      {failed.value && <p role="alert">{t("decide.failed")}</p>}
      <p class="actions">
        <button type="submit" class="go">{t("decide.go")}</button>{" "}
        <button type="button" onClick={close}>{t("decide.cancel")}</button>
      </p>
    </form>
  );
}

const inDays = (n: number) => new Date(Date.now() + n * 86400000 + 9 * 3600000).toISOString().slice(0, 10);

function Allow({ f, close }: { f: Finding; close: () => void }) {
  const choices = [f.destination, f.source, f.user && `user:${f.user}`, f.rule && `rule:${f.rule}`].filter(Boolean) as string[];
  const value = useSignal(choices[0] ?? "");
  const until = useSignal(inDays(90));
  return (
    <Confirm say={t("decide.allow.say", { value: value.value })} go={(reason) => allow(value.value, until.value, reason)} close={close}>
      <label>{t("decide.allow.value")}{" "}
        <select value={value.value} onChange={(e) => { value.value = e.currentTarget.value; }}>
          {choices.map((c) => <option key={c} value={c}>{c}</option>)}
        </select>
      </label>
      <label>{t("decide.allow.until")}{" "}
        <input type="date" required min={inDays(0)} value={until.value} onInput={(e) => { until.value = e.currentTarget.value; }} />
      </label>
    </Confirm>
  );
}

/* What a person says of a finding, and what is expected from now on. */
export function Decide({ f }: { f: Finding }) {
  const asked = useSignal<"" | Verdict | "none" | "allow" | "unallow">("");
  const close = () => { asked.value = ""; failed.value = false; };
  const verdicts: Verdict[] = ["true", "false", "expected"];
  const which = asked.value;
  return (
    <section class="card decide" aria-labelledby="decide">
      <h2 id="decide">{t("decide")}</h2>
      {f.verdict && <p role="status">{t("decide.now", { verdict: t(`verdict.${f.verdict}`) })}</p>}
      {f.allow > 0 && <p role="status">{t("decide.allowed")}</p>}
      {which === "" && (
        <p class="actions">
          {verdicts.filter((v) => v !== f.verdict).map((v) => (
            <button key={v} type="button" data-verdict={v} onClick={() => { asked.value = v; }}>{t(`decide.${v}`)}</button>
          ))}
          {f.verdict && <button type="button" data-verdict="none" onClick={() => { asked.value = "none"; }}>{t("decide.none")}</button>}
          {f.allow === 0 && <button type="button" data-verdict="allow" onClick={() => { asked.value = "allow"; }}>{t("decide.allow")}</button>}
          {f.allow > 0 && <button type="button" data-verdict="unallow" onClick={() => { asked.value = "unallow"; }}>{t("decide.unallow")}</button>}
        </p>
      )}
      {which === "allow" && <Allow f={f} close={close} />}
      {which === "unallow" && <Confirm say={t("decide.unallow.say")} go={(reason) => unallow(f.allow, reason)} close={close} />}
      {which !== "" && which !== "allow" && which !== "unallow" && (
        <Confirm say={t(`decide.${which}.say`)} go={(reason) => judge(f.id, which, reason)} close={close} />
      )}
    </section>
  );
}

function AllowedRow({ a }: { a: Allowed }) {
  const asked = useSignal(false);
  return (
    <li>
      <span class="title">{a.value}</span>{" "}
      <span class="quiet">{t("allowed.row", { until: time(a.until), reason: a.reason })}</span>{" "}
      {asked.value
        ? <Confirm say={t("decide.unallow.say")} go={(reason) => unallow(a.id, reason)} close={() => { asked.value = false; }} />
        : <button type="button" aria-label={t("allowed.back", { value: a.value })} onClick={() => { asked.value = true; }}>{t("decide.unallow")}</button>}
    </li>
  );
}

/* What is expected now. */
export function Expected() {
  if (allowed.value.length === 0) return null;
  return (
    <section class="card" aria-labelledby="allowed">
      <h2 id="allowed">{t("allowed")}</h2>
      <ul class="rows allowed">{allowed.value.map((a) => <AllowedRow key={a.id} a={a} />)}</ul>
    </section>
  );
}
