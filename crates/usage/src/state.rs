//! The contract's state, read from a network.

use super::{BasisPoints, Parameters, TickId, UsageError};
use pnp_client::{Algod, ApplicationState, ClientError};
use pnp_types::{Address, AppIndex, AssetIndex, TealValue};
use std::collections::BTreeMap;

/// What a contract keeps globally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalState {
    /// Who gets the net.
    pub provider: Address,
    /// Who gets the fee.
    pub platform: Address,
    /// Fee and price limits.
    pub parameters: Parameters,
    /// The asset it is bound to, if any.
    pub asset: Option<AssetIndex>,
}

impl GlobalState {
    /// Reads the six values; `asa_id` may be missing, which binds no asset.
    ///
    /// # Errors
    /// [`UsageError::Foreign`] where a value is missing or cannot be.
    pub fn read(application: &ApplicationState) -> Result<Self, UsageError> {
        let app = application.id;
        let foreign = |why: String| UsageError::Foreign { app, why };
        let value = |key: &str| {
            application.global_state.get(key.as_bytes()).ok_or_else(|| foreign(format!("its state has no {key}")))
        };
        let uint = |key: &str| match value(key)? {
            TealValue::Uint(number) => Ok(*number),
            TealValue::Bytes(_) => Err(foreign(format!("its {key} is not an integer"))),
        };
        let address = |key: &str| match value(key)? {
            TealValue::Bytes(bytes) => <[u8; 32]>::try_from(bytes.as_slice())
                .map(Address)
                .map_err(|_| foreign(format!("its {key} is not an address"))),
            TealValue::Uint(_) => Err(foreign(format!("its {key} is not an address"))),
        };
        let parameters = Parameters::new(BasisPoints(uint("fee_pct")?), uint("min_rate")?, uint("max_rate")?)
            .map_err(|error| foreign(error.to_string()))?;
        // The program reads a missing value as 0: so did the contract's first version, which bound no asset.
        let asset = if application.global_state.contains_key(b"asa_id".as_slice()) { uint("asa_id")? } else { 0 };
        let asset = AssetIndex(asset);
        Ok(Self {
            provider: address("provider")?,
            platform: address("platform")?,
            parameters,
            asset: (asset != AssetIndex::NONE).then_some(asset),
        })
    }

    /// The asset a bill is paid with: the bound one, or the one named where none is bound.
    ///
    /// # Errors
    /// [`UsageError::OtherAsset`] and [`UsageError::NoAsset`].
    pub fn billed_asset(&self, named: Option<AssetIndex>) -> Result<AssetIndex, UsageError> {
        match (self.asset, named) {
            (Some(bound), Some(asset)) if bound != asset => Err(UsageError::OtherAsset { bound, asset }),
            (Some(bound), _) => Ok(bound),
            (None, Some(asset)) if asset != AssetIndex::NONE => Ok(asset),
            (None, _) => Err(UsageError::NoAsset),
        }
    }
}

/// What a contract keeps of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalState {
    /// The newest tick billed; none before the first bill.
    pub last_tick: Option<TickId>,
}

impl LocalState {
    /// Reads `last_tick`.
    ///
    /// # Errors
    /// [`UsageError::Foreign`].
    pub fn read(app: AppIndex, values: &BTreeMap<Vec<u8>, TealValue>) -> Result<Self, UsageError> {
        let last_tick = match values.get(b"last_tick".as_slice()) {
            Some(TealValue::Bytes(bytes)) if bytes.is_empty() => None,
            Some(TealValue::Bytes(bytes)) => Some(TickId::new(bytes.clone())?),
            _ => {
                let why = "its users have no last_tick".to_owned();
                return Err(UsageError::Foreign { app, why });
            }
        };
        Ok(Self { last_tick })
    }

    /// Reads a user's state from the network; `None` where the user has not opted in.
    ///
    /// # Errors
    /// The network's, outside; [`UsageError::Foreign`], inside.
    pub async fn fetch(
        algod: &Algod,
        user: Address,
        app: AppIndex,
    ) -> Result<Result<Option<Self>, UsageError>, ClientError> {
        let values = algod.local_state(user, app).await?;
        Ok(values.map(|values| Self::read(app, &values)).transpose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pnp_types::StateSchema;

    fn application() -> ApplicationState {
        let mut global_state = BTreeMap::new();
        global_state.insert(b"provider".to_vec(), TealValue::Bytes(vec![1; 32]));
        global_state.insert(b"platform".to_vec(), TealValue::Bytes(vec![2; 32]));
        for (key, number) in [("fee_pct", 500), ("min_rate", 1), ("max_rate", 1000), ("asa_id", 0)] {
            global_state.insert(key.as_bytes().to_vec(), TealValue::Uint(number));
        }
        ApplicationState {
            id: AppIndex(9),
            creator: Address::ZERO,
            approval_program: Vec::new(),
            clear_program: Vec::new(),
            global_state,
            global_schema: StateSchema::default(),
            local_schema: StateSchema::default(),
            extra_pages: 0,
        }
    }

    #[test]
    fn state_is_read_or_named_foreign() {
        let mut app = application();
        let state = GlobalState::read(&app).unwrap();
        assert_eq!((state.provider, state.asset), (Address([1; 32]), None));
        assert_eq!(state.billed_asset(Some(AssetIndex(5))), Ok(AssetIndex(5)));
        assert_eq!(state.billed_asset(None), Err(UsageError::NoAsset));
        app.global_state.insert(b"asa_id".to_vec(), TealValue::Uint(7));
        let bound = GlobalState::read(&app).unwrap();
        assert_eq!(bound.billed_asset(None), Ok(AssetIndex(7)));
        assert_eq!(
            bound.billed_asset(Some(AssetIndex(5))),
            Err(UsageError::OtherAsset { bound: AssetIndex(7), asset: AssetIndex(5) })
        );
        app.global_state.insert(b"provider".to_vec(), TealValue::Bytes(vec![1; 31]));
        assert!(GlobalState::read(&app).unwrap_err().to_string().contains("provider is not an address"));
        app.global_state.insert(b"provider".to_vec(), TealValue::Bytes(vec![1; 32]));
        app.global_state.remove(b"asa_id".as_slice());
        assert_eq!(GlobalState::read(&app).unwrap().asset, None);
        app.global_state.clear();
        assert!(GlobalState::read(&app).unwrap_err().to_string().contains("application 9 is not a UsageContract"));
    }

    #[test]
    fn an_empty_last_tick_is_none() {
        let mut values = BTreeMap::from([(b"last_tick".to_vec(), TealValue::Bytes(Vec::new()))]);
        assert_eq!(LocalState::read(AppIndex(9), &values), Ok(LocalState { last_tick: None }));
        values.insert(b"last_tick".to_vec(), TealValue::Bytes(b"a".to_vec()));
        assert_eq!(LocalState::read(AppIndex(9), &values).unwrap().last_tick.unwrap().as_bytes(), b"a");
        values.insert(b"last_tick".to_vec(), TealValue::Uint(0));
        assert!(LocalState::read(AppIndex(9), &values).is_err());
    }
}
