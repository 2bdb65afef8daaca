// The dashboard and the demo, as people use them.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { launch } from "./chromium.mjs";
import { fillWithHistory, startGateway } from "./gateway.mjs";

const images = process.argv.includes("--images") ? resolve(process.argv[process.argv.indexOf("--images") + 1]) : null;
const axe = join(dirname(createRequire(import.meta.url).resolve("axe-core")), "axe.min.js");
/** The pages whose pictures the documentation has. */
const PICTURES = new Set(["demo-en", "demo-fa", "receipt-en", "overview", "sessions", "settlements", "keys"]);
const PASSWORD = "correct horse battery";
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const gateway = await startGateway();
const browser = await launch();
const complaints = [];
let judged = 0;

/** A browser of its own, whose pages report what they must never do. */
async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  await context.addInitScript({ path: axe });
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  context.on("request", (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol !== "data:" && host !== new URL(gateway.url).host) complaints.push(`a request to ${host}`);
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    // A status that a test asks for is written there too.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  return page;
}

/** No violation that axe-core knows, in both color schemes, and nothing wider than the window, also of a telephone. */
async function judge(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [width, height] of [[1440, 900], [375, 760]]) {
      await page.setViewportSize({ width, height });
      const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      const violations = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
      assert.deepEqual(violations, [], `${name}, ${colorScheme}, ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0, `${name} is wider than ${width}`);
      judged += 1;
      if (images && PICTURES.has(name)) {
        await page.evaluate(() => scrollTo(0, 0));
        await page.screenshot({ path: join(images, `${name}-${width}-${colorScheme}.png`), animations: "disabled" });
      }
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

const steps = [];
async function step(name, job) {
  const start = Date.now();
  await job();
  steps.push(name);
  console.log(`ok  ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}

const goTo = (page, name) => page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();

async function firstLink(page) {
  const link = gateway.link();
  assert.ok(!gateway.output().includes(new URL(link).searchParams.get("token")), "the link is on no output that may be a log");
  await page.goto(`${gateway.url}/dashboard`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await judge(page, "sign-in");
  await page.goto(`${link.slice(0, -1)}x`);
  await page.getByText("The link was used").waitFor();
  await page.goto(link);
  await judge(page, "first-link");
  await page.getByLabel("New password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  const second = await open();
  await second.goto(link).catch(() => {});
  await second.getByText("The link was used").waitFor();
  await second.context().close();
  const cookies = await page.context().cookies();
  const cookie = cookies.find(({ name }) => name === "pnp_dashboard");
  assert.ok(cookie.httpOnly && cookie.sameSite === "Strict");
}

async function signInAgain(page) {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Password").fill("wrong wrong wrong");
  await page.keyboard.press("Enter");
  await page.getByText("The password is not right.").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
}

async function keys(page) {
  await goTo(page, "Keys");
  await page.getByLabel("Name").fill("shop <server>");
  await page.getByRole("button", { name: "Make the key" }).click();
  const first = await page.locator("#new-key").textContent();
  assert.match(first, /^pnp_sk_mock_/);
  assert.equal((await gateway.api("GET /v1/contents", null, first)).status, 200);
  await goTo(page, "Keys");
  assert.equal(await page.locator("#new-key").count(), 0, "it is shown once");
  assert.ok(!(await page.content()).includes(first));
  await page.getByRole("button", { name: /^Rotate shop/ }).click();
  const second = await page.locator("#new-key").textContent();
  assert.notEqual(second, first);
  for (const key of [first, second]) assert.equal((await gateway.api("GET /v1/contents", null, key)).status, 200);
  await goTo(page, "Keys");
  await page.getByRole("button", { name: `Revoke shop <server> …${second.slice(-4)}` }).click();
  await page.getByText("The key was revoked").waitFor();
  assert.equal((await gateway.api("GET /v1/contents", null, second)).status, 401);
  await page.getByLabel("pages: a publishable key").check();
  await page.getByLabel("Name").fill("page");
  await page.getByLabel("Origins of a publishable key").fill("https://shop.example");
  await page.getByRole("button", { name: "Make the key" }).click();
  assert.match(await page.locator("#new-key").textContent(), /^pnp_pk_mock_/);
  await goTo(page, "Keys");
  await judge(page, "keys");
}

async function contents(page) {
  await goTo(page, "Contents");
  const save = async (id, title, price) => {
    await page.getByLabel("Id", { exact: true }).fill(id);
    await page.getByLabel("Title").fill(title);
    await page.getByLabel("EUR a minute").fill(price);
    await page.getByRole("button", { name: "Save" }).click();
  };
  await save("film-3", "Evening", "0.005");
  await page.getByRole("alert").getByText("whole cents").waitFor();
  assert.equal(await page.getByLabel("Title").inputValue(), "Evening", "what was entered stays");
  await save("film-3", "Evening", "0,05");
  await page.getByText("film-3 costs 0.05 EUR a minute.").waitFor();
  await save("demo-film", "Sunrise", "1.00");
  await page.getByText("demo-film costs 1 EUR a minute.").waitFor();
  assert.ok(await page.getByText("<script>alert(1)</script>").isVisible(), "a title is text");
  await page.getByRole("button", { name: "Remove film-3" }).click();
  await page.getByText("not in the catalogue any more").waitFor();
  await judge(page, "contents");
}

/** A session ticks before the operator's eyes, and its settlement is found by its receipt. */
async function liveSession(page) {
  const session = await gateway.ok("POST /v1/sessions", { user_id: "anna", content_id: "film-1" });
  await goTo(page, "Sessions");
  const row = page.getByRole("region", { name: "Open sessions" }).getByRole("row").filter({ hasText: "anna" });
  const ticks = () => row.getByRole("cell").nth(3).textContent();
  assert.equal(await ticks(), "0");
  await page.evaluate(() => { globalThis.isSamePage = true; });
  await sleep(2500);
  const tick = await gateway.ok(`POST /v1/sessions/${session.id}/heartbeats`, { tick_id: "a", played_ms: 2000 });
  await page.waitForFunction(() => document.querySelector("[data-live] tbody tr td:nth-child(4)")?.textContent === "1");
  assert.ok(await page.evaluate(() => globalThis.isSamePage), "the page was not loaded again");
  await judge(page, "sessions");
  await gateway.ok(`POST /v1/sessions/${session.id}/stop`);
  let receipt = {};
  for (let number = 0; number < 40 && !receipt.chain_tx_id; number += 1) {
    await sleep(250);
    receipt = await gateway.ok(`GET /v1/ticks/${tick.tx_id}`);
  }
  await goTo(page, "Settlements");
  await judge(page, "settlements");
  for (const id of [tick.tx_id, receipt.settlement_id, receipt.chain_tx_id]) {
    await page.getByLabel("Receipt, settlement or transaction").fill(id);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "What was found" }).getByTitle(receipt.chain_tx_id).waitFor();
  }
  await page.getByRole("link", { name: receipt.settlement_id }).click();
  await page.getByRole("heading", { name: "Settlement", exact: true }).waitFor();
  assert.equal(await page.locator("#transaction").textContent(), receipt.chain_tx_id);
  await judge(page, "settlement");
  console.log(`    transaction ${receipt.chain_tx_id}`);
}

async function otherPages(page) {
  await goTo(page, "Wallets");
  await judge(page, "wallets");
  await page.getByRole("link", { name: "<b>dora</b>" }).click();
  await page.getByRole("heading", { name: "Statement" }).waitFor();
  await judge(page, "wallet");
  await goTo(page, "Reconciliation");
  await page.getByText("ledger and chain agree").waitFor();
  await judge(page, "reconciliation");
  await page.getByRole("link", { name: "Password" }).click();
  await judge(page, "password");
  await goTo(page, "Overview");
  await page.getByRole("link", { name: "30 days" }).click();
  await page.getByRole("link", { name: "24 hours" }).click();
  await judge(page, "overview");
  // By keyboard: the first stop leads past the navigation.
  await page.goto(`${gateway.url}/dashboard`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "To the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
}

/** Top up, play until the balance stops it, top up, go on, stop, and the receipt with its transaction. By keyboard. */
async function demo(language, amount, words) {
  const page = await open({ locale: "fr-FR" });
  await page.goto(`${gateway.url}/demo?lang=${language}`);
  assert.equal(await page.locator("html").getAttribute("dir"), language === "fa" ? "rtl" : "ltr");
  await page.waitForFunction(() => !document.getElementById("play").disabled);
  await page.evaluate(() => {
    globalThis.said = [];
    new MutationObserver(() => said.push(document.getElementById("status").textContent))
      .observe(document.getElementById("status"), { childList: true, characterData: true, subtree: true });
  });
  const balance = () => page.locator("#balance").textContent();
  const wait = (state) => page.waitForFunction((state) => document.querySelector("main").dataset.state === state, state, { timeout: 120000 });
  const pay = async (text) => {
    await page.locator("#amount").fill(text);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => !document.getElementById("pay").disabled);
  };
  // Without money it says so, and nothing plays.
  await page.locator("#play").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction((text) => document.getElementById("status").textContent.includes(text), words.empty);
  await pay("abc");
  assert.equal(await page.locator("#amount").getAttribute("aria-invalid"), "true");
  await pay(amount);
  const full = await balance();
  await page.locator("#play").focus();
  await page.keyboard.press("Enter");
  await wait("playing");
  await sleep(4000);
  const later = await balance();
  assert.notEqual(later, full, "it counts down between ticks");
  await judge(page, `demo-${language}`);
  await wait("balance");
  assert.ok(await page.evaluate(() => document.getElementById("film").paused));
  assert.match(await page.locator("#status").textContent(), new RegExp(words.empty));
  const place = await page.evaluate(() => document.getElementById("film").currentTime);
  await sleep(1500);
  assert.equal(await page.evaluate(() => document.getElementById("film").currentTime), place, "it stands still");
  const said = await page.evaluate(() => said);
  assert.ok(said.length <= 8, `no announcement for each tick: ${JSON.stringify(said)}`);
  const empty = await balance();
  await pay(amount);
  await page.locator("#play").focus();
  await page.keyboard.press("Enter");
  await wait("playing");
  await sleep(6000);
  await page.locator("#stop").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /^[A-Z2-7]{52}$/.test(document.getElementById("receipt-transaction").textContent), null, { timeout: 40000 });
  await judge(page, `receipt-${language}`);
  const receipt = await page.locator("#receipt dl").innerText();
  console.log(`    ${language}: ${full} → ${later} → ${empty}; ${receipt.replaceAll(/\s+/g, " ")}`);
  await page.context().close();
}

