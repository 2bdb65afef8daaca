//! Every check beside a program that has what it finds, and beside its twin, which has not.

use std::collections::BTreeSet;

use super::names_in;
use crate::check::{CHECKS, Mode};
use pnp_opcodes::MAX_VERSION;

/// A faulty program and its repaired twin in one text: where they differ it says `[FAULTY -> REPAIRED]`.
struct Pair {
    /// The check that tells them apart.
    name: &'static str,
    mode: Mode,
    text: &'static str,
    /// How often the text stands in the program, with the number of the time for `@`.
    times: usize,
}

/// From what version on all of it can be written.
const FIRST_VERSION: u8 = 4;

const APPLICATION: Mode = Mode::Application;
const CLEAR: Mode = Mode::Clear;
const SIGNATURE: Mode = Mode::Signature;

const PAIRS: &[Pair] = &[
    pair("unchecked-rekey-to", SIGNATURE, "txn RekeyTo; global ZeroAddress; [!= -> ==]"),
    pair("unchecked-close-to", SIGNATURE, "txn CloseRemainderTo; global ZeroAddress; [!= -> ==]"),
    pair("unchecked-asset-close-to", SIGNATURE, "txn AssetCloseTo; global ZeroAddress; [!= -> ==]"),
    pair("unchecked-asset-sender", SIGNATURE, "txn AssetSender; global ZeroAddress; [!= -> ==]"),
    pair("unchecked-fee", SIGNATURE, "txn Fee; int 1000; [>= -> <=]"),
    pair(
        "unchecked-group-size",
        APPLICATION,
        "global GroupSize; int 2; [>= -> ==]; assert\ntxn GroupIndex; !; assert\ngtxn 1 Fee; !",
    ),
    pair(
        "absolute-group-index",
        APPLICATION,
        "global GroupSize; int 2; ==; assert\ntxn GroupIndex; int 1; [<= -> ==]; assert\ngtxn 0 Fee; !",
    ),
    pair(
        "unprotected-update",
        APPLICATION,
        "txn ApplicationID; bz ok\ntxn OnCompletion; int UpdateApplication; ==; assert\n\
         txn Sender; global CreatorAddress; [!= -> ==]; assert\nok: int 1",
    ),
    pair(
        "unprotected-delete",
        APPLICATION,
        "txn ApplicationID; bz ok\ntxn OnCompletion; int DeleteApplication; ==; assert\n\
         txn Sender; global CreatorAddress; [!= -> ==]; assert\nok: int 1",
    ),
    pair(
        "update-allowed",
        APPLICATION,
        "txn ApplicationID; bz ok\ntxn OnCompletion; int [UpdateApplication -> NoOp]; ==; assert\n\
         txn Sender; global CreatorAddress; ==; assert\nok: int 1",
    ),
    pair(
        "delete-allowed",
        APPLICATION,
        "txn ApplicationID; bz ok\ntxn OnCompletion; int [DeleteApplication -> NoOp]; ==; assert\n\
         txn Sender; global CreatorAddress; ==; assert\nok: int 1",
    ),
    pair(
        "unchecked-receiver",
        APPLICATION,
        "txn OnCompletion; !; assert\nglobal GroupSize; int 2; ==; assert\ntxn GroupIndex; int 1; ==; assert\n\
         gtxn 0 [Sender -> Receiver]; byte \"owner\"; app_global_get; ==; assert\ngtxn 0 Amount",
    ),
    pair(
        "unchecked-asset",
        APPLICATION,
        "txn OnCompletion; !; assert\nglobal GroupSize; int 2; ==; assert\ntxn GroupIndex; int 1; ==; assert\n\
         gtxn 0 [ConfigAsset -> XferAsset]; byte \"asset\"; app_global_get; ==; assert\ngtxn 0 AssetAmount",
    ),
    pair(
        "self-payment",
        APPLICATION,
        "txn OnCompletion; !; assert\nglobal GroupSize; int 2; ==; assert\ntxn GroupIndex; int 1; ==; assert\n\
         gtxn 0 Receiver; [txna ApplicationArgs 0 -> byte \"owner\"; app_global_get]; ==; assert\ngtxn 0 Amount",
    ),
    pair("always-approves", SIGNATURE, "txn Fee; int 1000; <=; [pop -> assert]; int 1"),
    pair(
        "missing-opt-in-value",
        APPLICATION,
        "txn ApplicationID; bz ok\ntxn OnCompletion; int OptIn; ==; bnz opt_in\n\
         txn OnCompletion; !; assert\ntxn Sender; byte \"last\"; app_local_get; byte \"x\"; !=; assert; b ok\n\
         opt_in: txn Sender; byte \"[other -> last]\"; byte \"\"; app_local_put\nok: int 1",
    ),
    pair("stack-imbalance", APPLICATION, "txn Fee; txn NumAppArgs; bz a; int 7; [dup -> +]\na: int 2; =="),
    pair("stack-underflow", APPLICATION, "txn NumAppArgs; [+ -> !]"),
    pair("constant-condition", APPLICATION, "[int 1 -> txn NumAppArgs]; assert; txn FirstValid"),
    pair("unreachable-code", APPLICATION, "txn NumAppArgs; [return -> assert]\nint 7; pop; int 1"),
    pair("unused-scratch", CLEAR, "int 7; store 4; load [5 -> 4]"),
    pair("unset-scratch", CLEAR, "int 7; store 4; load [5 -> 4]"),
    pair(
        "endless-loop",
        CLEAR,
        "int 0; store 0\na: load 0; int 1; +; [pop -> store 0]\nload 0; txn NumAppArgs; <; bnz a; int 1",
    ),
    pair(
        "unbounded-loop",
        APPLICATION,
        "int 0\na: int 1; +; dup; [txna ApplicationArgs 0; btoi -> int 60]; <; bnz a; txn Fee; ==",
    ),
    pair(
        "over-budget",
        APPLICATION,
        "txna ApplicationArgs 0; keccak256; keccak256; keccak256; keccak256; keccak256; [keccak256 -> sha256]; btoi",
    ),
    pair("unavailable-resource", APPLICATION, "txna ApplicationArgs [16 -> 15]; btoi"),
    pair(
        "needs-reference",
        APPLICATION,
        "txn Sender; [byte \"asset\"; app_global_get -> txna Assets 0]; asset_holding_get AssetBalance; &&",
    ),
    pair("constant-gtxn", APPLICATION, "[int 1; gtxns -> gtxn 1] Fee"),
    pair("self-access", APPLICATION, "[txn GroupIndex; gtxns -> txn] Fee"),
    pair("sender-access", APPLICATION, "[txna Accounts 0 -> txn Sender]; global CreatorAddress; =="),
    pair(
        "allow-without-reason",
        APPLICATION,
        "txn Fee; store 4 // check: allow(unused-scratch)[ -> another application reads it]\nint 1",
    ),
    pair(
        "allow-unknown-name",
        APPLICATION,
        "txn Fee; store 4 // check: allow([unused -> unused-scratch]) another application reads it\nint 1",
    ),
    pair(
        "allow-without-effect",
        APPLICATION,
        "txn Fee; store 4 // check: allow([unset -> unused]-scratch) another application reads it\nint 1",
    ),
    // Each time there are more ways to approve.
    Pair {
        times: 80,
        ..pair(
            "analysis-incomplete",
            CLEAR,
            "txn FirstValid; int 2@; %; [bz a@ -> pop]\na@: txn LastValid; int 2@; %; bnz b@; int 1; return\nb@: ",
        )
    },
    pair("does-not-assemble", CLEAR, "txn Fee; int [x -> 1]; =="),
];

