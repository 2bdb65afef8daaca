//! `json_ref`, which finds one member of a JSON object.
//!
//! The reference reads the object with one library and the member found with another. The first is lenient, the second
//! is strict, and both word the failures, so the two files here follow them: [`members`] and [`value`].

mod members;
mod value;

use super::unknown_field;
use crate::error::{Fault, fault};
use crate::machine::Machine;
use crate::value::Value;
use members::Members;
use pnp_opcodes::{Field as _, JsonRefType};

/// `json_ref`
pub(crate) fn json_ref(machine: &mut Machine) -> Result<(), Fault> {
    let key = machine.bytes(0)?.clone();
    machine.drop_top(1);
    let byte = machine.byte(0)?;
    let Some(wanted) = JsonRefType::from_byte(byte) else {
        fault!("invalid json_ref type {}", unknown_field::<JsonRefType>("JSONRefType", byte));
    };
    let found = find(machine.bytes(0)?, &key, wanted)?;
    machine.replace(1, found)
}

fn find(text: &[u8], key: &[u8], wanted: JsonRefType) -> Result<Value, Fault> {
    let members = match Members::read(text) {
        Ok(members) => members,
        Err(reason) => fault!("error while parsing JSON text, {reason}"),
    };
    let Some(member) = members.get(key) else {
        // The reference reads again here, and sees what the lenient half has ignored.
        let visible = text.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        if visible == Some(&0) {
            fault!("error while parsing JSON text, invalid character '\\x00' looking for beginning of value");
        }
        fault!("key {} not found in JSON text", String::from_utf8_lossy(key))
    };
    // A null has no text of its own.
    let member = member.unwrap_or_default();
    let value = match wanted {
        JsonRefType::String => value::string(member).map(Value::from),
        JsonRefType::Uint64 => value::uint64(member).map(Value::from),
        JsonRefType::Object => value::object(member).map(|()| Value::from(member)),
    };
    value.map_err(Fault::from)
}
