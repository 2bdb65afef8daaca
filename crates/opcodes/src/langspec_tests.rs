//! The table against the published language specification, version by version.
//!
//! The specification is not part of the project: `PNP_REFERENCE` names the folder that holds `langspec/`, beside the
//! repository otherwise. Without it the test says that it skips; where `CI` is set it fails.

use std::path::PathBuf;

use serde_json::Value;

use super::{
    FieldGroup, FieldSpec, ImmediateKind, MAX_VERSION, OpSpec, RELEASED_VERSION, StackType, introduced_in,
    version_table,
};

fn langspec(version: u8) -> Option<Value> {
    let root =
        std::env::var_os("PNP_REFERENCE").map_or_else(|| PathBuf::from("../../../shared/reference"), PathBuf::from);
    let text = std::fs::read_to_string(root.join(format!("langspec/langspec_v{version}.json"))).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn type_names(types: &[StackType]) -> Vec<String> {
    types.iter().filter(|ty| **ty != StackType::NONE).map(ToString::to_string).collect()
}

/// The version a field is usable from, as the group sees it.
fn field_version(group: FieldGroup, field: &FieldSpec) -> u8 {
    if group.sets() { field.settable } else { field.since }
}

fn check_fields(at: &str, group: FieldGroup, version: u8, expected: &Value) {
    let usable = |field: &FieldSpec| {
        let since = field_version(group, field);
        since <= version && !(group.sets() && since == 0)
    };
    let fields: Vec<(u8, &FieldSpec)> =
        (0..=u8::MAX).filter_map(|byte| Some((byte, group.table().by_byte(byte)?))).filter(|f| usable(f.1)).collect();
    let names: Vec<_> = fields.iter().map(|(_, field)| field.name.to_owned()).collect();
    assert_eq!(names, strings(&expected["ArgEnum"]), "{at} fields");
    let types: Vec<_> = fields.iter().map(|(_, field)| field.ty).collect();
    if types.iter().all(|ty| *ty != StackType::NONE) {
        let names: Vec<_> = types.iter().map(ToString::to_string).collect();
        assert_eq!(names, strings(&expected["ArgEnumTypes"]), "{at} field types");
    } else {
        assert!(expected["ArgEnumTypes"].is_null(), "{at} has typed fields");
    }
    let details = expected["ArgDetails"].as_array().unwrap();
    assert_eq!(details.len(), fields.len(), "{at} details");
    for ((byte, field), detail) in fields.iter().zip(details) {
        assert_eq!(u64::from(*byte), detail["ByteEncoding"].as_u64().unwrap_or(0), "{at} {}", field.name);
        let since = detail["Version"].as_u64().unwrap_or(0);
        assert_eq!(u64::from(field_version(group, field)), since, "{at} {}", field.name);
    }
}

fn check_opcode(version: u8, spec: &OpSpec, expected: &Value) {
    let at = format!("v{version} {}", spec.name);
    let bytes = match &expected["Opcode"] {
        Value::Array(pair) => (pair[0].as_u64().unwrap(), pair[1].as_u64().unwrap()),
        byte => (byte.as_u64().unwrap_or(0), 0),
    };
    assert_eq!((u64::from(spec.byte), u64::from(spec.sub)), bytes, "{at} bytes");
    assert_eq!(spec.name, expected["Name"].as_str().unwrap());
    assert_eq!(spec.fixed_size().unwrap_or(0) as u64, expected["Size"].as_u64().unwrap(), "{at} size");
    assert_eq!(spec.cost_text(version), expected["DocCost"].as_str().unwrap(), "{at} cost");
    assert_eq!(u64::from(spec.modes.bits()), expected["Modes"].as_u64().unwrap(), "{at} modes");
    assert_eq!(type_names(spec.signature.args.as_slice()), strings(&expected["Args"]), "{at} arguments");
    assert_eq!(type_names(spec.signature.returns.as_slice()), strings(&expected["Returns"]), "{at} results");
    let introduced = introduced_in(spec.byte, spec.sub).unwrap();
    assert_eq!(u64::from(introduced), expected["IntroducedVersion"].as_u64().unwrap(), "{at} version");
    let notes = expected["ImmediateNote"].as_array().cloned().unwrap_or_default();
    assert_eq!(spec.immediates.len(), notes.len(), "{at} immediates");
    for (immediate, note) in spec.immediates.iter().zip(&notes) {
        assert_eq!(immediate.name.to_uppercase(), note["Name"].as_str().unwrap(), "{at}");
        assert_eq!(immediate.kind.encoding(), note["Encoding"].as_str().unwrap(), "{at}");
        match immediate.kind {
            ImmediateKind::Field(group) => {
                assert_eq!(group.heading(), note["Reference"].as_str().unwrap(), "{at}");
                check_fields(&at, group, version, expected);
            }
            _ => assert!(note["Reference"].is_null(), "{at}"),
        }
    }
}

#[test]
fn the_table_agrees_with_the_published_specification() {
    let mut compared = 0;
    for version in 1..=RELEASED_VERSION {
        let Some(spec) = langspec(version) else {
            assert!(std::env::var_os("CI").is_none(), "no language specification found; set PNP_REFERENCE");
            eprintln!("skipped: no language specification of version {version}; set PNP_REFERENCE");
            return;
        };
        let expected = spec["Ops"].as_array().unwrap();
        let ours = version_table(version).specs();
        let names = |ops: &[Value]| ops.iter().map(|op| op["Name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(ours.iter().map(|op| op.name.to_owned()).collect::<Vec<_>>(), names(expected), "v{version}");
        for (spec, expected) in ours.iter().zip(expected) {
            check_opcode(version, spec, expected);
            compared += 1;
        }
    }
    assert!(compared > 1500, "only {compared} opcodes compared");
}

/// The specification of the version to come is not published: these are the differences that the reference has today.
#[test]
fn the_version_to_come_has_one_opcode_more() {
    let (released, newest) = (version_table(RELEASED_VERSION), version_table(MAX_VERSION));
    let more: Vec<_> =
        newest.specs().iter().filter(|spec| !released.specs().iter().any(|old| std::ptr::eq(*old, **spec))).collect();
    let [spec] = more.as_slice() else { panic!("{more:?}") };
    assert_eq!((spec.name, spec.byte, spec.sub, spec.since, spec.fixed_size()), ("sumhash512", 0x86, 0, 14, Some(1)));
    assert_eq!(spec.cost_text(MAX_VERSION), "150 + 4 per 7 bytes of A");
    assert_eq!(spec.modes.bits(), 3);
    assert_eq!(type_names(spec.signature.args.as_slice()), ["[]byte"]);
    assert_eq!(type_names(spec.signature.returns.as_slice()), ["[64]byte"]);
    let since =
        |group: FieldGroup| (0..=u8::MAX).filter_map(move |byte| group.table().by_byte(byte)).map(|row| row.since);
    let groups = newest.specs().iter().flat_map(|spec| spec.immediates).filter_map(|immediate| match immediate.kind {
        ImmediateKind::Field(group) => Some(group),
        _ => None,
    });
    assert!(groups.flat_map(since).all(|since| since <= RELEASED_VERSION), "no field is newer");
}
