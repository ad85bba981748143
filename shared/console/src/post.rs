//! Forms: each becomes the API's own request, which [`web::serve`] answers in this process.
//!
//! A form below `/console/orders/` is sent to the path that the API has below `/api/oms/orders/`. What it asks for keeps the
//! idempotency key that was made with the form: sent twice, it has one effect, and the page says so both times.

use app::{
    ports::{AccessVia, Clock, DeadLetterQueues, IdGenerator, Store},
    usecases::reveal::{Access, AccessReason},
};
use domain::ids::OrderId;
use http::Request;
use serde_json::{Map, Value, json};
use web::{Scope, problem::Problem};

use crate::{
    exceptions,
    format::parse_amount,
    lists, order, queues,
    refusal::Refusal,
    respond::see_other,
    stock,
    submitted::{Submitted, query},
    visit::{Answer, Visit},
};

/// The API's answer to what a form asks for.
pub(crate) enum Outcome {
    Done(Value),
    Refused(Refusal),
}

/// Does what a form asks for, and leads to the page that shows it; or shows the page as it is now, with the reason.
pub(crate) async fn submit(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator + DeadLetterQueues>,
    path: &str,
) -> Answer {
    let sent = Submitted::of_body(visit.request);
    if path == "/console/stock/adjustments" {
        return match api(
            visit,
            "/api/oms/stock/adjustments",
            &sent,
            stock::body(&sent),
        )
        .await
        {
            Outcome::Done(_) => {
                let target = query([("sku", sent.get("sku")), ("done", Some("adjustment"))]);
                Ok(see_other(&format!("/console/stock{target}")))
            }
            Outcome::Refused(refusal) => stock::show(visit, Some((&sent, &refusal))).await,
        };
    }
    if path.starts_with("/console/unmatched_payments/close/") {
        let target = path.replacen("/console/", "/api/oms/", 1);
        return match api(visit, &target, &sent, body("close_payment", &sent)).await {
            Outcome::Done(_) => Ok(see_other("/console/unmatched?done=close")),
            Outcome::Refused(refusal) => lists::unmatched(visit, Some(&refusal)).await,
        };
    }
    if let Some(queue) = path
        .strip_prefix("/console/queues/")
        .and_then(|rest| rest.strip_suffix("/redrive"))
    {
        let target = format!("/api/oms/queues/{queue}/redrive");
        return match api(visit, &target, &sent, Ok(None)).await {
            Outcome::Done(done) => {
                let moved = done.get("moved").map(Value::to_string);
                let moved = query([("moved", moved.as_deref())]);
                Ok(see_other(&format!("/console/queues/{queue}{moved}")))
            }
            Outcome::Refused(refusal) => queues::show(visit, Some(queue), Some(&refusal)).await,
        };
    }
    if path.starts_with("/console/locations/") {
        let target = path.replacen("/console/", "/api/oms/", 1);
        // The SKU comes last in this path.
        let action = path.rsplit('/').nth(1).unwrap_or_default();
        return match api(visit, &target, &sent, body(action, &sent)).await {
            Outcome::Done(_) => {
                let done = query([("done", Some(action))]);
                Ok(see_other(&format!("/console/exceptions{done}")))
            }
            Outcome::Refused(refusal) => exceptions::show(visit, Some(&refusal)).await,
        };
    }
    let Some((id, action)) = path
        .strip_prefix("/console/orders/")
        .and_then(|rest| rest.split_once('/'))
    else {
        return Err(Problem::not_found("There is no such form."));
    };
    if action == "reveal" {
        return match reveal(visit, id, &sent).await? {
            Ok(()) => Ok(see_other(&format!("/console/orders/{id}?done=reveal"))),
            Err(refusal) => order::refused(visit, id, path, &sent, &refusal).await,
        };
    }
    let is_preview = sent.get("preview") == Some("true");
    let suffix = if is_preview { "?preview=true" } else { "" };
    let target = format!("/api/oms/orders/{id}/{action}{suffix}");
    match api(visit, &target, &sent, body(action, &sent)).await {
        Outcome::Done(value) if is_preview => {
            order::previewed(visit, id, path, &sent, &value).await
        }
        Outcome::Done(value) if action == "cancel" && is_nothing(&value) => {
            let refusal = Refusal {
                status: 409,
                code: "nothing_to_cancel".to_owned(),
                detail: "Nothing is left of that to cancel: it was cancelled before, or its location was asked."
                    .to_owned(),
                field: None,
                details: Vec::new(),
            };
            order::refused(visit, id, path, &sent, &refusal).await
        }
        Outcome::Done(_) => {
            let done = action.rsplit('/').next();
            Ok(see_other(&format!(
                "/console/orders/{id}{}",
                query([("done", done)])
            )))
        }
        Outcome::Refused(refusal) => order::refused(visit, id, path, &sent, &refusal).await,
    }
}

