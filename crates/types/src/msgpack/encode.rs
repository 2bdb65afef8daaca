//! Writing canonical msgpack.

/// Writes msgpack values one after the other, each in its shortest form.
#[derive(Debug, Default, Clone)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// An encoder that starts after `prefix`, such as the domain separator of a hash.
    pub fn after(prefix: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(prefix.len().saturating_add(256));
        bytes.extend_from_slice(prefix);
        Self { bytes }
    }

    /// All that was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes that are msgpack already.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// `nil`.
    pub fn nil(&mut self) {
        self.bytes.push(0xc0);
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { 0xc3 } else { 0xc2 });
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) {
        if let Ok(small) = u8::try_from(value) {
            if small >= 0x80 {
                self.bytes.push(0xcc);
            }
            self.bytes.push(small);
        } else if let Ok(value) = u16::try_from(value) {
            self.lead(0xcd, &value.to_be_bytes());
        } else if let Ok(value) = u32::try_from(value) {
            self.lead(0xce, &value.to_be_bytes());
        } else {
            self.lead(0xcf, &value.to_be_bytes());
        }
    }

    /// A signed integer; one that is not negative is written as unsigned.
    pub fn int(&mut self, value: i64) {
        if let Ok(value) = u64::try_from(value) {
            self.uint(value);
        } else if let Ok(value) = i8::try_from(value) {
            if value < -32 {
                self.bytes.push(0xd0);
            }
            self.bytes.extend_from_slice(&value.to_be_bytes());
        } else if let Ok(value) = i16::try_from(value) {
            self.lead(0xd1, &value.to_be_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.lead(0xd2, &value.to_be_bytes());
        } else {
            self.lead(0xd3, &value.to_be_bytes());
        }
    }

    /// A byte string (`bin`).
    pub fn bytes(&mut self, value: &[u8]) {
        self.sized(value.len(), None, Some(0xc4), 0xc5, 0xc6);
        self.bytes.extend_from_slice(value);
    }

    /// A text (`str`), whose bytes need not be UTF-8.
    pub fn str(&mut self, value: &[u8]) {
        self.sized(value.len(), Some((0xa0, 32)), Some(0xd9), 0xda, 0xdb);
        self.bytes.extend_from_slice(value);
    }

    /// The start of a list of `length` values.
    pub fn array_header(&mut self, length: usize) {
        self.sized(length, Some((0x90, 16)), None, 0xdc, 0xdd);
    }

    /// The start of a map of `length` keys and values.
    pub fn map_header(&mut self, length: usize) {
        self.sized(length, Some((0x80, 16)), None, 0xde, 0xdf);
    }

    /// A length in the shortest of its forms: within the lead byte below a limit, then in 1, 2 or 4 bytes.
    fn sized(&mut self, length: usize, fix: Option<(u8, u8)>, lead8: Option<u8>, lead16: u8, lead32: u8) {
        if let Ok(small) = u8::try_from(length) {
            match (fix, lead8) {
                (Some((lead, limit)), _) if small < limit => return self.bytes.push(lead | small),
                (_, Some(lead)) => return self.lead(lead, &[small]),
                _ => {}
            }
        }
        match u16::try_from(length) {
            Ok(length) => self.lead(lead16, &length.to_be_bytes()),
            // Nothing in the protocol comes near 4 GiB; a longer value would not fit msgpack at all.
            Err(_) => self.lead(lead32, &u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()),
        }
    }

    fn lead(&mut self, lead: u8, rest: &[u8]) {
        self.bytes.push(lead);
        self.bytes.extend_from_slice(rest);
    }
}
