//! The one place that writes to stdout and stderr.
//!
//! Results go to stdout, everything else to stderr. With `--json` stdout is exactly one JSON document, also for errors; but for
//! commands that answer line by line, where each line is one.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the one place that prints")]

use crate::failure::{Exit, Failure};
use serde_json::Value;
use std::io::{IsTerminal, Read, Write};
use zeroize::Zeroizing;

/// What a command answers with.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A result: a JSON document, or the same for people to read.
    Report {
        /// The document of `--json`.
        json: Value,
        /// The text otherwise; ends without a line break.
        text: String,
        /// What the process ends with: [`Exit::Done`], or what was found (3) or would change (4).
        exit: Exit,
    },
    /// Bytes for stdout as they are, such as a program or a completion script.
    Raw(Vec<u8>),
    /// Nothing to print.
    Nothing,
    /// Everything was printed already, line by line; the exit code that belongs to it.
    Printed(Exit),
}

impl Answer {
    /// A text where no document was asked for.
    #[must_use]
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Report { json: Value::Null, text: text.into(), exit: Exit::Done }
    }

    /// A report whose document is a type of its own, so that its schema is known.
    ///
    /// # Errors
    /// A document that JSON cannot hold, such as a map whose keys are no strings: a mistake in this program.
    pub(crate) fn of<R: serde::Serialize + schemars::JsonSchema>(
        report: &R,
        text: impl Into<String>,
    ) -> Result<Self, Failure> {
        match serde_json::to_value(report) {
            Ok(json) => Ok(Self::Report { json, text: text.into(), exit: Exit::Done }),
            Err(error) => Err(Failure::new("internal", "the result does not fit into JSON").because(error)),
        }
    }

    /// The same answer with another exit code, where it is a report.
    #[must_use]
    pub(crate) fn ending(self, code: Exit) -> Self {
        match self {
            Self::Report { json, text, .. } => Self::Report { json, text, exit: code },
            other => other,
        }
    }
}

/// A spinner, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Waiting(Option<indicatif::ProgressBar>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(spinner) = &self.0 {
            spinner.finish_and_clear();
        }
    }
}

/// The progress of a long command: a bar on a terminal, a line now and then elsewhere.
#[derive(Debug)]
pub(crate) struct Progress {
    out: Output,
    bar: Option<indicatif::ProgressBar>,
    /// When it was last shown.
    shown: std::time::Instant,
}

impl Progress {
    /// How often a line is printed where no terminal shows a bar.
    const PROGRESS_INTERVAL: std::time::Duration = std::time::Duration::from_secs(15);

    /// Shows that `done` parts are done; `about` makes the text beside it.
    pub(crate) fn show(&mut self, done: u64, about: impl FnOnce() -> String) {
        match &self.bar {
            Some(bar) => {
                bar.set_position(done);
                if self.shown.elapsed() > std::time::Duration::from_millis(100) {
                    bar.set_message(about());
                    self.shown = std::time::Instant::now();
                }
            }
            None if !self.out.json && self.shown.elapsed() > Self::PROGRESS_INTERVAL => {
                self.shown = std::time::Instant::now();
                self.out.say(&format!("{done} done, {}", about()));
            }
            None => {}
        }
    }

    /// Prints a line above the bar; nothing with `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.out.say(text)),
            None => self.out.say(text),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How much is printed, and in which form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    /// Whether each document is one line.
    lines: bool,
    quiet: bool,
    verbose: u8,
    colour: bool,
}

impl Output {
    /// `--json`, `--quiet` and the number of `-v`.
    #[must_use]
    pub(crate) fn new(json: bool, quiet: bool, verbose: u8) -> Self {
        let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { json, lines: false, quiet, verbose, colour }
    }

    /// The same, with every document of `--json` on a line of its own.
    #[must_use]
    pub(crate) const fn in_lines(self, lines: bool) -> Self {
        Self { lines, ..self }
    }

