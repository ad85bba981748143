//! What people do about money: customers who pay otherwise than through the gateway, clerks who see money and write it
//! down or give it back, and persons who decide about what was paid too much.

use domain::{
    ids::OrderId,
    order::{ExceptionKind, ExceptionOutcome, PaymentTerm, TenderKind},
};
use jiff::SignedDuration;
use serde_json::Value;

use super::{agenda::Event, day::Day, kinds::Kind, prices::Prices, truth::number};
use crate::world::Draft;

/// The account of a day's customers.
pub(super) const ACCOUNT: &str = "ACME-7";
/// Minutes until a transfer is there.
const TRANSFERS: [i64; 5] = [30, 4, 300, 1400, 4500];
/// Minutes until a clerk has written down what they have seen.
const WRITTEN: [i64; 3] = [5, 60, 700];
/// Hours until a person has looked at what was paid too much.
const LOOKED_AT_AFTER: [i64; 3] = [1, 5, 30];

/// How an order is paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Way {
    #[default]
    Gateway,
    BankTransfer,
    Elsewhere,
    OnDelivery,
    OnAccount,
}

/// What people have seen of a customer's money, minor units.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hands {
    /// A gift card's part.
    pub(super) gift: i64,
    /// Money that came, the gift card's included.
    pub(super) taken: i64,
    pub(super) back: i64,
    /// How many times something was seen, for references.
    pub(super) seen: u32,
    /// What agents have given beyond what was owed.
    pub(super) credits: i64,
    /// Whether somebody has decided to keep what was paid too much.
    pub(super) surplus_kept: bool,
    /// Of the credits, what a bank had taken when an agent accepted that.
    pub(super) accepted: i64,
    /// Whether an agent has given units or shipping back.
    pub(super) has_granted: bool,
}

/// What somebody does about money.
#[derive(Debug, Clone, Copy)]
pub(super) enum PeopleStep {
    /// So many percent of what is to be paid is on the bank account.
    Transfers(i64),
    /// A clerk writes down an amount that has come, the nth.
    Records(u32, i64),
    /// An agent asks what giving back would mean.
    TriesOut(u32),
    /// An agent gives back.
    Gives(u32),
    /// A person decides about what was paid too much.
    DecidesSurplus,
    /// An agent decides about a dispute that was lost.
    DecidesLoss,
    /// A second person decides about what waits for them.
    Decides { approves: bool, credit: i64 },
}

