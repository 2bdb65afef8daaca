//! The documents of `gateway`.

use pnp_gateway::amount::Amount;
use pnp_gateway::ledger::PartnerSettings;
use pnp_ops::reports::doctor::Check;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// An API key, without its secret.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct KeyReport {
    /// The key's id.
    pub(super) id: String,
    /// The partner.
    pub(super) partner_id: String,
    /// `secret` for servers, `publishable` for pages.
    pub(super) kind: String,
    /// What people call it.
    pub(super) name: String,
    /// The key's last four characters.
    pub(super) hint: String,
    /// Its rights.
    pub(super) scopes: Vec<String>,
    /// The pages that may use it.
    pub(super) origins: Vec<String>,
    /// When it was made.
    pub(super) created_at: String,
    /// When it ends.
    pub(super) expires_at: Option<String>,
    /// When it was revoked.
    pub(super) revoked_at: Option<String>,
    /// When it was used last; it may be some seconds old.
    pub(super) last_used_at: Option<String>,
}

/// A key that was made. The key itself is shown once, where that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct NewKeyReport {
    /// The key, without its secret.
    pub(super) key: KeyReport,
    /// The key itself: with `--show-key`, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
    /// The new file, for you alone, that has the key: with `--key-file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<PathBuf>,
}

/// The keys there are.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct KeysReport {
    /// The keys, the oldest first.
    pub(super) keys: Vec<KeyReport>,
}

/// A key of playback tokens that replaces another.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PlaybackKeyReport {
    /// The new key: `kid` in its tokens.
    pub(super) key_id: String,
    /// From when on it signs.
    pub(super) signs_from: String,
    /// The key before.
    pub(super) old_key_id: String,
    /// Until when that one is published.
    pub(super) old_until: String,
    /// Whether this command replaced it; else that was under way.
    pub(super) replaced: bool,
}

/// A partner.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PartnerReport {
    /// The partner's id.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// When it was added.
    pub(super) created_at: String,
    /// What bills have paid it so far, in EUR.
    pub(super) earned: Amount,
    /// The platform's part of these bills, in EUR.
    pub(super) platform_fees: Amount,
    /// Its settings.
    pub(super) settings: PartnerSettings,
}

/// The partners there are.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PartnersReport {
    /// The partners, the oldest first.
    pub(super) partners: Vec<PartnerReport>,
}

/// A content of the catalogue.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ContentReport {
    /// Its id at the partner.
    pub(super) content_id: String,
    /// Its title.
    pub(super) title: String,
    /// The price of a minute, in EUR.
    pub(super) price_per_minute: Amount,
    /// When it was changed last.
    pub(super) updated_at: String,
}

/// A partner's catalogue.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ContentsReport {
    /// The partner.
    pub(super) partner_id: String,
    /// Its contents, in the order of their ids.
    pub(super) contents: Vec<ContentReport>,
}

/// A content that was removed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ContentRemovedReport {
    /// The partner.
    pub(super) partner_id: String,
    /// The content.
    pub(super) content_id: String,
}

/// The journal added up again, and compared with every balance and with its seals.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VerifyReport {
    /// Whether everything adds up.
    pub(super) healthy: bool,
    /// Entries of the journal.
    pub(super) entries: i64,
    /// Wallets.
    pub(super) wallets: i64,
    /// Sessions.
    pub(super) sessions: i64,
    /// Seals.
    pub(super) seals: i64,
    /// How many of them were compared with the note of a transfer of the treasury; null where the network was not asked.
    pub(super) seals_on_chain: Option<usize>,
    /// What does not add up.
    pub(super) findings: Vec<VerifyFinding>,
}

/// Something that does not add up.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct VerifyFinding {
    /// What was compared.
    pub(super) subject: String,
    /// What the journal says, and what the store has.
    pub(super) detail: String,
}

/// What is right and wrong with the gateway, and the remedies.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CheckReport {
    /// The network.
    pub(super) network: String,
    /// The folder of the store and the seed.
    pub(super) folder: String,
    /// Whether no check is an error.
    pub(super) healthy: bool,
    /// How many checks are errors.
    pub(super) errors: usize,
    /// How many checks are warnings.
    pub(super) warnings: usize,
    /// All checks, in the order they were made.
    pub(super) checks: Vec<Check>,
}

/// A copy of the store.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BackupReport {
    /// The new file.
    pub(super) file: PathBuf,
    /// Its size.
    pub(super) bytes: u64,
    /// What must be kept beside it: the seed and the key that opens it are not in the copy.
    pub(super) not_included: Vec<PathBuf>,
}

/// A copy that is the store now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RestoreReport {
    /// The copy.
    pub(super) file: PathBuf,
    /// The store.
    pub(super) store: PathBuf,
    /// The store that was there before, under its new name; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kept: Option<PathBuf>,
    /// The time of the newest entry; absent where there is no entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) newest_entry_at: Option<String>,
    /// Entries of the journal.
    pub(super) entries: i64,
    /// Wallets.
    pub(super) wallets: i64,
    /// The wallets that moved on the chain since the copy was made, and will be stopped; absent where no network was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) will_stop: Option<Vec<RestoreStop>>,
}

