//! What was paid, given back and is due.

use domain::{
    money::Currency,
    order::{Order, ProposedRefund, Refund, TenderKind},
};
use schemars::JsonSchema;
use serde::Serialize;

/// The order's amounts in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Money {
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
    /// What the customer owes for the order as placed.
    pub total: i64,
    /// Of the total, for cancelled units.
    pub cancelled: i64,
    /// Of the total, what the customer does not pay: for units that are cancelled, returned or refunded, and for shipping.
    pub credited: i64,
    /// What is kept of refunds as restocking fees.
    pub restocking_fees: i64,
    /// What the customer must pay for what is not credited, with the fees, less credits.
    pub due: i64,
    /// Captured less given back, and what can still be captured. Goods leave only while it covers what is due.
    pub secured: i64,
    /// Captured, and what can still be captured.
    pub authorized: i64,
    /// Captured.
    pub captured: i64,
    /// What can still be captured.
    pub capturable: i64,
    /// What was given back beyond what is owed: refunds that people asked for, and such as nobody here had asked for and
    /// that were accepted.
    pub credits: i64,
    /// Refunded, pending refunds included.
    pub refunded: i64,
    /// What the customer has back from their bank by disputes that were lost.
    pub lost_to_disputes: i64,
    /// Refund owed for units and shipping that are credited, less the fees.
    pub refund_owed: i64,
    /// Of what is owed and of `credits`, what has not gone back yet, asked for or not.
    pub refund_outstanding: i64,
    /// The most that can be refunded now: captured, less what went back, what lost disputes took and what was asked for.
    pub refundable: i64,
    /// Of the price of shipping, what is not credited.
    pub refundable_shipping: i64,
    /// Of an order on account, what it owes: what is due and has not been paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_on_account: Option<i64>,
    /// Refunds that wait for the approval of somebody else than who asked for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proposed_refunds: Vec<ProposedRefund>,
    /// Payments that did not come through the payment gateway.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recorded: Vec<RecordedPayment>,
    /// The refunds that the payment gateway has told of, and those that people have made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
}

/// A payment that did not come through the payment gateway: money that is there from when it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordedPayment {
    /// Its id within the order.
    pub payment: String,
    /// How it came.
    pub kind: TenderKind,
    /// Its name where it came from.
    pub reference: String,
    /// Minor units.
    pub amount: i64,
    /// What of it can still be refunded.
    pub refundable: i64,
}

impl Money {
    /// The amounts of an order as it is.
    pub fn of(order: &Order) -> Self {
        let payment = &order.state.payment;
        Self {
            currency: order.placed.currency,
            decimals: order.placed.currency.decimals(),
            total: order.total(),
            cancelled: order.cancelled_value(),
            credited: order.credited_value(),
            restocking_fees: payment.restocking_fees,
            due: order.amount_due(),
            secured: payment.secured(),
            authorized: payment.pledged(),
            captured: payment.captured(),
            capturable: payment.capturable(),
            credits: payment.credits,
            refunded: payment.refunded(),
            lost_to_disputes: payment.lost(),
            refund_owed: order.refund_owed(),
            refund_outstanding: order.still_owed(),
            refundable: order.total_refundable(),
            refundable_shipping: order.shipping_left(),
            open_on_account: order.account().map(|_| order.open_on_account()),
            recorded: payment
                .recorded()
                .map(|(intent, tender)| RecordedPayment {
                    payment: intent.id.clone(),
                    kind: tender.kind.clone(),
                    reference: tender.reference.clone(),
                    amount: intent.captured,
                    refundable: order.refundable(intent),
                })
                .collect(),
            proposed_refunds: order.state.proposed_refunds.clone(),
            refunds: payment.refunds.clone(),
        }
    }
}
