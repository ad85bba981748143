//! A small table with everything that writes it, one step at a time.

use std::collections::BTreeMap;

use domain::{
    decide::decide,
    decide::place,
    ids::{AccountId, FulfillmentOrderId, LineId, LocationId, OrderId, ShipmentId, Sku},
    inbound::{FactLine, FulfillmentFact, PaymentFact},
    invariants::{OrderRecord, Rule, Snapshot, check},
    location::{Location, RoutingRules},
    order::Change,
    order::Rejection,
    order::{Actor, CancelReason, Cause, Event, Order, PaymentTerm, PlaceOrder, Terms},
    order::{CancelLine, Command, Context},
    routing::{Available, Candidate, Decision, Demand, RoutingInputs, route},
    stock::Backorder,
    stock::{MovementOutcome, StockLevel, StockMovement, StockRecord},
};
use jiff::Timestamp;

pub(crate) struct World {
    pub(crate) orders: Vec<OrderRecord>,
    pub(crate) levels: BTreeMap<(Sku, LocationId), StockLevel>,
    pub(crate) backorders: BTreeMap<(OrderId, LineId), Backorder>,
    pub(crate) records: Vec<StockRecord>,
    pub(crate) locations: Vec<Location>,
    pub(crate) rules: RoutingRules,
    seconds: i64,
    last: Option<(usize, Command, Context)>,
}

fn request(country: &str, terms: Terms, lines: &[(&str, u32)], context: &Context) -> PlaceOrder {
    let lines: Vec<_> = lines
        .iter()
        .map(
            |(sku, units)| serde_json::json!({ "sku": sku, "quantity": units, "unit_price": 1000 }),
        )
        .collect();
    serde_json::from_value(serde_json::json!({
        "number": context.cause.id, "currency": "EUR", "lines": lines, "terms": terms,
        "customer": { "name": "Ada", "email": "ada@example.com",
            "address": { "lines": ["1 Main St"], "city": "Berlin", "country": country } }
    }))
    .unwrap()
}

impl World {
    /// Warehouses `berlin` and `hamburg`, the latter for Germany only.
    pub(crate) fn new() -> Self {
        let location = |json: serde_json::Value| serde_json::from_value(json).unwrap();
        Self {
            orders: vec![],
            levels: BTreeMap::new(),
            backorders: BTreeMap::new(),
            records: vec![],
            locations: vec![
                location(
                    serde_json::json!({ "id": "berlin", "name": "Berlin", "kind": "warehouse" }),
                ),
                location(serde_json::json!({
                    "id": "hamburg", "name": "Hamburg", "kind": "warehouse", "priority": 1, "ships_to": ["DE"]
                })),
            ],
            rules: RoutingRules::default(),
            seconds: 0,
            last: None,
        }
    }

    /// Time goes on with every step, and every step has a cause of its own.
    pub(crate) fn context(&mut self) -> Context {
        self.seconds += 1;
        Context {
            now: Timestamp::from_second(1_790_000_000 + self.seconds).unwrap(),
            actor: Actor::system("test"),
            cause: Cause::new("test", self.seconds.to_string()),
        }
    }

    fn entropy(&self, n: usize) -> [u8; 10] {
        let mut entropy = [0; 10];
        entropy[..8].copy_from_slice(&self.seconds.to_be_bytes());
        entropy[9] = u8::try_from(n).unwrap();
        entropy
    }

    /// An order of (SKU, units) for 10.00 each, paid. Its place in `orders`.
    pub(crate) fn place(&mut self, country: &str, terms: Terms, lines: &[(&str, u32)]) -> usize {
        let context = self.context();
        let mut request = request(country, terms, lines, &context);
        request.payment.intent = Some(format!("pi_{}", context.cause.id));
        let place = self.placed(&request, &context);
        let currency = request.currency;
        let (intent, amount) = (
            request.payment.intent.unwrap(),
            self.order(place).placed.total(),
        );
        let fact = PaymentFact::Captured { amount, currency };
        let occurred_at = context.now;
        let pay = Command::RecordPayment {
            intent,
            fact,
            occurred_at,
        };
        self.apply(place, &pay).unwrap();
        place
    }

    fn placed(&mut self, request: &PlaceOrder, context: &Context) -> usize {
        let change = place(request, context).unwrap().change;
        self.orders.push(OrderRecord {
            order: change.order,
            commits: vec![change.commit],
        });
        self.orders.len() - 1
    }

    /// An order on account of (SKU, units) for 10.00 each, not paid. Its place in `orders`.
    pub(crate) fn sell_on_account(&mut self, account: &AccountId, lines: &[(&str, u32)]) -> usize {
        let terms = Terms {
            payment: Some(PaymentTerm::OnAccount {
                account: account.clone(),
                days: None,
            }),
            ..Terms::default()
        };
        let context = self.context();
        let request = request("DE", terms, lines, &context);
        self.placed(&request, &context)
    }

    /// A German order on the usual terms.
    pub(crate) fn sell(&mut self, lines: &[(&str, u32)]) -> usize {
        self.place(
            "DE",
            Terms {
                priority: 5,
                ..Terms::default()
            },
            lines,
        )
    }

