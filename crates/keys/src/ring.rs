//! Accounts by name, from wherever their keys are kept.

use super::account::{Account, Opener, Origin, Pending};
use super::local::check_name;
use super::mnemonic::{self, MnemonicError};
use super::{KeyError, Keystore, LocalAccounts};
use pnp_types::Address;
use pnp_types::SigningKey;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A secret setting, with where it comes from.
pub struct Secret {
    /// The setting's name.
    pub variable: String,
    /// The text; wiped when dropped.
    pub text: Zeroizing<String>,
    /// Where it comes from, for messages.
    pub origin: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("variable", &self.variable).field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// How settings are looked up: of several names, the one in the strongest layer, else the first.
pub type Lookup<'a> = Box<dyn Fn(&[String]) -> Option<Secret> + Send + Sync + 'a>;

/// Wallets of another program, such as kmd.
pub trait Wallets: fmt::Debug + Send + Sync {
    /// The account `name` of the wallet of one of these names, in any case of letters; nothing where there is no such wallet.
    fn account<'a>(&'a self, name: &'a str, wallets: &'a [String]) -> Pending<'a, Option<Account>>;

    /// The account `name` of the key of `address`, in a wallet that opens without a password.
    fn holder<'a>(&'a self, name: &'a str, address: Address) -> Pending<'a, Option<Account>>;
}

/// Where accounts are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Settings,
    Keystore,
    Wallets,
    Local,
}

/// In this order; the first that knows the account wins.
const ORDER: [Source; 4] = [Source::Settings, Source::Keystore, Source::Wallets, Source::Local];
/// The same for the accounts that a project's own network makes by itself: there no password is asked for.
const OWN_ORDER: [Source; 4] = [Source::Settings, Source::Wallets, Source::Local, Source::Keystore];
/// These accounts.
const CREATED_ACCOUNTS: [&str; 4] = ["creator", "provider", "platform", "user"];

/// Finds accounts by name.
pub struct KeyRing<'a> {
    lookup: Lookup<'a>,
    keystore: Option<(Keystore, Arc<dyn Opener>)>,
    wallets: Option<Arc<dyn Wallets>>,
    local: Option<LocalAccounts>,
    /// Whether the network is this project's own, so that nothing on it needs a key that is kept for other networks.
    own: bool,
}

impl fmt::Debug for KeyRing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("keystore", &self.keystore)
            .field("wallets", &self.wallets)
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

impl<'a> KeyRing<'a> {
    /// Looks in settings, then in `local` where a development network has one.
    #[must_use]
    pub fn new(lookup: Lookup<'a>, local: Option<LocalAccounts>) -> Self {
        Self { lookup, keystore: None, wallets: None, local, own: false }
    }

    /// Looks in the keystore too, after the settings.
    #[must_use]
    pub fn with_keystore(mut self, keystore: Keystore, opener: Arc<dyn Opener>) -> Self {
        self.keystore = Some((keystore, opener));
        self
    }

    /// Looks in the network's wallets too, after the keystore.
    #[must_use]
    pub fn with_wallets(mut self, wallets: Arc<dyn Wallets>) -> Self {
        self.wallets = Some(wallets);
        self
    }

    /// On a network that is this project's own, the accounts that it makes by itself are made whatever the keystore has.
    #[must_use]
    pub fn on_own_network(mut self, own: bool) -> Self {
        self.own = own;
        self
    }

    /// The settings that may hold the mnemonic of an account.
    #[must_use]
    pub fn variables(name: &str) -> Vec<String> {
        let own = format!("{}_MNEMONIC", name.to_ascii_uppercase().replace('-', "_"));
        match name {
            "creator" | "deployer" => vec!["CREATOR_MNEMONIC".to_owned(), "DEPLOYER_MNEMONIC".to_owned()],
            _ => vec![own],
        }
    }

    /// The development accounts, where there are any.
    #[must_use]
    pub const fn local(&self) -> Option<&LocalAccounts> {
        self.local.as_ref()
    }

    /// The account `name` from settings; `None` where no setting has it.
    ///
    /// # Errors
    /// A mnemonic or sender that is malformed.
    pub fn configured(&self, name: &str) -> Result<Option<Account>, KeyError> {
        check_name(name)?;
        let Some(secret) = (self.lookup)(&Self::variables(name)) else { return Ok(None) };
        let Secret { variable, text, origin } = secret;
        let key = signing_key(&text).map_err(|why| KeyError::Mnemonic {
            variable: variable.clone(),
            origin: origin.clone(),
            why: why.to_string(),
        })?;
        let account = Account::new(name, key).from_origin(Origin::Setting { variable, layer: origin });
        Ok(Some(match self.sender(name)? {
            Some(sender) => account.acting_for(sender),
            None => account,
        }))
    }

