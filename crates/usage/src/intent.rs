//! What a transaction asks of the contract: the inverse of [`calls`](super::calls).

use super::{BasisPoints, Creation, Parameters, TickId, Units};
use pnp_types::{Address, AppIndex, ApplicationCall, AssetIndex, OnCompletion};

/// What a call asks for, if the application called is this contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Create a contract.
    Create(Creation),
    /// Open the sender's local state.
    OptIn,
    /// Pay for a tick.
    Bill {
        /// The tick.
        tick: TickId,
        /// Units of use.
        units: Units,
        /// The price of one, in minor units.
        unit_price: u64,
        /// What is paid with.
        asset: AssetIndex,
    },
    /// Set fee and limits.
    SetParameters(Parameters),
    /// Replace the programs, and the parameters if they are given.
    Update(Option<Parameters>),
    /// Delete the contract.
    Delete,
    /// Close the sender's local state.
    Leave {
        /// Whether by a clear-state call, which no program can refuse.
        forced: bool,
    },
}

impl Intent {
    /// Reads a call; `None` for one that the contract has no rule for, or would refuse by its arguments alone.
    #[must_use]
    pub fn of(call: &ApplicationCall) -> Option<Self> {
        let args = &call.args;
        let none = args.is_empty();
        if call.application == AppIndex::NONE && call.on_completion != OnCompletion::NoOp {
            return None;
        }
        match call.on_completion {
            OnCompletion::NoOp if call.application == AppIndex::NONE => creation(args).map(Self::Create),
            OnCompletion::NoOp => match args.as_slice() {
                [_, _, _] => parameters(args).map(Self::SetParameters),
                [tick, units, unit_price, asset] => Some(Self::Bill {
                    tick: TickId::new(tick.clone()).ok()?,
                    units: Units(uint(units)?),
                    unit_price: uint(unit_price)?,
                    asset: AssetIndex(uint(asset)?),
                }),
                _ => None,
            },
            OnCompletion::UpdateApplication if none => Some(Self::Update(None)),
            OnCompletion::UpdateApplication => parameters(args).map(|parameters| Self::Update(Some(parameters))),
            OnCompletion::OptIn if none => Some(Self::OptIn),
            OnCompletion::DeleteApplication if none => Some(Self::Delete),
            OnCompletion::CloseOut if none => Some(Self::Leave { forced: false }),
            OnCompletion::ClearState => Some(Self::Leave { forced: true }),
            _ => None,
        }
    }

    /// Fee and limits that hold after the call, where it sets them.
    #[must_use]
    pub fn parameters(&self) -> Option<Parameters> {
        match self {
            Self::Create(creation) => Some(creation.parameters),
            Self::SetParameters(parameters) => Some(*parameters),
            Self::Update(parameters) => *parameters,
            _ => None,
        }
    }
}

fn creation(args: &[Vec<u8>]) -> Option<Creation> {
    let (parties, rest) = args.split_at_checked(2)?;
    let (rates, asset) = rest.split_at_checked(3)?;
    let [provider, platform] = parties else { return None };
    let asset = match asset {
        [] => None,
        [asset] => Some(AssetIndex(uint(asset)?)).filter(|asset| *asset != AssetIndex::NONE),
        _ => return None,
    };
    Some(Creation { provider: address(provider)?, platform: address(platform)?, parameters: parameters(rates)?, asset })
}

fn uint(bytes: &[u8]) -> Option<u64> {
    if bytes.len() > 8 {
        return None;
    }
    Some(bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

fn address(bytes: &[u8]) -> Option<Address> {
    bytes.try_into().ok().map(Address)
}

fn parameters(args: &[Vec<u8>]) -> Option<Parameters> {
    let [fee_pct, min_rate, max_rate] = args else { return None };
    Parameters::new(BasisPoints(uint(fee_pct)?), uint(min_rate)?, uint(max_rate)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bill, Programs, Split, Template, calls};
    use pnp_client::SuggestedParams;
    use pnp_types::{Digest, MicroAlgos, Round};

    #[test]
    fn what_calls_write_is_read_back() {
        let params = SuggestedParams {
            fee_per_byte: 0,
            min_fee: MicroAlgos(1000),
            genesis_id: String::new(),
            genesis_hash: Digest::ZERO,
            last_round: Round(1),
            consensus: String::new(),
        };
        let (user, provider, platform) = (Address([1; 32]), Address([2; 32]), Address([3; 32]));
        let parameters = Parameters::EXAMPLE;
        let programs = Programs::assemble(Template::default()).unwrap();
        let intent = |transaction: pnp_types::Transaction| Intent::of(&transaction.application_call);
        for asset in [None, Some(AssetIndex(7))] {
            let creation = Creation { provider, platform, parameters, asset };
            let made = intent(calls::create(user, &programs, &creation, &params)).unwrap();
            assert_eq!(made, Intent::Create(creation));
            assert_eq!(made.parameters(), Some(parameters));
        }
        assert_eq!(intent(calls::opt_in(user, AppIndex(9), &params)), Some(Intent::OptIn));
        assert_eq!(
            intent(calls::set_parameters(user, AppIndex(9), &parameters, &params)),
            Some(Intent::SetParameters(parameters))
        );
        for given in [None, Some(parameters)] {
            let update = calls::update(user, AppIndex(9), &programs, given.as_ref(), &params);
            assert_eq!(intent(update), Some(Intent::Update(given)));
        }
        assert_eq!(intent(calls::delete(user, AppIndex(9), &params)), Some(Intent::Delete));
        for forced in [false, true] {
            assert_eq!(intent(calls::leave(user, AppIndex(9), forced, &params)), Some(Intent::Leave { forced }));
        }
        let tick = TickId::new(b"t1".to_vec()).unwrap();
        let split = Split::of(Units(2), 10, BasisPoints(500)).unwrap();
        let bill = Bill {
            user,
            app: AppIndex(9),
            asset: AssetIndex(7),
            provider,
            platform,
            tick: tick.clone(),
            units: Units(2),
            unit_price: 10,
            split,
        };
        let [call, ..] = bill.transactions(&params);
        assert_eq!(intent(call), Some(Intent::Bill { tick, units: Units(2), unit_price: 10, asset: AssetIndex(7) }));
    }

    #[test]
    fn what_the_contract_has_no_rule_for_is_no_intent() {
        let call = |application, on_completion, args: &[&[u8]]| ApplicationCall {
            application,
            on_completion,
            args: args.iter().map(|arg| arg.to_vec()).collect(),
            ..ApplicationCall::default()
        };
        for wrong in [
            call(AppIndex(0), OnCompletion::NoOp, &[]),
            call(AppIndex(0), OnCompletion::NoOp, &[&[1; 31], &[2; 32], b"", b"", b"\x01"]),
            call(AppIndex(0), OnCompletion::OptIn, &[]),
            call(AppIndex(9), OnCompletion::NoOp, &[b"a"]),
            call(AppIndex(9), OnCompletion::NoOp, &[&[1; 9], b"", b"\x01"]),
            call(AppIndex(9), OnCompletion::UpdateApplication, &[b"a"]),
            call(AppIndex(9), OnCompletion::DeleteApplication, &[b"a"]),
            call(AppIndex(9), OnCompletion(6), &[]),
        ] {
            assert_eq!(Intent::of(&wrong), None, "{wrong:?}");
        }
    }
}
