//! The payment gateway: a ledger, and webhooks in the form of Stripe's.

use domain::order::CapturePolicy;
use serde_json::{Value, json};

use super::{
    agenda::{Event, Sender, Webhook},
    day::Day,
    disputes::Dispute,
    kinds::Kind,
};

/// What the gateway holds, intent by intent.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) intents: Vec<Intent>,
    events: u32,
    refunds: u32,
}

/// A payment intent. Amounts in minor units.
#[derive(Debug)]
pub(super) struct Intent {
    pub(super) id: String,
    /// The index of the customer who pays with it.
    pub(super) customer: usize,
    /// What was authorized at its highest.
    pub(super) authorized: i64,
    /// What can still be captured.
    pub(super) capturable: i64,
    pub(super) captured: i64,
    pub(super) refunded: i64,
    pub(super) cancelled: bool,
    /// It can be captured several times.
    pub(super) multicapture: bool,
    /// The dispute of it.
    pub(super) dispute: Option<Dispute>,
}

/// Something that happens at the gateway. Shares are percentages of what the order costs.
#[derive(Debug, Clone, Copy)]
pub(super) enum GatewayStep {
    Authorizes,
    Captures(Share),
    Declines,
    Cancels,
    Refunds { percent: i64 },
    Disputes,
    EndsDispute { won: bool },
    Reinstates,
    Reviews,
    EndsReview,
}

/// What is captured, through which of the order's intents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    intent: usize,
    percent: i64,
}

const ALL: GatewayStep = GatewayStep::Captures(Share {
    intent: 0,
    percent: 100,
});

/// How customers pay: how often, with which kind of behaviour, and what happens.
const WAYS: [(u32, Option<Kind>, &[GatewayStep]); 15] = [
    (60, None, &[ALL]),
    (
        20,
        Some(Kind::Authorizations),
        &[GatewayStep::Authorizes, ALL],
    ),
    (
        8,
        Some(Kind::PartialCaptures),
        &[GatewayStep::Authorizes, share(0, 60)],
    ),
    (6, Some(Kind::TwoIntents), &[ALL, share(1, 100)]),
    (4, Some(Kind::TwoIntents), &[share(0, 50), share(1, 50)]),
    (8, Some(Kind::Declines), &[GatewayStep::Declines, ALL]),
    (4, Some(Kind::Unpaid), &[]),
    (
        4,
        Some(Kind::Unpaid),
        &[GatewayStep::Declines, GatewayStep::Cancels],
    ),
    (
        6,
        Some(Kind::Lapses),
        &[GatewayStep::Authorizes, GatewayStep::Cancels],
    ),
    (5, Some(Kind::GatewayRefunds), &[ALL, refund(100)]),
    (5, Some(Kind::GatewayRefunds), &[ALL, refund(30)]),
    (
        5,
        Some(Kind::Disputes),
        &[ALL, GatewayStep::Disputes, END_WON],
    ),
    (
        5,
        Some(Kind::Disputes),
        &[ALL, GatewayStep::Disputes, END_LOST],
    ),
    (
        3,
        Some(Kind::Reinstated),
        &[ALL, share(1, 100), GatewayStep::Disputes, END_LOST],
    ),
    (
        5,
        Some(Kind::Reviews),
        &[ALL, GatewayStep::Reviews, GatewayStep::EndsReview],
    ),
];
/// What happens to a payment that is captured on command and disputed later.
const DISPUTE_WON: &[GatewayStep] = &[GatewayStep::Authorizes, GatewayStep::Disputes, END_WON];
const DISPUTE_LOST: &[GatewayStep] = &[GatewayStep::Authorizes, GatewayStep::Disputes, END_LOST];
const END_WON: GatewayStep = GatewayStep::EndsDispute { won: true };
const END_LOST: GatewayStep = GatewayStep::EndsDispute { won: false };

const fn share(intent: usize, percent: i64) -> GatewayStep {
    GatewayStep::Captures(Share { intent, percent })
}

const fn refund(percent: i64) -> GatewayStep {
    GatewayStep::Refunds { percent }
}

/// Minutes between two steps.
const PAUSES: [i64; 6] = [4, 1, 15, 28, 90, 400];

