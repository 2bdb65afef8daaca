//! A network in this process with a treasury, PLY and a contract.

use super::memory::MemoryStore;
use crate::amount::Amount;
use crate::chain::groups::Parties;
use crate::chain::keys::{KeyError, WalletKeys, WithdrawalClaim};
use crate::chain::outflow::Caps;
use crate::chain::shapes::ShapeLimits;
use crate::chain::shared::SettlerSettings;
use crate::chain::signer::{Signer, VerifiedContract};
use crate::chain::terms::ContractTerms;
use crate::chain::worker::Settler;
use pnp_client::{Algod, Confirmation, Kmd, RetryPolicy, Transport};
use pnp_devnet::Running;
use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos, SigningKey, Transaction, sha512_256};
use pnp_usage::{Creation, LocalState, Parameters, Template, TickId, UsageClient, calls};
use std::sync::Arc;

/// Keys of a seed of the test's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys;

fn derived(path: &[u8]) -> SigningKey {
    SigningKey::from_seed(&sha512_256(&[b"a seed for tests", path].concat()))
}

impl Keys {
    pub(crate) fn mac(claim: &WithdrawalClaim) -> Vec<u8> {
        let numbers = [claim.withdrawal, claim.wallet, claim.amount.0].map(i64::to_be_bytes).concat();
        sha512_256(&[b"mac", numbers.as_slice(), &claim.destination.0].concat()).to_vec()
    }
}

impl WalletKeys for Keys {
    fn wallet(&self, number: u64) -> Result<SigningKey, KeyError> {
        Ok(derived(&number.to_be_bytes()))
    }

    fn treasury(&self) -> Result<SigningKey, KeyError> {
        Ok(derived(b"treasury"))
    }

    fn verify_mac(&self, claim: &WithdrawalClaim, mac: &[u8]) -> bool {
        Self::mac(claim) == mac
    }
}

pub(crate) struct Stage {
    /// The node in this process; `None` where a real one is asked.
    pub(crate) node: Option<Running>,
    pub(crate) algod: Algod,
    pub(crate) store: MemoryStore,
    pub(crate) contract: ContractTerms,
    pub(crate) signer: Arc<Signer<Keys>>,
    pub(crate) creator: SigningKey,
    pub(crate) provider: SigningKey,
    pub(crate) platform: SigningKey,
}

/// A network in this process; or the real one in developer mode that `PNP_REAL_ALGOD` and `PNP_REAL_KMD` name, for which tests run one at
/// a time. Its address, and who funds others.
async fn network() -> (Option<Running>, String, SigningKey) {
    let Ok(url) = std::env::var("PNP_REAL_ALGOD") else {
        let node = pnp_devnet::serve(pnp_devnet::Config::test()).unwrap();
        let dispenser = SigningKey::from_seed(node.node().dispenser().unwrap().seed());
        let url = node.url();
        return (Some(node), url, dispenser);
    };
    let kmd = std::env::var("PNP_REAL_KMD").unwrap();
    let kmd = Kmd::new(&kmd, pnp_devnet::LOCAL_TOKEN, Transport::default()).unwrap();
    let wallet = kmd.default_wallet().await.unwrap();
    let address = *wallet.addresses().await.unwrap().first().unwrap();
    (None, url, SigningKey::from_seed(&wallet.export_seed(address).await.unwrap()))
}

impl Stage {
    /// The treasury has 1,000,000.00; the contract takes 5 %.
    pub(crate) async fn new() -> Self {
        let (node, url, dispenser) = network().await;
        let transport = Transport {
            is_single_node: true,
            retry: RetryPolicy::lasting(std::time::Duration::from_secs(5)),
            ..Transport::default()
        };
        let algod = Algod::connect(&url, Some(pnp_devnet::LOCAL_TOKEN), transport).unwrap();
        let [creator, provider, platform] = [b"creator".as_slice(), b"provider", b"platform"].map(derived);
        let treasury = Keys.treasury().unwrap();
        for key in [&creator, &provider, &platform, &treasury] {
            let algos = MicroAlgos::algos(10_000);
            send(&algod, &dispenser, Transaction::payment(dispenser.address(), key.address(), algos).build()).await;
        }
        let creation = Transaction::asset_create(treasury.address(), 100_000_000, 2).freeze(treasury.address());
        let asset = send(&algod, &treasury, creation.manager(treasury.address()).build()).await.asset.unwrap();
        for key in [&provider, &platform] {
            send(&algod, key, Transaction::asset_opt_in(key.address(), asset).build()).await;
        }
        let parties = Parties { treasury: treasury.address(), asset };
        let genesis_hash = algod.suggested_params().await.unwrap().genesis_hash;
        let limits = ShapeLimits { genesis_hash, max_fee: MicroAlgos(20_000), max_refill: MicroAlgos(100_000) };
        let signer = Arc::new(Signer::new(Keys, parties, limits, Caps::NONE).unwrap());
        let mut stage = Self {
            contract: ContractTerms {
                id: 1,
                app: AppIndex::NONE,
                asset,
                provider: provider.address(),
                platform: platform.address(),
                fee_pct: Parameters::EXAMPLE.fee_pct(),
                min_rate: 1,
                max_rate: 1000,
                is_blocked: false,
            },
            store: MemoryStore::new(Amount::cents(100_000_000).unwrap()),
            node,
            algod,
            signer,
            creator,
            provider,
            platform,
        };
        stage.contract.app = stage.deploy().await;
        stage
    }

