//! Cancelling: the request's and the answer's documents.

use domain::{
    command::CancelLine,
    ids::{FulfillmentOrderId, LineId, LocationId, OrderId, Sku},
    money::Currency,
    order::{CancelReason, Status},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    api::problem::Problem,
    cancellation::{CancelAnswer, CancelRequest, CancelledLine},
};

/// The longest note, in characters.
const NOTE_MAX: usize = 1_000;

/// What to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// Why.
    pub reason: CancelReason,
    /// A person's words; stays in the order's history.
    #[serde(default)]
    pub note: Option<String>,
    /// Which units; none: the whole order.
    #[serde(default)]
    pub lines: Vec<CancelBodyLine>,
}

/// Units of one line to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBodyLine {
    /// Which line.
    pub line: LineId,
    /// How many units; all of the line unless told.
    #[serde(default)]
    pub quantity: Option<u32>,
}

impl CancelBody {
    /// The wish that the document is.
    pub(in crate::api) fn request(self) -> Result<CancelRequest, Problem> {
        if self
            .note
            .as_ref()
            .is_some_and(|note| note.chars().count() > NOTE_MAX)
        {
            return Err(Problem::invalid(
                "invalid_note",
                "note",
                format!("`note` has at most {NOTE_MAX} characters."),
            ));
        }
        let lines = self.lines.into_iter().map(|line| CancelLine {
            line: line.line,
            units: line.quantity,
        });
        Ok(CancelRequest {
            lines: lines.collect(),
            reason: self.reason,
            note: self.note,
        })
    }
}

/// What has become of the wish. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CancelView {
    /// The order.
    pub order: OrderId,
    /// The last commit of the order as the wish left it.
    pub seq: u64,
    /// When, UTC.
    pub at: Timestamp,
    /// Where the order stood then.
    pub status: Status,
    /// The name that other systems use for the status.
    pub status_alias: &'static str,
    /// Refund that is owed because of it.
    pub refund_owed: i64,
    /// ISO 4217 code.
    pub currency: Currency,
    /// Decimals of the currency's major unit.
    pub decimals: u32,
    /// Line by line.
    pub lines: Vec<LineView>,
}

/// What has become of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CancelledLine")]
pub struct LineView {
    /// The line.
    pub line: LineId,
    /// Its SKU.
    pub sku: Sku,
    /// Units cancelled now.
    pub cancelled: u32,
    /// Units that locations have been asked for and decide about.
    pub asked: u32,
    /// Units that were too late.
    pub refused: u32,
    /// Who has been asked.
    pub asked_of: Vec<AskedOf>,
    /// Who was first, and when.
    pub refusals: Vec<Refusal>,
}

/// Units that a location has been asked to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AskedOf {
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    /// The location.
    pub location: LocationId,
    /// How many.
    pub units: u32,
}

/// Units that were too late to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refusal {
    /// How many.
    pub units: u32,
    /// The fulfillment order that holds them.
    pub fulfillment_order: FulfillmentOrderId,
    /// What won: `picking`, `packed`, `shipped`.
    pub winner: String,
    /// Who that was.
    pub by: String,
    /// When that was, UTC.
    pub at: Timestamp,
}

impl CancelView {
    /// The document that an answer is.
    pub(in crate::api) fn of(answer: &CancelAnswer) -> Self {
        let order = &answer.order;
        Self {
            order: order.placed.id,
            seq: order.state.version,
            at: answer.at,
            status: order.state.status,
            status_alias: order.state.status.alias(order.is_ready()),
            refund_owed: answer.refund_owed,
            currency: order.placed.currency,
            decimals: order.placed.currency.decimals(),
            lines: LineView::all(answer),
        }
    }
}

impl LineView {
    /// All lines of an answer.
    pub(in crate::api) fn all(answer: &CancelAnswer) -> Vec<Self> {
        answer.lines.iter().map(Self::of).collect()
    }

    fn of(line: &CancelledLine) -> Self {
        let asked_of = line.asked.iter().map(|asked| AskedOf {
            fulfillment_order: asked.fulfillment_order,
            location: asked.location.clone(),
            units: asked.units,
        });
        let refusals = line.refused.iter().map(|refused| Refusal {
            units: refused.units,
            fulfillment_order: refused.fulfillment_order,
            winner: refused.winner.clone(),
            by: refused.by.clone(),
            at: refused.at,
        });
        Self {
            line: line.line.clone(),
            sku: line.sku.clone(),
            cancelled: line.cancelled,
            asked: line
                .asked
                .iter()
                .map(|asked| asked.units)
                .fold(0, u32::saturating_add),
            refused: line
                .refused
                .iter()
                .map(|refused| refused.units)
                .fold(0, u32::saturating_add),
            asked_of: asked_of.collect(),
            refusals: refusals.collect(),
        }
    }
}
