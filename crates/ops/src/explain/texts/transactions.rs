//! Why the network refuses a transaction or a group.

use super::Entry;

const CORRECT: &str = "correct the transaction, and sign it again";
const NETWORK: &str = "build it again with the parameters of the network it is for, and check --net";
const AMOUNTS: &str = "check the amounts of the transaction and of the accounts";
const KEY_DATES: &str = "make the registration again with rounds that the network is still to reach";
const HEARTBEAT: &str = "such transactions are a node's own: check that its participation keys are current";
const SIGNATURE: &str = "sign it again with one of the kinds that the network knows";
const PROGRAMS: &str = "assemble the program again with `pnp-contract compile`, and pass the bytes unchanged";
const REFERENCES: &str = "name only what the call uses, or spread it over several calls of a group";
const BOXES: &str = "check the names and sizes of boxes that the call uses";
const NODE: &str = "nothing was changed; try again, or another node";

pub(super) const SENTENCES: &[Entry] = &[
    (
        &[
            "tx.GenesisHash <{w}> does not match expected <{w}>",
            "tx.GenesisID <{*}> does not match expected <{*}>",
            "required tx.GenesisHash is missing",
            "tx.GenesisHash <{w}> not allowed",
            "GenesisID mismatch: {w} != {w}",
            "GenesisHash mismatch: {w} != {w}",
            "GenesisHash required but missing",
            "GenesisID <{w}> not empty",
            "GenesisHash <{w}> not empty",
        ],
        "the transaction is for another network than the node's",
        NETWORK,
    ),
    (
        &["transaction window size excessive ({n}--{n})"],
        "a transaction is valid for at most 1000 rounds",
        "build it again with a last valid round at most 1000 after its first",
    ),
    (&["transaction invalid range ({n}--{n})"], "the last valid round is before the first", CORRECT),
    (
        &[
            "max group size is {n}",
            "group size {n} exceeds maximum {n}",
            "transaction group size {n} exceeds protocol max {n}",
        ],
        "a group holds at most 16 transactions",
        "spread them over several groups",
    ),
    (&["empty txgroup"], "there is no transaction in what was sent", "send at least one signed transaction"),
    (
        &["tx references exceed MaxAppTotalTxnReferences = {n}"],
        "the accounts, assets, applications and boxes that a call names are limited together",
        REFERENCES,
    ),
    (
        &["tx.GlobalStateSchema is too large. {n} > {n}", "tx.LocalStateSchema is too large. {n} > {n}"],
        "an application keeps at most 64 global and 16 local values",
        "create it with a smaller schema",
    ),
    (
        &[
            "inappropriate non-zero tx.{w}",
            "inappropriate non-zero tx.{w} ({*})",
            "tx.RejectVersion cannot be set during creation",
            "programs may only be specified during application creation or update",
        ],
        "such a field is only for a call that creates or updates the application, or only for one that does not",
        CORRECT,
    ),
    (
        &[
            "cannot destroy asset: account {w} holds no assets",
            "cannot destroy asset: account {w} created no assets",
            "cannot destroy asset: creator is holding only {n}/{n}",
        ],
        "an asset ends only when its creator holds all units of it",
        "collect all units in the creator's account first",
    ),
    (
        &["cannot close asset ID in allocating account"],
        "the creator of an asset cannot opt out of it",
        "destroy the asset instead, as its manager",
    ),
    (
        &["cannot close asset by clawback"],
        "a clawback moves units, and closes no holding",
        "omit the address to close to",
    ),
    (
        &[
            "cannot close asset holding on account {w} : account is not opted in asset {n}",
            "asset {n} not present in account {w}",
            "asset not found in account",
            "account {w} has not opted in to asset {n}",
            "{w} has not opted in to asset {n}",
        ],
        "the account does not hold that asset",
        "check the asset and the account",
    ),
    (
        &["asset {n} not zero ({n}) after closing", "balance {n} still not zero after CloseRemainderTo"],
        "something was left where nothing may be left",
        "send everything on with the closing transaction",
    ),
    (
        &["too many assets in account: {n} >= {n}"],
        "an account holds a limited number of assets under these rules",
        "opt out of one that it does not need",
    ),
    (
        &["freeze not allowed: sender {w}, freeze {w}"],
        "only the asset's freeze address may freeze a holding",
        "sign as the freeze address, which `pnp-contract asset show` names",
    ),
    (
        &[
            "balance overflow (account {w}, data {*}, was going to receive {w})",
            "balance overflow (account {w}, was going to receive {w})",
            "overflow on adding {n} to receiver amount {n}",
            "overflowed account balance when applying rewards",
        ],
        "the receiver would have more than a balance can hold",
        AMOUNTS,
    ),
    (
        &["overspend (account {w}, tried to spend {w})", "overspend (account {w}, data {*}, tried to spend {w})"],
        "the amount and the network's fees are more than the account has",
        "send Algos to that account",
    ),
    (
        &["account {w} balance {n} below min {n} ({*})"],
        "every asset, application and local state an account holds raises the balance it must keep",
        "send Algos to that account",
    ),
    (
        &[
            "account {w} would use too much space after this transaction. Minimum balance requirements would be {n} (greater than max {n})",
        ],
        "the account would hold more than an account may",
        "use another account for the rest",
    ),
    (
        &["underflow on subtracting {n} from sender amount {n}"],
        "the sender has fewer units of the asset than the transfer takes",
        "send the asset to that account first",
    ),
    (
        &["asset {n} missing from {w}", "receiver error: must optin, asset {n} missing from {w}"],
        "an account must agree to an asset before it can hold it",
        "opt that account in to the asset first",
    ),
    (
        &[
            "asset {n} does not exist",
            "asset {n} does not exist or has been deleted",
            "account {w} has not created asset {n}",
            "asset index {n} not found in account {w}",
        ],
        "there is no asset with that id",
        "check --asset and --net",
    ),
    (
        &[
            "app {n} does not exist",
            "only ClearState is supported for an application ({n}) that does not exist",
            "account {w} has not created app {n}",
            "app {n} not found in account {w}",
            "app {n} params not found",
        ],
        "there is no application with that id",
        "check --app and --net",
    ),
    (
        &[
            "account {w} has already opted in to app {n}",
            "{w} has already opted in to app {n}",
            "cannot allocate storage, {w} has already opted in to app {n}",
        ],
        "the account has opted in to the application already",
        "there is nothing to do",
    ),
    (
        &[
            "cannot deallocate storage, {w} has not opted in to app {n}",
            "cannot deallocate storage, app {n} does not exist",
        ],
        "the account has nothing in the application that could be removed",
        "check --app and --net",
    ),
    (
        &["cannot opt in app {n} for {w}: max opted-in apps per acct is {n}"],
        "an account opts in to a limited number of applications under these rules",
        "leave one that it does not need",
    ),
    (
        &["app version ({n}) >= reject version ({n})"],
        "the application was updated since the call was made",
        "look at the new version, and make the call again for it",
    ),
    (
        &[
            "check failed on ApprovalProgram: {*}",
            "check failed on ClearStateProgram: {*}",
            "bad ApprovalProgram: {*}",
            "bad ClearStateProgram: {*}",
            "invalid program (empty)",
        ],
        "the program is not valid, or not in its version of TEAL",
        PROGRAMS,
    ),
    (
        &[
            "approval program too long. ({n} > {n})",
            "clear state program too long. ({n} > {n})",
            "app programs too long. ({n} + {n} > {n})",
            "tx.ExtraProgramPages exceeds MaxAbsoluteExtraProgramPages = {n}",
            "{w} program too long. ({n} > {n})",
        ],
        "programs have at most 2048 bytes together, and as many again for each of up to 3 extra pages",
        "create the application with extra pages, or make the program shorter",
    ),
    (
        &["invalid application action", "invalid application OnCompletion ({n})"],
        "that is no action of an application call",
        CORRECT,
    ),
    (
        &[
            "key too long: length was {n}, maximum is {n}",
            "value too long for key 0x{w}: length was {n}",
            "key/value total too long for key 0x{w}: sum was {n}",
        ],
        "a key has at most 64 bytes, and a key with its value at most 128",
        "use shorter keys or values, or a box",
    ),
    (
        &[
            "name too long: length was {n}, maximum is {n}",
            "box names may not be zero length",
            "box size too large: {n}, maximum is {n}",
            "attempt to recreate box 0x{w}",
            "box 0x{w} does not exist for {n}",
            "box 0x{w} is wrong size old:{n} != new:{n}",
            "tx.Boxes[{n}].Index is {n}. Exceeds len(tx.ForeignApps)",
            "tx.Boxes[{n}].Name too long, max len {n} bytes",
            "tx.Access box Name too long, max len {n} bytes",
            "box Index {n} outside tx.Access",
            "box Index reference {n} is not an App",
            "application transaction box index exceeds foreign apps",
        ],
        "a box has a name of 1 to 64 bytes, is created once, and keeps its size",
        BOXES,
    ),
    (
        &[
            "cannot change online/offline status of non-participating account {w}",
            "transaction tries to mark an account as {*}",
            "transaction tries to register keys to go online, but {*}",
            "transaction first voting round need to be less than its last voting round",
            "the following transaction fields need to be clear/set together : votekey, selkey, votekd",
            "on going offline key registration transaction, the vote first and vote last fields should not be set",
            "online keyreg transaction cannot have empty field StateProofPK",
            "transaction field StateProofPK should be empty in this consensus version",
            "non participation keyreg transactions should contain empty stateProofPK",
            "offline keyreg transactions should contain empty stateProofPK",
            "validity period for keyreg transaction is too long",
            "cannot register participation key for fee sink's address {w}",
        ],
        "the key registration does not fit the account or the rounds",
        KEY_DATES,
    ),
    (
        &[
            "free heartbeat is not allowed for {*}",
            "cheap heartbeat is not allowed for {*}",
            "free heartbeat is not allowed when not IncentiveEligible {w}",
            "cheap heartbeat is not allowed when not IncentiveEligible {w}",
            "free heartbeat for {w} is not allowed with no challenge",
            "cheap heartbeat for {w} is not allowed with no challenge",
            "free heartbeat for {w} is not challenged by {*}",
            "cheap heartbeat for {w} is not challenged by {*}",
            "provided seed {*} does not match round {n}'s seed {*}",
            "provided voter ID {*} does not match {w}'s voter ID {*}",
            "provided key dilution {n} does not match {w}'s key dilution {n}",
            "heartbeat txn has no heartbeat fields",
            "heartbeat transaction has no heartbeat fields",
            "heartbeat transaction is missing its heartbeat fields",
            "heartbeat transaction not supported",
            "heartbeat transaction may not be grouped with an application call or asset creation",
            "tx.HbChallengeDiscount set before it is allowed",
            "tx.{w} is set in {w} heartbeat",
            "tx.HbProof is empty",
            "tx.HbSeed is empty",
            "tx.HbVoteID is empty",
            "tx.HbKeyDilution is zero",
        ],
        "the heartbeat does not fit the account or its keys",
        HEARTBEAT,
    ),
    (
        &[
            "state proofs not supported",
            "state proof transactions are not supported: {*}",
            "state proof type not supported",
            "expected different state proof round",
            "applyStateProof: {*}",
            "cannot simulate StateProof transactions",
            "sender must be the state-proof sender",
            "{w} must be zero in state-proof transaction",
            "note must be empty in state-proof transaction",
            "state proof reveal has an empty or too-short signature",
            "state proof reveal has an invalid Merkle proof depth",
        ],
        "state proofs are created by a network, not sent by people",
        "send another type of transaction",
    ),
    (
        &[
            "unknown transaction type {w}",
            "unknown tx type {w}",
            "transaction has an unknown type",
            "transaction of type {w} has non-zero fields for type {w}",
            "asset transaction not supported",
            "application transaction not supported",
            "transaction tried to acquire lease {*} but protocol does not support transaction leases",
            "transaction has group but groups not yet enabled",
            "transaction has RekeyTo set but rekeying not yet enabled",
        ],
        "the network has no such type of transaction, or its fields do not go with its type",
        CORRECT,
    ),
    (
        &["already found asset with index {n}", "already found app with index {n}", "app {n} already exists"],
        "the ledger has that id already: it is not in order",
        NODE,
    ),
    (&["block does not have space for transaction"], "the block is full", "send it again in a moment"),
    (
        &["txgroup with {w} fees is less than {w} (usage={w} * base={w})", "txgroup required fee overflow"],
        "the group pays less in fees than it needs",
        "build the group again with larger fees",
    ),
    (
        &[
            "pq signature not enabled",
            "pq signature validation failed: {*}",
            "pq delegated logic signature validation failed: {*}",
            "pq signature is blank",
            "pq signature is empty",
            "pq signature scheme not {w}",
            "pq signature authorizer mismatch{*}",
            "invalid falcon-1024 signature: {*}",
            "transaction {n}: pq signature authorizer address {w} is an Edwards25519 curve point (non PQ-compliant)",
        ],
        "the post-quantum signature is missing, of another key, or not known on this network",
        SIGNATURE,
    ),
    (
        &[
            "signedtxn should have only one type of signature",
            "signed txn can only have one of sig or msig",
            "nonempty AuthAddr but rekeying is not supported",
            "AuthAddr must be different from Sender",
            "has one mystery sig. WAT?",
        ],
        "the transaction carries signatures that do not go together",
        SIGNATURE,
    ),
    (
        &["Invalid number of signatures"],
        "the account of several signers is not written as it should be, or signatures are missing",
        "see who is missing with `pnp-contract multisig status FILE`",
    ),
    (
        &[
            "LogicSig fields without LogicSig program",
            "LogicSig not enabled",
            "LogicSig.Logic empty",
            "LogicSig.Logic too long. max size is {n} bytes",
            "LogicSig.Logic bad version",
            "LogicSig.Logic version too new",
            "LogicNot signed and not a Logic-only account",
            "LogicSig should have only one type of delegation signature",
            "LogicSig {w} field not supported in this consensus version",
            "logic multisig validation failed: {*}",
            "txgroup had {n} bytes of LogicSigs, more than the available pool of {n} bytes",
            "txgroup had {n} bytes of LogicSig args, more than the available size pool of {n} bytes (per-LogicSig allowance is {n})",
            "transaction {n}: TEAL v{n} LogicSig program hash is an Edwards25519 point and should not be used; {*}",
        ],
        "the logic signature is not valid: its program, its arguments, or its delegation",
        SIGNATURE,
    ),
    (
        &[
            "transaction note too big: {n} > {n}",
            "transaction {*} too big: {n} > {n}",
            "transaction asset decimals is too high (max is {n})",
        ],
        "a field is larger than it may be",
        CORRECT,
    ),
    (
        &[
            "transaction from incentive pool is invalid",
            "cannot spend from fee sink address {w}",
            "cannot spend from fee sink's address {w} to non incentive pool address {w}",
            "cannot close fee sink {w} to {w}",
        ],
        "the network's own accounts take no such transaction",
        CORRECT,
    ),
    (
        &[
            "transaction cannot have zero sender",
            "transaction cannot close account to its sender {w}",
            "asset ID cannot be zero",
            "freeze account cannot be empty",
        ],
        "a field must be set, or must be another account",
        CORRECT,
    ),
    (
        &[
            "tx.Access too long, max number of references is {n}",
            "tx.{w} can't be used when tx.Access is used",
            "tx.Access with unknown content",
            "tx.Access element has fields from multiple types",
            "0 App in LocalsRef is not supported",
            "0 App in LocalsRef during app create is not allowed or necessary",
            "holding {w} reference {n} outside tx.Access",
            "holding {w} reference {n} is not an {w}",
            "locals {w} reference {n} outside tx.Access",
            "locals {w} reference {n} is not an {w}",
            "tx.{w} too long, max number of {*} is {n}",
            "invalid Account reference {w} exceeds length of tx.{w} {n}",
            "invalid Account reference {w} does not appear in resource array",
            "address reference {n} is not an Address in tx.Access",
        ],
        "the list of what a call uses is limited, and must be in order",
        REFERENCES,
    ),
    (
        &[
            "tx.ApplicationArgs has too many arguments. {n} > {n}",
            "tx.ApplicationArgs[{n}] length is too long. {n} > {n}",
            "tx.ApplicationArgs total length is too long. {n} > {n}",
        ],
        "a call has at most 16 arguments with 2048 bytes together",
        "pass fewer or shorter arguments",
    ),
    (&["tx.RejectVersion is not supported"], "the network does not know that field yet", CORRECT),
    (&["missing required field: {w}"], "the transaction is not well formed", CORRECT),
    (
        &[
            "transaction pool is shutting down",
            "TransactionPool.ingest: no pending block evaluator",
            "block number already in ledger: block {n} < next Round {n}",
            "block evaluation for round {n} requires sequential evaluation while the latest round is {n}",
            "panic while evaluating block for round {n}: {*}",
            "panic while verifying transaction {w}: {*}",
            "block evaluator state was corrupted by a previously recovered panic",
            "txTail: tried to check for dup in missing round {n}",
        ],
        "the node cannot take the transaction just now",
        NODE,
    ),
];

/// Sentences that say little by themselves, and are a refusal's only where a node is known to have said them.
pub(super) const VAGUE: &[Entry] = &[
    (&["malformed: {*}"], "the transaction is not well formed", CORRECT),
    (&["invalid version"], "the program is not valid, or not in its version of TEAL", PROGRAMS),
    (
        &["unknown version", "Invalid threshold", "Invalid address"],
        "the account of several signers is not written as it should be",
        "see who is missing with `pnp-contract multisig status FILE`",
    ),
    (&["invalid transaction", "backlog full"], "the node cannot take the transaction just now", NODE),
];
