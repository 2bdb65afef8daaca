//! Whether a program may go on chain: everything that can be seen without running it.
//!
//! Reads the program straight through, as the reference's `check` does (go-algorand `data/transactions/logic/eval.go`):
//! every opcode known and allowed, immediates complete, branches to the starts of instructions. Programs that cannot
//! branch back (before AVM 4) also may not cost more than their budget.

use super::error::{CheckError, Fault, fault};
use super::group::GroupContext;
use super::program::{Decoder, Dialect, Immediates, Instruction, Jump, Mode, read_version};
use super::vm::begin;
use pnp_opcodes::{BACK_BRANCH_VERSION, ImmediateKind, version_table};
use pnp_types::consensus::ConsensusParams;

/// Checks a program that runs alone, with the budget of one transaction. `min_version` is the oldest version its group
/// allows, usually 0.
///
/// # Errors
/// The first reason why it may not go on chain, with its offset: `pc=  3 illegal opcode 0xf0`.
pub fn check_program(program: &[u8], mode: Mode, params: &ConsensusParams, min_version: u64) -> Result<(), CheckError> {
    let budget = match mode {
        Mode::Signature => params.logic_sig_max_cost,
        Mode::Application => params.max_app_program_cost as u64,
    };
    check(program, mode, params, min_version, budget, false).map_err(|fault| CheckError(fault.to_string()))
}

impl GroupContext<'_> {
    /// Checks a program that transaction `index` brings along, with the budget the group has left.
    ///
    /// # Errors
    /// The first reason why it may not go on chain.
    pub fn check_contract(&self, index: usize, program: &[u8]) -> Result<(), CheckError> {
        let call = self.transactions.get(index).map(|transaction| &transaction.signed.transaction.application_call);
        let isolated = self.params.isolate_clear_state
            && call.is_some_and(|call| call.on_completion == pnp_types::OnCompletion::ClearState);
        let single = self.params.max_app_program_cost as u64;
        let budget = self.app_budget().filter(|_| !isolated).unwrap_or(single);
        let access = call.is_some_and(|call| !call.access.is_empty());
        check(program, Mode::Application, self.params, self.min_version, budget, access)
            .map_err(|fault| CheckError(fault.to_string()))
    }

    /// Checks the logic signature of transaction `index`, with the budget the group has left.
    ///
    /// # Errors
    /// The first reason why it may not run.
    pub fn check_signature(&self, index: usize) -> Result<(), CheckError> {
        let transaction = self.transactions.get(index);
        let program = transaction.map(|transaction| transaction.signed.lsig.logic.as_slice()).unwrap_or_default();
        let budget = self.signature_budget().unwrap_or(self.params.logic_sig_max_cost);
        check(program, Mode::Signature, self.params, self.min_version, budget, false)
            .map_err(|fault| CheckError(fault.to_string()))
    }
}

fn check(
    program: &[u8],
    mode: Mode,
    params: &ConsensusParams,
    min_version: u64,
    budget: u64,
    has_access_list: bool,
) -> Result<(), Fault> {
    if params.logic_sig_version == 0 {
        return Err("LogicSig not supported".into());
    }
    begin(program, mode, params, has_access_list)?;
    let (version, start) = read_version(program)?;
    if version < min_version {
        fault!("program version must be >= {min_version} for this transaction group, but have version {version}");
    }
    let Ok(table_version) = u8::try_from(version) else { return Err("invalid version".into()) };
    let decoder = Decoder { code: program, version, table: version_table(table_version), dialect: Dialect::of(params) };
    let mut walk =
        Walk { mode, starts: vec![false; program.len() + 1], targets: vec![false; program.len() + 1], cost: 0 };
    let mut pc = start;
    while pc < program.len() {
        let (instruction, size) = decoder.instruction(pc);
        walk.visit(&instruction, pc, size).map_err(|fault| Fault::new(format!("pc={pc:3} {fault}")))?;
        let next = pc + size.unwrap_or(1);
        let inside = walk.targets.get(pc + 1..next.min(program.len() + 1)).unwrap_or_default();
        if let Some(target) = inside.iter().position(|targeted| *targeted) {
            fault!("pc={next:3} branch target {} is not an aligned instruction", pc + 1 + target);
        }
        pc = next;
        if version < u64::from(BACK_BRANCH_VERSION) && walk.cost > budget {
            fault!("pc={pc:3} static cost budget of {budget} exceeded");
        }
    }
    Ok(())
}

