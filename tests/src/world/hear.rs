//! What the world hears from outside: payment providers and locations, each fact with an id of its own.

use app::ports::Clock;
use app::ports::Store;
use domain::{
    ids::{FulfillmentOrderId, LocationId, OrderId},
    inbound::{
        Fact, FactLine, FulfillmentFact, Inbound, OrderReference, PaymentFact, ShipmentFact,
        StockFact, StockMovement,
    },
    order::RefundStatus,
};

use super::{Consumer, World};

impl<S: Store + Send> World<S> {
    /// A verified webhook is put on the inbound queue.
    pub fn hears(&mut self, location: Option<&str>, fact: Fact) {
        self.tick();
        self.sent = self.sent.saturating_add(1);
        let source = if location.is_some() { "wms" } else { "stripe" };
        let location: Option<LocationId> = location.map(|l| l.parse().expect("a location"));
        let inbound = Inbound {
            source: source.to_owned(),
            id: format!("evt_{}", self.sent),
            location,
            occurred_at: self.clock.now(),
            received_at: self.clock.now(),
            fact,
        };
        self.send(
            Consumer::Lifecycle,
            serde_json::to_string(&inbound).expect("an inbound message"),
        );
    }

    /// Something happens to the payment of the order of that number.
    pub fn payment(&mut self, number: &str, fact: PaymentFact) {
        let order = OrderReference {
            order: None,
            intent: Some(format!("pi_{number}")),
        };
        self.hears(None, Fact::Payment { order, fact });
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

    /// A location tells about a fulfillment order.
    pub fn says(
        &mut self,
        location: &str,
        order: OrderId,
        ful: FulfillmentOrderId,
        fact: FulfillmentFact,
    ) {
        self.hears(
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
        self.says(location, order, ful, FulfillmentFact::Accepted);
    }

    /// The location takes units off the shelf.
    pub async fn picks(&mut self, location: &str, order: OrderId) {
        let ful = self.work_at(location, order).await;
        self.says(location, order, ful, FulfillmentFact::Picking);
    }

    /// The location declines.
    pub async fn rejects(&mut self, location: &str, order: OrderId, reason: &str) {
        let ful = self.work_at(location, order).await;
        self.says(
            location,
            order,
            ful,
            FulfillmentFact::Rejected {
                reason: reason.to_owned(),
            },
        );
    }

    /// The location consents to a cancellation of all that it has.
    pub async fn cancels_there(&mut self, location: &str, order: OrderId) {
        let ful = self.work_at(location, order).await;
        self.says(
            location,
            order,
            ful,
            FulfillmentFact::Cancelled { lines: Vec::new() },
        );
    }

    /// The location will not cancel.
    pub async fn will_not_cancel(&mut self, location: &str, order: OrderId) {
        let ful = self.work_at(location, order).await;
        self.says(
            location,
            order,
            ful,
            FulfillmentFact::CancelRefused {
                reason: "packed".to_owned(),
            },
        );
    }

    /// All that is open there leaves in one parcel.
    pub async fn ships(&mut self, location: &str, order: OrderId, parcel: &str) {
        self.ships_these(location, order, parcel, &[], true).await;
    }

    /// Some units leave; `last`: nothing more will come.
    pub async fn ships_these(
        &mut self,
        location: &str,
        order: OrderId,
        parcel: &str,
        lines: &[(&str, u32)],
        last: bool,
    ) {
        let ful = self.work_at(location, order).await;
        self.says(location, order, ful, shipped(parcel, lines, last));
    }

    /// Something happens to a parcel on its way.
    pub fn parcel(&mut self, location: &str, order: OrderId, parcel: &str, fact: ShipmentFact) {
        self.hears(
            Some(location),
            Fact::Shipment {
                order,
                reference: parcel.to_owned(),
                fact,
            },
        );
    }

    /// The parcel arrives.
    pub fn delivers(&mut self, location: &str, order: OrderId, parcel: &str) {
        self.parcel(location, order, parcel, ShipmentFact::Delivered);
    }

    /// Something happens to stock.
    pub fn stock(&mut self, location: &str, sku: &str, movement: StockMovement) {
        let sku = sku.parse().expect("a SKU");
        self.hears(
            Some(location),
            Fact::Stock(vec![StockFact { sku, movement }]),
        );
    }

    /// Units come in.
    pub fn receives(&mut self, location: &str, sku: &str, quantity: u32) {
        self.stock(location, sku, StockMovement::Received { quantity });
    }

    /// The schedule ticks.
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

/// The fact that a parcel left.
fn shipped(parcel: &str, lines: &[(&str, u32)], last: bool) -> FulfillmentFact {
    let line = |(line, quantity): &(&str, u32)| FactLine {
        line: line.parse().expect("a line"),
        quantity: *quantity,
    };
    FulfillmentFact::Shipped {
        reference: parcel.to_owned(),
        carrier: Some("DHL".to_owned()),
        tracking: Some(format!("T-{parcel}")),
        lines: lines.iter().map(line).collect(),
        last,
    }
}

fn euro() -> domain::money::Currency {
    "EUR".parse().expect("a currency")
}
