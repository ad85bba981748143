//! Gives money back, or says what giving it back would mean.

use app::{
    access::Permission,
    ports::{Clock, IdGenerator, Store},
    usecases::refund::{AskedRefund, preview, refund},
    views::refunds::RequestedRefundView,
};
use domain::{
    ids::{LineId, OrderId},
    order::{RefundReason, RefundRequest, RefundUnits},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    call::Call,
    examples, extract,
    problem::Problem,
    query::Query,
    response::{Response, json, mark_replayed},
    route::{Body, Operation, Route, WRITE, schema},
};

pub(crate) const ROUTE: Route = Route {
    operation: Operation::RefundOrder,
    name: "refundOrder",
    path: "/api/oms/orders/{id}/refunds",
    permissions: &[Permission::RefundOrders],
    summary: "Give back what units or shipping cost, or an amount; much goodwill waits for a second person",
    query: &["preview"],
    body: Some(Body {
        name: "RefundOrder",
        schema: schema::<RefundBody>,
        example: examples::REFUND,
    }),
    answer: schema::<RequestedRefundView>,
    refusals: &[
        (404, &["not_found"]),
        (409, &["refund_amount", "disputed", "not_commanded"]),
        (422, &["unknown_line", "bad_quantity", "invalid_note"]),
    ],
    ..WRITE
};

/// What to give back: units, shipping, an amount, or several of them. Amounts are minor units of the order's currency; all of
/// it together is at most `money.refundable` of the order, and `money.open_on_account` of one on account: what is not paid
/// is not given back, so much less is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBody {
    /// Units that are refunded although they are neither cancelled nor returned. What they cost goes back, and their
    /// shipping as the order's terms say.
    #[serde(default)]
    pub lines: Vec<RefundBodyLine>,
    /// Of the price of shipping, at most `money.refundable_shipping`.
    #[serde(default)]
    pub shipping: i64,
    /// An amount: what is owed and not asked for counts first, the rest is goodwill.
    #[serde(default)]
    pub amount: i64,
    /// What is kept of what the lines and the shipping are worth, not more than that.
    #[serde(default)]
    pub restocking_fee: i64,
    /// Why; `OTHER` by default.
    #[serde(default)]
    pub reason: Option<RefundReason>,
    /// Free text; it stays in the order's history.
    #[serde(default)]
    pub note: Option<String>,
}

/// Units of one line to refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBodyLine {
    /// The line's id.
    pub line: LineId,
    /// The number of units.
    pub quantity: u32,
}

impl RefundBody {
    fn asked(self, credits_max: Option<i64>) -> Result<AskedRefund, Problem> {
        let note = extract::note(self.note)?;
        if self
            .reason
            .as_ref()
            .is_some_and(|reason| !reason.is_known())
        {
            return Err(extract::unknown("reason", RefundReason::KNOWN));
        }
        let lines = self.lines.into_iter().map(|line| RefundUnits {
            line: line.line,
            units: line.quantity,
        });
        Ok(AskedRefund {
            refund: RefundRequest {
                lines: lines.collect(),
                shipping: self.shipping,
                amount: self.amount,
                restocking_fee: self.restocking_fee,
                reason: self.reason,
            },
            credits_max,
            note,
        })
    }
}

pub(crate) async fn handle(
    call: &Call<'_, impl Store, impl Clock + IdGenerator>,
) -> Result<Response, Problem> {
    let id: OrderId = extract::id(call.parameter("id"), "order")?;
    let query = Query::of(call.request, ROUTE.query)?;
    let is_preview = query.switch("preview")?;
    let actor = call.principal.actor();
    let credits_max = call.settings.goodwill.of(&call.principal);
    if is_preview {
        let asked = extract::document::<RefundBody>(call.request)?.asked(credits_max)?;
        let refund = preview(call.store, call.env, id, &asked, &actor).await?;
        return Ok(json(200, &RequestedRefundView::of(&refund, true))?);
    }
    let key = extract::key(&call.principal, call.request)?;
    let asked = extract::document::<RefundBody>(call.request)?.asked(credits_max)?;
    let requested = refund(call.store, call.env, id, &asked, &key, &actor).await?;
    let view = RequestedRefundView::of(&requested.value, false);
    Ok(mark_replayed(json(200, &view)?, requested.replayed))
}