    /// Writes one of many documents, where stdout carries JSON.
    ///
    /// # Errors
    /// A stdout that takes no more, other than by being closed.
    pub(crate) fn line(&self, document: &(impl serde::Serialize + schemars::JsonSchema)) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let written = serde_json::to_vec(document);
        let mut line =
            written.map_err(|error| Failure::new("internal", "the result does not fit into JSON").because(error))?;
        line.push(b'\n');
        to_stdout(&line)
    }

    /// Shows the progress of a long command; of `total` parts, where that is known.
    #[must_use]
    pub(crate) fn progress(&self, total: Option<u64>) -> Progress {
        let shown = !self.quiet && !self.json && std::io::stderr().is_terminal();
        let bar = shown.then(|| match total {
            Some(total) => {
                let bar = indicatif::ProgressBar::new(total);
                let style = indicatif::ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg}, {eta} left");
                bar.with_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()))
            }
            None => {
                let style = indicatif::ProgressStyle::with_template("{spinner} {pos} {msg}");
                indicatif::ProgressBar::no_length()
                    .with_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner()))
            }
        });
        Progress { out: *self, bar, shown: std::time::Instant::now() }
    }

    /// Whether stdout carries JSON.
    #[must_use]
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Whether details are asked for.
    #[must_use]
    pub(crate) const fn is_verbose(&self) -> bool {
        self.verbose > 0
    }

    /// Progress for people: left out with `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            to_stderr(text);
        }
    }

    /// Details: with `-v` only.
    pub(crate) fn detail(&self, text: &str) {
        if self.verbose > 0 {
            to_stderr(text);
        }
    }

    /// A spinner on a terminal for as long as it is kept.
    #[must_use]
    pub(crate) fn waiting(&self, text: &str) -> Waiting {
        let shown = !self.quiet && !self.json && std::io::stderr().is_terminal();
        Waiting(shown.then(|| {
            let spinner = indicatif::ProgressBar::new_spinner().with_message(text.to_owned());
            spinner.enable_steady_tick(std::time::Duration::from_millis(120));
            spinner
        }))
    }

    /// Prints what is wrong with the input, before the failure that explains it; also with `--quiet`.
    pub(crate) fn problems(&self, text: &str) {
        to_stderr(text);
        to_stderr("");
    }

    /// Whether stderr shows colours.
    #[must_use]
    pub(crate) const fn has_colour(&self) -> bool {
        self.colour
    }

    /// Prints something that the user should know though the command goes on.
    pub(crate) fn warn(&self, text: &str) {
        to_stderr(&format!("{} {text}", self.paint("1;33", "note:")));
    }

    /// Asks on stderr and reads a line, on its own thread, so that Ctrl-C still works; `None` where stdin is
    /// not a terminal.
    pub(crate) async fn ask(&self, question: &str) -> Option<String> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        let mut stderr = std::io::stderr();
        write!(stderr, "{question} ").and_then(|()| stderr.flush()).ok()?;
        let read = || {
            let mut line = String::new();
            let read = std::io::stdin().read_line(&mut line).ok()?;
            (read > 0).then(|| line.trim().to_owned())
        };
        tokio::task::spawn_blocking(read).await.ok()?
    }

    /// Asks on stderr for a secret, and reads it from the terminal without showing it; `None` where there is no terminal. What
    /// is typed is wiped when dropped.
    pub(crate) async fn ask_hidden(&self, question: &str) -> Option<Zeroizing<String>> {
        // Stdin may be a pipe with something else in it: the terminal itself is asked.
        if !std::io::stdin().is_terminal() && !std::io::stderr().is_terminal() {
            return None;
        }
        let mut stderr = std::io::stderr();
        write!(stderr, "{question} ").and_then(|()| stderr.flush()).ok()?;
        let read = tokio::task::spawn_blocking(|| rpassword::read_password().map(Zeroizing::new)).await.ok()?;
        match read {
            // Ctrl-C, which has been passed on as a signal: its listener ends the command.
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => std::future::pending().await,
            read => read.ok(),
        }
    }

    /// A secret from a pipe, such as a mnemonic; `None` where stdin is a terminal or gives nothing.
    ///
    /// # Errors
    /// A stdin that cannot be read, gives far too much, or no text.
    pub(crate) fn piped_secret(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        if std::io::stdin().is_terminal() {
            return Ok(None);
        }
        let mut bytes = Zeroizing::new(vec![0; SECRET_LIMIT]);
        let read = read_secret(&mut bytes).map_err(|error| {
            Failure::new("unreadable", "stdin cannot be read")
                .because(error)
                .hint("give the words alone, in UTF-8, or name a variable with --from-env")
        })?;
        let text = std::str::from_utf8(bytes.get(..read).unwrap_or_default())
            .map_err(|_| Failure::new("unreadable", "stdin gives no UTF-8 text").hint("give the words alone"))?;
        Ok(Some(Zeroizing::new(text.trim().to_owned())).filter(|text| !text.is_empty()))
    }

    /// Whether a person sees what goes to stdout.
    #[must_use]
    pub(crate) fn has_screen(&self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// Shows a secret that was asked for: a line on stdout, past its buffer.
    ///
    /// # Errors
    /// A stdout that does not take it.
    pub(crate) fn reveal(&self, secret: &str) -> Result<(), Failure> {
        let mut line = Zeroizing::new(String::with_capacity(secret.len().saturating_add(1)));
        line.push_str(secret);
        line.push('\n');
        write_secret(line.as_bytes()).map_err(|error| {
            Failure::new("output", "the secret could not be written to stdout").because(error).hint("use --out FILE")
        })
    }

    /// Writes a command's answer; the exit code that belongs to it.
    ///
    /// # Errors
    /// Stdout that takes no more, other than by being closed.
    pub(crate) fn answer(&self, answer: Answer) -> Result<Exit, Failure> {
        let (bytes, exit) = match answer {
            Answer::Report { json, text, exit } => (self.render(&json, text), exit),
            Answer::Raw(bytes) => (bytes, Exit::Done),
            Answer::Nothing => (Vec::new(), Exit::Done),
            Answer::Printed(exit) => (Vec::new(), exit),
        };
        to_stdout(&bytes).map(|()| exit)
    }

    /// Writes help or the version, which clap styles for the terminal it finds.
    ///
    /// # Errors
    /// Stdout that takes no more, other than by being closed.
    pub(crate) fn help(&self, help: &clap::Error) -> Result<Exit, Failure> {
        written(help.print().and_then(|()| std::io::stdout().flush())).map(|()| Exit::Done)
    }

    fn render(&self, json: &Value, mut text: String) -> Vec<u8> {
        if self.json {
            text = if self.lines { json.to_string() } else { format!("{json:#}") };
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.into_bytes()
    }

    /// Writes a failure: JSON on stdout, or three lines on stderr.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            // Where stdout is closed, the exit code is the only answer.
            let _ = to_stdout(&self.render(&failure.to_json(), String::new()));
            return;
        }
        to_stderr(&format!("{} {}", self.paint("1;31", "error:"), failure.message));
        if let Some(cause) = &failure.cause {
            to_stderr(&format!("  {} {cause}", self.paint("1", "why:")));
        }
        if let Some(hint) = &failure.hint {
            to_stderr(&format!("  {} {hint}", self.paint("1;32", "next:")));
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The most that is read of a secret, in bytes.
const SECRET_LIMIT: usize = 8192;

/// Fills `bytes` from stdin, past the buffer of the standard library, which is never wiped; how many there were.
fn read_secret(bytes: &mut [u8]) -> std::io::Result<usize> {
    #[cfg(unix)]
    let mut stdin = std::fs::File::from(std::os::fd::AsFd::as_fd(&std::io::stdin()).try_clone_to_owned()?);
    #[cfg(not(unix))]
    let mut stdin = std::io::stdin().lock();
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match stdin.read(rest) {
            Ok(0) => return Ok(filled),
            Ok(more) => filled = filled.saturating_add(more),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "it gives too much for a secret"))
}

fn write_secret(bytes: &[u8]) -> std::io::Result<()> {
    #[cfg(unix)]
    let mut stdout = std::fs::File::from(std::os::fd::AsFd::as_fd(&std::io::stdout()).try_clone_to_owned()?);
    #[cfg(not(unix))]
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

fn to_stderr(text: &str) {
    // Where stderr is gone, nobody can read it.
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn to_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    written(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

fn written(outcome: std::io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new("output", "the result could not be written to stdout")
                .because(error)
                .hint("the command's effects remain; free space or choose another place for the output"))
        }
        // A reader that stops early, such as `head`, has what it wanted.
        _ => Ok(()),
    }
}
