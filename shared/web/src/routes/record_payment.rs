//! Records that money has come which no payment gateway tells of.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::record_payment::{ReceivedPayment, record_payment},
    views::recorded::RecordedView,
};
use domain::{ids::OrderId, order::TenderKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    response::{Response, json, mark_replayed},
    route::{Body, Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::RecordPayment,
    name: "recordPayment",
    path: "/api/oms/orders/{id}/payments",
    permissions: &[Permission::RecordPayments],
    summary: "Record that money has come, to a bank account or elsewhere",
    body: Some(Body {
        name: "RecordPayment",
        schema: schema::<RecordPaymentBody>,
        example: examples::PAYMENT,
    }),
    answer: schema::<RecordedView>,
    refusals: &[
        (404, &["not_found"]),
        (409, &["already_recorded", "payment_reference_taken"]),
        (422, &["payment_amount", "bad_reference", "invalid_note"]),
    ],
    ..WRITE
};

/// Money that has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordPaymentBody {
    /// How it came.
    pub kind: TenderKind,
    /// Its name where it came from, such as the bank's id of the transfer: 1 to 64 visible ASCII characters, no personal data.
    /// A second payment of this kind and reference is refused.
    pub reference: String,
    /// What has come, minor units of the order's currency.
    pub amount: i64,
    /// Free text; it stays in the order's history, for those who may read personal data.
    #[serde(default)]
    pub note: Option<String>,
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let key = extract::key(&call.principal, call.request)?;
    let body: RecordPaymentBody = extract::document(call.request)?;
    if !body.kind.is_known() {
        return Err(extract::unknown("kind", TenderKind::KNOWN));
    }
    let received = ReceivedPayment {
        kind: body.kind,
        reference: body.reference,
        amount: body.amount,
        note: extract::note(body.note)?,
    };
    let actor = call.principal.actor();
    let recorded = record_payment(call.store, call.env, id, &received, &key, &actor).await?;
    let view = RecordedView::of(&recorded.value);
    Ok(mark_replayed(json(200, &view)?, recorded.replayed))
}
