//! Exceptions: those of an order or of a stock level, and the list of all that are not closed.

use domain::{
    ids::{LocationId, OrderId, OrderNumber, ShopId, Sku},
    order::{Exception, ExceptionKind, ExceptionOutcome, Order},
    stock::StockException,
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

/// An exception in a list, with its order or its stock level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExceptionEntry {
    /// Of an exception of an order: the order's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Of an exception of an order: the shop's number of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<OrderNumber>,
    /// Of an exception of an order: the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop: Option<ShopId>,
    /// Of an exception about a stock level: the SKU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// Of an exception about a stock level: the location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    /// The exception; its id is its number within the order, or among those of the stock level.
    #[serde(flatten)]
    pub exception: ExceptionView,
}

/// One page of exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExceptionPage {
    /// The exceptions: those of orders, by the placement of the order, oldest first; then those about stock levels, by
    /// location and SKU. A page ends with an order, so it may have more entries than its limit.
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
    #[serde(flatten)]
    pub work: WorkState,
}

/// An exception about a stock level after a request to take or close it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WorkedStockException {
    /// The SKU.
    pub sku: Sku,
    /// The location.
    pub location: LocationId,
    /// The exception's number among those of the stock level.
    pub id: u32,
    /// How far the work on it is.
    #[serde(flatten)]
    pub work: WorkState,
}

/// How far the work on an exception is, after a request to take or close it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WorkState {
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
        order.state.exceptions.iter().cloned().map(Self::of)
    }

    fn of(exception: Exception) -> Self {
        let state = match exception.owner {
            None => ExceptionState::Open,
            Some(_) => ExceptionState::Taken,
        };
        Self { exception, state }
    }

    fn of_stock(open: StockException) -> Self {
        let StockException {
            id,
            kind,
            sku: _,
            location: _,
            at,
            detail,
            owner,
        } = open;
        Self::of(Exception {
            id,
            kind,
            subject: String::new(),
            at,
            detail,
            owner,
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
        let entry = |exception| ExceptionEntry {
            order: Some(order.placed.id),
            number: Some(order.placed.number.clone()),
            shop: Some(order.placed.shop.clone()),
            sku: None,
            location: None,
            exception,
        };
        ExceptionView::all(order)
            .filter(|view| self.wants(view))
            .map(entry)
            .collect()
    }

    /// An exception about a stock level, when the filter lets it through.
    pub fn select_stock(&self, open: StockException) -> Option<ExceptionEntry> {
        let (sku, location) = (open.sku.clone(), open.location.clone());
        let exception = ExceptionView::of_stock(open);
        self.wants(&exception).then_some(ExceptionEntry {
            order: None,
            number: None,
            shop: None,
            sku: Some(sku),
            location: Some(location),
            exception,
        })
    }

    fn wants(&self, view: &ExceptionView) -> bool {
        let exception = &view.exception;
        self.kind
            .as_ref()
            .is_none_or(|kind| exception.kind == *kind)
            && self.state.is_none_or(|state| view.state == state)
            && (self.owner.is_none() || exception.owner == self.owner)
    }
}
