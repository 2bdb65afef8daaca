//! From a step to the transactions it sends.

use std::collections::BTreeMap;

use super::model::{Actor, Bill, Call, Completion, Contract, Scalar, Step};
use super::{Programs, Stage, StageError};
use crate::calls::{GLOBAL_SCHEMA, LOCAL_SCHEMA};
use pnp_types::{AppIndex, AssetIndex, MicroAlgos, OnCompletion, Transaction};

/// What a scenario's transactions are about.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) contract: &'a Contract,
    pub(super) programs: &'a Programs,
    pub(super) application: AppIndex,
    pub(super) ply: AssetIndex,
    /// An asset made after PLY, where the scenario names one.
    pub(super) silver: Option<AssetIndex>,
}

fn wrong(what: impl Into<String>) -> StageError {
    StageError::Scenario(what.into())
}

/// A tick's bytes from `text`, `0xhex` or `text*count`.
pub(super) fn tick_bytes(notation: &str) -> Result<Vec<u8>, StageError> {
    if let Some(hex) = notation.strip_prefix("0x") {
        return hex::decode(hex).map_err(|e| wrong(format!("tick {notation}: {e}")));
    }
    match notation.split_once('*') {
        Some((text, count)) => {
            let count = count.parse().map_err(|e| wrong(format!("tick {notation}: {e}")))?;
            Ok(text.as_bytes().repeat(count))
        }
        None => Ok(notation.as_bytes().to_vec()),
    }
}

fn actor(name: &Scalar) -> Result<Actor, StageError> {
    Actor::named(&name.to_string()).ok_or_else(|| wrong(format!("{name} is no actor")))
}

impl Stage {
    /// The transactions of a step, changed and ordered as it says.
    pub(super) fn step(&mut self, subject: &Subject<'_>, step: &Step) -> Result<Vec<Transaction>, StageError> {
        let mut plain = match (&step.bill, &step.call) {
            (Some(bill), None) => self.bill(subject, bill, step.by.unwrap_or(Actor::User))?,
            (None, Some(call)) => vec![self.call(subject, call, step.by.unwrap_or(Actor::Creator))?],
            _ => return Err(wrong("a step is either a bill or a call")),
        };
        self.change(subject, &mut plain, &step.change)?;
        let Some(order) = &step.group else { return Ok(plain) };
        let mut group = Vec::new();
        for item in order {
            group.push(match item {
                Scalar::Number(index) => usize::try_from(*index)
                    .ok()
                    .and_then(|i| plain.get(i))
                    .cloned()
                    .ok_or_else(|| wrong(format!("the plain group has no transaction {index}")))?,
                Scalar::Text(name) if name == "payment" => {
                    let by = self.address(step.by.unwrap_or(Actor::User));
                    self.complete(Transaction::payment(by, self.address(Actor::Provider), MicroAlgos::ZERO))
                }
                Scalar::Text(name) if name == "call_again" => {
                    let mut again = plain.first().cloned().ok_or_else(|| wrong("nothing to call again"))?;
                    again.header.note = b"again".to_vec();
                    again
                }
                Scalar::Text(name) => return Err(wrong(format!("{name} is no member of a group"))),
            });
        }
        Ok(group)
    }

    /// The plain bill: application call, transfer to the provider, transfer to the platform.
    ///
    /// A gross that does not fit 64 bits pays its lower 64 bits, as an attacker would.
    fn bill(&mut self, subject: &Subject<'_>, bill: &Bill, by: Actor) -> Result<Vec<Transaction>, StageError> {
        let gross = u128::from(bill.units) * u128::from(bill.unit_price);
        let gross = (gross & u128::from(u64::MAX)) as u64;
        let fee = u128::from(gross) * u128::from(subject.contract.fee_pct) / 10_000;
        let fee = u64::try_from(fee).map_err(|_| wrong("fee_pct over 10000"))?;
        let asset = self.asset(subject, &bill.asset)?;
        let call = Transaction::app_call(self.address(by), subject.application)
            .args([tick_bytes(&bill.tick)?])
            .arg_uint(bill.units)
            .arg_uint(bill.unit_price)
            .arg_uint(asset.0);
        let call = self.complete(call);
        let to_provider = self.transfer(by, subject.contract.provider, asset, gross.saturating_sub(fee));
        let to_platform = self.transfer(by, subject.contract.platform, asset, fee);
        Ok(vec![call, to_provider, to_platform])
    }

