//! What the ledger says about accounts, assets and applications.

use data_encoding::BASE64;
use pnp_types::{Address, AppIndex, AssetIndex, MicroAlgos, Round, StateSchema, TealValue};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An account's balance and signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountState {
    /// Whose.
    pub address: Address,
    /// All it has.
    pub balance: MicroAlgos,
    /// What it must keep.
    pub min_balance: MicroAlgos,
    /// The key that signs for it, where that is another's; else [`Address::ZERO`].
    pub auth_addr: Address,
}

impl AccountState {
    /// What it may spend.
    #[must_use]
    pub const fn spendable(&self) -> MicroAlgos {
        self.balance.saturating_sub(self.min_balance)
    }

    /// The address whose key signs.
    #[must_use]
    pub fn signer(&self) -> Address {
        if self.auth_addr.is_zero() { self.address } else { self.auth_addr }
    }
}

/// An account's holding of one asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Holding {
    /// Minor units.
    pub amount: u64,
    /// Whether it may not be moved.
    #[serde(rename = "is-frozen")]
    pub frozen: bool,
}

/// An account with everything that it holds and has joined, as of one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountDetails {
    /// Balance and signer.
    pub account: AccountState,
    /// The round after whose block this is so.
    pub round: Round,
    /// What it holds, by asset; an asset that it has opted in to is here with 0.
    pub holdings: BTreeMap<AssetIndex, Holding>,
    /// Its local states, by application that it has opted in to.
    pub local_states: BTreeMap<AppIndex, BTreeMap<Vec<u8>, TealValue>>,
}

/// An asset's parameters, as far as billing with it needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetState {
    /// Its index.
    pub id: AssetIndex,
    /// Who created it.
    pub creator: String,
    /// All minor units that exist.
    pub total: u64,
    /// Digits after the point.
    pub decimals: u32,
    /// The short name, empty where it is no text.
    pub unit_name: String,
    /// The long name, empty where it is no text.
    pub name: String,
    /// Whether holdings start frozen.
    pub default_frozen: bool,
    /// Who may change it, empty for nobody.
    pub manager: String,
    /// Who may take it back, empty for nobody.
    pub clawback: String,
    /// Who may freeze it, empty for nobody.
    pub freeze: String,
    /// Who keeps what is not in circulation, empty for nobody.
    pub reserve: String,
    /// A web address, empty for none.
    pub url: String,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationState {
    /// Its index.
    pub id: AppIndex,
    /// Who created it.
    pub creator: Address,
    /// The approval program's bytes.
    pub approval_program: Vec<u8>,
    /// The clear program's bytes.
    pub clear_program: Vec<u8>,
    /// Its global state.
    pub global_state: BTreeMap<Vec<u8>, TealValue>,
    /// The size of its global state.
    pub global_schema: StateSchema,
    /// The size of its local states.
    pub local_schema: StateSchema,
    /// Program pages beyond the first.
    pub extra_pages: u32,
}

