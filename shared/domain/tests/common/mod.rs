//! An order and the words to put things to it.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each test binary uses its part"
)]
#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a test kit"
)]

pub(crate) mod cases;

use domain::{
    decide::{decide, place},
    ids::{FulfillmentOrderId, LineId, ShipmentId},
    inbound::{FactLine, FulfillmentFact, PaymentFact, ShipmentFact},
    location::{LocationKind, RoutingRules},
    order::{
        Actor, CancelLine, Cause, Change, Command, Commit, Context, EffectAction, Event, Order,
        PaymentCommands, PlaceLine, PlaceOrder, RefundRequest, Rejection, Status, UnsentRequest,
    },
    routing::{
        Assignment, Available, Candidate, Decision, Demand, ENGINE, RoutingInputs, Unplaced,
    },
};
use jiff::Timestamp;

pub const INTENT: &str = "pi_1";
/// A short grace: each command takes one second.
const CLOSING_GRACE_S: u32 = 5;

/// An order with its commits and a counter for causes and ids.
#[derive(Debug, Clone)]
pub struct OrderFixture {
    pub order: Order,
    pub commits: Vec<Commit>,
    pub fixture: u64,
}

pub fn at(second: u64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + i64::try_from(second).expect("a small number"))
        .expect("a valid time")
}

pub fn context(n: u64) -> Context {
    Context {
        now: at(n),
        actor: Actor::system("test"),
        cause: Cause::new("test", n.to_string()),
    }
}

pub fn entropy(n: u64) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    bytes
}

pub fn line(id: &str) -> LineId {
    id.parse().expect("a line id")
}

/// Lines of (units, unit price); SKUs `SKU-1`, `SKU-2` ...
pub fn request(lines: &[(u32, i64)]) -> PlaceOrder {
    let lines = lines
        .iter()
        .enumerate()
        .map(|(i, (quantity, unit_price))| PlaceLine {
            id: None,
            sku: format!("SKU-{}", i + 1).parse().expect("a SKU"),
            title: String::new(),
            quantity: *quantity,
            unit_price: *unit_price,
            discount: 0,
            tax: 0,
        });
    let lines: Vec<PlaceLine> = lines.collect();
    let json = serde_json::json!({
        "number": "1001", "currency": "EUR", "lines": [], "payment": { "intent": INTENT },
        "customer": { "name": "Ada", "email": "ada@example.com",
            "address": { "lines": ["1 Main St"], "city": "Berlin", "country": "DE" } }
    });
    PlaceOrder {
        lines,
        ..serde_json::from_value(json).expect("a request")
    }
}

impl OrderFixture {
    pub fn placed(lines: &[(u32, i64)]) -> Self {
        Self::placed_as(request(lines))
    }

    /// An order of which the payment gateway is commanded.
    pub fn commanded(lines: &[(u32, i64)], commands: PaymentCommands) -> Self {
        let mut request = request(lines);
        request.terms.payment_commands = Some(commands);
        Self::placed_as(request)
    }

    pub fn placed_as(request: PlaceOrder) -> Self {
        let placement = place(&request, &context(0)).expect("a valid order");
        Self {
            order: placement.change.order,
            commits: vec![placement.change.commit],
            fixture: 0,
        }
    }

    /// Puts a command to the order under a cause of its own and applies what it causes.
    pub fn apply(&mut self, command: &Command) -> Result<Vec<Event>, Rejection> {
        self.fixture += 1;
        let context = context(self.fixture);
        let events = decide(&self.order, command, &context)?;
        if !events.is_empty() {
            let change = Change::new(&self.order, events.clone(), &context).expect("JSON");
            self.order = change.order;
            self.commits.push(change.commit);
        }
        Ok(events)
    }

    pub fn pay(&mut self, fact: PaymentFact) -> Result<Vec<Event>, Rejection> {
        self.apply(&Command::RecordPayment {
            intent: INTENT.to_owned(),
            fact,
            occurred_at: at(self.fixture + 1),
        })
    }

    pub fn captured(&mut self) {
        let amount = self.order.placed.total();
        self.pay(PaymentFact::Captured {
            amount,
            currency: self.order.placed.currency,
        })
        .expect("recorded");
    }

