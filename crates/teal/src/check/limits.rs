//! What a call cannot do: loop for ever, spend more than its budget, use what it does not have.

use std::collections::BTreeSet;

use super::catalogue::Rule;
use super::engine::{Cycle, Term, TermId};
use super::finding::Level;
use super::mode::Mode;
use super::subject::{Draft, Subject};
use crate::flow::{Block, Exit, Instruction, Loop};
use pnp_opcodes::{Field as _, GlobalField, Op, TxnField};
use pnp_types::consensus;

/// Most conditions of a loop that are named.
const MAX_WAYS_OUT: usize = 4;

pub(super) fn check(subject: &mut Subject<'_>) {
    loops(subject);
    budget(subject);
    elements(subject);
    references(subject);
}

fn loops(subject: &mut Subject<'_>) {
    let mut cycles = std::mem::take(&mut subject.seen.cycles);
    for found in subject.graph.loops() {
        let Some(first) = found.blocks.first().and_then(|block| subject.graph.blocks().get(*block)) else { continue };
        let first = first.first;
        let mut within = cycles.keys().filter(|block| found.blocks.binary_search(block).is_ok());
        if !found.has_way_out {
            cycles.retain(|block, _| found.blocks.binary_search(block).is_err());
            subject.report(Draft::new(Rule::EndlessLoop, first, "control never leaves this loop"));
        } else if within.next().is_none() && !found.recursive && is_open(subject, &found) {
            let message = "nothing bounds the rounds of this loop but the budget";
            subject.report(Draft::new(Rule::UnboundedLoop, first, message));
        }
    }
    cycles.into_values().for_each(|cycle| endless(subject, &cycle));
}

/// Reports a way round that changes nothing, and of the conditions by which it could be left the first time.
fn endless(subject: &mut Subject<'_>, cycle: &Cycle) {
    let mut blocks = cycle.blocks.clone();
    blocks.sort_unstable();
    blocks.dedup();
    let graph = subject.graph;
    let Some(first) = blocks.first().and_then(|block| graph.blocks().get(*block)) else { return };
    let message = match cycle.recursive {
        true => "this subroutine calls itself with all as it was: it never comes back",
        false => "a round of this loop leaves all as it was: the next one is the same, and so on without end",
    };
    let mut draft = Draft::new(Rule::EndlessLoop, first.first, message);
    let leads_out = |block: &&Block| block.successors().any(|next| blocks.binary_search(&next).is_err());
    let is_condition = |block: &&Block| matches!(block.exit, Exit::Branch { .. } | Exit::Switch { .. });
    let ways_out = blocks.iter().filter_map(|block| graph.blocks().get(*block)).filter(is_condition).filter(leads_out);
    for block in ways_out.take(MAX_WAYS_OUT) {
        draft = draft.related(block.end.saturating_sub(1), "this comes out the same each time");
    }
    subject.report(draft);
}

/// Whether the rounds of a loop could not be counted, and nothing in it looks like counting.
fn is_open(subject: &Subject<'_>, found: &Loop) -> bool {
    if !found.blocks.iter().any(|block| subject.seen.joined.contains(block)) {
        return false;
    }
    let blocks = found.blocks.iter().filter_map(|block| subject.graph.blocks().get(*block));
    let code: Vec<&Instruction> = blocks
        .flat_map(|block| subject.program.instructions().get(block.first..block.end).unwrap_or_default())
        .collect();
    let steps =
        code.windows(2).any(|pair| pair[0].op().is_integer_constant() && matches!(pair[1].op(), Op::Add | Op::Sub));
    let bounded =
        code.windows(2).any(|pair| (pair[0].op().is_integer_constant() || is_small(pair[0])) && is_order(pair[1].op()));
    let watches_budget = code.iter().any(|it| is_global(it, GlobalField::OpcodeBudget));
    !(steps && bounded || watches_budget)
}

fn is_global(instruction: &Instruction, field: GlobalField) -> bool {
    instruction.op() == Op::Global && instruction.byte(0) == field.byte()
}

/// Whether it gives an integer that the protocol keeps small.
fn is_small(instruction: &Instruction) -> bool {
    let counts = [TxnField::NumAppArgs, TxnField::NumAccounts, TxnField::NumAssets, TxnField::NumApplications];
    is_global(instruction, GlobalField::GroupSize)
        || instruction.op() == Op::Txn && counts.iter().any(|field| field.byte() == instruction.byte(0))
}

fn is_order(op: Op) -> bool {
    matches!(op, Op::Lt | Op::Gt | Op::Le | Op::Ge | Op::Eq | Op::Ne)
}