/** Payments that are refused, or take their time. */
async function payments() {
  const page = await open();
  await page.goto(`${gateway.url}/demo?lang=en`);
  await page.waitForFunction(() => !document.getElementById("play").disabled);
  const pay = async (text) => {
    await page.getByLabel("Amount in EUR").fill(text);
    await page.getByRole("button", { name: "Top up" }).click();
  };
  await pay("1.98");
  await page.getByText("The payment was refused.").waitFor();
  const answered = page.waitForResponse((answer) => answer.url().endsWith("/v1/top_ups"));
  await pay("1.97");
  const topUp = await (await answered).json();
  await page.getByText("The payment is pending.").waitFor();
  assert.equal(await page.locator("#balance").textContent(), "€0.0000");
  await gateway.ok(`POST /v1/test/top_ups/${topUp.id}/pay`);
  await page.getByText("€1.97 added.").waitFor();
  assert.equal(await page.locator("#balance").textContent(), "€1.9700");
  await page.context().close();
}

/** A page that is closed sends its last tick. */
async function closedPage() {
  const page = await open();
  await page.goto(`${gateway.url}/demo?lang=en`);
  await page.waitForFunction(() => !document.getElementById("play").disabled);
  await page.locator("#pay").click();
  await page.waitForFunction(() => document.getElementById("status").textContent.includes("added"));
  await page.locator("#play").click();
  await page.waitForFunction(() => document.querySelector("main").dataset.state === "playing");
  await sleep(3000);
  await page.goto(`${gateway.url}/demo?lang=de`);
  await sleep(500);
  const { data } = await gateway.ok("GET /v1/sessions?state=closed&limit=1");
  assert.equal(data[0].close_reason, "stopped");
  assert.ok(data[0].duration_ms >= 2000, `${data[0].duration_ms} ms were charged`);
  await page.context().close();
}