    async fn deploy(&self) -> AppIndex {
        let creation = Creation {
            provider: self.provider.address(),
            platform: self.platform.address(),
            parameters: Parameters::EXAMPLE,
            asset: Some(self.contract.asset),
        };
        let programs = pnp_usage::Programs::assemble(Template { deletable: true, ..Template::default() }).unwrap();
        let params = self.algod.suggested_params().await.unwrap();
        let creation = calls::create(self.creator.address(), &programs, &creation, &params);
        let app = send(&self.algod, &self.creator, creation).await.application.unwrap();
        let program = sha512_256(&programs.approval);
        let verified =
            VerifiedContract { provider: self.provider.address(), platform: self.platform.address(), program };
        self.signer.allow_contract(app, verified);
        app
    }

    pub(crate) fn settler(&self) -> Settler<MemoryStore, Keys> {
        self.settler_on(&self.store)
    }

    /// A settler of another store with the same keys.
    pub(crate) fn settler_on(&self, store: &MemoryStore) -> Settler<MemoryStore, Keys> {
        let settings = SettlerSettings { poll: std::time::Duration::from_millis(20), ..SettlerSettings::SINGLE_NODE };
        Settler::new(store.clone(), self.algod.clone(), Arc::clone(&self.signer), settings)
    }

    /// Works until nothing is to be done.
    pub(crate) async fn settle(&self) {
        self.settler().run_until_idle().await.unwrap();
    }

    pub(crate) async fn send(&self, key: &SigningKey, transaction: Transaction) -> Confirmation {
        send(&self.algod, key, transaction).await
    }

    pub(crate) fn address(&self, wallet: i64) -> Address {
        Keys.wallet(self.store.books(wallet).key_number.unwrap()).unwrap().address()
    }

    pub(crate) fn key(&self, wallet: i64) -> SigningKey {
        Keys.wallet(self.store.books(wallet).key_number.unwrap()).unwrap()
    }

    /// Minor units of PLY that an account holds.
    pub(crate) async fn holding(&self, address: Address) -> Option<u64> {
        self.algod.holding(address, self.contract.asset).await.unwrap().map(|holding| holding.amount)
    }

    pub(crate) async fn last_tick(&self, wallet: i64) -> Option<TickId> {
        let state = LocalState::fetch(&self.algod, self.address(wallet), self.contract.app).await.unwrap().unwrap();
        state.unwrap().last_tick
    }

    pub(crate) fn usage(&self) -> UsageClient {
        UsageClient::new(self.algod.clone(), self.contract.app)
    }

    pub(crate) const fn asset(&self) -> AssetIndex {
        self.contract.asset
    }

    /// Law 2 for the wallets and the treasury, the third book, and every bill on the chain against the ledger.
    pub(crate) async fn check_chain(&self, treasury_algos_before: u64) {
        let wallets: Vec<_> = self.store.state().wallets.values().cloned().collect();
        let (mut due, mut wallet_algos) = (0, 0);
        for books in &wallets {
            due += books.due.0;
            if books.key_number.is_none() {
                continue;
            }
            let address = self.address(books.id);
            let held = self.holding(address).await.unwrap_or(0);
            assert_eq!(Some(held), books.holding().map(Amount::minor_units), "law 2 of wallet {}", books.id);
            let algos = self.algod.account(address).await.unwrap().balance.0;
            assert_eq!(Ok(algos), u64::try_from(books.algos), "the third book of wallet {}", books.id);
            wallet_algos += algos;
        }
        let (treasury, outside, partner, platform, posted) = {
            let state = self.store.state();
            (state.treasury, state.outside, state.partner, state.platform, state.algos)
        };
        let account = self.signer.parties().treasury;
        let held = self.holding(account).await.unwrap();
        assert_eq!(Amount(treasury + due).minor_units(), held, "law 2 of the treasury");
        let algos = self.algod.account(account).await.unwrap().balance.0;
        self.check_treasury_algos(treasury_algos_before, algos, posted.treasury);
        assert_eq!(Ok(wallet_algos), u64::try_from(posted.wallet));
        let paid = [self.provider.address(), self.platform.address()];
        assert_eq!(self.holding(paid[0]).await.unwrap(), Amount(partner).minor_units(), "the provider");
        // Roundings of closes are the platform's in the ledger, and the treasury's on the chain.
        assert!(self.holding(paid[1]).await.unwrap() <= Amount(platform).minor_units(), "the platform");
        assert!(outside <= 0);
    }

    /// The third book against the treasury's Algos. A private network of real nodes pays rewards for whole ones.
    pub(crate) fn check_treasury_algos(&self, before: u64, now: u64, posted: i64) {
        let change = i64::try_from(now).unwrap() - i64::try_from(before).unwrap();
        assert!(
            change == posted || (self.node.is_none() && change > posted),
            "{change} microAlgos, {posted} in the books"
        );
    }

    pub(crate) async fn treasury_algos(&self) -> u64 {
        self.algod.account(self.signer.parties().treasury).await.unwrap().balance.0
    }
}

async fn send(algod: &Algod, key: &SigningKey, mut transaction: Transaction) -> Confirmation {
    let params = algod.suggested_params().await.unwrap();
    let first = params.last_round.max(pnp_types::Round(1));
    (transaction.header.first_valid, transaction.header.last_valid) = (first, first.saturating_add(1000));
    (transaction.header.genesis_id, transaction.header.genesis_hash) = (params.genesis_id, params.genesis_hash);
    algod.deliver(&[key.sign_transaction(&transaction)]).await.unwrap()
}
