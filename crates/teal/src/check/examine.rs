//! One source from text to findings.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::allow::{Allow, CheckComments};
use super::checks::{CHECKS, analysis_incomplete, does_not_assemble, position, stack_underflow};
use super::definition::{Check, Detect};
use super::deployment_settings::{DeploymentSettings, PlaceMap};
use super::engine::{Calls, explore};
use super::finding::{Finding, Level, Related};
use super::mode::{Mode, ModeSource, guess, reads_own_action};
use super::subject::{Subject, actions};
use crate::flow::{Graph, Place, Program};
use crate::template::Templates;
use crate::token::tokenize;
use crate::{AssembleOptions, Assembled, Diagnostic, Problem, Severity, assemble, assemble_untracked};

/// How to check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// What kind of program it is; `None` takes what a comment says, or guesses.
    pub mode: Option<Mode>,
    /// The file's name, which may show that it is a clear-state program.
    pub name: Option<String>,
    /// The values of template variables; a variable without one, or with one that its place does not take, may have any.
    pub templates: Templates,
}

/// What was found in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// What the program was taken for.
    pub mode: Mode,
    /// Why.
    pub mode_source: ModeSource,
    /// Its version; 0 if it does not assemble.
    pub version: u8,
    /// What was found, in the order of lines.
    pub findings: Vec<Finding>,
    /// What was found and allowed, with the reason, in the same order.
    pub allowed: Vec<(Finding, String)>,
}

/// Checks a source, and returns what was allowed too.
pub fn examine(source: &str, options: &CheckOptions) -> Examination {
    let comments = CheckComments::of(source);
    let Prepared { program, mut settings, mut extra, scope } = match prepare(source, options) {
        Ok(prepared) => prepared,
        Err(problems) => return refused(options, &problems),
    };
    settings.find_conditions(&program, source);
    let graph = Graph::of(&program);
    let (mode, mode_source) = mode_of(&program, &comments, options);
    let mut findings = findings(&program, &graph, mode, &settings, scope);
    findings.append(&mut extra);
    let mut used = vec![false; comments.allows.len()];
    let (mut findings, mut allowed) = split(findings, &comments.allows, &mut used);
    if settings.exist() && used.iter().any(|used| !used) {
        // With other values of the template the same comment may be needed.
        let others = self::findings(&program, &graph, mode, &settings.opened(), scope);
        drop(split(others, &comments.allows, &mut used));
    }
    if scope == Scope::Everything {
        findings.extend(comments.allows.iter().zip(&used).filter_map(|(allow, used)| of_allow(allow, *used)));
    }
    findings.sort_by(by_place);
    allowed.sort_by(|(a, _), (b, _)| by_place(a, b));
    let version = if scope == Scope::Everything { program.version() } else { 0 };
    Examination { mode, mode_source, version, findings, allowed }
}

fn by_place(a: &Finding, b: &Finding) -> Ordering {
    (a.line, position(a.check), &a.message).cmp(&(b.line, position(b.check), &b.message))
}

struct Prepared {
    program: Program,
    settings: DeploymentSettings,
    /// What the assembler would refuse, though there is a program to look at.
    extra: Vec<Finding>,
    scope: Scope,
}

/// Rounds in which refused statements are taken out: what refers to them is refused in the next.
const MAX_REPAIRS: usize = 8;

/// Most constant conditions that a finding behind them names.
const MAX_NAMED: usize = 4;

/// Assembles: with markers for variables; if these do not fit, with their values; if only types do not fit, without them.
fn prepare(source: &str, options: &CheckOptions) -> Result<Prepared, Vec<Diagnostic>> {
    let (text, settings) = DeploymentSettings::prepare(source, &options.templates);
    let (text, settings, assembled) = match assemble(&text, AssembleOptions::default()) {
        Ok(assembled) => (text, settings, Ok(assembled)),
        Err(_) if settings.exist() => {
            let text = options.templates.substitute(source).unwrap_or(text);
            let assembled = assemble(&text, AssembleOptions::default());
            (text, DeploymentSettings::default(), assembled)
        }
        Err(problems) => (text, settings, Err(problems)),
    };
    let (text, assembled, extra, scope) = match assembled {
        Ok(assembled) => (text, assembled, Vec::new(), Scope::Everything),
        Err(mut problems) => {
            problems.retain(|it| it.severity == Severity::Error);
            let in_source = problems_in_source(&problems, &text, source);
            let extra = in_source.iter().map(of_problem).collect();
            let only_types = problems.iter().all(|it| is_of_types(&it.problem));
            let scope = if only_types { Scope::Everything } else { Scope::Approvals };
            let (text, assembled) = without_refused(text, &problems).ok_or(in_source)?;
            (text, assembled, extra, scope)
        }
    };
    let map = settings.map_back(source, &text, &assembled.source_map);
    let assembled = Assembled { source_map: map, ..assembled };
    let program = Program::of_assembled(&assembled, source).map_err(|_| Vec::new())?;
    Ok(Prepared { program, settings, extra, scope })
}