struct Walk {
    mode: Mode,
    starts: Vec<bool>,
    targets: Vec<bool>,
    cost: u64,
}

impl Walk {
    fn visit(&mut self, instruction: &Instruction, pc: usize, size: Option<usize>) -> Result<(), Fault> {
        if let Some(start) = self.starts.get_mut(pc) {
            *start = true;
        }
        let broken = match &instruction.immediates {
            Immediates::Broken(text) => Some(text.to_string()),
            _ => None,
        };
        let Some(spec) = instruction.spec else { return Err(broken.unwrap_or_default().into()) };
        if !self.mode.allows(spec.modes) {
            fault!("{} not allowed in current mode", spec.name);
        }
        if instruction.truncated {
            return Err("program ends without immediate value(s)".into());
        }
        let cost = instruction.cost.of_length(0);
        if cost == 0 {
            fault!("{} reported non-positive cost", spec.name);
        }
        self.cost += cost;
        if let Some(text) = broken {
            return Err(text.into());
        }
        // A branch backwards is one to before the end of its instruction; varint branches count from its start.
        let is_varint = spec.immediates.first().is_some_and(|first| first.kind == ImmediateKind::VarintLabel);
        let forward = if is_varint { pc } else { pc + size.unwrap_or(1) };
        match &instruction.immediates {
            Immediates::Jump(jump) => self.branch(jump, forward),
            Immediates::Jumps(jumps) => {
                let labels = jumps.split_last().map(|(_, labels)| labels).unwrap_or_default();
                labels.iter().try_for_each(|jump| self.branch(jump, forward))
            }
            _ => Ok(()),
        }
    }

    fn branch(&mut self, jump: &Jump, forward: usize) -> Result<(), Fault> {
        let target = jump.resolve()? as usize;
        if target < forward && self.starts.get(target) != Some(&true) {
            fault!("back branch target {target} is not an aligned instruction");
        }
        if let Some(targeted) = self.targets.get_mut(target) {
            *targeted = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_program::program;
    use pnp_types::consensus::LATEST;

    fn check(program: &[u8]) -> Result<(), String> {
        check_program(program, Mode::Signature, LATEST.params, 0).map_err(|error| error.0)
    }

    #[test]
    fn complete_programs_pass() {
        assert_eq!(check(&program(13, "int 1")), Ok(()));
        assert_eq!(check(&program(13, "b end; end:")), Ok(()), "a branch to the very end");
    }

    #[test]
    fn what_is_wrong_with_malformed_bytes_is_named_with_its_place() {
        let failures: [(&[u8], &str); 7] = [
            (&[], "invalid program (empty)"),
            (&[15], "program version 15 greater than max supported version 14"),
            (&[14], "program version 14 greater than protocol supported version 13"),
            (&[2, 0x22, 0xf0], "pc=  2 illegal opcode 0xf0"),
            (&[13, 0xd4], "pc=  1 prefix opcode 0xd4 missing sub-opcode"),
            (&[3, 0x42, 0xff, 0xfd], "pc=  1 negative branch offset -3"),
            (&[4, 0x42, 0, 1, 0x81, 1], "pc=  6 branch target 5 is not an aligned instruction"),
        ];
        for (program, text) in failures {
            assert_eq!(check(program), Err(text.into()));
        }
    }

    #[test]
    fn opcodes_and_versions_belong_to_modes_and_groups() {
        let in_app = check_program(&program(6, "arg 0"), Mode::Application, LATEST.params, 0);
        assert_eq!(in_app, Err(CheckError("pc=  1 arg_0 not allowed in current mode".into())));
        let old = check_program(&program(1, "int 1"), Mode::Signature, LATEST.params, 2);
        let text = "program version must be >= 2 for this transaction group, but have version 1";
        assert_eq!(old, Err(CheckError(text.into())));
    }

    #[test]
    fn old_programs_may_not_cost_more_than_their_budget() {
        let lines = format!("pushbytes 0x\n{}", "sha512_256\n".repeat(500));
        let text = "pc=448 static cost budget of 20000 exceeded";
        assert_eq!(check(&program(3, &lines)), Err(text.into()));
        assert_eq!(check(&program(4, &lines)), Ok(()));
    }
}
