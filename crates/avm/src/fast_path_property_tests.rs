//! Random programs, run by the fast path and by the careful step alone: the same end, cost, stack and scratch space.

use super::run::Run;
use super::tracer::Tracer;
use proptest::prelude::*;

/// Watches opcodes, which turns the fast path off.
struct Careful;

impl Tracer for Careful {}

/// One instruction of those that the fast path knows, and of some that it leaves to the careful step, as bytes.
fn any_instruction() -> impl Strategy<Value = Vec<u8>> {
    let opcode = |bytes: std::ops::RangeInclusive<u8>| bytes.prop_map(|byte| vec![byte]);
    let pushint = prop_oneof![0..4u64, Just(u64::MAX), any::<u64>()].prop_map(|number| {
        let mut bytes = vec![0x81];
        pnp_opcodes::push_uvarint(&mut bytes, number);
        bytes
    });
    let pushbytes = prop::collection::vec(any::<u8>(), 0..9)
        .prop_map(|bytes| [&[0x80, bytes.len() as u8], bytes.as_slice()].concat());
    let with_byte = |opcodes: Vec<u8>, limit: u8| {
        (prop::sample::select(opcodes), 0..limit).prop_map(|(opcode, byte)| vec![opcode, byte])
    };
    prop_oneof![
        6 => pushint,
        1 => pushbytes,
        6 => opcode(0x08..=0x1f),                                // arithmetic, comparisons, len, itob, btoi, bits
        3 => opcode(0x22..=0x25),                                // intc_0 to intc_3
        1 => opcode(0x28..=0x29),                                // bytec_0, bytec_1
        3 => opcode(0x48..=0x4d),                                // pop, dup, dup2, swap, select
        1 => opcode(0x3e..=0x3f),                                // loads, stores
        3 => with_byte(vec![0x34, 0x35], 4),                     // load, store
        3 => with_byte(vec![0x45, 0x46, 0x47, 0x4b, 0x4e, 0x4f], 4), // bury, popn, dupn, dig, cover, uncover
        1 => with_byte(vec![0x8b, 0x8c], 3),                     // frame_dig, frame_bury
        1 => (0..3u8, 0..3u8).prop_map(|(args, returns)| vec![0x8a, args, returns]), // proto
        2 => (prop::sample::select(vec![0x40, 0x41, 0x42, 0x88]), -20..20i16)
            .prop_map(|(opcode, offset)| [&[opcode], offset.to_be_bytes().as_slice()].concat()), // bnz, bz, b, callsub
        1 => Just(vec![0x89]),                                   // retsub
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn both_paths_end_alike(instructions in prop::collection::vec(any_instruction(), 0..40)) {
        // intcblock 1 2 255 0; bytecblock "a" "bc"
        let constants = [13, 0x20, 4, 1, 2, 0xff, 1, 0, 0x26, 2, 1, b'a', 2, b'b', b'c'];
        let program = [constants.as_slice(), &instructions.concat()].concat();
        let fast = Run::signature(program.clone()).run();
        let careful = Run::signature(program).tracer(&mut Careful).run();
        prop_assert_eq!(fast.verdict.to_string(), careful.verdict.to_string());
        prop_assert_eq!((fast.cost, fast.stack, fast.scratch), (careful.cost, careful.stack, careful.scratch));
    }
}
