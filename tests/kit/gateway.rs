//! A payment gateway that keeps the rules that gateways publish: the same key is the same attempt, stored errors come
//! again, nothing beyond what was captured goes back. And a ledger of what has really happened.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use app::{
    failure::Failure,
    ports::{EventPage, GatewayCommand, GatewayRecord, Made, PaymentGateway, RecordPage},
};
use domain::{
    ids::OrderId,
    inbound::{Fact, Inbound, OrderReference, PaymentFact},
    order::{EffectAction, EffectOutcome, RefundStatus},
    reconciliation::{GatewayObject, ObjectKind},
};
use jiff::Timestamp;

use super::tax_double::TaxDouble;

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It does not arrive.
    Lost,
    /// It has its effect, and the answer does not arrive.
    AnswerLost,
    /// It has no effect, and its error is stored under its key.
    StoredError,
    /// It has its effect, and an error is stored under its key.
    StoredErrorAfterEffect,
    /// It is refused for good.
    Refused(&'static str),
}

/// A refund that has really been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeRefund {
    pub id: String,
    pub intent: String,
    pub amount: i64,
    pub status: RefundStatus,
    /// The order and the effect that asked for it.
    pub effect: (OrderId, u32),
    pub made_at: Timestamp,
}

/// What was done on command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    Refunded(MadeRefund),
    /// So much of an intent was captured in all, and so much can still be captured.
    Captured(String, i64, i64),
    Cancelled(String),
}

/// An intent as the gateway knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerIntent {
    pub authorized: i64,
    pub captured: i64,
    pub cancelled: bool,
    /// A bank claims the money: nothing of it is refunded.
    pub disputed: bool,
    /// What a bank has taken.
    pub lost: i64,
    /// It can be captured several times.
    pub multicapture: bool,
    /// What was left after the last capture is given up.
    pub released: bool,
    /// How often it was captured on command.
    pub captures: u32,
    /// The last attempt to pay was declined.
    pub declined: bool,
    /// Given back without a command, or with one that failed later.
    given_back: i64,
}

impl LedgerIntent {
    /// What can still be captured.
    pub fn capturable(&self) -> i64 {
        let is_over = self.released || (self.captured > 0 && !self.multicapture);
        if is_over || self.cancelled {
            0
        } else {
            self.authorized.saturating_sub(self.captured)
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    news: Vec<News>,
    pub(super) intents: BTreeMap<String, LedgerIntent>,
    pub(super) refunds: Vec<MadeRefund>,
    /// What was answered under a key: an outcome, or none for a stored error.
    keys: BTreeMap<String, Option<EffectOutcome>>,
    pub(super) troubles: VecDeque<Trouble>,
    /// What it has recorded, in the order in which it appeared in its list.
    pub(super) events: Vec<Inbound>,
    is_disconnected: bool,
    /// How often it was asked about an intent.
    asked: u32,
    /// How many pages of its lists of objects were read.
    lists: u32,
    /// How many objects were looked up.
    looked_up: u32,
    /// Objects that it does not know, although it has told of them.
    pub(super) forgotten: BTreeSet<GatewayObject>,
    pub(super) now: Timestamp,
}

/// Events in a page of the list.
const PAGE_EVENTS: usize = 3;

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
        self.ledger(|ledger| ledger.troubles.extend(troubles.iter().cloned()));
    }

    /// It cannot be reached, after one call that goes wrong like that.
    pub fn is_down_after(&self, trouble: Trouble) {
        self.ledger(|ledger| {
            ledger.troubles.push_back(trouble);
            ledger.troubles.extend(vec![Trouble::Lost; 1000]);
        });
    }

    /// It can be reached again.
    pub fn is_up(&self) {
        self.ledger(|ledger| ledger.troubles.clear());
    }

