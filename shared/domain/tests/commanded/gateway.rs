//! The payment gateway: its own ledger, and what it tells of it.

use domain::{
    inbound::PaymentFact,
    money::Currency,
    order::{Command, DisputeFunds, DisputeStatus, RefundStatus},
};

use crate::common::at;

/// A payment, minor units.
#[derive(Debug, Clone, Default)]
pub(crate) struct Charge {
    pub(crate) id: &'static str,
    pub(crate) authorized: i64,
    pub(crate) capturable: i64,
    pub(crate) captured: i64,
    pub(crate) multicapture: bool,
    pub(crate) cancelled: bool,
}

/// A refund that the gateway has made.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) charge: usize,
    pub(crate) amount: i64,
    pub(crate) status: RefundStatus,
    /// The effect that asked for it; `None`: somebody has made it at the gateway.
    pub(crate) effect: Option<u32>,
}

impl Made {
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.status, RefundStatus::Pending | RefundStatus::Succeeded)
    }
}

/// A dispute. While it is open the gateway has the money, and when it is lost the customer.
#[derive(Debug, Clone)]
pub(crate) struct Disputed {
    id: String,
    pub(crate) charge: usize,
    amount: i64,
    pub(crate) status: DisputeStatus,
    /// What of it had been refunded before.
    beyond: i64,
    /// What of it the shop has again.
    back: i64,
}

impl Disputed {
    /// What the shop has not got.
    fn away(&self) -> i64 {
        self.amount - self.back
    }

    /// What the customer has for good.
    fn lost(&self) -> i64 {
        if self.status == DisputeStatus::Lost {
            self.away()
        } else {
            0
        }
    }
}

/// The ledger.
pub(crate) struct Gateway {
    pub(crate) charges: Vec<Charge>,
    pub(crate) refunds: Vec<Made>,
    pub(crate) disputes: Vec<Disputed>,
    currency: Currency,
    clock: u64,
    /// What it will tell.
    pub(crate) news: Vec<Command>,
}

impl Gateway {
    pub(crate) fn new(currency: Currency, multicapture: [bool; 3]) -> Self {
        let ids = ["pi_1", "pi_2", "pi_3"].into_iter();
        let charges = ids.zip(multicapture).map(|(id, multicapture)| Charge {
            id,
            multicapture,
            ..Charge::default()
        });
        Self {
            charges: charges.collect(),
            refunds: vec![],
            disputes: vec![],
            currency,
            clock: 0,
            news: vec![],
        }
    }

    pub(crate) fn captured(&self) -> i64 {
        self.charges.iter().map(|charge| charge.captured).sum()
    }

    pub(crate) fn refunded(&self, counts: impl Fn(&Made) -> bool) -> i64 {
        let refunds = self.refunds.iter().filter(|made| made.is_live());
        refunds.filter(|made| counts(made)).map(|r| r.amount).sum()
    }

    pub(crate) fn lost_of(&self, counts: impl Fn(usize) -> bool) -> i64 {
        let of = self.disputes.iter().filter(|d| counts(d.charge));
        of.map(Disputed::lost).sum()
    }

    /// What banks have of a charge that had been refunded before.
    pub(crate) fn taken_twice(&self, charge: usize) -> i64 {
        let disputes = self.disputes.iter().filter(|d| d.charge == charge);
        disputes.map(|d| (d.beyond - d.back).max(0)).sum()
    }

    /// What can go back of a charge now.
    pub(crate) fn left(&self, charge: usize) -> i64 {
        let disputes = self.disputes.iter().filter(|d| d.charge == charge);
        let away: i64 = disputes.map(Disputed::away).sum();
        self.charges[charge].captured - self.refunded(|made| made.charge == charge) - away
    }

    fn tells(&mut self, charge: usize, fact: PaymentFact) {
        self.clock += 1;
        self.news.push(Command::RecordPayment {
            intent: self.charges[charge].id.to_owned(),
            fact,
            occurred_at: at(self.clock),
        });
    }

    pub(crate) fn tells_of_charge(&mut self, charge: usize) {
        let currency = self.currency;
        let found = self.charges[charge].clone();
        let fact = if found.captured > 0 && found.capturable > 0 {
            PaymentFact::PartlyCaptured {
                amount: found.captured,
                capturable: found.capturable,
                currency,
            }
        } else if found.captured > 0 {
            PaymentFact::Captured {
                amount: found.captured,
                currency,
            }
        } else if found.cancelled {
            PaymentFact::Cancelled
        } else {
            PaymentFact::Authorized {
                amount: found.authorized,
                currency,
            }
        };
        self.tells(charge, fact);
    }

    fn tells_of_refund(&mut self, nth: usize) {
        let made = self.refunds[nth].clone();
        let fact = PaymentFact::Refund {
            id: made.id,
            amount: made.amount,
            currency: self.currency,
            status: made.status,
            effect: made.effect,
        };
        self.tells(made.charge, fact);
    }

    fn tells_of_dispute(&mut self, nth: usize, funds: Option<DisputeFunds>) {
        let dispute = self.disputes[nth].clone();
        let fact = PaymentFact::Dispute {
            id: dispute.id,
            status: dispute.status,
            amount: dispute.amount,
            currency: self.currency,
            reason: None,
            evidence_due: None,
            funds,
            reinstated: (dispute.back > 0).then_some(dispute.back),
        };
        self.tells(dispute.charge, fact);
    }