let outcome = 0;
try {
  if (images) mkdirSync(images, { recursive: true });
  await step("a small site plays for some hours", () => fillWithHistory(gateway));
  const page = await open();
  await step("the first link sets the password, once", () => firstLink(page));
  await step("sign out and in", () => signInAgain(page));
  await step("make, rotate and revoke keys", () => keys(page));
  await step("contents and prices", () => contents(page));
  await step("a live session ticks, and its settlement is found", () => liveSession(page));
  await step("wallets, reconciliation, password, overview", () => otherPages(page));
  await step("the demo, in three languages", () =>
    Promise.all([
      demo("en", "1.00", { empty: "used up" }),
      demo("de", "1,00", { empty: "aufgebraucht" }),
      demo("fa", "۱٫۰۰", { empty: "موجودی تمام شد" }),
    ]));
  await step("payments that are refused, or take their time", payments);
  await step("a page that closes sends its last tick", closedPage);
  assert.deepEqual(complaints, [], "no page broke its policy, asked another host, or failed");
  console.log(`${steps.length} steps; axe-core judged ${judged} views and found nothing`);
} catch (error) {
  console.error(error);
  if (complaints.length > 0) console.error(complaints);
  console.error(gateway.output().split("\n").slice(-20).join("\n"));
  outcome = 1;
}
await browser.close();
await gateway.stop();
process.exit(outcome);