    /// The account that `{NAME}_SENDER` says the key of `name` signs for.
    fn sender(&self, name: &str) -> Result<Option<Address>, KeyError> {
        let names: Vec<_> = Self::variables(name).iter().map(|name| name.replace("_MNEMONIC", "_SENDER")).collect();
        let Some(setting) = (self.lookup)(&names) else { return Ok(None) };
        let Secret { variable, text, origin } = setting;
        text.trim().parse().map(Some).map_err(|_| KeyError::Sender { variable, origin })
    }

    /// What one place knows of an account; `{NAME}_SENDER` holds for the keys of every place.
    async fn look(&self, source: Source, name: &str) -> Result<Option<Account>, KeyError> {
        let sender = self.sender(name)?;
        let found = match source {
            Source::Settings => return self.configured(name),
            Source::Keystore => match &self.keystore {
                Some((keystore, opener)) => keystore.get(name)?.map(|entry| Account::sealed(entry, Arc::clone(opener))),
                None => None,
            },
            Source::Wallets => match &self.wallets {
                Some(wallets) => {
                    // A setting's name has no hyphen, a wallet's may.
                    let mut names = vec![name.to_owned()];
                    names.extend(Self::variables(name).iter().map(|name| name.replace("_MNEMONIC", "")));
                    match (wallets.account(name, &names).await?, sender) {
                        (None, Some(sender)) => wallets.holder(name, sender).await?,
                        (account, _) => account,
                    }
                }
                None => None,
            },
            Source::Local => match &self.local {
                Some(local) => local.get(name)?.map(|key| Account::new(name, key)),
                None => None,
            },
        };
        Ok(match (found, sender) {
            (Some(account), Some(sender)) => Some(account.acting_for(sender)),
            (found, _) => found,
        })
    }

    /// Whether the network makes this account by itself.
    fn is_made(&self, name: &str) -> bool {
        self.own && self.local.is_some() && CREATED_ACCOUNTS.contains(&name)
    }

    fn order(&self, name: &str) -> [Source; 4] {
        if self.is_made(name) { OWN_ORDER } else { ORDER }
    }

    /// The account `name`, from the first place that knows it: settings, keystore, wallets, this project's file. Never makes
    /// one, and asks for no password: a sealed key is opened when it signs.
    ///
    /// # Errors
    /// [`KeyError::Missing`], and malformed keys.
    pub async fn get(&self, name: &str) -> Result<Account, KeyError> {
        check_name(name)?;
        for source in self.order(name) {
            if let Some(account) = self.look(source, name).await? {
                return Ok(account);
            }
        }
        Err(KeyError::Missing { name: name.to_owned(), variables: Self::variables(name) })
    }

    /// The account `name` from every place that knows it, the one that wins first, with what is wrong with those that do
    /// not.
    pub async fn everywhere(&self, name: &str) -> Vec<Result<Account, KeyError>> {
        let mut found = Vec::new();
        for source in self.order(name) {
            found.extend(self.look(source, name).await.transpose());
        }
        found
    }

    /// The account `name`, made in this project's file where a development network lacks it.
    ///
    /// # Errors
    /// As [`KeyRing::get`]; on networks without a file, [`KeyError::Missing`].
    pub async fn get_or_create(&self, name: &str) -> Result<Account, KeyError> {
        let found = self.get(name).await;
        let lacks = match &found {
            Err(KeyError::Missing { .. }) => true,
            Ok(account) => account.origin == Origin::Keystore && self.is_made(name),
            Err(_) => false,
        };
        match (found, &self.local) {
            (_, Some(local)) if lacks => {
                let (key, made) = local.get_or_create(name)?;
                Ok(Account::new(name, key).from_origin(Origin::Local { made }))
            }
            (outcome, _) => outcome,
        }
    }
}

/// The key of a mnemonic.
fn signing_key(text: &str) -> Result<SigningKey, MnemonicError> {
    mnemonic::to_seed(text).map(|seed| SigningKey::from_seed(&seed))
}
