//! The account: its intents and refunds, and what each request does to them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    error::ApiError, intents::Intent, ledger::Ledger, ledger::LedgerRefund, params::Params,
    refunds::Refund, taxes::Taxes,
};
use crate::outcome::StoryError;

#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) intents: BTreeMap<String, Intent>,
    pub(super) refunds: Vec<Refund>,
    pub(super) taxes: Taxes,
    /// New refunds are pending, as those of some payment methods are.
    pub(super) refunds_take_time: bool,
}

/// What a request has led to: the object to answer with, and the type of the event that tells of it.
pub(super) type Done = (Value, Option<&'static str>);

impl Account {
    /// Carries out a request. `path` has no query.
    pub(super) fn handle(
        &mut self,
        method: &str,
        path: &str,
        form: &str,
    ) -> Result<Done, ApiError> {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (method, segments.as_slice()) {
            ("POST", ["v1", "refunds"]) => self.refund(form),
            ("GET", ["v1", "refunds"]) => self.list(form),
            ("GET", ["v1", "payment_intents", id]) => {
                let found = self.intent(id)?;
                let mut shown = object(found.object())?;
                let params = Params::decode(form, &["expand[]"])?;
                if params.all("expand[]").contains(&"latest_charge") && found.amount > 0 {
                    shown["latest_charge"] = object(found.charge())?;
                }
                Ok((shown, None))
            }
            ("POST", ["v1", "payment_intents", id, "capture"]) => {
                let params = Params::decode(form, &["amount_to_capture", "final_capture"])?;
                let is_final = params.text("final_capture") != Some("false");
                let amount = match params.text("amount_to_capture") {
                    Some("0") => Some(0),
                    _ => params.amount("amount_to_capture")?,
                };
                self.change(id, |intent| intent.capture(amount, is_final))
            }
            ("POST", ["v1", "payment_intents", id, "cancel"]) => {
                Params::decode(form, &["cancellation_reason"])?;
                self.change(id, Intent::cancel)
            }
            ("GET", ["v1", "tax", "transactions", id]) => self.taxes.transaction(id),
            ("GET", ["v1", "tax", "transactions", id, "line_items"]) => {
                self.taxes.line_items(id, form)
            }
            ("POST", ["v1", "tax", "transactions", "create_reversal"]) => self.taxes.reverse(form),
            _ => Err(ApiError::missing("route")),
        }
    }

    fn refund(&mut self, form: &str) -> Result<Done, ApiError> {
        let params = Params::decode(form, &["payment_intent", "amount", "reason"])?;
        let id = params.required("payment_intent")?;
        let amount = params.amount("amount")?;
        let intent = self.intent(id)?.clone();
        let left = intent.received.saturating_sub(self.refunded(id));
        let amount = amount.unwrap_or(left);
        if intent.received > 0 && left == 0 {
            return Err(ApiError::refused(
                "charge_already_refunded",
                "all of it was refunded",
            ));
        }
        if amount > left {
            return Err(ApiError::too_large("more than is left of the charge"));
        }
        let refund = Refund {
            id: format!("re_{}{}", id.trim_start_matches("pi_"), self.refunds.len()),
            intent: intent.id,
            currency: intent.currency,
            amount,
            status: if self.refunds_take_time {
                "pending"
            } else {
                "succeeded"
            },
            metadata: params.metadata(),
        };
        let made = object(refund.object())?;
        self.refunds.push(refund);
        Ok((made, Some("refund.created")))
    }

    /// A page of refunds, newest first.
    fn list(&self, query: &str) -> Result<Done, ApiError> {
        let params = Params::decode(query, &["payment_intent", "limit", "starting_after"])?;
        if let Some(intent) = params.text("payment_intent") {
            self.intent(intent)?;
        }
        let of_intent = |refund: &&Refund| {
            let intent = params.text("payment_intent");
            intent.is_none_or(|intent| refund.intent == intent)
        };
        let mut found: Vec<&Refund> = self.refunds.iter().rev().filter(of_intent).collect();
        if let Some(after) = params.text("starting_after") {
            let position = found.iter().position(|refund| refund.id == after);
            let position = position.ok_or_else(|| ApiError::missing("refund"))?;
            found.drain(..=position);
        }
        let limit = params.amount("limit")?.unwrap_or(10).min(100);
        let limit = usize::try_from(limit).unwrap_or(10);
        let page = found
            .iter()
            .take(limit)
            .map(|refund| object(refund.object()));
        let page = page.collect::<Result<Vec<Value>, ApiError>>()?;
        let list = json!({
            "object": "list", "url": "/v1/refunds", "has_more": found.len() > page.len(), "data": page,
        });
        Ok((list, None))
    }

    fn change(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Intent) -> Result<(), ApiError>,
    ) -> Result<Done, ApiError> {
        let intent = self.intents.get_mut(id);
        let intent = intent.ok_or_else(|| ApiError::missing("payment_intent"))?;
        change(intent)?;
        Ok((object(intent.object())?, Some(intent.event())))
    }

    fn intent(&self, id: &str) -> Result<&Intent, ApiError> {
        let found = self.intents.get(id);
        found.ok_or_else(|| ApiError::missing("payment_intent"))
    }

    fn refunded(&self, intent: &str) -> i64 {
        let of_intent = |refund: &&Refund| refund.intent == intent && refund.is_live();
        let amounts = self.refunds.iter().filter(of_intent).map(|r| r.amount);
        amounts.fold(0, i64::saturating_add)
    }

    pub(super) fn ledger(&self) -> Ledger {
        let captured = self.intents.values().filter(|intent| intent.received > 0);
        let cancelled = self.intents.values().filter(|intent| intent.cancelled);
        let refunds = self.refunds.iter().map(|refund| LedgerRefund {
            id: refund.id.clone(),
            intent: refund.intent.clone(),
            amount: refund.amount,
            status: refund.status,
            effect: refund.metadata.get("oms_effect").cloned(),
        });
        Ledger {
            captured: captured.map(|i| (i.id.clone(), i.received)).collect(),
            cancelled: cancelled.map(|intent| intent.id.clone()).collect(),
            refunds: refunds.collect(),
        }
    }
}

/// The object, or a server error when it cannot be made of its sample.
fn object(made: Result<Value, StoryError>) -> Result<Value, ApiError> {
    made.map_err(|_| ApiError::internal())
}
