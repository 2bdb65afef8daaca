//! The whole table of decisions.

use super::*;
use crate::{BasisPoints, Parameters};
use pnp_types::{Address, TealValue};

const APP: AppIndex = AppIndex(1001);

fn creation() -> Creation {
    Creation {
        provider: Address([1; 32]),
        platform: Address([2; 32]),
        parameters: Parameters::EXAMPLE,
        asset: Some(AssetIndex(7)),
    }
}

fn template(updatable: bool, deletable: bool) -> Template {
    Template { updatable, deletable, ordered_ticks: true }
}

/// A contract on the chain: created as `creation` says, with the sizes the contract needs.
fn deployed_contract(programs: &Programs) -> DeployedContract {
    let Creation { provider, platform, parameters, asset } = creation();
    DeployedContract {
        application: ApplicationState {
            id: APP,
            creator: Address([9; 32]),
            approval_program: programs.approval.clone(),
            clear_program: programs.clear.clone(),
            global_state: std::collections::BTreeMap::<Vec<u8>, TealValue>::new(),
            global_schema: GLOBAL_SCHEMA,
            local_schema: LOCAL_SCHEMA,
            extra_pages: 0,
        },
        state: GlobalState { provider, platform, parameters, asset },
        said_updatable: None,
        said_deletable: None,
    }
}

const UPDATES: [OnUpdate; 4] = [OnUpdate::Fail, OnUpdate::Update, OnUpdate::Replace, OnUpdate::Append];
const BREAKS: [OnSchemaBreak; 3] = [OnSchemaBreak::Fail, OnSchemaBreak::Replace, OnSchemaBreak::Append];

/// The decision under every policy: `on_update` varies slowest, then `on_schema_break`, then whether the network grows.
fn decisions(deployed_contract: &DeployedContract, wanted: &DesiredContract<'_>) -> Vec<(Policy, Plan)> {
    let mut decisions = Vec::new();
    for on_update in UPDATES {
        for on_schema_break in BREAKS {
            for can_grow in [false, true] {
                let policy = Policy { on_update, on_schema_break, can_grow };
                decisions.push((policy, Plan::new(Some(deployed_contract), wanted, policy)));
            }
        }
    }
    decisions
}

fn programs(template: Template) -> Programs {
    Programs::assemble(template).unwrap()
}

/// Programs of another source.
fn other_source(mut programs: Programs) -> Programs {
    programs.approval = vec![11, 0x81, 1];
    programs
}

const UPDATE: Action = Action::Update { sets_parameters: false, resize: None };
const BY_UPDATE: Action = Action::Refuse(Refusal::Update { app: APP });
const BY_BREAK: Action = Action::Refuse(Refusal::Break { app: APP });

#[test]
fn there_is_no_contract() {
    let programs = programs(Template::default());
    let wanted = DesiredContract { programs: &programs, creation: creation() };
    for on_update in UPDATES {
        let plan = Plan::new(None, &wanted, Policy { on_update, ..Policy::default() });
        assert_eq!((plan.action, plan.changes.len()), (Action::Create, 0));
    }
}

#[test]
fn the_same_contract_is_deployed() {
    for template in Template::all() {
        let programs = programs(template);
        let wanted = DesiredContract { programs: &programs, creation: creation() };
        let mut same = deployed_contract(&programs);
        for (_, plan) in decisions(&same, &wanted) {
            assert_eq!(plan, Plan { changes: Vec::new(), action: Action::Nothing, warnings: Vec::new() });
        }
        // What is larger than needed does no harm.
        same.application.global_schema.uints += 3;
        same.application.local_schema.byte_slices += 1;
        same.application.extra_pages = 3;
        assert!(decisions(&same, &wanted).iter().all(|(_, plan)| plan.action == Action::Nothing));
    }
}

#[test]
fn parameters_are_set_whatever_the_policy() {
    let programs = programs(Template::default());
    let parameters = Parameters::new(BasisPoints(250), 1, 1000).unwrap();
    let wanted = DesiredContract { programs: &programs, creation: Creation { parameters, ..creation() } };
    for (_, plan) in decisions(&deployed_contract(&programs), &wanted) {
        assert_eq!(plan.action, Action::SetParameters);
        assert_eq!(plan.changes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["fee_pct 500 -> 250"]);
    }
}

