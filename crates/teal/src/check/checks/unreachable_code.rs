//! Code that no path leads to.

use crate::check::definition::{ALL_MODES, Check, Detect, Example};
use crate::check::subject::{Draft, Subject};
use crate::check::{Level, Mode};
use crate::flow::Block;
use pnp_opcodes::Op;

pub(in crate::check) static CHECK: Check = Check {
    name: "unreachable-code",
    level: Level::Low,
    title: "code that no path leads to",
    why: "It costs bytes, and a check in it is never made.",
    fix: "Take it away, or branch to it.",
    more: "",
    modes: ALL_MODES,
    example: Example::new(
        Mode::Clear,
        r#"
#pragma version 11
int 1
return
byte "paid"; log             // nothing leads here
"#,
        r#"
#pragma version 11
byte "paid"; log
int 1
return
"#,
    ),
    detect: Detect::Program(find),
};

/// Reports runs of blocks that no way leads to; a lone `err` guards, and is not reported.
fn find(subject: &mut Subject<'_>) {
    let graph = subject.graph;
    let is_dead = |at: usize, block: &Block| !graph.is_reachable(at) && block.first < block.end;
    let mut at = 0;
    while let Some(block) = graph.blocks().get(at) {
        if !is_dead(at, block) {
            at += 1;
            continue;
        }
        let first = block.first;
        let mut end = block.end;
        while let Some(next) = graph.blocks().get(at).filter(|next| is_dead(at, next)) {
            end = next.end;
            at += 1;
        }
        let code = subject.program.instructions().get(first..end).unwrap_or_default();
        if code.iter().all(|instruction| instruction.op() == Op::Err || instruction.source.is_none()) {
            continue;
        }
        let start = (first..end).find(|at| subject.program.instructions()[*at].source.is_some()).unwrap_or(first);
        let mut draft = Draft::new(&CHECK, start, "no path leads here");
        if end - start > 1 {
            draft = draft.related(end - 1, "up to here");
        }
        subject.report(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::found;
    use crate::check::{CheckOptions, Mode, check};

    #[test]
    fn a_lone_err_guards() {
        let source = "#pragma version 8\ntxn Fee; bz a; int 1; return\nint 7; pop\na: int 1; return\nerr";
        let findings = check(source, &CheckOptions { mode: Some(Mode::Clear), ..CheckOptions::default() });
        assert_eq!(findings.iter().map(|it| (it.name(), it.line)).collect::<Vec<_>>(), [("unreachable-code", 3)]);
        found("#pragma version 8\ncallsub f; int 1; return\nf: err", Mode::Clear, &["unreachable-code"]);
    }
}
