//! Hooks to watch a run: for exec traces, debuggers and `simulate`.
//!
//! All of them do nothing unless implemented, and a group without a tracer pays one test a program for them. The order
//! is the reference's (go-algorand `data/transactions/logic/tracer.go`): group, transaction, program, opcode, a
//! beginning and an end of each, inner groups within the opcode that submits them. The ledger calls the hooks of
//! top-level groups and transactions, the machine all others.

use super::error::Fault;
use super::group::GroupContext;
use super::vm::Vm;
use pnp_types::{Address, AppIndex, ApplyData, AssetIndex};

/// Watches a group run. It may change budgets and limits of what it is shown, nothing else.
pub trait Tracer {
    /// A group begins; inner groups have a caller.
    fn before_group(&mut self, _group: &mut GroupContext<'_>) {}
    /// A group ended, with the text of its failure.
    fn after_group(&mut self, _group: &mut GroupContext<'_>, _error: Option<&str>) {}
    /// Transaction `index` of a group begins.
    fn before_transaction(&mut self, _group: &mut GroupContext<'_>, _index: usize) {}
    /// Transaction `index` of a group ended.
    fn after_transaction(
        &mut self,
        _group: &mut GroupContext<'_>,
        _index: usize,
        _did: &ApplyData,
        _error: Option<&str>,
    ) {
    }
    /// A program begins; it may prove unreadable.
    fn before_program(&mut self, _vm: &mut Vm<'_, '_>) {}
    /// A program ended.
    fn after_program(&mut self, _vm: &mut Vm<'_, '_>, _passed: bool, _error: Option<&Fault>) {}
    /// Whether opcodes are watched too. If not, programs run as fast as without a tracer.
    fn watches_opcodes(&self) -> bool {
        true
    }
    /// What [`Vm::named_state`] is to say while [`Self::before_opcode`] runs. To resolve the state that an opcode names has
    /// the same effect on unnamed resources as to run the opcode, as in the reference, so it is done only if wanted.
    fn watches_state(&self, _app: AppIndex) -> WatchedState {
        WatchedState::Nothing
    }
    /// An opcode begins: [`Vm::pc`] is its place.
    fn before_opcode(&mut self, _vm: &mut Vm<'_, '_>) {}
    /// An opcode ended: [`Vm::pc`] is the place of the next one, or of this one if it failed.
    fn after_opcode(&mut self, _vm: &mut Vm<'_, '_>, _error: Option<&Fault>) {}
    /// What decides about resources that no transaction names; `None` means that they are refused.
    fn unnamed_resources(&mut self) -> Option<&mut dyn UnnamedResources> {
        None
    }
}

/// What a tracer wants to know of the application state that opcodes name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchedState {
    /// Nothing.
    Nothing,
    /// Whose state it is.
    Owner,
    /// Whose state it is, and whether its value can be read.
    Value,
}

/// The application state that an opcode names, resolved by the rules of availability. Where the opcode will find its account
/// or application unavailable, it names the state of none: number and address 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NamedState {
    /// The account of local state, zero for other state.
    pub account: Address,
    /// Whose state it is.
    pub app: AppIndex,
    /// Whether its value can be read; false too where that is not asked.
    pub is_readable: bool,
}

/// Decides about resources that a program touches and no transaction of its group names. For `simulate` only.
pub trait UnnamedResources {
    /// Whether an account may be touched.
    fn account(&mut self, address: &Address) -> bool;
    /// Whether an asset may be touched.
    fn asset(&mut self, asset: AssetIndex) -> bool;
    /// Whether an application may be touched.
    fn app(&mut self, app: AppIndex) -> bool;
    /// Whether a holding may be touched, its account and asset being allowed already.
    fn holding(&mut self, address: &Address, asset: AssetIndex) -> bool;
    /// Whether a local state may be touched, its account and application being allowed already.
    fn local(&mut self, address: &Address, app: AppIndex) -> bool;
    /// Whether a box may be touched. `new_app` says that its application was created in this group; `create_size` is
    /// the size it is about to be created with, or 0.
    fn box_access(&mut self, app: AppIndex, name: &[u8], new_app: bool, create_size: u64) -> bool;
    /// Whether a group may continue whose boxes leave that many bytes of its read budget over, or need that many more.
    fn io_surplus(&mut self, surplus: i64) -> bool;
}
