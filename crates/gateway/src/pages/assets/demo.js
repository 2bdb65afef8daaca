// The demo: a guest tops up, plays, is stopped by the balance, tops up and goes on, stops and sees the receipt.
//
// This page has no secret: its server made a token for this guest alone.

import { amountFormat, exactFormat, readAmount } from "./amounts.js";
import { Meter, newId, unitsOf } from "./meter.js";

const main = document.querySelector("main");
const words = JSON.parse(main.dataset.words);
const language = document.documentElement.lang;
const element = (id) => document.getElementById(id);
const [film, play, stop, status, balance] = ["film", "play", "stop", "status", "balance"].map(element);
const fine = amountFormat(language, 4);
const whole = amountFormat(language, 2);
const exact = exactFormat(language);

/** This device: the same in each of its sessions, so that it takes an open one up again. */
const device = newId();
let guest = null;
let session = null;
let meter = null;
let known = 0n;
let hasWarned = false;

/** Says something once, to people who see and to people who listen. The balance itself is never announced. */
function say(text, kind = "") {
  status.textContent = text;
  status.dataset.kind = kind;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A call of the gateway; errors have `status`, `code` and `retryAfter`. */
async function call(method, path, { body, token = guest?.token, key, ...more } = {}) {
  const headers = { accept: "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), ...more });
  const value = await answer.json().catch(() => ({}));
  if (answer.ok) return value;
  const error = new Error(value.detail ?? value.title ?? `status ${answer.status}`);
  const retryAfter = Number(answer.headers.get("retry-after")) || 0;
  throw Object.assign(error, { status: answer.status, code: value.code, retryAfter });
}

/** Makes the guest's token, and a new one where the old one has ended. */
async function meet() {
  guest = await call("POST", "/demo/guest", { token: null });
}

async function asGuest(method, path, more) {
  try {
    return await call(method, path, more);
  } catch (error) {
    if (error.status !== 401) throw error;
    await meet();
    return call(method, path, more);
  }
}

/** Makes a call until it is answered: with one key, so that it takes effect once. */
async function surely(job) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
    try {
      return await job();
    } catch (error) {
      if (error.status && error.status !== 429 && error.status < 500) throw error;
      say(words.offline, "warning");
      await new Promise((resolve) => setTimeout(resolve, (error.retryAfter || 0) * 1000 || wait));
    }
  }
}

function show() {
  const units = meter && !meter.ended ? meter.balanceNow : known;
  balance.textContent = fine(units);
  const isPlaying = Boolean(meter && !meter.ended);
  stop.disabled = !isPlaying;
  play.textContent = isPlaying && !film.paused ? words.pause : words.play;
  main.dataset.state = meter ? (meter.ended ?? "playing") : "idle";
  if (!isPlaying) return;
  const seconds = session && Number(units / (unitsOf(session.price_per_minute) / 60n));
  if (seconds < 20 && !hasWarned) {
    hasWarned = true;
    say(fill(words.low, { seconds: new Intl.NumberFormat(language).format(seconds) }), "warning");
  }
  // It plays only as far as it is paid, and goes on when the answer of a tick says so.
  if (!meter.mayPlay && !film.paused) film.pause();
  else if (meter.mayPlay && film.paused && film.dataset.wants === "play") film.play().catch(() => {});
}

let lastSample = null;
/** Counts the time on the clock in which the film advanced. */
function sample() {
  const now = { at: performance.now(), place: film.currentTime };
  const before = lastSample;
  lastSample = now;
  if (before && meter && !meter.ended && now.place !== before.place && !film.paused) meter.advance(now.at - before.at);
}
setInterval(sample, 250);

async function begin() {
  if (!guest) await meet();
  const key = newId();
  const body = { content_id: guest.content_id, client_id: device, hold_ms: 20000, on_conflict: "replace" };
  session = await surely(() => asGuest("POST", "/v1/sessions", { body, key }));
  hasWarned = false;
  meter = new Meter({
    session,
    send: (tick) => call("POST", `/v1/sessions/${session.id}/heartbeats`, { body: tick, token: session.session_token }),
    changed,
  });
  if (!session.can_continue) throw Object.assign(new Error(), { code: "INSUFFICIENT_BALANCE" });
}

function changed(meter) {
  known = meter.balance;
  if (meter.ended === "balance" || meter.ended === "replaced" || meter.ended === "closed") {
    film.dataset.wants = "stop";
    film.pause();
    say(words[meter.ended], "warning");
    if (meter.ended === "balance") element("amount").focus();
  }
  show();
}

