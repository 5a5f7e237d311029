import type { Finding } from "./api";
import { t, time } from "./words";

const width = 640;
const height = 56;
const marks = 200;	/* more than that run into one band */

/* When it called: the records that are kept as dark strokes, and lightly how its usual interval goes on between them. */
export function Plot({ f }: { f: Finding }) {
  const first = Date.parse(f.first_at);
  const span = Math.max(1, Date.parse(f.last_at) - first);
  const every = Number(f.facts.interval_ms ?? 0);
  const x = (ms: number) => ((ms - first) / span) * (width - 8) + 4;
  const seen = f.evidence.map((e) => Date.parse(e.at)).filter((ms) => ms >= first && ms <= first + span);
  const usual = every > 0 && span / every <= marks ? Array.from({ length: Math.floor(span / every) + 1 }, (_, i) => first + i * every) : [];
  return (
    <figure class="plot">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t("plot.label", { n: f.count, first: time(f.first_at), last: time(f.last_at) })}>
        <line class="axis" x1="4" x2={width - 4} y1={height - 8} y2={height - 8} />
        {usual.length === 0 && <rect class="usual" x="4" width={width - 8} y="24" height={height - 32} />}
        {usual.map((ms) => <line key={`u${ms}`} class="usual" x1={x(ms)} x2={x(ms)} y1="24" y2={height - 8} />)}
        {seen.map((ms, i) => <line key={`s${i}`} class="seen" x1={x(ms)} x2={x(ms)} y1="8" y2={height - 8} />)}
      </svg>
      <figcaption class="quiet">{t("plot.caption", { first: time(f.first_at), last: time(f.last_at) })}</figcaption>
    </figure>
  );
}
