import { effect } from "@preact/signals";
import { render } from "preact";
import { signOut } from "./api";
import { MachinePage } from "./machine";
import { FindingPage, Home } from "./pages";
import { SignIn } from "./signin";
import { broken, listen, machine, opened, open, refreshFindings, refreshState, route, signedIn, stopListening } from "./store";
import { lang, setLang, t } from "./words";

function Top() {
  return (
    <header class="top">
      <a class="skip" href="#main">{t("skip")}</a>
      <a class="name" href="#/"><img src="/icon.svg" alt="" width="28" height="28" /> {t("app")}</a>
      <span class="gap" />
      <button type="button" lang={lang.value === "ja" ? "en" : "ja"} onClick={() => setLang(lang.value === "ja" ? "en" : "ja")}>
        {t("lang")}
      </button>
      {signedIn.value && (
        <button type="button" onClick={() => void signOut().then(() => { stopListening(); signedIn.value = false; })}>
          {t("signOut")}
        </button>
      )}
    </header>
  );
}

function App() {
  return (
    <>
      <Top />
      {broken.value && <p class="note broken" role="alert">{t("broken")}</p>}
      <main id="main" tabIndex={-1}>
        {signedIn.value === null && !broken.value && <p class="note" role="status">{t("loading")}</p>}
        {signedIn.value === false && <SignIn />}
        {signedIn.value && (opened.value ? <FindingPage finding={opened.value} /> : machine.value ? <MachinePage {...machine.value} /> : <Home />)}
      </main>
    </>
  );
}

window.addEventListener("hashchange", () => {
  route.value = location.hash;
});

effect(() => {
  if (signedIn.value) listen();
});
/* The filter changes the list and not the place. */
effect(() => {
  if (!signedIn.value) return;
  const stays = /^#\/\?/.test(route.value);
  void open().then(() => (stays ? undefined : window.scrollTo(0, 0)));
});

document.documentElement.lang = lang.value;
render(<App />, document.getElementById("app")!);
void refreshState().then(() => (signedIn.value ? refreshFindings() : undefined));
window.setInterval(() => broken.value && void refreshState(), 3000);
