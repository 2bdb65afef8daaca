//! A command's connection to its network: found, checked, with keys, records and the way to send.

use crate::commands::deploy::settle;
use crate::context::Context;
use crate::embedded::{self, Embedded};
use crate::explain::refused;
use crate::failure::Failure;
use crate::key_sources::KeySources;
use crate::terminal::interrupt::UnderWay;
use crate::turn::Turn;
use crate::wallets::KmdWallets;
use pnp_client::{Algod, ClientError, Confirmation, Kmd, Roots, SuggestedParams, Transport};
use pnp_keys::{Account, KeyRing, LocalAccounts};
use pnp_ledger::dispenser::DispenserKey;
use pnp_network::{Endpoint, Environment, GenesisIdentity, Kind, Layer, Network};
use pnp_registry::{Chain, Contract, Store};
use pnp_types::signing::SigningKey;
use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos, SignedTransaction, Transaction};
use pnp_usage::{Programs, calls};
use std::collections::BTreeSet;

/// An open connection. [`Session::close`] ends it.
#[derive(Debug)]
pub(crate) struct Session<'c> {
    pub(crate) context: &'c Context,
    pub(crate) network: Network,
    pub(crate) identity: GenesisIdentity,
    pub(crate) algod: Algod,
    pub(crate) store: Store,
    pub(crate) environment: Environment,
    pub(crate) sources: KeySources,
    embedded: Option<Embedded>,
    /// kmd takes seconds to open a wallet.
    dispenser: tokio::sync::OnceCell<Account>,
}

/// What sending a group led to.
#[derive(Debug)]
pub(crate) struct Sent {
    /// The transactions' ids, in the group's order.
    pub(crate) txids: Vec<String>,
    /// The first transaction's confirmation.
    pub(crate) confirmation: Confirmation,
}

impl<'c> Session<'c> {
    /// Finds the network, starts it where it is the embedded one, and checks that it is what it claims to be.
    pub(crate) async fn open(context: &'c Context) -> Result<Self, Failure> {
        let (network, environment) = context.network()?;
        Self::on(context, network, environment).await
    }

    /// The same on a network that was found already.
    pub(crate) async fn on(context: &'c Context, network: Network, environment: Environment) -> Result<Self, Failure> {
        let embedded = match network.kind {
            Kind::Embedded => Some(Embedded::start(&context.folder, &context.out).await?),
            _ => None,
        };
        Self::connect(context, network, environment, embedded).await
    }

    /// A throw-away network in memory; `folder` takes its records and keys.
    pub(crate) async fn throw_away(context: &'c Context) -> Result<Self, Failure> {
        let environment = Environment::empty();
        let network = Network::resolve("embedded", &environment, &pnp_network::ProjectFile::default())?;
        Self::connect(context, network, environment, Some(Embedded::in_memory()?)).await
    }

    async fn connect(
        context: &'c Context,
        network: Network,
        environment: Environment,
        embedded: Option<Embedded>,
    ) -> Result<Self, Failure> {
        let algod = match (&embedded, &network.algod) {
            (Some(embedded), _) => Algod::new(embedded.url(), Some(pnp_devnet::LOCAL_TOKEN))?,
            (None, Some(endpoint)) => {
                let token = endpoint.token.as_ref().map(pnp_network::Token::reveal);
                Algod::connect(&endpoint.url, token, transport(context, &network)?)?
            }
            (None, None) => return Err(Failure::new("no_algod", format!("{} has no algod", network.name))),
        };
        let version = algod.version().await.map_err(|error| elsewhere(error, &network))?;
        let identity = GenesisIdentity { id: version.genesis_id, hash: version.genesis_hash };
        identity.check(&network)?;
        let store = Store::new(&context.folder, &network.name);
        context.out.detail(&format!("{} at {} is {}", network.name, algod.url(), identity.id));
        let dispenser = tokio::sync::OnceCell::new();
        let sources = sources(context, &network, &identity, &environment)?;
        Ok(Self { context, network, identity, algod, store, environment, sources, embedded, dispenser })
    }

