//! Boxes: byte strings of any size, by application and name.
//!
//! The `app_box_*` opcodes take the owner below the arguments of their counterparts; once it is taken away, both work on
//! the same stack.

use super::bytes::{part_of_length, with_part_replaced};
use crate::box_access::BoxUse;
use crate::error::{Fault, fault};
use crate::value::{Bytes, Value};
use crate::vm::Vm;
use pnp_types::AppIndex;

type OpResult = Result<(), Fault>;

/// Takes the owner from below `depth` other arguments.
fn take_owner(vm: &mut Vm<'_, '_>, depth: usize) -> Result<AppIndex, Fault> {
    let owner = vm.machine.uint(depth)?;
    let position = vm.machine.stack.len() - 1 - depth;
    vm.machine.stack.remove(position);
    Ok(AppIndex(owner))
}

/// The box's name, below `depth` other arguments.
fn name(vm: &Vm<'_, '_>, depth: usize) -> Result<Bytes, Fault> {
    Ok(vm.machine.bytes(depth)?.clone())
}

fn missing(name: &[u8]) -> Fault {
    Fault::new(format!("no such box 0x{}", hex::encode(name)))
}

/// Stack: name, size
fn create(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let (name, size) = (name(vm, 1)?, vm.machine.uint(0)?);
    vm.check_box(&name, size)?;
    let exists = vm.use_box(owner, &name, BoxUse::Create(size))?.is_some();
    if !exists {
        let size = usize::try_from(size).unwrap_or_default();
        vm.ledger_mut()?.box_create(owner, &name, vec![0; size])?;
    }
    vm.machine.replace(2, !exists)
}

/// Stack: name, start, length
fn extract(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let (name, start, length) = (name(vm, 2)?, vm.machine.uint(1)?, vm.machine.uint(0)?);
    vm.check_box(&name, start.saturating_add(length))?;
    let content = vm.use_box(owner, &name, BoxUse::Read)?.ok_or_else(|| missing(&name))?;
    let part = part_of_length(&content, start, length);
    vm.machine.replace(3, part.as_ref().map_or(Value::Uint(0), |part| (*part).into()))?;
    part.map(|_| ())
}

/// Stack: name, start, replacement
fn replace(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let (name, start, part) = (name(vm, 2)?, vm.machine.uint(1)?, vm.machine.bytes(0)?.clone());
    vm.check_box(&name, start.saturating_add(part.len() as u64))?;
    let content = vm.use_box(owner, &name, BoxUse::Write(0))?.ok_or_else(|| missing(&name))?;
    let content = with_part_replaced(&content, start, &part)?;
    vm.machine.drop_top(3);
    Ok(vm.ledger_mut()?.box_set(owner, &name, content)?)
}

/// Stack: name, start, length, replacement
fn splice(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let (start, length) = (vm.machine.uint(2)?, vm.machine.uint(1)?);
    let (name, part) = (name(vm, 3)?, vm.machine.bytes(0)?.clone());
    vm.check_box(&name, 0)?;
    let content = vm.use_box(owner, &name, BoxUse::Write(0))?.ok_or_else(|| missing(&name))?;
    let content = with_part_spliced(&content, start, length, &part)?;
    vm.machine.drop_top(4);
    Ok(vm.ledger_mut()?.box_set(owner, &name, content)?)
}

/// `content` with the `length` bytes from `start` replaced by `part`, cut or filled with zeros to its old length.
fn with_part_spliced(content: &[u8], start: u64, length: u64, part: &[u8]) -> Result<Vec<u8>, Fault> {
    let whole = content.len();
    let Some((before, rest)) = usize::try_from(start).ok().and_then(|start| content.split_at_checked(start)) else {
        fault!("replacement start {start} beyond length: {whole}");
    };
    let Some(end) = start.checked_add(length) else { return Err("splice end exceeds uint64".into()) };
    let Some(after) = usize::try_from(length).ok().and_then(|length| rest.get(length..)) else {
        fault!("splice end {end} beyond original length: {whole}");
    };
    if part.len() > rest.len() {
        return Err("splice inserted bytes too long".into());
    }
    let mut spliced = [before, part, after].concat();
    spliced.resize(whole, 0);
    Ok(spliced)
}

/// Stack: name
fn del(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let name = name(vm, 0)?;
    vm.check_box(&name, 0)?;
    let exists = vm.use_box(owner, &name, BoxUse::Delete)?.is_some();
    if exists {
        vm.ledger_mut()?.box_del(owner, &name)?;
    }
    vm.machine.replace(1, exists)
}

