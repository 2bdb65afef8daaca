//! What an application call names that its programs may reach.

use crate::address::Address;
use crate::amount::{AppIndex, AssetIndex};
use crate::bounds::MAX_STATE_BYTES;
use crate::msgpack::wire_struct;

/// A box of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct BoxRef {
    /// 0 for the called application, else a 1-based place in its list of applications (or in the access list).
    pub index: u64,
    /// The box's name.
    pub name: Vec<u8>,
}

wire_struct! {
    #[inlined]
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
    #[inlined]
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
    #[inlined]
    LocalsRef {
        "d" => address, "Address";
        "p" => app, "App";
    }
}

/// One entry of an access list. Exactly one field is set; all empty means room for one more box.
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

/// Why a reference within an access list leads nowhere. The texts are those of go-algorand's `application.go`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    /// The place is not in the list.
    #[error("{what} reference {index} outside tx.Access")]
    Outside {
        /// Which part of which reference.
        what: &'static str,
        /// The place.
        index: u64,
    },
    /// A box's place is not in the list.
    #[error("box Index {0} outside tx.Access")]
    BoxOutside(u64),
    /// The entry there is of another kind.
    #[error("{what} reference {index} is not an {wanted}")]
    WrongKind {
        /// Which part of which reference.
        what: &'static str,
        /// The place.
        index: u64,
        /// The kind of entry that has to be there.
        wanted: &'static str,
    },
}

/// The entry at a 1-based place.
fn entry<'a>(access: &'a [ResourceRef], index: u64, what: &'static str) -> Result<&'a ResourceRef, ResourceError> {
    index
        .checked_sub(1)
        .and_then(|index| access.get(usize::try_from(index).ok()?))
        .ok_or(ResourceError::Outside { what, index })
}

/// The address at a 1-based place; 0 is the sender.
fn address_at(
    access: &[ResourceRef],
    index: u64,
    sender: Address,
    what: &'static str,
) -> Result<Address, ResourceError> {
    if index == 0 {
        return Ok(sender);
    }
    let address = entry(access, index, what)?.address;
    if address.is_zero() { Err(ResourceError::WrongKind { what, index, wanted: "Address" }) } else { Ok(address) }
}

impl HoldingRef {
    /// Whether nothing is set.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The account and the asset that are meant, within `access` of a call by `sender`.
    pub fn resolve(&self, access: &[ResourceRef], sender: Address) -> Result<(Address, AssetIndex), ResourceError> {
        let address = address_at(access, self.address, sender, "holding Address")?;
        match entry(access, self.asset, "holding Asset")?.asset {
            AssetIndex::NONE => {
                Err(ResourceError::WrongKind { what: "holding Asset", index: self.asset, wanted: "Asset" })
            }
            asset => Ok((address, asset)),
        }
    }
}

impl LocalsRef {
    /// Whether nothing is set.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The account and the application that are meant, within `access` of a call of `current` by `sender`.
    pub fn resolve(
        &self,
        access: &[ResourceRef],
        sender: Address,
        current: AppIndex,
    ) -> Result<(Address, AppIndex), ResourceError> {
        let address = address_at(access, self.address, sender, "locals Address")?;
        if self.app == 0 {
            return Ok((address, current));
        }
        match entry(access, self.app, "locals App")?.app {
            AppIndex::NONE => Err(ResourceError::WrongKind { what: "locals App", index: self.app, wanted: "App" }),
            app => Ok((address, app)),
        }
    }
}

impl BoxRef {
    /// Whether nothing is set.
    pub fn is_none(&self) -> bool {
        self.index == 0 && self.name.is_empty()
    }

    /// The application and the name that are meant, within `access`; application 0 is the called one.
    pub fn resolve(&self, access: &[ResourceRef]) -> Result<(AppIndex, &[u8]), ResourceError> {
        if self.index == 0 {
            return Ok((AppIndex::NONE, &self.name));
        }
        let what = "box Index";
        let found = entry(access, self.index, what).map_err(|_| ResourceError::BoxOutside(self.index))?;
        match found.app {
            AppIndex::NONE => Err(ResourceError::WrongKind { what, index: self.index, wanted: "App" }),
            app => Ok((app, &self.name)),
        }
    }
}

impl ResourceRef {
    /// Whether nothing is set: room for one more box.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_count_from_one() {
        let sender = Address([1; 32]);
        let other = Address([2; 32]);
        let access = [
            ResourceRef { address: other, ..ResourceRef::default() },
            ResourceRef { asset: AssetIndex(7), ..ResourceRef::default() },
            ResourceRef { app: AppIndex(9), ..ResourceRef::default() },
        ];
        assert_eq!(HoldingRef { address: 0, asset: 2 }.resolve(&access, sender), Ok((sender, AssetIndex(7))));
        assert_eq!(HoldingRef { address: 1, asset: 2 }.resolve(&access, sender), Ok((other, AssetIndex(7))));
        assert_eq!(LocalsRef { address: 1, app: 3 }.resolve(&access, sender, AppIndex(5)), Ok((other, AppIndex(9))));
        assert_eq!(LocalsRef { address: 0, app: 0 }.resolve(&access, sender, AppIndex(5)), Ok((sender, AppIndex(5))));
        let wrong = HoldingRef { address: 2, asset: 2 }.resolve(&access, sender).unwrap_err();
        assert_eq!(wrong.to_string(), "holding Address reference 2 is not an Address");
        let wrong = HoldingRef { address: 0, asset: 0 }.resolve(&access, sender).unwrap_err();
        assert_eq!(wrong.to_string(), "holding Asset reference 0 outside tx.Access");
        let wrong = BoxRef { index: 4, name: vec![] }.resolve(&access).unwrap_err();
        assert_eq!(wrong.to_string(), "box Index 4 outside tx.Access");
        let wrong = BoxRef { index: 1, name: vec![] }.resolve(&access).unwrap_err();
        assert_eq!(wrong.to_string(), "box Index reference 1 is not an App");
    }
}
