//! One file per route: its row in the table, the body of its request, its handler.

pub(crate) mod adjust_stock;
pub(crate) mod allow_location;
pub(crate) mod cancel_order;
pub(crate) mod close_exception;
pub(crate) mod close_stock_exception;
pub(crate) mod close_unmatched_payment;
pub(crate) mod hold_order;
pub(crate) mod list_backorders;
pub(crate) mod list_dead_letters;
pub(crate) mod list_exceptions;
pub(crate) mod list_fulfillment_orders;
pub(crate) mod list_locations;
pub(crate) mod list_orders;
pub(crate) mod list_queues;
pub(crate) mod list_suppliers;
pub(crate) mod list_unmatched_payments;
pub(crate) mod place_order;
pub(crate) mod put_account;
pub(crate) mod put_location;
pub(crate) mod put_supplier;
pub(crate) mod read_access_log;
pub(crate) mod read_account;
pub(crate) mod read_fulfillment_order;
pub(crate) mod read_order;
pub(crate) mod read_reconciliation;
pub(crate) mod read_stock;
pub(crate) mod record_payment;
pub(crate) mod record_refund;
pub(crate) mod redrive_dead_letters;
pub(crate) mod refund_order;
pub(crate) mod release_hold;
pub(crate) mod report_fulfillment;
pub(crate) mod retry_effect;
pub(crate) mod take_exception;
pub(crate) mod take_stock_exception;

use crate::route::Route;

/// Every route.
pub const ROUTES: &[Route] = &[
    place_order::ROUTE,
    list_orders::ROUTE,
    read_order::ROUTE,
    cancel_order::ROUTE,
    refund_order::ROUTE,
    retry_effect::ROUTE,
    record_payment::ROUTE,
    record_refund::ROUTE,
    read_account::ROUTE,
    put_account::ROUTE,
    hold_order::ROUTE,
    release_hold::ROUTE,
    allow_location::ROUTE,
    list_exceptions::ROUTE,
    take_exception::ROUTE,
    close_exception::ROUTE,
    take_stock_exception::ROUTE,
    close_stock_exception::ROUTE,
    list_unmatched_payments::ROUTE,
    close_unmatched_payment::ROUTE,
    read_reconciliation::ROUTE,
    list_queues::ROUTE,
    list_dead_letters::ROUTE,
    redrive_dead_letters::ROUTE,
    read_access_log::ROUTE,
    list_fulfillment_orders::ROUTE,
    read_fulfillment_order::ROUTE,
    report_fulfillment::ACCEPT,
    report_fulfillment::PICK,
    report_fulfillment::PACK,
    report_fulfillment::SHIP,
    report_fulfillment::IN_TRANSIT,
    report_fulfillment::OUT_FOR_DELIVERY,
    report_fulfillment::DELIVER,
    report_fulfillment::EXCEPTION,
    report_fulfillment::RETURNED_TO_SENDER,
    report_fulfillment::SHORT_OF_UNITS,
    report_fulfillment::REJECT,
    report_fulfillment::CANCEL_CONSENT,
    report_fulfillment::CANCEL_REFUSE,
    adjust_stock::ROUTE,
    read_stock::ROUTE,
    list_backorders::ROUTE,
    list_locations::ROUTE,
    put_location::ROUTE,
    list_suppliers::ROUTE,
    put_supplier::ROUTE,
];
