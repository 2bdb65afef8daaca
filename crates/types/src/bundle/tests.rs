//! What is a bundle, what is none, and which copies go together.

use super::*;
use crate::group::assign_group;
use crate::signing::SigningKey;
use crate::transaction::TransactionType;
use crate::{LogicSignature, MultisigSignature, Round, Signature};
use ed25519_dalek::Verifier as _;

fn keys() -> [SigningKey; 3] {
    [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]))
}

fn account() -> MultisigAccount {
    MultisigAccount::new(2, &keys().map(|key| key.address())).unwrap()
}

fn verify(key: &[u8; 32], bytes: &[u8], signature: &[u8; 64]) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key).unwrap();
    key.verify(bytes, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
}

/// A group of two, of the multisignature itself and of an account rekeyed to it.
fn transactions() -> Vec<Transaction> {
    let mut transactions: Vec<_> = [account().address(), Address([9; 32])]
        .into_iter()
        .zip(1..)
        .map(|(sender, fee)| {
            let mut transaction = Transaction { kind: TransactionType::Payment, ..Transaction::default() };
            transaction.header.sender = sender;
            transaction.header.fee = MicroAlgos(1000 * fee);
            transaction.header.first_valid = Round(10 + fee);
            transaction.header.last_valid = Round(100 + fee);
            transaction.header.genesis_hash = Digest([7; 32]);
            transaction
        })
        .collect();
    assign_group(&mut transactions).unwrap();
    transactions
}

fn bundle() -> Bundle {
    Bundle::new(&account(), &transactions()).unwrap()
}

fn signed(bundle: &Bundle, key: &SigningKey) -> Bundle {
    let one = |transaction: &Transaction| key.sign_multisig(bundle.account(), transaction).unwrap();
    bundle.merge(&Bundle::of(bundle.transactions().map(one).collect()).unwrap()).unwrap()
}

#[test]
fn a_bundle_survives_its_file() {
    let [first, _, third] = keys();
    let bundle = bundle();
    assert_eq!(bundle.signed()[0].auth_addr, Address::ZERO);
    assert_eq!(bundle.signed()[1].auth_addr, account().address());
    assert_eq!((bundle.first_valid(), bundle.last_valid(), bundle.fee()), (Round(12), Round(101), MicroAlgos(3000)));
    assert_eq!((bundle.missing(), Bundle::read(&bundle.encode(), None)), (2, Ok(bundle.clone())));
    let both = signed(&bundle, &first).merge(&signed(&bundle, &third)).unwrap();
    assert_eq!((both.missing(), Bundle::read(&both.encode(), None)), (0, Ok(both.clone())));
    let counts: Vec<_> = both.signers(verify).into_iter().map(|signer| (signer.signed, signer.wrong)).collect();
    assert_eq!(counts, [(2, vec![]), (0, vec![]), (2, vec![])]);
}

#[test]
fn what_is_not_prepared_is_prepared_for_the_account_named() {
    let bare: Vec<u8> =
        transactions().into_iter().flat_map(|one| msgpack::encode(&SignedTransaction::from(one))).collect();
    assert_eq!(Bundle::read(&bare, None), Err(BundleError::NoMultisig(0)));
    assert_eq!(Bundle::read(&bare, Some(&account())), Ok(bundle()));
    let other = MultisigAccount::new(1, &keys().map(|key| key.address())).unwrap();
    let mut named = SignedTransaction::from(transactions().remove(0));
    named.auth_addr = account().address();
    assert_eq!(Bundle::read(&msgpack::encode(&named), Some(&other)), Err(BundleError::NoMultisig(0)));
}

