//! Programs that need a group and a ledger, run on a [`MemoryLedger`].

use super::test_program::program;
use super::*;
use pnp_types::consensus::LATEST;
use pnp_types::{
    Address, AppIndex, BoxRef, DeltaAction, MicroAlgos, Micros, OnCompletion, Round, SignedTransactionWithApplyData,
    TransactionType,
};

const APP: AppIndex = AppIndex(1001);
const OTHER: AppIndex = AppIndex(1002);

fn user() -> Address {
    Address([1; 32])
}

fn call(app: AppIndex) -> SignedTransactionWithApplyData {
    let mut call = SignedTransactionWithApplyData::default();
    let transaction = &mut call.signed.transaction;
    transaction.kind = TransactionType::ApplicationCall;
    transaction.header.sender = user();
    transaction.header.fee = MicroAlgos(1000);
    (transaction.header.first_valid, transaction.header.last_valid) = (Round(10), Round(1010));
    transaction.application_call.application = app;
    call
}

fn group(calls: Vec<SignedTransactionWithApplyData>) -> GroupContext<'static> {
    let usage = Micros(calls.len() as u64 * Micros::ONE.0);
    let paid = calls.iter().map(|call| call.signed.transaction.header.fee.0).sum();
    GroupContext::for_applications(calls, LATEST.params, usage, MicroAlgos(paid))
}

/// Runs `text` as application [`APP`] and returns the verdict and the group.
fn run(ledger: &mut MemoryLedger, text: &str) -> (Result<bool, String>, GroupContext<'static>) {
    run_call(ledger, text, call(APP))
}

fn run_call(
    ledger: &mut MemoryLedger,
    text: &str,
    call: SignedTransactionWithApplyData,
) -> (Result<bool, String>, GroupContext<'static>) {
    let program = program(13, text);
    ledger.add_app(APP, Address([9; 32]), program.as_slice());
    let mut group = group(vec![call]);
    let verdict = eval_application(ledger, &mut group, 0, APP, &program).map_err(|error| error.to_string());
    (verdict, group)
}

fn failure(ledger: &mut MemoryLedger, text: &str) -> String {
    run(ledger, text).0.expect_err(text)
}

#[test]
fn changes_of_state_are_noted_as_they_happen() {
    let mut ledger = MemoryLedger::default();
    ledger.opt_in(user(), APP);
    ledger.set_global(APP, "same", 1);
    let text = "byte \"k\"; int 7; app_global_put; byte \"same\"; int 1; app_global_put; byte \"gone\"; app_global_del
        txn Sender; byte \"l\"; byte \"v\"; app_local_put; byte \"hello\"; log; int 1";
    let (verdict, group) = run(&mut ledger, text);
    assert_eq!(verdict, Ok(true));
    let delta = &group.transactions[0].apply_data.eval_delta;
    assert_eq!(delta.global_delta.0.len(), 1, "what stays as it was is no change");
    assert_eq!(delta.global_delta.0[b"k".as_slice()].uint, 7);
    assert_eq!(delta.local_deltas[&0].0[b"l".as_slice()].action, DeltaAction::SET_BYTES);
    assert_eq!(delta.logs, [b"hello".as_slice().into()]);
    assert!(delta.shared_accounts.is_empty());
}

#[test]
fn accounts_reached_through_the_group_are_listed_as_shared() {
    let mut ledger = MemoryLedger::default();
    let friend = Address([5; 32]);
    ledger.opt_in(friend, APP);
    let program = program(13, "gtxn 1 Sender; byte \"l\"; int 3; app_local_put; int 1");
    ledger.add_app(APP, user(), program.as_slice());
    let mut other = call(APP);
    other.signed.transaction.header.sender = friend;
    let mut group = group(vec![call(APP), other]);
    assert!(eval_application(&mut ledger, &mut group, 0, APP, &program).unwrap());
    let delta = &group.transactions[0].apply_data.eval_delta;
    assert_eq!(delta.shared_accounts, [friend]);
    assert_eq!(delta.local_deltas[&1].0[b"l".as_slice()].uint, 3);
}

#[test]
fn what_no_transaction_names_is_unavailable() {
    let ledger = &mut MemoryLedger::default();
    let stranger = "int 32; bzero; ";
    let zero = Address::ZERO;
    let pc = ". Details: app=1001, pc=";
    assert_eq!(
        failure(ledger, &format!("{stranger} balance")),
        format!("logic eval error: unavailable Account {zero}{pc}4")
    );
    assert!(failure(ledger, "int 700; app_params_get AppCreator").contains("unavailable App 700"));
    assert!(failure(ledger, "int 700; asset_params_get AssetTotal").contains("unavailable Asset 700"));
    assert!(failure(ledger, "int 3; balance").contains("invalid Account reference 3 exceeds length of tx.Accounts 0"));
    assert!(failure(ledger, "byte \"b\"; box_get").contains("invalid Box reference 0x62"));
    assert!(failure(ledger, "int 2000; block BlkSeed").contains("round 2000 is not available. It's outside [9-9]"));
}

