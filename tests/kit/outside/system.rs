//! The system as it is seen from outside: webhooks in, requests out, the API. The only file here that knows its types.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    access::{Principal, Role},
    bus::subscriptions::Consumer,
    failure::MessageOutcome,
    ports::{ConfigStore, OrderStore, ProviderRequest, StockStore},
    usecases::{placement_defaults::DuplicateHold, refund::RequestedRefund},
    views::{
        accounts::AccountView, order_detail::OrderDetail, refunds::RequestedRefundView,
        stock::StockView,
    },
};
use connect::{Headers, ParsedWebhook, Secrets, SignedRequest, registry, signature};
use domain::{
    ids::OrderId,
    invariants::{Snapshot, check, owed_drains},
    location::Location,
    order::OVERDUE_LOOK_S,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::agenda::{Sender, Webhook};
use crate::{audit, redelivery::Crash, world::World};

/// A secret of the form that both schemes take.
const SECRET: &str = "whsec_YW5vdGhlciBzZWNyZXQgb2YgYmVybGlu";

/// A request as its location receives it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) location: String,
    /// Its `webhook-id`.
    pub(super) id: String,
    pub(super) body: String,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Handled {
    Done,
    /// The rules refuse it; the code.
    Refused(String),
    /// Not due before that time.
    Later(Timestamp),
    /// Not possible now, or before that time; at last it is left to the sweep.
    Postponed(Option<Timestamp>),
    /// What it follows is not here yet; the code.
    Early(String),
    /// Left on its queue; the code.
    Again(String),
    /// It can never succeed; the code.
    Never(String),
}

/// The system under test.
pub(super) struct System<'w> {
    pub(super) world: &'w mut World,
    locations: BTreeMap<String, Location>,
}

impl<'w> System<'w> {
    pub(super) fn new(world: &'w mut World) -> Self {
        Self {
            world,
            locations: BTreeMap::new(),
        }
    }

    /// Sets up a warehouse that requests are sent to.
    pub(super) async fn set_up(&mut self, location: &str) {
        self.world.warehouse(location).await;
        let known = self.world.store.locations().await.expect("locations");
        self.locations = known.into_iter().map(|l| (l.id.to_string(), l)).collect();
    }

