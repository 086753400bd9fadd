//! Typed ids: a UUIDv7 each, so that they sort by time and cannot be mixed up.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use uuid::Uuid;

/// A typed id, as generic code sees it.
pub trait Id: Copy + Eq + Ord + std::hash::Hash + std::fmt::Debug + Send + Sync + 'static {
    /// The readable prefix by which clients tell ids apart: `prd`.
    const PREFIX: &'static str;

    /// The id in a stored key.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The key that is stored.
    fn uuid(self) -> Uuid;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, later than all before it.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Id for $name {
            const PREFIX: &'static str = $prefix;

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )+};
}

ids! {
    MarketId = "mkt";
    VendorId = "ven";
    ProductTypeId = "pty";
    TagId = "tag";
    ProductId = "prd";
    ProductOptionId = "opt";
    OptionValueId = "opv";
    VariantId = "var";
    MediaId = "med";
    CategoryId = "cat";
    CollectionId = "col";
    LocationId = "loc";
    StockMovementId = "mov";
    ReviewerId = "rvr";
    ReviewId = "rev";
    AccountId = "acc";
    SessionId = "ses";
    RoleId = "rol";
    AppTokenId = "apt";
    UploadId = "upl";
    ClientAppId = "cli";
    ClientVersionId = "clv";
    DocumentId = "doc";
    AuditEntryId = "aud";
    WishlistId = "wsl";
    WishlistItemId = "wsi";
    SecurityEventId = "sev";
    AddressId = "adr";
    ConsentChangeId = "cns";
}
