//! Public networks as they are, in front of a node of our own: HTTPS with an authority of its own, limits, bad gateways,
//! slow and cut connections, nodes that are behind or forget. `scripts/test-real` runs the same in front of a real algod.

mod confirmed;
mod congestion;
mod explained;
mod faults;
mod kmd;
mod kmd_token;
mod limits;
mod mainnet;
mod proxy;
mod tls;
mod waiting;

use crate::cli::Project;
use serde_json::Value;
use std::process::{Child, Stdio};

/// What is behind the proxies: `localnet run` in memory, or the algod of `PNP_REAL_ALGOD`.
pub(crate) struct Upstream {
    process: Option<Child>,
    pub(crate) url: String,
}

impl Upstream {
    pub(crate) fn start() -> Self {
        if let Ok(url) = std::env::var("PNP_REAL_ALGOD") {
            return Self { process: None, url };
        }
        let project = Project::new();
        let mut command = project.command(&["--json", "localnet", "run", "--in-memory", "--algod-port", "0"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = process.stdout.take().unwrap();
        let ready = serde_json::Deserializer::from_reader(&mut stdout).into_iter::<Value>().next();
        let ready = ready.and_then(Result::ok).unwrap_or_default();
        Self { process: Some(process), url: ready["algod"].as_str().unwrap().to_owned() }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    /// A project whose `localnet` is at `url`.
    pub(crate) fn project(&self, url: &str) -> Project {
        let project = Project::new().with("ALGOD_SERVER", url).with("PNP_NET", "localnet");
        match std::env::var("PNP_REAL_KMD") {
            Ok(kmd) => project.with("KMD_SERVER", &kmd),
            Err(_) => project,
        }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}
