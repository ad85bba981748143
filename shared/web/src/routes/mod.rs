//! One file per route: its row in the table, the body of its request, its handler.

pub(crate) mod adjust_stock;
pub(crate) mod cancel_order;
pub(crate) mod hold_order;
pub(crate) mod list_backorders;
pub(crate) mod list_locations;
pub(crate) mod list_orders;
pub(crate) mod list_suppliers;
pub(crate) mod place_order;
pub(crate) mod put_location;
pub(crate) mod put_supplier;
pub(crate) mod read_order;
pub(crate) mod read_stock;
pub(crate) mod release_hold;

use crate::route::Route;

/// Every route.
pub const ROUTES: &[Route] = &[
    place_order::ROUTE,
    list_orders::ROUTE,
    read_order::ROUTE,
    cancel_order::ROUTE,
    hold_order::ROUTE,
    release_hold::ROUTE,
    adjust_stock::ROUTE,
    read_stock::ROUTE,
    list_backorders::ROUTE,
    list_locations::ROUTE,
    put_location::ROUTE,
    list_suppliers::ROUTE,
    put_supplier::ROUTE,
];
