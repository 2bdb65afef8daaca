//! Who calls, and who may: credentials, principals, scopes, and what a route requires.

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use crate::problem::{Code, Problem};

/// A right that a secret key has only where it was ticked when the key was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Start sessions at another price than the catalogue's.
    PricesSet,
    /// Charge more playing time than has passed.
    TicksUnbounded,
    /// Send coins to addresses.
    WithdrawalsWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: &'static [Self] = &[Self::PricesSet, Self::TicksUnbounded, Self::WithdrawalsWrite];

    /// The scope as in JSON.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::PricesSet => "prices:set",
            Self::TicksUnbounded => "ticks:unbounded",
            Self::WithdrawalsWrite => "withdrawals:write",
        }
    }

    /// The scope of a text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.text() == text)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes. Empty means no scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope.
    #[must_use]
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// Whether a scope is in the set.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Reads what the display writes; `None` if a scope is unknown.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        text.split_ascii_whitespace().map(Scope::from_text).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

/// The scopes with a space between them.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for scope in Scope::ALL.iter().filter(|scope| self.contains(**scope)) {
            write!(f, "{separator}{}", scope.text())?;
            separator = " ";
        }
        Ok(())
    }
}

/// Kinds of callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A server with a secret key.
    Secret,
    /// A page with a publishable key.
    Publishable,
    /// A user with a token.
    User,
    /// A player with a session token.
    Session,
    /// The operator of the gateway.
    Operator,
}

impl Class {
    /// Every class.
    pub const ALL: &'static [Self] = &[Self::Secret, Self::Publishable, Self::User, Self::Session, Self::Operator];

    /// The credential in words: `a secret key`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Secret => "a secret key",
            Self::Publishable => "a publishable key",
            Self::User => "a user token",
            Self::Session => "a session token",
            Self::Operator => "the operator's login",
        }
    }

    /// The name of the security scheme in the OpenAPI document.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Secret => "secretKey",
            Self::Publishable => "publishableKey",
            Self::User => "userToken",
            Self::Session => "sessionToken",
            Self::Operator => "operator",
        }
    }

    /// Whether browsers of other origins may send this credential.
    #[must_use]
    pub const fn is_for_browsers(self) -> bool {
        matches!(self, Self::Publishable | Self::User | Self::Session)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Nobody is known; only for routes that everyone may call.
    Anonymous,
    /// A server of a partner.
    Secret {
        /// The row of the key.
        key_id: i64,
        /// The partner.
        partner_id: i64,
        /// What was ticked when the key was created.
        scopes: Scopes,
    },
    /// A page of a partner.
    Publishable {
        /// The row of the key.
        key_id: i64,
        /// The partner.
        partner_id: i64,
    },
    /// A user of a partner.
    User {
        /// The partner.
        partner_id: i64,
        /// The partner's name for the user.
        user_id: Arc<str>,
    },
    /// The device that plays in a session.
    Session {
        /// The partner.
        partner_id: i64,
        /// The session.
        session_id: i64,
        /// Tokens of earlier generations are void.
        generation: i64,
    },
    /// The operator, by the dashboard's cookie or the Unix socket.
    Operator,
}

impl Principal {
    /// The kind of caller; `None` where nobody is known.
    #[must_use]
    pub const fn class(&self) -> Option<Class> {
        match self {
            Self::Anonymous => None,
            Self::Secret { .. } => Some(Class::Secret),
            Self::Publishable { .. } => Some(Class::Publishable),
            Self::User { .. } => Some(Class::User),
            Self::Session { .. } => Some(Class::Session),
            Self::Operator => Some(Class::Operator),
        }
    }

    /// The partner whose rows the caller may see; `None` for the operator and where nobody is known.
    #[must_use]
    pub const fn partner_id(&self) -> Option<i64> {
        match self {
            Self::Anonymous | Self::Operator => None,
            Self::Secret { partner_id, .. }
            | Self::Publishable { partner_id, .. }
            | Self::User { partner_id, .. }
            | Self::Session { partner_id, .. } => Some(*partner_id),
        }
    }