/// Writes into the access log that the user sees the personal data of an order from now on, and why.
async fn reveal(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    id: &str,
    sent: &Submitted,
) -> Result<Result<(), Refusal>, Problem> {
    let no_order = || Problem::not_found("There is no such order.");
    let id: OrderId = id.parse().map_err(|_| no_order())?;
    visit.store.load(id).await?.ok_or_else(no_order)?;
    let reason = sent.get("reason").unwrap_or_default();
    let reason: AccessReason = match reason.parse() {
        Ok(reason) => reason,
        Err(bad) => {
            let detail = format!("Say why you want to see personal data: {bad}.");
            return Ok(Err(Refusal {
                code: "bad_reason".to_owned(),
                ..malformed(Some("reason"), &detail)
            }));
        }
    };
    let days = visit.settings.access_log_days();
    let reader = &visit.session.principal;
    let Some(access) = Access::of(reader, reason, AccessVia::Console, days) else {
        let detail = "None of your roles may see personal data.";
        return Err(Problem::new(403, "forbidden", detail));
    };
    access.log(visit.store, visit.env, Some(id)).await?;
    Ok(Ok(()))
}

/// Has the API answer a request with this body.
async fn api(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator + DeadLetterQueues>,
    target: &str,
    sent: &Submitted,
    body: Result<Option<Value>, Refusal>,
) -> Outcome {
    let body = match body {
        Ok(body) => body.map(|body| body.to_string()).unwrap_or_default(),
        Err(refusal) => return Outcome::Refused(refusal),
    };
    let request = Request::post(target)
        .header("content-type", "application/json")
        .header("idempotency-key", sent.get("key").unwrap_or_default())
        .extension(visit.session.principal.clone())
        .body(body.into_bytes());
    let Ok(request) = request else {
        return Outcome::Refused(malformed(None, "The form cannot be read."));
    };
    let scope = if target.ends_with("/cancel") {
        Scope::Cancellation
    } else {
        Scope::Api
    };
    let response = web::serve(visit.store, visit.env, visit.settings, &request, scope).await;
    let value: Value = serde_json::from_str(response.body()).unwrap_or_default();
    if response.status().is_success() {
        return Outcome::Done(value);
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Outcome::Refused(Refusal {
        status: response.status().as_u16(),
        code: text("code").unwrap_or_default(),
        detail: text("detail").unwrap_or_default(),
        field: text("field"),
        details: winners(&value),
    })
}

/// Whether a cancellation has cancelled nothing and asked no location: all of it was cancelled, or asked for, before.
fn is_nothing(cancellation: &Value) -> bool {
    let lines = cancellation.get("lines").and_then(Value::as_array);
    lines.into_iter().flatten().all(|line| {
        let asked = line.get("requested").and_then(Value::as_array);
        line.get("cancelled").and_then(Value::as_u64) == Some(0) && asked.is_none_or(Vec::is_empty)
    })
}

/// Who was first, of a cancellation that came too late.
fn winners(problem: &Value) -> Vec<String> {
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned();
    let mut winners = Vec::new();
    for line in list(problem, "lines").unwrap_or_default() {
        for refused in list(&line, "refused").unwrap_or_default() {
            let text = |value: &Value, name: &str| {
                let found = value.get(name).and_then(Value::as_str);
                found.unwrap_or_default().to_owned()
            };
            let units = refused
                .get("units")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            winners.push(format!(
                "Line {}, {}: {units} of its units are {} by {} since {}.",
                text(&line, "line"),
                text(&line, "sku"),
                text(&refused, "winner").replace("picking", "picked"),
                text(&refused, "by"),
                text(&refused, "at"),
            ));
        }
    }
    winners
}

fn malformed(field: Option<&str>, detail: &str) -> Refusal {
    Refusal {
        status: 400,
        code: "malformed".to_owned(),
        detail: detail.to_owned(),
        field: field.map(str::to_owned),
        details: Vec::new(),
    }
}

/// The body of the API's request for an action; none for one that has no body.
fn body(action: &str, sent: &Submitted) -> Result<Option<Value>, Refusal> {
    let mut body = Body {
        sent,
        fields: Map::new(),
    };
    match action.rsplit('/').next().unwrap_or_default() {
        "cancel" => {
            body.chosen("reason", "Choose a reason.")?;
            body.text(&["note"]);
            body.amounts(&["restocking_fee"])?;
            let lines = body.lines("quantity")?;
            // No line stands for the whole order in the API: here that must be said.
            let is_whole = sent.get("whole").is_some();
            if is_whole == lines.is_empty() {
                body.fields.insert("lines".to_owned(), json!(lines));
            } else {
                let detail = "Say how many units of which lines, or the whole order; not both.";
                return Err(malformed(Some("whole"), detail));
            }
        }
        "refunds" => {
            body.text(&["reason", "note"]);
            body.amounts(&["amount", "shipping", "restocking_fee"])?;
            let lines = body.lines("quantity")?;
            body.fields.insert("lines".to_owned(), json!(lines));
        }
        "hold" => {
            body.text(&["kind"]);
            if let Some(until) = sent.get("until") {
                // A browser sends the time without seconds and zone.
                body.fields
                    .insert("until".to_owned(), json!(format!("{until}:00Z")));
            }
        }
        "close_payment" => body.text(&["note"]),
        "release" => body.text(&["handle"]),
        "close" => {
            body.chosen("outcome", "Choose how it ended.")?;
            body.text(&["note"]);
        }
        "payments" => {
            body.text(&["kind", "reference", "note"]);
            body.amounts(&["amount"])?;
        }
        "record" | "in_transit" | "out_for_delivery" | "deliver" | "returned_to_sender" => {
            body.text(&["reference"]);
        }
        "exception" => body.text(&["reference", "reason"]),
        "reject" | "cancel_refuse" => body.text(&["reason"]),
        "ship" => {
            body.text(&["reference", "carrier", "tracking"]);
            let is_last = sent.get("last").is_some();
            body.fields.insert("last".to_owned(), json!(is_last));
        }
        // Taking an exception, trying an effect again, and steps of a fulfillment order that say nothing more.
        _ => return Ok(None),
    }
    Ok(Some(Value::Object(body.fields)))
}

/// A body that is put together from the fields of a form. Fields that are empty are left out.
pub(crate) struct Body<'a> {
    pub(crate) sent: &'a Submitted,
    pub(crate) fields: Map<String, Value>,
}