    /// Routes everything unrouted: `share` of each line's units to each of the locations, the rest backordered.
    pub fn route(&mut self, share: &[(&str, u32)]) -> Result<Vec<Event>, Rejection> {
        let (command, _) = self.plan(share, false);
        self.apply(&command)
    }

    pub fn plan(
        &self,
        share: &[(&str, u32)],
        backorder: bool,
    ) -> (Command, Vec<FulfillmentOrderId>) {
        let lines = self.order.lines();
        let mut left: Vec<(LineId, domain::ids::Sku, u32)> = lines
            .map(|(l, s)| {
                (
                    l.id.clone(),
                    l.sku.clone(),
                    if backorder { s.backordered } else { s.unrouted },
                )
            })
            .collect();
        let demands = left
            .iter()
            .filter(|l| l.2 > 0)
            .map(|l| Demand {
                line: l.0.clone(),
                sku: l.1.clone(),
                units: l.2,
                avoid: vec![],
            })
            .collect();
        let mut assignments = Vec::new();
        for (location, most) in share {
            let mut lines = Vec::new();
            for (line, _, units) in &mut left {
                let taken = (*units).min(*most);
                if taken > 0 {
                    *units -= taken;
                    lines.push((line.clone(), taken));
                }
            }
            if !lines.is_empty() {
                let location = location.parse().expect("a location");
                assignments.push(Assignment {
                    location,
                    untracked: false,
                    lines,
                });
            }
        }
        let unplaced = left
            .into_iter()
            .filter(|l| l.2 > 0)
            .map(|(line, sku, units)| Unplaced { line, sku, units })
            .collect();
        let candidates = share
            .iter()
            .map(|(location, units)| Candidate {
                location: location.parse().expect("a location"),
                kind: LocationKind::Warehouse,
                priority: 0,
                enabled: true,
                ships_to: vec![],
                untracked: false,
                stock: vec![Available {
                    sku: "SKU-1".parse().expect("a SKU"),
                    units: *units,
                    withheld: 0,
                    queued_ahead: 0,
                }],
            })
            .collect();
        let inputs = RoutingInputs {
            left_out: None,
            demands,
            destination: self.order.placed.destination.clone(),
            ship_complete: false,
            candidates,
            rules_version: RoutingRules::default().version,
            now: at(self.fixture),
        };
        let ids: Vec<_> = (0..assignments.len() as u64)
            .map(|n| FulfillmentOrderId::mint(at(self.fixture), entropy(self.fixture * 100 + n)))
            .collect();
        let decision = Box::new(Decision {
            exclusions_unlisted: 0,
            engine: ENGINE,
            inputs,
            assignments,
            unplaced,
            exclusions: vec![],
            truncated: false,
            explanation: String::new(),
            attempt: 1,
        });
        let ids_again = ids.clone();
        let command = if backorder {
            Command::ReleaseBackorder { decision, ids }
        } else {
            Command::Route {
                decision,
                ids,
                declined_everywhere: vec![],
            }
        };
        (command, ids_again)
    }

    /// The refunds that are asked for, by payment and amount in minor units.
    pub fn refunds_asked_for(&self) -> Vec<(&str, i64)> {
        let effects = self.order.state.effects.iter();
        let refunds = effects.filter_map(|effect| match &effect.action {
            EffectAction::Refund { intent, amount } => Some((intent.as_str(), *amount)),
            EffectAction::Capture { .. }
            | EffectAction::ReleaseRest { .. }
            | EffectAction::CancelIntent { .. }
            | EffectAction::ReverseTax(_) => None,
        });
        refunds.collect()
    }

    /// Lets time pass.
    pub fn pass(&mut self, seconds: u64) {
        self.fixture += seconds;
    }

    /// The requests of all fulfillment orders, as they are now.
    pub fn requests(&self) -> Vec<UnsentRequest> {
        let all = self.order.state.fulfillment_orders.iter();
        all.map(|found| UnsentRequest {
            fulfillment_order: found.id,
            taken_back: found.taken_back,
        })
        .collect()
    }

