//! `--tmpl NAME=VALUE`: values of template variables from the command line.

use crate::failure::Failure;
use pnp_teal::template::{TemplateValue, assignment};
use std::collections::BTreeMap;

/// The values, by whole name.
pub(crate) fn template_values(texts: &[String]) -> Result<BTreeMap<String, TemplateValue>, Failure> {
    let value = |text: &String| {
        assignment(text)
            .map_err(|why| Failure::usage(format!("--tmpl {text:?}: {why}")).hint("for example --tmpl UPDATABLE=1"))
    };
    texts.iter().map(value).collect()
}