    fn call(&mut self, subject: &Subject<'_>, call: &Call, by: Actor) -> Result<Transaction, StageError> {
        let args = call.args.iter().map(|a| self.argument(subject, a)).collect::<Result<_, _>>()?;
        self.plain_call(subject, call.on, args, by)
    }

    /// One application call with these arguments.
    pub(super) fn plain_call(
        &mut self,
        subject: &Subject<'_>,
        on: Completion,
        args: Vec<Vec<u8>>,
        by: Actor,
    ) -> Result<Transaction, StageError> {
        let sender = self.address(by);
        let (approval, clear) = (subject.programs.approval.clone(), subject.programs.clear.clone());
        let call = match on {
            Completion::Create | Completion::CreateAndOptIn => {
                let call = Transaction::app_create(sender, approval, clear);
                let call = call.global_schema(GLOBAL_SCHEMA).local_schema(LOCAL_SCHEMA);
                if on == Completion::Create { call } else { call.on_completion(OnCompletion::OptIn) }
            }
            Completion::NoOp => Transaction::app_call(sender, subject.application),
            Completion::OptIn => Transaction::app_opt_in(sender, subject.application),
            Completion::CloseOut => Transaction::app_close_out(sender, subject.application),
            Completion::ClearState => Transaction::app_clear_state(sender, subject.application),
            Completion::Update => Transaction::app_update(sender, subject.application, approval, clear),
            Completion::Delete => Transaction::app_delete(sender, subject.application),
        };
        Ok(self.complete(call.args(args)))
    }

    /// An argument in `goal`'s notation.
    fn argument(&self, subject: &Subject<'_>, notation: &str) -> Result<Vec<u8>, StageError> {
        let (kind, value) = notation.split_once(':').ok_or_else(|| wrong(format!("argument {notation}: no kind")))?;
        Ok(match kind {
            "int" => value.parse::<u64>().map_err(|e| wrong(format!("{notation}: {e}")))?.to_be_bytes().to_vec(),
            "str" => value.as_bytes().to_vec(),
            "hex" => hex::decode(value).map_err(|e| wrong(format!("{notation}: {e}")))?,
            "addr" => self.address(actor(&Scalar::Text(value.to_owned()))?).as_bytes().to_vec(),
            "asset" => self.asset(subject, value)?.0.to_be_bytes().to_vec(),
            _ => return Err(wrong(format!("argument {notation}: unknown kind"))),
        })
    }

    fn asset(&self, subject: &Subject<'_>, name: &str) -> Result<AssetIndex, StageError> {
        match name {
            "ply" => Ok(subject.ply),
            "gold" => Ok(self.gold),
            "silver" => subject.silver.ok_or_else(|| wrong("no silver was made")),
            "none" => Ok(AssetIndex::NONE),
            _ => Err(wrong(format!("{name} is no asset"))),
        }
    }

    /// Sets fields as `INDEX.FIELD: VALUE` says.
    fn change(
        &self,
        subject: &Subject<'_>,
        plain: &mut [Transaction],
        changes: &BTreeMap<String, Scalar>,
    ) -> Result<(), StageError> {
        for (place, value) in changes {
            let unknown = || wrong(format!("{place}: {value} cannot be set"));
            let (index, field) = place.split_once('.').ok_or_else(unknown)?;
            let transaction = index.parse().ok().and_then(|i: usize| plain.get_mut(i)).ok_or_else(unknown)?;
            let transfer = &mut transaction.asset_transfer;
            match field {
                "sender" => transaction.header.sender = self.address(actor(value)?),
                "rekey_to" => transaction.header.rekey_to = self.address(actor(value)?),
                "receiver" => transfer.receiver = self.address(actor(value)?),
                "close_to" => transfer.close_to = self.address(actor(value)?),
                "asset_sender" => transfer.sender = self.address(actor(value)?),
                "asset" => transfer.asset = self.asset(subject, &value.to_string())?,
                "amount" => {
                    let text = value.to_string();
                    let relative = text.starts_with(['+', '-']);
                    let number: i128 = text.parse().map_err(|_| unknown())?;
                    let amount = if relative { i128::from(transfer.amount) + number } else { number };
                    transfer.amount = u64::try_from(amount).map_err(|_| unknown())?;
                }
                "extra_arg" => transaction.application_call.args.push(self.argument(subject, &value.to_string())?),
                _ => return Err(unknown()),
            }
        }
        Ok(())
    }
}
