//! Fields of application calls.

use super::resource::{BoxRef, ResourceRef};
use crate::account::StateSchema;
use crate::address::Address;
use crate::amount::{AppIndex, AssetIndex};
use crate::msgpack::wire_newtype;

/// Fields of an `appl` transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ApplicationCall {
    /// The application, or 0 to create one.
    pub application: AppIndex,
    /// What happens besides the call.
    pub on_completion: OnCompletion,
    /// Arguments.
    pub args: Vec<Vec<u8>>,
    /// Accounts the programs may reach, besides the sender.
    pub accounts: Vec<Address>,
    /// Assets the programs may reach.
    pub foreign_assets: Vec<AssetIndex>,
    /// Applications the programs may reach, besides the called one.
    pub foreign_apps: Vec<AppIndex>,
    /// Everything the programs may reach, in place of the other four lists.
    pub access: Vec<ResourceRef>,
    /// Boxes the programs may reach.
    pub boxes: Vec<BoxRef>,
    /// Room each account reserves when it opts in; only when creating.
    pub local_schema: StateSchema,
    /// Room of the global state; when creating, and when an update grows it.
    pub global_schema: StateSchema,
    /// New approval program; when creating or updating.
    pub approval_program: Vec<u8>,
    /// New clear-state program; when creating or updating.
    pub clear_program: Vec<u8>,
    /// Pages over the first for both programs.
    pub extra_pages: u32,
    /// Fail if the application's version is this or higher; 0 never fails.
    pub reject_version: u64,
}

/// What happens besides an application call. Unknown numbers survive a round trip.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OnCompletion(pub u64);

#[allow(non_upper_case_globals, reason = "these read and match like the variants they stand for")]
impl OnCompletion {
    /// Nothing.
    pub const NoOp: Self = Self(0);
    /// The sender joins the application.
    pub const OptIn: Self = Self(1);
    /// The sender leaves, if the approval program agrees.
    pub const CloseOut: Self = Self(2);
    /// The sender leaves, whatever the clear-state program says.
    pub const ClearState: Self = Self(3);
    /// The programs are replaced.
    pub const UpdateApplication: Self = Self(4);
    /// The application goes away.
    pub const DeleteApplication: Self = Self(5);

    /// The number on the wire.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The name in TEAL, or nothing for an unknown number.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "NoOp",
            1 => "OptIn",
            2 => "CloseOut",
            3 => "ClearState",
            4 => "UpdateApplication",
            5 => "DeleteApplication",
            _ => return None,
        })
    }
}

wire_newtype!(OnCompletion);
