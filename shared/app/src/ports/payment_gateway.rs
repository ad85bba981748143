//! Commands to the payment gateway.

use domain::{
    ids::OrderId,
    inbound::Inbound,
    money::Currency,
    order::{Effect, EffectOutcome},
    reconciliation::{GatewayObject, ObjectKind},
};

use jiff::Timestamp;

use crate::failure::Failure;

/// A command to the gateway: an attempt of an effect of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayCommand {
    /// The order.
    pub order: OrderId,
    /// Currency of the amounts.
    pub currency: Currency,
    /// What must happen, and under which key: see [`Effect::key`].
    pub effect: Effect,
}

/// A page of the gateway's list of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The events that are about orders, as webhooks tell of them.
    pub facts: Vec<Inbound>,
    /// The gateway's ids of events that cannot be read, each with the code of the reason.
    pub unreadable: Vec<(String, &'static str)>,
    /// The gateway's id of the last event of the page, when there are older ones.
    pub next: Option<String>,
}

/// An object as the gateway's own list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayRecord {
    /// The gateway's id.
    pub id: String,
    /// What it says now, as webhooks tell of it; nothing, when it tells of no money or can belong to no order.
    pub facts: Vec<Inbound>,
}

/// A page of one of the gateway's lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordPage {
    /// The objects, newest first.
    pub records: Vec<GatewayRecord>,
    /// The gateway's ids of objects that cannot be read, each with the code of the reason.
    pub unreadable: Vec<(String, &'static str)>,
    /// The gateway's id of the last object of the page, when there are older ones.
    pub next: Option<String>,
}

/// When the objects of a list were made, UTC: from `from` on, before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The first moment.
    pub from: Timestamp,
    /// The moment after the last one.
    pub to: Timestamp,
}

/// Performs effects at the payment gateway, and tells what has happened there. The gateway knows keys for a day: the same key is the same attempt, and
/// happens once.
pub trait PaymentGateway: Sync {
    /// Performs an attempt of an effect. None: the gateway answers with the error of an earlier request under the key, and
    /// will do so as long as it knows the key, which says nothing about what has happened.
    ///
    /// # Errors
    /// [`Failure::Gateway`] when there was no answer, or none that says what has happened: it may have happened.
    /// The same when it does not let us in, because our key is missing or rejected. [`Failure::Inconsistent`] when what it
    /// knows under the key is not this command.
    fn perform(
        &self,
        command: &GatewayCommand,
    ) -> impl Future<Output = Result<Option<EffectOutcome>, Failure>> + Send;

    /// Looks up what has become of an effect, whatever attempt did it; none when it has not happened.
    ///
    /// # Errors
    /// [`Failure::Gateway`].
    fn find(
        &self,
        command: &GatewayCommand,
    ) -> impl Future<Output = Result<Option<EffectOutcome>, Failure>> + Send;

    /// What the gateway says of a payment now, as webhooks tell of it: nothing, while it waits for the customer. None: it does
    /// not know the payment.
    ///
    /// # Errors
    /// [`Failure::Gateway`].
    fn payment(
        &self,
        intent: &str,
    ) -> impl Future<Output = Result<Option<Vec<Inbound>>, Failure>> + Send;

    /// A page of what the gateway has recorded at `since` or later, newest first; `after`: [`EventPage::next`] of the page
    /// before. None: no gateway is connected.
    ///
    /// # Errors
    /// [`Failure::Gateway`].
    fn events(
        &self,
        since: Timestamp,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Option<EventPage>, Failure>> + Send;

    /// A page of the objects of a kind that were made in a span of time, newest first; `after`: the id of the object after
    /// which it begins. None: no gateway is connected.
    ///
    /// # Errors
    /// [`Failure::Gateway`].
    fn list(
        &self,
        kind: ObjectKind,
        made: Made,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Option<RecordPage>, Failure>> + Send;

    /// An object as it is now. None: the gateway does not know it.
    ///
    /// # Errors
    /// [`Failure::Gateway`].
    fn look_up(
        &self,
        object: &GatewayObject,
    ) -> impl Future<Output = Result<Option<GatewayRecord>, Failure>> + Send;
}
