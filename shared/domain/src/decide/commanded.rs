//! Whether refunds can be asked for from here.

use crate::order::{Order, PaymentCommands, Rejection, RejectionCode};

/// How refunds are made that people ask for.
pub(super) fn commands(order: &Order) -> Result<PaymentCommands, Rejection> {
    let commands = order.terms().payment_commands;
    let mut at_gateway = order.state.payment.gateway_intents();
    let is_by_hand = !at_gateway.any(|intent| order.refundable(intent) > 0);
    commands
        .or(is_by_hand.then(PaymentCommands::default))
        .ok_or_else(|| {
            let message =
                "nothing is commanded at the payment gateway for this order: refund it there";
            Rejection::new(RejectionCode::NotCommanded, "", message)
        })
}
