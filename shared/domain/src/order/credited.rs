//! What of an order the customer does not pay for, and what is due.
//!
//! Units are credited from a line's last cell down, whatever became of them: the number of credited units says which cells
//! are credited, so no cell is credited twice.

use super::{Line, LineState, Order};

impl LineState {
    /// Units whose cells are credited to the customer: the line's last ones, so many.
    pub fn credited(&self) -> u32 {
        self.cancelled.saturating_add(self.returned)
    }
}

impl Order {
    /// What the customer must pay for the units that are not credited, less the credits granted; minor units, not
    /// negative.
    pub fn amount_due(&self) -> i64 {
        self.total()
            .saturating_sub(self.credited_value())
            .saturating_sub(self.state.payment.credits)
            .max(0)
    }

    /// What is owed back for credited units, whether it went back already or not, minor units.
    pub fn refund_owed(&self) -> i64 {
        let owed = self.state.lines.iter().map(|l| l.refund_owed_amount);
        owed.fold(0, i64::saturating_add)
    }

    /// What the customer must pay for all lines, credited units included, minor units.
    pub fn total(&self) -> i64 {
        let value = |(line, _): (&Line, &LineState)| self.value(line, 0, line.quantity);
        self.lines().map(value).fold(0, i64::saturating_add)
    }

    /// The value of units `from..to` of a line, minor units.
    pub fn value(&self, line: &Line, from: u32, to: u32) -> i64 {
        line.value(from, to, self.terms().taxes_included)
    }

    /// The value of the last units of a line, minor units.
    pub fn last_value(&self, line: &Line, units: u32) -> i64 {
        let from = line.quantity.saturating_sub(units);
        self.value(line, from, line.quantity)
    }

    /// The value of the credited units, minor units.
    pub fn credited_value(&self) -> i64 {
        let value = |(line, state): (&Line, &LineState)| self.last_value(line, state.credited());
        self.lines().map(value).fold(0, i64::saturating_add)
    }

    /// The value of the cancelled units, minor units: what they would be credited if no others were.
    pub fn cancelled_value(&self) -> i64 {
        let value = |(line, state): (&Line, &LineState)| self.last_value(line, state.cancelled);
        self.lines().map(value).fold(0, i64::saturating_add)
    }
}
