//! Everything that the contract does, shown on a development network: it is deployed, billed, and attacked in vain.

use crate::connection::Connection;
use crate::contract_record::recorded_template;
use crate::deploy::DeployRequest;
use crate::error::{DemonstrationError, Error};
use crate::refusal::Refusal;
use crate::sender::Outcome;
use crate::sending::{group, sign};
use pnp_keys::Account;
use pnp_registry::Contract;
use pnp_types::Transaction;
use pnp_usage::{BillRequest, ContractChoices, PreparedBill, Programs, Receipt, StopSignal, TemplateChoices, Units};

/// What was shown.
#[derive(Debug)]
pub struct Demonstration {
    /// The record of the contract that was deployed.
    pub contract: Contract,
    /// The bills that were paid, in order.
    pub receipts: Vec<Receipt>,
    /// The attacks that were tried, in order, and why each was refused.
    pub attacks: Vec<(&'static str, Refusal)>,
}

impl Connection {
    /// Deploys a contract that may be changed and ended, bills its user twice, and tries attacks. Made for a network in memory:
    /// accounts are created as on every development network.
    ///
    /// # Errors
    /// [`DemonstrationError`], and what deploying and billing may fail for.
    pub async fn demonstrate(&self) -> Result<Demonstration, Error> {
        let template = TemplateChoices { updatable: Some(true), deletable: Some(true), ordered_ticks: None };
        let choices = ContractChoices { template, ..ContractChoices::default() };
        let contract = match self.deploy(&DeployRequest { choices, ..DeployRequest::default() }, None).await? {
            Outcome::Done(deployment) => deployment.contract,
            Outcome::Unsigned(_) => None,
        };
        let contract = contract.ok_or(DemonstrationError::NoContract)?;
        let user = self.account("user").await?;
        self.opt_in_and_fund(&user, contract.app_id, contract.asset_id).await?;
        let request = |units, price| BillRequest {
            app: contract.app_id,
            user: user.address,
            units: Units(units),
            unit_price: Some(price),
            tick: None,
            asset: None,
            ordered_ticks: true,
        };
        let (mut receipts, stop) = (Vec::new(), StopSignal::new());
        for (units, price) in [(1, 2), (10, 20)] {
            receipts.push(self.bill_account(&user, &request(units, price), Some(&contract), &stop).await?);
        }
        let honest = PreparedBill::new(&self.algod, &request(10, 20)).await?;
        let attacks = self.attack_all(&contract, &user, &honest, receipts.last()).await?;
        Ok(Demonstration { contract, receipts, attacks })
    }

    /// Tries attacks on an honest bill, each of which must be refused; `last` is the bill that was paid last.
    async fn attack_all(
        &self,
        contract: &Contract,
        user: &Account,
        honest: &PreparedBill,
        last: Option<&Receipt>,
    ) -> Result<Vec<(&'static str, Refusal)>, Error> {
        let programs = Programs::assemble(recorded_template(&contract.programs))?;
        let stranger = self.account("stranger").await?;
        self.ensure_holding(&stranger, contract.asset_id).await?;
        let mut replayed = honest.bill.clone();
        if let Some(receipt) = last {
            replayed.tick = receipt.tick.clone();
        }
        let mut short = honest.bill.clone();
        short.split.net = short.split.net.saturating_sub(1);
        let mut diverted = honest.bill.clone();
        diverted.provider = stranger.address;
        let mut attacks = Vec::new();
        for (name, bill) in [
            ("the last tick again", replayed),
            ("one minor unit too little to the provider", short),
            ("the provider's money to a stranger", diverted),
        ] {
            let transactions = bill.transactions(&honest.params).to_vec();
            attacks.push((name, self.attack(user, transactions, honest, &programs).await?));
        }
        Ok(attacks)
    }

    /// Sends what must be refused, and returns the refusal.
    async fn attack(
        &self,
        user: &Account,
        transactions: Vec<Transaction>,
        honest: &PreparedBill,
        programs: &Programs,
    ) -> Result<Refusal, Error> {
        let signed = sign(user, &group(transactions, &honest.params)?).await?;
        match self.algod.submit(&signed).await {
            Ok(txid) => Err(DemonstrationError::Accepted { txid }.into()),
            Err(error) => match error.rejection() {
                Some(rejection) => Ok(Refusal::new(rejection.clone(), Some(programs))),
                None => Err(error.into()),
            },
        }
    }
}
