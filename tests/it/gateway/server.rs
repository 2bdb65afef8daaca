//! A gateway that runs as long as a test needs it.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A gateway on the embedded network, in a folder of its own.
pub(super) struct Server {
    /// Where it answers: `http://127.0.0.1:…`.
    pub(super) url: String,
    child: Child,
    folder: TempDir,
}

impl Server {
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stderr = std::fs::File::create(folder.path().join("stderr")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_pnp-contract"));
        command.args(["serve", "--port", "0", "--json"]).current_dir(folder.path()).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut text = String::new();
        // What it prints when it is ready is one document over several lines.
        let ready: Value = loop {
            let Some(line) = lines.next() else {
                let stderr = std::fs::read_to_string(folder.path().join("stderr")).unwrap();
                panic!("the gateway did not start: {text}{stderr}");
            };
            text.push_str(&line);
            if let Ok(ready) = serde_json::from_str(&text) {
                break ready;
            }
        };
        let url = ready["url"].as_str().unwrap_or_else(|| panic!("the gateway did not start: {ready:#}")).to_owned();
        Self { url, child, folder }
    }

    /// What it wrote to its log; tests look that no handler panicked.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stderr")).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself, or ends now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
