//! Sending what enough have signed, and recognizing what was sent before.

use super::NamedBundle;
use super::checks::{check_signatures, check_validity};
use super::error::MultisigError;
use super::outcome::outcome;
use super::signatures::Signatures;
use super::validity::Validity;
use crate::approval::Effect;
use crate::connection::Connection;
use crate::contract_record::programs_of;
use crate::error::Error;
use crate::observer::Event;
use pnp_client::{ClientError, Confirmation, Outcome, Unknown};
use pnp_registry::Contract;
use pnp_types::{AppIndex, AssetIndex, Bundle, Transaction};

/// A bundle that is confirmed.
#[derive(Clone, Debug)]
pub struct SubmittedBundle {
    /// The first transaction's confirmation.
    pub confirmation: Confirmation,
    /// Whether it was sent before, by this program or another.
    pub sent_before: bool,
    /// The application it was about.
    pub app: Option<AppIndex>,
    /// The asset it made.
    pub asset: Option<AssetIndex>,
    /// Whether the record was changed.
    pub recorded: bool,
}

impl Connection {
    /// Sends a bundle that enough have signed, and records what it did. One that is in a block already is recorded only.
    ///
    /// # Errors
    /// [`MultisigError`], what sending may fail for, and a record that cannot be read or written.
    pub async fn submit_bundle(&self, bundle: &NamedBundle) -> Result<SubmittedBundle, Error> {
        self.check_network(&bundle.bundle)?;
        // The record must be readable before anything is sent that belongs in it.
        self.chain()?;
        let (confirmation, sent_before) = match outcome(self, &bundle.bundle).await? {
            Outcome::InBlock(confirmation) => (confirmation, true),
            // Sent again it would be refused, which would say nothing of the first time.
            Outcome::Unknown(why @ Unknown::NoBlocks(window)) => {
                let txid = bundle.bundle.transactions().next().map(Transaction::id).unwrap_or_default();
                let (last_valid, why) = (window.last_valid, why.to_string());
                return Err(ClientError::Uncertain { txid, last_valid, why }.into());
            }
            // What a node dropped may be sent again as long as it is valid.
            Outcome::Void(_) | Outcome::Unknown(_) => (self.send_bundle(bundle).await?, false),
        };
        let recorded = self.record_bundle(&bundle.bundle, &confirmation).await?;
        let (app, asset, recorded) = (recorded.app, recorded.asset, recorded.changed);
        Ok(SubmittedBundle { confirmation, sent_before, app, asset, recorded })
    }

    fn check_network(&self, bundle: &Bundle) -> Result<(), MultisigError> {
        let genesis_hash = self.identity.hash.clone();
        let bundle = bundle.genesis_hash();
        match bundle.to_base64() == genesis_hash {
            true => Ok(()),
            false => Err(MultisigError::WrongNetwork { bundle, network: self.network.name.clone(), genesis_hash }),
        }
    }

    async fn send_bundle(&self, NamedBundle { name, bundle }: &NamedBundle) -> Result<Confirmation, Error> {
        let now = self.params().await?.last_round;
        let validity = Validity::of(bundle, Some(now));
        check_validity(&validity)?;
        if let Some(early_by) = validity.early_by() {
            let (bundle, first_valid) = (name.clone(), validity.first_valid);
            return Err(MultisigError::TooEarly { bundle, first_valid, now, early_by }.into());
        }
        if let Some(warning) = validity.warning() {
            self.event(Event::BundleMayExpire(warning));
        }
        let signatures = Signatures::of(bundle);
        check_signatures(&signatures, name)?;
        if signatures.missing > 0 {
            return Err(MultisigError::TooFewSignatures { bundle: name.clone(), signatures }.into());
        }
        let multisig = bundle.account().address();
        for sender in bundle.transactions().map(|transaction| transaction.header.sender) {
            let signer = self.algod.account(sender).await?.signer();
            if signer != multisig {
                return Err(MultisigError::Rekeyed { sender, signer, multisig }.into());
            }
        }
        self.approve(Effect::Bundle { transactions: bundle.transactions().cloned().collect() }).await?;
        let record = self.record_of(bundle);
        let sent = self.submit(bundle.signed(), programs_of(record.as_ref()).as_ref()).await?;
        Ok(sent.confirmation)
    }

    /// What the record says of the application that a bundle calls.
    pub(super) fn record_of(&self, bundle: &Bundle) -> Option<Contract> {
        let mut called = bundle.transactions().map(|transaction| transaction.application_call.application);
        let app = called.find(|app| *app != AppIndex::NONE)?;
        self.contract(Some(app)).ok()?.1
    }
}