fn budget(subject: &mut Subject<'_>) {
    let params = consensus::LATEST.params;
    let one = match subject.mode {
        Mode::Signature => params.logic_sig_max_cost,
        Mode::Application | Mode::Clear => params.max_app_program_cost as u64,
    };
    // A clear-state program has its own budget, and others' calls bring theirs along for the others.
    let most = if subject.mode == Mode::Clear { one } else { one * params.max_tx_group_size as u64 };
    let watches = subject.program.instructions().iter().any(|it| is_global(it, GlobalField::OpcodeBudget));
    let dearest = subject.seen.approvals.iter().max_by_key(|approval| approval.cost).cloned();
    let Some(approval) = dearest.filter(|approval| approval.cost > one) else { return };
    let calls = approval.cost.div_ceil(one);
    let (level, message) = match approval.cost > most && !watches {
        true => (
            Level::Medium,
            format!("a path that ends here costs {} or more: over the budget of a whole group", approval.cost),
        ),
        false => {
            (Level::Low, format!("a path that ends here costs {} or more: the budget of {calls} calls", approval.cost))
        }
    };
    if watches && level == Level::Low {
        return;
    }
    let draft = Draft::new(Rule::OverBudget, approval.instruction, message).level(level);
    subject.report(draft.approved_by(&approval));
}

/// Indices no call can satisfy.
fn elements(subject: &mut Subject<'_>) {
    use Op::*;
    let params = consensus::LATEST.params;
    let program = subject.program;
    for (at, instruction) in program.instructions().iter().enumerate() {
        let (field, element) = match instruction.op() {
            Txna => (instruction.byte(0), instruction.byte(1)),
            Gtxna => (instruction.byte(1), instruction.byte(2)),
            Gtxnsa => (instruction.byte(0), instruction.byte(1)),
            _ => continue,
        };
        // With a list of accesses instead of the older lists, a call can name more.
        let most = match TxnField::from_byte(field) {
            Some(TxnField::ApplicationArgs) => params.max_app_args,
            Some(TxnField::Accounts) => params.max_app_txn_accounts.max(params.max_app_access) + 1,
            Some(TxnField::Assets) => params.max_app_txn_foreign_assets.max(params.max_app_access),
            Some(TxnField::Applications) => params.max_app_txn_foreign_apps.max(params.max_app_access) + 1,
            _ => continue,
        };
        if usize::from(element) >= most {
            let name = TxnField::from_byte(field).map_or("", |field| field.spec().name);
            let message = format!("{name} has at most {most} elements: there is no element {element}");
            subject.report(Draft::new(Rule::UnavailableResource, at, message));
        }
    }
    for (at, instruction) in program.instructions().iter().enumerate() {
        if matches!(instruction.op(), Gtxn | Gtxna | Gtxnas)
            && usize::from(instruction.byte(0)) >= params.max_tx_group_size
        {
            let message = format!("a group has at most {} transactions", params.max_tx_group_size);
            subject.report(Draft::new(Rule::UnavailableResource, at, message));
        }
    }
}

/// Boxes, and what is named by a constant or by the ledger rather than by the call.
fn references(subject: &mut Subject<'_>) {
    let used: Vec<(usize, (TermId, TermId))> = subject.seen.resources.iter().map(|(at, it)| (*at, *it)).collect();
    let mut reported = BTreeSet::new();
    for (at, (first, second)) in used {
        let Some(instruction) = subject.program.instructions().get(at) else { continue };
        let name = instruction.spec.name;
        let (kind, term) = match instruction.op() {
            Op::AssetHoldingGet => ("asset", second),
            Op::AssetParamsGet => ("asset", first),
            Op::AppParamsGet | Op::AppGlobalGetEx => ("application", first),
            Op::AppLocalGetEx | Op::AppOptedIn => ("application", second),
            Op::Balance | Op::MinBalance | Op::AcctParamsGet | Op::AppLocalGet | Op::AppLocalPut | Op::AppLocalDel => {
                ("account", first)
            }
            _ => ("box", first),
        };
        if kind != "box" && !is_elsewhere(subject, term, kind) || !reported.insert((kind, term)) {
            continue;
        }
        let message = format!("`{name}` uses {}: the caller must name it", described(subject, kind, term));
        subject.report(Draft::new(Rule::NeedsReference, at, message));
    }
}

/// Whether a resource is named by a constant or by state; what the call itself names is among its references.
fn is_elsewhere(subject: &Subject<'_>, term: TermId, kind: &str) -> bool {
    let terms = &subject.seen.logic.terms;
    match terms.get(term) {
        // Small integers are places in the call's own lists.
        Term::Int(value) => kind != "account" && *value > 255,
        Term::Bytes(_) => true,
        Term::Made { op, .. } => super::engine::reads_state(*op),
        _ => false,
    }
}

fn described(subject: &Subject<'_>, kind: &str, term: TermId) -> String {
    match subject.seen.logic.terms.get(term) {
        Term::Int(value) => format!("the {kind} {value}"),
        Term::Bytes(bytes) if kind == "account" => {
            let address = <[u8; 32]>::try_from(&**bytes).map(pnp_types::Address);
            address.map_or_else(|_| "an account".to_owned(), |address| format!("the account {address}"))
        }
        Term::Bytes(bytes) => format!("the {kind} {:?}", String::from_utf8_lossy(bytes)),
        Term::Made { .. } if kind != "box" => format!("an {kind} that state names"),
        _ => format!("a {kind} whose name is computed"),
    }
}
