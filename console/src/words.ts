import { signal } from "@preact/signals";
import en from "./words.en.json";
import ja from "./words.ja.json";

export type Lang = "ja" | "en";
export type Key = keyof typeof ja;

/* Both catalogues have the same keys: a missing one does not compile. */
const catalogues: Record<Lang, Record<Key, string>> = { ja, en };

export const lang = signal<Lang>(localStorage.getItem("lang") === "en" ? "en" : "ja");

export function setLang(to: Lang) {
  lang.value = to;
  localStorage.setItem("lang", to);
  document.documentElement.lang = to;
}

export function t(key: Key, params: Record<string, string | number> = {}): string {
  return catalogues[lang.value][key].replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all));
}

const at = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(lang.value === "ja" ? "ja-JP" : "en-GB", { timeZone: "Asia/Tokyo", ...options });

/* Absolute first: date and time in Japan. */
export const time = (iso: string) =>
  at({ month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" })
    .format(new Date(iso));

export function ago(iso: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60000);
  if (minutes < 1) return t("ago.now");
  if (minutes < 60) return t("ago.minutes", { n: minutes });
  if (minutes < 48 * 60) return t("ago.hours", { n: Math.floor(minutes / 60) });
  return t("ago.days", { n: Math.floor(minutes / 1440) });
}

export const number = (n: number) => new Intl.NumberFormat(lang.value === "ja" ? "ja-JP" : "en-GB").format(n);
export const bytes = (n: number) => `${number(Math.round(n / 1e8) / 10)} GB`;
