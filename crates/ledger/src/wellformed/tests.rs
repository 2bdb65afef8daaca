//! Each rule by a transaction that breaks it alone. Texts are those of algod (go-algorand dd6de88fbe).

use super::*;
use crate::test_program::program;
use pnp_types::consensus::{LATEST, versions};
use pnp_types::{
    AppIndex, AppParams, ApplicationCall, BoxRef, Heartbeat, HeartbeatProof, HoldingRef, LocalsRef, MicroAlgos,
    OnCompletion, ResourceRef, Round, StateSchema,
};

const SINK: Address = Address([0xfe; 32]);
const POOL: Address = Address([0xff; 32]);

fn approve() -> Vec<u8> {
    program(11, "int 1")
}

fn base(kind: TransactionType) -> Transaction {
    let mut transaction = Transaction { kind, ..Transaction::default() };
    transaction.header.sender = Address([1; 32]);
    transaction.header.first_valid = Round(10);
    transaction.header.last_valid = Round(20);
    transaction
}

fn verdict(transaction: &Transaction) -> String {
    let specials = SpecialAddresses { fee_sink: SINK, rewards_pool: POOL };
    check(transaction, &specials, LATEST.params).map_or_else(|error| error.to_string(), |()| "ok".to_owned())
}

fn broken(kind: TransactionType, change: impl FnOnce(&mut Transaction)) -> String {
    let mut transaction = base(kind);
    change(&mut transaction);
    verdict(&transaction)
}

fn call(change: impl FnOnce(&mut ApplicationCall)) -> String {
    broken(TransactionType::ApplicationCall, |transaction| {
        transaction.application_call.application = AppIndex(7);
        change(&mut transaction.application_call);
    })
}

fn creation(change: impl FnOnce(&mut ApplicationCall)) -> String {
    call(|call| {
        call.application = AppIndex(0);
        call.approval_program = approve();
        call.clear_program = approve();
        change(call);
    })
}

#[test]
fn the_shared_header() {
    use TransactionType::Payment as Pay;
    assert_eq!(broken(Pay, |_| {}), "ok");
    assert_eq!(broken(Pay, |t| t.header.last_valid = Round(9)), "transaction invalid range (10--9)");
    assert_eq!(broken(Pay, |t| t.header.last_valid = Round(1011)), "transaction window size excessive (10--1011)");
    assert_eq!(broken(Pay, |t| t.header.note = vec![0; 4097]), "transaction note too big: 4097 > 4096");
    assert_eq!(broken(Pay, |t| t.header.sender = POOL), "transaction from incentive pool is invalid");
    assert_eq!(
        broken(Pay, |t| {
            t.header.sender = Address::ZERO;
            t.payment.close_remainder_to = SINK;
        }),
        "transaction cannot have zero sender"
    );
    assert_eq!(
        broken(Pay, |t| t.asset_transfer.amount = 1),
        "transaction of type pay has non-zero fields for type axfer"
    );
    assert_eq!(broken(TransactionType::Unknown("x".into()), |_| {}), "unknown tx type x");
}

#[test]
fn payments_leave_the_special_accounts_alone() {
    use TransactionType::Payment as Pay;
    let sender = Address([1; 32]);
    assert_eq!(
        broken(Pay, |t| t.payment.close_remainder_to = sender),
        format!("transaction cannot close account to its sender {sender}")
    );
    assert_eq!(broken(Pay, |t| t.header.sender = SINK), format!("cannot spend from fee sink address {SINK}"));
}

#[test]
fn assets() {
    use TransactionType::{AssetConfig, AssetFreeze, AssetTransfer};
    assert_eq!(
        broken(AssetConfig, |t| t.asset_config.params.unit_name = "NINECHARS".into()),
        "transaction asset unit name too big: 9 > 8"
    );
    assert_eq!(
        broken(AssetConfig, |t| t.asset_config.params.decimals = 20),
        "transaction asset decimals is too high (max is 19)"
    );
    assert_eq!(broken(AssetTransfer, |t| t.asset_transfer.amount = 1), "asset ID cannot be zero");
    assert_eq!(
        broken(AssetTransfer, |t| {
            t.asset_transfer.sender = SINK;
            t.asset_transfer.close_to = SINK;
        }),
        "cannot close asset by clawback"
    );
    assert_eq!(broken(AssetFreeze, |_| {}), "asset ID cannot be zero");
    assert_eq!(broken(AssetFreeze, |t| t.asset_freeze.asset = AssetIndex(1)), "freeze account cannot be empty");
}