    /// Verifies and reads a webhook as intake does, and gives the body of the message that it enqueues; none when the
    /// webhook is of a type that is ignored.
    pub(super) fn intake(&self, webhook: &Webhook) -> Result<Option<String>, String> {
        let (now, body) = (self.world.now(), webhook.body.as_bytes());
        let secrets = Secrets::new([SECRET]);
        let unsigned = |error| format!("cannot be signed: {error:?}");
        let (path, headers) = match webhook.sender {
            Sender::Gateway => {
                let signed = signature::stripe::sign(&secrets, now, body).map_err(unsigned)?;
                (vec!["stripe"], vec![("stripe-signature", signed)])
            }
            Sender::Location(location) => {
                let signed = signature::standard::sign(&secrets, &webhook.id, now, body);
                (vec!["wms", location], signed.map_err(unsigned)?.to_vec())
            }
        };
        let endpoint = registry::find(&path).ok_or("no such endpoint")?;
        let headers: Headers<'_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let request = SignedRequest {
            headers: &headers,
            body,
        };
        match endpoint.receive(&request, &secrets, now) {
            Ok(ParsedWebhook::Fact(inbound)) => {
                Ok(Some(serde_json::to_string(&inbound).expect("JSON")))
            }
            Ok(ParsedWebhook::Ignored { .. }) => Ok(None),
            Err(rejection) => Err(rejection.to_string()),
        }
    }

    /// A function handles a message; its process may die.
    pub(super) async fn handle(
        &mut self,
        consumer: Consumer,
        body: &str,
        crash: Option<Crash>,
    ) -> Handled {
        match self.world.deliver_once(consumer, body, crash).await {
            MessageOutcome::Done => Handled::Done,
            MessageOutcome::Refused(rejection) => {
                Handled::Refused(rejection.code.as_str().to_owned())
            }
            MessageOutcome::Postponed(_, until) => Handled::Postponed(until),
            MessageOutcome::Later(until) => Handled::Later(until),
            MessageOutcome::TooEarly(failure) => Handled::Early(failure.code().to_owned()),
            MessageOutcome::Failed(failure) => {
                let code = failure.code().to_owned();
                if failure.is_permanent() {
                    Handled::Never(code)
                } else {
                    Handled::Again(code)
                }
            }
        }
    }

    /// Requests sent since the last time, as JSON.
    pub(super) fn requests(&self) -> Vec<Request> {
        let sent = self.world.take_requests().into_iter();
        sent.filter_map(|sent| {
            let location = self.locations.get(sent.location.as_str())?;
            let writer = registry::requests_to(location)?;
            let body = match &sent.request {
                ProviderRequest::Fulfill {
                    order,
                    fulfillment_order,
                    contact,
                } => (writer.fulfillment)(order, *fulfillment_order, contact),
                ProviderRequest::Cancel {
                    order,
                    fulfillment_order,
                    requested_at,
                } => (writer.cancellation)(order, *fulfillment_order, *requested_at),
            };
            Some(Request {
                location: sent.location.to_string(),
                id: sent.id,
                body: body.expect("JSON")?,
            })
        })
        .collect()
    }

    pub(super) fn unreachable(&self, location: &str) {
        let location = location.parse().expect("a location");
        self.world.provider.inner.set_unreachable(location);
    }

    pub(super) fn reachable_again(&self) {
        self.world.provider.inner.set_all_reachable();
    }

    /// The order as an administrator sees it in the API.
    pub(super) async fn order_view(&self, id: OrderId) -> Value {
        let store = &self.world.store;
        let order = store.load(id).await.expect("a store").expect("an order");
        let history = store.history(id).await.expect("a history");
        let principal = Principal {
            subject: "judge".to_owned(),
            roles: [Role::Admin].into(),
            locations: BTreeSet::new(),
        };
        let view = OrderDetail::of(&order, &history, None, true, &principal, self.world.now());
        serde_json::to_value(view).expect("JSON")
    }

    /// How often the order was written.
    pub(super) async fn version(&self, id: OrderId) -> u64 {
        let order = self.world.store.load(id).await.expect("a store");
        order.expect("an order").state.version
    }

    /// Possible duplicates are held from here on.
    pub(super) fn holds_duplicates(&mut self) {
        self.world.defaults.duplicate_hold = DuplicateHold::On;
    }

    pub(super) fn are_duplicates_held(&self) -> bool {
        self.world.defaults.duplicate_hold == DuplicateHold::On
    }

    /// What an account owes in a currency as the API shows it, minor units.
    pub(super) async fn account_open(&self, account: &str, currency: &str) -> i64 {
        let account = self.world.account(account).await;
        let view = serde_json::to_value(AccountView::of(&account)).expect("JSON");
        let mut balances = view["balances"].as_array().into_iter().flatten();
        let found = balances.find(|balance| balance["currency"] == currency);
        found.and_then(|found| found["open"].as_i64()).unwrap_or(0)
    }

    /// The stock of a SKU as the API shows it.
    pub(super) async fn stock_view(&self, sku: &str) -> Value {
        let sku = sku.parse().expect("a SKU");
        let stock = self.world.store.sku(&sku).await.expect("a view");
        serde_json::to_value(StockView::of(sku, &stock)).expect("JSON")
    }

    /// Levels that an exception asks to count.
    pub(super) async fn levels_to_count(&self) -> Vec<(String, String)> {
        let open = self.world.stock_exceptions().await.into_iter();
        open.map(|e| (e.location.to_string(), e.sku.to_string()))
            .collect()
    }

    /// What the checker of the rules finds over the whole table.
    pub(super) async fn broken_rules(&self) -> Vec<String> {
        let world = &*self.world;
        let table = world.table().await;
        let locations = world.store.locations().await.expect("locations");
        let rules = world.store.rules().await.expect("rules");
        let mut broken: Vec<String> = check(&table).iter().map(|v| format!("{v:?}")).collect();
        let owed = owed_drains(&table, &locations, &rules);
        broken.extend(owed.iter().map(ToString::to_string));
        broken
    }
}

/// What the API answers who asks for a refund, or tries one out, without when that was.
pub(super) fn refund_view(refund: &RequestedRefund, is_preview: bool) -> Value {
    let view = RequestedRefundView::of(refund, is_preview);
    let mut view = serde_json::to_value(view).expect("JSON");
    let proposed = view.pointer_mut("/money/proposed_refunds");
    let proposed = proposed.and_then(Value::as_array_mut);
    for proposed in proposed.into_iter().flatten() {
        proposed["at"] = Value::Null;
    }
    view
}

impl World {
    async fn table(&self) -> Snapshot {
        let (orders, movements) = self.published();
        // The sweep was there when the last pauses were over, which are longer.
        let seconds = i64::from(self.shown_after.overdue_s).saturating_add(OVERDUE_LOOK_S);
        let shown_before = self.now().checked_sub(SignedDuration::from_secs(seconds));
        Snapshot {
            overdue_shown_before: shown_before.ok(),
            ..audit::read(&self.store, orders, movements).await
        }
    }
}