    /// The partner.
    ///
    /// # Errors
    /// [`Code::Forbidden`] for callers without one.
    pub fn partner(&self) -> Result<i64, Problem> {
        let missing = || Problem::new(Code::Forbidden).detail("This call needs a key or token of a partner.");
        self.partner_id().ok_or_else(missing)
    }

    /// Whether the caller has a scope. The operator has all.
    #[must_use]
    pub const fn has_scope(&self, scope: Scope) -> bool {
        match self {
            Self::Secret { scopes, .. } => scopes.contains(scope),
            Self::Operator => true,
            Self::Anonymous | Self::Publishable { .. } | Self::User { .. } | Self::Session { .. } => false,
        }
    }

    /// Checks that a user token is for this user; other callers may act for every user of their partner.
    ///
    /// # Errors
    /// [`Code::NotFound`], as for users that do not exist.
    pub fn check_user(&self, user: &str) -> Result<(), Problem> {
        match self {
            Self::User { user_id, .. } if **user_id != *user => Err(Problem::new(Code::NotFound)),
            _ => Ok(()),
        }
    }

    /// Checks that a session token is for this session. For other callers the session's row decides.
    ///
    /// # Errors
    /// [`Code::NotFound`], as for sessions that do not exist.
    pub fn check_session(&self, session: i64) -> Result<(), Problem> {
        match self {
            Self::Session { session_id, .. } if *session_id != session => Err(Problem::new(Code::NotFound)),
            _ => Ok(()),
        }
    }
}

/// What a route requires of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    classes: u8,
    scope: Option<Scope>,
}

impl Access {
    /// Everyone may call; no credential is read.
    pub const ANYONE: Self = Self { classes: 0, scope: None };
    /// Servers of a partner.
    pub const SECRET: Self = Self::of(&[Class::Secret]);
    /// Servers of a partner and the operator.
    pub const SECRET_OR_OPERATOR: Self = Self::of(&[Class::Secret, Class::Operator]);
    /// Servers of a partner, and the user in question.
    pub const SECRET_OR_USER: Self = Self::of(&[Class::Secret, Class::User]);
    /// Servers of a partner, the user in question, and the session's device.
    pub const SESSION: Self = Self::of(&[Class::Secret, Class::User, Class::Session]);
    /// Servers and pages of a partner, and its users.
    pub const CATALOGUE: Self = Self::of(&[Class::Secret, Class::Publishable, Class::User]);
    /// The operator.
    pub const OPERATOR: Self = Self::of(&[Class::Operator]);

    /// One of these classes.
    #[must_use]
    pub const fn of(classes: &[Class]) -> Self {
        let mut bits = 0;
        let mut rest = classes;
        while let [class, others @ ..] = rest {
            bits |= class.bit();
            rest = others;
        }
        Self { classes: bits, scope: None }
    }

    /// And a scope, which secret keys need.
    #[must_use]
    pub const fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Whether everyone may call.
    #[must_use]
    pub const fn is_open(self) -> bool {
        self.classes == 0
    }

    /// Whether a class may call.
    #[must_use]
    pub const fn admits(self, class: Class) -> bool {
        self.classes & class.bit() != 0
    }

    /// The scope that a secret key needs.
    #[must_use]
    pub const fn scope(self) -> Option<Scope> {
        self.scope
    }

    /// The classes that may call, in the order of [`Class::ALL`].
    pub fn classes(self) -> impl Iterator<Item = Class> {
        Class::ALL.iter().copied().filter(move |class| self.admits(*class))
    }

    /// Whether browsers of other origins may call.
    #[must_use]
    pub fn is_for_browsers(self) -> bool {
        self.is_open() || self.classes().any(Class::is_for_browsers)
    }

