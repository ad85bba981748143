//! Agents who give money back, often after they have tried it out, and a second person who approves it or not.

use app::{failure::Failure, usecases::refund::RequestedRefund};
use domain::{
    ids::OrderId,
    order::{ExceptionKind, ExceptionOutcome, RefundReason, RefundRequest, RefundUnits},
};
use serde_json::Value;

use super::{
    agenda::Event,
    day::Day,
    kinds::Kind,
    people::{ACCOUNT, PeopleStep, Way, has_exception},
    prices::Prices,
    system::refund_view,
    truth::number,
};

/// What an agent may give beyond what is owed, euro cents.
const CREDITS_MAX: i64 = 500;
/// Minutes before an agent gives back at which they may try it out.
const TRIED_OUT_BEFORE: i64 = 6;

/// What an agent was told who tried a refund out.
#[derive(Debug)]
pub(super) struct TriedOut {
    /// The order's version then.
    version: u64,
    /// The answer, or why it was refused.
    answer: Result<Value, String>,
}

impl Day<'_> {
    /// An agent may give something back some hours later, and may try it out before that.
    pub(super) fn plans_gifts(&mut self, index: usize) {
        let name = self.customers[index].name.clone();
        if !self.may(Kind::AgentRefunds) {
            return;
        }
        let what = self
            .choices
            .pick(&format!("{name}: agent"), &[82, 4, 3, 4, 3, 2, 2]);
        if what == 0 {
            return;
        }
        let hours = self.choices.up_to(&format!("{name}: agent after"), 11);
        let minutes = i64::from(hours).saturating_mul(60).saturating_add(7);
        let tries = if self.may(Kind::Previews) {
            let choice = format!("{name}: agent tries it out");
            self.choices.pick(&choice, &[30, 35, 35])
        } else {
            0
        };
        if tries > 0 {
            let before = if tries == 1 { 0 } else { TRIED_OUT_BEFORE };
            let step = PeopleStep::TriesOut(what);
            self.in_minutes(minutes.saturating_sub(before), Event::People(index, step));
        }
        self.in_minutes(minutes, Event::People(index, PeopleStep::Gives(what)));
    }

    /// An agent asks what giving something back would mean. Nothing changes.
    pub(super) async fn tries_out(&mut self, index: usize, order: OrderId, what: u32) {
        let name = self.customers[index].name.clone();
        let before = self.everything_of(index, order).await;
        self.processes_may_die(&format!("{name}: trying a refund out"));
        let prices = self.customers[index].prices;
        let (asked, most) = (asked(what, prices), prices.amount(CREDITS_MAX));
        let world = &mut self.system.world;
        let tried = world.tries_out_within(order, asked, most).await;
        self.processes_live();
        self.note(|| match &tried {
            Ok(made) => {
                let (amount, parts) = (made.amount, &made.parts);
                format!("an agent tries out to give {amount} back to {name}: {parts:?}")
            }
            Err(why) => format!("an agent tries out what they may not, {name}: {why}"),
        });
        let after = self.everything_of(index, order).await;
        if before != after {
            self.is_wrong(format!(
                "a refund that was only tried out changed {before:?} into {after:?}: {name}"
            ));
        }
        if let Some(answer) = self.answer(&name, &tried, true) {
            let version = self.system.version(order).await;
            self.tried_out.insert(index, TriedOut { version, answer });
        }
    }

    /// The order's version, and what the API shows of the order and its account.
    async fn everything_of(&self, index: usize, order: OrderId) -> (u64, Value, i64) {
        let version = self.system.version(order).await;
        let view = self.system.order_view(order).await;
        (version, view, self.open_on_account(index).await)
    }

    async fn open_on_account(&self, index: usize) -> i64 {
        match self.customers[index].way {
            Way::OnAccount => {
                let currency = self.customers[index].prices.currency;
                self.system.account_open(ACCOUNT, currency).await
            }
            Way::Gateway | Way::BankTransfer | Way::Elsewhere | Way::OnDelivery => 0,
        }
    }

    /// What an agent is told; none when it failed for another reason than the rules.
    fn answer(
        &mut self,
        name: &str,
        told: &Result<RequestedRefund, Failure>,
        is_preview: bool,
    ) -> Option<Result<Value, String>> {
        match told {
            Ok(made) => {
                let mut view = refund_view(made, is_preview);
                if view["preview"] != is_preview {
                    self.is_wrong(format!("what is only tried out is not told apart: {name}"));
                }
                view["preview"] = Value::Null;
                Some(Ok(view))
            }
            Err(Failure::Rejected(why)) => Some(Err(format!("{why:?}"))),
            Err(failure) => {
                self.is_wrong(format!("a refund fails: {name}: {failure}"));
                None
            }
        }
    }

    pub(super) async fn gives(&mut self, index: usize, order: OrderId, what: u32) {
        let name = self.customers[index].name.clone();
        let version = self.system.version(order).await;
        let tried = self.tried_out.remove(&index);
        let tried = tried.filter(|tried| tried.version == version);
        let open = self.open_on_account(index).await;
        self.customers[index].trouble.insert("an agent gives back");
        self.processes_may_die(&format!("{name}: giving back"));
        let prices = self.customers[index].prices;
        let (asked, most) = (asked(what, prices), prices.amount(CREDITS_MAX));
        let world = &mut self.system.world;
        let asked = world.asks_within(order, asked, most).await;
        self.processes_live();
        let Some(answer) = self.answer(&name, &asked, false) else {
            return;
        };
        if let Some(tried) = tried {
            self.note(|| format!("nothing has happened since it was tried out: {name}"));
            if tried.answer != answer {
                let tried = &tried.answer;
                self.is_wrong(format!(
                    "a refund is not what was told when it was tried out: {tried:?}, then {answer:?}: {name}"
                ));
            }
        }
        match asked {
            Ok(made) => {
                self.is_done_as_told(index, order, &answer, open).await;
                self.is_given(index, &made);
            }
            Err(why) => self.note(|| format!("an agent may not, {name}: {why}")),
        }
    }

    /// What an agent was told is what the order asks for then.
    async fn is_done_as_told(
        &mut self,
        index: usize,
        order: OrderId,
        answer: &Result<Value, String>,
        open_before: i64,
    ) {
        let Ok(told) = answer else { return };
        let name = self.customers[index].name.clone();
        let view = self.system.order_view(order).await;
        let effects = view["effects"].as_array().cloned().unwrap_or_default();
        let parts = told["parts"].as_array().cloned().unwrap_or_default();
        let mut sum: i64 = 0;
        for part in &parts {
            sum = sum.saturating_add(number(&part["amount"]));
            let is_asked = effects.iter().any(|effect| {
                effect["kind"] == "refund"
                    && effect["number"] == part["effect"]
                    && effect["intent"] == part["intent"]
                    && effect["amount"] == part["amount"]
            });
            if !is_asked {
                self.is_wrong(format!(
                    "a refund is told and not asked for: {part} of {name}, {effects:?}"
                ));
            }
        }
        let waits = told["state"] == "awaits_approval";
        let (amount, on_account) = (number(&told["amount"]), number(&told["on_account"]));
        let lowered = open_before.saturating_sub(self.open_on_account(index).await);
        if (!waits && sum != amount) || lowered != on_account {
            self.is_wrong(format!(
                "a refund does not add up: {told} of {name}, and its account owes {lowered} less"
            ));
        }
        if view["money"] != told["money"] && !waits {
            self.is_wrong(format!(
                "the money of {name} is {}, and {} was told",
                view["money"], told["money"]
            ));
        }
    }

    /// A refund was asked for: it is given, or waits for a second person.
    fn is_given(&mut self, index: usize, made: &RequestedRefund) {
        let name = self.customers[index].name.clone();
        let (amount, credit) = (made.amount, made.credit);
        let waits = made.awaits_approval.is_some();
        self.note(|| {
            format!("an agent gives {amount} back to {name}, {credit} beyond what is owed, waits: {waits}")
        });
        if waits {
            let approves = self.choices.up_to(&format!("{name}: approval"), 2);
            let approves = match approves {
                0 => true,
                1 => false,
                _ => return,
            };
            let step = PeopleStep::Decides { approves, credit };
            self.in_minutes(90, Event::People(index, step));
        } else {
            let hands = &mut self.customers[index].hands;
            hands.credits = hands.credits.saturating_add(credit);
            hands.has_granted = true;
        }
    }

    /// A second person decides about a refund that waits for them.
    pub(super) async fn approves_or_not(
        &mut self,
        index: usize,
        order: OrderId,
        (approves, credit): (bool, i64),
    ) {
        let name = self.customers[index].name.clone();
        let view = self.system.order_view(order).await;
        if !has_exception(&view, "refund_awaits_approval") {
            return;
        }
        let decided = if approves {
            self.system.world.approves(order, "second").await
        } else {
            let kind = ExceptionKind::RefundAwaitsApproval;
            let outcome = ExceptionOutcome::NoAction;
            let world = &mut self.system.world;
            world.closes_exception_as(order, &kind, outcome).await
        };
        self.note(|| format!("a second person, approves: {approves}, {name}: {decided:?}"));
        if approves && decided.is_ok() {
            // What is given may have become owed meanwhile.
            let after = self.system.order_view(order).await;
            let before = number(&view["money"]["credits"]);
            let given = number(&after["money"]["credits"]).saturating_sub(before);
            if given > credit {
                self.is_wrong(format!(
                    "{credit} was approved beyond what is owed and {given} is given: {name}"
                ));
            }
            let hands = &mut self.customers[index].hands;
            hands.credits = hands.credits.saturating_add(given);
            hands.has_granted = true;
        }
    }
}

/// What an agent asks for.
fn asked(what: u32, prices: &Prices) -> RefundRequest {
    let amount = |euro_cents| prices.amount(euro_cents);
    let unit = || {
        let line = "1".parse().expect("a line");
        vec![RefundUnits { line, units: 1 }]
    };
    let mut refund = RefundRequest {
        reason: Some(RefundReason::Damaged),
        ..RefundRequest::default()
    };
    match what {
        1 => refund.lines = unit(),
        2 => refund.shipping = amount(200),
        3 => refund.amount = amount(300),
        4 => refund.amount = amount(900),
        5 => (refund.lines, refund.restocking_fee) = (unit(), amount(150)),
        _ => {
            refund.lines = unit();
            (refund.shipping, refund.amount) = (amount(100), amount(700));
        }
    }
    refund
}
