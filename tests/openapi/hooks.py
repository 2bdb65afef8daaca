"""Hooks of schemathesis: half of what it generates meets things that exist, so that calls are tested behind their checks too.

Counts what was answered, and writes it to the file that OPENAPI_COUNTS names when the run ends.
"""
import atexit
import collections
import json
import os
import random
import urllib.error
import urllib.request

import hypothesis
import schemathesis

# Schemathesis would search for requests that are accepted, which takes more than half of its time; here every second request names
# what exists, and is accepted often enough.
hypothesis.target = lambda *_, **__: None
SEED = int(os.environ["OPENAPI_SEED"])
KNOWN = json.loads(os.environ["OPENAPI_KNOWN"])
chance = random.Random(SEED)
counts = collections.defaultdict(collections.Counter)
keys = 0

# Ids that calls answered, by the path of the resource.
ids = {path: list(values) for path, values in KNOWN["ids"].items()}
MOST_IDS = 50

AMOUNTS = ["0.01", "1.00", "1", "2.50", "10", "100.00", "0", "-1.00", "1.001", "250"]
MEMBERS = {
    "user_id": KNOWN["users"],
    "content_id": KNOWN["contents"],
    "destination": KNOWN["destinations"],
    "amount": AMOUNTS,
    "price_per_minute": ["0.01", "0.02", "0.02", "1", "0.005"],
    "payment_method": ["card", "paypal", "crypto"],
    "played_ms": [0, 1, 1000, 15_000, 60_000, 3_600_000],
    "hold_ms": [None, 0, 15_000, 60_000, 3_600_000],
    # Hours, so that sessions end and settlements fall due, and the clock stays in this century.
    "advance_ms": [0, 1, 15_000, 60_000, 3_600_000],
    "from": ["2026-01-01", "2026-01-01T00:00:00Z", "2000-02-29"],
    "to": ["2027-01-01", "2100-12-31", "2026-12-01T00:00:00+05:30"],
    "time_zone": ["UTC", "Europe/Berlin", "America/New_York"],
    "limit": [1, 50, 200],
    "client_id": [None, "tab"],
    "overlap_hours": [None, 0, 1, 24],
    # A few are used again.
    "tick_id": [f"tick-{number}" for number in range(10_000)],
}
# A key or token in the body takes the place of the header's, and what is generated is none.
LEFT_OUT = ["token"]


# Calls that need something new, since time and other calls end what there was: how to make one.
NEW = {
    "/v1/sessions": {"content_id": KNOWN["contents"][0], "price_per_minute": "0.02"},
    "/v1/withdrawals": {"amount": "1", "destination": KNOWN["destinations"][0]},
    "/v1/api_keys": {"kind": "secret", "name": "new"},
    "/v1/top_ups": {"amount": "1", "payment_method": "card"},
}
# A fault strikes a call that no test makes.
FAULT = {"operation": "streamEvents", "action": "delay", "delay_ms": 1}


def make(path):
    """The id of something new; what there was before, where the gateway does not make one."""
    body = NEW[path] if path == "/v1/api_keys" else NEW[path] | {"user_id": chance.choice(KNOWN["users"])}
    headers = {"Authorization": "Bearer mock-api-key", "Content-Type": "application/json",
               "Idempotency-Key": f"new-{chance.getrandbits(64)}"}
    request = urllib.request.Request(KNOWN["url"] + path, data=json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["id"]
    except urllib.error.HTTPError:
        return chance.choice(ids[path])


def resource(path):
    """/v1/sessions of /v1/sessions/{id}/heartbeats, and /v1/top_ups of /v1/test/top_ups/{id}/pay."""
    return path.split("/{")[0].replace("/test/top_ups", "/top_ups")


def replace(values):
    for name in list(values):
        if name in LEFT_OUT:
            del values[name]
        elif isinstance(values[name], list):
            for value in values[name]:
                if isinstance(value, dict):
                    replace(value)
        elif name in MEMBERS and chance.random() < 0.9:
            values[name] = chance.choice(MEMBERS[name])


@schemathesis.hook
def before_call(context, case, **kwargs):
    global keys
    # Half of the cases stay as they were generated.
    if chance.random() < 0.5:
        return
    path = case.operation.path
    parameters = case.path_parameters
    if parameters:
        if "user" in parameters or path.startswith("/v1/reports/users"):
            parameters["user" if "user" in parameters else "id"] = chance.choice(KNOWN["users"])
        elif resource(path) in NEW and case.method == "POST" and chance.random() < 0.3:
            parameters["id"] = make(resource(path))
        elif ids.get(resource(path)):
            parameters["id"] = chance.choice(ids[resource(path)])
    if path == "/v1/test/faults" and case.method == "POST":
        case.body = FAULT
    if isinstance(case.body, dict):
        replace(case.body)
    if isinstance(case.query, dict):
        replace(case.query)
    if case.headers and "Idempotency-Key" in case.headers and chance.random() < 0.8:
        keys += 1
        case.headers["Idempotency-Key"] = f"key-{keys - (chance.random() < 0.1)}"


@schemathesis.hook
def after_call(context, case, response):
    operation = case.operation
    # Other methods than the call's own are tried too, and are not what it must answer.
    if response.request.method != operation.method.upper():
        return
    counts[operation.definition.raw.get("operationId", operation.label)][response.status_code] += 1
    if response.status_code not in (200, 201) or case.path_parameters:
        return
    try:
        answer = json.loads(response.content)
    except ValueError:
        return
    if isinstance(answer, dict) and isinstance(answer.get("id"), str):
        known = ids.setdefault(resource(operation.path), [])
        known.append(answer["id"])
        if len(known) > MOST_IDS:
            known.pop(chance.randrange(len(known)))
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        rows = [row["id"] for row in answer["data"] if isinstance(row, dict) and isinstance(row.get("id"), str)]
        ids[resource(operation.path)] = (ids.get(resource(operation.path), []) + rows)[-MOST_IDS:]


@atexit.register
def write():
    with open(os.environ["OPENAPI_COUNTS"], "w", encoding="utf-8") as file:
        json.dump(counts, file)