#[test]
fn key_registrations() {
    use TransactionType::KeyRegistration as Keyreg;
    let online = |change: fn(&mut Transaction)| {
        broken(Keyreg, |t| {
            t.keyreg.voting.vote_key = [1; 32];
            t.keyreg.voting.selection_key = [2; 32];
            t.keyreg.voting.state_proof_key = [3; 64];
            t.keyreg.voting.vote_first = Round(1);
            t.keyreg.voting.vote_last = Round(100);
            t.keyreg.voting.vote_key_dilution = 10;
            change(t);
        })
    };
    assert_eq!(broken(Keyreg, |_| {}), "ok");
    assert_eq!(online(|_| {}), "ok");
    assert_eq!(
        online(|t| t.keyreg.voting.vote_key = [0; 32]),
        "the following transaction fields need to be clear/set together : votekey, selkey, votekd"
    );
    assert_eq!(
        online(|t| t.keyreg.voting.state_proof_key = [0; 64]),
        "online keyreg transaction cannot have empty field StateProofPK"
    );
    assert_eq!(
        online(|t| t.keyreg.voting.vote_last = Round(1 << 24 | 2)),
        "validity period for keyreg transaction is too long"
    );
    assert_eq!(
        online(|t| t.keyreg.voting.vote_first = Round(22)),
        "transaction tries to register keys to go online, but first voting round is beyond the round after last valid round"
    );
    assert_eq!(
        broken(Keyreg, |t| t.keyreg.voting.vote_last = Round(1)),
        "on going offline key registration transaction, the vote first and vote last fields should not be set"
    );
    assert_eq!(
        online(|t| t.keyreg.nonparticipation = true),
        "transaction tries to register keys to go online, but nonparticipatory flag is set"
    );
}

#[test]
fn heartbeats() {
    use TransactionType::Heartbeat as Hb;
    let beat = |change: fn(&mut Transaction, &mut Heartbeat)| {
        broken(Hb, |t| {
            let proof = HeartbeatProof { pk: [1; 32], ..HeartbeatProof::default() };
            let mut heartbeat =
                Heartbeat { proof, seed: [1; 32], vote_id: [1; 32], key_dilution: 1, ..Heartbeat::default() };
            change(t, &mut heartbeat);
            t.heartbeat = Some(Box::new(heartbeat));
        })
    };
    assert_eq!(broken(Hb, |_| {}), "heartbeat transaction has no heartbeat fields");
    assert_eq!(beat(|_, _| {}), "ok");
    assert_eq!(beat(|_, hb| hb.seed = [0; 32]), "tx.HbSeed is empty");
    assert_eq!(beat(|_, hb| hb.key_dilution = 0), "tx.HbKeyDilution is zero");
    assert_eq!(
        beat(|t, hb| {
            hb.challenge_discount = true;
            t.header.note = vec![1];
        }),
        "tx.Note is set in discounted heartbeat"
    );
}

#[test]
fn programs_of_applications() {
    assert_eq!(creation(|_| {}), "ok");
    assert_eq!(creation(|c| c.approval_program.clear()), "bad ApprovalProgram: invalid program (empty)");
    assert_eq!(creation(|c| c.clear_program = program(10, "int 1")), "program version mismatch: 11 != 10");
    // Bytes that are no program, of which only the length is looked at.
    assert_eq!(creation(|c| c.approval_program = vec![11; 2049]), "approval program too long. (2049 > 2048)");
    assert_eq!(
        creation(|c| {
            c.approval_program = vec![11; 1500];
            c.clear_program = vec![11; 1500];
        }),
        "app programs too long. (1500 + 1500 > 2048)"
    );
    assert_eq!(creation(|c| c.reject_version = 1), "tx.RejectVersion cannot be set during creation");
    assert_eq!(
        call(|c| c.approval_program = approve()),
        "programs may only be specified during application creation or update"
    );
    assert_eq!(
        call(|c| c.local_schema = StateSchema { uints: 1, byte_slices: 2 }),
        "inappropriate non-zero tx.LocalStateSchema ({NumUint:1 NumByteSlice:2})"
    );
    assert_eq!(call(|c| c.extra_pages = 1), "inappropriate non-zero tx.ExtraProgramPages (1)");
    assert_eq!(
        call(|c| {
            c.on_completion = OnCompletion::UpdateApplication;
            c.approval_program = approve();
            c.clear_program = approve();
            c.extra_pages = 1;
            c.global_schema = StateSchema { uints: 1, byte_slices: 0 };
        }),
        "ok",
        "an update may change the sizes"
    );
    assert_eq!(
        creation(|c| c.global_schema = StateSchema { uints: 60, byte_slices: 5 }),
        "tx.GlobalStateSchema is too large. 65 > 64"
    );
    assert_eq!(call(|c| c.on_completion = OnCompletion(6)), "invalid application OnCompletion (6)");
}

