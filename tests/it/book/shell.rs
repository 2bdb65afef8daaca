//! A folder in which the commands of one page run, one after the other.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The line after which a network that was started in the background is ready.
const READY: &str = "Stop it with Ctrl-C.";

pub(super) struct Shell {
    project: TempDir,
    home: TempDir,
    networks: Vec<Child>,
    port: Option<String>,
    last: i32,
}

impl Shell {
    pub(super) fn new() -> Self {
        let folder = || tempfile::tempdir().unwrap();
        Self { project: folder(), home: folder(), networks: Vec::new(), port: None, last: 0 }
    }

    pub(super) fn write(&self, name: &str, content: &str) {
        std::fs::write(self.project.path().join(name), content).unwrap();
    }

    /// Runs a line as a shell does, and answers with its exit code and with stdout and stderr as they came.
    pub(super) fn run(&mut self, line: &str) -> (i32, String) {
        if line.contains("localnet run") {
            return (0, self.start(line));
        }
        let output = self.command(&format!("exec 2>&1\n(exit {})\n{line}", self.last)).output().unwrap();
        self.last = output.status.code().unwrap_or(-1);
        (self.last, String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts a network on any free port, for the commands that follow, and answers with what it said until it was ready.
    fn start(&mut self, line: &str) -> String {
        let mut command = self.command(&format!("exec 2>&1\nexec {line} --algod-port 0"));
        let mut network = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = network.stdout.take().unwrap();
        self.networks.push(network);
        let mut said = String::new();
        for line in BufReader::new(stdout).lines() {
            let line = line.unwrap();
            if let Some((_, port)) = line.strip_prefix("algod").and_then(|address| address.rsplit_once(':')) {
                self.port = Some(port.to_owned());
            }
            said.push_str(&line);
            said.push('\n');
            if line == READY {
                break;
            }
        }
        said
    }

    fn command(&self, script: &str) -> Command {
        let programs = Path::new(env!("CARGO_BIN_EXE_pnp-contract")).parent().unwrap().display();
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(self.project.path()).stdin(Stdio::null());
        command.env_clear().env("PATH", path).env("HOME", self.home.path());
        command.envs(self.port.iter().map(|port| ("ALGOD_PORT", port)));
        command
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        for network in &mut self.networks {
            // A command that has ended needs no signal.
            let _ = network.kill();
            let _ = network.wait();
        }
    }
}
