//! Webhooks of payment providers and locations, each with an id of its own.

use app::ports::Clock;
use domain::{
    ids::{FulfillmentOrderId, LocationId, OrderId},
    inbound::{
        Fact, FactLine, FulfillmentFact, Inbound, OrderReference, PaymentFact, ShipmentFact,
        StockFact,
    },
    order::RefundStatus,
    stock::StockMovement,
};
use jiff::Timestamp;

use app::bus::subscriptions::Consumer;

use super::state::World;

impl World {
    /// A verified webhook is put on the inbound queue, about something that has just happened.
    pub fn receives_webhook(&mut self, location: Option<&str>, fact: Fact) {
        self.tick();
        self.receives_webhook_about(location, fact, self.clock.now());
    }

    /// A verified webhook about something that happened, as its sender says, at `occurred_at`.
    pub fn receives_webhook_about(
        &mut self,
        location: Option<&str>,
        fact: Fact,
        occurred_at: Timestamp,
    ) {
        self.tick();
        self.webhooks = self.webhooks.saturating_add(1);
        let source = if location.is_some() { "wms" } else { "stripe" };
        let location: Option<LocationId> = location.map(|l| l.parse().expect("a location"));
        let inbound = Inbound {
            source: source.to_owned(),
            id: format!("evt_{}", self.webhooks),
            location,
            occurred_at,
            received_at: self.clock.now(),
            fact,
        };
        let body = serde_json::to_string(&inbound).expect("an inbound message");
        if inbound.location.is_none() {
            self.gateway.inner.records(inbound);
            if self.gateway_is_silent {
                return;
            }
        }
        self.send(Consumer::Lifecycle, body);
    }

    /// From now on no webhook of the gateway arrives.
    pub fn webhooks_are_lost(&mut self) {
        self.gateway_is_silent = true;
    }