    /// The customer pays, or authorizes.
    pub(crate) fn is_paid(&mut self, charge: usize, amount: i64, at_once: bool) {
        let found = &mut self.charges[charge];
        if found.cancelled || found.authorized > 0 || amount <= 0 {
            return;
        }
        found.authorized = amount;
        if at_once {
            found.captured = amount;
        } else {
            found.capturable = amount;
            let terms = PaymentFact::AuthorizationTerms {
                capture_before: None,
                multicapture: found.multicapture,
            };
            self.tells(charge, terms);
        }
        self.tells_of_charge(charge);
    }

    /// What is left of an authorization can be captured no more.
    pub(crate) fn lapses(&mut self, charge: usize) {
        let found = &mut self.charges[charge];
        if found.capturable > 0 {
            found.capturable = 0;
            found.cancelled = found.captured == 0;
            self.tells_of_charge(charge);
        }
    }

    /// Somebody gives money back at the gateway.
    pub(crate) fn is_refunded_there(&mut self, charge: usize, amount: i64) -> bool {
        let amount = amount.min(self.left(charge));
        if amount > 0 {
            self.makes(charge, amount, RefundStatus::Succeeded, None);
        }
        amount > 0
    }

    pub(crate) fn makes(
        &mut self,
        charge: usize,
        amount: i64,
        status: RefundStatus,
        effect: Option<u32>,
    ) {
        self.refunds.push(Made {
            id: format!("re_{}", self.refunds.len()),
            charge,
            amount,
            status,
            effect,
        });
        self.tells_of_refund(self.refunds.len() - 1);
    }

    /// A refund goes on: one that is under way arrives or not, one that had arrived comes back days later.
    pub(crate) fn refund_moves(&mut self, nth: usize, fails: bool) {
        let many = self.refunds.len();
        let Some(made) = self.refunds.get_mut(nth % many.max(1)) else {
            return;
        };
        let status = match (made.status, fails) {
            (RefundStatus::Pending | RefundStatus::Succeeded, true) => RefundStatus::Failed,
            (RefundStatus::Pending, false) => RefundStatus::Succeeded,
            (RefundStatus::Succeeded | RefundStatus::Failed | RefundStatus::Cancelled, _) => return,
        };
        made.status = status;
        self.tells_of_refund(nth % many);
    }

    /// A customer disputes so much of a charge that has money, that one or the next. A bank may claim `all` of it, whatever was
    /// refunded before.
    pub(crate) fn is_disputed(&mut self, nth: usize, amount: i64, all: bool) {
        let many = self.charges.len();
        let mut charges = (nth..nth + many).map(|charge| charge % many);
        let Some(charge) = charges.find(|charge| self.left(*charge) > 0) else {
            return;
        };
        let left = self.left(charge);
        let is_first = self.disputes.iter().all(|d| d.charge != charge);
        let amount = match all && is_first {
            true => self.charges[charge].captured,
            false => amount.min(left),
        };
        self.disputes.push(Disputed {
            id: format!("dp_{}", self.disputes.len()),
            charge,
            amount,
            status: DisputeStatus::NeedsResponse,
            beyond: (amount - left).max(0),
            back: 0,
        });
        let nth = self.disputes.len() - 1;
        self.tells_of_dispute(nth, Some(DisputeFunds::Withdrawn));
    }

    /// A dispute goes on: it is decided, and what was lost may be given back to the shop later, all of it or so much.
    pub(crate) fn dispute_moves(&mut self, nth: usize, for_shop: bool, back: i64) {
        let many = self.disputes.len();
        let nth = nth % many.max(1);
        let Some(dispute) = self.disputes.get_mut(nth) else {
            return;
        };
        let funds = match (dispute.status, for_shop) {
            (DisputeStatus::NeedsResponse | DisputeStatus::UnderReview, true) => {
                dispute.status = DisputeStatus::Won;
                dispute.back = dispute.amount;
                Some(DisputeFunds::Reinstated)
            }
            (DisputeStatus::NeedsResponse | DisputeStatus::UnderReview, false) => {
                dispute.status = DisputeStatus::Lost;
                None
            }
            (DisputeStatus::Lost, true) if dispute.away() > 0 => {
                dispute.back += back.min(dispute.away());
                Some(DisputeFunds::Reinstated)
            }
            (DisputeStatus::Lost | DisputeStatus::Won, _) => return,
        };
        self.tells_of_dispute(nth, funds);
    }
}

/// What people look up.
impl Gateway {
    /// What a lost dispute has taken and not given back.
    pub(crate) fn lost_in(&self, dispute: &str) -> i64 {
        let mut disputes = self.disputes.iter();
        let found = disputes.find(|found| found.id == dispute);
        found.map_or(0, Disputed::lost)
    }

    /// What a refund has given back.
    pub(crate) fn refund(&self, id: &str) -> i64 {
        let mut refunds = self.refunds.iter();
        refunds
            .find(|made| made.id == id)
            .map_or(0, |made| made.amount)
    }

    pub(crate) fn is_disputed_now(&self) -> bool {
        self.disputes.iter().any(|dispute| !dispute.status.is_end())
    }

    pub(crate) fn was_refunded_there(&self) -> bool {
        self.refunds.iter().any(|made| made.effect.is_none())
    }

    pub(crate) fn capturable(&self) -> i64 {
        self.charges.iter().map(|charge| charge.capturable).sum()
    }
}
