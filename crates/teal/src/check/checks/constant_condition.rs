//! Conditions that have the same value on every path.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use pnp_opcodes::Op;

pub(in crate::check) static CHECK: Check = Check {
    name: "constant-condition",
    level: Level::Medium,
    title: "a condition has the same value on every path",
    why: "A check that cannot fail checks nothing, and one that cannot hold refuses everything.",
    fix: "Compare what was meant, or remove the condition. `pushint` right before it marks it as a setting.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        "
#pragma version 11
int 1; assert
int 1
",
        "
#pragma version 11
pushint TMPL_OPEN; assert    // a setting: its value belongs to the deployment
int 1
",
    ),
    detect: Detect::Program(find),
};

fn find(subject: &mut Subject<'_>) {
    if subject.seen.incomplete {
        return;
    }
    let found: Vec<_> = subject.seen.outcomes.iter().map(|(at, outcome)| (*at, *outcome)).collect();
    for (at, outcome) in found {
        if outcome.holds == outcome.fails {
            continue;
        }
        let is_assert = subject.program.instructions().get(at).is_some_and(|it| it.op() == Op::Assert);
        let (message, level) = match (is_assert, outcome.holds, outcome.constant) {
            (true, true, true) => ("the assertion is a constant and always holds", Level::Low),
            (true, false, true) => ("the assertion is a constant and always fails", Level::Medium),
            (true, false, false) => ("the assertion always fails: what was checked before rules it out", Level::Medium),
            (false, true, true) => ("the condition is a constant and never 0", Level::Low),
            (false, false, true) => ("the condition is a constant and always 0", Level::Low),
            // Checking again what is known already does no harm.
            (_, _, false) => continue,
        };
        subject.report(Draft::new(&CHECK, at, message).level(level));
    }
}

#[cfg(test)]
mod tests {
    use crate::check::Mode;
    use crate::check::testing::{application, found, names_in};

    #[test]
    fn conditions_that_are_none() {
        for body in
            ["int 1; assert", "int 3; int 4; <; assert", "int 0; bnz a\na:", "byte \"a\"; byte \"a\"; ==; assert"]
        {
            found(&application(body), Mode::Application, &["constant-condition"]);
        }
        for body in [
            "pushint 1; assert",
            "pushint 0; bnz a\na:",
            "pushint TMPL_A; assert",
            "int TMPL_A; bz a\na:",
            "txn NumAppArgs; assert; txn NumAppArgs; assert",
            "int 0; store 0\na: load 0; int 1; +; dup; store 0; int 3; <; bnz a",
        ] {
            found(&application(body), Mode::Application, &[]);
        }
        for body in [
            // These compare numbers, whatever zeros they begin with.
            "txn FirstValid; itob; dup; byte 0x01; b==; assert; byte 0x02; b!=; assert",
            // Another transaction of an inner group, another field, another curve, another element: another value.
            "itxn_begin; itxn_next; itxn_submit; gitxn 0 Fee; int 1; ==; assert; gitxn 1 Fee; int 2; ==; assert",
            "itxn_begin; itxn_next; itxn_submit; itxn Fee; int 1; ==; assert; gitxn 0 Fee; int 2; ==; assert",
            "int 0; acct_params_get AcctBalance; pop; int 1; ==; assert\n\
             int 0; acct_params_get AcctMinBalance; pop; int 2; ==; assert",
            "txna ApplicationArgs 0; dup; sha256; btoi; int 1; ==; assert; sha512_256; btoi; int 2; ==; assert",
            "txna ApplicationArgs 0; dup; extract 0 1; btoi; int 1; ==; assert; extract 1 1; btoi; int 2; ==; assert",
            "txna ApplicationArgs 0; dup; base64_decode URLEncoding; len; int 1; ==; assert\n\
             base64_decode StdEncoding; len; int 2; ==; assert",
        ] {
            let source = application(body).replace("version 9", "version 11");
            let names = names_in(&source, Mode::Application);
            assert!(!names.contains("constant-condition"), "{body}: {names:?}");
        }
        let numbers = "byte 0x0001; byte 0x01; b==; assert; byte 0x0001; byte 0x02; b<; assert";
        found(&application(numbers), Mode::Application, &["constant-condition"]);
        let ruled_out = "txn FirstValid; itob; dup; byte 0x0000000000000001; b==; assert; byte 0x02; b==; assert";
        found(&application(ruled_out), Mode::Application, &["constant-condition"]);
        let ruled_out = "txn NumAppArgs; int 1; ==; assert; txn NumAppArgs; int 2; ==; assert";
        found(&application(ruled_out), Mode::Application, &["constant-condition"]);
    }
}
