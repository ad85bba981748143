//! Stock: levels, corrections, and who waits.

use domain::{
    backorder::Backorder,
    facts::{StockFact, StockMovement},
    ids::{LineId, LocationId, OrderId, Sku},
    stock::StockLevel,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    cursor::{self, Place},
    http::Request,
    problem::Problem,
    query::Query,
};
use crate::ports::{Page, SkuView, StockStore};

/// A movement of stock to record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// Which SKU.
    pub sku: Sku,
    /// Where.
    pub location: LocationId,
    /// What happened.
    pub movement: Movement,
}

/// What happened to stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Movement {
    /// Units came in.
    Received {
        /// How many.
        quantity: u32,
    },
    /// Units were counted: so many are on the shelf, reserved ones included.
    Counted {
        /// How many.
        on_hand: u32,
    },
    /// A correction of the figure.
    Adjusted {
        /// Units more or less.
        delta: i64,
    },
    /// So many units are kept back from sale.
    SafetyStock {
        /// How many.
        units: u32,
    },
}

/// The largest correction: beyond it is a slip of the keyboard, not a warehouse.
const DELTA_MAX: u64 = 1_000_000_000;

impl Adjustment {
    /// The adjustment as a fact of its location.
    pub(super) fn fact(&self) -> Result<StockFact, Problem> {
        let movement = match self.movement {
            Movement::Received { quantity } => StockMovement::Received { quantity },
            Movement::Counted { on_hand } => StockMovement::Counted { on_hand },
            Movement::Adjusted { delta } if delta.unsigned_abs() > DELTA_MAX => {
                let detail = "`movement.delta` is at most a thousand million units.";
                return Err(Problem::invalid(
                    "invalid_adjustment",
                    "movement.delta",
                    detail,
                ));
            }
            Movement::Adjusted { delta } => StockMovement::Adjusted { delta },
            Movement::SafetyStock { units } => StockMovement::SafetyStock { units },
        };
        Ok(StockFact {
            sku: self.sku.clone(),
            movement,
        })
    }
}

/// The shelves of a SKU and how many units wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StockView {
    /// Which SKU.
    pub sku: Sku,
    /// One level a location.
    pub levels: Vec<LevelView>,
    /// Units that may be promised, over all locations.
    pub available: i64,
    /// Units that wait for stock.
    pub waiting_units: u64,
    /// Lines of orders that wait for stock.
    pub waiting_lines: usize,
}

/// Units of a SKU at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LevelView {
    /// Where.
    pub location: LocationId,
    /// On the shelf, reserved ones included.
    pub on_hand: i64,
    /// Assigned to orders and not yet shipped.
    pub reserved: i64,
    /// Kept back from sale.
    pub safety_stock: i64,
    /// May be promised.
    pub available: i64,
    /// Missing from what is reserved and kept back.
    pub shortfall: i64,
}

impl StockView {
    /// The view of a SKU.
    pub(super) fn of(sku: Sku, view: &SkuView) -> Self {
        Self {
            sku,
            levels: view.levels.iter().map(level).collect(),
            available: view
                .levels
                .iter()
                .map(StockLevel::available)
                .fold(0, i64::saturating_add),
            waiting_units: view
                .waiting
                .iter()
                .map(|w| u64::from(w.units))
                .fold(0, u64::saturating_add),
            waiting_lines: view.waiting.len(),
        }
    }
}

fn level(level: &StockLevel) -> LevelView {
    LevelView {
        location: level.location.clone(),
        on_hand: level.on_hand,
        reserved: level.reserved,
        safety_stock: level.safety_stock,
        available: level.available(),
        shortfall: level.shortfall(),
    }
}

/// Who waits: for one SKU, the queue; else the SKUs that are waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BackorderPage {
    /// The SKU that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// Its queue, first in line first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Vec<WaitingView>>,
    /// The SKUs that are waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skus: Option<Vec<Sku>>,
    /// Where the page ended; none: there is no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Units of one line that wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaitingView {
    /// Place in the queue, from 1.
    pub place: usize,
    /// The order.
    pub order: OrderId,
    /// The line.
    pub line: LineId,
    /// How many units.
    pub units: u32,
    /// A lower number is served first.
    pub priority: u8,
    /// When the order was placed, UTC.
    pub placed_at: Timestamp,
}

/// Reads who waits.
pub(super) async fn backorders(
    store: &impl StockStore,
    request: &Request,
) -> Result<BackorderPage, Problem> {
    let query = Query::of(request, &["sku", "limit", "cursor"])?;
    let limit = query.limit()?;
    if let Some(sku) = query.parsed::<Sku>("sku", "a SKU")? {
        let view = store.sku(&sku).await?;
        let waiting = view.waiting.iter().enumerate().map(waiting).collect();
        return Ok(BackorderPage {
            sku: Some(sku),
            waiting: Some(waiting),
            ..BackorderPage::default()
        });
    }
    let place = query
        .get("cursor")
        .map(|text| cursor::read("backorders", text))
        .transpose()?
        .unwrap_or_default();
    let listed = store
        .waiting_skus(&Page {
            limit,
            after: place.after,
        })
        .await?;
    let next = listed.next.map(|after| Place {
        after: Some(after),
        ..Place::default()
    });
    Ok(BackorderPage {
        skus: Some(listed.items),
        next_cursor: next
            .map(|place| cursor::write("backorders", &place))
            .transpose()?,
        ..BackorderPage::default()
    })
}

fn waiting((index, waiter): (usize, &Backorder)) -> WaitingView {
    WaitingView {
        place: index.saturating_add(1),
        order: waiter.order,
        line: waiter.line.clone(),
        units: waiter.units,
        priority: waiter.priority,
        placed_at: waiter.placed_at,
    }
}
