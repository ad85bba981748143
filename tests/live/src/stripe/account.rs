//! The account: its intents and refunds, and what each request does to them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    disputes::Dispute, error::ApiError, intents::Intent, ledger::Ledger, ledger::LedgerRefund,
    lists::page, params::Params, refunds::Refund, taxes::Taxes,
};
use crate::outcome::StoryError;

#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) intents: BTreeMap<String, Intent>,
    pub(super) refunds: Vec<Refund>,
    pub(super) disputes: Vec<Dispute>,
    pub(super) taxes: Taxes,
    /// New refunds are pending, as those of some payment methods are.
    pub(super) refunds_take_time: bool,
}

/// What a request has led to: the object to answer with, and the type of the event that tells of it.
pub(super) type Done = (Value, Option<&'static str>);

impl Account {
    /// Carries out a request. `path` has no query; what is made is of the time `now_s`, Unix seconds.
    pub(super) fn handle(
        &mut self,
        method: &str,
        path: &str,
        form: &str,
        now_s: i64,
    ) -> Result<Done, ApiError> {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (method, segments.as_slice()) {
            ("POST", ["v1", "refunds"]) => self.refund(form, now_s),
            ("GET", ["v1", "refunds"]) => self.list_refunds(form),
            ("GET", ["v1", "refunds", id]) => {
                let found = self.refunds.iter().find(|refund| refund.id == *id);
                let found = found.ok_or_else(|| ApiError::missing("refund"))?;
                Ok((object(found.object())?, None))
            }
            ("GET", ["v1", "disputes"]) => self.list_disputes(form),
            ("GET", ["v1", "disputes", id]) => {
                let found = self.disputes.iter().find(|dispute| dispute.id == *id);
                let found = found.ok_or_else(|| ApiError::missing("dispute"))?;
                Ok((object(found.object())?, None))
            }
            ("GET", ["v1", "payment_intents"]) => self.list_intents(form),
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
            ("POST", ["v1", "tax", "calculations"]) => {
                self.taxes.calculations.calculate(form, now_s)
            }
            ("GET", ["v1", "tax", "calculations", id, "line_items"]) => {
                self.taxes.calculations.line_items(id, form)
            }
            ("GET", ["v1", "tax", "transactions", id]) => self.taxes.transaction(id),
            ("GET", ["v1", "tax", "transactions", id, "line_items"]) => {
                self.taxes.line_items(id, form)
            }
            ("POST", ["v1", "tax", "transactions", "create_reversal"]) => self.taxes.reverse(form),
            _ => Err(ApiError::missing("route")),
        }
    }

    fn refund(&mut self, form: &str, now_s: i64) -> Result<Done, ApiError> {
        let params = Params::decode(form, &["payment_intent", "amount", "reason"])?;
        let id = params.required("payment_intent")?;
        let amount = params.amount("amount")?;
        let intent = self.intent(id)?.clone();
        let left = intent.received.saturating_sub(self.refunded(id));
        let amount = amount.unwrap_or(left);
        intent.moves(amount, "amount")?;
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
            created_s: now_s,
        };
        let made = object(refund.object())?;
        self.refunds.push(refund);
        Ok((made, Some("refund.created")))
    }

    fn list_intents(&self, query: &str) -> Result<Done, ApiError> {
        let params = Params::decode(
            query,
            &["created[gte]", "created[lt]", "limit", "starting_after"],
        )?;
        let mut found: Vec<&Intent> = self.intents.values().collect();
        found.sort_by_key(|intent| (intent.created_s, &intent.id));
        let found = found.into_iter().rev();
        let objects = found.map(|intent| object(intent.object()));
        page("/v1/payment_intents", objects, &params)
    }

    fn list_refunds(&self, query: &str) -> Result<Done, ApiError> {
        let known = [
            "created[gte]",
            "created[lt]",
            "payment_intent",
            "limit",
            "starting_after",
        ];
        let params = Params::decode(query, &known)?;
        if let Some(intent) = params.text("payment_intent") {
            self.intent(intent)?;
        }
        let of_intent = |refund: &&Refund| {
            let intent = params.text("payment_intent");
            intent.is_none_or(|intent| refund.intent == intent)
        };
        let found = self.refunds.iter().rev().filter(of_intent);
        let objects = found.map(|refund| object(refund.object()));
        page("/v1/refunds", objects, &params)
    }

    fn list_disputes(&self, query: &str) -> Result<Done, ApiError> {
        let params = Params::decode(
            query,
            &["created[gte]", "created[lt]", "limit", "starting_after"],
        )?;
        let found = self.disputes.iter().rev();
        let objects = found.map(|dispute| object(dispute.object()));
        page("/v1/disputes", objects, &params)
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
