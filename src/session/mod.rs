//! What commands work with: the global options and the project's folder, the connection to a network, the contract they are
//! about.

pub(crate) mod context;
pub(crate) mod target;

use crate::failure::Failure;
use context::Context;
use pnp_ops::{Connection, Error};
use std::ops::Deref;

/// An open connection, with the command's options and its terminal. [`Session::close`] ends it.
#[derive(Debug)]
pub(crate) struct Session<'c> {
    pub(crate) context: &'c Context,
    connection: Connection,
}

impl Deref for Session<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl<'c> Session<'c> {
    /// Finds the network, starts it where it is the embedded one, and checks that it is what it claims to be.
    pub(crate) async fn open(context: &'c Context) -> Result<Self, Error> {
        let connection = Connection::open(context.settings(), context.host()).await?;
        Ok(Self { context, connection })
    }

    /// A temporary network in memory; the context's folder takes its records and keys.
    pub(crate) async fn in_memory(context: &'c Context) -> Result<Self, Error> {
        let connection = Connection::in_memory(context.settings(), context.host()).await?;
        Ok(Self { context, connection })
    }

    /// Ends the connection; the embedded node stops.
    pub(crate) async fn close(self) -> Result<(), Error> {
        self.connection.close().await
    }
}

/// Runs a command on its network and closes the connection whatever its outcome; the first failure is the one that is returned.
pub(crate) async fn on_network<T>(
    context: &Context,
    command: impl AsyncFnOnce(&Session<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    connected(context, None, command).await
}

/// The same for a command that changes the contract or the asset: one at a time on each network.
pub(crate) async fn on_locked_network<T>(
    context: &Context,
    name: &str,
    command: impl AsyncFnOnce(&Session<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    connected(context, Some(name), command).await
}

async fn connected<T>(
    context: &Context,
    changes: Option<&str>,
    command: impl AsyncFnOnce(&Session<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let session = Session::open(context).await?;
    let outcome = async {
        let _lock = session.begin(changes).await?;
        command(&session).await
    }
    .await;
    let closed = session.close().await;
    let answer = outcome?;
    closed?;
    Ok(answer)
}