impl Body<'_> {
    fn text(&mut self, names: &[&str]) {
        for name in names {
            if let Some(value) = self.sent.get(name) {
                self.fields.insert((*name).to_owned(), json!(value));
            }
        }
    }

    /// A choice that must have been made.
    fn chosen(&mut self, name: &str, detail: &str) -> Result<(), Refusal> {
        if self.sent.get(name).is_none() {
            return Err(malformed(Some(name), detail));
        }
        self.text(&[name]);
        Ok(())
    }

    /// Amounts are written in the currency's major unit; the form holds its decimals.
    fn amounts(&mut self, names: &[&str]) -> Result<(), Refusal> {
        let decimals = self.sent.get("decimals").and_then(|text| text.parse().ok());
        for name in names {
            if let Some(text) = self.sent.get(name) {
                let amount = decimals.and_then(|decimals: u32| parse_amount(text, decimals.min(4)));
                let detail = "Write an amount as 12 or 12.50, with the decimals of the currency.";
                let amount = amount.ok_or_else(|| malformed(Some(name), detail))?;
                self.fields.insert((*name).to_owned(), json!(amount));
            }
        }
        Ok(())
    }

    /// The lines with a number of units: fields named `line.` and the line's id.
    fn lines(&self, quantity: &str) -> Result<Vec<Value>, Refusal> {
        let mut lines = Vec::new();
        for (line, units) in self.sent.with_prefix("line.") {
            if units.is_empty() || units == "0" {
                continue;
            }
            let field = format!("line.{line}");
            let units: u32 = units
                .parse()
                .map_err(|_| malformed(Some(&field), "Write a number of units."))?;
            lines.push(json!({ "line": line, quantity: units }));
        }
        Ok(lines)
    }
}