    /// Who may call, in words: `a secret key (scope prices:set) or a user token`.
    #[must_use]
    pub fn words(self) -> String {
        if self.is_open() {
            return "everyone".to_owned();
        }
        let words = |class: Class| match self.scope {
            Some(scope) if class == Class::Secret => format!("{} (scope {})", class.words(), scope.text()),
            _ => class.words().to_owned(),
        };
        self.classes().map(words).collect::<Vec<_>>().join(" or ")
    }

    /// Checks a caller.
    ///
    /// # Errors
    /// [`Code::KeyMissing`] where nobody is known, [`Code::Forbidden`] for other classes and keys without the scope.
    pub fn check(self, principal: &Principal) -> Result<(), Problem> {
        if self.is_open() {
            return Ok(());
        }
        let Some(class) = principal.class() else {
            return Err(Problem::new(Code::KeyMissing).detail(format!("This call needs {}.", self.words())));
        };
        if !self.admits(class) {
            let detail = format!("This call needs {}, not {}.", self.words(), class.words());
            return Err(Problem::new(Code::Forbidden).detail(detail));
        }
        match self.scope {
            Some(scope) if class == Class::Secret && !principal.has_scope(scope) => {
                let detail = format!("This secret key lacks the scope `{}`.", scope.text());
                let hint = "Create a secret key with this scope.";
                Err(Problem::new(Code::Forbidden).detail(detail).hint(hint).member("scope", scope.text()))
            }
            _ => Ok(()),
        }
    }
}

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A TCP connection from this address.
    Address(IpAddr),
    /// The Unix socket, which only the operator's user may open.
    Socket,
}

impl Peer {
    /// Whether the peer is on this machine.
    #[must_use]
    pub fn is_loopback(self) -> bool {
        match self {
            Self::Address(address) => address.to_canonical().is_loopback(),
            Self::Socket => true,
        }
    }
}

/// What a request says about where it comes from, beside its credential.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// The other end of the connection.
    pub peer: Peer,
    /// The address that limits apply to: the peer's, or the one that a trusted proxy names.
    pub client: Option<IpAddr>,
    /// The header `Host`, or the authority of the request line.
    pub host: Option<String>,
    /// Whether a header says that a proxy has forwarded the request.
    pub has_forwarding: bool,
    /// The header `Origin`.
    pub origin: Option<String>,
    /// The header `Sec-Fetch-Site`, which only browsers send.
    pub sec_fetch_site: Option<String>,
    /// Whether the listener's address is a loopback one.
    pub listener_is_loopback: bool,
    /// The id of the request, for logs.
    pub request_id: String,
}

impl RequestInfo {
    /// Whether a browser sent the request for a page.
    #[must_use]
    pub fn is_from_browser(&self) -> bool {
        self.origin.is_some() || self.sec_fetch_site.is_some()
    }

    /// Whether keys that everyone knows may be used: only directly from this machine, through a listener that only this
    /// machine reaches. (That `Host` is a loopback name is checked for every request to such a listener.)
    #[must_use]
    pub fn may_use_mock_key(&self) -> bool {
        self.listener_is_loopback && self.peer.is_loopback() && !self.has_forwarding
    }
}

/// What a request presents.
#[derive(Clone, Copy, Debug)]
pub enum Credential<'a> {
    /// A key or token: header `Authorization: Bearer …`, or member `token` of the body.
    Bearer(&'a str),
    /// The dashboard's cookie.
    Cookie(&'a str),
    /// The Unix socket itself.
    Socket,
}

/// The origins whose pages may use a credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Option<Arc<[Box<str>]>>);

impl Origins {
    /// No page may.
    pub const NONE: Self = Self(None);

    /// Reads origins with spaces between them.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let origins: Arc<[Box<str>]> = text.split_ascii_whitespace().map(Box::from).collect();
        Self((!origins.is_empty()).then_some(origins))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.as_deref().into_iter().flatten().map(|origin| &**origin)
    }

    /// Whether pages of an origin may. Origins are compared byte for byte, as browsers send them.
    #[must_use]
    pub fn contain(&self, origin: &str) -> bool {
        self.0.as_deref().is_some_and(|origins| origins.iter().any(|listed| **listed == *origin))
    }
}

