//! Reconciliation with the payment gateway, as people read it.

use domain::{
    ids::OrderId,
    money::Currency,
    reconciliation::{Counts, DayResult, Difference, DifferenceKind, Figure, ObjectKind},
};
use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::Serialize;

/// The results of the days that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReconciliationView {
    /// Every day that was asked for, in order.
    pub days: Vec<ReconciledDayView>,
}

/// The result of a UTC day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReconciledDayView {
    /// The day, UTC.
    pub day: Date,
    /// Whether it was compared.
    pub state: DayState,
    /// When it was last compared to its end, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// What was compared: by the last run, or by the one under way so far.
    pub compared: Counts,
    /// How many differences are open, those that are not listed included.
    pub open: u32,
    /// How many of them are not listed, because there are too many.
    pub not_listed: u32,
    /// The differences, those that are open first.
    pub differences: Vec<DifferenceView>,
}

/// Whether a day was compared with the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Never, or it is not over.
    NotCompared,
    /// A run has begun and not ended.
    Running,
    /// To its end, once at least.
    Finished,
}

/// A difference between the gateway and our ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DifferenceView {
    /// In what both differ.
    pub kind: DifferenceKind,
    /// What it is about.
    pub object: ObjectKind,
    /// The gateway's id of that.
    pub id: String,
    /// The payment that it belongs to, if it is another object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// The order that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The currency of the amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What the gateway says.
    pub gateway: Figure,
    /// What our ledger says, or said before it was applied.
    pub ours: Figure,
    /// Whether both still differ.
    pub open: bool,
    /// Whether it ended because what the gateway says was applied here, as its webhook would have been.
    pub applied: bool,
    /// When it was found first, UTC.
    pub since: Timestamp,
    /// When both were compared last, UTC.
    pub checked_at: Timestamp,
    /// What a person does about it; left out when it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_to_do: Option<String>,
}

impl ReconciliationView {
    /// The days from `from` to `to`, both included, of which these results are stored.
    pub fn of(from: Date, to: Date, results: Vec<DayResult>) -> Self {
        let mut results = results.into_iter().peekable();
        let days = from.series(jiff::Span::new().days(1));
        let days = days.take_while(|day| *day <= to);
        let view = |day: Date| {
            let stored = results.next_if(|result| result.day == day);
            ReconciledDayView::of(day, stored)
        };
        Self {
            days: days.map(view).collect(),
        }
    }
}

impl ReconciledDayView {
    fn of(day: Date, stored: Option<DayResult>) -> Self {
        let state = match &stored {
            None => DayState::NotCompared,
            Some(result) if result.run.is_some() => DayState::Running,
            Some(_) => DayState::Finished,
        };
        let result = stored.unwrap_or_else(|| DayResult::new(day));
        let open = u32::try_from(result.open().count()).unwrap_or(u32::MAX);
        let mut differences = result.differences;
        differences.sort_by_key(|known| !known.open);
        Self {
            day,
            state,
            finished_at: result.finished_at,
            compared: result.counts,
            open: open.saturating_add(result.left_out),
            not_listed: result.left_out,
            differences: differences.into_iter().map(DifferenceView::of).collect(),
        }
    }
}

impl DifferenceView {
    fn of(known: Difference) -> Self {
        let what_to_do = known.open.then(|| known.kind.what_to_do().to_owned());
        Self {
            kind: known.kind,
            object: known.object,
            id: known.id,
            payment: known.payment,
            order: known.order,
            currency: known.currency,
            gateway: known.gateway,
            ours: known.ours,
            open: known.open,
            applied: known.applied && !known.open,
            since: known.since,
            checked_at: known.checked_at,
            what_to_do,
        }
    }
}
