//! Every command that the README and the book show runs, and prints what they show.
//!
//! A block ` ```console ` holds commands, each after `$ `, and what they print, if the page shows that. The blocks of a page run
//! in order, in an empty folder of the page's own, on the embedded network. A command must succeed unless `$ echo $?` follows it.
//!
//! - ` ```yaml,file=NAME ` is a file that the commands after it find.
//! - ` ```console,skip=REASON ` is not run; its commands must still be ones that the command line takes.
//! - A command with `localnet run` keeps running in the background until the page ends.
//!
//! `SNAPSHOTS=overwrite cargo test --test it book` corrects the pages.

use super::page::Block;
use super::shell::Shell;
use super::{Page, book, commands, output, overwrite, root};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Why commands of a block may not run in a test.
const REASONS: [&str; 5] = ["public-network", "other-network", "other-machines", "terminal", "runs-until-stopped"];

/// Programs that need not be on the machine: their lines are there to be read.
const OTHERS: [&str; 5] = ["cargo", "cd", "git", "man", "scripts/test"];

/// Programs besides ours that examples may use.
const USED: [&str; 3] = ["cat", "echo", "mkdir"];

const PROGRAM: &str = "pnp-contract";

/// A command with what it should print.
struct Step<'a> {
    command: &'a str,
    shown: String,
}

fn steps(block: &Block) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for line in block.text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command, shown: String::new() });
        } else if let Some(step) = steps.last_mut() {
            step.shown.push_str(line);
            step.shown.push('\n');
        }
    }
    steps
}

/// What became of the commands of one page or of all.
#[derive(Default)]
struct Outcome {
    ran: usize,
    parsed: usize,
    others: usize,
    faults: Vec<String>,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.ran += other.ran;
        self.parsed += other.parsed;
        self.others += other.others;
        self.faults.extend(other.faults);
    }
}

/// A page whose commands run.
struct Run<'a> {
    page: &'a Page,
    shell: Shell,
    outcome: Outcome,
    /// The blocks as they should be, by their first lines.
    corrected: Vec<(usize, String)>,
}

impl Run<'_> {
    fn fault(&mut self, block: &Block, what: &str) {
        self.outcome.faults.push(format!("{}:{}: {what}", self.page.name(), block.line));
    }

    fn block(&mut self, block: &Block) {
        if let Some(name) = block.attribute("file") {
            self.shell.write(name, &block.text);
        }
        if block.language() != "console" {
            return;
        }
        match block.attribute("skip") {
            Some(reason) if !REASONS.contains(&reason) => self.fault(block, &format!("{reason} is no reason to skip")),
            Some(_) => self.parse(block),
            None => self.run(block),
        }
    }

    fn parse(&mut self, block: &Block) {
        for step in steps(block) {
            let words = shlex::split(step.command).unwrap_or_default();
            if words.first().is_none_or(|program| program != PROGRAM) {
                self.fault(block, &format!("`{}` is not ours", step.command));
            } else if let Err(error) = commands::parses(&words) {
                self.fault(block, &format!("`{}`: {error}", step.command));
            } else {
                self.outcome.parsed += 1;
            }
        }
    }

    fn run(&mut self, block: &Block) {
        let steps = steps(block);
        let (mut corrected, mut wrong) = (String::new(), false);
        for (place, Step { command, shown }) in steps.iter().enumerate() {
            corrected.push_str(&format!("$ {command}\n"));
            let program = command.split_whitespace().next().unwrap_or_default();
            if OTHERS.contains(&program) {
                self.outcome.others += 1;
                corrected.push_str(shown);
                continue;
            }
            if program != PROGRAM && !USED.contains(&program) {
                self.fault(block, &format!("`{command}`: {program} is not among the programs that examples may use"));
                continue;
            }
            let (code, printed) = self.shell.run(command);
            self.outcome.ran += 1;
            if code != 0 && steps.get(place + 1).is_none_or(|next| next.command != "echo $?") {
                self.fault(block, &format!("`{command}` ended with {code}:\n{printed}"));
            }
            match output::correction(&printed, shown) {
                Some(correction) if !shown.is_empty() => {
                    wrong = true;
                    corrected.push_str(&correction);
                    if !overwrite() {
                        self.fault(block, &format!("`{command}` printed\n{printed}where the page shows\n{shown}"));
                    }
                }
                _ => corrected.push_str(shown),
            }
        }
        if wrong {
            self.corrected.push((block.line, corrected));
        }
    }
}

fn run(page: &Page) -> Outcome {
    let mut run = Run { page, shell: Shell::new(), outcome: Outcome::default(), corrected: Vec::new() };
    for block in &page.blocks {
        run.block(block);
    }
    if overwrite() && !run.corrected.is_empty() {
        let mut lines: Vec<&str> = page.text.split_inclusive('\n').collect();
        for (first, text) in run.corrected.iter().rev() {
            let length = lines.iter().skip(first - 1).take_while(|line| !line.starts_with("```")).count();
            lines.splice(first - 1..first - 1 + length, text.split_inclusive('\n'));
        }
        std::fs::write(&page.path, lines.concat()).unwrap();
    }
    run.outcome
}

#[test]
#[cfg_attr(not(unix), ignore = "the commands are written for sh")]
fn every_command_of_the_book_runs() {
    let mut pages = book();
    pages.push(Page::read(&root().join("README.md")));
    pages.push(Page::read(&root().join("CONTRIBUTING.md")));
    let (next, total) = (AtomicUsize::new(0), Mutex::new(Outcome::default()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(page) = pages.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run(page);
                    total.lock().unwrap().add(outcome);
                }
            });
        }
    });
    let Outcome { ran, parsed, others, faults } = total.into_inner().unwrap();
    println!("{ran} commands ran, {parsed} were only parsed, {others} are of other programs");
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert!(ran >= 100 && ran > 2 * parsed, "{ran} commands ran, {parsed} were only parsed");
}
