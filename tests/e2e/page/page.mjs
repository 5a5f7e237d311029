/*
 * The page in a real browser.  usage: page.mjs URL TOKEN LOG [PICTURES]
 * Signs in, sees the state, lets a finding arrive while it looks, opens it; axe, 320 px, keyboard, both languages.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import { chromium } from "playwright-core";

const [url, token, log, pictures] = process.argv.slice(2);
const axe = fs.readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const line = (n, host) => `${1780844400 + n}.000   1816 10.20.10.31 TCP_TUNNEL/200 7256 CONNECT ${host}:443 sato.e HIER_DIRECT/192.0.2.70 -\n`;

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1100, height: 900 }, locale: "ja-JP" });
const page = await context.newPage();
const wrong = [];
page.on("pageerror", (e) => wrong.push(e.message));
page.on("console", (m) => {
  if (m.type() === "error" && !m.text().includes("401")) wrong.push(m.text());
});

async function accessible(name) {
  await page.evaluate(`${axe};0`);
  const r = await page.evaluate(() => window.axe.run());
  assert.deepEqual(r.violations.map((v) => v.id), [], `${name}: axe's violations`);
  assert.deepEqual(r.incomplete.map((v) => v.id), [], `${name}: what axe left undecided`);
}

const shoot = (name) => (pictures ? page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true }) : undefined);

await page.goto(url);
await page.waitForSelector("#token");
await accessible("sign-in");
await page.fill("#token", token.toLowerCase());
await page.keyboard.press("Enter");
await page.waitForSelector(".sentence");
assert.equal(await page.locator(".row").count(), 0);
assert.ok(!(await page.textContent("body")).includes("安全です"), "never says safe");

for (let n = 0; n < 30; n++) fs.appendFileSync(log, line(n, n % 3 ? "www.hinode-hp.example" : "planted.weather-sync.example"));
await page.waitForSelector(".row", { timeout: 20000 });
await page.waitForSelector(".today.urgent", { timeout: 20000 });
await accessible("today");
await shoot("today");

await page.locator(".row").first().focus();
await page.keyboard.press("Enter");
await page.waitForSelector(".steps li");
assert.equal(await page.locator(".steps li").count(), 3, "three next steps");
assert.ok((await page.locator(".evidence pre").first().textContent()).includes("planted.weather-sync.example"));
await accessible("finding");
await shoot("finding");

/* A verdict: asked in plain words, nothing without a reason, and it can be taken back. */
const finding = page.url();
const bare = () => page.textContent("h1");
assert.ok((await bare()).includes("高"));
await page.focus('[data-verdict="false"]');
await page.keyboard.press("Enter");
await page.waitForSelector(".confirm input");
assert.ok((await page.textContent(".confirm")).includes("誤った検知"));
await accessible("verdict");
await page.keyboard.press("Escape");
await page.waitForSelector('[data-verdict="false"]');
await page.click('[data-verdict="expected"]');
await page.click(".confirm .go");
assert.equal(await page.locator(".confirm").count(), 1, "nothing without a reason");
await page.fill(".confirm input", "業者の試験");
await page.keyboard.press("Enter");
await page.waitForSelector("text=いまの判定：予定どおり");
assert.ok((await bare()).includes("参考"));
await page.click('[data-verdict="none"]');
await page.fill(".confirm input", "思い違い");
await page.keyboard.press("Enter");
await page.waitForSelector('[data-verdict="expected"]');
assert.ok((await bare()).includes("高"), "the verdict is taken back");

/* Allowed until a day, and back. */
await page.click('[data-verdict="allow"]');
await page.waitForSelector('.confirm input[type="date"]');
await accessible("allow");
await page.fill('.confirm input[type="text"]', "新しい取引先");
await page.click(".confirm .go");
await page.waitForSelector('[data-verdict="unallow"]');
assert.ok((await bare()).includes("参考"));
await page.goto(`${url}#/?level=&verdict=allowed`);
await page.waitForSelector(".allowed li");
await page.waitForSelector(".rows .row");
assert.equal(await page.inputValue(".filter select >> nth=2"), "allowed", "the filter is what the address says");
await accessible("what is allowed");
await shoot("allowed");
await page.click(".allowed button");
await page.fill(".confirm input", "取引が終わった");
await page.keyboard.press("Enter");
await page.waitForSelector(".allowed", { state: "detached" });
await page.goto(`${url}#/?level=high`);
await page.waitForSelector(".row.high");
await page.selectOption(".filter select >> nth=1", "scan");
await page.waitForFunction(() => location.hash.includes("kind=scan") && !document.querySelector(".row"));
await page.goBack();
await page.waitForSelector(".row.high");

/* A beacon: its times as a plot; and the machine with all that was found of it. */
fs.appendFileSync(log, Array.from({ length: 600 }, (_, n) => line(100 + n * 60, "calls.far-away.example")).join(""));
await page.goto(`${url}#/?level=&kind=beacon`);
await page.locator('.row:has-text("calls.far-away.example")').first().click({ timeout: 20000 });
await page.waitForSelector(".plot svg .seen", { state: "attached" });
await accessible("beacon");
await shoot("beacon");
await page.click('a[href^="#/machines/"]');
await page.waitForSelector(".timeline li");
assert.ok(await page.locator(".timeline li").count() >= 2, "all of the machine's findings");
await accessible("machine");
await shoot("machine");
const machine = new URL(page.url()).hash;

await page.goto(finding);
await page.waitForSelector(".steps li");
await page.click("text=English");
assert.ok((await page.textContent("h1")).includes("planted.weather-sync.example, which is listed as a threat"));

for (const path of ["#/", machine, new URL(page.url()).hash]) {
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto(url + path);
  await page.waitForSelector("main .card");
  const [scroll, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(scroll <= inner, `${path}: scrolls sideways at 320 px (${scroll} > ${inner})`);
}
const small = await page.evaluate(() => [...document.querySelectorAll("a, button, input, select")]
  .map((e) => [e.textContent, e.getBoundingClientRect()]).filter(([, r]) => r.width > 0 && (r.height < 24 || r.width < 24) && r.left >= 0).map(([t]) => t));
assert.deepEqual(small, [], "targets of less than 24 px");
await page.emulateMedia({ colorScheme: "dark" });
await accessible("dark, narrow");
assert.deepEqual(wrong, [], "errors on the page");
await browser.close();
console.log("the page holds");
