//! Errors of deploying, changing and deleting a contract.

use super::Failure;
use pnp_ops::{DeployError, SenderError, UpdateError};
use pnp_usage::{Change, Refusal, Template};

impl From<SenderError> for Failure {
    fn from(error: SenderError) -> Self {
        let failure = Self::new("not_creator", &error);
        match error {
            SenderError::NotCreator { creator, .. } => failure
                .because("only the account that made a contract may change it")
                .hint("set CREATOR_MNEMONIC to its words, bring its key back to .pnp/accounts, or deploy another contract")
                .with("creator", creator.to_string()),
            SenderError::OtherSender { .. } => Self::usage(&error).hint("omit --sender"),
            SenderError::NotTheirs { address, ref name, multisig, signer } => {
                let own = if signer == address { "its own key".to_owned() } else { signer.to_string() };
                Self::new("wrong_signer", &error)
                    .because(format!("{own} signs for it now, and {name} is {multisig}"))
                    .hint(
                        "name the multisignature that signs for the account, or rekey the account to it first with \
                         `pnp-contract account rekey`",
                    )
                    .with("sender", address.to_string())
                    .with("signer", signer.to_string())
            }
        }
    }
}

impl From<DeployError> for Failure {
    fn from(error: DeployError) -> Self {
        let message = error.to_string();
        match error {
            DeployError::UnboundOnMainNet => Self::usage(message).hint("name the asset with --asset"),
            DeployError::NoParty { party, setting } => Self::usage(message)
                .because("it is where the money of each bill goes")
                .hint(format!("set {setting}, or pass --{party}")),
            DeployError::NotReady { .. } => Self::new("not_ready", message)
                .because("`deploy` makes it on a development network, and a trial makes nothing")
                .hint("run `pnp-contract deploy`, or name what exists"),
            DeployError::Ambiguous { candidates, .. } => {
                let all = candidates.iter().map(|one| format!("application {} ({})", one.app(), one.evidence()));
                let all = all.collect::<Vec<_>>().join(", ");
                let numbers: Vec<u64> = candidates.iter().map(|one| one.app().get()).collect();
                Self::new("ambiguous", message)
                    .because(format!("none is recorded here, and the chain has {all}"))
                    .hint("name the one that is meant with --app, or make another one with --new")
                    .with("apps", numbers)
            }
            DeployError::Differs { refusal, changes, template } => differs(refusal, &changes, template),
            DeployError::Note(_) => {
                Self::usage(message).hint("shorten --name or --app-version, which AlgoKit finds the application by")
            }
            DeployError::Internal(_) => Self::new("internal", message),
        }
    }
}

/// Why nothing is done though something differs, and what can be done about it.
fn differs(refusal: Refusal, changes: &[Change], template: Option<Template>) -> Failure {
    let differences = changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let (may_update, may_delete) = template.map_or((true, true), |template| (template.updatable, template.deletable));
    let beside = "--NAME append makes another application beside it";
    let instead = "--NAME replace makes another one and deletes it";
    let in_place = "--NAME update replaces them in place";
    let ways = |flag: &str, ways: &[(&str, bool)]| {
        let ways = ways.iter().filter(|(_, possible)| *possible).map(|(way, _)| way.replace("NAME", flag));
        ways.collect::<Vec<_>>().join("; ")
    };
    // What led to a replacement that the programs forbid is what has to be answered otherwise.
    let asked = if changes.iter().any(|change| change.breaks) { "on-schema-break" } else { "on-update" };
    let (code, hint) = match refusal {
        Refusal::Update { .. } => {
            ("on_update", ways("on-update", &[(in_place, may_update), (instead, may_delete), (beside, true)]))
        }
        Refusal::Break { .. } => ("on_schema_break", ways("on-schema-break", &[(instead, may_delete), (beside, true)])),
        Refusal::NotUpdatable { .. } => ("not_updatable", ways("on-update", &[(instead, may_delete), (beside, true)])),
        Refusal::NotDeletable { .. } => ("not_deletable", ways(asked, &[(beside, true)])),
    };
    let changes = serde_json::to_value(changes).unwrap_or_default();
    Failure::new(code, refusal).because(differences).hint(hint).with("changes", changes)
}

impl From<UpdateError> for Failure {
    fn from(error: UpdateError) -> Self {
        let message = error.to_string();
        match error {
            UpdateError::UnknownTemplate { .. } => Self::usage(message)
                .because("it is not recorded, and runs another version of the source")
                .hint("name all its values: --updatable=BOOL --deletable=BOOL --unordered-ticks=BOOL"),
            UpdateError::Note(_) => Self::usage(message).hint("shorten --app-version"),
            UpdateError::NoRoom { lacks, .. } => {
                let lacks = lacks.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                Self::new("no_room", message)
                    .because(format!("{lacks}, and an update cannot change that here"))
                    .hint("create another application: `pnp-contract deploy --on-schema-break append`, or replace")
            }
        }
    }
}
