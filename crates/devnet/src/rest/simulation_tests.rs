//! What a simulation answers where the reference's answer is not what one would guess.

use serde_json::{Value, json};

use super::tests::{get, payment, post, signed};
use super::*;
use crate::{Config, Running};
use pnp_types::{Address, AppIndex, StateSchema, Transaction};

const SCHEMA: StateSchema = StateSchema { uints: 2, byte_slices: 2 };

fn create(approval: &str) -> Transaction {
    let program = |source: &str| pnp_teal::assemble(source, Default::default()).unwrap().bytes;
    let source = format!("#pragma version 11\n{approval}\nint 1");
    Transaction::app_create(Address::ZERO, program(&source), program("#pragma version 11\nint 1"))
        .global_schema(SCHEMA)
        .build()
}

/// Simulates one transaction with options; `tamper` may change it after it was signed.
fn simulate(network: &Running, transaction: Transaction, options: &Value, tamper: impl Fn(&mut Value)) -> (u16, Value) {
    let mut packed = b"\x81\xaatxn-groups\x91\x81\xa4txns\x91".to_vec();
    packed.extend(signed(network, transaction));
    let (_, answer) = post(network, "/v2/transactions/simulate", &packed);
    let mut transaction = answer["txn-groups"][0]["txn-results"][0]["txn-result"]["txn"].clone();
    tamper(&mut transaction);
    let mut request = options.clone();
    request["txn-groups"] = json!([{ "txns": [transaction] }]);
    post(network, "/v2/transactions/simulate", request.to_string().as_bytes())
}

#[test]
fn a_wrong_signature_is_a_wrong_request() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let (status, answer) =
        simulate(&network, payment(Address([7; 32]), 5), &json!({}), |signed| signed["txn"]["amt"] = 6.into());
    assert_eq!((status, &answer["message"]), (400, &"At least one signature didn't pass verification".into()));
}

/// A delegation is verified with its program, by itself: the answer names the transaction, and is no wrong request.
#[test]
fn a_wrong_delegation_fails_its_transaction() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let (status, answer) = simulate(&network, payment(Address([7; 32]), 5), &json!({}), |signed| {
        let signature = signed.as_object_mut().unwrap().remove("sig").unwrap();
        // #pragma version 12; pushint 1
        signed["lsig"] = json!({ "l": "DIEB", "sig": signature });
    });
    let group = &answer["txn-groups"][0];
    assert_eq!((status, &group["failed-at"]), (200, &json!([0])), "{answer}");
    let message = group["failure-message"].as_str().unwrap();
    assert!(message.ends_with("invalid : At least one signature didn't pass verification"), "{message}");
}

#[test]
fn what_a_failing_opcode_noted_of_state_is_reported() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let program = "byte \"a\"; int 1; app_global_put; byte \"b\"; int 129; bzero; app_global_put";
    let (status, answer) = simulate(&network, create(program), &json!({}), |_| {});
    let group = &answer["txn-groups"][0];
    assert!(group["failure-message"].as_str().unwrap().contains("value too long for key"), "{answer}");
    let delta = group["txn-results"][0]["txn-result"]["global-state-delta"].as_array().unwrap();
    let keys: Vec<_> = delta.iter().map(|change| change["key"].as_str().unwrap()).collect();
    assert_eq!((status, keys), (200, vec!["YQ==", "Yg=="]), "{answer}");
}

#[test]
fn initial_states_name_the_application_that_no_transaction_names() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let read = "txn ApplicationID; bz done; int 1001; byte \"k\"; app_global_get_ex; pop; pop; done:";
    for program in ["byte \"k\"; int 5; app_global_put", read] {
        let (status, answer) = post(&network, "/v2/transactions", &signed(&network, create(program)));
        assert_eq!(status, 200, "{answer}");
    }
    let options = json!({
        "allow-unnamed-resources": true, "exec-trace-config": { "enable": true, "state-change": true },
    });
    let call = Transaction::app_call(Address::ZERO, AppIndex(1002)).build();
    let (_, answer) = simulate(&network, call, &options, |_| {});
    assert_eq!(answer["txn-groups"][0]["failure-message"], Value::Null, "{answer}");
    let initial = &answer["initial-states"]["app-initial-states"][0];
    assert_eq!(initial["id"], 1001, "{answer}");
    assert_eq!(initial["app-globals"]["kvs"][0]["value"]["uint"], 5, "{answer}");
}

#[test]
fn a_transaction_outside_the_group_is_where_it_fails() {
    let network = DevNode::spawn(Config::test()).unwrap();
    let mut group: Vec<_> = (0..2).map(|number| payment(Address([7; 32]), number)).collect();
    group[1].header.group = pnp_types::Digest([1; 32]);
    let mut packed = b"\x81\xaatxn-groups\x91\x81\xa4txns\x92".to_vec();
    group.into_iter().for_each(|transaction| packed.extend(signed(&network, transaction)));
    let (status, answer) = post(&network, "/v2/transactions/simulate", &packed);
    let failed = &answer["txn-groups"][0];
    let message = "transactionGroup: [0] had zero Group but was submitted in a group of 2";
    assert_eq!(
        (status, &failed["failed-at"], &failed["failure-message"]),
        (200, &json!([0]), &message.into()),
        "{answer}"
    );
}

#[test]
fn an_asset_of_defaults_alone_has_no_index_while_pending() {
    let network = DevNode::spawn(Config::test()).unwrap();
    for (total, index) in [(0, Value::Null), (1, 1002.into())] {
        let create = Transaction::asset_create(Address::ZERO, total, 0).build();
        let (_, sent) = post(&network, "/v2/transactions", &signed(&network, create));
        let id = sent["txId"].as_str().unwrap();
        assert_eq!(get(&network, &format!("/v2/transactions/pending/{id}")).1["asset-index"], index, "{total}");
    }
}
