//! `gateway contents`: a partner's catalogue.

use super::reports::{ContentRemovedReport, ContentReport, ContentsReport};
use super::{Api, encoded};
use crate::failure::Failure;
use crate::terminal::output::Answer;
use serde_json::{Value, json};

/// Arguments of `gateway contents`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List a partner's contents and their prices
    List {
        #[command(flatten)]
        of: Of,
    },
    /// Add a content, or change its title and price
    Set {
        /// Its id at the partner
        #[arg(value_name = "CONTENT_ID")]
        id: String,
        /// The price of a minute in EUR, whole cents, for example 0.02
        #[arg(long, value_name = "EUR")]
        price: String,
        /// Its title
        #[arg(long, value_name = "TEXT", default_value = "")]
        title: String,
        #[command(flatten)]
        of: Of,
    },
    /// Remove a content; sessions that are open go on
    Remove {
        /// Its id at the partner
        #[arg(value_name = "CONTENT_ID")]
        id: String,
        #[command(flatten)]
        of: Of,
    },
}

/// Whose contents.
#[derive(Debug, clap::Args)]
struct Of {
    /// The partner, by its id or name; may be omitted where there is only one
    #[arg(long, value_name = "PARTNER")]
    partner: Option<String>,
}

pub(super) async fn run(api: &Api, args: &Args) -> Result<Answer, Failure> {
    let (Command::List { of } | Command::Set { of, .. } | Command::Remove { of, .. }) = &args.command;
    let partner_id = api.partner(of.partner.as_deref()).await?;
    let path = |id: &str| format!("/v1/contents/{}?partner_id={partner_id}", encoded(id));
    match &args.command {
        Command::List { .. } => {
            let contents = api.list(&format!("/v1/contents?partner_id={partner_id}")).await?;
            let report = ContentsReport { partner_id, contents };
            let lines: Vec<_> = report.contents.iter().map(line).collect();
            let text = if lines.is_empty() { "the catalogue is empty".to_owned() } else { lines.join("\n") };
            Answer::of(&report, text)
        }
        Command::Set { id, price, title, .. } => {
            let body = json!({ "title": title, "price_per_minute": price });
            let content: ContentReport = api.send("PUT", &path(id), Some(&body)).await?;
            let text = line(&content);
            Answer::of(&content, text)
        }
        Command::Remove { id, .. } => {
            let _: Value = api.send("DELETE", &path(id), None).await?;
            let text = format!("{id} is removed");
            Answer::of(&ContentRemovedReport { partner_id, content_id: id.clone() }, text)
        }
    }
}

fn line(content: &ContentReport) -> String {
    let ContentReport { content_id, title, price_per_minute, .. } = content;
    format!("{content_id}  {price_per_minute} EUR a minute  {title}").trim_end().to_owned()
}
