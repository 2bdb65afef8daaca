//! What this program itself says of a service, a refusal or a development network, where somebody pastes that. A group of
//! sentences has the code that a command fails with.

use super::Entry;

const OWN_NETWORK: &str = "check the network's folder, or begin with an empty one";

pub(super) const SENTENCES: &[(&str, &[Entry])] = &[
    (
        "unreachable",
        &[(
            &[
                "{w} at {w}://{w} does not answer",
                "{w} at {w}://{w} does not answer: {*}",
                "{w} at {w}://{w} gave no answer: {*}",
            ],
            "nothing answers at that address, or the connection broke",
            "check the connection and the address; `pnp-contract localnet run` starts a network of your own",
        )],
    ),
    (
        "busy",
        &[(
            &[
                "{w} at {w}://{w} takes no more requests for now",
                "{w} at {w}://{w} takes no more requests for now (status {n}{*})",
            ],
            "the service limits requests",
            "try again later, or use a provider or a token with a higher limit",
        )],
    ),
    (
        "certificate",
        &[(
            &["{w} at {w}://{w} cannot be trusted", "{w} at {w}://{w} cannot be trusted: {*}"],
            "the server's certificate is not one of a known authority",
            "where the server is your own, name its authority's certificate (PEM) in PNP_CA_FILE; else send it nothing",
        )],
    ),
    (
        "certificates",
        &[(
            &["the certificates of {*} cannot be used: {*}"],
            "the file of certificates cannot be read",
            "name a file of certificates in PEM form in PNP_CA_FILE, or as ca in pnp.toml",
        )],
    ),
    (
        "unauthorized",
        &[(
            &["{w} at {w}://{w} refuses the token"],
            "the service wants another token",
            "set the token beside the server's address, for algod ALGOD_TOKEN",
        )],
    ),
    (
        "malformed_answer",
        &[(
            &["{w} at {w}://{w} answers something else than expected: {*}"],
            "another service may be at that address",
            "check the address",
        )],
    ),
    (
        "dropped",
        &[(
            &["transaction {w} was dropped by the node: {*}"],
            "its pool gave the transaction up, and no block since has it",
            "another node may still have it: look with `pnp-contract status` before you do it again",
        )],
    ),
    (
        "uncertain",
        &[(
            &[
                "whether transaction {w} is in a block is not known",
                "whether transaction {w} is in a block is not known: {*}",
            ],
            "the connection broke after the transaction was sent",
            "look with `pnp-contract status` before you do it again",
        )],
    ),
    (
        "expired",
        &[(
            &["transaction {w} was not confirmed up to round {n} and can no longer be"],
            "the network made no block with it in time",
            "nothing was changed, and it can no longer be confirmed; it is safe to do it again",
        )],
    ),
    (
        "too_little",
        &[
            (
                &[
                    "{w} has {w} ALGO and would spend {w} ALGO: {w} ALGO are missing",
                    "{w} would be left with {w} ALGO and must keep {w} ALGO as its minimum balance: {w} ALGO are missing",
                ],
                "the account does not have the amount, the fees and what it must keep",
                "send Algos to that account",
            ),
            (
                &["the sender has {n} units of the asset and would send {n}: {n} are missing"],
                "the sender has fewer units of the asset than the transfer takes",
                "send the asset to the account with `pnp-contract asset send`",
            ),
        ],
    ),
    (
        "not_opted_in",
        &[(
            &["{w} has not opted in to asset {n}", "{w} has not opted in to application {n}"],
            "an account must agree to an asset or application before it can use it",
            "run `pnp-contract optin` or `pnp-contract asset optin` as that account",
        )],
    ),
    (
        "opted_in_already",
        &[(
            &["{w} has opted in to application {n} already"],
            "the account has opted in to the application already",
            "there is nothing to do",
        )],
    ),
    (
        "duplicate",
        &[(
            &["transaction {w} is in the ledger already"],
            "the very same transaction was sent before",
            "it was done before; look with `pnp-contract status`",
        )],
    ),
    (
        "wrong_signer",
        &[(
            &["signed by {w}, but only {w} may sign"],
            "the account was rekeyed, or its mnemonic is another account's",
            "set the mnemonic of the key that signs now, and the account as the _SENDER beside it",
        )],
    ),
    (
        "port_taken",
        &[(
            &[
                "{w} cannot listen on {w}",
                "{w} cannot listen on {w}: {*}; stop what holds the port, or choose another one",
            ],
            "another program uses that port",
            "stop what holds the port, or choose another one: `localnet run --algod-port N`",
        )],
    ),
    (
        "node_held",
        &[(
            &[
                "the network in {*} is already running{*}; use that one, or stop it first",
                "the network in {*} is in use by another process; stop that one, or use another directory",
                "the network in {*} is held by another process{*}",
            ],
            "one process at a time may write a chain",
            "wait for it or stop it; `localnet run --data-dir DIR` takes another folder",
        )],
    ),
    (
        "other_consensus",
        &[(
            &["the network in {*} runs consensus {w}, not {w}"],
            "a network keeps the rules that it was created with",
            "omit --consensus, or create another network: in another folder, or with `localnet run --data-dir DIR`",
        )],
    ),
    (
        "node",
        &[
            (
                &[
                    "no space left on the disk that holds {*}; the block was not written",
                    "the network in {*} has format {n}, this version knows up to {n}; use a newer version, or reset the network",
                    "the network in {*} is damaged ({*}); restore a copy, or reset the network",
                    "the network in {*} takes no more blocks until it is opened again, after a failed write: {*}",
                    "cannot use the network in {*}: {*}",
                    "cannot use {*} for the network: {*}",
                    "the ledger failed: {*}",
                    "the network's server failed: {*}",
                    "the disk did not take what was written: {*}",
                    "reading the ledger: {*}",
                    "the history is damaged: {*} of {*}: {*}",
                ],
                "the development network cannot work, most often because of its folder",
                OWN_NETWORK,
            ),
            (
                &[
                    "the genesis is not readable: {*}",
                    "cannot parse genesis addr {*}",
                    "repeated allocation to {w}",
                    "unsupported protocol {w}",
                    "there is no network here yet",
                    "there is a network here already: {*}",
                    "block {n} does not follow round {n}",
                    "overflowed totals",
                    "sum of money changed from {n} to {n}",
                    "roundCowState: CalculateTotals {*}",
                    "overflowed subtracting rewards for block {n}",
                    "overflowed subtracting reward unit for block {n}",
                    "overflowed subtracting rewards({n}, {n}) levels for block {n}",
                ],
                "the ledger itself is not in order",
                OWN_NETWORK,
            ),
            (
                &[
                    "no key for {w}; fund it with `fund`, hand its key over with `add_key`, or send it signed",
                    "{w} is before {w}, the time of the latest block",
                    "the snapshot of round {n} was taken of blocks that have since been taken back",
                ],
                "a network in process does not have that key, time or snapshot",
                "fund the account through the network, go on in time, or take a snapshot again",
            ),
        ],
    ),
];
