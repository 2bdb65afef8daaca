//! The values that a program worked with when it failed: the stack before that step, from a node that runs the group again.

use super::simulation::{self, Traced};
use super::{Algod, ClientError};
use data_encoding::BASE64;
use pnp_types::{SignedTransaction, TealValue};
use serde::Deserialize;

/// The step a program failed at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedStep {
    /// Its place in the program.
    pub pc: u64,
    /// The stack before it, the top last.
    pub stack: Vec<TealValue>,
    /// The place of the step before.
    pub before: Option<u64>,
    /// What the step before took off the stack, in the order it was pushed: for a comparison, what was compared.
    pub operands: Vec<TealValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Body {
    txn_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Group {
    #[serde(default)]
    txn_results: Vec<TransactionResult>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct TransactionResult {
    exec_trace: Trace,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Trace {
    approval_program_trace: Vec<Unit>,
}

/// One step: what it took off the stack, then what it put there.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Unit {
    pc: u64,
    stack_pop_count: usize,
    stack_additions: Vec<Value>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Value {
    #[serde(rename = "type")]
    kind: u64,
    bytes: String,
    uint: u64,
}

impl Value {
    fn read(&self) -> TealValue {
        match self.kind {
            1 => TealValue::Bytes(BASE64.decode(self.bytes.as_bytes()).unwrap_or_default()),
            _ => TealValue::Uint(self.uint),
        }
    }
}

impl Algod {
    /// Runs a refused group again, and returns the values that its approval program at `index` worked with at `pc`; `None` if
    /// the program does not get there (any more).
    ///
    /// # Errors
    /// [`ClientError`]; a node whose developer interface is off refuses.
    pub async fn failed_step(
        &self,
        group: &[SignedTransaction],
        index: usize,
        pc: u64,
    ) -> Result<Option<FailedStep>, ClientError> {
        let body: Body =
            self.service().post("/v2/transactions/simulate", simulation::request(group, Traced::Yes)).await?;
        let results = body.txn_groups.into_iter().next().map(|group| group.txn_results).unwrap_or_default();
        let trace = results.into_iter().nth(index).unwrap_or_default().exec_trace.approval_program_trace;
        Ok(last_step(&trace, pc))
    }
}

fn last_step(trace: &[Unit], pc: u64) -> Option<FailedStep> {
    let (failed, run) = trace.split_last()?;
    if failed.pc != pc {
        return None;
    }
    let mut stack: Vec<TealValue> = Vec::new();
    let (mut before, mut operands) = (None, Vec::new());
    for unit in run {
        before = Some(unit.pc);
        operands = stack.split_off(stack.len().saturating_sub(unit.stack_pop_count));
        stack.extend(unit.stack_additions.iter().map(Value::read));
    }
    Some(FailedStep { pc, stack, before, operands })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_is_put_together_from_its_changes() {
        let trace: Trace = serde_json::from_str(
            r#"{"approval-program-trace":[{"pc":1},{"pc":5,"stack-additions":[{"type":2,"uint":7}]},
                {"pc":7,"stack-additions":[{"type":1,"bytes":"QQ=="},{"type":2}]},
                {"pc":8,"stack-pop-count":2,"stack-additions":[{"type":2,"uint":0}]},{"pc":9}]}"#,
        )
        .unwrap();
        let step = last_step(&trace.approval_program_trace, 9).unwrap();
        assert_eq!(step.stack, [TealValue::Uint(7), TealValue::Uint(0)]);
        assert_eq!(step.operands, [TealValue::Bytes(b"A".to_vec()), TealValue::Uint(0)]);
        assert_eq!(step.before, Some(8));
        assert_eq!(last_step(&trace.approval_program_trace, 8), None);
        assert_eq!(last_step(&[], 0), None);
    }
}
