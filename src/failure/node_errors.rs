//! What errors of the network mean that are not a rule of the contract.

/// Why, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) why: &'static str,
    pub(crate) way: &'static str,
}

/// Phrases of go-algorand's (`data/transactions/logic/`, `data/transactions/verify/`, `ledger/apply/`, `data/pools/`).
const KNOWN: &[(&[&str], &str, &str)] = &[
    (
        &["unavailable Account"],
        "a program may look only at accounts that its group names",
        "add the account to the call's accounts (goal: --app-account), or to its access list",
    ),
    (
        &["unavailable Asset"],
        "a program may look only at assets that its group names",
        "add the asset to the call's foreign assets (goal: --foreign-asset), or to its access list",
    ),
    (
        &["unavailable App"],
        "a program may look only at applications that its group names",
        "add the application to the call's foreign apps (goal: --foreign-app), or to its access list",
    ),
    (
        &["unavailable Holding"],
        "a program may look only at holdings whose account and asset its call names together",
        "add both the account and the asset to the same call",
    ),
    (
        &["unavailable Local State"],
        "a program may look only at local states whose account and application its call names together",
        "add both the account and the application to the same call",
    ),
    (
        &["invalid Box reference"],
        "a program may touch only boxes that its group names",
        "add the box to the call's boxes (goal: --box), by its exact name",
    ),
    (
        &["read budget exceeded"],
        "each box reference allows a number of bytes to be read",
        "add more box references to the group: empty ones count, too",
    ),
    (
        &["write budget exceeded"],
        "each box reference allows a number of bytes to be written",
        "add more box references to the group: empty ones count, too",
    ),
    (
        &["dynamic cost budget exceeded"],
        "the programs of a group share 700 units of cost for each application call in it",
        "add application calls to the group, or make the program cheaper",
    ),
    (&["static cost budget"], "the program costs more than one of its version may", "make the program cheaper"),
    (
        &["invalid ApplicationArgs index"],
        "the program asks for an argument that the call does not have",
        "give the call all of its arguments",
    ),
    (&["btoi arg too long"], "a number is at most 8 bytes long", "give the number as 8 bytes or fewer (goal: int:N)"),
    (
        &["exceeds schema", "exceeded schema"],
        "an application keeps as many values as it said when it was made",
        "create the application again with a larger schema, or grow it in an update where the network allows that",
    ),
    (&["err opcode executed"], "the program came to an `err`: this sort of call is not meant", "call in another way"),
    (&["would result negative"], "a subtraction would go below 0", "check the amounts that the call was given"),
    (&["+ overflowed"], "a sum does not fit 64 bits", "check the amounts that the call was given"),
    (&["* overflowed"], "a product does not fit 64 bits", "check the amounts that the call was given"),
    (&["/ 0"], "a division by 0", "check the amounts that the call was given"),
    (
        &["At least one signature didn't pass verification"],
        "a signature is of another key, or the transaction was changed after it was signed",
        "sign it again, and change nothing afterwards",
    ),
    (
        &["multisig validation failed"],
        "signatures are missing, or are of other keys than the account's",
        "see who is missing with `pnp-contract multisig status FILE`",
    ),
    (&["signedtxn has no sig"], "the transaction is not signed", "sign it before it is sent"),
    (
        &["incomplete group"],
        "a transaction of the group is missing or was changed",
        "send all transactions of the group together, in their order",
    ),
    (
        &["inconsistent group values"],
        "adjacent transactions have different group ids",
        "assign the group id to all of them at once, then sign",
    ),
    (
        &["transactionGroup"],
        "the transactions sent together do not make up one group",
        "send all transactions of the group together, in their order",
    ),
    (
        &["reached capacity"],
        "the node has as many transactions waiting as it takes",
        "send it again in a moment: nothing was kept of it",
    ),
    (&["frozen in", "asset frozen"], "the asset's freeze address froze that holding", "ask it to unfreeze the holding"),
    (
        &["cannot close: "],
        "an account can only be closed when it holds, created and has opted in to nothing",
        "close its holdings and leave its applications first",
    ),
    (
        &["clawback not allowed"],
        "only the asset's clawback address may move what others hold",
        "leave the clawback sender unset, or sign as that address",
    ),
    (
        &["genesis"],
        "the transaction is for another network than the node's",
        "build it again with the parameters of the network it is for, and check --net",
    ),
    (
        &["program version mismatch"],
        "approval and clear program must be of one version",
        "assemble both with the same #pragma version",
    ),
    (
        &["program version downgrade"],
        "an application cannot go back to an earlier version of TEAL",
        "use a later version",
    ),
    (
        &["max created apps per acct"],
        "an account makes a limited number of applications under these rules",
        "delete one it does not need, or use another account",
    ),
    (
        &["lease"],
        "a transaction with the same lease was sent and is still valid",
        "wait until that one's last valid round is over, or use another lease",
    ),
    (
        &["should be issued by the manager"],
        "only the asset's manager may change or end it",
        "sign as the manager, whom `pnp-contract asset show` names",
    ),
];

/// What a text means, where it is known.
pub(crate) fn advice(text: &str) -> Option<Advice> {
    let found = KNOWN.iter().find(|(phrases, _, _)| phrases.iter().any(|phrase| text.contains(phrase)));
    found.map(|(_, why, way)| Advice { why, way })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_distinguished() {
        for (text, way) in [
            ("unavailable Account AAAA", "--app-account"),
            ("invalid Box reference 0x61", "--box"),
            ("invalid Asset reference", ""),
            ("dynamic cost budget exceeded, executing ed25519verify: local program cost was 700", "application calls"),
            ("asset 1002 frozen in AAAA", "unfreeze"),
            ("txn dead: round 5 outside of 1--4", ""),
        ] {
            let found = advice(text).map(|advice| advice.way).unwrap_or_default();
            assert!(if way.is_empty() { found.is_empty() } else { found.contains(way) }, "{text}: {found}");
        }
    }
}
