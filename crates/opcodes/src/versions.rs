//! The rows as one AVM version sees them.

use std::sync::OnceLock;

use super::{FieldGroup, ImmediateKind, MAX_VERSION, NameIndex, OPCODES, OpSpec};

/// Every opcode of one AVM version. Version 0 is version 1 under its older number.
#[derive(Debug)]
pub struct VersionTable {
    version: u8,
    by_byte: [Option<&'static OpSpec>; 256],
    /// Two-byte opcodes, by prefix and second byte.
    families: Vec<(u8, Vec<Option<&'static OpSpec>>)>,
    specs: Vec<&'static OpSpec>,
    names: NameIndex<&'static OpSpec>,
    field_names: NameIndex<()>,
}

/// Each is built when it is first asked for: most processes need two of them.
static TABLES: [OnceLock<VersionTable>; MAX_VERSION as usize + 1] =
    [const { OnceLock::new() }; MAX_VERSION as usize + 1];

/// The table of `version`, or of the newest version if there is none of that number.
pub fn version_table(version: u8) -> &'static VersionTable {
    let version = version.min(MAX_VERSION);
    TABLES[usize::from(version)].get_or_init(|| VersionTable::new(version))
}

/// The version an opcode first existed in, under whatever row.
pub fn introduced_in(byte: u8, sub: u8) -> Option<u8> {
    OPCODES.iter().filter(|spec| (spec.byte, spec.sub) == (byte, sub)).map(|spec| spec.since).min()
}

impl VersionTable {
    fn new(version: u8) -> Self {
        let mut specs: Vec<&'static OpSpec> = Vec::new();
        for spec in OPCODES.iter().filter(|spec| spec.since <= version.max(1)) {
            match specs.iter_mut().find(|older| (older.byte, older.sub) == (spec.byte, spec.sub)) {
                Some(older) if older.since < spec.since => *older = spec,
                Some(_) => {}
                None => specs.push(spec),
            }
        }
        specs.sort_by_key(|spec| (spec.byte, spec.sub));
        let mut by_byte = [None; 256];
        let mut families: Vec<(u8, Vec<Option<&'static OpSpec>>)> = Vec::new();
        for spec in &specs {
            if spec.sub == 0 {
                by_byte[usize::from(spec.byte)] = Some(*spec);
                continue;
            }
            if families.last().is_none_or(|(prefix, _)| *prefix != spec.byte) {
                families.push((spec.byte, Vec::new()));
            }
            if let Some((_, members)) = families.last_mut() {
                members.resize(usize::from(spec.sub), None);
                members.push(Some(*spec));
            }
        }
        let groups = specs.iter().flat_map(|spec| spec.immediates).filter_map(|immediate| match immediate.kind {
            ImmediateKind::Field(group) => Some(group),
            _ => None,
        });
        let field_names: Vec<&'static str> = groups.flat_map(FieldGroup::names).collect();
        Self {
            version,
            by_byte,
            families,
            names: NameIndex::new(specs.iter().map(|spec| (spec.name, *spec))),
            field_names: NameIndex::new(field_names.into_iter().map(|name| (name, ()))),
            specs,
        }
    }

    /// The AVM version.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The one-byte opcode of `byte`; a prefix of two-byte opcodes has none.
    pub fn by_byte(&self, byte: u8) -> Option<&'static OpSpec> {
        self.by_byte[usize::from(byte)]
    }

    /// The two-byte opcode of `prefix` and `sub`.
    pub fn by_sub(&self, prefix: u8, sub: u8) -> Option<&'static OpSpec> {
        let (_, members) = self.families.iter().find(|(byte, _)| *byte == prefix)?;
        members.get(usize::from(sub)).copied().flatten()
    }

    /// Whether `byte` only begins two-byte opcodes.
    pub fn is_prefix(&self, byte: u8) -> bool {
        self.families.iter().any(|(prefix, _)| *prefix == byte)
    }

    /// The opcode of that name.
    pub fn by_name(&self, name: impl AsRef<[u8]>) -> Option<&'static OpSpec> {
        self.names.get(name)
    }

    /// The opcode at the start of `code` (a program from its program counter on), one byte or two.
    pub fn decode(&self, code: &[u8]) -> Option<&'static OpSpec> {
        let byte = *code.first()?;
        self.by_byte(byte).or_else(|| self.by_sub(byte, *code.get(1)?))
    }

    /// Every opcode, in order of byte and second byte.
    pub fn specs(&self) -> &[&'static OpSpec] {
        &self.specs
    }

    /// Whether some opcode of this version has a field of that name, whatever version the field itself needs.
    pub fn has_field_name(&self, name: &str) -> bool {
        self.field_names.get(name).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cost, Op};

    #[test]
    fn a_later_row_replaces_an_earlier_one() {
        assert_eq!(version_table(1).by_name("sha256").map(|spec| spec.cost), Some(Cost::Const(7)));
        assert_eq!(version_table(2).by_name("sha256").map(|spec| spec.cost), Some(Cost::Const(35)));
        assert_eq!(version_table(12).by_byte(0x40).map(|spec| spec.op), Some(Op::BranchNonZero));
        assert_eq!(version_table(13).by_byte(0x40).map(|spec| spec.op), Some(Op::BranchNonZeroVarint));
        assert_eq!(introduced_in(0x40, 0), Some(1));
    }

    #[test]
    fn version_zero_is_version_one() {
        let names = |version| version_table(version).specs().iter().map(|spec| spec.name).collect::<Vec<_>>();
        assert_eq!(names(0), names(1));
        assert!(version_table(1).by_name("addw").is_none());
    }

    #[test]
    fn two_byte_opcodes_hide_behind_their_prefix() {
        let table = version_table(13);
        assert!(table.is_prefix(0xd4) && table.by_byte(0xd4).is_none());
        assert_eq!(table.by_sub(0xd4, 6).map(|spec| spec.name), Some("app_box_get"));
        assert_eq!(table.decode(&[0xd4, 6]).map(|spec| spec.op), Some(Op::AppBoxGet));
        assert!(table.by_sub(0xd4, 10).is_none() && table.decode(&[0xd4]).is_none());
        assert!(!version_table(12).is_prefix(0xd4));
    }

    #[test]
    fn field_names_belong_to_the_opcodes_that_take_them() {
        assert!(version_table(1).has_field_name("RejectVersion"));
        assert!(!version_table(1).has_field_name("ApplicationArgs"));
        assert!(version_table(2).has_field_name("ApplicationArgs"));
    }
}
