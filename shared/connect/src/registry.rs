//! The vendors that we exchange messages with: the one list that intake, dispatch and the documentation are driven
//! by.

use std::fmt::Write;

use domain::location::Location;

use crate::{
    endpoint::Endpoint,
    vendor::{RequestWriter, Vendor, Webhooks},
    vendors::{stripe, wms},
};

/// A new vendor is one folder in [`vendors`](crate::vendors) and one line here.
pub const VENDORS: &[&Vendor] = &[&stripe::VENDOR, &wms::VENDOR];

/// The endpoint that the segments of a path below `/webhooks/` name: `["stripe"]`, `["wms", "berlin"]`. None when
/// there is no such endpoint.
pub fn find(segments: &[&str]) -> Option<Endpoint> {
    let (name, location) = match segments {
        [name] => (*name, None),
        [name, location] => (*name, Some(*location)),
        _ => return None,
    };
    let vendor = VENDORS.iter().find(|vendor| vendor.name == name)?;
    Endpoint::new(vendor, location)
}

/// How requests to a location are written; none when its vendor takes none.
pub fn requests_to(location: &Location) -> Option<&'static RequestWriter> {
    vendor_of(location).requests
}

/// Every location uses our own scheme `wms` so far. When a location's document names its vendor, it is looked up here.
fn vendor_of(_location: &Location) -> &'static Vendor {
    &wms::VENDOR
}

/// The Markdown table of the event types that are read, vendor by vendor.
pub fn vendor_table() -> String {
    let mut table = String::from("| vendor | sent to | type | meaning |\n|---|---|---|---|\n");
    for vendor in VENDORS {
        let path = match vendor.webhooks {
            Webhooks::Single(_) => format!("/webhooks/{}", vendor.name),
            Webhooks::PerLocation(_) => format!("/webhooks/{}/<location>", vendor.name),
        };
        for event in vendor.events {
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "| {} | `{path}` | `{}` | {} |",
                vendor.title, event.name, event.meaning
            );
        }
    }
    table
}
