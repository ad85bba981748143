//! Units that go back cell by cell.

use domain::{
    inbound::{PaymentFact, ShipmentFact},
    order::{Command, PaymentCommands, RefundRequest, ShippingRefund},
};
use proptest::prelude::*;

use super::basket::{Paid, basket, units_of};
use crate::common::{self, OrderFixture, at};

proptest! {
    /// Whatever of it is cancelled, comes back or is refunded, in whatever order: the whole, to the last minor unit.
    #[test]
    fn units_go_back_cell_by_cell_and_sum_to_the_whole(
        basket in basket(),
        shipped in 0..4_u32,
        steps in prop::collection::vec((0..4_u8, any::<u8>(), 0..1000_i64), 0..30),
    ) {
        let mut order = basket.placed(&Paid::by_gateway(PaymentCommands::default()));
        let total = order.order.total();
        let cells: i64 = order.order.placed.lines.iter().flat_map(|line| {
            (0..line.quantity).map(|unit| line.cell(unit).total(false))
        }).sum();
        prop_assert_eq!(cells, total);
        order.captured();
        if shipped > 0 && order.route(&[("berlin", shipped)]).is_ok() {
            let _ = order.apply(&Command::RequestFulfillment { not_to: vec![] });
            let open = order.order.state.fulfillment_orders.first().map(|found| found.lines.clone());
            let open: Vec<(String, u32)> = open.into_iter().flatten()
                .map(|part| (part.line.to_string(), part.open)).collect();
            let lines: Vec<(&str, u32)> = open.iter().map(|(id, n)| (id.as_str(), *n)).collect();
            if !lines.is_empty() {
                order.report(0, common::shipped("1", &lines, true)).unwrap();
                order.shipment("1", ShipmentFact::Delivered).unwrap();
            }
        }
        let mut owed = 0;
        for (step, way, amount) in steps {
            let line = basket.line(way);
            match step {
                0 => { let _ = order.cancel(&[(&line, 1)]); }
                1 => comes_back(&mut order, &line),
                2 => { let _ = order.apply(&common::asked(units_of(&line, 1))); }
                _ => {
                    let shipping = (amount * basket.step()).min(order.order.shipping_left());
                    let refund = RefundRequest { shipping, ..RefundRequest::default() };
                    let _ = order.apply(&common::asked(refund));
                }
            }
            let now = order.order.refund_owed();
            prop_assert!(owed <= now && now <= total, "{} after {}", now, owed);
            prop_assert_eq!(now, order.order.credited_value());
            prop_assert_eq!(now % basket.step(), 0, "the gateway moves whole steps");
            prop_assert_eq!(order.order.amount_due(), total - now);
            for (line, state) in order.order.lines() {
                prop_assert!(state.credited() <= line.quantity, "{:?}", state);
                prop_assert!(state.credited() >= state.cancelled + state.returned, "{:?}", state);
            }
            owed = now;
        }
        let _ = order.cancel(&[]);
        for (index, (units, _)) in basket.lines.iter().enumerate() {
            for _ in 0..*units {
                comes_back(&mut order, &(index + 1).to_string());
            }
        }
        let never = match basket.rule {
            ShippingRefund::Never => basket.shipping - order.order.state.payment.shipping_granted,
            ShippingRefund::FirstUnit | ShippingRefund::LastUnit | ShippingRefund::ProRata => 0,
        };
        prop_assert_eq!(order.order.refund_owed(), total - never);
        prop_assert_eq!(order.order.refunds_asked_for(), total - never);
    }
}

/// A delivered unit comes back, and the order changes.
fn comes_back(order: &mut OrderFixture, line: &str) {
    let lines = &mut order.order.state.lines;
    let state = lines
        .iter_mut()
        .find(|state| state.id == common::line(line))
        .unwrap();
    if state.returned < state.delivered {
        state.returned += 1;
        let another_intent = Command::RecordPayment {
            intent: format!("pi_{}", order.fixture),
            fact: PaymentFact::Linked,
            occurred_at: at(order.fixture),
        };
        order.apply(&another_intent).unwrap();
    }
}