/// Stack: name, size
fn resize(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let (name, size) = (name(vm, 1)?, vm.machine.uint(0)?);
    vm.check_box(&name, size)?;
    let content = vm.use_box(owner, &name, BoxUse::Resize(size))?.ok_or_else(|| missing(&name))?;
    let mut content = content.to_vec();
    content.resize(usize::try_from(size).unwrap_or_default(), 0);
    let ledger = vm.ledger_mut()?;
    ledger.box_del(owner, &name)?;
    vm.machine.drop_top(2);
    Ok(vm.ledger_mut()?.box_create(owner, &name, content)?)
}

/// Stack: name
fn len(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let name = name(vm, 0)?;
    vm.check_box(&name, 0)?;
    let content = vm.use_box(owner, &name, BoxUse::Read)?;
    vm.machine.replace(1, content.as_ref().map_or(0, |content| content.len() as u64))?;
    vm.machine.replace(0, content.is_some())
}

/// Stack: name
fn get(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let name = name(vm, 0)?;
    vm.check_box(&name, 0)?;
    let content = vm.use_box(owner, &name, BoxUse::Read)?;
    let exists = content.is_some();
    vm.machine.replace(1, content.map(Bytes::from).unwrap_or_default())?;
    vm.machine.replace(0, exists)
}

/// Stack: name, content
fn put(vm: &mut Vm<'_, '_>, owner: AppIndex) -> OpResult {
    let (name, content) = (name(vm, 1)?, vm.machine.bytes(0)?.clone());
    vm.check_box(&name, content.len() as u64)?;
    let before = vm.use_box(owner, &name, BoxUse::Write(content.len() as u64))?;
    vm.machine.drop_top(2);
    match before {
        Some(before) if before.len() != content.len() => {
            fault!("attempt to box_put wrong size {} != {}", before.len(), content.len())
        }
        Some(_) => Ok(vm.ledger_mut()?.box_set(owner, &name, content.to_vec())?),
        None => Ok(vm.ledger_mut()?.box_create(owner, &name, content.to_vec())?),
    }
}

/// `box_create`: name, size
pub(crate) fn box_create(vm: &mut Vm<'_, '_>) -> OpResult {
    create(vm, vm.app)
}

/// `app_box_create`: owner, name, size
pub(crate) fn app_box_create(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 2)?;
    create(vm, owner)
}

/// `box_extract`: name, start, length
pub(crate) fn box_extract(vm: &mut Vm<'_, '_>) -> OpResult {
    extract(vm, vm.app)
}

/// `app_box_extract`: owner, name, start, length
pub(crate) fn app_box_extract(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 3)?;
    extract(vm, owner)
}

/// `box_replace`: name, start, replacement
pub(crate) fn box_replace(vm: &mut Vm<'_, '_>) -> OpResult {
    replace(vm, vm.app)
}

/// `app_box_replace`: owner, name, start, replacement
pub(crate) fn app_box_replace(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 3)?;
    replace(vm, owner)
}

/// `box_splice`: name, start, length, replacement
pub(crate) fn box_splice(vm: &mut Vm<'_, '_>) -> OpResult {
    splice(vm, vm.app)
}

/// `app_box_splice`: owner, name, start, length, replacement
pub(crate) fn app_box_splice(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 4)?;
    splice(vm, owner)
}

/// `box_del`: name
pub(crate) fn box_del(vm: &mut Vm<'_, '_>) -> OpResult {
    del(vm, vm.app)
}

/// `app_box_del`: owner, name
pub(crate) fn app_box_del(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 1)?;
    del(vm, owner)
}

/// `box_resize`: name, size
pub(crate) fn box_resize(vm: &mut Vm<'_, '_>) -> OpResult {
    resize(vm, vm.app)
}

/// `app_box_resize`: owner, name, size
pub(crate) fn app_box_resize(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 2)?;
    resize(vm, owner)
}

/// `box_len`: name
pub(crate) fn box_len(vm: &mut Vm<'_, '_>) -> OpResult {
    len(vm, vm.app)
}

/// `app_box_len`: owner, name
pub(crate) fn app_box_len(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 1)?;
    len(vm, owner)
}

/// `box_get`: name
pub(crate) fn box_get(vm: &mut Vm<'_, '_>) -> OpResult {
    get(vm, vm.app)
}

/// `app_box_get`: owner, name
pub(crate) fn app_box_get(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 1)?;
    get(vm, owner)
}

/// `box_put`: name, content
pub(crate) fn box_put(vm: &mut Vm<'_, '_>) -> OpResult {
    put(vm, vm.app)
}

/// `app_box_put`: owner, name, content
pub(crate) fn app_box_put(vm: &mut Vm<'_, '_>) -> OpResult {
    let owner = take_owner(vm, 2)?;
    put(vm, owner)
}