impl Day<'_> {
    /// How the customer pays: at once, later, in part, twice, or not.
    pub(super) fn plans_payment(&mut self, index: usize) {
        let name = self.customers[index].name.clone();
        let odds: Vec<u32> = WAYS
            .iter()
            .map(|(odds, kind, _)| kind.map_or(*odds, |k| if self.may(k) { *odds } else { 0 }))
            .collect();
        let way = self.choices.pick(&format!("{name}: payment"), &odds);
        let (_, _, steps) = WAYS[usize::try_from(way).unwrap_or(0)];
        let captures = self.customers[index].commands.map(|c| c.capture);
        let steps = match captures {
            None | Some(CapturePolicy::Manual) => steps,
            Some(_) => match steps {
                [
                    ..,
                    GatewayStep::Disputes,
                    GatewayStep::EndsDispute { won: true },
                ] => DISPUTE_WON,
                [.., GatewayStep::Disputes, GatewayStep::EndsDispute { .. }] => DISPUTE_LOST,
                _ => &[GatewayStep::Authorizes],
            },
        };
        let mut minutes: i64 = 0;
        for (number, step) in steps.iter().enumerate() {
            let pause = if number == 0 {
                1
            } else {
                let choice = format!("{name}: pause before step {number} of the payment");
                let pause = self.choices.up_to(&choice, 5);
                PAUSES[usize::try_from(pause).unwrap_or(0)]
            };
            minutes = minutes.saturating_add(pause);
            self.in_minutes(minutes, Event::Gateway(index, *step));
        }
    }

    /// Something happens at the gateway, and it tells us.
    pub(super) fn gateway(&mut self, index: usize, step: GatewayStep) {
        let name = self.customers[index].name.clone();
        self.note(|| format!("gateway, {name}: {step:?}"));
        let total = self.customers[index].to_pay();
        if self.is_refused_there(index, step) {
            self.note(|| format!("gateway, {name}: the payment is cancelled"));
            return;
        }
        let prices = self.customers[index].prices;
        let part = |percent: i64| prices.percent(total, percent);
        match step {
            GatewayStep::Authorizes => {
                let intent = self.intent(index, 0);
                let entry = &mut self.ledger.intents[intent];
                (entry.authorized, entry.capturable) = (total, total);
                self.tells_of_charge(index, intent, &name);
                self.tells_of_intent(intent, "payment_intent.amount_capturable_updated");
            }
            GatewayStep::Captures(Share { intent, percent }) => {
                self.marks_capture(index, intent, percent);
                let intent = self.intent(index, intent);
                let entry = &mut self.ledger.intents[intent];
                (entry.captured, entry.capturable) = (part(percent), 0);
                entry.authorized = entry.authorized.max(entry.captured);
                self.tells_of_intent(intent, "payment_intent.succeeded");
            }
            GatewayStep::Declines => {
                let intent = self.intent(index, 0);
                self.tells_of_intent(intent, "payment_intent.payment_failed");
            }
            GatewayStep::Cancels => {
                let intent = self.intent(index, 0);
                if self.ledger.intents[intent].capturable > 0 {
                    self.customers[index].trouble.insert("lapsed");
                }
                let entry = &mut self.ledger.intents[intent];
                (entry.capturable, entry.cancelled) = (0, true);
                self.tells_of_intent(intent, "payment_intent.canceled");
            }
            GatewayStep::Refunds { percent } => {
                self.customers[index]
                    .trouble
                    .insert("refunded at the gateway");
                self.refunds(index, part(percent));
            }
            GatewayStep::Disputes => self.disputes(index),
            GatewayStep::EndsDispute { won } => self.ends_dispute(index, won),
            GatewayStep::Reinstates => self.reinstates(index),
            GatewayStep::Reviews => self.tells_of_review(index, "review.opened", None),
            GatewayStep::EndsReview => {
                self.tells_of_review(index, "review.closed", Some("approved"));
            }
        }
    }

    /// Nothing can be paid with a payment that is cancelled.
    fn is_refused_there(&mut self, index: usize, step: GatewayStep) -> bool {
        let number = match step {
            GatewayStep::Captures(Share { intent, .. }) => intent,
            GatewayStep::Authorizes | GatewayStep::Declines | GatewayStep::Cancels => 0,
            GatewayStep::Refunds { .. }
            | GatewayStep::Disputes
            | GatewayStep::EndsDispute { .. }
            | GatewayStep::Reinstates
            | GatewayStep::Reviews
            | GatewayStep::EndsReview => return false,
        };
        let intent = self.intent(index, number);
        self.ledger.intents[intent].cancelled
    }

    fn marks_capture(&mut self, index: usize, intent: usize, percent: i64) {
        let customer = &mut self.customers[index];
        if percent == 60 {
            customer.trouble.insert("captured in part");
        } else if intent == 1 {
            customer.trouble.insert("captured twice");
            self.plans_surplus(index);
        } else if percent == 50 {
            customer.trouble.insert("captured in halves");
        }
    }

    /// The index of an intent of a customer; it is made when there is none.
    pub(super) fn intent(&mut self, customer: usize, number: usize) -> usize {
        let id = match number {
            0 => format!("pi_{}", self.customers[customer].number),
            _ => format!("pi_{}_{number}", self.customers[customer].number),
        };
        let known = self
            .ledger
            .intents
            .iter()
            .position(|intent| intent.id == id);
        known.unwrap_or_else(|| {
            self.ledger.intents.push(Intent {
                id,
                customer,
                authorized: 0,
                capturable: 0,
                captured: 0,
                refunded: 0,
                cancelled: false,
                multicapture: false,
                dispute: None,
            });
            self.ledger.intents.len().saturating_sub(1)
        })
    }

    /// Money goes back to the customer, through their first intent.
    pub(super) fn refunds(&mut self, index: usize, amount: i64) {
        let intent = self.intent(index, 0);
        let entry = &mut self.ledger.intents[intent];
        // The gateway gives back no more than it has taken.
        if entry.is_disputed()
            || entry
                .refunded
                .saturating_add(entry.lost())
                .saturating_add(amount)
                > entry.captured
        {
            return;
        }
        entry.refunded = entry.refunded.saturating_add(amount);
        let (id, order) = (entry.id.clone(), self.customers[index].number.clone());
        let currency = self.customers[index].prices.at_gateway;
        self.ledger.refunds = self.ledger.refunds.saturating_add(1);
        let refund = |status: &str, number: u32| {
            json!({
                "id": format!("re_{number}"), "object": "refund", "amount": amount,
                "currency": currency, "payment_intent": id, "status": status,
                "metadata": { "order_id": order },
            })
        };
        let number = self.ledger.refunds;
        self.gateway_sends(index, "refund.created", &refund("succeeded", number));
        let name = format!("{}: refund fails", self.customers[index].name);
        if self.may(Kind::FailedRefunds) && self.choices.happens(&name, 20) {
            let entry = &mut self.ledger.intents[intent];
            entry.refunded = entry.refunded.saturating_sub(amount);
            self.customers[index].trouble.insert("a refund failed");
            self.gateway_sends(index, "refund.failed", &refund("failed", number));
        }
    }

    pub(super) fn tells_of_intent(&mut self, intent: usize, kind: &'static str) {
        let entry = &self.ledger.intents[intent];
        let index = entry.customer;
        let customer = &self.customers[index];
        let object = json!({
            "id": entry.id, "object": "payment_intent", "amount": customer.to_pay(),
            "amount_capturable": entry.capturable, "amount_received": entry.captured,
            "currency": customer.prices.at_gateway, "metadata": { "order_id": customer.number },
        });
        self.gateway_sends(index, kind, &object);
    }

    /// A card that is authorized says whether it can be captured several times.
    fn tells_of_charge(&mut self, index: usize, intent: usize, name: &str) {
        let captures = self.customers[index].commands.map(|c| c.capture);
        if captures != Some(CapturePolicy::PerShipment)
            || !self
                .choices
                .happens(&format!("{name}: several captures"), 70)
        {
            return;
        }
        let entry = &mut self.ledger.intents[intent];
        entry.multicapture = true;
        let object = json!({
            "id": format!("ch_{}", entry.id), "object": "charge", "captured": false,
            "payment_intent": entry.id, "metadata": { "order_id": self.customers[index].number },
            "payment_method_details": { "card": { "multicapture": { "status": "available" } } },
        });
        self.gateway_sends(index, "charge.succeeded", &object);
    }

    fn tells_of_review(&mut self, index: usize, kind: &str, closed: Option<&str>) {
        let number = self.customers[index].number.clone();
        let object = json!({
            "id": format!("prv_{number}"), "object": "review", "closed_reason": closed,
            "payment_intent": format!("pi_{number}"),
        });
        self.gateway_sends(index, kind, &object);
    }

    pub(super) fn gateway_sends(&mut self, index: usize, kind: &str, object: &Value) {
        self.ledger.events = self.ledger.events.saturating_add(1);
        let id = format!("evt_{}", self.ledger.events);
        let created = self.system.world.now().as_second();
        let body = json!({
            "id": id, "object": "event", "type": kind, "created": created,
            "data": { "object": object },
        });
        let label = self.unique(format!("{kind} of {}", self.customers[index].name));
        self.sends(Webhook {
            sender: Sender::Gateway,
            id,
            body: body.to_string(),
            label,
            lane: None,
            copy: 0,
        });
    }

    /// Taken, given back and still to be taken from a customer, by the gateway and by people.
    pub(super) fn balance(&self, customer: usize) -> (i64, i64, i64) {
        let of = self
            .ledger
            .intents
            .iter()
            .filter(|i| i.customer == customer);
        let hands = &self.customers[customer].hands;
        let start = (hands.taken, hands.back, 0);
        of.fold(start, |(taken, back, open), intent| {
            (
                taken.saturating_add(intent.captured),
                back.saturating_add(intent.refunded),
                open.saturating_add(intent.capturable),
            )
        })
    }
}
