//! `gateway partners`: who the gateway works for, and with which settings.

use super::reports::{ContractReport, PartnerReport, PartnersReport};
use super::{Api, encoded};
use crate::failure::Failure;
use crate::terminal::output::Answer;
use serde_json::{Map, Value, json};

/// Arguments of `gateway partners`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Add a partner
    Add {
        /// Its name, which no other partner has
        name: String,
        /// Settings that differ from the usual ones, for example interval_ms=10000
        #[arg(value_name = "SETTING=VALUE", value_parser = setting)]
        settings: Vec<(String, Value)>,
    },
    /// List partners
    List,
    /// Deploy a contract of a partner's own, which bills its users from now on (development networks)
    Deploy {
        /// The partner, by its id or name
        partner: String,
        /// The address that gets the net; it has opted in to the asset [default: an account of the project]
        #[arg(long, value_name = "ADDRESS")]
        provider: Option<String>,
    },
    /// Show a partner and its settings
    Show {
        /// The partner, by its id or name
        partner: String,
    },
    /// Change settings of a partner
    Set {
        /// The partner, by its id or name
        partner: String,
        /// Settings as `gateway partners show` names them, for example settle_above=5.00 lots=true
        #[arg(value_name = "SETTING=VALUE", required = true, value_parser = setting)]
        settings: Vec<(String, Value)>,
    },
}

/// A setting and its value, of the type that the setting has.
fn setting(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write SETTING=VALUE")?;
    let is_number = name.ends_with("_ms") || name.ends_with("_days");
    let value = match value {
        "true" | "false" => Value::Bool(value == "true"),
        _ if is_number => Value::from(value.parse::<i64>().map_err(|_| format!("{name} is a whole number"))?),
        _ if name == "return_origins" => {
            value.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(Value::from).collect()
        }
        _ => Value::from(value),
    };
    Ok((name.to_owned(), value))
}

pub(super) async fn run(api: &Api, args: &Args) -> Result<Answer, Failure> {
    match &args.command {
        Command::Add { name, settings } => {
            let body = json!({ "name": name, "settings": object(settings) });
            let partner: PartnerReport = api.send("POST", "/v1/partners", Some(&body)).await?;
            let text = format!("partner {} is {}", partner.name, partner.id);
            Answer::of(&partner, text)
        }
        Command::Deploy { partner, provider } => {
            let body = json!({ "partner_id": api.partner(Some(partner)).await?, "provider": provider });
            let contract: ContractReport = api.send("POST", "/v1/contracts", Some(&body)).await?;
            let text = format!(
                "{} is application {}, which pays {} and the platform {}",
                contract.id, contract.app_id, contract.provider, contract.platform
            );
            Answer::of(&contract, text)
        }
        Command::List => {
            let report = PartnersReport { partners: api.list("/v1/partners").await? };
            let line = |partner: &PartnerReport| format!("{}  {}  earned {}", partner.id, partner.name, partner.earned);
            let lines: Vec<_> = report.partners.iter().map(line).collect();
            Answer::of(&report, lines.join("\n"))
        }
        Command::Show { partner } => {
            let id = api.partner(Some(partner)).await?;
            shown(&api.get(&format!("/v1/partners/{}", encoded(&id))).await?)
        }
        Command::Set { partner, settings } => {
            let path = format!("/v1/partners/{}", encoded(&api.partner(Some(partner)).await?));
            shown(&api.send("PATCH", &path, Some(&object(settings))).await?)
        }
    }
}

fn object(settings: &[(String, Value)]) -> Value {
    Value::Object(settings.iter().cloned().collect::<Map<_, _>>())
}

fn shown(partner: &PartnerReport) -> Result<Answer, Failure> {
    let mut lines = vec![
        format!("partner         {}  {}", partner.id, partner.name),
        format!("earned          {}, platform {}", partner.earned, partner.platform_fees),
    ];
    if let Ok(Value::Object(settings)) = serde_json::to_value(&partner.settings) {
        let words = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        lines.extend(settings.iter().map(|(name, value)| format!("{name:<20}{}", words(value))));
    }
    Answer::of(partner, lines.join("\n"))
}
