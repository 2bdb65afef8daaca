//! What a program provides to operations: an observer of events, an approver, passwords.

use crate::approval::Approve;
use crate::observer::Observer;
use pnp_keys::{Entry, KeyError, Opener, Pending};
use pnp_network::Environment;
use pnp_types::SigningKey;
use std::fmt;
use std::sync::Arc;

/// The program that operations run in.
#[derive(Clone, Debug)]
pub struct Host {
    /// Who is notified of events.
    pub observer: Arc<dyn Observer>,
    /// Who decides what is sent on MainNet.
    pub approve: Arc<dyn Approve>,
    /// Who opens the keystore's entries.
    pub passwords: Arc<dyn Passwords>,
}

/// No observer, no approval, no passwords.
impl Default for Host {
    fn default() -> Self {
        Self { observer: Arc::new(()), approve: Arc::new(()), passwords: Arc::new(()) }
    }
}

/// Where the passwords of the keystore come from.
pub trait Passwords: fmt::Debug + Send + Sync {
    /// What opens the keystore's entries, with the settings of one network.
    fn opener(&self, environment: &Environment) -> Arc<dyn Opener>;
}

/// No password is known: the keystore stays closed.
impl Passwords for () {
    fn opener(&self, _: &Environment) -> Arc<dyn Opener> {
        Arc::new(Closed)
    }
}

/// Opens nothing.
#[derive(Debug)]
struct Closed;

impl Opener for Closed {
    fn open<'a>(&'a self, entry: &'a Entry) -> Pending<'a, SigningKey> {
        let name = entry.name().to_owned();
        Box::pin(std::future::ready(Err(KeyError::Locked { name, why: "no password is known here".to_owned() })))
    }
}