/// The problems of a text with values for its variables, at their places in the source.
fn problems_in_source(problems: &[Diagnostic], text: &str, source: &str) -> Vec<Diagnostic> {
    let mut moved = PlaceMap::new(text, source);
    let mut problems = problems.to_vec();
    problems.iter_mut().for_each(|problem| problem.span = moved.back(&problem.span));
    problems
}

/// The source without the statements that the assembler refuses, assembled whatever the types say. Blanks take their
/// place, so that all else keeps its own.
fn without_refused(mut text: String, problems: &[Diagnostic]) -> Option<(String, Assembled)> {
    let mut problems = problems.to_vec();
    for _ in 0..MAX_REPAIRS {
        problems.retain(|it| it.severity == Severity::Error);
        if problems.iter().all(|it| is_of_types(&it.problem)) {
            return assemble_untracked(&text).map(|assembled| (text, assembled));
        }
        let refused = problems.iter().filter(|it| !is_of_types(&it.problem));
        let refused: Vec<Range<usize>> = refused.map(|it| statement(&text, it)).collect::<Option<_>>()?;
        for span in refused {
            text.replace_range(span.clone(), &" ".repeat(span.len()));
        }
        match assemble(&text, AssembleOptions::default()) {
            // The version alone is no program.
            Ok(assembled) => return (assembled.bytes.len() > 1).then_some((text, assembled)),
            Err(others) => problems = others,
        }
    }
    None
}

/// The statement a problem is in; none for what is about the program as a whole.
fn statement(text: &str, problem: &Diagnostic) -> Option<Range<usize>> {
    let at = problem.span.start;
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let mut tokens = Vec::new();
    tokenize(text.as_bytes(), start, problem.line, &mut tokens);
    let statements = tokens.split(|token| token.text(text) == ";").filter_map(|words| {
        // A label stays.
        let words = match words {
            [label, rest @ ..] if label.text(text).ends_with(':') && !rest.is_empty() => rest,
            words => words,
        };
        Some(words.first()?.span().start..words.last()?.span().end)
    });
    let mut statements = statements.filter(|span| span.contains(&at));
    statements.next().filter(|span| text.get(span.clone()).is_some_and(|words| !words.starts_with('#')))
}

fn is_of_types(problem: &Problem) -> bool {
    matches!(problem, Problem::StackHeight { .. } | Problem::StackTypeMismatch { .. })
}

fn of_diagnostic(check: &'static Check, problem: &Diagnostic) -> Finding {
    Finding::new(check, problem.problem.to_string(), problem.line, problem.span.clone())
}

fn of_problem(problem: &Diagnostic) -> Finding {
    let types = is_of_types(&problem.problem);
    of_diagnostic(if types { &stack_underflow::CHECK } else { &does_not_assemble::CHECK }, problem)
}

fn refused(options: &CheckOptions, problems: &[Diagnostic]) -> Examination {
    let errors = problems.iter().filter(|it| it.severity == Severity::Error);
    let findings = errors.map(|problem| of_diagnostic(&does_not_assemble::CHECK, problem)).collect();
    let mode = options.mode.unwrap_or(Mode::Signature);
    let mode_source = if options.mode.is_some() { ModeSource::Given } else { ModeSource::Guess };
    Examination { mode, mode_source, version: 0, findings, allowed: Vec::new() }
}

fn mode_of(program: &Program, comments: &CheckComments, options: &CheckOptions) -> (Mode, ModeSource) {
    if let Some(mode) = options.mode {
        return (mode, ModeSource::Given);
    }
    if let Some(mode) = comments.mode {
        return (mode, ModeSource::Comment);
    }
    let (mode, source) = guess(program);
    let file = options.name.as_deref().and_then(|name| name.rsplit(['/', '\\']).next()).unwrap_or_default();
    let file = file.to_ascii_lowercase();
    if mode == Mode::Application && source == ModeSource::Opcodes || source == ModeSource::Guess {
        if file.contains(".lsig.") || file.contains("logicsig") {
            return (Mode::Signature, ModeSource::Name);
        }
        if file.contains("clear") && !reads_own_action(program) {
            return (Mode::Clear, ModeSource::Name);
        }
        if source == ModeSource::Guess && file.contains("approval") {
            return (Mode::Application, ModeSource::Name);
        }
    }
    (mode, source)
}

/// What the checks find: along all paths that could be distinguished, and, where these were too many, along joined ones too.
fn findings(program: &Program, graph: &Graph, mode: Mode, settings: &DeploymentSettings, scope: Scope) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    let mut known: HashSet<(&'static str, u32)> = HashSet::new();
    let (mut incomplete, mut constant) = (false, BTreeSet::new());
    let explored = explore(program, graph, settings, &BTreeSet::new(), Calls::All);
    let mut finely = explored.finely;
    let mut possible = BTreeSet::new();
    for seen in explored.all {
        incomplete = seen.incomplete;
        constant = seen.constant_conditions();
        let mut subject = Subject::new(program, graph, mode, seen);
        ask(&mut subject, scope, Asked::OfAll);
        possible = actions_approved(&mut subject);
        keep_new(&mut all, &mut known, subject.into_findings());
    }
    for action in possible {
        let explored = explore(program, graph, settings, &BTreeSet::new(), Calls::Existing { action });
        finely &= explored.finely;
        for seen in explored.all {
            incomplete |= seen.incomplete && !explored.finely;
            let mut subject = Subject::new(program, graph, mode, seen);
            ask(&mut subject, scope, Asked::Of(action));
            keep_new(&mut all, &mut known, subject.into_findings());
        }
    }
    if !finely {
        all.push(analysis_incomplete::finding(incomplete));
    } else if !constant.is_empty() {
        keep_new(&mut all, &mut known, findings_behind_constant_conditions(program, graph, mode, settings, &constant));
    }
    all
}

