//! The reference's own answers: encodings, ids, hashes, commitments, decoding errors, signatures.

use proptest::prelude::*;
use serde_json::Value;

use super::msgpack::{self, Wire};
use super::*;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn rows<'a>(vectors: &'a Value, name: &str) -> &'a [Value] {
    let rows = vectors[name].as_array().unwrap();
    assert!(!rows.is_empty());
    rows
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("{name} in {row}"))
}

fn bytes(row: &Value, name: &str) -> Vec<u8> {
    hex::decode(text(row, name)).unwrap()
}

/// Decodes, encodes again, and compares.
fn round_trip<T: Wire>(bytes: &[u8]) -> T {
    let value: T = msgpack::decode(bytes).unwrap_or_else(|error| panic!("{error}: {}", hex::encode(bytes)));
    assert_eq!(hex::encode(msgpack::encode(&value)), hex::encode(bytes));
    value
}

#[test]
fn recorded_values_survive_a_round_trip() {
    let vectors = vectors(include_str!("../../../tests/vectors/types/values.json"));
    for row in rows(&vectors, "values") {
        let bytes = bytes(row, "bytes");
        match text(row, "type") {
            "SignedTxn" => {
                let signed: SignedTransaction = round_trip(&bytes);
                assert_eq!(signed.id().to_string(), text(row, "id"));
                let parent = Digest([[1, 2, 3].as_slice(), &[0; 29]].concat().try_into().unwrap());
                let index = signed.transaction.kind.number();
                let place = ["pay", "keyreg", "acfg", "axfer", "afrz", "appl", "stpf", "hb"]
                    .iter()
                    .position(|kind| *kind == signed.transaction.kind.as_str())
                    .unwrap();
                assert_eq!(index, place as u64 + 1);
                assert_eq!(signed.transaction.inner_id(parent, place as u64).to_string(), text(row, "inner_id"));
                let pair = [signed.transaction.clone(), signed.transaction.clone()];
                assert_eq!(group_id(&pair).unwrap().to_string(), text(row, "group_of_one_and_again"));
            }
            "BlockHeader" => {
                let header: BlockHeader = round_trip(&bytes);
                assert_eq!(header.hash().to_string(), text(row, "id"));
                assert_eq!(hex::encode(header.hash512()), text(row, "hash512"));
            }
            "AccountData" => drop(round_trip::<AccountData>(&bytes)),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn recorded_blocks_commit_to_their_transactions() {
    let vectors = vectors(include_str!("../../../tests/vectors/types/blocks.json"));
    for row in rows(&vectors, "blocks") {
        let block: Block = round_trip(&bytes(row, "bytes"));
        assert_eq!(block.hash().to_string(), text(row, "hash"));
        assert_eq!(hex::encode(block.header.hash512()), text(row, "hash512"));
        let commitments = block.commitments().unwrap();
        assert_eq!(commitments, block.header.commitments);
        assert_eq!(hex::encode(commitments.sha512_256), text(row, "txn"));
        assert_eq!(hex::encode(commitments.sha256), text(row, "txn256"));
        assert_eq!(hex::encode(commitments.sha512), text(row, "txn512"));
        let sent = block.transactions().unwrap();
        let ids: Vec<String> = sent.iter().map(|sent| sent.signed.id().to_string()).collect();
        assert_eq!(Value::from(ids), row["ids"]);
        let kept: Vec<_> = sent.into_iter().map(|sent| block.header.encode_transaction(sent).unwrap()).collect();
        assert_eq!(kept, block.payset);
    }
}

#[test]
fn recorded_bytes_decode_as_they_do_in_a_node() {
    let vectors = vectors(include_str!("../../../tests/vectors/types/decoding.json"));
    let mut wrong = 0;
    for row in rows(&vectors, "cases") {
        let bytes = bytes(row, "bytes");
        let answer = msgpack::decode_prefix::<SignedTransaction>(&bytes)
            .map(|(signed, _)| hex::encode(msgpack::encode(&signed)))
            .map_err(|error| error.to_string());
        let wanted = match row.get("error") {
            Some(error) => Err(error.as_str().unwrap().to_owned()),
            None => Ok(text(row, "again").to_owned()),
        };
        // Types and genesis ids are texts here. Other bytes name no type and no network, so no ledger takes them anyway.
        let refused_early = answer.as_ref().is_err_and(|error| error.contains("not UTF-8")) && wanted.is_ok();
        if answer != wanted && !refused_early {
            println!("{}\n  wanted {wanted:?}\n  got    {answer:?}", hex::encode(&bytes));
            wrong += 1;
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn recorded_keys_sign_the_same() {
    let vectors = vectors(include_str!("../../../tests/vectors/types/signing.json"));
    for row in rows(&vectors, "rows") {
        let keys: Vec<SigningKey> = rows(row, "seeds")
            .iter()
            .map(|seed| SigningKey::from_seed(&hex::decode(seed.as_str().unwrap()).unwrap().try_into().unwrap()))
            .collect();
        let mut transaction: Transaction = round_trip(&bytes(row, "transaction"));
        assert_eq!(keys[0].address().to_string(), text(row, "address"));
        assert_eq!(msgpack::encode(&keys[0].sign_transaction(&transaction)), bytes(row, "signed"));

        let addresses: Vec<Address> = keys.iter().map(SigningKey::address).collect();
        let account = MultisigAccount::new(2, &addresses).unwrap();
        assert_eq!(account.address().to_string(), text(row, "multisig_address"));
        transaction.header.sender = account.address();
        let first = keys[0].sign_multisig(&account, &transaction).unwrap();
        let third = keys[2].sign_multisig(&account, &transaction).unwrap();
        assert_eq!(msgpack::encode(&first.merge_multisig(&third).unwrap()), bytes(row, "multisigned"));

        let program = bytes(row, "program");
        assert_eq!(Address::of_program(&program).to_string(), text(row, "program_address"));
        assert_eq!(msgpack::encode(&keys[0].delegate(&program)), bytes(row, "delegated"));
        let delegated = keys[1].delegate_multisig(&account, &program).unwrap();
        assert_eq!(msgpack::encode(&delegated), bytes(row, "multisig_delegated"));

        let mut key = bytes(row, "pq_key");
        key.resize(bounds::FALCON_PUBLIC_KEY, 0);
        let (salt, address) = Address::of_pq_key_canonical(PqSignature::FALCON_1024, &key).unwrap();
        assert_eq!(Value::from(salt), row["pq_salt"]);
        assert_eq!(address.to_string(), text(row, "pq_address"));
        let application = Address::of_application(AppIndex(row["application"].as_u64().unwrap()));
        assert_eq!(application.to_string(), text(row, "application_address"));
    }
    assert_eq!(Address::of_state_proof_sender().to_string(), text(&vectors, "state_proof_sender"));
}

/// Encodings of another implementation, py-algorand-sdk.
#[test]
fn recorded_sdk_encodings_survive_a_round_trip() {
    let vectors = vectors(include_str!("../../../tests/vectors/types/transactions.json"));
    for group in ["encode", "decode_encode"] {
        let rows = vectors[group].as_object().unwrap();
        assert!(!rows.is_empty());
        for (name, value) in rows {
            let bytes = hex::decode(value.as_str().unwrap()).unwrap();
            if name == "hb" {
                // This SDK writes zeros in heartbeats that the canonical form leaves out.
                let sloppy: Transaction = msgpack::decode(&bytes).unwrap();
                assert_eq!(round_trip::<Transaction>(&sloppy.encode()), sloppy);
            } else if msgpack::decode::<Transaction>(&bytes).is_ok() {
                round_trip::<Transaction>(&bytes);
            } else {
                let signed: SignedTransaction =
                    msgpack::decode(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(msgpack::encode(&signed), bytes, "{name}");
            }
        }
    }
}

/// A transaction with something of everything, as far as the ledger would never allow it.
fn any_transaction() -> impl Strategy<Value = Transaction> {
    let address = || any::<[u8; 32]>().prop_map(Address);
    let blob = || proptest::collection::vec(any::<u8>(), 0..40);
    let number = || prop_oneof![Just(0), 0..300_u64, any::<u64>()];
    let common = (address(), number(), number(), blob(), any::<[u8; 32]>(), "[a-z0-9.-]{0,12}");
    let asset = (
        number(),
        blob().prop_map(|mut name| {
            name.truncate(8);
            name
        }),
        address(),
        any::<bool>(),
    );
    let call = (
        proptest::collection::vec(blob(), 0..4),
        proptest::collection::vec(address(), 0..4),
        proptest::collection::vec((number(), blob()), 0..4),
        proptest::collection::vec((address(), number(), blob()), 0..4),
        blob(),
        any::<u32>(),
    );
    (common, asset, call, 0..9_u64).prop_map(|(common, asset, call, kind)| {
        let (sender, fee, valid, note, lease, genesis_id) = common;
        let mut transaction = Transaction {
            kind: TransactionType::from_number(kind).unwrap_or_else(|| TransactionType::from("other")),
            ..Transaction::default()
        };
        transaction.header = Header {
            sender: Address([sender.0.as_slice(), &[]].concat().try_into().unwrap()),
            fee: MicroAlgos(fee),
            first_valid: Round(valid),
            note,
            lease,
            genesis_id,
            ..Header::default()
        };
        transaction.asset_config.asset = AssetIndex(asset.0);
        transaction.asset_config.params.unit_name = ByteString(asset.1);
        transaction.asset_config.params.clawback = asset.2;
        transaction.asset_freeze.frozen = asset.3;
        let (args, accounts, boxes, access, approval_program, extra_pages) = call;
        transaction.application_call = ApplicationCall {
            args,
            accounts,
            boxes: boxes.into_iter().map(|(index, name)| BoxRef { index, name }).collect(),
            access: access
                .into_iter()
                .map(|(address, asset, name)| ResourceRef {
                    address,
                    holding: HoldingRef { address: asset, asset },
                    box_ref: BoxRef { index: asset, name },
                    ..ResourceRef::default()
                })
                .collect(),
            approval_program,
            extra_pages,
            ..ApplicationCall::default()
        };
        if kind == 8 {
            transaction.heartbeat = Some(Box::new(Heartbeat { key_dilution: fee, ..Heartbeat::default() }));
        }
        transaction
    })
}

proptest! {
    #[test]
    fn transactions_survive_a_round_trip(transaction in any_transaction()) {
        prop_assume!(!transaction.header.sender.is_zero());
        let encoded = transaction.encode();
        prop_assert_eq!(msgpack::decode::<Transaction>(&encoded), Ok(transaction));
    }

    #[test]
    fn any_bytes_decode_or_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = msgpack::decode::<SignedTransaction>(&bytes);
        let _ = msgpack::decode::<Block>(&bytes);
        let _ = msgpack::decode::<AccountData>(&bytes);
    }

    /// What decodes has one canonical form, however it was written.
    #[test]
    fn changed_bytes_decode_to_a_fixed_point(
        transaction in any_transaction(),
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
    ) {
        let mut bytes = transaction.encode();
        let at = at.index(bytes.len());
        bytes[at] = with;
        if let Ok((decoded, _)) = msgpack::decode_prefix::<Transaction>(&bytes) {
            let again = decoded.encode();
            prop_assert_eq!(msgpack::decode::<Transaction>(&again), Ok(decoded));
        }
    }
}

/// A few bytes that claim gigabytes, or levels without end, cost neither.
#[test]
fn hostile_headers_cost_nothing() {
    for claim in ["dd7fffffff", "df7fffffff", "c67fffffff", "db7fffffff"] {
        let note = format!("81a374786e81a46e6f7465{claim}");
        assert!(msgpack::decode::<SignedTransaction>(&hex::decode(note).unwrap()).is_err());
        let payset = format!("81a474786e73{claim}");
        assert!(msgpack::decode::<Block>(&hex::decode(payset).unwrap()).is_err());
        let assets = format!("81a56173736574{claim}");
        assert!(msgpack::decode::<AccountData>(&hex::decode(assets).unwrap()).is_err());
    }
    let mut deep = Vec::new();
    for _ in 0..100_000 {
        deep.extend_from_slice(&hex::decode("81a2647481a369747891").unwrap());
    }
    let error = msgpack::decode::<SignedTransactionWithApplyData>(&deep).unwrap_err();
    assert_eq!(error.to_string(), "Max depth exceeded");
}
