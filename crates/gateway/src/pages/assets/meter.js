// The meter of a player: it counts how long the medium advances, sends a tick for it, and knows until when playing is paid.
//
// It touches no page: what it needs is given to it, so that tests can run it without a browser.

/** Units of an amount in one EUR: amounts are exact decimal strings, and are counted in whole numbers. */
const UNITS = 100000000n;
/** After how many milliseconds a tick that failed is sent again, at first and at most. */
const RETRY = [1000, 15000];

/** An amount such as "4.995" in units of 10^-8 EUR. */
export function unitsOf(text) {
  const match = /^(-?)(\d+)(?:\.(\d{1,8}))?$/.exec(text);
  if (!match) throw new RangeError(`${text} is no amount`);
  const units = BigInt(match[2]) * UNITS + BigInt((match[3] ?? "").padEnd(8, "0"));
  return match[1] ? -units : units;
}

/** The amount of so many units, without digits that say nothing: "4.995". */
export function textOf(units) {
  const size = units < 0n ? -units : units;
  const fraction = (size % UNITS).toString().padStart(8, "0").replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${size / UNITS}${fraction && `.${fraction}`}`;
}

/** A new id. Where a page is not served over TLS, `randomUUID` is missing. */
export function newId(source = globalThis.crypto) {
  if (source?.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The charge for playing so many milliseconds at a price a minute, in units; never rounded up. */
export function charge(price, ms) {
  return (price * BigInt(Math.max(0, Math.floor(ms)))) / 60000n;
}

/**
 * A session that is metered.
 *
 * `send(tick)` resolves to the answer of a heartbeat, or throws an error with `status`, `code` and `retryAfter` (seconds).
 * `changed(meter)` is called after everything that a page may want to show.
 */
export class Meter {
  #session;
  #send;
  #changed;
  #later;
  #pending = null;
  #isSending = false;
  #isWaiting = false;
  #failures = 0;

  constructor({ session, send, changed = () => {}, later = (job, ms) => setTimeout(job, ms) }) {
    this.#session = session;
    this.#send = send;
    this.#changed = changed;
    this.#later = later;
    /** Milliseconds that were played and are in no answered tick. */
    this.played = 0;
    /** For how many milliseconds after the last answered tick playing is paid. */
    this.paid = session.paid_ms;
    /** What was charged so far, in units. */
    this.charged = 0n;
    /** The balance after the last answered tick, in units. */
    this.balance = unitsOf(session.balance);
    /** The charge that was booked last. */
    this.lastCharge = null;
    /** Why it ended: `balance`, `replaced`, `closed`, `stopped`; nothing while it runs. */
    this.ended = null;
  }

  /** Whether the player may play now. */
  get mayPlay() {
    return !this.ended && this.played < this.paid;
  }

  /** The balance as it is by now: the last answer's, less what was played since. */
  get balanceNow() {
    const left = this.balance - charge(unitsOf(this.#session.price_per_minute), Math.min(this.played, this.paid));
    return left < 0n ? 0n : left;
  }

  /** The medium advanced for so many milliseconds on the clock, whatever its speed. */
  advance(ms) {
    if (this.ended) return;
    this.played += ms;
    if (this.#isDue() && !this.#isWaiting) void this.tick();
    this.#changed(this);
  }

  #isDue() {
    return this.played >= Math.min(this.#session.interval_ms, this.paid);
  }

  /** Sends what was played. A tick without an answer is sent again with its id, so that nothing is charged twice. */
  async tick(isFinal = false) {
    if (this.#isSending || (this.ended && !isFinal)) return;
    this.#isSending = true;
    this.#pending ??= { tick_id: newId(), played_ms: Math.floor(this.played) };
    const tick = isFinal ? { ...this.#pending, final: true } : this.#pending;
    try {
      const answer = await this.#send(tick);
      this.#answered(tick, answer, isFinal);
    } catch (error) {
      this.#failed(error, isFinal);
    } finally {
      this.#isSending = false;
      this.#changed(this);
    }
  }

  /** The last tick of a page that goes away: nobody waits for its answer. */
  lastTick() {
    return { ...(this.#pending ?? { tick_id: newId(), played_ms: Math.floor(this.played) }), final: true };
  }

  /** Ends the session: with its last tick, tried until it is answered or `tries` have failed. */
  async stop(tries = 5) {
    for (let number = 0; number < tries && !this.ended; number += 1) {
      while (this.#isSending) await new Promise((resolve) => this.#later(resolve, 50));
      await this.tick(true);
      if (!this.ended) await new Promise((resolve) => this.#later(resolve, RETRY[0]));
    }
    return this.ended;
  }

  #answered(tick, answer, isFinal) {
    this.#failures = 0;
    this.#pending = null;
    this.balance = unitsOf(answer.balance);
    this.charged += unitsOf(answer.charged);
    if (unitsOf(answer.charged) > 0n) this.lastCharge = answer.tx_id;
    // What was cut off may be claimed later, unless there is no money for it.
    this.played = answer.can_continue ? this.played - answer.credited_ms : this.played - tick.played_ms;
    this.paid = answer.paid_ms;
    if (isFinal) this.ended = "stopped";
    else if (!answer.can_continue) this.ended = "balance";
    else if (this.#isDue()) this.#later(() => void this.tick(), 0);
  }

  #failed(error, isFinal) {
    const reasons = { SESSION_REPLACED: "replaced", SESSION_CLOSED: "closed", INSUFFICIENT_BALANCE: "balance" };
    const reason = reasons[error.code];
    if (reason) {
      this.#pending = null;
      this.played = 0;
      this.paid = 0;
      this.ended = reason;
      return;
    }
    if (isFinal) return;
    this.#failures += 1;
    const [first, most] = RETRY;
    const wait = error.retryAfter ? error.retryAfter * 1000 : Math.min(most, first * 2 ** (this.#failures - 1));
    this.#isWaiting = true;
    this.#later(() => {
      this.#isWaiting = false;
      void this.tick();
    }, wait);
  }
}
