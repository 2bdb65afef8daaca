//! Who may touch which box, and what it costs of the group's write budget.
//!
//! A box must be named by the group. Those of other applications need their owner's permission, and boxes that a family
//! of applications shares may not be changed while a waiting relative relies on them (go-algorand
//! `data/transactions/logic/box.go`).

use std::sync::Arc;

use super::error::{Fault, fault};
use super::vm::Vm;
use pnp_types::{Address, AppIndex};

/// What is about to happen to a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BoxUse {
    /// Create it with so many bytes.
    Create(u64),
    /// Read it.
    Read,
    /// Write it; should it not exist, with so many bytes.
    Write(u64),
    /// Delete it.
    Delete,
    /// Give it so many bytes.
    Resize(u64),
}

impl Vm<'_, '_> {
    /// Names and sizes have their limits; they are those of the ledger.
    pub(super) fn check_box(&self, name: &[u8], size: u64) -> Result<(), Fault> {
        let params = self.group.params;
        if name.is_empty() {
            return Err("box names may not be zero length".into());
        }
        if name.len() > params.max_app_key_len {
            fault!("name too long: length was {}, maximum is {}", name.len(), params.max_app_key_len);
        }
        if size > params.max_box_size {
            fault!("box size too large: {size}, maximum is {}", params.max_box_size);
        }
        Ok(())
    }

    /// The content of a box, if it exists and may be used so.
    pub(super) fn use_box(&mut self, app: AppIndex, name: &[u8], wanted: BoxUse) -> Result<Option<Arc<[u8]>>, Fault> {
        if self.is_clear_state() {
            return Err("boxes may not be accessed from ClearState program".into());
        }
        let new_size = match wanted {
            BoxUse::Create(size) | BoxUse::Write(size) | BoxUse::Resize(size) => size,
            BoxUse::Read | BoxUse::Delete => 0,
        };
        let (known, new_app) = self.find_box(app, name, new_size)?;
        self.authorize_box(app, wanted)?;
        // A new application has no boxes but those that it created in this group, which are known.
        let content = if new_app { None } else { self.ledger()?.box_get(app, name)? };
        let length = content.as_ref().map_or(0, |content| content.len() as u64);
        if let (BoxUse::Create(size), Some(_)) = (wanted, &content) {
            if size != length {
                fault!("box size mismatch {length} {size}");
            }
            return Ok(content);
        }
        let resources = &mut self.group.shared.resources;
        let charged = if known { length } else { 0 };
        let dirty = match wanted {
            BoxUse::Create(_) | BoxUse::Write(_) => {
                if !known {
                    let size = if content.is_some() { length } else { new_size };
                    resources.dirty_bytes = resources.dirty_bytes.wrapping_add(size);
                }
                true
            }
            BoxUse::Resize(_) => {
                resources.dirty_bytes = resources.dirty_bytes.wrapping_sub(charged).wrapping_add(new_size);
                true
            }
            BoxUse::Delete => {
                resources.dirty_bytes = resources.dirty_bytes.wrapping_sub(charged);
                false
            }
            BoxUse::Read => known,
        };
        resources.set_box(app, name, dirty);
        let (dirty, budget) = (resources.dirty_bytes, self.group.io_budget);
        if dirty > budget {
            let verb = match wanted {
                BoxUse::Create(_) => "creating",
                BoxUse::Write(_) => "writing",
                BoxUse::Resize(_) => "resizing",
                BoxUse::Read | BoxUse::Delete => "accessing",
            };
            fault!("write budget exceeded ({dirty} > {budget}) while {verb} box 0x{}", hex::encode(name));
        }
        Ok(content)
    }

    /// Whether a box counts as changed already, and whether it belongs to a new application that touches it first.
    fn find_box(&mut self, app: AppIndex, name: &[u8], new_size: u64) -> Result<(bool, bool), Fault> {
        let resources = &mut self.group.shared.resources;
        if let Some(dirty) = resources.box_state(app, name) {
            return Ok((dirty, false));
        }
        let new_app = resources.created_apps.contains(&app);
        if new_app && resources.unnamed_boxes > 0 {
            resources.unnamed_boxes -= 1;
            return Ok((false, true));
        }
        if self.group.unnamed().is_some_and(|policy| policy.box_access(app, name, new_app, new_size)) {
            return Ok((false, new_app));
        }
        fault!("invalid Box reference 0x{}", hex::encode(name));
    }

    fn authorize_box(&mut self, owner: AppIndex, wanted: BoxUse) -> Result<(), Fault> {
        let Some((params, owner_creator)) = self.ledger()?.app_params(owner)? else {
            fault!("app {owner} does not exist");
        };
        let is_read = wanted == BoxUse::Read;
        let shared = if owner == self.app {
            params.family_box_access
        } else {
            let in_family = params.family_box_access && self.creator()? == owner_creator;
            let anyone_may = is_read && params.foreign_box_reads;
            if !in_family && !anyone_may {
                let caller = if self.creator()? == owner_creator { "family" } else { "foreign" };
                let verb = if is_read { "read" } else { "write" };
                fault!("{caller} app {} may not {verb} box of {owner}", self.app);
            }
            in_family
        };
        if !shared {
            return Ok(());
        }
        if !is_read {
            self.check_family_reentrancy()?;
        }
        self.touched_family_box = true;
        Ok(())
    }

    fn creator_of_caller(&mut self, position: usize) -> Result<Option<Address>, Fault> {
        let Some(caller) = self.group.shared.callers.get(position) else { return Ok(None) };
        if caller.creator.is_some() {
            return Ok(caller.creator);
        }
        let Ok(Some((_, creator))) = self.ledger()?.app_params(caller.app) else {
            return Err("No params for current app".into());
        };
        if let Some(caller) = self.group.shared.callers.get_mut(position) {
            caller.creator = Some(creator);
        }
        Ok(Some(creator))
    }

    /// Refuses to change a shared box while a relative further up relies on it, with a stranger in between.
    fn check_family_reentrancy(&mut self) -> Result<(), Fault> {
        if self.family_checked {
            return Ok(());
        }
        let mine = self.creator()?;
        let mut seen_stranger = false;
        for position in (0..self.group.callers().len()).rev() {
            if self.creator_of_caller(position)? != Some(mine) {
                seen_stranger = true;
                continue;
            }
            if let Some(caller) = self.group.callers().get(position).filter(|caller| caller.touched_family_box)
                && seen_stranger
            {
                fault!(
                    "app {} may not write family-shared box: app {} is relying on family state across a foreign call",
                    self.app,
                    caller.app
                );
            }
        }
        self.family_checked = true;
        Ok(())
    }

    /// What this program touched of its family counts as touched by the relative that called it.
    pub(super) fn pass_family_mark(&mut self) -> Result<(), Fault> {
        let Some(last) = self.group.callers().len().checked_sub(1).filter(|_| self.touched_family_box) else {
            return Ok(());
        };
        let mine = self.creator()?;
        if self.creator_of_caller(last)? == Some(mine)
            && let Some(caller) = self.group.shared.callers.get_mut(last)
        {
            caller.touched_family_box = true;
        }
        Ok(())
    }
}
