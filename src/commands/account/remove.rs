//! `account remove`: remove an account from the keystore permanently.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use pnp_ops::LocalKeys;
use pnp_ops::reports::account::KeptReport;

/// Arguments of `account remove`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account's name
    name: String,
}

/// Does it. No password is asked for: who may write the file may delete it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let name = &args.name;
    let keys = LocalKeys::open(&context.settings(), &context.host())?;
    let entry = keys.entry(name)?;
    if !context.options.yes {
        context.out.warn(&format!("without its 25 words, {} is lost permanently", entry.signer()));
        match context.out.ask(&format!("Type {name} to remove it:")).await {
            Some(answer) if answer == *name => {}
            _ => {
                return Err(Failure::new("not_confirmed", "nothing was removed: it was not confirmed")
                    .because("a key that is removed cannot be brought back")
                    .hint(format!("export it first: `pnp-contract account export {name}`; then pass --yes")));
            }
        }
    }
    let removed = keys.remove(entry)?;
    let text = format!("{name} ({}) is removed from the keystore", removed.entry.address());
    Answer::of(&KeptReport::new(&context.settings(), &removed), text)
}