/// A wallet for which nothing will be sent to the chain until a person has looked.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RestoreStop {
    /// Its partner's name.
    pub(super) partner: String,
    /// Its user.
    pub(super) user_id: String,
    /// What it will be stopped for.
    pub(super) cause: String,
    /// What differs.
    pub(super) detail: String,
}

/// The accounts of a seed that the network knows.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RecoverReport {
    /// The network.
    pub(super) network: String,
    /// The treasury; absent where it has nothing on the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) treasury: Option<RecoveredAccount>,
    /// The wallets' accounts, in the order of their keys.
    pub(super) wallets: Vec<RecoveredAccount>,
    /// How many keys were asked for.
    pub(super) keys: u64,
}

/// An account of the seed.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RecoveredAccount {
    /// The number of its key.
    pub(super) number: u64,
    /// Its address.
    pub(super) address: String,
    /// All its microAlgos.
    pub(super) microalgos: u64,
    /// What it holds.
    pub(super) holdings: Vec<RecoveredHolding>,
}

/// A holding.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RecoveredHolding {
    /// The asset.
    pub(super) asset_id: u64,
    /// Minor units.
    pub(super) amount: u64,
}

/// A wallet's books. Together `available`, `held`, `unsettled`, `settling` and `withdrawing` are `due`, `sending`, `in_account` and
/// `leaving`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct WalletReport {
    /// The wallet's id.
    pub(super) id: String,
    /// Whose user it is.
    pub(super) partner_id: String,
    /// The user.
    pub(super) user_id: String,
    /// `open`, `closing` or `closed`.
    pub(super) state: String,
    /// Why nothing is sent to the chain for it; null where it goes on.
    pub(super) stopped: Option<String>,
    /// What was found when it was stopped.
    pub(super) stopped_because: Option<String>,
    /// Its account's address, once it has one.
    pub(super) address: Option<String>,
    /// Whether the account is on the chain.
    pub(super) has_account: bool,
    /// May be spent.
    pub(super) available: Amount,
    /// Set aside for open sessions.
    pub(super) held: Amount,
    /// Charged, and in no bill yet.
    pub(super) unsettled: Amount,
    /// In the bill under way.
    pub(super) settling: Amount,
    /// In withdrawals under way.
    pub(super) withdrawing: Amount,
    /// What a chargeback left to be paid.
    pub(super) debt: Amount,
    /// Credited, and not on its way to the account.
    pub(super) due: Amount,
    /// In the delivery under way.
    pub(super) sending: Amount,
    /// In the account, the user's.
    pub(super) in_account: Amount,
    /// In the bill or withdrawal under way.
    pub(super) leaving: Amount,
    /// In the account, but the treasury's.
    pub(super) to_return: Amount,
    /// Its Algos by the books, in microAlgos.
    pub(super) microalgos: i64,
    /// The operation under way.
    pub(super) operation_id: Option<String>,
    /// How far that is.
    pub(super) operation_state: Option<String>,
    /// When account and books agreed last.
    pub(super) compared_at: Option<String>,
    /// What a look at the account found; null in lists, and where the network was not asked.
    pub(super) chain: Option<WalletOnChainReport>,
}

/// A wallet's account, as the network answers now.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct WalletOnChainReport {
    /// The round of the answer.
    pub(super) round: u64,
    /// What it holds; null where it has not opted in to the asset.
    pub(super) holding: Option<Amount>,
    /// Its Algos, in microAlgos.
    pub(super) microalgos: u64,
    /// Whether it agrees with the books.
    pub(super) agrees: bool,
    /// What differs.
    pub(super) difference: Option<String>,
    /// What the books can take over, where something differs.
    pub(super) corrections: Vec<String>,
}

/// The wallets there are.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WalletsReport {
    /// The wallets, the oldest first.
    pub(super) wallets: Vec<WalletReport>,
}

/// A wallet that goes on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ReleasedWalletReport {
    /// Its books now.
    pub(super) wallet: WalletReport,
    /// What the books have taken over from the chain.
    pub(super) corrected: Vec<String>,
}

/// A contract of a partner.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ContractReport {
    /// Its id.
    pub(super) id: String,
    /// The partner.
    pub(super) partner_id: String,
    /// The application on the chain.
    pub(super) app_id: u64,
    /// The asset that it bills.
    pub(super) asset_id: u64,
    /// The address that gets the net.
    pub(super) provider: String,
    /// The address that gets the fee.
    pub(super) platform: String,
    /// The fee in basis points: 500 are 5 %.
    pub(super) fee_basis_points: u64,
    /// `in_force`, `retired` or `blocked`.
    pub(super) state: String,
}
