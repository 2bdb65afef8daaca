//! The operator's login to the dashboard: one password, browsers that are signed in, and the link that sets the password first.

mod first_link;
mod password;
mod secrets;

pub use first_link::FirstLinkError;
pub(crate) use first_link::PLACE as FIRST_LINK;
pub(crate) use secrets::is_same;

use crate::problem::Problem;
use crate::store::{Store, Write, WriteError};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use first_link::FirstLink;
use password::{Kept, hash, is_password};
use rusqlite::OptionalExtension as _;
use secrets::cookie_hash;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// The one login of this version.
const OPERATOR: &str = "operator";
/// For how long a browser stays signed in, in milliseconds.
pub(crate) const LASTS: i64 = 12 * 3_600_000;
/// The shortest and the longest password, in characters.
pub(crate) const PASSWORD: (usize, usize) = (12, 200);
/// Wrong passwords of one address before it has to wait, and for how long then, in milliseconds.
const PATIENCE: (u32, i64) = (5, 30_000);
/// Addresses that are remembered because of wrong passwords.
const MAX_ADDRESSES: usize = 4096;

/// What is known about logins in memory.
#[derive(Debug)]
pub(crate) struct Logins {
    first_link: Mutex<Option<FirstLink>>,
    failures: Mutex<HashMap<IpAddr, (u32, i64)>>,
    /// Passwords are slow to check on purpose: one at a time leaves the machine to those who pay.
    checks: Semaphore,
}

impl Default for Logins {
    fn default() -> Self {
        Self { first_link: Mutex::default(), failures: Mutex::default(), checks: Semaphore::new(1) }
    }
}

impl Logins {
    fn first_link(&self) -> MutexGuard<'_, Option<FirstLink>> {
        self.first_link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<IpAddr, (u32, i64)>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a token is the first link's, while there is one.
    pub(crate) fn is_first(&self, token: &str) -> bool {
        self.first_link().as_ref().is_some_and(|link| link.is(token))
    }
}

/// Where logins are kept, and what is known about them in memory.
pub(crate) type Desk<'d> = (&'d Store, &'d Logins);

/// Runs a job in a transaction.
async fn write_to<T: Send + 'static>(
    store: &Store,
    job: impl FnMut(&mut Write<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    store.write(job).await.map_err(|error| match error {
        WriteError::Job(problem) => problem,
        WriteError::Store(error) => error.into(),
    })
}

/// The token of the first link, while no password is set: the one in the folder's file, or a new one.
pub(crate) async fn prepare_first_link(
    (store, logins): Desk<'_>,
    folder: &std::path::Path,
) -> Result<Option<String>, FirstLinkError> {
    let prepared = first_link::prepare(store, folder).await?;
    Ok(prepared.map(|(token, link)| {
        *logins.first_link() = Some(link);
        token
    }))
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    /// The password.
    #[error("The password is not right.")]
    WrongPassword,
    /// Too many wrong ones.
    #[error("Too many wrong passwords came from this address: wait half a minute.")]
    Wait,
    /// No password is set.
    #[error("No password is set yet: open the link that the gateway wrote beside its store.")]
    NoPassword,
    /// The first link.
    #[error("The link was used, or is not the one of this gateway.")]
    Link,
    /// A new password's length.
    #[error("A password has {} to {} characters.", PASSWORD.0, PASSWORD.1)]
    Length,
    /// Something else.
    #[error("The gateway cannot do that now.")]
    Problem(Problem),
}

impl From<Problem> for LoginError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// The value of a new cookie. What proves that a form is from a page of that browser derives from it.
#[derive(Clone, Debug)]
pub(crate) struct Cookie(pub(crate) String);

/// What the forms of a browser's pages contain, and no other site can know.
pub(crate) fn form_token(cookie: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(format!("form\0{cookie}")))
}

/// Whether a cookie's browser is signed in.
pub(crate) async fn is_signed_in(store: &Store, cookie: &str) -> Result<bool, Problem> {
    let (hash, now) = (cookie_hash(cookie), store.clock().now());
    store
        .read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT 1 FROM login_sessions WHERE hash = ?1 AND expires_at > ?2")?;
            Ok(statement.exists((&hash[..], now))?)
        })
        .await
}