#[test]
fn versions_do_not_fall_and_have_one_encoding_limit() {
    let running = AppParams { approval_program: approve(), ..AppParams::default() };
    let older = program(10, "int 1");
    let error = check_program_versions(&older, &older, &running, LATEST.params).unwrap_err();
    assert_eq!(error.to_string(), "approval program version downgrade: 10 < 11");
    assert_eq!(program_version(&[0x80, 1]), Ok(128));
    assert_eq!(program_version(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), Ok(u64::MAX));
    assert_eq!(program_version(&[0x80]).unwrap_err().to_string(), "invalid version");
    assert!(program_version(&[0xff; 11]).is_err());
}

#[test]
fn arguments_and_references() {
    assert_eq!(call(|c| c.args = vec![vec![]; 17]), "tx.ApplicationArgs has too many arguments. 17 > 16");
    assert_eq!(call(|c| c.args = vec![vec![0; 4097]]), "tx.ApplicationArgs[0] length is too long. 4097 > 4096");
    assert_eq!(
        call(|c| c.accounts = vec![SINK; LATEST.params.max_app_txn_accounts + 1]),
        "tx.Accounts too long, max number of accounts is 8"
    );
    assert_eq!(
        call(|c| {
            c.foreign_apps = vec![AppIndex(1); 8];
            c.foreign_assets = vec![AssetIndex(1); 1];
        }),
        "tx references exceed MaxAppTotalTxnReferences = 8"
    );
    assert_eq!(
        call(|c| c.boxes = vec![BoxRef { index: 1, name: vec![1] }]),
        "tx.Boxes[0].Index is 1. Exceeds len(tx.ForeignApps)"
    );
    assert_eq!(
        call(|c| c.boxes = vec![BoxRef { index: 0, name: vec![1; 65] }]),
        "tx.Boxes[0].Name too long, max len 64 bytes"
    );
}

#[test]
fn access_lists_point_inside_themselves() {
    let with = |entries: Vec<ResourceRef>| call(|c| c.access = entries);
    let account = ResourceRef { address: SINK, ..ResourceRef::default() };
    let asset = ResourceRef { asset: AssetIndex(5), ..ResourceRef::default() };
    let holding = |address, asset| ResourceRef { holding: HoldingRef { address, asset }, ..ResourceRef::default() };
    let locals = |address, app| ResourceRef { locals: LocalsRef { address, app }, ..ResourceRef::default() };
    assert_eq!(with(vec![account.clone(), asset.clone(), holding(1, 2), ResourceRef::default()]), "ok");
    assert_eq!(with(vec![asset, holding(0, 1)]), "ok", "0 is the sender");
    assert_eq!(with(vec![account.clone(), holding(1, 1)]), "holding Asset reference 1 is not an Asset");
    assert_eq!(with(vec![account.clone(), holding(1, 0)]), "holding Asset reference 0 outside tx.Access");
    assert_eq!(with(vec![locals(3, 0)]), "locals Address reference 3 outside tx.Access");
    assert_eq!(
        with(vec![ResourceRef { box_ref: BoxRef { index: 9, name: vec![] }, ..ResourceRef::default() }]),
        "box Index 9 outside tx.Access"
    );
    assert_eq!(
        with(vec![ResourceRef { asset: AssetIndex(1), app: AppIndex(1), ..ResourceRef::default() }]),
        "tx.Access element has fields from multiple types"
    );
    assert_eq!(
        call(|c| {
            c.access = vec![account.clone()];
            c.foreign_apps = vec![AppIndex(1)];
        }),
        "tx.ForeignApps can't be used when tx.Access is used"
    );
    assert_eq!(
        creation(|c| c.access = vec![account, locals(1, 0)]),
        "0 App in LocalsRef during app create is not allowed or necessary"
    );
}

#[test]
fn what_a_protocol_does_not_know_is_refused() {
    let specials = SpecialAddresses::default();
    let old = |transaction: &Transaction| check(transaction, &specials, &versions::V30).unwrap_err().to_string();
    assert_eq!(old(&base(TransactionType::StateProof)), "state proofs not supported");
    assert_eq!(old(&base(TransactionType::Heartbeat)), "heartbeat transaction not supported");
    let mut noted = base(TransactionType::Payment);
    noted.header.note = vec![0; 1025];
    assert_eq!(old(&noted), "transaction note too big: 1025 > 1024");
    let mut proof = base(TransactionType::StateProof);
    assert_eq!(verdict(&proof), "sender must be the state-proof sender");
    proof.header.sender = state_proof_sender();
    proof.header.fee = MicroAlgos(1);
    assert_eq!(verdict(&proof), "fee must be zero in state-proof transaction");
}
