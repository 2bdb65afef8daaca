//! Rules of application calls (go-algorand `data/transactions/application.go`).

use super::error::{AccessError, ProgramsError, is_creation};
use super::{Check, MalformedError};
use pnp_opcodes::read_version;
use pnp_types::consensus::ConsensusParams;
use pnp_types::{
    AppIndex, AppParams, ApplicationCall, AssetIndex, BoxRef, HoldingRef, LocalsRef, OnCompletion, ResourceRef,
};

/// The longest byte string of the AVM, and so the longest argument.
const MAX_AVM_BYTES: usize = 4096;

/// From this version on, an application's two programs have the same version.
const SYNCHRONIZED_PROGRAMS: u64 = 6;

pub(super) fn check(call: &ApplicationCall, params: &ConsensusParams) -> Check {
    if call.on_completion > OnCompletion::DeleteApplication {
        return Err(MalformedError::OnCompletion(call.on_completion.number()));
    }
    if call.reject_version > 0 {
        if !params.enable_app_versioning {
            return Err(MalformedError::RejectVersionUnsupported);
        }
        if is_creation(call.application) {
            return Err(MalformedError::RejectVersionInCreation);
        }
    }
    programs(call, params)?;
    arguments(call, params)?;
    references(call, params)?;
    for (field, schema, limit) in [
        ("LocalStateSchema", call.local_schema, params.max_local_schema_entries),
        ("GlobalStateSchema", call.global_schema, params.max_global_schema_entries),
    ] {
        if schema.entries() > limit {
            return Err(MalformedError::SchemaTooLarge { field, entries: schema.entries(), limit });
        }
    }
    Ok(())
}

/// Whether the call changes the room of an existing application.
#[must_use]
pub(crate) fn updates_sizes(call: &ApplicationCall) -> bool {
    call.on_completion == OnCompletion::UpdateApplication && (call.extra_pages != 0 || !call.global_schema.is_zero())
}

fn programs(call: &ApplicationCall, params: &ConsensusParams) -> Check {
    let creates = is_creation(call.application);
    if !creates && call.on_completion != OnCompletion::UpdateApplication {
        if !call.approval_program.is_empty() || !call.clear_program.is_empty() {
            return Err(MalformedError::ProgramsInCall);
        }
    } else {
        check_program_versions(&call.approval_program, &call.clear_program, &AppParams::default(), params)?;
    }
    let limit = params.max_absolute_extra_program_pages;
    let mut pages = call.extra_pages as usize;
    if pages > limit {
        return Err(MalformedError::ExtraPages { limit });
    }
    if !creates {
        if !call.local_schema.is_zero() {
            return Err(MalformedError::SchemaInCall { field: "LocalStateSchema", schema: call.local_schema });
        }
        if !(params.app_size_updates && updates_sizes(call)) {
            if !call.global_schema.is_zero() {
                return Err(MalformedError::SchemaInCall { field: "GlobalStateSchema", schema: call.global_schema });
            }
            if call.extra_pages != 0 {
                return Err(MalformedError::ExtraPagesInCall(call.extra_pages));
            }
            // The application's own pages are state; here the most any application has must do.
            pages = limit;
        }
    }
    Ok(well_sized(call, pages, params)?)
}

/// Refuses programs that do not fit into one page and `extra_pages` more.
pub(crate) fn well_sized(
    call: &ApplicationCall,
    extra_pages: usize,
    params: &ConsensusParams,
) -> Result<(), ProgramsError> {
    let (approval, clear) = (call.approval_program.len(), call.clear_program.len());
    let pages = 1 + extra_pages;
    let limit = pages.saturating_mul(params.max_app_program_len);
    for (program, length) in [("approval", approval), ("clear state", clear)] {
        if length > limit {
            return Err(ProgramsError::TooLong { program, length, limit });
        }
    }
    let limit = pages.saturating_mul(params.max_app_total_program_len);
    if approval + clear > limit {
        return Err(ProgramsError::TogetherTooLong { approval, clear, limit });
    }
    Ok(())
}

/// The version a program starts with.
pub(crate) fn program_version(program: &[u8]) -> Result<u64, ProgramsError> {
    match read_version(program) {
        _ if program.is_empty() => Err(ProgramsError::Empty),
        Some((version, _)) => Ok(version),
        None => Err(ProgramsError::Version),
    }
}

/// Refuses programs of different versions and, against what the application runs now, older ones
/// (go-algorand `CheckContractVersions`). `previous` is empty while an application is being created.
pub(crate) fn check_program_versions(
    approval: &[u8],
    clear: &[u8],
    previous: &AppParams,
    params: &ConsensusParams,
) -> Result<(), ProgramsError> {
    let approval = program_version(approval).map_err(|error| ProgramsError::Approval(Box::new(error)))?;
    let clear = program_version(clear).map_err(|error| ProgramsError::Clear(Box::new(error)))?;
    if approval.max(clear) >= SYNCHRONIZED_PROGRAMS && approval != clear {
        return Err(ProgramsError::Mismatch { approval, clear });
    }
    for (program, running, new) in
        [("approval", &previous.approval_program, approval), ("clearstate", &previous.clear_program, clear)]
    {
        if running.is_empty() {
            continue;
        }
        let old = program_version(running)?;
        if old >= params.min_inner_appl_version && new < old {
            return Err(ProgramsError::Downgrade { program, new, old });
        }
    }
    Ok(())
}

