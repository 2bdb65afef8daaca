//! A network for any client of algod, until Ctrl-C: `cargo run --example serve -- 4001`.
//!
//! The token is 64 times `a`, as on AlgoKit's LocalNet. Without a port it takes any free one.
#![allow(clippy::print_stdout, reason = "this is what the program is for")]

use pnp_devnet::{Config, LOCAL_TOKEN, serve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let algod_port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let network = serve(Config { algod_port, stop_on_signal: true, ..Config::default() })?;
    println!("algod is at {} with token {LOCAL_TOKEN}", network.url());
    if let Some(dispenser) = network.node().dispenser() {
        println!("all the money is with {}", dispenser.address());
    }
    Ok(network.wait()?)
}
