//! `--tmpl NAME=VALUE` and `--tmpl-prefix`: values of template variables from the command line.

use crate::failure::Failure;
use pnp_teal::template::{Misfit, PREFIX, TemplateError, Templates, Variable};
use serde_json::{Value, json};

/// The options of commands that fill in template variables.
#[derive(Debug, clap::Args)]
pub(crate) struct TemplateArgs {
    /// The value of a template variable: an integer, true or false where an integer is needed; text, 0x and hex, base64:
    /// or base32: and their text where bytes are; an address in `addr`; may be repeated
    #[arg(long = "tmpl", short = 't', value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// What the names of template variables begin with
    #[arg(long = "tmpl-prefix", value_name = "PREFIX", default_value = PREFIX)]
    prefix: String,
}

impl TemplateArgs {
    /// The values.
    pub(crate) fn templates(&self) -> Result<Templates, Failure> {
        let mut templates = Templates::with_prefix(&self.prefix).map_err(|why| {
            Failure::usage(format!("--tmpl-prefix {:?}: {why}", self.prefix)).hint("for example --tmpl-prefix PRFX_")
        })?;
        for text in &self.values {
            templates.assign(text).map_err(|why| {
                Failure::usage(format!("--tmpl {text:?}: {why}")).hint("for example --tmpl UPDATABLE=1")
            })?;
        }
        Ok(templates)
    }
}

/// Values that could not be filled in; `unused` values may have been meant for variables without one.
pub(crate) fn not_filled_in(file: &str, error: &TemplateError, unused: &[&str]) -> Failure {
    match error {
        TemplateError::Missing(variables) => without_value(file, variables, unused, error),
        TemplateError::Misfits(misfits) => with_misfits(file, misfits, error),
    }
}

fn without_value(file: &str, variables: &[Variable], unused: &[&str], error: &TemplateError) -> Failure {
    let missing: Vec<Value> = variables.iter().map(|it| json!({ "name": it.name, "line": it.line })).collect();
    let options = variables.iter().map(|variable| format!("--tmpl {}=VALUE", variable.name));
    let why = match unused {
        [] => "a template variable stands for a value that is given when the program is assembled".to_owned(),
        names => format!("a value was given, but {} is no variable of it", names.join(", ")),
    };
    let message = match variables {
        [Variable { name, line, .. }] => format!("{file}:{line}: no value for {name}"),
        _ => format!("{file}: {error}"),
    };
    Failure::new("template", message)
        .because(why)
        .hint(format!("add {}", options.collect::<Vec<_>>().join(" ")))
        .with("missing", missing)
}

fn with_misfits(file: &str, misfits: &[Misfit], error: &TemplateError) -> Failure {
    let message = match misfits {
        [Misfit { variable, value, takes }] => {
            format!("{file}:{}: {} is {value}, but takes {takes}", variable.line, variable.name)
        }
        _ => format!("{file}: {error}"),
    };
    let document = |it: &Misfit| json!({ "name": it.variable.name, "line": it.variable.line, "value": it.value.to_string(), "takes": it.takes });
    Failure::new("template", message)
        .because("the instruction in which a variable stands says what its value may be")
        .hint("give another value with --tmpl NAME=VALUE")
        .with("misfits", misfits.iter().map(document).collect::<Vec<_>>())
}