    /// Ends the connection; the embedded node stops.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        match self.embedded {
            Some(embedded) => embedded.stop().await,
            None => Ok(()),
        }
    }

    /// Whether accounts and assets may be made and funded without asking.
    pub(crate) fn is_development(&self) -> bool {
        is_development(&self.network, &self.identity)
    }

    /// Where keys are found.
    pub(crate) fn keys(&self) -> KeyRing<'_> {
        self.sources.ring(&self.environment)
    }

    /// Every name that some place may know a key by.
    pub(crate) async fn account_names(&self) -> Result<BTreeSet<String>, Failure> {
        let mut kept = self.sources.names()?;
        kept.extend(self.sources.wallet_names().await);
        Ok(crate::commands::account::names(&self.environment, &kept))
    }

    /// A setting that is no secret.
    pub(crate) fn setting(&self, name: &str) -> Option<String> {
        self.environment.get(name).map(|setting| setting.value.to_owned())
    }

    /// An address from a flag, else from a setting.
    pub(crate) fn address(&self, flag: Option<Address>, setting: &str) -> Result<Option<Address>, Failure> {
        match (flag, self.environment.get(setting)) {
            (Some(address), _) => Ok(Some(address)),
            (None, None) => Ok(None),
            (None, Some(found)) => found.value.parse().map(Some).map_err(|error: pnp_types::AddressError| {
                Failure::usage(format!("{setting} from {}: {error}", found.layer))
                    .hint("an address has 58 characters: A to Z and 2 to 7")
            }),
        }
    }

    /// The record's file, as people are told of it.
    pub(crate) fn record_name(&self) -> String {
        self.context.shown(self.store.path())
    }

    /// What this chain's record says.
    pub(crate) fn chain(&self) -> Result<Chain, Failure> {
        Ok(self.store.chain(&self.identity.hash)?)
    }

    /// Changes this chain's record.
    pub(crate) fn record<T>(&self, change: impl FnOnce(&mut Chain) -> T) -> Result<T, Failure> {
        Ok(self.store.change(&self.identity.hash, &self.identity.id, change)?)
    }

    /// The contract a command means: the one named, else the newest recorded.
    pub(crate) fn contract(&self, named: Option<AppIndex>) -> Result<(AppIndex, Option<Contract>), Failure> {
        let chain = self.chain()?;
        if let Some(app) = self.named_app(named)? {
            return Ok((app, chain.contract(app).cloned()));
        }
        chain.current().map(|contract| (contract.app_id, Some(contract.clone()))).ok_or_else(|| {
            Failure::new("no_contract", format!("no contract is recorded on {}", self.network.name))
                .because(self.why_no_contract())
                .hint(format!("run `pnp-contract deploy --net {}`, or name one with --app", self.network.name))
        })
    }

    fn why_no_contract(&self) -> String {
        let path = self.context.shown(self.store.path());
        match self.store.load() {
            Ok(record) if record.chains.values().any(|chain| !chain.contracts.is_empty()) => format!(
                "{path} has none for this chain ({}): those in it are on another one, or were deleted",
                self.identity.hash
            ),
            _ => format!("{path} has none"),
        }
    }

    /// The asset a command means: the one named, else a setting's, else the newest recorded.
    pub(crate) fn asset(&self, named: Option<AssetIndex>) -> Result<Option<AssetIndex>, Failure> {
        match self.named_asset(named)? {
            Some(asset) => Ok(Some(asset)),
            None => Ok(self.chain()?.current_asset().map(|asset| asset.asset_id)),
        }
    }

    /// The asset named by a flag, else by a setting.
    pub(crate) fn named_asset(&self, named: Option<AssetIndex>) -> Result<Option<AssetIndex>, Failure> {
        match (named, self.setting("ASA_ID").or_else(|| self.setting("ASSET_ID"))) {
            (None, Some(setting)) => setting
                .parse()
                .map(Some)
                .map_err(|_| Failure::usage("ASA_ID is not the number of an asset").hint("for example ASA_ID=1002")),
            (named, _) => Ok(named),
        }
    }

    /// The application named by a flag, else by a setting.
    pub(crate) fn named_app(&self, named: Option<AppIndex>) -> Result<Option<AppIndex>, Failure> {
        match (named, self.setting("APP_ID")) {
            (None, Some(setting)) => setting.parse().map(Some).map_err(|_| {
                Failure::usage("APP_ID is not the number of an application").hint("for example APP_ID=1001")
            }),
            (named, _) => Ok(named),
        }
    }

    /// Whose key funds others here: the embedded node's dispenser, `DISPENSER_MNEMONIC`, the dispenser of a network that
    /// `localnet run` made, or the richest account of kmd's default wallet.
    pub(crate) async fn dispenser(&self) -> Result<&Account, Failure> {
        self.dispenser.get_or_try_init(|| self.find_dispenser()).await
    }

    async fn find_dispenser(&self) -> Result<Account, Failure> {
        if let Some(key) = self.embedded.as_ref().and_then(Embedded::dispenser) {
            return Ok(Account::new("dispenser", key.clone()));
        }
        let nobody = || {
            Failure::new("no_dispenser", format!("nobody hands out Algos on {}", self.network.name))
                .hint("send Algos to the account from a wallet or a faucet")
        };
        if !self.is_development() {
            return Err(nobody());
        }
        if let Some(configured) = self.keys().configured("dispenser")? {
            return Ok(configured);
        }
        if let Some(own) = self.own_dispenser().await? {
            return Ok(own);
        }
        if self.embedded.is_some() {
            return Err(lost_dispenser(&self.context.shown(&self.context.folder.join(".pnp").join("embedded"))));
        }
        let endpoint = self.network.kmd.as_ref().ok_or_else(nobody)?;
        let wallet = kmd(self.context, &self.network, endpoint)?.default_wallet().await.map_err(|error| {
            match error {
            // algod answers, so that a network is there.
            ClientError::Unreachable { why, .. } | ClientError::Lost { why, .. } => {
                nobody().because(format!("{} does not answer: {why}", endpoint.url)).hint(
                    "work in the folder where `pnp-contract localnet run` was started, which has the dispenser's key; \
                 on another network set KMD_PORT, or DISPENSER_MNEMONIC to a rich account's words",
                )
            }
            error => error.into(),
        }
        })?;
        let mut richest = None;
        for address in wallet.addresses().await? {
            let state = self.algod.account(address).await?;
            if richest.as_ref().is_none_or(|(_, most)| state.spendable() > *most) {
                richest = Some((address, state.spendable()));
            }
        }
        let (address, _) = richest.ok_or_else(nobody)?;
        // The suite signs for its own accounts, many times a second: that is no work for kmd.
        let seed = wallet.export_seed(address).await?;
        Ok(Account::new("dispenser", SigningKey::from_seed(&seed)))
    }

    /// The dispenser of the network that answers, where `localnet run` made it: in memory, or in this project's folder.
    async fn own_dispenser(&self) -> Result<Option<Account>, Failure> {
        let Some(wallet) = self.algod.first_wallet().await? else { return Ok(None) };
        let folder = crate::commands::localnet::folder(self.context);
        let kept = DispenserKey::load(&folder).map_err(|error| {
            Failure::new("no_dispenser", "the local network's dispenser key cannot be read").because(error)
        })?;
        let own = [Some(DispenserKey::well_known()), kept].into_iter().flatten().find(|key| key.address() == wallet);
        // The network itself keeps its genesis there, which names who owns its money.
        let genesis = || std::fs::read_to_string(folder.join("genesis.json")).unwrap_or_default();
        if own.is_none() && genesis().contains(&wallet.to_string()) {
            return Err(lost_dispenser(&self.context.shown(&folder)));
        }
        Ok(own.map(|key| Account::new("dispenser", SigningKey::from_seed(key.seed()))))
    }

    /// Shows what is about to be sent where tokens are worth money, and asks for the network's name.
    pub(crate) async fn confirm(
        &self,
        what: &str,
        sender: Address,
        transactions: &[Transaction],
    ) -> Result<(), Failure> {
        if !self.identity.is_mainnet() || self.context.options.yes {
            return Ok(());
        }
        let fee: u64 = transactions.iter().map(|transaction| transaction.header.fee.0).sum();
        let mut effect =
            vec![("action", what.to_owned()), ("sender", sender.to_string()), ("fee", MicroAlgos(fee).to_string())];
        effect.extend(transactions.iter().map(|transaction| ("id", transaction.id().to_string())));
        self.confirm_effect(&effect).await
    }

    /// Shows what is about to happen on MainNet, and asks for the network's name.
    pub(crate) async fn confirm_effect(&self, effect: &[(&str, String)]) -> Result<(), Failure> {
        let out = &self.context.out;
        out.warn("this is MainNet: tokens are worth money");
        out.warn(&format!("network  {} ({})", self.network.name, self.identity.id));
        for (name, value) in effect {
            out.warn(&format!("{name:<8} {value}"));
        }
        match out.ask("Type mainnet to send it:").await {
            Some(answer) if answer == "mainnet" => Ok(()),
            Some(_) => Err(Failure::new("not_confirmed", "nothing was sent: it was not confirmed")
                .hint("type mainnet, or pass --yes")),
            None => Err(Failure::new("not_confirmed", "nothing was sent: MainNet asks for a confirmation")
                .because("there is no terminal to ask at")
                .hint("pass --yes if you mean it")),
        }
    }

    /// Signs a group by one account.
    pub(crate) async fn sign(
        account: &Account,
        transactions: &[Transaction],
    ) -> Result<Vec<SignedTransaction>, Failure> {
        let mut signed = Vec::with_capacity(transactions.len());
        for transaction in transactions {
            signed.push(account.sign(transaction).await?);
        }
        Ok(signed)
    }

    /// Confirms where that is due, sends a group of one account and waits for its block.
    pub(crate) async fn send(
        &self,
        what: &str,
        account: &Account,
        transactions: &[Transaction],
        programs: Option<&Programs>,
    ) -> Result<Sent, Failure> {
        self.check_fees(transactions)?;
        self.confirm(what, account.address, transactions).await?;
        self.submit(&Self::sign(account, transactions).await?, programs).await
    }

    /// Sends a signed group and waits for its block.
    pub(crate) async fn submit(
        &self,
        group: &[SignedTransaction],
        programs: Option<&Programs>,
    ) -> Result<Sent, Failure> {
        let Some(first) = group.first() else {
            return Err(Failure::new("internal", "there is nothing to send"));
        };
        let txid = first.transaction.id();
        let _under_way = UnderWay::new(&txid.to_string());
        let _sign = (!self.is_development()).then(|| self.context.out.waiting(&format!("waiting for {txid}")));
        self.check_fees(group.iter().map(|signed| &signed.transaction))?;
        let confirmation = match self.algod.deliver(group).await {
            Ok(confirmation) => confirmation,
            Err(error) => {
                return Err(match error.rejection() {
                    Some(rejection) => refused(&self.algod, group, rejection, programs).await,
                    None => error.into(),
                });
            }
        };
        let txids = group.iter().map(|signed| signed.transaction.id().to_string()).collect();
        Ok(Sent { txids, confirmation })
    }

    /// The most microAlgos of fees for a group of so many transactions: `--max-fee`, else what is usual on public networks.
    pub(crate) fn max_fee(&self, transactions: u64) -> Option<u64> {
        /// Twenty times the least fee.
        const USUAL: u64 = 20_000;
        let usual = || (!self.is_development()).then(|| transactions.saturating_mul(USUAL));
        self.context.options.max_fee.or_else(usual)
    }

    /// Refuses a group whose fees are over the limit, `--max-fee` or what is usual: suggested fees rise with congestion,
    /// and a node may suggest what it likes.
    pub(crate) fn check_fees<'t>(&self, group: impl IntoIterator<Item = &'t Transaction>) -> Result<(), Failure> {
        let fees: Vec<u64> = group.into_iter().map(|transaction| transaction.header.fee.0).collect();
        let fee = fees.iter().fold(0, |sum: u64, fee| sum.saturating_add(*fee));
        let Some(limit) = self.max_fee(fees.len() as u64) else { return Ok(()) };
        if fee <= limit {
            return Ok(());
        }
        let named = |micro: u64| format!("{micro} microAlgos ({})", MicroAlgos(micro));
        Err(Failure::new(
            "fee_ceiling",
            format!("the fees would be {}, over the limit of {}", named(fee), named(limit)),
        )
        .because("the network suggests fees by its congestion; nothing was sent")
        .hint(format!("wait until it is less busy, or allow it with --max-fee {fee}"))
        .with("fee", fee)
        .with("max_fee", limit))
    }

    /// What the network suggests for transactions.
    pub(crate) async fn params(&self) -> Result<SuggestedParams, Failure> {
        Ok(self.algod.suggested_params().await?)
    }

    /// One transaction, whole.
    pub(crate) fn single(transaction: Transaction, params: &SuggestedParams) -> Result<Vec<Transaction>, Failure> {
        group(vec![transaction], params)
    }
}

