//! Partners, their settings, and the contracts that bill their users.

use super::LedgerError;
use crate::amount::Amount;
use crate::store::{StoreError, Write};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};

/// How many sessions a user may have open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionPolicy {
    /// One for each content.
    #[default]
    PerContent,
    /// One.
    PerUser,
    /// Any number.
    None,
}

/// What a partner has decided, and its limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PartnerSettings {
    /// How many sessions a user may have open.
    pub session_policy: SessionPolicy,
    /// Whether its content servers check playback tokens, so that their leases are counted.
    pub counts_leases: bool,
    /// The time between two ticks, in milliseconds.
    pub interval_ms: i64,
    /// From which amount on a tab is billed at once.
    pub settle_above: Amount,
    /// After how many milliseconds a tab is billed where there is a lot in it.
    pub settle_after_ms: i64,
    /// Whether bills are cut in lots whose fee is a whole minor unit.
    pub lots: bool,
    /// Whether the end of a session makes its tab due.
    pub stop_makes_due: bool,
    /// For how many milliseconds a bill waits after it became due.
    pub payout_delay_ms: i64,
    /// How much of one wallet may be charged and not on the chain.
    pub risk_limit_wallet: Amount,
    /// How much of all wallets may be charged and not on the chain.
    pub risk_limit_partner: Amount,
    /// The highest price of a minute.
    pub max_price: Amount,
    /// The least top-up, the largest, and the most of a user a day.
    pub top_up_min: Amount,
    /// The largest top-up.
    pub top_up_max: Amount,
    /// The most that a user may top up a day.
    pub top_up_daily: Amount,
    /// After how many days money that came by card may leave.
    pub card_hold_days: i64,
    /// The origins that a `return_url` may have.
    pub return_origins: Vec<String>,
    /// Where users top up.
    pub top_up_url: Option<String>,
    /// The time zone of its reports.
    pub time_zone: String,
}

impl Default for PartnerSettings {
    fn default() -> Self {
        Self {
            session_policy: SessionPolicy::PerContent,
            counts_leases: true,
            interval_ms: 15_000,
            settle_above: Amount(500_000_000),
            settle_after_ms: 3_600_000,
            lots: true,
            stop_makes_due: false,
            payout_delay_ms: 0,
            risk_limit_wallet: Amount(2_000_000_000),
            risk_limit_partner: Amount(100_000_000_000),
            max_price: Amount(100_000_000),
            top_up_min: Amount(100_000_000),
            top_up_max: Amount(25_000_000_000),
            top_up_daily: Amount(50_000_000_000),
            card_hold_days: 120,
            return_origins: Vec::new(),
            top_up_url: None,
            time_zone: "UTC".to_owned(),
        }
    }
}

/// A partner: whoever charges its users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// Its number.
    pub id: i64,
    /// Its name, unique.
    pub name: String,
    /// When it was added, in milliseconds since 1970.
    pub created_at: i64,
    /// Net of its bills in blocks.
    pub earned: Amount,
    /// The platform's part of these.
    pub platform: Amount,
    /// What it decided.
    pub settings: PartnerSettings,
}

impl Partner {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let settings: String = row.get(5)?;
        let settings = serde_json::from_str(&settings)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, error.into()))?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            created_at: row.get(2)?,
            earned: row.get(3)?,
            platform: row.get(4)?,
            settings,
        })
    }

    /// All partners, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn all(connection: &Connection) -> Result<Vec<Self>, StoreError> {
        let mut statement = connection
            .prepare_cached("SELECT id, name, created_at, partner, platform, settings FROM partners ORDER BY id")?;
        let all = statement.query_map([], Self::read)?.collect::<rusqlite::Result<_>>()?;
        Ok(all)
    }

    /// Adds a partner; its number.
    ///
    /// # Errors
    /// [`LedgerError::Conflict`] where another has the name.
    pub fn add(write: &mut Write<'_>, name: &str, settings: &PartnerSettings) -> Result<i64, LedgerError> {
        let (id, now) = (write.next_id(), write.now());
        let settings =
            serde_json::to_string(settings).map_err(|_| LedgerError::Conflict("the settings cannot be written"))?;
        let added = write.execute(
            "INSERT INTO partners (id, name, created_at, settings) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO NOTHING",
            (id, name, now, settings),
        )?;
        if added == 0 { Err(LedgerError::Conflict("another partner has this name")) } else { Ok(id) }
    }

    /// Replaces a partner's settings.
    ///
    /// # Errors
    /// [`LedgerError::Conflict`] where there is no such partner.
    pub fn set_settings(write: &mut Write<'_>, id: i64, settings: &PartnerSettings) -> Result<(), LedgerError> {
        let settings =
            serde_json::to_string(settings).map_err(|_| LedgerError::Conflict("the settings cannot be written"))?;
        let changed = write.execute("UPDATE partners SET settings = ?1 WHERE id = ?2", (settings, id))?;
        if changed == 0 { Err(LedgerError::Conflict("there is no such partner")) } else { Ok(()) }
    }
}

