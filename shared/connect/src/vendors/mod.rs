//! One folder a vendor: the reader of its webhooks, the writer of requests to it, and the [`Vendor`](crate::Vendor)
//! that the [registry](crate::registry) lists.

pub mod stripe;
pub mod wms;
