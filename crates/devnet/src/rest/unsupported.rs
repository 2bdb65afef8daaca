//! Operations of algod that a development network of one process does not do, each with its reason.
//!
//! They are answered with 501 and the reason, so that a client's author reads why instead of guessing.

/// A method, a path of algod's OpenAPI file, and why it is not here.
pub(super) const UNSUPPORTED: &[(&str, &str, &str)] = &[
    ("GET", "/debug/settings/pprof", PROFILER),
    ("PUT", "/debug/settings/pprof", PROFILER),
    ("GET", "/debug/settings/config", "this network has no algod configuration file"),
    ("GET", "/v2/deltas/{round}", DELTAS),
    ("GET", "/v2/deltas/{round}/txn/group", TRACER),
    ("GET", "/v2/deltas/txn/group/{id}", TRACER),
    ("DELETE", "/v2/ledger/sync", FOLLOWER),
    ("GET", "/v2/ledger/sync", FOLLOWER),
    ("POST", "/v2/ledger/sync/{round}", FOLLOWER),
    ("POST", "/v2/catchup/{catchpoint}", CATCHUP),
    ("DELETE", "/v2/catchup/{catchpoint}", CATCHUP),
];

const PROFILER: &str = "this network is no Go program: it has no pprof settings";
/// Why participation keys can be neither added nor made.
pub(super) const KEYS: &str = "nobody votes on this network: it has no participation keys";
const DELTAS: &str = "state deltas are not served here";
// The text algod answers with where no tracer runs, as on AlgoKit LocalNet.
const TRACER: &str = "failed retrieving the expected tracer from ledger";
const FOLLOWER: &str = "this network is no follower: it has no sync round";
const CATCHUP: &str = "this network begins at its own round 0: there is nothing to catch up with";

/// What was version 1 of the interface, which algod answers with 410 and a pointer to version 2.
pub(super) const GONE: &[(&str, &str)] = &[
    ("GET", "/v1/status"),
    ("GET", "/v1/status/wait-for-block-after/{round}"),
    ("POST", "/v1/transactions"),
    ("GET", "/v1/account/{address}"),
    ("GET", "/v1/account/{address}/transaction/{txid}"),
    ("GET", "/v1/transactions/fee"),
    ("GET", "/v1/transactions/params"),
    ("GET", "/v1/account/{address}/transactions"),
    ("GET", "/v1/block/{round}"),
    ("GET", "/v1/ledger/supply"),
    ("GET", "/v1/transactions/pending"),
    ("GET", "/v1/transactions/pending/{txid}"),
    ("GET", "/v1/account/{address}/transactions/pending"),
    ("GET", "/v1/asset/{asset-id}"),
    ("GET", "/v1/assets"),
    ("GET", "/v1/transaction/{txid}"),
];
