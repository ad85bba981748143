//! The objects that both sides know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::order::{Intent, Order};

/// What the gateway lists.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A payment intent.
    Payment,
    /// A refund.
    Refund,
    /// A dispute.
    Dispute,
}

/// One object of the gateway's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GatewayObject {
    /// What it is.
    pub kind: ObjectKind,
    /// The gateway's id.
    pub id: String,
}

impl GatewayObject {
    /// The object of that kind and id.
    pub fn new(kind: ObjectKind, id: &str) -> Self {
        Self {
            kind,
            id: id.to_owned(),
        }
    }
}

/// The objects that the gateway must know if an order is right: payments that have money or the promise of it, refunds,
/// disputes. What people have recorded by hand is not at the gateway.
pub fn objects(order: &Order) -> Vec<GatewayObject> {
    let payment = &order.state.payment;
    let by_hand = |id: &str| payment.intent(id).is_some_and(|i| i.tender.is_some());
    let has_money =
        |intent: &&Intent| !by_hand(&intent.id) && (intent.captured > 0 || intent.capturable() > 0);
    let intents = payment.intents.iter().filter(has_money);
    let refunds = payment.refunds.iter().filter(|r| !by_hand(&r.intent));
    let intents = intents.map(|intent| (ObjectKind::Payment, &intent.id));
    let refunds = refunds.map(|refund| (ObjectKind::Refund, &refund.id));
    let disputes = payment.dispute_records.iter();
    let disputes = disputes.map(|dispute| (ObjectKind::Dispute, &dispute.id));
    let all = intents.chain(refunds).chain(disputes);
    all.map(|(kind, id)| GatewayObject::new(kind, id)).collect()
}
