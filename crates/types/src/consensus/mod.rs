//! Consensus parameters as data: one constant a version, each the difference to the one before.
//!
//! Code asks a parameter, never a version number.

mod params;
pub mod versions;

pub use params::{BonusPlan, ConsensusParams, PayoutRules, PaysetCommit};

/// A protocol version: the name people use, the name blocks carry, and what it fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protocol {
    /// Short name, such as `v42`.
    pub name: &'static str,
    /// The name in blocks and in REST: the address of its specification.
    pub url: &'static str,
    /// Its parameters.
    pub params: &'static ConsensusParams,
}

/// The versions known here, oldest first; the last one is [`FUTURE`].
pub const PROTOCOLS: &[Protocol] = &[
    Protocol {
        name: "v30",
        url: "https://github.com/algorandfoundation/specs/tree/bc36005dbd776e6d1eaf0c560619bb183215645c",
        params: &versions::V30,
    },
    Protocol {
        name: "v31",
        url: "https://github.com/algorandfoundation/specs/tree/85e6db1fdbdef00aa232c75199e10dc5fe9498f6",
        params: &versions::V31,
    },
    Protocol {
        name: "v32",
        url: "https://github.com/algorandfoundation/specs/tree/d5ac876d7ede07367dbaa26e149aa42589aac1f7",
        params: &versions::V32,
    },
    Protocol {
        name: "v33",
        url: "https://github.com/algorandfoundation/specs/tree/830a4e673148498cc7230a0d1ba1ed0a5471acc6",
        params: &versions::V33,
    },
    Protocol {
        name: "v34",
        url: "https://github.com/algorandfoundation/specs/tree/2dd5435993f6f6d65691140f592ebca5ef19ffbd",
        params: &versions::V34,
    },
    Protocol {
        name: "v35",
        url: "https://github.com/algorandfoundation/specs/tree/433d8e9a7274b6fca703d91213e05c7e6a589e69",
        params: &versions::V35,
    },
    Protocol {
        name: "v36",
        url: "https://github.com/algorandfoundation/specs/tree/44fa607d6051730f5264526bf3c108d51f0eadb6",
        params: &versions::V36,
    },
    Protocol {
        name: "v37",
        url: "https://github.com/algorandfoundation/specs/tree/1ac4dd1f85470e1fb36c8a65520e1313d7dfed5e",
        params: &versions::V37,
    },
    Protocol {
        name: "v38",
        url: "https://github.com/algorandfoundation/specs/tree/abd3d4823c6f77349fc04c3af7b1e99fe4df699f",
        params: &versions::V38,
    },
    Protocol {
        name: "v39",
        url: "https://github.com/algorandfoundation/specs/tree/925a46433742afb0b51bb939354bd907fa88bf95",
        params: &versions::V39,
    },
    Protocol {
        name: "v40",
        url: "https://github.com/algorandfoundation/specs/tree/236dcc18c9c507d794813ab768e467ea42d1b4d9",
        params: &versions::V40,
    },
    Protocol {
        name: "v41",
        url: "https://github.com/algorandfoundation/specs/tree/953304de35264fc3ef91bcd05c123242015eeaed",
        params: &versions::V41,
    },
    Protocol {
        name: "v42",
        url: "https://github.com/algorandfoundation/specs/tree/268b63433a907455d439995bf916f6b296018f4f",
        params: &versions::V42,
    },
    FUTURE,
];

/// The newest version that public networks run.
pub const LATEST: Protocol = PROTOCOLS[PROTOCOLS.len() - 2];

/// The network to come, as the reference has it today: no public network runs it, and it changes without a new name.
pub const FUTURE: Protocol = Protocol { name: "future", url: "future", params: &versions::FUTURE };

/// The version that blocks name `url`, or that people call by its short name.
pub fn protocol(url: &str) -> Option<&'static Protocol> {
    PROTOCOLS.iter().find(|protocol| protocol.url == url || protocol.name == url)
}

/// The parameters of the version that blocks name `url`, or that people call by its short name.
pub fn lookup(url: &str) -> Option<&'static ConsensusParams> {
    protocol(url).map(|protocol| protocol.params)
}

#[cfg(test)]
mod tests;
