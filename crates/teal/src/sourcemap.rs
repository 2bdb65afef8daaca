//! Which line an instruction came from: as data, and as the JSON that debuggers read.

use serde::{Deserialize, Serialize};

/// Where an instruction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The instruction's position in the program.
    pub pc: u32,
    /// Its line, from 0.
    pub line: u32,
    /// Its column in bytes, from 0.
    pub column: u32,
}

/// The origin of every instruction that was written down; constant blocks the assembler added have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PcMap {
    /// Ordered by position.
    locations: Vec<Location>,
}

impl PcMap {
    pub(super) fn new(locations: Vec<Location>) -> Self {
        Self { locations }
    }

    /// Where the instruction at exactly this position comes from.
    pub fn at(&self, pc: usize) -> Option<Location> {
        let pc = u32::try_from(pc).ok()?;
        let at = self.locations.binary_search_by_key(&pc, |location| location.pc).ok()?;
        self.locations.get(at).copied()
    }

    /// Where the instruction that covers this position comes from.
    pub fn covering(&self, pc: usize) -> Option<Location> {
        let pc = u32::try_from(pc).ok()?;
        let after = self.locations.partition_point(|location| location.pc <= pc);
        self.locations.get(after.checked_sub(1)?).copied()
    }

    /// Every instruction, in order of position.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Location> {
        self.locations.iter().copied()
    }

    /// The source map of version 3, with one group of mappings for each position of the program (go-algorand
    /// `logic/sourcemap.go`). algod names the source `<body>`, goal names the file.
    pub fn to_source_map(&self, source: &str) -> SourceMap {
        let mut mappings = String::new();
        let mut written = 0;
        let mut last = (0_i64, 0_i64);
        for location in &self.locations {
            while written < location.pc {
                mappings.push(';');
                written += 1;
            }
            let here = (i64::from(location.line), i64::from(location.column));
            mappings.push_str("AA");
            push_vlq(&mut mappings, here.0 - last.0);
            push_vlq(&mut mappings, here.1 - last.1);
            last = here;
        }
        SourceMap { version: 3, sources: vec![source.to_owned()], names: Vec::new(), mappings }
    }
}

/// A source map as it is exchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMap {
    /// Always 3.
    pub version: u8,
    /// The one source.
    pub sources: Vec<String>,
    /// Always empty.
    pub names: Vec<String>,
    /// The groups, separated by semicolons.
    pub mappings: String,
}

/// A source map that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad source map: group {group} is no list of base64 VLQ numbers")]
pub struct SourceMapError {
    /// Which group, from 0.
    pub group: usize,
}

impl SourceMap {
    /// Reads the mappings back; only the first segment of a group counts.
    pub fn to_pc_map(&self) -> Result<PcMap, SourceMapError> {
        let mut locations = Vec::new();
        let (mut line, mut column) = (0_i64, 0_i64);
        for (group, text) in self.mappings.split(';').enumerate() {
            let bad = || SourceMapError { group };
            let segment = text.split(',').next().unwrap_or_default();
            if segment.is_empty() {
                continue;
            }
            let numbers = read_vlqs(segment).ok_or_else(bad)?;
            let [_, _, line_change, column_change, ..] = numbers.as_slice() else { return Err(bad()) };
            line += line_change;
            column += column_change;
            locations.push(Location {
                pc: u32::try_from(group).map_err(|_| bad())?,
                line: u32::try_from(line).map_err(|_| bad())?,
                column: u32::try_from(column).map_err(|_| bad())?,
            });
        }
        Ok(PcMap { locations })
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A signed number in base64 digits of five bits, the least first, the sign lowest.
fn push_vlq(out: &mut String, value: i64) {
    let mut rest = (value.unsigned_abs() << 1) | u64::from(value < 0);
    loop {
        let more = if rest >= 32 { 32 } else { 0 };
        out.push(char::from(BASE64[(rest & 31 | more) as usize]));
        rest >>= 5;
        if more == 0 {
            return;
        }
    }
}

fn read_vlqs(text: &str) -> Option<Vec<i64>> {
    let mut numbers = Vec::new();
    let (mut value, mut shift) = (0_i64, 0_u32);
    for byte in text.bytes() {
        let digit = BASE64.iter().position(|known| *known == byte)? as i64;
        value |= (digit & 31).checked_shl(shift).filter(|_| shift < 60)?;
        shift += 5;
        if digit & 32 == 0 {
            numbers.push(if value & 1 == 1 { -(value >> 1) } else { value >> 1 });
            (value, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_survive_the_way_there_and_back() {
        let at = |pc, line, column| Location { pc, line, column };
        let map = PcMap::new(vec![at(1, 1, 0), at(2, 1, 7), at(9, 40, 2)]);
        let written = map.to_source_map("<body>");
        assert_eq!(written.mappings, ";AACA;AAAO;;;;;;;AAuCL");
        assert_eq!(written.to_pc_map(), Ok(map.clone()));
        assert_eq!(map.at(2), Some(at(2, 1, 7)));
        assert_eq!(map.at(3), None);
        assert_eq!(map.covering(8), Some(at(2, 1, 7)));
        assert_eq!(map.covering(0), None);
    }

    #[test]
    fn json_is_algods() {
        let json = serde_json::to_string(&PcMap::default().to_source_map("<body>")).unwrap();
        assert_eq!(json, r#"{"version":3,"sources":["<body>"],"names":[],"mappings":""}"#);
    }

    #[test]
    fn bad_maps_are_refused() {
        let map = |mappings: &str| SourceMap { mappings: mappings.into(), ..PcMap::default().to_source_map("x") };
        assert_eq!(map(";A!AA").to_pc_map(), Err(SourceMapError { group: 1 }));
        assert_eq!(map("AAD").to_pc_map(), Err(SourceMapError { group: 0 }));
        assert_eq!(map("AADA").to_pc_map(), Err(SourceMapError { group: 0 }));
    }
}