    pub(crate) fn order(&self, place: usize) -> &Order {
        &self.orders[place].order
    }

    pub(crate) fn stock(&mut self, location: &str, sku: &str, movement: &StockMovement) {
        let Context { now, actor, cause } = self.context();
        let shelf = (
            sku.parse::<Sku>().unwrap(),
            location.parse::<LocationId>().unwrap(),
        );
        let level = self
            .levels
            .entry(shelf.clone())
            .or_insert_with(|| StockLevel::empty(shelf.0, shelf.1));
        let MovementOutcome::Moved(after, event) = movement.apply_to(level, now) else {
            return;
        };
        *level = after;
        self.records.push(StockRecord {
            events: vec![event],
            ..StockRecord::new(now, actor, cause)
        });
    }

    pub(crate) fn receive(&mut self, location: &str, sku: &str, quantity: u32) {
        self.stock(location, sku, &StockMovement::Received { quantity });
    }

    /// Puts a command to an order and writes what it causes.
    pub(crate) fn apply(
        &mut self,
        place: usize,
        command: &Command,
    ) -> Result<Vec<Event>, Rejection> {
        let context = self.context();
        self.last = Some((place, command.clone(), context.clone()));
        self.tell_as(place, command, &context)
    }

    /// Tells the last command again, as a message that is delivered twice does.
    pub(crate) fn tell_again(&mut self) {
        if let Some((place, command, context)) = self.last.clone() {
            let _ = self.tell_as(place, &command, &context);
        }
    }

    fn tell_as(
        &mut self,
        place: usize,
        command: &Command,
        context: &Context,
    ) -> Result<Vec<Event>, Rejection> {
        let events = decide(self.order(place), command, context)?;
        if !events.is_empty() {
            self.write(place, events.clone(), context);
        }
        Ok(events)
    }

    /// Writes events that nothing has decided.
    pub(crate) fn forge(&mut self, place: usize, events: Vec<Event>) {
        let context = self.context();
        self.write(place, events, &context);
    }

    pub(crate) fn write(&mut self, place: usize, events: Vec<Event>, context: &Context) {
        let change = Change::new(self.order(place), events, context).unwrap();
        for delta in &change.stock {
            let shelf = (delta.sku.clone(), delta.location.clone());
            let level = self
                .levels
                .entry(shelf.clone())
                .or_insert_with(|| StockLevel::empty(shelf.0, shelf.1));
            *level = level.after(delta);
        }
        for backorder in change.backorders {
            let key = (backorder.order, backorder.line.clone());
            if backorder.units == 0 {
                self.backorders.remove(&key);
            } else {
                self.backorders.insert(key, backorder);
            }
        }
        let record = &mut self.orders[place];
        record.order = change.order;
        record.commits.push(change.commit);
    }

    /// What could be promised to an order; of all SKUs but `served`, what others wait for longer is kept.
    fn inputs(
        &self,
        place: usize,
        demands: Vec<Demand>,
        served: Option<&Sku>,
        now: Timestamp,
    ) -> RoutingInputs {
        let order = self.order(place);
        let own = (
            order.placed.terms.priority,
            order.placed.placed_at,
            order.placed.id,
        );
        let ahead = |sku: &Sku| -> i64 {
            let before = self
                .backorders
                .values()
                .filter(|w| w.sku == *sku && served != Some(sku));
            before
                .filter(|w| (w.priority, w.placed_at, w.order) < own)
                .map(|w| i64::from(w.units))
                .sum()
        };
        let available = |location: &Location, sku: &Sku| {
            let free = self
                .levels
                .get(&(sku.clone(), location.id.clone()))?
                .available();
            let units = (free - ahead(sku)).max(0);
            let count = |units: i64| u32::try_from(units).unwrap();
            Some(Available {
                sku: sku.clone(),
                units: count(units),
                withheld: 0,
                queued_ahead: count(free - units),
            })
        };
        let candidate = |location: &Location| Candidate {
            location: location.id.clone(),
            kind: location.kind,
            priority: location.priority,
            enabled: location.enabled,
            ships_to: location.ships_to.clone(),
            untracked: location.untracked,
            stock: order
                .placed
                .lines
                .iter()
                .filter_map(|line| available(location, &line.sku))
                .collect(),
        };
        RoutingInputs {
            left_out: None,
            demands,
            destination: order.placed.destination.clone(),
            ship_complete: order.placed.terms.ship_complete,
            candidates: self.locations.iter().map(candidate).collect(),
            rules_version: self.rules.version,
            now,
        }
    }

    fn demands(
        &self,
        place: usize,
        units: impl Fn(&LineId, &domain::order::LineState) -> u32,
    ) -> Vec<Demand> {
        let order = self.order(place);
        let lines = order.placed.lines.iter().zip(&order.state.lines);
        let demand = |(line, state): (&domain::order::Line, &domain::order::LineState)| Demand {
            line: line.id.clone(),
            sku: line.sku.clone(),
            units: units(&line.id, state),
            avoid: order.avoided(&line.id, |_| None),
        };
        lines.map(demand).filter(|d| d.units > 0).collect()
    }