/// Signs the operator in.
pub(crate) async fn sign_in(
    (store, logins): Desk<'_>,
    client: Option<IpAddr>,
    password: String,
) -> Result<Cookie, LoginError> {
    let now = store.clock().now();
    let address = client.unwrap_or(IpAddr::from([0, 0, 0, 0]));
    let (most, wait) = PATIENCE;
    let waits = |entry: &(u32, i64)| entry.0 >= most && now.saturating_sub(entry.1) < wait;
    if logins.failures().get(&address).is_some_and(waits) {
        return Err(LoginError::Wait);
    }
    match check((store, logins), password).await {
        Ok(login) => {
            logins.failures().remove(&address);
            Ok(open_session(store, login).await?)
        }
        Err(LoginError::WrongPassword) => {
            let mut failures = logins.failures();
            if failures.len() >= MAX_ADDRESSES {
                failures.retain(|_, entry| now.saturating_sub(entry.1) < wait);
            }
            let entry = failures.entry(address).or_insert((0, now));
            *entry = (if now.saturating_sub(entry.1) < wait { entry.0.saturating_add(1) } else { 1 }, now);
            Err(LoginError::WrongPassword)
        }
        Err(error) => Err(error),
    }
}

/// The login whose password this is.
async fn check((store, logins): Desk<'_>, password: String) -> Result<i64, LoginError> {
    let kept = store
        .read(|connection| -> Result<_, Problem> {
            let mut statement =
                connection.prepare_cached("SELECT id, salt, memory_kib, passes, hash FROM logins WHERE name = ?1")?;
            Ok(statement.query_row([OPERATOR], |row| Ok((row.get::<_, i64>(0)?, Kept::read(row)?))).optional()?)
        })
        .await?;
    let Some((login, kept)) = kept else { return Err(LoginError::NoPassword) };
    let _one = logins.checks.acquire().await.map_err(Problem::internal)?;
    let is_right =
        tokio::task::spawn_blocking(move || is_password(&kept, &password)).await.map_err(Problem::internal)?;
    if is_right? { Ok(login) } else { Err(LoginError::WrongPassword) }
}

async fn open_session(store: &Store, login: i64) -> Result<Cookie, Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    let cookie = BASE64URL_NOPAD.encode(&bytes);
    let hash = cookie_hash(&cookie);
    write_to(store, move |write| {
        let now = write.now();
        write.execute("DELETE FROM login_sessions WHERE expires_at <= ?1", [now])?;
        write.execute(
            "INSERT INTO login_sessions (hash, login_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            (&hash[..], login, now, now.saturating_add(LASTS)),
        )?;
        Ok(())
    })
    .await?;
    Ok(Cookie(cookie))
}

/// Signs a browser out.
pub(crate) async fn sign_out(store: &Store, cookie: &str) -> Result<(), Problem> {
    let hash = cookie_hash(cookie);
    write_to(store, move |write| {
        write.execute("DELETE FROM login_sessions WHERE hash = ?1", [&hash[..]])?;
        Ok(())
    })
    .await
}

/// Sets the first password, by the first link, which then ends.
pub(crate) async fn set_first_password(
    (store, logins): Desk<'_>,
    token: &str,
    password: String,
) -> Result<Cookie, LoginError> {
    if !logins.is_first(token) {
        return Err(LoginError::Link);
    }
    let kept = new_password(logins, password).await?;
    // Of two that use the link at once, one is first.
    let link = logins.first_link().take_if(|link| link.is(token)).ok_or(LoginError::Link)?;
    match store_password(store, kept).await {
        Ok(login) => {
            link.remove();
            Ok(open_session(store, login).await?)
        }
        Err(problem) => {
            *logins.first_link() = Some(link);
            Err(problem.into())
        }
    }
}

/// Changes the password; every browser that is signed in is signed out, and this one gets a new cookie.
pub(crate) async fn change_password((store, logins): Desk<'_>, old: String, new: String) -> Result<Cookie, LoginError> {
    check((store, logins), old).await?;
    let kept = new_password(logins, new).await?;
    let login = store_password(store, kept).await?;
    Ok(open_session(store, login).await?)
}

async fn new_password(logins: &Logins, password: String) -> Result<Kept, LoginError> {
    let (least, most) = PASSWORD;
    if !(least..=most).contains(&password.chars().count()) {
        return Err(LoginError::Length);
    }
    let _one = logins.checks.acquire().await.map_err(Problem::internal)?;
    Ok(tokio::task::spawn_blocking(move || hash(&password)).await.map_err(Problem::internal)??)
}

async fn store_password(store: &Store, kept: Kept) -> Result<i64, Problem> {
    write_to(store, move |write| {
            let (id, now) = (write.next_id(), write.now());
            let login = write.row(
                "INSERT INTO logins (id, name, salt, memory_kib, passes, hash, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (name) DO UPDATE SET salt = excluded.salt, memory_kib = excluded.memory_kib, \
                 passes = excluded.passes, hash = excluded.hash, changed_at = excluded.changed_at RETURNING id",
                (id, OPERATOR, &kept.salt[..], kept.memory_kib, kept.passes, &kept.hash[..], now),
                |row| row.get(0),
            )?;
            let login = login.ok_or_else(|| Problem::internal("a login is gone"))?;
            write.execute("DELETE FROM login_sessions WHERE login_id = ?1", [login])?;
            Ok(login)
        })
        .await
}