const fn pair(name: &'static str, mode: Mode, text: &'static str) -> Pair {
    Pair { name, mode, text, times: 1 }
}

/// The two programs of a text.
fn twins(text: &str) -> [String; 2] {
    let mut twins = [String::new(), String::new()];
    let mut pieces = text.split('[');
    let common = pieces.next().unwrap_or_default();
    twins.iter_mut().for_each(|twin| twin.push_str(common));
    for piece in pieces {
        let (choice, common) = piece.split_once(']').unwrap();
        let (faulty, repaired) = choice.split_once("->").unwrap();
        for (twin, own) in twins
            .iter_mut()
            .zip([faulty.strip_suffix(' ').unwrap_or(faulty), repaired.strip_prefix(' ').unwrap_or(repaired)])
        {
            twin.push_str(own);
            twin.push_str(common);
        }
    }
    twins
}

#[test]
fn every_check_has_twins() {
    let paired: BTreeSet<&str> = PAIRS.iter().map(|pair| pair.name).collect();
    let checks: BTreeSet<&str> = CHECKS.iter().map(|check| check.name).collect();
    assert_eq!(paired, checks);
    assert_eq!(PAIRS.len(), checks.len());
}

#[test]
fn twins_are_told_apart() {
    for Pair { name, mode, text, times } in PAIRS {
        let whole = |text: String| (0..*times).map(|at| text.replace('@', &at.to_string())).collect::<String>();
        let [faulty, repaired] = twins(text).map(whole);
        assert_ne!(faulty, repaired);
        for version in [FIRST_VERSION, MAX_VERSION] {
            let names = |body: &str| names_in(&format!("#pragma version {version}\n{body}"), *mode);
            assert!(names(&faulty).contains(name), "{name}, version {version}: {:?}\n{faulty}", names(&faulty));
            assert!(!names(&repaired).contains(name), "{name}, version {version}\n{repaired}");
            // What is repaired is a program, and one in which nothing else has come to be wrong.
            let new: Vec<_> = names(&repaired).difference(&names(&faulty)).copied().collect();
            let milder: &[&str] = match *name {
                "unprotected-update" => &["update-allowed"],
                "unprotected-delete" => &["delete-allowed"],
                _ => &[],
            };
            assert!(new.iter().all(|new| milder.contains(new)), "{name}, version {version}: {new:?}\n{repaired}");
        }
    }
}
