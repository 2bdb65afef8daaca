//! The keystore with its passwords, for commands that ask no network.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use crate::terminal::unlock::Passwords;
use pnp_ops::LocalKeys;
use pnp_ops::reports::account::KeptReport;
use pnp_types::{Address, SigningKey};

/// The keys of this machine, and the passwords of those in the keystore.
pub(super) struct Vault<'c> {
    context: &'c Context,
    pub(super) keys: LocalKeys,
    pub(super) passwords: Passwords,
}

impl<'c> Vault<'c> {
    pub(super) fn open(context: &'c Context) -> Result<Self, Failure> {
        let keys = LocalKeys::open(&context.settings(), &context.host())?;
        let passwords = Passwords::of_keystore(&keys.environment, context.out);
        Ok(Self { context, keys, passwords })
    }

    /// Asks for a password, and keeps a key under it.
    pub(super) async fn keep(
        &self,
        name: &str,
        sender: Option<Address>,
        key: SigningKey,
        empty_password: bool,
    ) -> Result<Answer, Failure> {
        let password = self.passwords.new_one(name, empty_password).await?;
        let report = KeptReport::new(&self.context.settings(), &self.keys.keep(name, sender, key, password).await?);
        let acts = report.signer.as_ref().map(|signer| format!(", signed for by {signer}")).unwrap_or_default();
        let text = format!("{name}  {}{acts}\nkept, encrypted, in {}", report.address, report.file);
        Answer::of(&report, text)
    }
}
