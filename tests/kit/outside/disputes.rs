//! Disputes: a bank claims the money of a payment and decides who gets it, the gateway may give back later what was lost, and
//! an agent decides what becomes of an order whose money a bank has taken.

use domain::{
    ids::OrderId,
    order::{ExceptionKind, ExceptionOutcome},
};
use serde_json::{Value, json};

use super::{
    agenda::Event,
    customers::CustomerStep,
    day::Day,
    gateway::{GatewayStep, Intent},
    kinds::Kind,
    people::{PeopleStep, has_exception},
    truth::number,
};

/// Hours until the money of a lost dispute is back.
const BACK_AFTER: [i64; 4] = [2, 9, 26, 75];
/// Hours until an agent has looked at an order whose dispute was lost.
const LOOKED_AT_AFTER: [i64; 3] = [3, 12, 31];

/// The dispute of a payment. Amounts in minor units.
#[derive(Debug)]
pub(super) struct Dispute {
    /// What a bank claims, or has claimed.
    amount: i64,
    status: &'static str,
    /// Whether the gateway has told that it took the money.
    is_withdrawn: bool,
    /// What of it the gateway has given back to the shop, and told of.
    back: i64,
    /// Whether an agent has decided that the customer keeps what was lost.
    is_accepted: bool,
    /// Whether the money of a lost one comes back when everybody has done what is theirs.
    comes_back_late: bool,
}

impl Dispute {
    fn is_open(&self) -> bool {
        self.status == "needs_response"
    }

    /// What the bank has given to the customer, and the shop has not got back.
    fn lost(&self) -> i64 {
        match self.status {
            "lost" => self.amount.saturating_sub(self.back),
            _ => 0,
        }
    }

    /// What has moved at the gateway, as it lists it.
    fn movements(&self, currency: &str) -> Vec<Value> {
        let taken = if self.is_withdrawn { self.amount } else { 0 };
        let moved = [taken.saturating_neg(), self.back].into_iter();
        moved
            .filter(|amount| *amount != 0)
            .map(
                |amount| json!({ "amount": amount, "currency": currency, "fee": 0, "net": amount }),
            )
            .collect()
    }
}

impl Intent {
    /// Whether a bank claims its money and has not decided.
    pub(super) fn is_disputed(&self) -> bool {
        self.dispute.as_ref().is_some_and(Dispute::is_open)
    }

    /// What a bank has taken of it, minor units.
    pub(super) fn lost(&self) -> i64 {
        self.dispute.as_ref().map_or(0, Dispute::lost)
    }
}