#[test]
fn what_is_no_bundle_is_refused() {
    let [first, ..] = keys();
    let good = bundle();
    let changed = |change: fn(&mut Vec<SignedTransaction>)| {
        let mut signed = good.signed().to_vec();
        change(&mut signed);
        let bytes: Vec<u8> = signed.iter().flat_map(msgpack::encode).collect();
        Bundle::read(&bytes, None).unwrap_err()
    };
    assert_eq!(Bundle::read(&[], None), Err(BundleError::Empty));
    assert_eq!(changed(|all| all[1].sig = Signature([1; 64])), BundleError::OtherKind(1));
    assert_eq!(
        changed(|all| all[0].lsig = LogicSignature { logic: vec![1], ..LogicSignature::default() }),
        BundleError::OtherKind(0)
    );
    assert!(matches!(changed(|all| all[1].msig.threshold = 9), BundleError::NoAccount { index: 1, .. }));
    assert!(matches!(changed(|all| all[1].msig.threshold = 1), BundleError::Mixed { index: 1, .. }));
    assert!(matches!(changed(|all| all[1].auth_addr = Address::ZERO), BundleError::OtherSigner { index: 1, .. }));
    assert_eq!(changed(|all| all[0].auth_addr = account().address()), BundleError::SignerIsSender(0));
    assert_eq!(changed(|all| all[1].transaction.header.genesis_hash = Digest([8; 32])), BundleError::Networks(1));
    assert_eq!(changed(|all| all.truncate(1)), BundleError::NotOneGroup(0));
    assert_eq!(changed(|all| all.swap(0, 1)), BundleError::NotOneGroup(0));
    assert_eq!(changed(|all| all[0].transaction.header.fee.0 += 1), BundleError::NotOneGroup(0));
    assert_eq!(changed(|all| all.push(all[0].clone())), BundleError::Twice(2));
    assert_eq!(changed(|all| *all = vec![all[0].clone(); 17]), BundleError::TooMany);
    let alone = first.sign_multisig(&account(), &Transaction::default()).unwrap();
    assert_eq!(
        Bundle::of(vec![SignedTransaction { auth_addr: Address([5; 32]), ..alone }]).unwrap_err(),
        BundleError::OtherSigner { index: 0, authorizer: Address([5; 32]), account: account().address() }
    );
}

#[test]
fn bytes_that_are_ambiguous_or_no_msgpack_are_refused() {
    let good = bundle().encode();
    for end in 0..good.len() {
        assert!(Bundle::read(&good[..end], None).is_err(), "cut at {end}");
    }
    for (bytes, offset) in [(b"not msgpack".to_vec(), 0), ([good.as_slice(), b"\xc1"].concat(), good.len())] {
        match Bundle::read(&bytes, None) {
            Err(BundleError::Malformed { offset: found, .. }) => assert_eq!(found, offset),
            other => panic!("{other:?}"),
        }
    }
    // A field no transaction has.
    let unknown = [b"\x81\xa3abc\x01".as_slice(), &good].concat();
    assert!(Bundle::read(&unknown, None).unwrap_err().to_string().contains("abc"));
    // The second transaction says its threshold twice: 1, which decoders that take the last one do not see, and 2.
    let place = good.windows(6).rposition(|bytes| bytes == b"\xa3thr\x02\xa1").unwrap();
    let map = good[..place].windows(6).rposition(|bytes| bytes == b"\xa4msig\x83").unwrap() + 5;
    let twice = [&good[..map], &[0x84], &good[map + 1..place], b"\xa3thr\x01", &good[place..]].concat();
    let why = Ambiguity::Twice("msig.thr".to_owned());
    assert_eq!(Bundle::read(&twice, None), Err(BundleError::Ambiguous { index: 1, why }));
}

/// What signers' programs write, recorded with what goal reads from it.
fn recorded() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/types/bundles.json")).unwrap()
}

fn rows<'a>(recorded: &'a serde_json::Value, name: &str) -> impl Iterator<Item = &'a serde_json::Value> {
    recorded[name].as_array().unwrap().iter()
}

fn text(row: &serde_json::Value, name: &str) -> String {
    row[name].as_str().unwrap().to_owned()
}

fn bytes(row: &serde_json::Value, name: &str) -> Vec<u8> {
    hex::decode(row[name].as_str().unwrap()).unwrap()
}

#[test]
fn what_other_programs_write_means_what_goal_reads_and_becomes_canonical() {
    let recorded = recorded();
    for row in rows(&recorded, "written") {
        let bundle = Bundle::read(&bytes(row, "bytes"), None).unwrap_or_else(|error| panic!("{error}: {row:#}"));
        let id = bundle.signed()[0].id().to_string();
        assert_eq!((hex::encode(bundle.encode()), id), (text(row, "canonical"), text(row, "id")), "{row:#}");
        let sent: Vec<_> = bundle.signers(verify).into_iter().filter(|signer| signer.signed == 1).collect();
        let signed = format!("signed by {} of 2", sent.len());
        assert!(text(row, "name").ends_with(&signed), "every signature is there, and holds: {row:#}");
    }
    for row in rows(&recorded, "made").filter(|row| row["canonical"].is_string()) {
        let bundle = Bundle::read(&bytes(row, "bytes"), None).unwrap_or_else(|error| panic!("{error}: {row:#}"));
        assert_eq!(hex::encode(bundle.encode()), text(row, "canonical"), "{row:#}");
    }
}

