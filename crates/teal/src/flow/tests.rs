use super::*;
use crate::{AssembleOptions, assemble};

fn program(source: &str) -> Program {
    let assembled = assemble(source, AssembleOptions::default()).unwrap();
    Program::of_assembled(&assembled, source).unwrap()
}

fn graph(source: &str) -> Graph {
    Graph::of(&program(source))
}

#[test]
fn instructions_know_their_words() {
    let source = "#pragma version 8\nint 1; pop // one\nagain: byte \"a;b\" ;len\nbnz again\nint 1";
    let program = program(source);
    let words: Vec<_> = program
        .instructions()
        .iter()
        .filter_map(|it| it.source.as_ref())
        .map(|place| (place.line, &source[place.span.clone()]))
        .collect();
    let expected = [(2, "int 1"), (2, "pop"), (3, "byte \"a;b\""), (3, "len"), (4, "bnz again"), (5, "int 1")];
    assert_eq!(words, expected);
    // The block of constants, if there is one, is the assembler's.
    assert!(program.instructions().len() >= words.len());
}

#[test]
fn operands_of_every_kind_are_read() {
    let source = "#pragma version 13\n#pragma typetrack false\npushints 1 300\npushbytess 0x01 0x0203\nfrom: switch from to\nbytecblock 0xaa\nbytec_0\n\
                  pop\nfrom2: txn Fee\nbnz from2\napp_box_len\ngtxna 1 ApplicationArgs 2\nto:";
    let program = program(source);
    let operands: Vec<&Operand> = program.instructions().iter().map(|it| &it.operand).collect();
    assert_eq!(operands[0], &Operand::Uints([1, 300].into()));
    let Operand::Constants(places) = operands[1] else { panic!("{operands:?}") };
    assert_eq!(places.iter().map(|place| program.constant(place)).collect::<Vec<_>>(), [&[1][..], &[2, 3]]);
    assert_eq!(operands[2], &Operand::Targets([2, 10].into()));
    assert_eq!(operands[7], &Operand::Target(6));
    assert_eq!(operands[9], &Operand::Bytes([1, 26, 2]));
}

#[test]
fn bytes_that_are_no_program_are_refused() {
    for (hex, reason) in [
        ("", "no version"),
        ("0f", "unsupported version"),
        ("08ff", "illegal opcode"),
        ("0881", "immediate cut short"),
        ("08420001812a", "branch to no instruction"),
    ] {
        let error = Program::of_bytes(&hex::decode(hex).unwrap()).unwrap_err();
        assert_eq!(error.reason, reason, "{hex}");
    }
}

#[test]
fn calls_that_never_come_back_leave_dead_code() {
    let graph = graph(
        "#pragma version 8\ncallsub ends\nint 0\nreturn\nends: txn Fee; bnz ends; callsub comes; int 1; return\n\
         comes: retsub\nnever: b never",
    );
    let returns: Vec<bool> = graph.subroutines().iter().map(|it| it.returns).collect();
    assert_eq!(returns, [false, true]);
    let dead: Vec<usize> = (0..graph.blocks().len()).filter(|block| !graph.is_reachable(*block)).collect();
    // After the first call, the loop that is never entered, and the program's end.
    assert_eq!(dead.len(), 3);
    assert_eq!(graph.loops().len(), 1);
}

#[test]
fn recursion_that_ends_returns() {
    let graph = graph(
        "#pragma version 8\nint 5; callsub f; return\nf: proto 1 1; frame_dig -1; bz zero; frame_dig -1; int 1; -; \
         callsub f; retsub\nzero: int 1; retsub",
    );
    let [f] = graph.subroutines() else { panic!("one subroutine") };
    assert!(f.returns && f.proto == Some((1, 1)) && f.callers.len() == 2);
    assert!(matches!(graph.loops().as_slice(), [Loop { recursive: true, has_way_out: true, .. }]));
}

#[test]
fn endless_loops_are_distinguished_from_others() {
    let ways = |source: &str| graph(source).loops().iter().map(|it| it.has_way_out).collect::<Vec<_>>();
    assert_eq!(ways("#pragma version 8\na: b a"), [false]);
    assert_eq!(ways("#pragma version 8\na: txn Fee; bnz no; b a\nno: err"), [false]);
    assert_eq!(ways("#pragma version 8\na: txn Fee; bnz yes; b a\nyes: int 1"), [true]);
    assert_eq!(ways("#pragma version 8\na: txn Fee; bnz a; int 1; b c\nc: return"), [true]);
}

#[test]
fn the_graph_of_a_long_program_is_made_in_linear_time() {
    let mut source = "#pragma version 13\n#pragma autosalt false\n".to_owned();
    for at in 0..30_000 {
        source.push_str(&format!("l{at}: callsub l{}\n", (at * 7919 + 1) % 30_000));
    }
    source.push_str("retsub");
    let graph = graph(&source);
    assert_eq!(graph.blocks().len(), 30_002);
    assert!(!graph.loops().is_empty());
}