impl Day<'_> {
    /// A bank claims what is left of the payment, or all of it although a part was refunded.
    pub(super) fn disputes(&mut self, index: usize) {
        let intent = self.intent(index, 0);
        let entry = &self.ledger.intents[intent];
        let (captured, refunded) = (entry.captured, entry.refunded);
        let left = captured.saturating_sub(refunded);
        if left <= 0 || entry.dispute.is_some() {
            return;
        }
        let name = self.customers[index].name.clone();
        let claim = format!("{name}: the bank claims what was refunded too");
        let claims_all =
            refunded > 0 && self.may(Kind::Reinstated) && self.choices.up_to(&claim, 1) == 1;
        let amount = if claims_all { captured } else { left };
        let entry = &mut self.ledger.intents[intent];
        let moves = self.kinds.has(Kind::Funds);
        entry.dispute = Some(Dispute {
            amount,
            status: "needs_response",
            is_withdrawn: moves,
            back: 0,
            is_accepted: false,
            comes_back_late: false,
        });
        self.customers[index].trouble.insert("disputed");
        self.tells_of_dispute(index, "created");
        if moves {
            self.tells_of_dispute(index, "funds_withdrawn");
        }
    }

    /// The bank has decided.
    pub(super) fn ends_dispute(&mut self, index: usize, won: bool) {
        let moves = self.kinds.has(Kind::Funds);
        let Some(dispute) = self.dispute(index).filter(|dispute| dispute.is_open()) else {
            return;
        };
        dispute.status = if won { "won" } else { "lost" };
        if !won {
            self.customers[index].trouble.insert("dispute lost");
            self.plans_what_follows_loss(index);
        } else if moves {
            dispute.back = dispute.amount;
            self.tells_of_dispute(index, "funds_reinstated");
        }
        self.tells_of_dispute(index, "closed");
    }

    fn plans_what_follows_loss(&mut self, index: usize) {
        let name = self.customers[index].name.clone();
        if self.may(Kind::LostDisputes) {
            let hours = self
                .choices
                .up_to(&format!("{name}: a look at the loss after"), 2);
            let hours = LOOKED_AT_AFTER[usize::try_from(hours).unwrap_or(0)];
            let step = PeopleStep::DecidesLoss;
            self.in_minutes(hours.saturating_mul(60), Event::People(index, step));
        }
        if !self.may(Kind::Reinstated) {
            return;
        }
        let odds = [50, 10, 10, 10, 10, 10];
        let back = self.choices.pick(&format!("{name}: lost money"), &odds);
        let Some(after) = back.checked_sub(1) else {
            return;
        };
        match BACK_AFTER.get(usize::try_from(after).unwrap_or(0)) {
            Some(hours) => {
                let minutes = hours.saturating_mul(60);
                self.in_minutes(minutes, Event::Gateway(index, GatewayStep::Reinstates));
            }
            None => {
                if let Some(dispute) = self.dispute(index) {
                    dispute.comes_back_late = true;
                }
            }
        }
    }

    /// The gateway gives the money of a lost dispute back to the shop, or a part of it: the dispute stays lost, or is won after
    /// all, which may be told once more.
    pub(super) fn reinstates(&mut self, index: usize) {
        let name = self.customers[index].name.clone();
        let how = self
            .choices
            .up_to(&format!("{name}: how lost money comes back"), 4);
        let step = self.customers[index].prices.step;
        let intent = self.intent(index, 0);
        let refunded = self.ledger.intents[intent].refunded;
        let Some(dispute) = self.dispute(index).filter(|dispute| dispute.lost() > 0) else {
            return;
        };
        dispute.back = match how {
            // Whole steps of what a gateway moves.
            3 if refunded > 0 => refunded.min(dispute.amount),
            3 => dispute
                .amount
                .div_euclid(step.saturating_mul(3))
                .saturating_mul(step),
            4 => dispute.amount.saturating_sub(step),
            _ => dispute.amount,
        };
        if dispute.back == 0 {
            return;
        }
        if how == 1 || how == 2 {
            dispute.status = "won";
        }
        self.customers[index].trouble.insert("lost money came back");
        self.tells_of_dispute(index, "funds_reinstated");
        if how == 2 {
            self.tells_of_dispute(index, "closed");
        }
    }

    /// Money of lost disputes comes back weeks later. Gives whether any did.
    pub(super) fn lost_money_comes_back_late(&mut self) -> bool {
        let intents = self.ledger.intents.iter();
        let late = intents.filter(|intent| {
            let dispute = intent.dispute.as_ref();
            dispute.is_some_and(|dispute| dispute.comes_back_late && dispute.lost() > 0)
        });
        let late: Vec<usize> = late.map(|intent| intent.customer).collect();
        for index in &late {
            if let Some(dispute) = self.dispute(*index) {
                dispute.comes_back_late = false;
            }
            self.in_minutes(1, Event::Gateway(*index, GatewayStep::Reinstates));
        }
        !late.is_empty()
    }

    fn dispute(&mut self, index: usize) -> Option<&mut Dispute> {
        let intent = self.intent(index, 0);
        self.ledger.intents[intent].dispute.as_mut()
    }

    fn tells_of_dispute(&mut self, index: usize, what: &str) {
        let number = self.customers[index].number.clone();
        let currency = self.customers[index].prices.at_gateway;
        let Some(dispute) = self.dispute(index) else {
            return;
        };
        let object = json!({
            "id": format!("dp_{number}"), "object": "dispute", "status": dispute.status,
            "amount": dispute.amount, "currency": currency, "reason": "fraudulent",
            "payment_intent": format!("pi_{number}"), "metadata": { "order_id": number },
            "balance_transactions": dispute.movements(currency),
        });
        self.gateway_sends(index, &format!("charge.dispute.{what}"), &object);
    }

    /// What banks have taken back for a customer.
    pub(super) fn lost(&self, customer: usize) -> i64 {
        let intents = self.ledger.intents.iter();
        let of = intents.filter(|intent| intent.customer == customer);
        of.map(Intent::lost).sum()
    }

    /// What banks have taken of a customer's payments that had been refunded already.
    pub(super) fn taken_twice(&self, customer: usize) -> i64 {
        let intents = self.ledger.intents.iter();
        let of = intents.filter(|intent| intent.customer == customer);
        let twice = of.map(|intent| {
            let back = intent.refunded.saturating_add(intent.lost());
            back.saturating_sub(intent.captured).max(0)
        });
        twice.sum()
    }

    /// An agent decides what becomes of an order whose money a bank has taken. Gives whether they did anything.
    pub(super) async fn decides_about_loss(&mut self, index: usize, order: OrderId) -> bool {
        let view = self.system.order_view(order).await;
        if !self.may(Kind::LostDisputes) || !has_exception(&view, "dispute_lost") {
            return false;
        }
        let name = self.customers[index].name.clone();
        let odds = [40, 20, 15, 10, 15];
        let way = self.choices.pick(&format!("{name}: the loss"), &odds);
        match way {
            0 => return false,
            1 | 2 => {
                self.accepts_loss(index, order, &view).await;
                if way == 1 && is_held_for_dispute(&view) {
                    let handle = format!("dp_{}", self.customers[index].number);
                    self.system.world.releases(order, &handle).await;
                }
            }
            3 => self.customer(index, CustomerStep::CancelsAll).await,
            _ => self.customer(index, CustomerStep::CancelsOne).await,
        }
        true
    }

    /// The customer keeps the bank's money and gets the goods: as much of it as is missing, beside what is to go back, is a
    /// credit.
    async fn accepts_loss(&mut self, index: usize, order: OrderId, view: &Value) {
        let money = &view["money"];
        let effects = view["effects"].as_array().into_iter().flatten();
        let refunds = effects.filter(|effect| effect["kind"] == "refund");
        let asked: i64 = refunds.map(|effect| number(&effect["amount"])).sum();
        let name = self.customers[index].name.clone();
        self.note(|| format!("an agent accepts the loss of {name} as a credit"));
        self.processes_may_die(&format!("{name}: accepting the loss"));
        let (kind, outcome) = (
            ExceptionKind::DisputeLost,
            ExceptionOutcome::AcceptedAsCredit,
        );
        let world = &mut self.system.world;
        let closed = world.closes_exception_as(order, &kind, outcome).await;
        self.processes_live();
        if let Err(failure) = closed {
            self.is_wrong(format!("a loss is not accepted: {name}: {failure}"));
            return;
        }
        if let Some(dispute) = self.dispute(index) {
            dispute.is_accepted = true;
        }
        let left = number(&money["secured"]).saturating_sub(asked).max(0);
        let missing = number(&money["due"]).saturating_sub(left);
        let given = number(&money["lost_to_disputes"]).min(missing).max(0);
        let hands = &mut self.customers[index].hands;
        hands.credits = hands.credits.saturating_add(given);
        hands.accepted = hands.accepted.saturating_add(given);
        hands.has_granted = true;
    }

    /// Agents look at the orders whose money a bank has taken, at last. Gives whether anybody did anything.
    pub(super) async fn decides_about_losses(&mut self) -> bool {
        let mut decided = false;
        for (index, order) in self.placed() {
            decided |= self.decides_about_loss(index, order).await;
        }
        decided
    }

    /// What the API says of an order's disputes is what the gateway has told, and a person is shown a loss while it is one.
    pub(super) fn judges_disputes(&mut self, customer: usize, view: &Value) {
        let intents = self.ledger.intents.iter();
        let of = intents.filter(|intent| intent.customer == customer);
        let disputes = of.clone().filter_map(|intent| intent.dispute.as_ref());
        let mut to_show = disputes.filter(|dispute| dispute.lost() > 0 && !dispute.is_accepted);
        let is_to_show = to_show.next().is_some();
        let real: Vec<Value> = of
            .filter_map(|intent| Some((intent, intent.dispute.as_ref()?)))
            .map(|(intent, dispute)| {
                json!({
                    "intent": intent.id, "status": dispute.status, "amount": dispute.amount,
                    "funds_withdrawn": dispute.is_withdrawn && dispute.back == 0,
                    "funds_reinstated": dispute.back > 0, "reinstated": dispute.back,
                })
            })
            .collect();
        let shown = view["disputes"].as_array().into_iter().flatten();
        let ours: Vec<Value> = shown
            .map(|dispute| {
                json!({
                    "intent": dispute["intent"], "status": dispute["status"], "amount": dispute["amount"],
                    "funds_withdrawn": dispute["funds_withdrawn"],
                    "funds_reinstated": dispute["funds_reinstated"], "reinstated": dispute["reinstated"],
                })
            })
            .collect();
        let is_shown = has_exception(view, "dispute_lost");
        if is_shown != is_to_show {
            let name = &self.customers[customer].name;
            self.is_wrong(format!(
                "a loss is to be shown: {is_to_show}, and is shown: {is_shown}: {name}"
            ));
        }
        if real != ours {
            let name = &self.customers[customer].name;
            self.is_wrong(format!(
                "disputes differ: {real:?} of {name}, our books say {ours:?}"
            ));
        }
    }
}

fn is_held_for_dispute(view: &Value) -> bool {
    let mut holds = view["holds"].as_array().into_iter().flatten();
    holds.any(|hold| hold["kind"] == "payment_dispute")
}
