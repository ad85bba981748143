//! Stock: levels, movements that no order caused, what orders do to levels, and the backorder queue.

mod backorder;
mod delta;
mod exception;
mod level;
mod movement;

pub use backorder::Backorder;
pub use delta::{StockDelta, stock_deltas};
pub use exception::{StockException, StockExceptionClosed};
pub use level::{
    CountNeeded, CountOutcome, LevelMove, MOVES_KEPT, MOVES_MAX, StockLevel, whole_milliseconds,
};
pub use movement::{
    MovementOutcome, StockChange, StockCommit, StockEvent, StockMovement, StockRecord,
};

pub(crate) use delta::add_delta;
