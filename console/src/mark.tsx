import type { Level } from "./api";
import { t } from "./words";

export const shape: Record<Level, string> = { critical: "square", high: "square", medium: "triangle", low: "dot", info: "ring" };

export function Mark({ level: l }: { level: Level }) {
  return <span class={`mark ${l}`}><i class={`shape ${shape[l]}`} /> {t(`level.${l}`)}</span>;
}
