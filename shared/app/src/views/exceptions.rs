//! Exceptions: those of an order, and the list of all that are not closed.

use domain::{
    ids::{OrderId, OrderNumber, ShopId},
    order::{Exception, ExceptionKind, ExceptionOutcome, Order},
};
use schemars::JsonSchema;
use serde::Serialize;

/// How far the work on an exception is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// Nobody has taken it.
    Open,
    /// A person works on it.
    Taken,
    /// It has ended.
    Closed,
}

/// An exception that is not closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExceptionView {
    /// The exception.
    #[serde(flatten)]
    pub exception: Exception,
    /// How far the work on it is.
    pub state: ExceptionState,
}

/// An exception in a list, with its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExceptionEntry {
    /// The order's id.
    pub order: OrderId,
    /// The shop's number of the order.
    pub number: OrderNumber,
    /// The shop.
    pub shop: ShopId,
    /// The exception; its id is its number within the order.
    #[serde(flatten)]
    pub exception: ExceptionView,
}

/// One page of exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExceptionPage {
    /// The exceptions, by the placement of their orders, oldest first. A page ends with an order, so it may have more
    /// entries than its limit.
    pub exceptions: Vec<ExceptionEntry>,
    /// The cursor of the next page; none: this is the last one. A page may be empty and still have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// An exception after a request to take or close it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WorkedException {
    /// The order's id.
    pub order: OrderId,
    /// The exception's number within the order.
    pub id: u32,
    /// How far the work on it is.
    pub state: ExceptionState,
    /// When it was taken: the subject of who works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// When it was closed: how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ExceptionOutcome>,
}

impl ExceptionView {
    /// The exceptions of an order that are not closed.
    pub fn all(order: &Order) -> impl Iterator<Item = Self> {
        order.state.exceptions.iter().map(|exception| Self {
            state: match exception.owner {
                None => ExceptionState::Open,
                Some(_) => ExceptionState::Taken,
            },
            exception: exception.clone(),
        })
    }
}

/// Which exceptions are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExceptionFilter {
    /// Of a kind.
    pub kind: Option<ExceptionKind>,
    /// In a state.
    pub state: Option<ExceptionState>,
    /// Taken by a person, by their subject.
    pub owner: Option<String>,
}

impl ExceptionFilter {
    /// The exceptions of an order that the filter lets through.
    pub fn select(&self, order: &Order) -> Vec<ExceptionEntry> {
        let wanted = |view: &ExceptionView| {
            let exception = &view.exception;
            self.kind
                .as_ref()
                .is_none_or(|kind| exception.kind == *kind)
                && self.state.is_none_or(|state| view.state == state)
                && (self.owner.is_none() || exception.owner == self.owner)
        };
        let entry = |exception| ExceptionEntry {
            order: order.placed.id,
            number: order.placed.number.clone(),
            shop: order.placed.shop.clone(),
            exception,
        };
        ExceptionView::all(order)
            .filter(wanted)
            .map(entry)
            .collect()
    }
}
