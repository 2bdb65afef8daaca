//! The hot path, which writes some moves out, against the one description of what opcodes do to the order of the stack.

use std::sync::Arc;

use super::machine::Machine;
use super::program::{Dialect, Program};
use super::quick;
use super::value::Value;
use pnp_opcodes::{Frame, Op, Shuffle, version_table};

/// Numbers that look random, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A program that pushes what is in `code` byte for byte, run as far as the hot path goes: its stack, and whether it came
/// to the end.
fn run(code: Vec<u8>) -> (Vec<u64>, bool) {
    let program = Program::decode(code.into(), Dialect { sized_constants: true }).unwrap();
    let mut machine = Machine::new(Arc::new(program));
    quick::run(&mut machine, &mut 1000);
    let value = |value: &Value| match value {
        Value::Uint(number) => *number,
        Value::Bytes(bytes) => panic!("{bytes:?}"),
    };
    (machine.stack().iter().map(value).collect(), machine.at == Program::END)
}

fn pushes(count: u64) -> Vec<u8> {
    (0..count).flat_map(|value| [0x81, value as u8 + 10]).collect()
}

#[test]
fn moves_by_depth() {
    let mut random = Random(7);
    for op in [Op::Pop, Op::Dup, Op::Dup2, Op::Swap, Op::Dig, Op::Cover, Op::Uncover] {
        let spec = version_table(11).specs().iter().find(|spec| spec.op == op).unwrap();
        for _ in 0..200 {
            let (height, depth) = (random.below(8), random.below(8) as u8);
            let (mut expected, _) = run([vec![11], pushes(height)].concat());
            let possible = Shuffle::of(op, depth).unwrap().apply(&mut expected);
            let immediate = vec![depth; spec.immediates.len()];
            let ran = run([vec![11], pushes(height), vec![spec.byte], immediate].concat());
            assert_eq!(ran, (expected, possible), "{op:?} {depth} of {height}");
        }
    }
}

#[test]
fn moves_by_frame() {
    let mut random = Random(11);
    for _ in 0..3000 {
        let (below, above) = (random.below(6), random.below(6));
        let (args, returns) = (random.below(below + 1) as u8, random.below(4) as u8);
        let offset = random.below(14) as i8 - 7;
        let frame = Frame { height: below as usize, proto: Some((args, returns)) };
        let height = (below + above) as usize;
        let (byte, shuffle) = match random.below(3) {
            0 => (0x8b, frame.dig(offset, height)),
            1 => (0x8c, frame.bury(offset, height)),
            _ => (0x89, frame.retsub(height)),
        };
        let (mut expected, _) = run([vec![11], pushes(below), pushes(above)].concat());
        let possible = shuffle.is_ok_and(|shuffle| shuffle.apply(&mut expected));
        // callsub to the proto behind a branch to the end, which is where retsub comes back to.
        let body = [
            vec![0x8a, args, returns],
            pushes(above),
            vec![byte],
            vec![offset.cast_unsigned(); usize::from(byte != 0x89)],
        ];
        let body = body.concat();
        let call = [vec![0x88, 0, 3, 0x42], (body.len() as u16).to_be_bytes().to_vec()].concat();
        let ran = run([vec![11], pushes(below), call, body].concat());
        assert_eq!(ran, (expected, possible), "{byte:#x} {offset} with {frame:?} at {height}");
    }
}