#[test]
fn overpaid_fees_pay_for_inner_transactions() {
    let mut ledger = MemoryLedger::default();
    let own = Address::of_application(APP);
    ledger.set_balance(own, MicroAlgos::algos(1));
    let text = "itxn_begin; int 1; itxn_field TypeEnum; txn Sender; itxn_field Receiver; int 5000; itxn_field Amount
        itxn_submit; itxn Fee; int 0; ==; itxn Amount; int 5000; ==; &&";
    let mut generous = call(APP);
    generous.signed.transaction.header.fee = MicroAlgos(2000);
    let (verdict, group) = run_call(&mut ledger, text, generous);
    assert_eq!(verdict, Ok(true));
    assert_eq!(ledger.balance(user()), MicroAlgos(5000));
    assert_eq!(group.transactions[0].apply_data.eval_delta.inner_txns.len(), 1);

    let (verdict, _) = run(&mut ledger, text);
    assert_eq!(verdict, Ok(false), "nothing is left over: the inner transaction pays 1000 itself");
    assert_eq!(ledger.balance(own), MicroAlgos(1_000_000 - 2 * 5000 - 1000));

    let stingy = text.replace("itxn_submit", "int 999; itxn_field Fee; itxn_submit");
    assert!(failure(&mut ledger, &stingy).contains("group fee 999uA too small (needs 1uA more)"));
}

#[test]
fn inner_calls_may_not_come_back_and_their_failures_are_reported() {
    let mut ledger = MemoryLedger::default();
    ledger.set_balance(Address::of_application(APP), MicroAlgos::algos(1));
    let call_app = |app: AppIndex| {
        format!("itxn_begin; int 6; itxn_field TypeEnum; int {app}; itxn_field ApplicationID; itxn_submit; int 1")
    };
    assert!(failure(&mut ledger, &call_app(APP)).contains("attempt to self-call"));

    ledger.add_app(OTHER, user(), program(13, "int 0; assert"));
    let mut naming = call(APP);
    naming.signed.transaction.application_call.foreign_apps = vec![OTHER];
    let (verdict, _) = run_call(&mut ledger, &call_app(OTHER), naming.clone());
    let text = verdict.unwrap_err();
    assert!(
        text.starts_with(
            "logic eval error: inner tx 0 failed: logic eval error: assert failed pc=3. Details: app=1002, pc=3."
        ),
        "{text}"
    );

    ledger.add_app(OTHER, user(), program(3, "int 1"));
    let (verdict, _) = run_call(&mut ledger, &call_app(OTHER), naming.clone());
    assert!(verdict.unwrap_err().contains("inner app call with version v3 < v4"));

    ledger.set_balance(Address::of_application(OTHER), MicroAlgos::algos(1));
    ledger.add_app(OTHER, user(), program(13, &call_app(APP)));
    let (verdict, _) = run_call(&mut ledger, &call_app(OTHER), naming);
    assert!(verdict.unwrap_err().contains("attempt to re-enter 1001"));
}

#[test]
fn inner_calls_bring_budget_and_see_their_caller() {
    let mut ledger = MemoryLedger::default();
    ledger.set_balance(Address::of_application(APP), MicroAlgos::algos(1));
    ledger.add_app(
        OTHER,
        user(),
        program(13, "global CallerApplicationID; int 1001; ==; assert; global OpcodeBudget; itob; log; int 1"),
    );
    let mut naming = call(APP);
    naming.signed.transaction.application_call.foreign_apps = vec![OTHER];
    let text = "itxn_begin; int 6; itxn_field TypeEnum; int 1002; itxn_field ApplicationID; itxn_submit; itxn LastLog; btoi; itob; log; int 1";
    let (verdict, group) = run_call(&mut ledger, text, naming);
    assert_eq!(verdict, Ok(true));
    let logged = &group.transactions[0].apply_data.eval_delta.logs[0];
    assert_eq!(logged.as_bytes(), (2 * 700u64 - 6 - 5).to_be_bytes(), "six opcodes outside, five inside");
    assert_eq!(group.app_budget(), Some(2 * 700 - 6 - 8 - 5));
}

#[test]
fn budgets_end() {
    let ledger = &mut MemoryLedger::default();
    let text = format!("byte \"x\"; {} log; int 1", "keccak256; ".repeat(6));
    let error = failure(ledger, &text);
    assert!(error.contains("dynamic cost budget exceeded, executing keccak256: local program cost was 651"), "{error}");
    let logs = format!("{} int 1", "byte \"x\"; log; ".repeat(33));
    assert!(failure(ledger, &logs).contains("too many log calls in program. up to 32 is allowed"));
    let long = "int 1025; bzero; log; int 1";
    assert!(failure(ledger, long).contains("program logs too large. 1025 bytes >  1024 bytes limit"));
}

