//! An order, and what is true outside of it: the gateway's ledger, the money that came another way, where the units are, and
//! what people have decided.

use std::collections::BTreeMap;

use domain::order::{
    CapturePolicy, Command, Effect, EffectAction, Event, PaymentTerm, Rejection, RejectionCode,
};

use super::{
    basket::{Basket, Paid},
    gateway::Gateway,
    judge,
    units::Units,
};
use crate::common::OrderFixture;

/// Money that came another way than through the gateway, minor units.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tender {
    pub(crate) came: i64,
    pub(crate) back: i64,
}

pub(crate) struct Outside {
    pub(crate) order: OrderFixture,
    pub(crate) basket: Basket,
    pub(crate) capture: Option<CapturePolicy>,
    pub(crate) gateway: Gateway,
    /// By our name of the payment.
    pub(crate) tenders: BTreeMap<String, Tender>,
    pub(crate) units: Units,
    /// What people have kept of refunds, given beyond what was owed, and given back of the shipping.
    pub(crate) fees: i64,
    pub(crate) credits: i64,
    /// What people have accepted as a credit of what banks have taken, by the dispute.
    pub(crate) accepted: BTreeMap<String, i64>,
    /// Of what people have given, what has lowered an invoice and moved no money.
    pub(crate) account_credits: i64,
    pub(crate) shipping_granted: i64,
    /// A person has decided that a surplus stays for now, or that a refund is not to be made.
    pub(crate) is_left_to_people: bool,
    pub(crate) is_on_account: bool,
    /// A person gives money back although a bank, or somebody at the gateway, has given back some.
    pub(crate) is_given_beside: bool,
    pub(crate) shipments: u32,
}

impl Outside {
    pub(crate) fn new(basket: Basket, paid: &Paid, multicapture: [bool; 3]) -> Self {
        let order = basket.placed(paid);
        let mut outside = Self {
            capture: paid.commands.map(|commands| commands.capture),
            gateway: Gateway::new(order.order.placed.currency, multicapture),
            units: Units::new(&order.order.placed, basket.rule),
            order,
            basket,
            tenders: BTreeMap::new(),
            fees: 0,
            credits: 0,
            accepted: BTreeMap::new(),
            account_credits: 0,
            is_on_account: matches!(paid.term, Some(PaymentTerm::OnAccount { .. })),
            shipping_granted: 0,
            is_left_to_people: false,
            is_given_beside: false,
            shipments: 0,
        };
        let placed = outside.order.commits[0].body.events.clone();
        outside.notes(&placed);
        outside
    }

    /// What came, through whichever way.
    pub(crate) fn taken(&self) -> i64 {
        let came: i64 = self.tenders.values().map(|tender| tender.came).sum();
        came + self.gateway.captured()
    }

    /// What we have given back, and people at the gateway.
    pub(crate) fn back(&self) -> i64 {
        let back: i64 = self.tenders.values().map(|tender| tender.back).sum();
        back + self.gateway.refunded(|_| true)
    }

    pub(crate) fn lost(&self) -> i64 {
        self.gateway.lost_of(|_| true)
    }

    /// What the shop has.
    pub(crate) fn kept(&self) -> i64 {
        self.taken() - self.back() - self.lost()
    }

    /// What people have given beyond what was owed. What a bank has given back to the shop, the customer has not got.
    fn credits(&self) -> i64 {
        let accepted = self.accepted.iter();
        let lost = accepted.map(|(id, amount)| self.gateway.lost_in(id).min(*amount));
        self.credits + lost.sum::<i64>()
    }

    /// What units, shipping and fees cost, less what was credited on account.
    fn price(&self) -> i64 {
        let worth = self.units.worth(self.shipping_granted) + self.fees;
        (worth - self.account_credits).max(0)
    }

    /// What the shop should have in the end.
    pub(crate) fn due(&self) -> i64 {
        let price = if self.units.is_all_cancelled() {
            self.price().min(self.taken())
        } else {
            self.price()
        };
        (price - self.credits()).max(0)
    }