fn arguments(call: &ApplicationCall, params: &ConsensusParams) -> Check {
    let limit = params.max_app_args;
    if call.args.len() > limit {
        return Err(MalformedError::TooManyArgs { count: call.args.len(), limit });
    }
    if let Some((index, arg)) = call.args.iter().enumerate().find(|(_, arg)| arg.len() > MAX_AVM_BYTES) {
        return Err(MalformedError::ArgTooLong { index, length: arg.len(), limit: MAX_AVM_BYTES });
    }
    let length = call.args.iter().map(Vec::len).sum();
    let limit = params.max_absolute_total_arg_len;
    if length > limit {
        return Err(MalformedError::ArgsTooLong { length, limit });
    }
    Ok(())
}

fn references(call: &ApplicationCall, params: &ConsensusParams) -> Check {
    let lists = [
        ("Accounts", "accounts", call.accounts.len(), params.max_app_txn_accounts),
        ("ForeignApps", "foreign apps", call.foreign_apps.len(), params.max_app_txn_foreign_apps),
        ("ForeignAssets", "foreign assets", call.foreign_assets.len(), params.max_app_txn_foreign_assets),
        ("Boxes", "box references", call.boxes.len(), params.max_app_box_references),
    ];
    if call.access.is_empty() {
        if let Some((list, what, _, limit)) = lists.into_iter().find(|(_, _, length, limit)| length > limit) {
            return Err(MalformedError::ListTooLong { list, what, limit });
        }
        let limit = params.max_app_total_txn_references;
        if lists.iter().map(|(_, _, length, _)| length).sum::<usize>() > limit {
            return Err(MalformedError::TooManyReferences { limit });
        }
    } else {
        let limit = params.max_app_access;
        if call.access.len() > limit {
            return Err(MalformedError::AccessTooLong { limit });
        }
        if let Some((list, ..)) = lists.into_iter().find(|(_, _, length, _)| *length > 0) {
            return Err(MalformedError::ListBesideAccess { list });
        }
        for entry in &call.access {
            access_entry(entry, call, params)?;
        }
    }
    for (index, reference) in call.boxes.iter().enumerate() {
        if reference.index > call.foreign_apps.len() as u64 {
            return Err(MalformedError::BoxIndex { index, reference: reference.index });
        }
        if params.enable_box_ref_name_error && reference.name.len() > params.max_app_key_len {
            return Err(MalformedError::BoxNameTooLong { index, limit: params.max_app_key_len });
        }
    }
    Ok(())
}

/// One entry names one thing, and what it points to is in the list.
fn access_entry(entry: &ResourceRef, call: &ApplicationCall, params: &ConsensusParams) -> Result<(), AccessError> {
    let list = &call.access;
    let mut kinds = usize::from(!entry.address.is_zero())
        + usize::from(entry.asset != AssetIndex::NONE)
        + usize::from(entry.app != AppIndex::NONE);
    if entry.holding != HoldingRef::default() {
        let HoldingRef { address, asset } = entry.holding;
        if address != 0 {
            let target = at(list, address, "holding Address")?;
            expect(!target.address.is_zero(), "holding Address", address, "Address")?;
        }
        let target = at(list, asset, "holding Asset")?;
        expect(target.asset != AssetIndex::NONE, "holding Asset", asset, "Asset")?;
        kinds += 1;
    }
    if entry.locals != LocalsRef::default() {
        let LocalsRef { address, app } = entry.locals;
        if !params.allow_zero_local_app_ref && app == 0 {
            return Err(AccessError::ZeroApp);
        }
        if is_creation(call.application) && app == 0 {
            return Err(AccessError::ZeroAppInCreation);
        }
        if address != 0 {
            let target = at(list, address, "locals Address")?;
            expect(!target.address.is_zero(), "locals Address", address, "Address")?;
        }
        if app != 0 {
            let target = at(list, app, "locals App")?;
            expect(target.app != AppIndex::NONE, "locals App", app, "App")?;
        }
        kinds += 1;
    }
    if entry.box_ref != BoxRef::default() {
        let BoxRef { index, name } = &entry.box_ref;
        if params.enable_box_ref_name_error && name.len() > params.max_app_key_len {
            return Err(AccessError::BoxNameTooLong(params.max_app_key_len));
        }
        if *index != 0 {
            let target = at(list, *index, "box Index").map_err(|_| AccessError::BoxOutside(*index))?;
            expect(target.app != AppIndex::NONE, "box Index", *index, "App")?;
        }
        kinds += 1;
    }
    if kinds > 1 { Err(AccessError::Mixed) } else { Ok(()) }
}

/// The entry at a 1-based place.
fn at<'l>(list: &'l [ResourceRef], index: u64, kind: &'static str) -> Result<&'l ResourceRef, AccessError> {
    usize::try_from(index)
        .ok()
        .and_then(|index| list.get(index.checked_sub(1)?))
        .ok_or(AccessError::Outside { kind, index })
}

fn expect(found: bool, kind: &'static str, index: u64, expected: &'static str) -> Result<(), AccessError> {
    if found { Ok(()) } else { Err(AccessError::WrongKind { kind, index, expected }) }
}
