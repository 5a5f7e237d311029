import { useState } from "preact/hooks";
import { signIn } from "./api";
import { refreshFindings, refreshState } from "./store";
import { t } from "./words";

export function SignIn() {
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState<number | null>(null);

  async function go(e: Event) {
    e.preventDefault();
    const answer = await signIn(token).catch(() => ({ wait_ms: 0 }));
    setWrong(answer ? Math.ceil(answer.wait_ms / 1000) : null);
    if (!answer) {
      await refreshState();
      await refreshFindings();
    }
  }

  return (
    <form class="card signin" onSubmit={(e) => void go(e)}>
      <h1>{t("signIn.title")}</h1>
      <label for="token">{t("signIn.token")}</label>
      <input id="token" name="token" autocomplete="one-time-code" autocapitalize="characters" spellcheck={false} required
        value={token} onInput={(e) => setToken(e.currentTarget.value)} aria-describedby="hint" />
      <p id="hint" class="quiet">{t("signIn.hint")}</p>
      {wrong !== null && <p role="alert" class="wrong">▲ {t("signIn.wrong")} {wrong > 0 && t("signIn.wait", { n: wrong })}</p>}
      <button type="submit" class="main">{t("signIn.go")}</button>
    </form>
  );
}
