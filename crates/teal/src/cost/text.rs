//! Costs as a terminal shows them, and as a file that is compared line by line.

use super::{CostReport, EntryCost, Step};
use crate::document::{LineRange, line_ranges};
use std::fmt::Write as _;

/// What one application call adds to the budget of its group (consensus v42, `MaxAppProgramCost`).
const BUDGET_PER_CALL: u64 = 700;

/// The calls of the program in `file` and their figures, least to most; with `paths`, also what is given about a call and
/// the lines of its cheapest and its most expensive path.
#[must_use]
pub fn cost_table(file: &str, report: &CostReport, paths: bool) -> String {
    let mut text = format!("{file}  version {}, {} bytes\n", report.version, report.size);
    let width = report.entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0).max(4);
    let _ = writeln!(text, "  {:<width$}  {:<18} bytes run", "call", "cost");
    for entry in &report.entries {
        let cost = range(entry.best, entry.worst, " to ");
        let mark = if entry.by_length.is_empty() { "" } else { " *" };
        let bytes = range(entry.best_bytes, entry.worst_bytes, " to ");
        let _ = writeln!(text, "  {:<width$}  {:<18} {bytes}", entry.name, format!("{cost}{mark}"));
        if paths {
            if !entry.when.is_empty() {
                let _ = writeln!(text, "    when   {}", entry.when.join(", "));
            }
            let _ = writeln!(text, "    best   lines {}", lines_text(&entry.best_path));
            if !entry.worst_path.is_empty() {
                let _ = writeln!(text, "    worst  lines {}", lines_text(&entry.worst_path));
            }
        }
    }
    notes(report, &mut text);
    text
}

/// The figures of the program in `file`, a line for each call, `least..most`.
#[must_use]
pub fn cost_snapshot(file: &str, report: &CostReport) -> String {
    let mut text = format!("{file}: {} bytes\n", report.size);
    for entry in &report.entries {
        let cost = range(entry.best, entry.worst, "..");
        let bytes = range(entry.best_bytes, entry.worst_bytes, "..");
        let _ = writeln!(text, "  {:<24} cost {cost:<14} bytes {bytes}", entry.name);
    }
    text
}

/// The cheapest and the most expensive path of a call, line by line of the source, where there is one.
#[must_use]
pub fn cost_paths(file: &str, source: Option<&str>, entry: &EntryCost) -> String {
    let lines: Vec<&str> = source.map(|source| source.lines().collect()).unwrap_or_default();
    let mut text = format!("{file}  {}: {}\n", entry.name, entry.when.join(", "));
    let same = entry.best_path == entry.worst_path;
    let title = if same { "best and worst" } else { "best" };
    path_lines(title, entry.best, &entry.best_path, &lines, &mut text);
    match entry.worst {
        Some(worst) if !same => path_lines("worst", worst, &entry.worst_path, &lines, &mut text),
        Some(_) => {}
        None => text.push_str("worst: unbounded\n"),
    }
    text
}

fn range(best: u64, worst: Option<u64>, to: &str) -> String {
    match worst {
        Some(worst) if worst == best => best.to_string(),
        Some(worst) => format!("{best}{to}{worst}"),
        None => format!("{best}{to}unbounded"),
    }
}

/// Remarks on the figures.
fn notes(report: &CostReport, text: &mut String) {
    for entry in &report.entries {
        if let Some(step) = entry.unbounded {
            let place = step.line.map_or_else(|| format!("pc {}", step.pc), |line| format!("line {line}"));
            let _ = writeln!(text, "  {}: unbounded: {place} can be run any number of times", entry.name);
        }
        if let Some(worst) = entry.worst.filter(|worst| *worst > BUDGET_PER_CALL) {
            let calls = worst.div_ceil(BUDGET_PER_CALL);
            let _ = writeln!(text, "  {}: at worst the budget of {calls} application calls", entry.name);
        }
        for cost in &entry.by_length {
            let place = cost.line.map_or_else(|| format!("pc {}", cost.pc), |line| format!("line {line}"));
            let (name, opcode) = (&entry.name, cost.opcode);
            let _ = writeln!(text, "  * {name}: {opcode}, {place}: {} to {} by length", cost.best, cost.worst);
        }
    }
    if !report.followed {
        let _ = writeln!(text, "  too many ways to follow values: calls are not distinguished, and bounds are wide");
    }
    if report.entries.is_empty() {
        let _ = writeln!(text, "  no way through the program approves");
    }
}

fn path_lines(title: &str, cost: u64, path: &[Step], lines: &[&str], text: &mut String) {
    let _ = writeln!(text, "{title}: {cost}");
    let mut steps = path.iter().peekable();
    while let Some(step) = steps.next() {
        let Some(number) = step.line else {
            let _ = writeln!(text, "  pc {:>4}  {:>5}", step.pc, step.cost);
            continue;
        };
        let mut cost = step.cost;
        let mut pc = step.pc;
        while let Some(next) = steps.next_if(|next| next.line == step.line && next.pc > pc) {
            cost += next.cost;
            pc = next.pc;
        }
        let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        let line = index.and_then(|index| lines.get(index)).copied().unwrap_or_default();
        let _ = writeln!(text, "  {number:>7}  {cost:>5}  {}", line.trim());
    }
}

fn lines_text(path: &[Step]) -> String {
    let range = |range: &LineRange| match range.from == range.to {
        true => range.from.to_string(),
        false => format!("{}-{}", range.from, range.to),
    };
    line_ranges(path).iter().map(range).collect::<Vec<_>>().join(", ")
}
