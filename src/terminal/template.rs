//! `--tmpl NAME=VALUE`: values of template variables from the command line.

use crate::failure::Failure;
use pnp_teal::template::{PREFIX, TemplateValue};
use std::collections::BTreeMap;

/// The values, by whole name.
pub(crate) fn template_values(texts: &[String]) -> Result<BTreeMap<String, TemplateValue>, Failure> {
    texts.iter().map(|text| template_value(text)).collect()
}

/// `NAME=VALUE`; the name with or without `TMPL_`, the value a number, `0x` and hex, or text.
fn template_value(text: &str) -> Result<(String, TemplateValue), Failure> {
    let wrong = |why: &str| Failure::usage(format!("--tmpl {text:?}: {why}")).hint("for example --tmpl UPDATABLE=1");
    let (name, value) = text.split_once('=').ok_or_else(|| wrong("it has no ="))?;
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(wrong("a name has letters, digits and _ only"));
    }
    let is_number = !value.is_empty() && value.chars().all(|c| c.is_ascii_digit());
    let value = match value.strip_prefix("0x") {
        Some(digits) => {
            TemplateValue::Bytes(hex::decode(digits).map_err(|_| wrong("the value is not whole bytes of hex"))?)
        }
        None if is_number => TemplateValue::Uint(value.parse().map_err(|_| wrong("the number does not fit 64 bits"))?),
        None => TemplateValue::Bytes(value.as_bytes().to_vec()),
    };
    Ok((format!("{PREFIX}{name}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_values_are_numbers_hex_or_text() {
        assert_eq!(template_value("A=1").unwrap(), ("TMPL_A".to_owned(), TemplateValue::Uint(1)));
        assert_eq!(template_value("TMPL_B=0x01").unwrap(), ("TMPL_B".to_owned(), TemplateValue::Bytes(vec![1])));
        assert_eq!(template_value("C=text").unwrap().1, TemplateValue::Bytes(b"text".to_vec()));
        for wrong in ["A", "=1", "A-B=1", "A=0x1", "A=99999999999999999999"] {
            assert!(template_value(wrong).is_err(), "{wrong}");
        }
    }
}