/// Whether a contract can bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractState {
    /// New sessions are billed with it.
    InForce,
    /// Another is in force; what it is owed is still billed.
    Retired,
    /// It cannot bill.
    Blocked,
}

impl ContractState {
    /// Its name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Retired => "retired",
            Self::Blocked => "blocked",
        }
    }
}

impl rusqlite::types::FromSql for ContractState {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        match value.as_str()? {
            "in_force" => Ok(Self::InForce),
            "retired" => Ok(Self::Retired),
            "blocked" => Ok(Self::Blocked),
            _ => Err(rusqlite::types::FromSqlError::InvalidType),
        }
    }
}

/// A contract that bills a partner's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Its number here.
    pub id: i64,
    /// The partner.
    pub partner: i64,
    /// The application.
    pub app: u64,
    /// The asset it bills.
    pub asset: u64,
    /// Who gets the net: an address.
    pub provider: String,
    /// Who gets the fee: an address.
    pub platform: String,
    /// The fee in basis points.
    pub fee_pct: u64,
    /// The least price of a unit, in minor units.
    pub min_rate: u64,
    /// The highest.
    pub max_rate: u64,
    /// Whether it can bill.
    pub state: ContractState,
}

impl Contract {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let number = |index: usize| -> rusqlite::Result<u64> {
            let value: i64 = row.get(index)?;
            u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(index, value))
        };
        Ok(Self {
            id: row.get(0)?,
            partner: row.get(1)?,
            app: number(2)?,
            asset: number(3)?,
            provider: row.get(4)?,
            platform: row.get(5)?,
            fee_pct: number(6)?,
            min_rate: number(7)?,
            max_rate: number(8)?,
            state: row.get(9)?,
        })
    }

    /// All contracts, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn all(connection: &Connection) -> Result<Vec<Self>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT id, partner_id, app_id, asset_id, provider, platform, fee_pct, min_rate, max_rate, state \
             FROM contracts ORDER BY id",
        )?;
        let all = statement.query_map([], Self::read)?.collect::<rusqlite::Result<_>>()?;
        Ok(all)
    }

    /// The contract in force at a partner.
    ///
    /// # Errors
    /// The store's.
    pub fn in_force(connection: &Connection, partner: i64) -> Result<Option<Self>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT id, partner_id, app_id, asset_id, provider, platform, fee_pct, min_rate, max_rate, state \
             FROM contracts WHERE partner_id = ?1 AND state = 'in_force'",
        )?;
        Ok(statement.query_row([partner], Self::read).optional()?)
    }

    /// Records a contract that was verified and puts it in force at its partner, whose contract before is retired. Its blocked tabs
    /// are billed again where their price is within its limits. `id` of the given one does
    /// not count; its number here is returned.
    ///
    /// # Errors
    /// The store's.
    pub fn put_in_force(write: &mut Write<'_>, contract: &Self) -> Result<i64, LedgerError> {
        let (id, now) = (write.next_id(), write.now());
        let number = |value: u64| i64::try_from(value).map_err(|_| LedgerError::TooLarge);
        write.execute(
            "UPDATE contracts SET state = 'retired' WHERE partner_id = ?1 AND state = 'in_force' AND app_id <> ?2",
            (contract.partner, number(contract.app)?),
        )?;
        let row = write.row(
            "INSERT INTO contracts (id, partner_id, app_id, asset_id, provider, platform, fee_pct, min_rate, max_rate, \
             state, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'in_force', ?10) \
             ON CONFLICT (app_id) DO UPDATE SET fee_pct = excluded.fee_pct, min_rate = excluded.min_rate, \
             max_rate = excluded.max_rate, state = 'in_force', state_reason = NULL RETURNING id",
            (
                id,
                contract.partner,
                number(contract.app)?,
                number(contract.asset)?,
                &contract.provider,
                &contract.platform,
                number(contract.fee_pct)?,
                number(contract.min_rate)?,
                number(contract.max_rate)?,
                now,
            ),
            |row| row.get(0),
        )?;
        let id = row.ok_or(LedgerError::Conflict("the contract was not recorded"))?;
        // What was blocked because of the contract, or of its price limits then, can be billed now.
        write.execute(
            "UPDATE tabs SET blocked = NULL WHERE contract_id = ?1 AND blocked IS NOT NULL AND price BETWEEN ?2 AND ?3",
            (id, number(contract.min_rate)?, number(contract.max_rate)?),
        )?;
        Ok(id)
    }
}