    /// A day has passed.
    pub fn forgets_keys(&self) {
        self.ledger(|ledger| ledger.keys.clear());
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

impl Ledger {
    fn perform(&mut self, command: &GatewayCommand) -> Result<Option<EffectOutcome>, Failure> {
        if self.troubles.front() == Some(&Trouble::Lost) {
            self.troubles.pop_front();
            return Err(unknown());
        }
        let key = command.effect.key(command.order);
        if let Some(answered) = self.keys.get(&key) {
            return Ok(answered.clone());
        }
        match self.troubles.pop_front() {
            None => {
                let outcome = self.effect(command);
                self.keys.insert(key, Some(outcome.clone()));
                Ok(Some(outcome))
            }
            Some(Trouble::Refused(code)) => {
                let code = code.to_owned();
                let outcome = EffectOutcome::Refused { code };
                self.keys.insert(key, Some(outcome.clone()));
                Ok(Some(outcome))
            }
            Some(Trouble::Lost) => Err(unknown()),
            Some(Trouble::AnswerLost) => {
                let outcome = self.effect(command);
                self.keys.insert(key, Some(outcome));
                Err(unknown())
            }
            Some(Trouble::StoredError) => {
                self.keys.insert(key, None);
                Err(unknown())
            }
            Some(Trouble::StoredErrorAfterEffect) => {
                self.effect(command);
                self.keys.insert(key, None);
                Err(unknown())
            }
        }
    }

    fn given_back_of(&self, intent: &str) -> i64 {
        let made = self.refunds.iter();
        made.filter(|r| r.intent == intent && r.status != RefundStatus::Failed)
            .map(|r| r.amount)
            .sum()
    }

    fn effect(&mut self, command: &GatewayCommand) -> EffectOutcome {
        let refuse = |code: &str| EffectOutcome::Refused {
            code: code.to_owned(),
        };
        let id = command.effect.action.intent().unwrap_or_default();
        let given_back = self.given_back_of(id);
        let number = self.refunds.len().saturating_add(1);
        let Some(intent) = self.intents.get_mut(id) else {
            return refuse("resource_missing");
        };
        match &command.effect.action {
            EffectAction::Refund { intent: id, amount } => {
                let given_back = given_back.max(intent.given_back);
                if intent.disputed {
                    return refuse("charge_disputed");
                }
                let given_back = given_back.saturating_add(intent.lost);
                if given_back.saturating_add(*amount) > intent.captured {
                    return refuse("charge_already_refunded");
                }
                let made = MadeRefund {
                    id: format!("re_cmd_{number}"),
                    intent: id.clone(),
                    amount: *amount,
                    status: RefundStatus::Succeeded,
                    effect: (command.order, command.effect.id),
                    made_at: self.now,
                };
                self.refunds.push(made.clone());
                self.news.push(News::Refunded(made.clone()));
                refunded(&made)
            }
            EffectAction::Capture {
                amount, keeps_rest, ..
            } => {
                if *amount > intent.capturable() || (*keeps_rest && !intent.multicapture) {
                    return refuse("payment_intent_unexpected_state");
                }
                intent.captures += 1;
                intent.captured += *amount;
                intent.released = !keeps_rest;
                let (amount, capturable) = (intent.captured, intent.capturable());
                self.news
                    .push(News::Captured(id.to_owned(), amount, capturable));
                EffectOutcome::Captured { amount, capturable }
            }
            EffectAction::ReleaseRest { .. } => {
                if intent.captured == 0 || intent.capturable() == 0 {
                    return refuse("payment_intent_unexpected_state");
                }
                intent.released = true;
                let amount = intent.captured;
                self.news.push(News::Captured(id.to_owned(), amount, 0));
                EffectOutcome::Captured {
                    amount,
                    capturable: 0,
                }
            }
            EffectAction::CancelIntent { .. } => {
                if intent.captured > 0 {
                    return refuse("payment_intent_unexpected_state");
                }
                if !intent.cancelled {
                    self.news.push(News::Cancelled(id.to_owned()));
                }
                intent.cancelled = true;
                EffectOutcome::Cancelled
            }
            EffectAction::ReverseTax(_) => refuse("resource_missing"),
        }
    }

    /// What an intent is, as webhooks would tell of it.
    fn payment(&mut self, id: &str) -> Result<Option<Vec<Inbound>>, Failure> {
        if self.troubles.front() == Some(&Trouble::Lost) {
            self.troubles.pop_front();
            return Err(unknown());
        }
        self.asked = self.asked.saturating_add(1);
        if !self.intents.contains_key(id) {
            return Ok(None);
        }
        let facts = self.facts_of(id);
        let inbound = facts.into_iter().enumerate().map(|(number, fact)| Inbound {
            source: "stripe".to_owned(),
            id: format!("{id}@{}.{number}", self.asked),
            location: None,
            occurred_at: self.now,
            received_at: self.now,
            fact: Fact::Payment {
                order: OrderReference {
                    order: None,
                    intent: Some(id.to_owned()),
                },
                fact,
            },
        });
        Ok(Some(inbound.collect()))
    }

    /// What an intent says of itself.
    pub(super) fn facts_of(&self, id: &str) -> Vec<PaymentFact> {
        let Some(intent) = self.intents.get(id) else {
            return Vec::new();
        };
        let currency = "EUR".parse().expect("a currency");
        let mut facts = Vec::new();
        if intent.captured > 0 && intent.capturable() > 0 {
            let (amount, capturable) = (intent.captured, intent.capturable());
            facts.push(PaymentFact::PartlyCaptured {
                amount,
                capturable,
                currency,
            });
        } else if intent.captured > 0 {
            let amount = intent.captured;
            facts.push(PaymentFact::Captured { amount, currency });
        } else if intent.authorized > 0 && !intent.cancelled {
            let amount = intent.authorized;
            facts.push(PaymentFact::Authorized { amount, currency });
        } else if intent.declined && !intent.cancelled {
            facts.push(PaymentFact::Failed { code: None });
        }
        if intent.cancelled {
            facts.push(PaymentFact::Cancelled);
        }
        facts
    }

    /// A page of the events, newest first.
    fn page(&self, since: Timestamp, after: Option<&str>) -> Result<Option<EventPage>, Failure> {
        if self.is_disconnected {
            return Ok(None);
        }
        if self.troubles.front() == Some(&Trouble::Lost) {
            return Err(unknown());
        }
        let mut listed: Vec<&Inbound> = self.events.iter().collect();
        listed.sort_by_key(|event| Reverse(event.occurred_at));
        if let Some(after) = after {
            let position = listed.iter().position(|event| event.id == after);
            listed.drain(..=position.expect("an event of the list"));
        }
        listed.retain(|event| event.occurred_at >= since);
        let facts: Vec<Inbound> = listed.iter().take(PAGE_EVENTS).copied().cloned().collect();
        let has_more = listed.len() > facts.len();
        let last = facts.last().filter(|_| has_more);
        Ok(Some(EventPage {
            next: last.map(|event| event.id.clone()),
            facts,
            unreadable: Vec::new(),
        }))
    }

    fn find(&self, command: &GatewayCommand) -> Option<EffectOutcome> {
        let intent = self.intents.get(command.effect.action.intent()?)?;
        match &command.effect.action {
            EffectAction::Refund { .. } => {
                let effect = (command.order, command.effect.id);
                let mut refunds = self.refunds.iter();
                refunds.find(|made| made.effect == effect).map(refunded)
            }
            EffectAction::Capture {
                captured_before, ..
            } => (intent.captured > *captured_before).then_some(EffectOutcome::Captured {
                amount: intent.captured,
                capturable: intent.capturable(),
            }),
            EffectAction::ReleaseRest { .. } => {
                (intent.capturable() == 0).then_some(EffectOutcome::Captured {
                    amount: intent.captured,
                    capturable: 0,
                })
            }
            EffectAction::CancelIntent { .. } => {
                intent.cancelled.then_some(EffectOutcome::Cancelled)
            }
            EffectAction::ReverseTax(_) => None,
        }
    }
}

fn refunded(made: &MadeRefund) -> EffectOutcome {
    EffectOutcome::Refunded {
        refund: made.id.clone(),
        amount: made.amount,
        status: made.status,
    }
}

pub(super) fn unknown() -> Failure {
    Failure::gateway("no answer")
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
            ledger.is_reached()?;
            Ok((!ledger.is_disconnected).then(|| ledger.list(kind, made, after)))
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
