import type { Finding } from "./api";
import { shape } from "./mark";
import { Rows } from "./pages";
import { lang, t, time } from "./words";

/* Everything found of one machine on one line of time. */
function Timeline({ items }: { items: Finding[] }) {
  const all = [...items].sort((a, b) => Date.parse(a.first_at) - Date.parse(b.first_at));
  return (
    <ol class="timeline">
      {all.map((f) => (
        <li key={f.id}>
          <span class="quiet">{time(f.first_at)}</span>{" "}
          <span class={`mark ${f.level}`}><i class={`shape ${shape[f.level]}`} /></span>{" "}
          <a href={`#/findings/${f.id}`}>{f.title[lang.value]}</a>
        </li>
      ))}
    </ol>
  );
}

export function MachinePage({ name, items }: { name: string; items: Finding[] }) {
  return (
    <>
      <p><a class="back" href="#/">← {t("finding.back")}</a></p>
      <section class="card" aria-labelledby="machine">
        <h1 id="machine">{t("machine.title", { name })}</h1>
        {items.length === 0 ? <p>{t("machine.none")}</p> : <Rows all={items} />}
      </section>
      {items.length > 0 && (
        <section class="card" aria-labelledby="timeline">
          <h2 id="timeline">{t("machine.timeline")}</h2>
          <Timeline items={items} />
        </section>
      )}
    </>
  );
}