#[test]
fn what_means_something_else_to_another_program_is_refused_even_where_goal_reads_it() {
    for row in rows(&recorded(), "made").filter(|row| row["canonical"].is_null()) {
        let refused = Bundle::read(&bytes(row, "bytes"), None).expect_err(&row.to_string());
        let is_ambiguous = matches!(refused, BundleError::Ambiguous { index: 0, .. });
        let is_read = msgpack::decode::<SignedTransaction>(&bytes(row, "bytes")).is_ok();
        assert_eq!(is_ambiguous, is_read, "{refused}: {row:#}");
    }
}

#[test]
fn blanks_around_transactions_mean_nothing_and_alone_are_no_bundle() {
    let bundle = bundle();
    let written: Vec<u8> =
        bundle.signed().iter().flat_map(|one| [b"\n ", &*msgpack::encode(one), b"\r\n"].concat()).collect();
    assert_eq!(Bundle::read(&written, None), Ok(bundle));
    assert_eq!(Bundle::read(b" \n", None), Err(BundleError::Empty));
}

#[test]
fn a_transaction_without_a_multisignature_takes_that_of_the_others() {
    let mut signed = bundle().signed().to_vec();
    signed[0].msig = MultisigSignature::default();
    let mixed =
        |signed: &[SignedTransaction]| Bundle::read(&signed.iter().flat_map(msgpack::encode).collect::<Vec<_>>(), None);
    assert_eq!(mixed(&signed), Ok(bundle()));
    signed[1] = bundle().signed()[1].transaction.clone().into();
    assert_eq!(mixed(&signed), Err(BundleError::NoMultisig(0)), "nothing says whose keys sign");
    signed[0] = bundle().signed()[0].clone();
    assert_eq!(mixed(&signed), Err(BundleError::NoMultisig(1)), "its own sender may sign for it");
}

#[test]
fn no_changed_byte_makes_a_panic() {
    let good = bundle().encode();
    for place in 0..good.len() {
        for byte in [0, 0x7f, 0x80, 0xc0, 0xc1, 0xdf, 0xff] {
            let mut bytes = good.clone();
            bytes[place] = byte;
            if let Ok(read) = Bundle::read(&bytes, None) {
                assert_eq!(Bundle::read(&read.encode(), None).as_ref(), Ok(&read), "what is written is what was read");
            }
        }
    }
}

#[test]
fn only_copies_of_one_bundle_merge() {
    let [first, second, _] = keys();
    let one = signed(&bundle(), &first);
    let mut other = transactions();
    other.iter_mut().for_each(|transaction| transaction.header.group = Digest::ZERO);
    other[1].payment.amount = MicroAlgos(1);
    assign_group(&mut other).unwrap();
    let tampered = signed(&Bundle::new(&account(), &other).unwrap(), &second);
    assert!(matches!(one.merge(&tampered), Err(BundleError::Different { index: 0, .. })));
    let elsewhere = MultisigAccount::new(1, &keys().map(|key| key.address())).unwrap();
    let theirs = Bundle::new(
        &elsewhere,
        &[transactions().remove(1)].map(|mut one| {
            one.header.group = Digest::ZERO;
            one
        }),
    )
    .unwrap();
    assert!(matches!(one.merge(&theirs), Err(BundleError::Accounts(..))));
    let mut alone = transactions().remove(0);
    alone.header.group = Digest::ZERO;
    let shorter = Bundle::new(&account(), &[alone]).unwrap();
    assert_eq!(one.merge(&shorter), Err(BundleError::Lengths(2, 1)));
    let mut forged = one.signed().to_vec();
    forged[0].msig.subsigs[0].sig.0[0] ^= 1;
    let forged = Bundle::of(forged).unwrap();
    assert!(matches!(one.merge(&forged), Err(BundleError::Contradiction { index: 0, .. })));
    assert_eq!(forged.signers(verify)[0], Signer { address: first.address(), signed: 1, wrong: vec![0] });
}