#[derive(Deserialize)]
pub(super) struct AssetBody {
    params: AssetParamsBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct AssetParamsBody {
    creator: String,
    total: u64,
    decimals: u32,
    #[serde(default)]
    unit_name: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    default_frozen: bool,
    #[serde(default)]
    manager: String,
    #[serde(default)]
    clawback: String,
    #[serde(default)]
    freeze: String,
    #[serde(default)]
    reserve: String,
    #[serde(default)]
    url: String,
}

impl AssetBody {
    pub(super) fn into_state(self, id: AssetIndex) -> AssetState {
        let p = self.params;
        AssetState {
            id,
            creator: p.creator,
            total: p.total,
            decimals: p.decimals,
            unit_name: p.unit_name,
            name: p.name,
            default_frozen: p.default_frozen,
            manager: p.manager,
            clawback: p.clawback,
            freeze: p.freeze,
            reserve: p.reserve,
            url: p.url,
        }
    }
}

#[derive(Deserialize)]
struct KeyValueBody {
    key: String,
    value: ValueBody,
}

#[derive(Deserialize)]
struct ValueBody {
    #[serde(rename = "type")]
    kind: u64,
    #[serde(default)]
    bytes: String,
    #[serde(default)]
    uint: u64,
}

fn values(entries: Vec<KeyValueBody>) -> Result<BTreeMap<Vec<u8>, TealValue>, String> {
    entries
        .into_iter()
        .map(|entry| {
            let value = match entry.value.kind {
                1 => TealValue::Bytes(base64(&entry.value.bytes)?),
                2 => TealValue::Uint(entry.value.uint),
                other => return Err(format!("a state value of type {other}")),
            };
            Ok((base64(&entry.key)?, value))
        })
        .collect()
}

fn base64(text: &str) -> Result<Vec<u8>, String> {
    BASE64.decode(text.as_bytes()).map_err(|error| format!("base64 that is none ({error})"))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct SchemaBody {
    num_uint: u64,
    num_byte_slice: u64,
}

impl From<SchemaBody> for StateSchema {
    fn from(body: SchemaBody) -> Self {
        Self { uints: body.num_uint, byte_slices: body.num_byte_slice }
    }
}

#[derive(Deserialize)]
pub(super) struct ApplicationBody {
    params: ApplicationParamsBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ApplicationParamsBody {
    creator: Address,
    approval_program: String,
    clear_state_program: String,
    #[serde(default)]
    global_state: Vec<KeyValueBody>,
    #[serde(default)]
    global_state_schema: SchemaBody,
    #[serde(default)]
    local_state_schema: SchemaBody,
    #[serde(default)]
    extra_program_pages: u32,
}

impl ApplicationBody {
    pub(super) fn into_state(self, id: AppIndex) -> Result<ApplicationState, String> {
        let p = self.params;
        Ok(ApplicationState {
            id,
            creator: p.creator,
            approval_program: base64(&p.approval_program)?,
            clear_program: base64(&p.clear_state_program)?,
            global_state: values(p.global_state)?,
            global_schema: p.global_state_schema.into(),
            local_schema: p.local_state_schema.into(),
            extra_pages: p.extra_program_pages,
        })
    }
}

/// The parts of an account's answer that [`AccountDetails`] has.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct DetailsBody {
    amount: u64,
    min_balance: u64,
    #[serde(default)]
    auth_addr: Option<Address>,
    round: Round,
    #[serde(default)]
    assets: Vec<AssetHoldingBody>,
    #[serde(default)]
    apps_local_state: Vec<AppLocalStateBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct AssetHoldingBody {
    asset_id: AssetIndex,
    amount: u64,
    #[serde(default)]
    is_frozen: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct AppLocalStateBody {
    id: AppIndex,
    #[serde(default)]
    key_value: Vec<KeyValueBody>,
}

impl DetailsBody {
    pub(super) fn into_details(self, address: Address) -> Result<AccountDetails, String> {
        let account = AccountState {
            address,
            balance: MicroAlgos(self.amount),
            min_balance: MicroAlgos(self.min_balance),
            auth_addr: self.auth_addr.unwrap_or(Address::ZERO),
        };
        let holding = |one: AssetHoldingBody| (one.asset_id, Holding { amount: one.amount, frozen: one.is_frozen });
        let local_state = |one: AppLocalStateBody| Ok((one.id, values(one.key_value)?));
        Ok(AccountDetails {
            account,
            round: self.round,
            holdings: self.assets.into_iter().map(holding).collect(),
            local_states: self.apps_local_state.into_iter().map(local_state).collect::<Result<_, String>>()?,
        })
    }
}

/// The parts of an account's answer that list the applications it created.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct CreatorBody {
    #[serde(default)]
    created_apps: Vec<CreatedApplicationBody>,
}

#[derive(Deserialize)]
struct CreatedApplicationBody {
    id: AppIndex,
    params: ApplicationParamsBody,
}

impl CreatorBody {
    /// The applications, in the order of their indices.
    pub(super) fn into_states(self) -> Result<Vec<ApplicationState>, String> {
        let state = |made: CreatedApplicationBody| ApplicationBody { params: made.params }.into_state(made.id);
        let mut states = self.created_apps.into_iter().map(state).collect::<Result<Vec<_>, _>>()?;
        states.sort_by_key(|state| state.id);
        Ok(states)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct LocalStateBody {
    #[serde(default)]
    app_local_state: Option<LocalStateValues>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct LocalStateValues {
    #[serde(default)]
    key_value: Vec<KeyValueBody>,
}

impl LocalStateBody {
    /// `None` if the account created the application but has not opted in to it.
    pub(super) fn into_values(self) -> Result<Option<BTreeMap<Vec<u8>, TealValue>>, String> {
        self.app_local_state.map(|state| values(state.key_value)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_keeps_bytes_that_are_no_text() {
        let body: ApplicationBody = serde_json::from_str(
            r#"{"id":7,"params":{"approval-program":"C4EB","clear-state-program":"C4EB",
               "creator":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ",
               "global-state":[{"key":"/wA=","value":{"bytes":"AP8=","type":1,"uint":0}},
                               {"key":"Yg==","value":{"bytes":"","type":2,"uint":18446744073709551615}}],
               "global-state-schema":{"num-byte-slice":2,"num-uint":4}}}"#,
        )
        .unwrap();
        let state = body.into_state(AppIndex(7)).unwrap();
        assert_eq!(state.global_state.get([0xff, 0].as_slice()), Some(&TealValue::Bytes(vec![0, 0xff])));
        assert_eq!(state.global_state.get(b"b".as_slice()), Some(&TealValue::Uint(u64::MAX)));
        assert_eq!(state.global_schema, StateSchema { uints: 4, byte_slices: 2 });
        assert_eq!(state.approval_program, [0x0b, 0x81, 0x01]);
    }
}
