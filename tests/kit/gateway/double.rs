//! What a story says of the gateway, and the port.

use std::sync::{Mutex, PoisonError};

use app::{
    failure::Failure,
    ports::{EventPage, GatewayCommand, GatewayRecord, Made, PaymentGateway, RecordPage},
};
use domain::{
    inbound::Inbound,
    order::{EffectOutcome, RefundStatus},
    reconciliation::{GatewayObject, ObjectKind},
};
use jiff::Timestamp;

use super::ledger::{Ledger, LedgerIntent, MadeRefund, News};
use crate::kit::{attempts::Trouble, tax_double::TaxDouble};

/// The gateway, and the tax service beside it.
#[derive(Debug, Default)]
pub struct GatewayDouble {
    ledger: Mutex<Ledger>,
    /// The tax service.
    pub tax: TaxDouble,
}

impl GatewayDouble {
    fn ledger<T>(&self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        work(&mut self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The customer has authorized or paid an intent.
    pub fn has(&self, intent: &str, authorized: i64, captured: i64) {
        self.ledger(|ledger| {
            let intent = ledger.intents.entry(intent.to_owned()).or_default();
            intent.authorized = intent.authorized.max(authorized).max(captured);
            intent.captured = intent.captured.max(captured);
        });
    }

    /// An intent can be captured several times.
    pub fn allows_multicapture(&self, intent: &str) {
        self.ledger(|ledger| {
            let intent = ledger.intents.entry(intent.to_owned()).or_default();
            intent.multicapture = true;
        });
    }

    /// An intent waits for the customer.
    pub fn knows(&self, intent: &str) {
        self.has(intent, 0, 0);
    }

    /// The customer's card was declined.
    pub fn declines(&self, intent: &str) {
        self.ledger(|ledger| {
            ledger
                .intents
                .entry(intent.to_owned())
                .or_default()
                .declined = true
        });
    }

    /// How often it was asked about an intent.
    pub fn times_asked(&self) -> u32 {
        self.ledger(|ledger| ledger.asked)
    }

    /// What time it is there.
    pub fn time_is(&self, now: Timestamp) {
        self.ledger(|ledger| ledger.now = now);
    }

    /// What an intent is now.
    pub fn holds(&self, intent: &str, authorized: i64, captured: i64, cancelled: bool) {
        self.ledger(|ledger| {
            let intent = ledger.intents.entry(intent.to_owned()).or_default();
            (intent.authorized, intent.captured) = (authorized, captured);
            intent.cancelled = cancelled;
        });
    }

    /// The currency of an intent; euros, unless this is said.
    pub fn is_in(&self, intent: &str, currency: &str) {
        self.ledger(|ledger| {
            if let Some(intent) = ledger.intents.get_mut(intent) {
                intent.currency = currency.parse().ok();
            }
        });
    }

    /// So much of an intent has gone back in all, on command or not.
    pub fn has_given_back(&self, intent: &str, amount: i64) {
        self.ledger(|ledger| {
            if let Some(intent) = ledger.intents.get_mut(intent) {
                intent.given_back = amount;
            }
        });
    }

    /// Whether a bank claims an intent's money, and what banks have taken of it in all.
    pub fn has_lost(&self, intent: &str, disputed: bool, lost: i64) {
        self.ledger(|ledger| {
            if let Some(intent) = ledger.intents.get_mut(intent) {
                (intent.disputed, intent.lost) = (disputed, lost);
            }
        });
    }

    /// Something has happened, and is in the list of events.
    pub fn records(&self, event: Inbound) {
        self.ledger(|ledger| ledger.events.push(event));
    }

    /// It does not know an object of which it has told: that was another account's.
    pub fn forgets(&self, object: GatewayObject) {
        self.ledger(|ledger| ledger.forgotten.insert(object));
    }

    /// How many pages of its lists were read, and how many objects were looked up.
    pub fn reconciliation_requests(&self) -> (u32, u32) {
        self.ledger(|ledger| (ledger.lists, ledger.looked_up))
    }

    /// The account has no key.
    pub fn is_not_connected(&self) {
        self.ledger(|ledger| ledger.is_disconnected = true);
    }

    /// What was done on command since the last time.
    pub fn takes_news(&self) -> Vec<News> {
        self.ledger(|ledger| std::mem::take(&mut ledger.news))
    }

    /// The next calls go wrong like that, one after the other.
    pub fn goes_wrong(&self, troubles: &[Trouble]) {
        self.ledger(|ledger| ledger.attempts.go_wrong(troubles));
    }

    /// It cannot be reached, after one call that goes wrong like that.
    pub fn is_down_after(&self, trouble: Trouble) {
        self.ledger(|ledger| ledger.attempts.stop_after(trouble));
    }

    /// It can be reached again.
    pub fn is_up(&self) {
        self.ledger(|ledger| ledger.attempts.recover());
    }

    /// A day has passed.
    pub fn forgets_keys(&self) {
        self.ledger(|ledger| ledger.attempts.forget_keys());
    }

    /// The refunds that were made.
    pub fn refunds(&self) -> Vec<MadeRefund> {
        self.ledger(|ledger| ledger.refunds.clone())
    }

    /// Given back in all.
    pub fn refunded(&self) -> i64 {
        let made = self.refunds();
        let live = made.iter().filter(|r| r.status != RefundStatus::Failed);
        live.map(|refund| refund.amount).sum()
    }

    /// A refund comes back days later.
    pub fn fails(&self, refund: &str) {
        self.ledger(|ledger| {
            let mut made = ledger.refunds.iter_mut();
            if let Some(made) = made.find(|made| made.id == refund) {
                made.status = RefundStatus::Failed;
            }
        });
    }

    /// A bank claims an intent's money.
    pub fn is_disputed(&self, intent: &str) {
        self.ledger(|ledger| {
            if let Some(intent) = ledger.intents.get_mut(intent) {
                intent.disputed = true;
            }
        });
    }

    /// The bank has decided: it takes so much of what is left of the intent, which is returned.
    pub fn dispute_ends(&self, intent: &str, takes: i64) -> i64 {
        self.ledger(|ledger| {
            let back = ledger.given_back_of(intent);
            let Some(intent) = ledger.intents.get_mut(intent) else {
                return 0;
            };
            if std::mem::take(&mut intent.disputed) {
                intent.lost = takes.min(intent.captured.saturating_sub(back));
            }
            intent.lost
        })
    }

    /// An intent.
    pub fn intent(&self, id: &str) -> LedgerIntent {
        self.ledger(|ledger| ledger.intents.get(id).cloned().unwrap_or_default())
    }
}

impl PaymentGateway for GatewayDouble {
    async fn perform(&self, command: &GatewayCommand) -> Result<Option<EffectOutcome>, Failure> {
        self.ledger(|ledger| ledger.perform(command))
    }

    async fn find(&self, command: &GatewayCommand) -> Result<Option<EffectOutcome>, Failure> {
        self.ledger(|ledger| Ok(ledger.find(command)))
    }

    async fn payment(&self, intent: &str) -> Result<Option<Vec<Inbound>>, Failure> {
        self.ledger(|ledger| ledger.payment(intent))
    }

    async fn events(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> Result<Option<EventPage>, Failure> {
        self.ledger(|ledger| ledger.page(since, after))
    }

    async fn list(
        &self,
        kind: ObjectKind,
        made: Made,
        after: Option<&str>,
    ) -> Result<Option<RecordPage>, Failure> {
        self.ledger(|ledger| {
            ledger.lists += 1;
            if ledger.is_disconnected {
                return Ok(None);
            }
            ledger.is_reached()?;
            Ok(Some(ledger.list(kind, made, after)))
        })
    }

    async fn look_up(&self, object: &GatewayObject) -> Result<Option<GatewayRecord>, Failure> {
        self.ledger(|ledger| {
            ledger.looked_up += 1;
            ledger.is_reached()?;
            Ok(ledger.record(object))
        })
    }
}