    /// What the shop keeps when it has given back what it owes, and nobody else has given back anything.
    pub(crate) fn to_keep(&self) -> i64 {
        (self.taken().min(self.price()) - self.credits()).max(0)
    }

    /// What has come beyond the price, or was promised beyond what is owed, and has not gone back, by whomever.
    pub(crate) fn owed(&self) -> i64 {
        let beyond = (self.taken() - self.price()).max(0) + self.credits();
        (beyond - self.back() - self.lost()).min(self.kept()).max(0)
    }

    /// Whether more may have come than all that was ordered costs, whatever was given back of it.
    pub(crate) fn may_be_paid_too_much(&self) -> bool {
        let others = self.lost() > 0 || self.gateway.was_refunded_there() || self.is_given_beside;
        self.taken() > self.basket.total() || self.account_credits > 0 || others
    }

    pub(crate) fn due_for_shipped(&self) -> i64 {
        let worth = self.units.worth_of_shipped(self.shipping_granted) + self.fees;
        (worth - self.credits() - self.account_credits).clamp(0, self.due())
    }

    /// What is asked to be given back and has not been.
    pub(crate) fn asked(&self) -> i64 {
        self.asked_for(|_| true)
    }

    /// The same of the gateway.
    pub(crate) fn asked_there(&self) -> i64 {
        self.asked_for(|effect| !self.order.order.is_by_hand(effect))
    }

    fn asked_for(&self, counts: impl Fn(&Effect) -> bool) -> i64 {
        let asked = self.order.order.state.effects.iter();
        let asked = asked.filter(|effect| !self.gateway.has_made(effect.id) && counts(effect));
        asked
            .filter_map(|effect| match &effect.action {
                EffectAction::Refund { amount, .. } => Some(*amount),
                EffectAction::Capture { .. }
                | EffectAction::ReleaseRest { .. }
                | EffectAction::CancelIntent { .. }
                | EffectAction::ReverseTax(_) => None,
            })
            .sum()
    }

    pub(crate) fn all_is_told(&self) -> bool {
        self.gateway.news.is_empty()
    }

    pub(crate) fn applies(&mut self, command: &Command) -> Result<Vec<Event>, Rejection> {
        let events = self.order.apply(command)?;
        self.notes(&events);
        judge::captures(self, &events);
        Ok(events)
    }

    /// What the answer to a command has promised.
    fn notes(&mut self, events: &[Event]) {
        for event in events {
            #[expect(clippy::wildcard_enum_match_arm, reason = "the others promise nothing")]
            match event {
                Event::UnitsCancelled { units, .. } => {
                    for part in units {
                        self.units.cancel(part.line.as_str(), part.units);
                    }
                }
                Event::PaymentRecorded {
                    payment, amount, ..
                } => {
                    let came = Tender {
                        came: *amount,
                        back: 0,
                    };
                    self.tenders.insert(payment.clone(), came);
                }
                _ => {}
            }
        }
    }

    /// The gateway tells one of its news, and perhaps once more later. What comes before that on which it rests is told again.
    pub(crate) fn hears(&mut self, nth: usize, again: bool) {
        if self.gateway.news.is_empty() {
            return;
        }
        let nth = nth % self.gateway.news.len();
        let news = self.gateway.news[nth].clone();
        match self.applies(&news) {
            Ok(_) if again => {}
            Ok(_) => {
                self.gateway.news.remove(nth);
            }
            Err(early) => assert_eq!(early.code, RejectionCode::NotYetCaptured),
        }
    }

    /// All news is told, the latest first.
    pub(crate) fn hears_all(&mut self) {
        for _ in 0..3 {
            for nth in (0..self.gateway.news.len()).rev() {
                self.hears(nth, false);
            }
        }
        assert!(self.all_is_told(), "{:?}", self.gateway.news);
    }
}
