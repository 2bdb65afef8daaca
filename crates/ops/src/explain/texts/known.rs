//! Why the network refuses what commands send.

use super::{Entry, usual};

/// Why a text is said, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The cause, as the end of a sentence.
    pub why: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Sentences of go-algorand's (`data/transactions/logic/`, `data/transactions/verify/`, `ledger/apply/`, `data/pools/`).
pub(super) const KNOWN: &[Entry] = &[
    (
        &["unavailable Account {w}", "unavailable Account {w}, {*}"],
        "a program may look only at accounts that its group names",
        "add the account to the call's accounts (goal: --app-account), or to its access list",
    ),
    (
        &["unavailable Asset {n}"],
        "a program may look only at assets that its group names",
        "add the asset to the call's foreign assets (goal: --foreign-asset), or to its access list",
    ),
    (
        &["unavailable App {n}"],
        "a program may look only at applications that its group names",
        "add the application to the call's foreign apps (goal: --foreign-app), or to its access list",
    ),
    (
        &["unavailable Holding {w}"],
        "a program may look only at holdings whose account and asset its call names together",
        "add both the account and the asset to the same call",
    ),
    (
        &["unavailable Local State {w}"],
        "a program may look only at local states whose account and application its call names together",
        "add both the account and the application to the same call",
    ),
    (
        &["invalid Box reference {w}"],
        "a program may touch only boxes that its group names",
        "add the box to the call's boxes (goal: --box), by its exact name",
    ),
    (
        &["read budget exceeded ({n} > {n})", "read budget exceeded despite policy ({n})"],
        "each box reference allows a number of bytes to be read",
        "add more box references to the group: empty ones count, too",
    ),
    (
        &["write budget exceeded ({n} > {n}) while {*}", "write budget exceeded ({n} > {n})"],
        "each box reference allows a number of bytes to be written",
        "add more box references to the group: empty ones count, too",
    ),
    (
        &["dynamic cost budget exceeded, executing {*}"],
        "the programs of a group share 700 units of cost for each application call in it",
        "add application calls to the group, or make the program cheaper",
    ),
    (
        &["static cost budget of {n} exceeded"],
        "the program costs more than one of its version may",
        "make the program cheaper",
    ),
    (
        &["invalid ApplicationArgs index {n}"],
        "the program asks for an argument that the call does not have",
        "give the call all of its arguments",
    ),
    (
        &["btoi arg too long, got {n} bytes"],
        "a number is at most 8 bytes long",
        "give the number as 8 bytes or fewer (goal: int:N)",
    ),
    (
        &["store {w} count {n} exceeds schema {w} count {n}", "store {w} count {n} exceeded schema {w} count {n}"],
        "an application keeps as many values as it said when it was made",
        "create the application again with a larger schema, or grow it in an update where the network allows that",
    ),
    (&["err opcode executed"], "the program came to an `err`: this sort of call is not meant", "call in another way"),
    (&["- would result negative"], "a subtraction would go below 0", "check the amounts that the call was given"),
    (&["+ overflowed"], "a sum does not fit 64 bits", "check the amounts that the call was given"),
    (&["* overflowed"], "a product does not fit 64 bits", "check the amounts that the call was given"),
    (&["/ 0"], "a division by 0", "check the amounts that the call was given"),
    (
        &["At least one signature didn't pass verification"],
        "a signature is of another key, or the transaction was changed after it was signed",
        "sign it again, and change nothing afterwards",
    ),
    (
        &["multisig validation failed: {*}"],
        "signatures are missing, or are of other keys than the account's",
        "see who is missing with `pnp-contract multisig status FILE`",
    ),
    (&["signedtxn has no sig"], "the transaction is not signed", "sign it before it is sent"),
    (
        &["transactionGroup: incomplete group: {*}", "incomplete group: {*}"],
        "a transaction of the group is missing or was changed",
        "send all transactions of the group together, in their order",
    ),
    (
        &["transactionGroup: inconsistent group values: {*}", "inconsistent group values: {*}"],
        "adjacent transactions have different group ids",
        "assign the group id to all of them at once, then sign",
    ),
    (
        &["transactionGroup: {*}"],
        "the transactions sent together do not make up one group",
        "send all transactions of the group together, in their order",
    ),
    (
        &["{*}transaction pool has reached capacity", "{*}transaction pool have reached capacity"],
        "the node has as many transactions waiting as it takes",
        "send it again in a moment: nothing was kept of it",
    ),
    (
        &["asset {n} frozen in {w}", "asset frozen in recipient"],
        "the asset's freeze address froze that holding",
        "ask it to unfreeze the holding",
    ),
    (
        &["cannot close: {n} outstanding {*}"],
        "an account can only be closed when it holds, created and has opted in to nothing",
        "close its holdings and leave its applications first",
    ),
    (
        &["clawback not allowed: sender {w}, clawback {w}"],
        "only the asset's clawback address may move what others hold",
        "leave the clawback sender unset, or sign as that address",
    ),
    (
        &[
            "genesis ID mismatch: {w} != {w}",
            "genesis hash mismatch: {w} != {w}",
            "genesis ID missing",
            "genesis hash missing",
        ],
        "the transaction is for another network than the node's",
        "build it again with the parameters of the network it is for, and check --net",
    ),
    (
        &["program version mismatch: {n} != {n}"],
        "approval and clear program must be of one version",
        "assemble both with the same #pragma version",
    ),
    (
        &["approval program version downgrade: {n} < {n}", "{w} program version downgrade: {n} < {n}"],
        "an application cannot go back to an earlier version of TEAL",
        "use a later version",
    ),
    (
        &["cannot create app for {w}: max created apps per acct is {n}"],
        "an account makes a limited number of applications under these rules",
        "delete one it does not need, or use another account",
    ),
    (
        &["transaction {w} using an overlapping lease (sender, lease):({w} {w})", "using an overlapping lease {*}"],
        "a transaction with the same lease was sent and is still valid",
        "wait until that one's last valid round is over, or use another lease",
    ),
    (
        &["this transaction should be issued by the manager. {*}"],
        "only the asset's manager may change or end it",
        "sign as the manager, whom `pnp-contract asset show` names",
    ),
];

/// Why the network refuses a command's transaction with this text, and what to do, where it is known.
#[must_use]
pub fn advice(text: &str) -> Option<Advice> {
    usual(text).map(|(_, why, remedy)| Advice { why, remedy })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_distinguished() {
        for (text, remedy) in [
            ("unavailable Account AAAA", "--app-account"),
            ("invalid Box reference 0x61", "--box"),
            ("invalid Asset reference", ""),
            ("dynamic cost budget exceeded, executing ed25519verify: local program cost was 700", "application calls"),
            ("asset 1002 frozen in AAAA", "unfreeze"),
            ("txn dead: round 5 outside of 1--4", ""),
            ("check failed on ApprovalProgram: pc= 12 static cost budget of 20000 exceeded", "cheaper"),
            ("axfer AssetReceiver: unavailable Account AAAA", "--app-account"),
            ("inner tx 0 failed: logic eval error: + overflowed", "amounts"),
            ("the lease of the office is over", ""),
            ("a genesis of ideas", ""),
            ("1 / 0", ""),
        ] {
            let found = advice(text).map(|advice| advice.remedy).unwrap_or_default();
            assert!(if remedy.is_empty() { found.is_empty() } else { found.contains(remedy) }, "{text}: {found}");
        }
    }
}