    fn ids(&self, decision: &Decision) -> Vec<FulfillmentOrderId> {
        let mint = |(n, _)| FulfillmentOrderId::mint(Timestamp::UNIX_EPOCH, self.entropy(n));
        decision.assignments.iter().enumerate().map(mint).collect()
    }

    pub(crate) fn route(&mut self, place: usize) {
        let order = self.order(place);
        if order.unrouted() == 0 || !order.is_ready() {
            return;
        }
        let now = self.context().now;
        let demands = self.demands(place, |_, state| state.unrouted);
        let decision = route(&self.inputs(place, demands, None, now), &self.rules);
        let ids = self.ids(&decision);
        self.apply(
            place,
            &Command::Route {
                decision: Box::new(decision),
                ids,
                declined_everywhere: vec![],
            },
        )
        .unwrap();
    }

    /// Gives one who waits what it can have now, whoever stands before it. Whether it got anything.
    pub(crate) fn serve(&mut self, backorder: &Backorder) -> bool {
        let place = self
            .orders
            .iter()
            .position(|r| r.order.placed.id == backorder.order)
            .unwrap();
        let order = self.order(place);
        let complete = order.placed.terms.ship_complete;
        if !order.is_ready() || (complete && order.unrouted() > 0) {
            return false;
        }
        let now = self.context().now;
        let demands = self.demands(place, |line, state| {
            if complete || *line == backorder.line {
                state.backordered
            } else {
                0
            }
        });
        let decision = route(
            &self.inputs(place, demands, Some(&backorder.sku), now),
            &self.rules,
        );
        let ids = self.ids(&decision);
        let got = !decision.assignments.is_empty();
        self.apply(
            place,
            &Command::ReleaseBackorder {
                decision: Box::new(decision),
                ids,
            },
        )
        .unwrap();
        got
    }

    /// Serves the queue of a SKU from its head.
    pub(crate) fn drain(&mut self, sku: &str) {
        let mut queue: Vec<Backorder> = self
            .backorders
            .values()
            .filter(|w| w.sku.as_str() == sku)
            .cloned()
            .collect();
        queue.sort();
        if queue.iter().any(|backorder| self.serve(backorder)) {
            self.drain(sku);
        }
    }

    pub(crate) fn backorder(&self, place: usize, line: &str) -> Backorder {
        self.backorders[&(self.order(place).placed.id, line.parse().unwrap())].clone()
    }

    /// Has a location tell of a fulfillment order.
    pub(crate) fn report(
        &mut self,
        place: usize,
        which: usize,
        fact: FulfillmentFact,
    ) -> Result<Vec<Event>, Rejection> {
        let found = &self.order(place).state.fulfillment_orders[which];
        let (fulfillment_order, location) = (found.id, found.location.clone());
        let occurred_at = Timestamp::from_second(1_790_000_000 + self.seconds).unwrap();
        let shipment = ShipmentId::mint(occurred_at, self.entropy(0));
        self.apply(
            place,
            &Command::RecordFulfillment {
                fulfillment_order,
                location,
                fact,
                shipment,
                occurred_at,
                closing_grace_s: 600,
            },
        )
    }

    pub(crate) fn ship(
        &mut self,
        place: usize,
        which: usize,
        lines: &[(&str, u32)],
        last: bool,
    ) -> Result<Vec<Event>, Rejection> {
        let lines = lines.iter().map(|(line, quantity)| FactLine {
            line: line.parse().unwrap(),
            quantity: *quantity,
        });
        let fact = FulfillmentFact::Shipped {
            reference: format!("shipment-{}", self.seconds % 3),
            carrier: None,
            tracking: None,
            lines: lines.collect(),
            last,
            totals: None,
        };
        self.report(place, which, fact)
    }

    pub(crate) fn cancel(
        &mut self,
        place: usize,
        lines: &[(&str, u32)],
    ) -> Result<Vec<Event>, Rejection> {
        let line = |(line, units): &(&str, u32)| CancelLine {
            line: line.parse().unwrap(),
            units: Some(*units),
        };
        let lines = lines.iter().map(line).collect();
        self.apply(
            place,
            &Command::Cancel {
                lines,
                reason: CancelReason::CustomerRequested,
                restocking_fee: 0,
                note: None,
            },
        )
    }

    pub(crate) fn table(&self) -> Snapshot {
        Snapshot {
            orders: self.orders.clone(),
            levels: self.levels.values().cloned().collect(),
            backorders: self.backorders.values().cloned().collect(),
            records: self.records.clone(),
            locations: self.locations.clone(),
            ..Snapshot::default()
        }
    }

    /// Asserts that exactly this rule is broken, and nothing else.
    #[track_caller]
    pub(crate) fn breaks(&self, rule: Rule) {
        breaks(&self.table(), rule);
    }
}

/// Asserts that exactly this rule is broken, and nothing else.
#[track_caller]
pub(crate) fn breaks(table: &Snapshot, rule: Rule) {
    let found = check(table);
    assert!(!found.is_empty(), "nothing was found");
    assert!(found.iter().all(|v| v.rule == rule), "{found:#?}");
}