async function goOn() {
  element("receipt").hidden = true;
  try {
    if (!meter || meter.ended) await begin();
    film.dataset.wants = "play";
    lastSample = null;
    await film.play();
    say(words.playing);
  } catch (error) {
    meter = null;
    film.dataset.wants = "stop";
    const isShort = error.code === "INSUFFICIENT_BALANCE";
    say(isShort ? words.balance : fill(words.failed, { why: error.message }), "warning");
    if (isShort) element("amount").focus();
  }
  show();
}

play.addEventListener("click", () => {
  if (film.paused) void goOn();
  else {
    film.dataset.wants = "pause";
    film.pause();
    say(words.paused);
    show();
  }
});

stop.addEventListener("click", async () => {
  film.dataset.wants = "stop";
  film.pause();
  stop.disabled = true;
  say(words.stopping);
  await meter.stop();
  known = meter.balance;
  show();
  await receipt(session, meter.lastCharge);
});

/** Shows what a session cost, and waits for its transaction on the chain. */
async function receipt(session, charge) {
  const place = element("receipt");
  const set = (name, text) => {
    element(`receipt-${name}`).textContent = text;
  };
  try {
    const summary = await surely(() => asGuest("GET", `/v1/sessions/${session.id}`));
    const seconds = new Intl.NumberFormat(language).format(summary.duration);
    set("time", fill(words.seconds, { seconds }));
    set("charge", exact(unitsOf(summary.total_charge)));
    set("balance", exact(unitsOf(summary.remaining_balance)));
    set("session", summary.id);
    set("transaction", words.waiting);
    set("settlement", "");
    place.hidden = false;
    say(fill(words.stopped, { charge: exact(unitsOf(summary.total_charge)) }));
    place.querySelector("h2").focus();
    if (!charge) return set("transaction", words.nothing);
    for (let number = 0; number < 60; number += 1) {
      const tick = await surely(() => asGuest("GET", `/v1/ticks/${charge}`));
      if (tick.settlement_id) set("settlement", tick.settlement_id);
      if (tick.chain_tx_id) {
        set("transaction", tick.chain_tx_id);
        return say(words.settled);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    set("transaction", words.later);
  } catch (error) {
    say(fill(words.failed, { why: error.message }), "warning");
  }
}

/** Adds a top-up to what is shown, once it is paid; some payments take their time. */
async function paid(topUp) {
  if (topUp.status === "pending") {
    say(words.pending);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    return paid(await surely(() => asGuest("GET", `/v1/top_ups/${topUp.id}`)));
  }
  if (topUp.status !== "succeeded") return say(words.refused, "warning");
  known = unitsOf(topUp.new_balance);
  if (meter && !meter.ended) meter.balance += unitsOf(topUp.amount);
  else if (meter?.ended === "balance") meter = null;
  hasWarned = false;
  say(fill(words.added, { amount: whole(unitsOf(topUp.amount)) }));
  return show();
}

element("top-up").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = element("amount");
  const amount = readAmount(field.value, language);
  const isGood = amount !== null && unitsOf(amount) >= 100000000n && unitsOf(amount) <= 25000000000n;
  field.setAttribute("aria-invalid", String(!isGood));
  element("amount-error").textContent = isGood ? "" : words.amount;
  if (!isGood) return field.focus();
  const button = event.submitter ?? element("pay");
  button.disabled = true;
  try {
    if (!guest) await meet();
    const key = newId();
    const body = { amount, payment_method: "card" };
    void paid(await surely(() => asGuest("POST", "/v1/top_ups", { body, key })));
  } catch (error) {
    say(fill(words.failed, { why: error.message }), "warning");
  }
  button.disabled = false;
  show();
});

// A page that goes away can send no header and wait for no answer.
addEventListener("pagehide", () => {
  if (!meter || meter.ended) return;
  const body = JSON.stringify({ ...meter.lastTick(), token: session.session_token });
  const headers = { "content-type": "text/plain" };
  void fetch(`/v1/sessions/${session.id}/heartbeats`, { method: "POST", headers, body, keepalive: true });
  meter.ended = "stopped";
});

try {
  await meet();
  const wallet = await asGuest("GET", `/v1/wallets/${encodeURIComponent(guest.user_id)}`);
  known = unitsOf(wallet.balance);
  element("price").textContent = fill(words.price, { price: whole(unitsOf(guest.price_per_minute)) });
  play.disabled = false;
  element("pay").disabled = false;
} catch (error) {
  say(fill(words.failed, { why: error.message }), "warning");
}
show();