/// The chain in `folder` goes on without the key that owns its money.
fn lost_dispenser(folder: &str) -> Failure {
    Failure::new("no_dispenser", "the key that hands out Algos here is gone")
        .because(format!("{folder}/dispenser.key was deleted or is another chain's, and no new key owns this chain's money"))
        .hint(format!(
            "restore the file, or set DISPENSER_MNEMONIC to the words of an account that has Algos; to begin a fresh chain, \
             move {folder} away"
        ))
}

fn is_development(network: &Network, identity: &GenesisIdentity) -> bool {
    matches!(network.kind, Kind::Embedded | Kind::LocalNet) && identity.public().is_none()
}

/// Where keys are found, beside the settings: the keystore, the wallets of a network that is not public, and this project's
/// file on a development network.
fn sources(
    context: &Context,
    network: &Network,
    identity: &GenesisIdentity,
    environment: &Environment,
) -> Result<KeySources, Failure> {
    let local =
        is_development(network, identity).then(|| LocalAccounts::new(&context.folder.join(".pnp"), &network.name));
    let wallets = match network.kmd.as_ref().filter(|_| identity.public().is_none()) {
        Some(endpoint) => Some(KmdWallets::new(kmd(context, network, endpoint)?, context.out)),
        None => None,
    };
    let own = network.kind == Kind::Embedded;
    Ok(KeySources::new(environment, context.out).with_local(local).with_wallets(wallets).on_own_network(own))
}

