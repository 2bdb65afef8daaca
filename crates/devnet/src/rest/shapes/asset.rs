//! Assets and holdings.

use crate::rest::document::{Document, Fields};
use pnp_types::{Address, AssetHolding, AssetIndex, AssetParams};

/// `model.Asset`: the id and, unless left out, the parameters.
pub(in crate::rest) fn asset(id: AssetIndex, of: Option<(&AssetParams, &Address)>) -> Document {
    let fields = Fields::default().with("index", id);
    match of {
        Some((asset, creator)) => fields.with("params", params(asset, creator)).into(),
        None => fields.into(),
    }
}

/// `model.AssetParams`. A name that cannot be printed is there as base64 alone.
pub(in crate::rest) fn params(asset: &AssetParams, creator: &Address) -> Document {
    Fields::default()
        .with_some("clawback", asset.clawback)
        .with("creator", *creator)
        .with("decimals", asset.decimals)
        .with("default-frozen", asset.default_frozen)
        .with_some("freeze", asset.freeze)
        .with_some("manager", asset.manager)
        .with_some(
            "metadata-hash",
            if asset.metadata_hash == [0; 32] { Document::Nil } else { Document::bytes(&asset.metadata_hash) },
        )
        .with_some("name", printable(&asset.asset_name))
        .with_some("name-b64", Document::bytes(&asset.asset_name))
        .with_some("reserve", asset.reserve)
        .with("total", asset.total)
        .with_some("unit-name", printable(&asset.unit_name))
        .with_some("unit-name-b64", Document::bytes(&asset.unit_name))
        .with_some("url", printable(&asset.url))
        .with_some("url-b64", Document::bytes(&asset.url))
        .into()
}

/// `model.AssetHolding`.
pub(in crate::rest) fn holding(id: AssetIndex, holding: &AssetHolding) -> Document {
    Fields::default().with("amount", holding.amount).with("asset-id", id).with("is-frozen", holding.frozen).into()
}

fn printable(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        // Rust's escape of a printable character is the character itself; that is Go's `unicode.IsPrint` but for spaces
        // other than U+0020 and a replacement character.
        Ok(text)
            if text.chars().all(|c| {
                c == '\''
                    || c == '"'
                    || c == '\\'
                    || (c != char::REPLACEMENT_CHARACTER && c.escape_debug().count() == 1)
            }) =>
        {
            text
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cannot_be_printed_are_base64_alone() {
        assert_eq!(printable("Play <&> \"é\"".as_bytes()), "Play <&> \"é\"");
        assert_eq!(printable(b"\x01"), "");
        assert_eq!(printable(b"\xff"), "");
        assert_eq!(printable("a\u{fffd}".as_bytes()), "");
    }
}
