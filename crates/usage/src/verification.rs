//! Whether the chain runs this very source, and if not, what is different: template values, code, room for state.

use super::calls::{GLOBAL_SCHEMA, LOCAL_SCHEMA};
use super::difference::{Hunk, differences, distance, is_foreign};
use super::plan::{Change, missing_room};
use super::{GlobalState, Programs, Template, UsageError, template_of};
use pnp_client::ApplicationState;
use pnp_types::sha512_256;
use schemars::JsonSchema;
use serde::Serialize;

/// One program, on the chain and here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ProgramComparison {
    /// Whether the bytes are the same, with the template values asked for.
    pub same: bool,
    /// The size on the chain, in bytes.
    pub bytes_on_chain: usize,
    /// The size of this source's, in bytes.
    pub bytes_here: usize,
    /// SHA-512/256 of what the chain has, hex.
    pub sha512_256_on_chain: String,
    /// SHA-512/256 of this source's, hex.
    pub sha512_256_here: String,
    /// What differs other than template values; `old` is the chain.
    pub differences: Vec<Hunk>,
}

/// What the chain has, compared with this source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The approval program.
    pub approval: ProgramComparison,
    /// The clear program.
    pub clear: ProgramComparison,
    /// The template values asked for.
    pub expected: Template,
    /// Whether the application is a UsageContract, by its program or by what it keeps.
    pub is_usage_contract: bool,
    /// Whether at least half of the approval program is this source's: only such a program shows template values.
    pub is_near: bool,
    /// The template values on the chain, as far as its program shows them; of no meaning where the program is not near.
    pub on_chain: Template,
    /// Room the contract needs and the application does not have.
    pub missing_room: Vec<Change>,
    /// Room the application has beyond what is needed; it does no harm.
    pub spare_room: Vec<String>,
}

impl Verification {
    /// Compares an application with this source; with the template values the chain has where none are expected.
    ///
    /// # Errors
    /// [`UsageError::Assembly`], which would be a fault of this program.
    pub fn new(application: &ApplicationState, expected: Option<Template>) -> Result<Self, UsageError> {
        let on_chain = nearest(application)?;
        let expected = expected.unwrap_or(on_chain);
        let (wanted, near) = (Programs::assemble(expected)?, Programs::assemble(on_chain)?);
        let approval = ProgramComparison::new(&application.approval_program, &wanted.approval, || {
            let line_of = |pc| near.source_line(u64::try_from(pc).ok()?);
            differences(&application.approval_program, &near.approval, line_of)
        });
        let clear = ProgramComparison::new(&application.clear_program, &wanted.clear, || {
            differences(&application.clear_program, &wanted.clear, |_| None)
        });
        let missing_room = missing_room(application, &wanted, false);
        let spare_room = spare_room(application);
        let is_near = !is_foreign(&application.approval_program, &near.approval);
        let is_usage_contract = is_near || GlobalState::read(application).is_ok();
        Ok(Self { approval, clear, expected, is_usage_contract, is_near, on_chain, missing_room, spare_room })
    }

    /// Whether the chain runs this very source.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        self.approval.same && self.clear.same && self.missing_room.is_empty()
    }

    /// The template values that the chain's program has; none where it is not near.
    pub fn template(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.on_chain.values().into_iter().filter(|_| self.is_near)
    }

    /// The template variables that have other values on the chain: name, value there, value here.
    #[must_use]
    pub fn template_differences(&self) -> Vec<(&'static str, u64, u64)> {
        let pairs = self.on_chain.values().into_iter().filter(|_| self.is_near).zip(self.expected.values());
        pairs.filter(|((_, is), (_, shall))| is != shall).map(|((name, is), (_, shall))| (name, is, shall)).collect()
    }

    /// Whether the code is this source's, whatever the template's values.
    #[must_use]
    pub const fn is_same_code(&self) -> bool {
        self.approval.differences.is_empty() && self.clear.differences.is_empty()
    }
}

impl ProgramComparison {
    fn new(on_chain: &[u8], here: &[u8], differences: impl FnOnce() -> Vec<Hunk>) -> Self {
        let same = on_chain == here;
        Self {
            same,
            bytes_on_chain: on_chain.len(),
            bytes_here: here.len(),
            sha512_256_on_chain: hex::encode(sha512_256(on_chain)),
            sha512_256_here: hex::encode(sha512_256(here)),
            differences: if same { Vec::new() } else { differences() },
        }
    }
}

/// The template whose program is nearest to the application's.
fn nearest(application: &ApplicationState) -> Result<Template, UsageError> {
    let approval = &application.approval_program;
    let clear = Programs::assemble(Template::default())?.clear;
    // The clear program has no variable: another one says nothing about the approval program's.
    if let Some(template) = template_of(approval, &clear) {
        return Ok(template);
    }
    let mut best = (usize::MAX, Template::default());
    for template in std::iter::once(Template::default()).chain(Template::all()) {
        let far = distance(approval, &Programs::assemble(template)?.approval);
        if far < best.0 {
            best = (far, template);
        }
    }
    Ok(best.1)
}

