//! The passwords that open the keystore's entries: from the environment, from a file, or typed unseen.

use crate::failure::Failure;
use crate::terminal::output::Output;
use pnp_keys::{Entry, KeyError, Opener, Pending};
use pnp_network::Environment;
use pnp_types::Address;
use pnp_types::SigningKey;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// How often a password may be mistyped.
const MAX_ATTEMPTS: usize = 3;

/// A password from the environment or from a file, and the setting that names it.
struct GivenPassword {
    text: Zeroizing<String>,
    origin: String,
}

/// Opens the keystore's entries: with the password that was given, else with one that is typed. What is open stays open for
/// as long as the command runs, so that each password is asked for once.
pub(crate) struct Passwords {
    out: Output,
    given: Result<Option<GivenPassword>, String>,
    opened: tokio::sync::Mutex<BTreeMap<Address, SigningKey>>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

impl Passwords {
    /// The password that `variable`, or the file that `variable` with `_FILE` names, gives; read now, shown never.
    pub(crate) fn new_of(environment: &Environment, out: Output, variable: &str) -> Self {
        Self { out, given: given(environment, variable), opened: tokio::sync::Mutex::default() }
    }

    /// The passwords of the keystore's entries.
    pub(crate) fn of_keystore(environment: &Environment, out: Output) -> Self {
        Self::new_of(environment, out, "PNP_KEYSTORE_PASSWORD")
    }

    /// A new password: the one that was given, else one that is typed twice.
    pub(crate) async fn new_one(&self, name: &str, allow_empty: bool) -> Result<Zeroizing<String>, Failure> {
        match &self.given {
            Ok(Some(given)) => return Ok(given.text.clone()),
            Ok(None) if allow_empty => return Ok(Zeroizing::new(String::new())),
            Ok(None) => {}
            Err(why) => {
                return Err(
                    Failure::new("password", why).hint("correct the setting, or unset it and type the password")
                );
            }
        }
        let no_terminal = || {
            Failure::new("no_password", format!("there is no password to seal {name:?} with"))
                .because("there is no terminal to ask for it at")
                .hint("set PNP_KEYSTORE_PASSWORD_FILE to a file that holds it, or PNP_KEYSTORE_PASSWORD")
        };
        let first = self.out.ask_hidden(&format!("New password for {name}:")).await.ok_or_else(no_terminal)?;
        if first.is_empty() {
            return Err(Failure::new("empty_password", "an empty password protects nothing")
                .hint("choose another one, or pass --empty-password if you mean it"));
        }
        let second = self.out.ask_hidden("The same again:").await.ok_or_else(no_terminal)?;
        if *first != *second {
            return Err(Failure::new("password_mistyped", "the two passwords are not the same; nothing was written")
                .hint("run the command again"));
        }
        Ok(first)
    }

    /// The key of an entry.
    pub(crate) async fn key(&self, entry: &Entry) -> Result<SigningKey, KeyError> {
        // One question at a time, and none whose answer is known.
        let mut opened = self.opened.lock().await;
        if let Some(key) = opened.get(&entry.signer()) {
            return Ok(key.clone());
        }
        let key = self.ask(entry).await?;
        opened.insert(entry.signer(), key.clone());
        Ok(key)
    }

    async fn ask(&self, entry: &Entry) -> Result<SigningKey, KeyError> {
        let locked = |why: &str| KeyError::Locked { name: entry.name().to_owned(), why: why.to_owned() };
        match &self.given {
            Ok(None) => {}
            Ok(Some(given)) => {
                return open(entry, given.text.clone()).await.map_err(|error| match error {
                    KeyError::WrongPassword { name } => {
                        KeyError::Locked { name, why: format!("{} is not its password", given.origin) }
                    }
                    error => error,
                });
            }
            Err(why) => return Err(locked(why)),
        }
        let mut tries = 1;
        loop {
            let question = format!("Password of {} ({}):", entry.name(), entry.address());
            let Some(password) = self.out.ask_hidden(&question).await else {
                return Err(locked("there is no terminal to ask for its password at"));
            };
            match open(entry, password).await {
                Err(KeyError::WrongPassword { .. }) if tries < MAX_ATTEMPTS => {
                    self.out.warn("this is not its password")
                }
                outcome => return outcome,
            }
            tries = tries.saturating_add(1);
        }
    }
}

impl Opener for Passwords {
    fn open<'a>(&'a self, entry: &'a Entry) -> Pending<'a, SigningKey> {
        Box::pin(self.key(entry))
    }
}

/// Opens an entry away from the threads that answer others: it takes a fraction of a second.
async fn open(entry: &Entry, password: Zeroizing<String>) -> Result<SigningKey, KeyError> {
    let (name, entry) = (entry.name().to_owned(), entry.clone());
    tokio::task::spawn_blocking(move || entry.open(&password))
        .await
        .map_err(|error| KeyError::Locked { name, why: error.to_string() })?
}

fn given(environment: &Environment, variable: &str) -> Result<Option<GivenPassword>, String> {
    let variable_of_file = format!("{variable}_FILE");
    if let Some(setting) = environment.get(variable) {
        let origin = format!("{variable} in {}", setting.layer);
        return Ok(Some(GivenPassword { text: Zeroizing::new(setting.value.to_owned()), origin }));
    }
    let Some(setting) = environment.get(&variable_of_file) else { return Ok(None) };
    let failed = |why: &dyn std::fmt::Display| format!("{variable_of_file} in {}: {why}", setting.layer);
    let bytes = Zeroizing::new(
        crate::terminal::input::read(setting.value.as_ref())
            .map_err(|failure| failed(&failure.cause.clone().unwrap_or_else(|| failure.message.clone())))?,
    );
    let text = std::str::from_utf8(&bytes).map_err(|_| failed(&"it is not UTF-8 text"))?;
    // The line break that editors and `echo` add is no part of it.
    let text = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
    if text.is_empty() {
        return Err(failed(&"it is empty"));
    }
    Ok(Some(GivenPassword { text, origin: format!("{variable_of_file} in {}", setting.layer) }))
}
