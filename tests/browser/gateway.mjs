// A gateway of our own for the tests: on the embedded network, in a folder that is removed.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export async function startGateway() {
  const folder = mkdtempSync(join(tmpdir(), "pnp-browser-"));
  const program = resolve(process.env.PNP_CONTRACT);
  const child = spawn(program, ["serve", "--port", "0"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const url = await new Promise((found, failed) => {
    const read = (text) => {
      output += text;
      const match = /^gateway +(http:\S+)/m.exec(output);
      if (match && output.includes("Ctrl-C")) found(match[1].replace("127.0.0.1", "localhost"));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("exit", (code) => failed(new Error(`the gateway ended with ${code}: ${output}`)));
  });
  let number = 0;
  /** A call of the API; without a key it is the mock key's. */
  const api = async (request, body, key = "mock-api-key") => {
    const [method, path] = request.split(" ");
    const headers = { authorization: `Bearer ${key}`, "idempotency-key": `browser-${(number += 1)}` };
    if (body) headers["content-type"] = "application/json";
    const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, value: text ? JSON.parse(text) : null };
  };
  const ok = async (...call) => {
    const { status, value } = await api(...call);
    if (status >= 300) throw new Error(`${call[0]}: ${status} ${JSON.stringify(value)}`);
    return value;
  };
  return {
    url,
    api,
    ok,
    link: () => url + readFileSync(join(folder, ".pnp/gateway/embedded/dashboard-link"), "utf8").trim(),
    output: () => output,
    stop: async () => {
      const ended = new Promise((done) => child.on("exit", done));
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Some hours of a small site, so that the dashboard has something to show. */
export async function fillWithHistory({ ok }) {
  const users = ["anna", "ben", "نگار", "<b>dora</b>"];
  for (const [id, title, price] of [["film-1", "Morning", "0.30"], ["film-2", "فیلم شب", "0.60"], ["song", "<script>alert(1)</script>", "0.02"]]) {
    await ok(`PUT /v1/contents/${id}`, { title, price_per_minute: price });
  }
  for (const user_id of users) await ok("POST /v1/top_ups", { user_id, amount: "20.00", payment_method: "card" });
  for (let hour = 0; hour < 8; hour += 1) {
    const sessions = [];
    for (const [number, user_id] of users.entries()) {
      if ((hour + number) % 3 === 2) continue;
      sessions.push(await ok("POST /v1/sessions", { user_id, content_id: number % 2 ? "film-2" : "film-1" }));
    }
    for (let tick = 0; tick <= (hour * 5) % 4; tick += 1) {
      await ok("POST /v1/test/clock", { advance_ms: 100000 });
      for (const { id } of sessions) await ok(`POST /v1/sessions/${id}/heartbeats`, { tick_id: `t${tick}`, played_ms: 100000 });
    }
    for (const { id } of sessions) await ok(`POST /v1/sessions/${id}/stop`);
    await ok("POST /v1/test/clock", { advance_ms: 3600000 });
  }
}
