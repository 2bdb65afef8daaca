//! Bill for use with the Play and Pay UsageContract: prices, fees, transaction groups, state, receipts.
//!
//! [`UsageClient`] is one contract on one network. A bill is a group of three transactions: the call, and what the provider and
//! the platform get. The contract accepts all of it or nothing:
//!
//! ```
//! # use pnp_types::{MicroAlgos, SigningKey, Transaction};
//! # use pnp_usage::{Creation, Parameters, calls};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let network = pnp_devnet::serve(pnp_devnet::Config::test())?;
//! # let (url, token) = (network.url(), Some(pnp_devnet::LOCAL_TOKEN));
//! # let algod = pnp_client::Algod::new(&url, token)?;
//! # let dispenser = SigningKey::from_seed(network.node().dispenser().ok_or("no dispenser")?.seed());
//! # let (provider, platform, user) = (SigningKey::generate()?, SigningKey::generate()?, SigningKey::generate()?);
//! # let params = algod.suggested_params().await?;
//! # let send = async |transaction: Transaction, key: &SigningKey| {
//! #     let transactions = calls::set_fees_and_group(vec![transaction], &params).unwrap();
//! #     algod.deliver(&[key.sign_transaction(&transactions[0])]).await
//! # };
//! # for key in [&provider, &platform, &user] {
//! #     let payment = calls::payment(dispenser.address(), key.address(), MicroAlgos::algos(10), &params);
//! #     send(payment, &dispenser).await?;
//! # }
//! # let creation = calls::for_network(Transaction::asset_create(provider.address(), 1_000_000, 2), &params);
//! # let asset = send(creation, &provider).await?.asset.ok_or("no asset")?;
//! # send(calls::asset_opt_in(platform.address(), asset, &params), &platform).await?;
//! # let creation = Creation {
//! #     provider: provider.address(),
//! #     platform: platform.address(),
//! #     parameters: Parameters::EXAMPLE,
//! #     asset: Some(asset),
//! # };
//! # let deployed = UsageClient::deploy(algod.clone(), &provider, &creation).await?;
//! # let app = deployed.app();
//! # deployed.opt_in(&user).await?;
//! # send(calls::asset_transfer(provider.address(), user.address(), asset, 1000, &params), &provider).await?;
//! use pnp_client::Algod;
//! use pnp_usage::{Units, UsageClient};
//!
//! let usage = UsageClient::new(Algod::new(&url, token)?, app);
//! // `user` is a `SigningKey`, or any other `Signer`: 3 units at 20 minor units of the asset each.
//! let receipt = usage.bill(&user, Units(3), 20).await?;
//!
//! assert_eq!((receipt.split.gross, receipt.split.fee, receipt.split.net), (60, 3, 57));
//! assert_eq!(receipt.before.user - receipt.after.user, 60);
//! println!("charged in round {}: {}", receipt.round, receipt.txids[0]);
//! # network.stop()?;
//! # Ok(())
//! # }
//! ```
//!
//! To charge many lines exactly once, whatever fails, use [`batch`] with its [`journal`].
//!
//! The rules are the contract's own (`teal/usage_approval.teal`); what is checked here spares a user a refusal on chain.
//! Must not know the command line, files other than its journal, or where keys and networks come from.

mod arc2;
pub mod arc56;
pub mod batch;
mod billing;
pub mod calls;
mod choices;
pub mod difference;
mod discover;
mod error;
pub mod exactly_once;
mod intent;
pub mod journal;
mod parameters;
mod plan;
mod program_changes;
mod programs;
mod quantity;
mod receipt;
pub mod scenario;
mod signer;
mod split;
mod state;
mod stop;
mod tick;
mod usage_client;
mod verification;

pub use arc2::{DAPP, DEFAULT_NAME, DeployNote, NoteError};
pub use billing::{BillRequest, OperationError, PreparedBill, RefusedBill, global_state};
pub use calls::Bill;
pub use choices::{AssetChoice, ContractChoices, TemplateChoices};
pub use discover::{Candidate, Evidence, Search, search, template_of};
pub use error::UsageError;
pub use intent::Intent;
pub use parameters::{Creation, Parameters};
pub use plan::{
    Action, Aspect, Change, DeployedContract, DesiredContract, OnSchemaBreak, OnUpdate, Plan, Policy, Refusal, Size,
    UnknownPolicy, extra_pages, missing_room, size_change,
};
pub use program_changes::{ProgramChange, ProgramIdentity, ProgramPair, program_changes};
pub use programs::{
    APPROVAL_PATH, APPROVAL_SOURCE, CLEAR_PATH, CLEAR_SOURCE, Programs, SourceLine, Template, source_hashes,
};
pub use quantity::{BasisPoints, Units};
pub use receipt::{Balances, Receipt};
pub use signer::{SignError, Signer, Signing};
pub use split::Split;
pub use state::{GlobalState, LocalState};
pub use stop::StopSignal;
pub use tick::{MAX_TICK, TickId};
pub use usage_client::{BillError, UsageClient};
pub use verification::{ProgramComparison, Verification};
