//! `account import`: import the key of a mnemonic.

use super::vault::Vault;
use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::output::Answer;
use crate::terminal::values;
use pnp_keys::mnemonic;
use pnp_types::Address;
use pnp_types::SigningKey;
use zeroize::Zeroizing;

/// Arguments of `account import`. The words come from the terminal, unseen, from stdin or from a variable; never from here.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account's name, for example creator
    name: String,
    /// Take the 25 words from this variable of the environment or of .env instead of stdin or the terminal
    #[arg(long, value_name = "VARIABLE")]
    from_env: Option<String>,
    /// The account that is rekeyed to this key, and that it signs for
    #[arg(long, value_parser = values::address, value_name = "ADDRESS")]
    sender: Option<Address>,
    /// Encrypt it with an empty password where none is given
    #[arg(long)]
    empty_password: bool,
    /// A mnemonic given by mistake: accepted, so that no error repeats it
    #[arg(hide = true, trailing_var_arg = true, num_args = 0..)]
    words: Vec<String>,
}

/// Does it.
pub(super) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    if !args.words.is_empty() {
        return Err(Failure::usage("a mnemonic is not taken from the command line")
            .because("the shell's history and every program on this machine can read it there")
            .hint("run the command with the name alone and type the words when asked; treat a real key as exposed"));
    }
    let vault = Vault::open(context)?;
    vault.keys.check_free(&args.name)?;
    let (words, origin) = words(context, &vault, args).await?;
    let seed = mnemonic::to_seed(&words).map_err(|why| {
        Failure::new("mnemonic", format!("{origin} is not a mnemonic: {why}"))
            .hint("give the 25 words as the wallet shows them, separated by spaces")
    })?;
    drop(words);
    vault.keep(&args.name, args.sender, SigningKey::from_seed(&seed), args.empty_password).await
}

/// The words, and where they came from.
async fn words(context: &Context, vault: &Vault<'_>, args: &Args) -> Result<(Zeroizing<String>, String), Failure> {
    if let Some(variable) = &args.from_env {
        let setting = vault.keys.environment.get(variable).ok_or_else(|| {
            Failure::new("no_words", format!("{variable} is not set"))
                .hint("name a variable of the environment or of .env that holds the 25 words")
        })?;
        return Ok((Zeroizing::new(setting.value.to_owned()), format!("{variable} in {}", setting.layer)));
    }
    if let Some(words) = context.out.piped_secret()? {
        return Ok((words, "what stdin gave".to_owned()));
    }
    let question = format!("The 25 words of {} (they are not shown):", args.name);
    let typed = context.out.ask_hidden(&question).await.ok_or_else(|| {
        Failure::new("no_words", "there is no terminal to ask for the words at")
            .hint("give them on stdin, or name a variable with --from-env")
    })?;
    Ok((typed, "what was typed".to_owned()))
}
