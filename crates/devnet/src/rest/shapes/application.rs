//! Applications, their state, and the state of accounts in them.

use crate::rest::document::{Document, Fields};
use pnp_types::{Address, AppIndex, AppLocalState, AppParams, StateSchema, TealKeyValue, TealValue};

/// `model.Application`: the id and, unless left out, the parameters.
pub(in crate::rest) fn application(id: AppIndex, of: Option<(&AppParams, &Address)>) -> Document {
    let fields = Fields::default().with("id", id);
    match of {
        Some((app, creator)) => fields.with("params", params(app, creator)).into(),
        None => fields.into(),
    }
}

/// `model.ApplicationParams`.
pub(in crate::rest) fn params(app: &AppParams, creator: &Address) -> Document {
    Fields::default()
        .with("approval-program", Document::bytes(&app.approval_program))
        .with("clear-state-program", Document::bytes(&app.clear_program))
        .with("creator", *creator)
        .with_some("extra-program-pages", app.extra_pages)
        .with_some("family-box-access", app.family_box_access)
        .with_some("foreign-box-reads", app.foreign_box_reads)
        .with_some("global-state", key_values(&app.global_state))
        .with("global-state-schema", schema(app.global_schema))
        .with("local-state-schema", schema(app.local_schema))
        .with_some("size-sponsor", app.size_sponsor)
        .with_some("version", app.version)
        .into()
}

/// `model.ApplicationLocalState`.
pub(in crate::rest) fn local_state(id: AppIndex, state: &AppLocalState) -> Document {
    Fields::default()
        .with("id", id)
        .with_some("key-value", key_values(&state.key_values))
        .with("schema", schema(state.schema))
        .into()
}

/// `model.ApplicationStateSchema`.
pub(in crate::rest) fn schema(schema: StateSchema) -> Document {
    Fields::default().with("num-byte-slice", schema.byte_slices).with("num-uint", schema.uints).into()
}

/// `model.TealKeyValueStore`, in the order of the keys' bytes.
fn key_values(state: &TealKeyValue) -> Document {
    let entry = |(key, value): (&_, &TealValue)| {
        let (bytes, uint) = match value {
            TealValue::Bytes(bytes) => (bytes.as_slice(), 0),
            TealValue::Uint(uint) => ([].as_slice(), *uint),
        };
        let kind = value.type_number();
        let value = Fields::default().with("bytes", Document::bytes(bytes)).with("type", kind).with("uint", uint);
        Fields::default().with("key", Document::bytes(AsRef::<[u8]>::as_ref(key))).with("value", value).into()
    };
    state.0.iter().map(entry).collect()
}
