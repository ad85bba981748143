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

/// The vendor of a location whose document names none: our own wire format.
pub const OWN_FORMAT: &str = wms::VENDOR.name;

/// The endpoint that the segments of a path below `/webhooks/` name: `["stripe"]`, `["wms", "berlin"]`. None when
/// there is no such endpoint.
pub fn find(segments: &[&str]) -> Option<Endpoint> {
    let (name, location) = match segments {
        [name] => (*name, None),
        [name, location] => (*name, Some(*location)),
        _ => return None,
    };
    Endpoint::new(vendor(name)?, location)
}

/// How requests to a location are written; none when its vendor takes none.
pub fn requests_to(location: &Location) -> Option<&'static RequestWriter> {
    vendor(&location.vendor)?.requests
}

/// Whether fulfillment orders can be sent to locations of a vendor.
pub fn takes_requests(name: &str) -> bool {
    vendor(name).is_some_and(|vendor| vendor.requests.is_some())
}

fn vendor(name: &str) -> Option<&'static Vendor> {
    VENDORS.iter().copied().find(|vendor| vendor.name == name)
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