    /// The schedule has the gateway's events read.
    pub fn polls(&mut self) {
        self.send(Consumer::Payments, r#"{"poll":true}"#.to_owned());
    }

    /// Something happens to the payment of the order of that number.
    pub fn payment(&mut self, number: &str, fact: PaymentFact) {
        self.gateway_knows(&format!("pi_{number}"), &fact);
        let order = OrderReference {
            order: None,
            intent: Some(format!("pi_{number}")),
        };
        self.receives_webhook(None, Fact::Payment { order, fact });
    }

    /// Something happens to a payment, which names its order or not.
    pub fn payment_of(&mut self, intent: Option<&str>, name: Option<&str>, fact: PaymentFact) {
        if let Some(intent) = intent {
            self.gateway_knows(intent, &fact);
        }
        let order = OrderReference {
            order: name.map(str::to_owned),
            intent: intent.map(str::to_owned),
        };
        self.receives_webhook(None, Fact::Payment { order, fact });
    }

    /// What the gateway tells of an intent is so there.
    fn gateway_knows(&self, intent: &str, fact: &PaymentFact) {
        let gateway = &self.gateway.inner;
        if let PaymentFact::Captured { amount, .. } = fact {
            gateway.has(intent, *amount, *amount);
        } else if let PaymentFact::Authorized { amount, .. } = fact {
            gateway.has(intent, *amount, 0);
        } else if let PaymentFact::AuthorizationTerms {
            multicapture: true, ..
        } = fact
        {
            gateway.allows_multicapture(intent);
        }
    }

    /// The gateway tells of every refund that it has made.
    pub fn gateway_tells_of_refunds(&mut self, number: &str) {
        for made in self.gateway.inner.refunds() {
            let fact = PaymentFact::Refund {
                id: made.id,
                amount: made.amount,
                currency: euro(),
                status: made.status,
                effect: Some(made.effect.1),
            };
            self.payment(number, fact);
        }
    }

    /// The customer pays in full.
    pub fn pays(&mut self, number: &str) {
        let amount = self.total(number);
        self.captures(number, amount);
    }

    /// So much is captured in all.
    pub fn captures(&mut self, number: &str, amount: i64) {
        self.payment(
            number,
            PaymentFact::Captured {
                amount,
                currency: euro(),
            },
        );
    }

    /// So much is captured in all of a second payment of the same order.
    pub fn second_payment(&mut self, number: &str, amount: i64) {
        let order = OrderReference {
            order: Some(number.to_owned()),
            intent: Some(format!("pi_{number}_2")),
        };
        let fact = PaymentFact::Captured {
            amount,
            currency: euro(),
        };
        self.gateway_knows(&format!("pi_{number}_2"), &fact);
        self.receives_webhook(None, Fact::Payment { order, fact });
    }

    /// So much is authorised of a second payment of the same order.
    pub fn second_authorization(&mut self, number: &str, amount: i64) {
        let intent = format!("pi_{number}_2");
        let fact = PaymentFact::Authorized {
            amount,
            currency: euro(),
        };
        self.payment_of(Some(&intent), Some(number), fact);
    }

    /// The whole sum is authorised.
    pub fn authorizes(&mut self, number: &str) {
        let amount = self.total(number);
        self.payment(
            number,
            PaymentFact::Authorized {
                amount,
                currency: euro(),
            },
        );
    }

    /// The whole sum is authorised, and may be captured in parts.
    pub fn authorizes_for_several_captures(&mut self, number: &str) {
        self.authorizes(number);
        let terms = PaymentFact::AuthorizationTerms {
            capture_before: None,
            multicapture: true,
        };
        self.payment(number, terms);
    }

    /// The payment fails.
    pub fn payment_fails(&mut self, number: &str) {
        self.payment(
            number,
            PaymentFact::Failed {
                code: Some("card_declined".to_owned()),
            },
        );
    }

    /// A refund has succeeded.
    pub fn refunds(&mut self, number: &str, refund: &str, amount: i64) {
        let fact = PaymentFact::Refund {
            id: refund.to_owned(),
            amount,
            currency: euro(),
            status: RefundStatus::Succeeded,
            effect: None,
        };
        self.payment(number, fact);
    }

    /// Total of the order of that number.
    pub fn total(&self, number: &str) -> i64 {
        self.totals
            .get(number)
            .copied()
            .expect("an order of that number")
    }

    /// A location reports on a fulfillment order.
    pub fn reports(
        &mut self,
        location: &str,
        order: OrderId,
        ful: FulfillmentOrderId,
        fact: FulfillmentFact,
    ) {
        self.receives_webhook(
            Some(location),
            Fact::Fulfillment {
                order,
                fulfillment_order: ful,
                fact,
            },
        );
    }

    /// The location takes the work on.
    pub async fn accepts(&mut self, location: &str, order: OrderId) {
        let ful = self.work_at(location, order).await;
        self.reports(location, order, ful, FulfillmentFact::Accepted);
    }

    /// The location has started picking.
    pub async fn picks(&mut self, location: &str, order: OrderId) {
        let ful = self.work_at(location, order).await;
        self.reports(location, order, ful, FulfillmentFact::Picking);
    }

    /// The location rejects the work.
    pub async fn rejects(&mut self, location: &str, order: OrderId, reason: &str) {
        let ful = self.work_at(location, order).await;
        self.reports(
            location,
            order,
            ful,
            FulfillmentFact::Rejected {
                reason: reason.to_owned(),
            },
        );
    }

    /// The location confirms the cancellation of all its units.
    pub async fn confirms_cancellation(&mut self, location: &str, order: OrderId) {
        let ful = self.work_at(location, order).await;
        self.reports(
            location,
            order,
            ful,
            FulfillmentFact::Cancelled { lines: Vec::new() },
        );
    }

    /// The location refuses a cancellation.
    pub async fn refuses_cancellation(&mut self, location: &str, order: OrderId) {
        let ful = self.work_at(location, order).await;
        self.reports(
            location,
            order,
            ful,
            FulfillmentFact::CancelRefused {
                reason: "packed".to_owned(),
            },
        );
    }

    /// Everything that is open there is shipped in one shipment.
    pub async fn ships(&mut self, location: &str, order: OrderId, shipment: &str) {
        self.ships_these(location, order, shipment, &[], true).await;
    }

    /// Some units are shipped; `last`: nothing more will be.
    pub async fn ships_these(
        &mut self,
        location: &str,
        order: OrderId,
        shipment: &str,
        lines: &[(&str, u32)],
        last: bool,
    ) {
        let ful = self.work_at(location, order).await;
        self.reports(location, order, ful, shipped(shipment, lines, last));
    }

    /// A carrier's report on a shipment.
    pub fn shipment(&mut self, location: &str, order: OrderId, shipment: &str, fact: ShipmentFact) {
        self.shipment_at(location, order, shipment, (fact, self.clock.now()));
    }

    /// The shipment arrives.
    pub fn delivers(&mut self, location: &str, order: OrderId, shipment: &str) {
        self.shipment(location, order, shipment, ShipmentFact::Delivered);
    }

    /// Something happens to stock.
    pub fn stock(&mut self, location: &str, sku: &str, movement: StockMovement) {
        let sku = sku.parse().expect("a SKU");
        self.receives_webhook(
            Some(location),
            Fact::Stock(vec![StockFact { sku, movement }]),
        );
    }

    /// Something has happened to stock at that time.
    pub fn stock_at(
        &mut self,
        location: &str,
        sku: &str,
        movement: StockMovement,
        occurred_at: Timestamp,
    ) {
        let sku = sku.parse().expect("a SKU");
        let fact = Fact::Stock(vec![StockFact { sku, movement }]);
        self.receives_webhook_about(Some(location), fact, occurred_at);
    }

    /// A count was taken at that time.
    pub fn counted(&mut self, location: &str, sku: &str, on_hand: u32, counted_at: Timestamp) {
        self.stock_at(location, sku, StockMovement::counted(on_hand), counted_at);
    }

    /// A shipment of these units left at that time; `last`: nothing more will.
    pub async fn shipped_at(
        &mut self,
        location: &str,
        order: OrderId,
        shipment: (&str, &[(&str, u32)], bool),
        shipped_at: Timestamp,
    ) {
        let fulfillment_order = self.work_at(location, order).await;
        let (name, lines, last) = shipment;
        let fact = Fact::Fulfillment {
            order,
            fulfillment_order,
            fact: shipped(name, lines, last),
        };
        self.receives_webhook_about(Some(location), fact, shipped_at);
    }

    /// A step of a shipment happened at that time.
    pub fn shipment_at(
        &mut self,
        location: &str,
        order: OrderId,
        shipment: &str,
        (fact, occurred_at): (ShipmentFact, Timestamp),
    ) {
        let fact = Fact::Shipment {
            order,
            reference: shipment.to_owned(),
            fulfillment_order: None,
            fact,
        };
        self.receives_webhook_about(Some(location), fact, occurred_at);
    }

    /// Units come in.
    pub fn receives(&mut self, location: &str, sku: &str, quantity: u32) {
        self.stock(location, sku, StockMovement::Received { quantity });
    }

    /// The schedule starts the sweep.
    pub fn sweeps(&mut self) {
        self.send(Consumer::Replenishment, r#"{"sweep":true}"#.to_owned());
    }

    /// The latest fulfillment order that the location has of the order.
    pub async fn work_at(&self, location: &str, order: OrderId) -> FulfillmentOrderId {
        let order = self.order(order).await;
        let found = order
            .state
            .fulfillment_orders
            .iter()
            .rfind(|f| f.location.as_str() == location);
        found
            .unwrap_or_else(|| panic!("{location} has no work: {:#?}", order.state))
            .id
    }
}

/// The report that a shipment left.
fn shipped(shipment: &str, lines: &[(&str, u32)], last: bool) -> FulfillmentFact {
    let line = |(line, quantity): &(&str, u32)| FactLine {
        line: line.parse().expect("a line"),
        quantity: *quantity,
    };
    FulfillmentFact::Shipped {
        reference: shipment.to_owned(),
        carrier: Some("DHL".to_owned()),
        tracking: Some(format!("T-{shipment}")),
        lines: lines.iter().map(line).collect(),
        last,
        totals: None,
    }
}

fn euro() -> domain::money::Currency {
    "EUR".parse().expect("a currency")
}
