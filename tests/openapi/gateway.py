"""What tests/openapi/run needs of the gateway besides schemathesis.

    prepare URL       makes a wallet, a content, a session and more, and prints what there is as JSON, for hooks.py
    counts N FILE…    prints what the calls answered; fails where the rate limits or too few cases distorted the run
    laws STORE        adds the journal of a store up again and compares it with every balance
"""
import collections
import json
import sqlite3
import sys
import time
import urllib.request

KEY = "mock-api-key"
USERS = ["user-1", "user-2", "user with spaces", "poor"]
CONTENTS = ["content-1", "content-2"]
WALLET = ["available", "held", "unsettled", "settling", "withdrawing", "debt", "due", "sending", "in_account", "leaving",
          "to_return"]
BOOKS = ["loss", "world_card", "world_paypal", "world_chain", "world_operator", "treasury", "reserved", "outside"]


def prepare(url):
    keys = iter(range(10_000))

    def call(method, path, body=None):
        headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": f"prepare-{next(keys)}"}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(url + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    ids = collections.defaultdict(list)
    for user in USERS[:3]:
        call("POST", f"/v1/test/wallets/{user.replace(' ', '%20')}/fund", {"amount": "1000"})
    for content in CONTENTS:
        call("PUT", f"/v1/contents/{content}", {"title": "Title", "price_per_minute": "0.02"})
        ids["/v1/contents"].append(content)
    settle(call)
    for path in ["/v1/settlements", "/v1/contracts"]:
        ids[path] = [one["id"] for one in call("GET", path)["data"]]
    ids["/v1/exports"].append(call("POST", "/v1/exports", {"kind": "sessions", "from": "2026-01-01", "to": "2026-12-31"})["id"])
    for user in USERS[:2]:
        session = call("POST", "/v1/sessions", {"user_id": user, "content_id": CONTENTS[0]})["id"]
        tick = call("POST", f"/v1/sessions/{session}/heartbeats", {"tick_id": "first", "played_ms": 1000})
        ids["/v1/sessions"].append(session)
        ids["/v1/ticks"].append(tick["tx_id"])
    top_up = call("POST", "/v1/top_ups", {"user_id": USERS[0], "amount": "10", "payment_method": "card"})
    ids["/v1/top_ups"].append(top_up["id"])
    contract = call("GET", "/v1/contracts")["data"][0]
    destination = contract["provider"]
    withdrawal = call("POST", "/v1/withdrawals", {"user_id": USERS[0], "amount": "1", "destination": destination})
    ids["/v1/withdrawals"].append(withdrawal["id"])
    key = call("POST", "/v1/api_keys", {"kind": "secret", "name": "prepared"})
    ids["/v1/api_keys"].append(key["id"])
    partners = [partner["id"] for partner in call("GET", "/v1/partners")["data"]]
    ids["/v1/partners"] = ids["/v1/reports/partners"] = partners
    print(json.dumps({"url": url, "users": USERS, "contents": CONTENTS, "destinations": [destination, contract["platform"]], "ids": ids}))


def settle(call):
    """Plays a minute and lets the day pass after which it is billed, so that there is a settlement."""
    session = call("POST", "/v1/sessions", {"user_id": USERS[2], "content_id": CONTENTS[0]})["id"]
    call("POST", "/v1/test/clock", {"advance_ms": 60_000})
    call("POST", f"/v1/sessions/{session}/heartbeats", {"tick_id": "only", "played_ms": 60_000})
    call("POST", f"/v1/sessions/{session}/stop")
    call("POST", "/v1/test/clock", {"advance_ms": 26 * 3_600_000})
    until = time.monotonic() + 60
    while not any(one["kind"] == "bill" for one in call("GET", "/v1/settlements")["data"]):
        if time.monotonic() > until:
            sys.exit("nothing was billed within a minute")
        time.sleep(0.1)


def counts(least, *paths):
    found = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found |= json.load(file)
    total = collections.Counter()
    for operation, statuses in sorted(found.items()):
        total.update(statuses)
        print(f"{operation:<20} " + ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    answers = sum(total.values())
    print(f"{answers} answers: " + ", ".join(f"{status}: {count}" for status, count in sorted(total.items())))
    faults = []
    if answers < int(least):
        faults.append(f"{answers} answers are fewer than {least}")
    limited = total["429"] + total["503"]
    if limited * 100 > answers:
        faults.append(f"{limited} answers are of the limits (429, 503), which is more than one of a hundred")
    unreached = [operation for operation, statuses in found.items() if not any(status.startswith("2") for status in statuses)]
    # The operator's calls are forbidden to a key of a partner, and a withdrawal may be on its way before it can be cancelled.
    of_operator = {operation for operation, statuses in found.items() if statuses.get("403", 0) > 0}
    if unexpected := sorted(set(unreached) - of_operator - {"cancelWithdrawal"}):
        faults.append(f"no case succeeded at {', '.join(unexpected)}")
    return faults


def laws(path):
    store = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    faults = []

    def none(what, sql):
        faults.extend(f"{what}: {row}" for row in store.execute(sql))

    none("law 1 of a wallet", "SELECT * FROM wallets WHERE available + held + unsettled + settling + withdrawing "
         "<> due + sending + in_account + leaving")
    for table, key, accounts in [("wallets", "wallet_id", WALLET), ("partners", "partner_id", ["partner", "platform"]),
                                 ("books", "1", BOOKS)]:
        for account in accounts:
            none(f"{table}: {account}", f"SELECT t.id, t.{account}, e.total FROM {table} t LEFT JOIN (SELECT {key} AS owner, "
                 f"SUM({account}) AS total FROM entries GROUP BY 1) e ON e.owner = t.id WHERE t.{account} <> COALESCE(e.total, 0)")
    none("the sum of what wallets hold for sessions", "SELECT w.id, w.held FROM wallets w WHERE w.held <> "
         "(SELECT COALESCE(SUM(s.held), 0) FROM sessions s WHERE s.wallet_id = w.id)")
    read = [store.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ["entries", "wallets", "sessions"]]
    print("{} entries, {} wallets, {} sessions add up".format(*read) if not faults else f"{len(faults)} things do not add up")
    return faults


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    found = {"prepare": prepare, "counts": counts, "laws": laws}[command](*arguments)
    if found:
        sys.exit("\n".join(found))