    /// None of them has left.
    pub fn take_back(&self) -> Command {
        Command::TakeBackRequests {
            requests: self.requests(),
            reason: "connect_failed".to_owned(),
        }
    }

    pub fn report(&mut self, place: usize, fact: FulfillmentFact) -> Result<Vec<Event>, Rejection> {
        let command = self.report_command(place, fact);
        self.apply(&command)
    }

    pub fn report_command(&self, place: usize, fact: FulfillmentFact) -> Command {
        let found = &self.order.state.fulfillment_orders[place];
        Command::RecordFulfillment {
            fulfillment_order: found.id,
            location: found.location.clone(),
            fact,
            shipment: ShipmentId::mint(at(self.fixture), entropy(self.fixture)),
            occurred_at: at(self.fixture),
            closing_grace_s: CLOSING_GRACE_S,
        }
    }

    /// A step of a shipment that a location reports.
    pub fn shipment_of(
        &mut self,
        location: &str,
        reference: &str,
        fact: ShipmentFact,
    ) -> Result<Vec<Event>, Rejection> {
        self.shipment_of_at(location, reference, fact, at(self.fixture + 1))
    }

    /// A step of a shipment that happened then, as a location reports it.
    pub fn shipment_of_at(
        &mut self,
        location: &str,
        reference: &str,
        fact: ShipmentFact,
        occurred_at: Timestamp,
    ) -> Result<Vec<Event>, Rejection> {
        self.apply(&Command::RecordShipment {
            reference: reference.to_owned(),
            location: location.parse().expect("a location"),
            fulfillment_order: None,
            fact,
            occurred_at,
        })
    }

    /// A step of a shipment that happens now.
    pub fn shipment(
        &mut self,
        reference: &str,
        fact: ShipmentFact,
    ) -> Result<Vec<Event>, Rejection> {
        self.shipment_at(reference, fact, at(self.fixture + 1))
    }

    /// A step of a shipment that happened then.
    pub fn shipment_at(
        &mut self,
        reference: &str,
        fact: ShipmentFact,
        occurred_at: Timestamp,
    ) -> Result<Vec<Event>, Rejection> {
        let shipment = self
            .order
            .state
            .shipments
            .iter()
            .find(|s| s.reference == reference);
        let location = shipment
            .and_then(|s| self.order.fulfillment_order(s.fulfillment_order))
            .map_or("berlin".parse().expect("a location"), |f| {
                f.location.clone()
            });
        self.apply(&Command::RecordShipment {
            reference: reference.to_owned(),
            location,
            fulfillment_order: None,
            fact,
            occurred_at,
        })
    }

    pub fn cancel(&mut self, lines: &[(&str, u32)]) -> Result<Vec<Event>, Rejection> {
        self.apply(&cancel(lines))
    }

    pub fn status(&self) -> Status {
        self.order.state.status
    }
}

pub fn cancel(lines: &[(&str, u32)]) -> Command {
    let lines = lines
        .iter()
        .map(|(id, units)| CancelLine {
            line: line(id),
            units: Some(*units),
        })
        .collect();
    Command::Cancel {
        lines,
        reason: domain::order::CancelReason::CustomerRequested,
        restocking_fee: 0,
        note: None,
    }
}

/// A person gives an amount back.
pub fn refund(amount: i64) -> Command {
    asked(RefundRequest {
        amount,
        ..RefundRequest::default()
    })
}

/// A person gives back what is asked for.
pub fn asked(refund: RefundRequest) -> Command {
    Command::Refund {
        refund,
        credits_max: None,
        note: None,
    }
}

pub fn shipped(reference: &str, lines: &[(&str, u32)], last: bool) -> FulfillmentFact {
    FulfillmentFact::Shipped {
        reference: reference.to_owned(),
        carrier: Some("dhl".to_owned()),
        tracking: Some(format!("T{reference}")),
        lines: lines
            .iter()
            .map(|(id, quantity)| FactLine {
                line: line(id),
                quantity: *quantity,
            })
            .collect(),
        last,
        totals: None,
    }
}

pub fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::name).collect()
}