#[test]
fn boxes_are_bought_with_references() {
    let mut ledger = MemoryLedger::default();
    let mut naming = call(APP);
    naming.signed.transaction.application_call.boxes = vec![BoxRef { index: 0, name: b"b".to_vec() }];
    let text =
        "byte \"b\"; int 8; box_create; assert; byte \"b\"; int 2; byte \"xy\"; box_replace; byte \"b\"; int 0; int 4; box_extract
        byte \"\0\0xy\"; ==; assert; byte \"b\"; int 4; box_resize; byte \"b\"; box_len; assert; int 4; ==";
    let (verdict, group) = run_call(&mut ledger, text, naming.clone());
    assert_eq!(verdict, Ok(true));
    assert_eq!(group.dirty_bytes(), 4);
    assert_eq!(ledger.box_value(APP, "b").as_deref(), Some(b"\0\0xy".as_slice()));

    ledger.box_del(APP, b"b").unwrap();
    let (verdict, _) = run_call(&mut ledger, "byte \"b\"; int 2049; box_create", naming.clone());
    let budget = LATEST.params.bytes_per_box_reference;
    assert!(verdict.unwrap_err().contains(&format!("write budget exceeded (2049 > {budget}) while creating box 0x62")));

    ledger.set_box(APP, "b", vec![0; 5000]);
    let (verdict, _) = run_call(&mut ledger, "int 1", naming);
    assert_eq!(verdict, Err(format!("read budget exceeded (5000 > {budget})")), "no program failed: there is no place");
}

#[test]
fn other_applications_boxes_need_their_permission() {
    let mut ledger = MemoryLedger::default();
    ledger.add_app(OTHER, user(), program(13, "int 1"));
    ledger.set_box(OTHER, "b", b"content".to_vec());
    let mut naming = call(APP);
    let fields = &mut naming.signed.transaction.application_call;
    (fields.foreign_apps, fields.boxes) = (vec![OTHER], vec![BoxRef { index: 1, name: b"b".to_vec() }]);
    let read = "int 1002; byte \"b\"; app_box_get; assert; byte \"content\"; ==";
    let (verdict, _) = run_call(&mut ledger, read, naming.clone());
    assert!(verdict.unwrap_err().contains("foreign app 1001 may not read box of 1002"));
    ledger.set_foreign_box_reads(OTHER, true).unwrap();
    let (verdict, _) = run_call(&mut ledger, read, naming.clone());
    assert_eq!(verdict, Ok(true));
    let (verdict, _) = run_call(&mut ledger, "int 1002; byte \"b\"; app_box_del", naming);
    assert!(verdict.unwrap_err().contains("foreign app 1001 may not write box of 1002"));
}

#[test]
fn scratch_spaces_outlive_their_programs() {
    let mut ledger = MemoryLedger::default();
    let first = program(13, "int 77; store 200; int 1");
    let second = program(13, "gload 0 200; int 77; ==; gload 0 1; !; &&");
    ledger.add_app(APP, user(), first.as_slice());
    let mut group = group(vec![call(APP), call(APP)]);
    assert!(eval_application(&mut ledger, &mut group, 0, APP, &first).unwrap());
    assert!(eval_application(&mut ledger, &mut group, 1, APP, &second).unwrap());
    let own = program(13, "gload 1 0");
    let error = eval_application(&mut ledger, &mut group, 1, APP, &own).unwrap_err();
    assert!(error.to_string().contains("can't use gload on self, use load instead"));
    let states = &error.program().unwrap().states;
    assert_eq!(states[0].scratch.len(), 201, "failures show the scratch of those before");
}

#[test]
fn clear_state_programs_are_on_their_own() {
    let mut ledger = MemoryLedger::default();
    let mut leaving = call(APP);
    leaving.signed.transaction.application_call.on_completion = OnCompletion::ClearState;
    let (verdict, _) = run_call(&mut ledger, "itxn_begin; int 1", leaving.clone());
    assert!(verdict.unwrap_err().contains("clear state programs can not issue inner transactions"));
    let (verdict, _) = run_call(&mut ledger, "byte \"b\"; box_get", leaving.clone());
    assert!(verdict.unwrap_err().contains("boxes may not be accessed from ClearState program"));

    let program = program(13, "int 1");
    let mut group = group(vec![leaving]);
    group.shared.app_budget = Some(699);
    let error = eval_application(&mut ledger, &mut group, 0, APP, &program).unwrap_err();
    assert_eq!(error.to_string(), "attempted ClearState execution with low OpcodeBudget 699");
    assert!(error.program().is_none());
}

#[test]
fn residues_of_rounded_fees_are_used_up_once() {
    let params = LATEST.params;
    let half = Micros(500_500);
    assert_eq!(params.min_txn_fee, 1000);
    let (fee, residue) = fee_for_usage(params, half, Micros::ONE, 0).unwrap();
    assert_eq!((fee.0, residue), (501, 500_000_000_000));
    assert_eq!(fee_for_usage(params, half, Micros::ONE, residue).map(|(fee, rest)| (fee.0, rest)), Some((500, 0)));
    assert_eq!(fee_for_usage(params, Micros(u64::MAX), Micros(u64::MAX), 0), None);
}
