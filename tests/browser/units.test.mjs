// The demo's modules without a browser: amounts as people write them, and the meter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { amountFormat, exactFormat, readAmount } from "../../crates/gateway/src/pages/assets/amounts.js";
import { Meter, charge, newId, textOf, unitsOf } from "../../crates/gateway/src/pages/assets/meter.js";

test("amounts are read as people write them", () => {
  const cases = [
    ["۱۰٫۵", "fa", "10.5"], ["١٠٫٥", "ar", "10.5"], ["۱۰.۵", "fa", "10.5"], ["۱٬۰۰۰", "fa", "1000"], ["10,5", "de", "10.5"],
    ["10.5", "de", "10.5"], ["10,5", "en", "10.5"], ["1.000,50", "de", "1000.5"], ["1.000,50", "en", "1000.5"],
    ["1,000", "en", "1000"], ["1.000", "de", "1000"], ["1,000", "de", "1"], ["1.000", "en", "1"], [" 1,00 € ", "de", "1"],
    ["1,000,000.5", "en", "1000000.5"], ["007", "en", "7"], ["0.1", "en", "0.1"],
    ["", "en", null], ["abc", "en", null], ["-1", "en", null], ["1.005", "en", null], ["1e3", "en", null], ["1.2.3", "en", null],
    ["0x10", "en", null], [".5", "en", null],
  ];
  for (const [text, language, amount] of cases) assert.equal(readAmount(text, language), amount, `${text} in ${language}`);
});

test("amounts are shown rounded down, and never as minus nothing", () => {
  const plain = (text) => text.replace(/[\u00a0\u202f\u200e\u200f]/g, " ").trim();
  assert.equal(plain(amountFormat("en", 2)(unitsOf("4.999"))), "€4.99");
  assert.equal(plain(amountFormat("de", 4)(unitsOf("1234.5"))), "1.234,5000 €");
  assert.equal(plain(amountFormat("en", 2)(unitsOf("-0.0000001"))), "€0.00");
  assert.equal(plain(amountFormat("en", 2)(unitsOf("-5"))), "-€5.00");
  assert.equal(plain(exactFormat("en")(unitsOf("0.20004"))), "€0.20004");
  assert.equal(plain(exactFormat("en")(unitsOf("5"))), "€5.00");
  assert.match(amountFormat("fa", 2)(unitsOf("1.5")), /۱٫۵۰/);
});

test("amounts are whole numbers inside", () => {
  for (const text of ["0", "5", "4.995", "-0.00000001", "92233720368.54775807"]) assert.equal(textOf(unitsOf(text)), text);
  assert.throws(() => unitsOf("1e3"), RangeError);
  assert.equal(charge(unitsOf("0.02"), 15000), unitsOf("0.005"));
  assert.equal(charge(unitsOf("0.01"), 0.9), 0n);
});

test("an id is made where randomUUID is missing", () => {
  const source = { getRandomValues: (bytes) => bytes.fill(7) };
  assert.equal(newId(source), "07".repeat(16));
  assert.notEqual(newId(), newId());
});

const session = { id: "ses_1", interval_ms: 15000, paid_ms: 20000, balance: "1", price_per_minute: "0.60" };
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A meter over a server that answers with what `answers` says, one after the other; an error is thrown. */
function metered(answers) {
  const [sent, jobs] = [[], []];
  const send = async (tick) => {
    sent.push(tick);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { credited_ms: tick.played_ms, can_continue: true, paid_ms: 20000, charged: "0.15", balance: "0.85", tx_id: "txn_1", ...answer };
  };
  return { sent, jobs, meter: new Meter({ session, send, later: (job, ms) => jobs.push([job, ms]) }) };
}

test("a tick is sent after an interval", async () => {
  const { meter, sent } = metered([{}]);
  meter.advance(14999);
  assert.equal(sent.length, 0);
  meter.advance(1);
  await settled();
  assert.deepEqual(sent.map((tick) => tick.played_ms), [15000]);
  assert.equal(meter.played, 0);
  assert.equal(meter.charged, unitsOf("0.15"));
});

test("a tick that has no answer is sent again with its id and its time, and playing ends where it is paid", async () => {
  const { meter, sent, jobs } = metered([new TypeError("network"), Object.assign(new Error(), { status: 503, retryAfter: 2 }), {}]);
  meter.advance(15000);
  await settled();
  meter.advance(4000);
  assert.equal(sent.length, 1, "it waits before it tries again");
  assert.equal(jobs[0][1], 1000);
  assert.ok(meter.mayPlay);
  jobs.shift()[0]();
  await settled();
  assert.equal(jobs[0][1], 2000);
  meter.advance(1000);
  assert.ok(!meter.mayPlay, "twenty seconds are paid, and no more");
  jobs.shift()[0]();
  await settled();
  assert.equal(new Set(sent.map((tick) => `${tick.tick_id} ${tick.played_ms}`)).size, 1);
  assert.equal(meter.played, 5000);
  assert.ok(meter.mayPlay);
});

test("what was cut off is claimed by the next tick", async () => {
  const { meter } = metered([{ credited_ms: 14000 }]);
  meter.advance(15000);
  await settled();
  assert.equal(meter.played, 1000);
});

test("the balance stops it, and it says so once", async () => {
  const { meter } = metered([{ paid_ms: 3000, balance: "0.03" }, { paid_ms: 0, can_continue: false, balance: "0", credited_ms: 2900 }]);
  meter.advance(15000);
  await settled();
  assert.ok(meter.mayPlay);
  meter.advance(3000);
  await settled();
  assert.equal(meter.ended, "balance");
  assert.equal(meter.balanceNow, 0n);
  meter.advance(1000);
  assert.equal(meter.played, 0, "nothing is counted after the end");
});

test("another device's start ends it, and it does not fight back", async () => {
  const { meter, sent, jobs } = metered([Object.assign(new Error(), { status: 409, code: "SESSION_REPLACED" })]);
  meter.advance(15000);
  await settled();
  assert.equal(meter.ended, "replaced");
  assert.deepEqual([sent.length, jobs.length], [1, 0]);
});

test("the last tick of a page that closes has the id of the one that waits for its answer", async () => {
  const { meter, sent } = metered([new TypeError("network")]);
  meter.advance(15000);
  await settled();
  meter.advance(2000);
  assert.deepEqual(meter.lastTick(), { ...sent[0], final: true });
});

test("a stop is tried until it is answered", async () => {
  const { meter, sent, jobs } = metered([new TypeError("network"), {}]);
  meter.advance(5000);
  const stopped = meter.stop();
  await settled();
  jobs.shift()[0]();
  assert.equal(await stopped, "stopped");
  assert.equal(sent[0].tick_id, sent[1].tick_id);
  assert.ok(sent.every((tick) => tick.final));
});