/// The actions that some check follows the program for, as far as calls with them may be approved.
fn actions_approved(subject: &mut Subject<'_>) -> BTreeSet<u64> {
    let mode = subject.mode;
    let asked = CHECKS.iter().filter(|check| check.modes.contains(&mode)).filter_map(|check| match check.detect {
        Detect::Calls(action, _) => Some(action),
        _ => None,
    });
    let mut actions: BTreeSet<u64> = asked.collect();
    let (approvals, incomplete) = (subject.approvals(), subject.seen.incomplete);
    actions.retain(|action| incomplete || approvals.iter().any(|it| actions::can_be(subject, it.facts, *action)));
    actions
}

/// Adds what is not known of its line yet.
fn keep_new(all: &mut Vec<Finding>, known: &mut HashSet<(&'static str, u32)>, found: Vec<Finding>) {
    let new: Vec<Finding> = found.into_iter().filter(|it| !known.contains(&(it.check.name, it.line))).collect();
    known.extend(new.iter().map(|it| (it.check.name, it.line)));
    all.extend(new);
}

/// What the program would approve if its constant conditions had the other value: such a condition is a switch, or a
/// mistake that somebody will fix.
fn findings_behind_constant_conditions(
    program: &Program,
    graph: &Graph,
    mode: Mode,
    settings: &DeploymentSettings,
    constant: &BTreeSet<usize>,
) -> Vec<Finding> {
    let explored = |calls: Calls| explore(program, graph, settings, constant, calls).all.pop();
    let Some(seen) = explored(Calls::All) else { return Vec::new() };
    let mut subject = Subject::new(program, graph, mode, seen);
    let places: Vec<Place> = constant.iter().take(MAX_NAMED).filter_map(|at| subject.place(*at)).collect();
    ask(&mut subject, Scope::Approvals, Asked::OfAll);
    let possible = actions_approved(&mut subject);
    let mut found = subject.into_findings();
    for action in possible {
        let Some(seen) = explored(Calls::Existing { action }) else { continue };
        let mut subject = Subject::new(program, graph, mode, seen);
        ask(&mut subject, Scope::Approvals, Asked::Of(action));
        found.extend(subject.into_findings());
    }
    for finding in &mut found {
        finding.level = finding.level.min(Level::Low);
        finding.related.extend(places.iter().map(|place| Related {
            line: place.line,
            span: place.span.clone(),
            text: "only if this condition had the other value".to_owned(),
        }));
    }
    found
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Everything,
    /// What the program approves: nothing else can be said of a program that lacks lines.
    Approvals,
}

/// For which calls the program was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    OfAll,
    /// Calls with that on-completion action.
    Of(u64),
}

/// Asks each check that is made for programs of this mode, for such calls, and for as much as is looked at.
fn ask(subject: &mut Subject<'_>, scope: Scope, asked: Asked) {
    let mode = subject.mode;
    for check in CHECKS.iter().filter(|check| check.modes.contains(&mode)) {
        match check.detect {
            Detect::Calls(action, find) if asked == Asked::Of(action) => find(subject),
            Detect::Approvals(find) if asked == Asked::OfAll => find(subject),
            Detect::Program(find) if asked == Asked::OfAll && scope == Scope::Everything => find(subject),
            Detect::Calls(..)
            | Detect::Approvals(_)
            | Detect::Program(_)
            | Detect::Comment(_)
            | Detect::Examination => {}
        }
    }
}

/// Takes out what is allowed, and marks the comments that allow something.
fn split(findings: Vec<Finding>, allows: &[Allow], used: &mut [bool]) -> (Vec<Finding>, Vec<(Finding, String)>) {
    let mut kept = Vec::new();
    let mut allowed = Vec::new();
    for finding in findings {
        let fits = |allow: &Allow| allow.target == finding.line && allow.name == finding.check.name;
        let mut reason = None;
        for (allow, used) in allows.iter().zip(used.iter_mut()).filter(|(allow, _)| fits(allow)) {
            *used = true;
            reason = Some(allow.reason.clone());
        }
        match reason {
            Some(reason) => allowed.push((finding, reason)),
            None => kept.push(finding),
        }
    }
    (kept, allowed)
}

/// What is wrong about a comment that allows.
fn of_allow(allow: &Allow, used: bool) -> Option<Finding> {
    CHECKS.iter().find_map(|check| match check.detect {
        Detect::Comment(find) => {
            find(allow, used).map(|message| Finding::new(check, message, allow.line, allow.span.clone()))
        }
        _ => None,
    })
}
