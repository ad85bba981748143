//! The registry: its document, and what every vendor has.

use std::{collections::BTreeSet, path::PathBuf};

use connect::registry::{VENDORS, vendor_table};

#[test]
fn the_document_has_the_registrys_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/README.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (_, rest) = document.split_once("<!-- vendors -->\n").unwrap();
    let (table, _) = rest.split_once("<!-- /vendors -->").unwrap();
    assert_eq!(
        table.trim(),
        vendor_table().trim(),
        "copy the right-hand table to events/README.md"
    );
}

#[test]
fn names_and_types_are_unique() {
    let names: BTreeSet<_> = VENDORS.iter().map(|vendor| vendor.name).collect();
    assert_eq!(names.len(), VENDORS.len());
    for vendor in VENDORS {
        let types: BTreeSet<_> = vendor.events.iter().map(|event| event.name).collect();
        assert_eq!(types.len(), vendor.events.len(), "{}", vendor.name);
    }
}