fn spare_room(application: &ApplicationState) -> Vec<String> {
    let (global, local) = (application.global_schema, application.local_schema);
    [
        ("global integers", global.uints, GLOBAL_SCHEMA.uints),
        ("global byte slices", global.byte_slices, GLOBAL_SCHEMA.byte_slices),
        ("local integers", local.uints, LOCAL_SCHEMA.uints),
        ("local byte slices", local.byte_slices, LOCAL_SCHEMA.byte_slices),
        ("extra program pages", u64::from(application.extra_pages), 0),
    ]
    .into_iter()
    .filter(|(_, has, needs)| has > needs)
    .map(|(what, has, needs)| format!("{what}: {has}, of which {needs} are needed"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::APPROVAL_SOURCE;
    use crate::difference::Side;
    use pnp_teal::template::{TemplateValue, Templates};
    use pnp_teal::{AssembleOptions, assemble};
    use pnp_types::{Address, AppIndex};

    fn application(approval: Vec<u8>) -> ApplicationState {
        ApplicationState {
            id: AppIndex(7),
            creator: Address::ZERO,
            approval_program: approval,
            clear_program: Programs::assemble(Template::default()).unwrap().clear,
            global_state: std::collections::BTreeMap::new(),
            global_schema: GLOBAL_SCHEMA,
            local_schema: LOCAL_SCHEMA,
            extra_pages: 0,
        }
    }

    const UNORDERED: Template = Template { updatable: true, deletable: false, ordered_ticks: false };

    /// Today's source with one line changed, as a later version might have it.
    fn other_version(template: Template) -> Vec<u8> {
        let source = APPROVAL_SOURCE.replacen("    int 10000\n    <=\n", "    int 5000\n    <=\n", 1);
        assert_ne!(source, APPROVAL_SOURCE);
        let values = Templates::from_iter(template.values().map(|(name, value)| (name, TemplateValue::Uint(value))));
        assemble(&values.substitute(&source).unwrap(), AssembleOptions::default()).unwrap().bytes
    }

    #[test]
    fn the_same_source_is_the_same() {
        for template in Template::all() {
            let app = application(Programs::assemble(template).unwrap().approval);
            for expected in [None, Some(template)] {
                let found = Verification::new(&app, expected).unwrap();
                assert!(found.is_same() && found.is_same_code() && found.template_differences().is_empty());
                assert_eq!(found.on_chain, template);
            }
        }
    }

    #[test]
    fn template_values_differ_from_code() {
        let app = application(Programs::assemble(UNORDERED).unwrap().approval);
        let found = Verification::new(&app, Some(Template::default())).unwrap();
        assert!(!found.is_same() && found.is_same_code());
        assert_eq!(found.template_differences(), [("TMPL_UPDATABLE", 1, 0), ("TMPL_ORDERED_TICKS", 0, 1)]);
    }

    #[test]
    fn another_version_is_shown_by_its_lines() {
        let found = Verification::new(&application(other_version(UNORDERED)), Some(Template::default())).unwrap();
        assert_eq!(found.on_chain, UNORDERED);
        let lines: Vec<_> = found.approval.differences.iter().flat_map(|hunk| &hunk.lines).collect();
        let changed: Vec<_> = lines.iter().filter(|line| line.side != Side::Both).collect();
        assert_eq!(changed.len(), 2, "{lines:#?}");
        assert!(changed.iter().any(|line| line.side == Side::Old && line.teal.contains("5000")), "{changed:?}");
        let ours = changed.iter().find(|line| line.side == Side::New).unwrap();
        assert_eq!(ours.source.as_ref().map(|source| source.code.as_str()), Some("int 10000"));
    }

    #[test]
    fn another_contract_has_no_template_values() {
        let foreign = "#pragma version 10\ntxn ApplicationID\nbz create\ntxn OnCompletion\nint DeleteApplication\n!=\nassert\n\
            byte \"count\"\ndup\napp_global_get\nint 1\n+\napp_global_put\nint 1\nreturn\ncreate:\nint 1\n";
        let foreign = assemble(foreign, AssembleOptions::default()).unwrap().bytes;
        for approval in [foreign, vec![10, 0x81, 1], vec![11]] {
            for expected in [None, Some(UNORDERED)] {
                let found = Verification::new(&application(approval.clone()), expected).unwrap();
                assert!(!found.is_usage_contract && !found.is_same() && !found.is_same_code());
                assert_eq!((found.template().count(), found.template_differences().len()), (0, 0));
            }
        }
        let found = Verification::new(&application(other_version(UNORDERED)), None).unwrap();
        assert!(found.is_usage_contract && found.template().count() == 3);
    }

    #[test]
    fn clear_program_and_room_count_too() {
        let mut app = application(Programs::assemble(Template::default()).unwrap().approval);
        app.local_schema.uints = 3;
        let found = Verification::new(&app, None).unwrap();
        assert!(found.is_same());
        assert_eq!(found.spare_room, ["local integers: 3, of which 0 are needed"]);
        app.clear_program = vec![11, 0x81, 0];
        app.global_schema.uints = 3;
        let found = Verification::new(&app, None).unwrap();
        assert!(!found.is_same() && found.approval.same && !found.clear.same);
        assert_eq!(found.clear.differences.len(), 1);
        assert_eq!(found.missing_room.first().map(|change| change.what), Some("global integers"));
    }
}
