//! Stock: levels, movements that no order caused, what orders do to levels, and the backorder queue.

mod backorder;
mod delta;
mod level;
mod movement;

pub use backorder::Backorder;
pub use delta::{StockDelta, stock_deltas};
pub use level::StockLevel;
pub use movement::{StockChange, StockCommit, StockEvent, StockMovement, StockRecord};

pub(crate) use delta::add_delta;
