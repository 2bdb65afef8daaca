//! What an application call names that its programs may reach.

use crate::types::address::Address;
use crate::types::amount::{AppIndex, AssetIndex};
use crate::types::bounds::MAX_STATE_BYTES;
use crate::types::msgpack::wire_struct;

/// A box of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct BoxRef {
    /// 0 for the called application, else a 1-based place in its list of applications (or in the access list).
    pub index: u64,
    /// The box's name.
    pub name: Vec<u8>,
}

wire_struct! {
    BoxRef {
        "i" => index, "Index";
        "n" => name, "Name" <= MAX_STATE_BYTES;
    }
}

/// An account's holding of an asset, both by their place in the access list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct HoldingRef {
    /// 0 for the sender, else the 1-based place of an address.
    pub address: u64,
    /// The 1-based place of an asset.
    pub asset: u64,
}

wire_struct! {
    HoldingRef {
        "d" => address, "Address";
        "s" => asset, "Asset";
    }
}

/// An account's local state in an application, both by their place in the access list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct LocalsRef {
    /// 0 for the sender, else the 1-based place of an address.
    pub address: u64,
    /// 0 for the called application, else the 1-based place of an application.
    pub app: u64,
}

wire_struct! {
    LocalsRef {
        "d" => address, "Address";
        "p" => app, "App";
    }
}

/// One entry of an access list. Exactly one field is set; all empty stands for room for one more box.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ResourceRef {
    /// An account.
    pub address: Address,
    /// An asset.
    pub asset: AssetIndex,
    /// An application.
    pub app: AppIndex,
    /// A holding.
    pub holding: HoldingRef,
    /// A local state.
    pub locals: LocalsRef,
    /// A box.
    pub box_ref: BoxRef,
}

wire_struct! {
    ResourceRef {
        "d" => address, "Address";
        "s" => asset, "Asset";
        "p" => app, "App";
        "h" => holding, "Holding";
        "l" => locals, "Locals";
        "b" => box_ref, "Box";
    }
}
