//! The hot path, which writes some moves out, against the one description of what opcodes do to the order of the stack.

use std::sync::Arc;

use super::fast_path;
use super::machine::Machine;
use super::program::{Dialect, Program};
use super::test_program::program;
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

/// Runs lines of TEAL as far as the hot path goes: the stack, and whether it came to the end.
fn run(lines: &str) -> (Vec<u64>, bool) {
    // The moves are meant to fail too.
    let code = program(11, &format!("#pragma typetrack false\n{lines}"));
    let program = Program::decode(code.into(), Dialect { sized_constants: true }).unwrap();
    let mut machine = Machine::new(Arc::new(program));
    fast_path::run(&mut machine, &mut 1000);
    let value = |value: &Value| match value {
        Value::Uint(number) => *number,
        Value::Bytes(bytes) => panic!("{bytes:?}"),
    };
    (machine.stack().iter().map(value).collect(), machine.at == Program::END)
}

fn pushes(count: u64) -> String {
    (0..count).map(|value| format!("pushint {}\n", value + 10)).collect()
}

#[test]
fn moves_by_depth() {
    let mut random = Random(7);
    for op in [Op::Pop, Op::Dup, Op::Dup2, Op::Swap, Op::Dig, Op::Cover, Op::Uncover] {
        let spec = version_table(11).specs().iter().find(|spec| spec.op == op).unwrap();
        for _ in 0..200 {
            let (height, depth) = (random.below(8), random.below(8) as u8);
            let (mut expected, _) = run(&pushes(height));
            let possible = Shuffle::of(op, depth).unwrap().apply(&mut expected);
            let immediate = if spec.immediates.is_empty() { String::new() } else { depth.to_string() };
            let ran = run(&format!("{}{} {immediate}", pushes(height), spec.name));
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
        let (line, shuffle) = match random.below(3) {
            0 => (format!("frame_dig {offset}"), frame.dig(offset, height)),
            1 => (format!("frame_bury {offset}"), frame.bury(offset, height)),
            _ => ("retsub".to_owned(), frame.retsub(height)),
        };
        let (mut expected, _) = run(&format!("{}{}", pushes(below), pushes(above)));
        let possible = shuffle.is_ok_and(|shuffle| shuffle.apply(&mut expected));
        let ran = run(&format!(
            "{}callsub moves\nb end\nmoves:\nproto {args} {returns}\n{}{line}\nend:",
            pushes(below),
            pushes(above)
        ));
        assert_eq!(ran, (expected, possible), "{line} with {frame:?} at {height}");
    }
}