impl Day<'_> {
    /// What is set up before the first customer comes.
    pub(super) async fn sets_up_money(&mut self) {
        if self.may(Kind::OnAccount) {
            self.sets_limits().await;
        }
        if self.may(Kind::Baskets) && self.choices.happens("possible duplicates are held", 50) {
            self.system.holds_duplicates();
        }
    }

    pub(super) fn chooses_way(&mut self, name: &str, prices: &Prices) -> (Way, i64) {
        let on = |kind: Kind, odds: u32| if self.kinds.has(kind) { odds } else { 0 };
        let odds = [
            70,
            on(Kind::BankTransfers, 9),
            on(Kind::Elsewhere, 5),
            on(Kind::OnDelivery, 8),
            on(Kind::OnAccount, 8),
        ];
        let way = match self.choices.pick(&format!("{name}: way to pay"), &odds) {
            0 => Way::Gateway,
            1 => Way::BankTransfer,
            2 => Way::Elsewhere,
            3 => Way::OnDelivery,
            _ => Way::OnAccount,
        };
        let has_card =
            self.may(Kind::GiftCards) && self.choices.happens(&format!("{name}: gift card"), 12);
        (way, if has_card { prices.gift() } else { 0 })
    }

    /// The draft with how it is paid.
    pub(super) fn drafts_payment(&self, index: usize, draft: Draft) -> Draft {
        let customer = &self.customers[index];
        let number = &customer.number;
        let mut draft = match customer.way {
            Way::Gateway => draft,
            Way::BankTransfer => draft.paid_by(PaymentTerm::BankTransfer),
            Way::Elsewhere => draft.paid_by(PaymentTerm::CollectedElsewhere {
                reference: format!("MP-{number}"),
            }),
            Way::OnDelivery => draft.paid_by(PaymentTerm::OnDelivery),
            Way::OnAccount => draft.on_account(ACCOUNT, Some(1)),
        };
        if customer.way == Way::BankTransfer {
            let until = self
                .system
                .world
                .now()
                .checked_add(SignedDuration::from_hours(48));
            draft.request.terms.pay_until = until.ok();
        }
        match customer.hands.gift {
            0 => draft,
            gift => draft.gift_card(&format!("GC-{number}"), gift),
        }
    }

    /// An order that is not paid through the gateway is placed: when its money comes.
    pub(super) fn plans_hands(&mut self, index: usize) {
        let name = self.customers[index].name.clone();
        let to_pay = self.customers[index].to_pay();
        let hands = &mut self.customers[index].hands;
        hands.taken = hands.gift;
        match self.customers[index].way {
            Way::Gateway | Way::OnDelivery => return,
            Way::Elsewhere => {
                let hands = &mut self.customers[index].hands;
                hands.taken = hands.taken.saturating_add(to_pay);
                return;
            }
            Way::BankTransfer | Way::OnAccount => {}
        }
        let unpaid = if self.may(Kind::Unpaid) { 10 } else { 0 };
        let partial = if self.may(Kind::PartialCaptures) {
            8
        } else {
            0
        };
        let twice = if self.may(Kind::TwoIntents) { 8 } else { 0 };
        let odds = [60, unpaid, partial, twice, twice];
        let parts: &[i64] = match self.choices.pick(&format!("{name}: transfers"), &odds) {
            0 => &[100],
            1 => &[],
            2 => &[60],
            3 => &[50, 50],
            _ => &[100, 100],
        };
        if parts != [100] {
            self.customers[index].trouble.insert("transferred not once");
        }
        if parts == [100, 100] {
            self.plans_surplus(index);
        }
        for (number, percent) in parts.iter().enumerate() {
            let after = self.choices.up_to(&format!("{name}: transfer {number}"), 4);
            let after = TRANSFERS[usize::try_from(after).unwrap_or(0)];
            if after > 1400 {
                self.customers[index].trouble.insert("transferred late");
            }
            let step = PeopleStep::Transfers(*percent);
            self.in_minutes(after, Event::People(index, step));
        }
    }

    /// Money comes, and somebody will write it down.
    pub(super) fn hands_take(&mut self, index: usize, amount: i64) {
        let hands = &mut self.customers[index].hands;
        hands.taken = hands.taken.saturating_add(amount);
        hands.seen = hands.seen.saturating_add(1);
        let (seen, name) = (hands.seen, self.customers[index].name.clone());
        self.note(|| format!("{amount} comes of {name}"));
        let after = self
            .choices
            .up_to(&format!("{name}: written down {seen}"), 2);
        let after = WRITTEN[usize::try_from(after).unwrap_or(0)];
        let step = PeopleStep::Records(seen, amount);
        self.in_minutes(after, Event::People(index, step));
    }

    pub(super) async fn people(&mut self, index: usize, step: PeopleStep) {
        let Some(order) = self.customers[index].order else {
            return;
        };
        let name = self.customers[index].name.clone();
        match step {
            PeopleStep::Transfers(percent) => {
                let customer = &self.customers[index];
                let amount = customer.prices.percent(customer.to_pay(), percent);
                self.hands_take(index, amount);
            }
            PeopleStep::Records(seen, amount) => {
                self.note(|| format!("a clerk records {amount} of {name}"));
                let kind = match self.customers[index].way {
                    Way::OnDelivery => TenderKind::Cash,
                    Way::Gateway | Way::BankTransfer | Way::Elsewhere | Way::OnAccount => {
                        TenderKind::BankTransfer
                    }
                };
                let reference = format!("{}/{seen}", self.customers[index].number);
                self.processes_may_die(&format!("{name}: recording {seen}"));
                let received = (kind, reference.as_str(), amount);
                let recorded = self.system.world.records_payment(order, received).await;
                self.processes_live();
                if let Err(failure) = recorded {
                    self.is_wrong(format!("money that came is refused: {name}: {failure}"));
                }
            }
            PeopleStep::TriesOut(what) => self.tries_out(index, order, what).await,
            PeopleStep::Gives(what) => self.gives(index, order, what).await,
            PeopleStep::DecidesSurplus => {
                self.decides_about_surplus(index, order).await;
            }
            PeopleStep::DecidesLoss => {
                self.decides_about_loss(index, order).await;
            }
            PeopleStep::Decides { approves, credit } => {
                self.approves_or_not(index, order, (approves, credit)).await;
            }
        }
    }

    /// More was paid than once: a person may look at it some hours later.
    pub(super) fn plans_surplus(&mut self, index: usize) {
        let name = self.customers[index].name.clone();
        if !self.may(Kind::Surpluses) {
            return;
        }
        let hours = self
            .choices
            .pick(&format!("{name}: a look at the surplus"), &[50, 20, 20, 10]);
        if let Some(after) = hours.checked_sub(1) {
            let hours = LOOKED_AT_AFTER[usize::try_from(after).unwrap_or(0)];
            let step = PeopleStep::DecidesSurplus;
            self.in_minutes(hours.saturating_mul(60), Event::People(index, step));
        }
    }

    /// What was paid too much goes back, or stays, where a person decides so. Gives whether anybody did.
    pub(super) async fn decides_what_is_surplus(&mut self) -> bool {
        let mut decided = false;
        for (index, order) in self.placed() {
            decided |= self.decides_about_surplus(index, order).await;
        }
        decided
    }

    async fn decides_about_surplus(&mut self, index: usize, order: OrderId) -> bool {
        let view = self.system.order_view(order).await;
        if !self.may(Kind::Surpluses) || !has_exception(&view, "overpaid") {
            return false;
        }
        let name = self.customers[index].name.clone();
        let choice = self.unique(format!("{name}: surplus"));
        let outcome = match self.choices.pick(&choice, &[40, 40, 20]) {
            0 => return false,
            1 => ExceptionOutcome::SurplusRefunded,
            _ => ExceptionOutcome::SurplusKept,
        };
        let kept = outcome == ExceptionOutcome::SurplusKept;
        self.processes_may_die(&format!("{choice}: deciding"));
        let world = &mut self.system.world;
        let closed = world.closes_exception_as(order, &ExceptionKind::Overpaid, outcome);
        let closed = closed.await;
        self.processes_live();
        self.note(|| format!("what {name} has paid too much is kept: {kept}: {closed:?}"));
        if closed.is_err() {
            return false;
        }
        self.customers[index].hands.surplus_kept = kept;
        true
    }

    /// Clerks give back what exceptions ask for, where it came from. Gives whether there was anything.
    pub(super) async fn hands_back_what_is_asked_for(&mut self) -> bool {
        let mut any = false;
        for (index, order) in self.placed() {
            let view = self.system.order_view(order).await;
            let effects = view["effects"].as_array().into_iter().flatten();
            let by_hand = effects.filter(|effect| effect["state"] == "by_hand");
            let by_hand: Vec<(i64, i64)> = by_hand
                .map(|effect| (number(&effect["number"]), number(&effect["amount"])))
                .collect();
            let name = self.customers[index].name.clone();
            for (effect, amount) in by_hand {
                self.note(|| format!("a clerk gives {amount} back to {name}: refund {effect}"));
                let hands = &mut self.customers[index].hands;
                hands.back = hands.back.saturating_add(amount);
                if hands.back > hands.taken {
                    self.is_wrong(format!(
                        "people are to give back more than came: {amount} of {name}"
                    ));
                }
                let reference = format!("R/{}/{effect}", self.customers[index].number);
                let made = (u32::try_from(effect).unwrap_or(0), reference.as_str());
                self.processes_may_die(&format!("{name}: recording refund {effect}"));
                let recorded = self.system.world.records_refund(order, made).await;
                self.processes_live();
                if let Err(failure) = recorded {
                    self.is_wrong(format!(
                        "a refund that was made is refused: {name}: {failure}"
                    ));
                }
                any = true;
            }
        }
        any
    }

    /// The customers whose orders were placed.
    pub(super) fn placed(&self) -> Vec<(usize, OrderId)> {
        let customers = self.customers.iter().enumerate();
        customers
            .filter_map(|(index, customer)| Some((index, customer.order?)))
            .collect()
    }
}

pub(super) fn has_exception(view: &Value, kind: &str) -> bool {
    let open = view["exceptions"].as_array().into_iter().flatten();
    open.into_iter().any(|open| open["kind"] == kind)
}
