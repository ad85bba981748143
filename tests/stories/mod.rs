//! The journeys of an order, one file a subject. Each story stands below the `story!` line that registers it.

mod backorder_queue;
mod backorders;
mod cancellation_requests;
mod cancellations;
mod commanded_payments;
mod commanded_refunds;
mod counts;
mod declined;
mod disputes;
mod holds;
mod large_cancellations;
mod late_shipments;
mod multiple_shipments;
mod one_shipment;
mod out_of_order;
mod overdue;
mod payments;
mod placing;
pub mod random_operations;
mod redrive;
mod rejections;
mod secured;
mod splits;
mod stock_exceptions;
mod terms;
mod unsent;
mod worked_by_people;