#[test]
fn other_programs_follow_on_update() {
    let now = programs(Template::default());
    let mut deployed = deployed_contract(&other_source(now.clone()));
    deployed.said_updatable = Some(true);
    deployed.said_deletable = Some(true);
    let wanted = DesiredContract { programs: &now, creation: creation() };
    for (policy, plan) in decisions(&deployed, &wanted) {
        let expected = match policy.on_update {
            OnUpdate::Fail => BY_UPDATE,
            OnUpdate::Update => UPDATE,
            OnUpdate::Replace => Action::Replace,
            OnUpdate::Append => Action::Append,
        };
        assert_eq!(plan.action, expected, "{policy:?}");
        assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
        assert!(matches!(plan.changes.as_slice(), [Change { what: "approval program", aspect: Aspect::Program, .. }]));
    }
    // A clear program alone is an update too.
    let mut deployed = deployed_contract(&now);
    deployed.application.clear_program.push(0);
    let plan = Plan::new(Some(&deployed), &wanted, Policy::default());
    assert_eq!((plan.action, plan.changes.first().map(|change| change.what)), (BY_UPDATE, Some("clear program")));
}

#[test]
fn new_parameters_go_along_with_an_update() {
    let now = programs(Template::default());
    let deployed = deployed_contract(&other_source(now.clone()));
    let parameters = Parameters::new(BasisPoints(500), 2, 1000).unwrap();
    let wanted = DesiredContract { programs: &now, creation: Creation { parameters, ..creation() } };
    let plan = Plan::new(Some(&deployed), &wanted, Policy { on_update: OnUpdate::Update, ..Policy::default() });
    assert_eq!(plan.action, Action::Update { sets_parameters: true, resize: None });
    // They are not set on their own where the programs stop the deployment.
    assert_eq!(Plan::new(Some(&deployed), &wanted, Policy::default()).action, BY_UPDATE);
}

#[test]
fn template_values_differ_from_code() {
    let now = programs(template(false, true));
    let deployed = deployed_contract(&programs(template(true, true)));
    let wanted = DesiredContract { programs: &now, creation: creation() };
    let plan = Plan::new(Some(&deployed), &wanted, Policy { on_update: OnUpdate::Update, ..Policy::default() });
    assert_eq!(plan.action, UPDATE);
    assert_eq!(plan.changes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["TMPL_UPDATABLE 1 -> 0"]);
    assert_eq!(plan.changes.first().map(|change| change.aspect), Some(Aspect::Template));
}

#[test]
fn what_the_programs_forbid_is_not_tried() {
    let now = programs(template(true, true));
    let wanted = DesiredContract { programs: &now, creation: creation() };
    let on = |on_update| Policy { on_update, ..Policy::default() };
    let decide = |deployed: &DeployedContract, on_update| Plan::new(Some(deployed), &wanted, on(on_update)).action;
    let fixed = deployed_contract(&programs(template(false, false)));
    assert_eq!(decide(&fixed, OnUpdate::Update), Action::Refuse(Refusal::NotUpdatable { app: APP }));
    assert_eq!(decide(&fixed, OnUpdate::Replace), Action::Refuse(Refusal::NotDeletable { app: APP }));
    assert_eq!(decide(&fixed, OnUpdate::Append), Action::Append);
    // The bytes decide, even if a note says something else.
    let boasting = DeployedContract { said_updatable: Some(true), said_deletable: Some(true), ..fixed };
    assert_eq!(decide(&boasting, OnUpdate::Update), Action::Refuse(Refusal::NotUpdatable { app: APP }));
    assert_eq!(decide(&boasting, OnUpdate::Replace), Action::Refuse(Refusal::NotDeletable { app: APP }));
}

#[test]
fn what_may_be_forbidden_is_tried_with_a_warning() {
    let now = programs(Template::default());
    let wanted = DesiredContract { programs: &now, creation: creation() };
    for said in [None, Some(false)] {
        let mut deployed = deployed_contract(&other_source(now.clone()));
        deployed.said_updatable = said;
        deployed.said_deletable = said;
        for (on_update, expected, word) in
            [(OnUpdate::Update, UPDATE, "updatable"), (OnUpdate::Replace, Action::Replace, "deletable")]
        {
            let plan = Plan::new(Some(&deployed), &wanted, Policy { on_update, ..Policy::default() });
            assert_eq!(plan.action, expected);
            assert!(plan.warnings.iter().any(|warning| warning.contains(word)), "{:?}", plan.warnings);
        }
    }
}

/// What `on_schema_break` makes of an application that may be deleted.
fn broken(policy: Policy) -> Action {
    match policy.on_schema_break {
        OnSchemaBreak::Fail => BY_BREAK,
        OnSchemaBreak::Replace => Action::Replace,
        OnSchemaBreak::Append => Action::Append,
    }
}