fn kmd(context: &Context, network: &Network, endpoint: &Endpoint) -> Result<Kmd, Failure> {
    let token = endpoint.token.as_ref().map_or("", pnp_network::Token::reveal);
    Ok(Kmd::new(&endpoint.url, token, transport(context, network)?)?)
}

/// How the network is talked to.
pub(crate) fn transport(context: &Context, network: &Network) -> Result<Transport, Failure> {
    let roots = match &network.ca {
        Some(path) => Some(Roots::load(&context.folder.join(path))?),
        None => None,
    };
    let alone = matches!(network.kind, Kind::Embedded | Kind::LocalNet);
    Ok(Transport { roots, alone, ..Transport::default() })
}

/// Nobody answers for a network that is not this machine's, whatever its address: a local one started here is no help.
fn elsewhere(error: ClientError, network: &Network) -> Failure {
    let failure = Failure::from(error);
    if failure.code != "unreachable" || network.kind == Kind::LocalNet {
        return failure;
    }
    let name = &network.name;
    failure.hint(match network.algod.as_ref().map(|endpoint| endpoint.layer) {
        Some(Layer::BuiltIn) => {
            format!(
                "check the connection, or name another provider of {name} in ALGOD_SERVER; --net embedded needs none"
            )
        }
        Some(Layer::Project) => format!("check the address of [networks.{name}] in pnp.toml, and the connection"),
        _ => format!("check ALGOD_SERVER and ALGOD_PORT, which say where {name} is, and the connection"),
    })
}