/// A credential that is valid.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// Who calls.
    pub principal: Principal,
    /// The origins of a publishable key or token; ignored for other principals.
    pub origins: Origins,
}

/// Knows the credentials. Implemented over the store.
pub trait Authenticator: Send + Sync + 'static {
    /// Finds out who presents a credential. Scopes, origins and the rules for browsers are checked by the caller;
    /// revocation, expiry, network, placeholders and the mock key's rule ([`RequestInfo::may_use_mock_key`]) are checked here.
    ///
    /// # Errors
    /// A problem whose code begins with `KEY_` or `TOKEN_`, [`Code::NetworkMismatch`], or a failure of the store.
    fn authenticate(
        &self,
        credential: Credential<'_>,
        request: &RequestInfo,
    ) -> impl Future<Output = Result<Authenticated, Problem>> + Send;

    /// Whether any partner lists an origin: answers preflights, which carry no credential. Must not block.
    fn lists_origin(&self, origin: &str) -> bool;
}

impl<A: Authenticator> Authenticator for Arc<A> {
    fn authenticate(
        &self,
        credential: Credential<'_>,
        request: &RequestInfo,
    ) -> impl Future<Output = Result<Authenticated, Problem>> + Send {
        (**self).authenticate(credential, request)
    }

    fn lists_origin(&self, origin: &str) -> bool {
        (**self).lists_origin(origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(scopes: &str) -> Principal {
        Principal::Secret { key_id: 1, partner_id: 7, scopes: Scopes::from_text(scopes).unwrap() }
    }

    #[test]
    fn scopes_are_read_back() {
        let text = "prices:set withdrawals:write";
        assert_eq!(Scopes::from_text(text).unwrap().to_string(), text);
        assert_eq!(Scopes::from_text(""), Some(Scopes::default()));
        assert_eq!(Scopes::from_text("prices:set all"), None);
        assert_eq!(Scopes::all().to_string(), "prices:set ticks:unbounded withdrawals:write");
    }

    #[test]
    fn access_names_what_is_missing() {
        let access = Access::SECRET_OR_USER.with_scope(Scope::WithdrawalsWrite);
        let user = Principal::User { partner_id: 7, user_id: "u".into() };
        assert!(access.check(&user).is_ok());
        assert!(access.check(&secret("withdrawals:write")).is_ok());
        let code = |principal: &Principal| access.check(principal).unwrap_err().code();
        assert_eq!(code(&secret("prices:set")), Code::Forbidden);
        assert_eq!(code(&Principal::Anonymous), Code::KeyMissing);
        assert_eq!(code(&Principal::Operator), Code::Forbidden);
        let problem = access.check(&Principal::Operator).unwrap_err();
        let detail =
            "This call needs a secret key (scope withdrawals:write) or a user token, not the operator's login.";
        assert_eq!(problem.detail_text(), Some(detail));
        assert!(Access::ANYONE.check(&Principal::Anonymous).is_ok());
    }

    #[test]
    fn users_see_themselves_only() {
        let user = Principal::User { partner_id: 7, user_id: "ann".into() };
        assert!(user.check_user("ann").is_ok());
        assert_eq!(user.check_user("Ann").unwrap_err().code(), Code::NotFound);
        assert!(secret("").check_user("ann").is_ok());
        let session = Principal::Session { partner_id: 7, session_id: 5, generation: 1 };
        assert!(session.check_session(5).is_ok() && session.check_session(6).is_err());
        assert!(user.check_session(6).is_ok());
    }

    #[test]
    fn origins_are_compared_exactly() {
        let origins = Origins::from_text("https://a.example https://b.example:8443");
        assert!(origins.contain("https://a.example"));
        for other in ["https://a.example:443", "http://a.example", "null", "https://a.example.evil.example", ""] {
            assert!(!origins.contain(other), "{other}");
        }
        assert!(!Origins::NONE.contain("https://a.example"));
    }
}
