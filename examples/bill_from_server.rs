//! A server that bills its users: `cargo run --example bill_from_server`.
//!
//! It runs on a network of its own, in memory, and needs no set-up. Requests come in on a channel, as they would from HTTP;
//! each is billed in a task of its own, and each user gets a receipt. On another network, open the connection with
//! `Connection::open` and settings that name it.
#![allow(clippy::print_stdout, reason = "this is what the program is for")]

use pnp_ops::{BillOrder, Connection, DeployRequest, Host, Outcome, Settings};
use pnp_usage::{Receipt, StopSignal, Units};
use std::error::Error;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What a user used, in units.
struct Usage {
    user: &'static str,
    units: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    for (user, receipt) in run().await? {
        println!(
            "{user} paid {} minor units for {} units in round {}, and has {} left",
            receipt.split.gross, receipt.units, receipt.round, receipt.after.user
        );
    }
    Ok(())
}

/// Starts the network, deploys a contract, and serves a few requests.
async fn run() -> Result<Vec<(&'static str, Receipt)>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let connection = Arc::new(Connection::in_memory(Settings::new(folder.path()), Host::default()).await?);
    connection.deploy(&DeployRequest::default(), None).await?;

    let stop = StopSignal::new();
    let on_ctrl_c = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            on_ctrl_c.stop();
        }
    });
    let (requests, incoming) = mpsc::channel(16);
    tokio::spawn(async move {
        for (user, units) in [("alice", 3), ("bob", 1), ("alice", 2), ("carol", 10), ("bob", 4), ("alice", 1)] {
            if requests.send(Usage { user, units }).await.is_err() {
                return;
            }
        }
    });
    let receipts = serve(&connection, incoming, &stop).await?;
    if let Ok(connection) = Arc::try_unwrap(connection) {
        connection.close().await?;
    }
    Ok(receipts)
}

/// Bills every request until there are no more, or the server is asked to stop. Bills that are on their way are waited for.
async fn serve(
    connection: &Arc<Connection>,
    mut incoming: mpsc::Receiver<Usage>,
    stop: &StopSignal,
) -> Result<Vec<(&'static str, Receipt)>, Box<dyn Error>> {
    let mut bills = JoinSet::new();
    while let Some(Some(Usage { user, units })) = stop.unless_stopped(incoming.recv()).await {
        let (connection, stop) = (Arc::clone(connection), stop.clone());
        bills.spawn(async move {
            // Two bills of one user wait for each other; those of other users do not.
            let order = BillOrder { unit_price: Some(20), ..BillOrder::new(user, Units(units)) };
            (user, connection.bill(&order, None, &stop).await)
        });
    }
    let mut receipts = Vec::new();
    while let Some(bill) = bills.join_next().await {
        let (user, bill) = bill?;
        match bill {
            Ok(Outcome::Done(receipt)) => receipts.push((user, receipt)),
            Ok(Outcome::Unsigned(_)) => println!("{user}: a multisignature has to sign it first"),
            // A server decides by the type: what may have been sent is looked up, everything else can be billed again.
            Err(error) if error.may_have_been_sent() => println!("{user}: the outcome is not known: {error}"),
            Err(error) => println!("{user}: not billed: {error}"),
        }
    }
    Ok(receipts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_request_is_billed_once() {
        let receipts = run().await.unwrap();
        assert_eq!(receipts.len(), 6);
        assert_eq!(receipts.iter().map(|(_, receipt)| receipt.split.gross).sum::<u64>(), 21 * 20);
        let ticks: std::collections::HashSet<_> = receipts.iter().map(|(_, receipt)| receipt.tick.clone()).collect();
        assert_eq!(ticks.len(), 6, "each bill has a tick of its own");
    }
}