/// Transactions ready to be signed.
pub(crate) fn group(transactions: Vec<Transaction>, params: &SuggestedParams) -> Result<Vec<Transaction>, Failure> {
    calls::complete(transactions, params).map_err(|error| pnp_usage::OperationError::Group(error).into())
}

/// Runs a command on its network and closes the connection whatever came of it; the first failure is the one that is told.
pub(crate) async fn on_network<T>(
    context: &Context,
    command: impl AsyncFnOnce(&Session<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    connected(context, None, command).await
}

/// The same for a command that changes what stands there: one after the other.
pub(crate) async fn in_turn<T>(
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
        // Given back before the connection is closed: an embedded node waits there for the others that use it.
        let _turn = match changes {
            Some(name) => Some(Turn::take(context, &session.network.name, name).await?),
            None => None,
        };
        // What a command that was cut off has sent belongs in the record before anyone reads it; one that cannot be read is
        // the business of those who need it.
        if let Ok(chain) = session.chain() {
            settle(&session, &chain.pending).await?;
        }
        command(&session).await
    }
    .await;
    let closed = session.close().await;
    let answer = outcome?;
    closed?;
    Ok(answer)
}

/// Makes `.pnp/` for keys, out of git.
pub(crate) fn private_folder(context: &Context) -> Result<(), Failure> {
    embedded::make_private(&context.folder, &context.folder.join(".pnp").join("accounts"))
}