#[test]
fn a_local_schema_too_small_breaks_everywhere() {
    let now = programs(template(true, true));
    for source in [now.clone(), other_source(now.clone())] {
        let mut deployed = deployed_contract(&source);
        deployed.said_deletable = Some(true);
        deployed.application.local_schema = StateSchema::default();
        let wanted = DesiredContract { programs: &now, creation: creation() };
        for (policy, plan) in decisions(&deployed, &wanted) {
            assert_eq!(plan.action, broken(policy), "{policy:?}");
        }
    }
}

#[test]
fn global_schema_and_pages_grow_where_the_network_lets_them() {
    let mut now = programs(template(true, true));
    for (case, pages) in [(0, 0), (1, 0), (2, 1)] {
        let mut deployed = deployed_contract(&programs(template(true, true)));
        match case {
            0 => deployed.application.global_schema = StateSchema { uints: 3, byte_slices: 5 },
            1 => deployed.application.global_schema.byte_slices = 0,
            _ => {
                deployed.said_updatable = Some(true);
                deployed.said_deletable = Some(true);
                now.approval.resize(2048, 0);
            }
        }
        let wanted = DesiredContract { programs: &now, creation: creation() };
        for (policy, plan) in decisions(&deployed, &wanted) {
            let expected = match (policy.can_grow, policy.on_update) {
                (false, _) => broken(policy),
                (true, OnUpdate::Fail) => BY_UPDATE,
                (true, OnUpdate::Replace) => Action::Replace,
                (true, OnUpdate::Append) => Action::Append,
                (true, OnUpdate::Update) => {
                    // What is larger already stays so: an update sets the whole size.
                    let byte_slices = if case == 0 { 5 } else { 2 };
                    let global = StateSchema { uints: 4, byte_slices };
                    Action::Update { sets_parameters: false, resize: Some(Size { global, extra_pages: pages }) }
                }
            };
            assert_eq!(plan.action, expected, "{case} {policy:?}");
            assert!(
                plan.changes.iter().any(|change| change.aspect == Aspect::Size && change.breaks != policy.can_grow)
            );
        }
    }
}

#[test]
fn parties_and_asset_take_another_application() {
    let now = programs(template(true, true));
    let deployed = deployed_contract(&now);
    let other = Address([3; 32]);
    for (what, requested) in [
        ("provider", Creation { provider: other, ..creation() }),
        ("platform", Creation { platform: other, ..creation() }),
        ("asset", Creation { asset: Some(AssetIndex(8)), ..creation() }),
        ("asset", Creation { asset: None, ..creation() }),
    ] {
        let wanted = DesiredContract { programs: &now, creation: requested };
        for (policy, plan) in decisions(&deployed, &wanted) {
            assert_eq!(plan.action, broken(policy), "{what} {policy:?}");
            assert!(matches!(plan.changes.as_slice(), [Change { breaks: true, aspect: Aspect::Fixed, .. }]));
            assert_eq!(plan.changes.first().map(|change| change.what), Some(what));
        }
    }
    let fixed = deployed_contract(&programs(template(false, false)));
    let wanted = DesiredContract { programs: &now, creation: Creation { asset: None, ..creation() } };
    let replace = Policy { on_schema_break: OnSchemaBreak::Replace, ..Policy::default() };
    assert_eq!(Plan::new(Some(&fixed), &wanted, replace).action, Action::Refuse(Refusal::NotDeletable { app: APP }));
}

#[test]
fn pages_are_counted_as_algokit_counts_them() {
    for (bytes, pages) in [(0, 0), (1, 0), (2048, 0), (2049, 1), (4096, 1), (4097, 2), (8193, 4)] {
        assert_eq!(extra_pages(&vec![0; bytes], &[]), pages, "{bytes}");
    }
    assert_eq!(extra_pages(&[0; 2048], &[0]), 1);
}

#[test]
fn policies_are_read_by_their_names() {
    for name in OnUpdate::NAMES {
        let policy: OnUpdate = name.parse().unwrap();
        assert_eq!(serde_json::to_value(policy).unwrap(), *name);
    }
    for name in OnSchemaBreak::NAMES {
        let policy: OnSchemaBreak = name.parse().unwrap();
        assert_eq!(serde_json::to_value(policy).unwrap(), *name);
    }
    assert!("update".parse::<OnSchemaBreak>().unwrap_err().to_string().contains("append"));
    assert_eq!("".parse::<OnUpdate>(), Err(UnknownPolicy(OnUpdate::NAMES)));
}
