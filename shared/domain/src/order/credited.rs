//! What of an order the customer does not pay for, and what is due.
//!
//! Units are credited from a line's last cell down, whatever became of them: the number of credited units says which cells
//! are credited, so no cell is credited twice. A unit that a person refunds is credited then; its cancellation or return
//! later is not credited again. Units of a line are not told apart, so whatever is cancelled or comes back first is taken
//! for what was refunded before it.

use super::{Line, LineState, Order, ShippingRefund};

impl LineState {
    /// Units whose cells are credited to the customer: the line's last ones, so many.
    pub fn credited(&self) -> u32 {
        self.shipped_and_credited()
            .saturating_add(self.unshipped_and_credited())
    }

    fn shipped_and_credited(&self) -> u32 {
        self.credited_shipped.max(self.returned)
    }

    fn unshipped_and_credited(&self) -> u32 {
        self.credited_unshipped.max(self.cancelled)
    }

    /// Units that have shipped and are not credited.
    pub fn shipped_to_pay(&self) -> u32 {
        self.shipped.saturating_sub(self.shipped_and_credited())
    }

    /// Units that have not shipped and are not credited.
    pub fn unshipped_to_pay(&self) -> u32 {
        self.creditable().saturating_sub(self.shipped_to_pay())
    }

    /// Units that can still be credited.
    pub fn creditable(&self) -> u32 {
        self.total().saturating_sub(self.credited())
    }

    /// Credits units that a person refunds: first those that have shipped, because the customer has them.
    pub fn credit(&mut self, units: u32) {
        let units = units.min(self.creditable());
        let shipped = units.min(self.shipped_to_pay());
        let unshipped = units.saturating_sub(shipped);
        if shipped > 0 {
            self.credited_shipped = self.shipped_and_credited().saturating_add(shipped);
        }
        if unshipped > 0 {
            self.credited_unshipped = self.unshipped_and_credited().saturating_add(unshipped);
        }
    }

    /// Units have shipped: those of them that were refunded before are credited as shipped ones.
    pub fn note_shipped(&mut self) {
        let unshipped = self.total().saturating_sub(self.shipped);
        let moved = self.credited_unshipped.saturating_sub(unshipped);
        if moved > 0 {
            self.credited_unshipped = unshipped;
            self.credited_shipped = self.shipped_and_credited().saturating_add(moved);
        }
    }
}

impl Order {
    /// What the customer must pay for the units and the shipping that are not credited, and what is kept of refunds, less
    /// the credits granted; minor units, not negative. An order of which every unit is cancelled takes no more money than
    /// it has taken.
    pub fn amount_due(&self) -> i64 {
        let payment = &self.state.payment;
        let price = self.amount_kept().saturating_sub(payment.account_credits);
        let price = if self.is_cancelled() {
            price.min(payment.captured())
        } else {
            price
        };
        price.saturating_sub(payment.credits_of_money()).max(0)
    }

    /// What the customer must pay for what has shipped: the units that are not credited, the first cells of their lines;
    /// their shares of the shipping, or all of it where it is not shared; what is kept of refunds, less the credits granted.
    /// Minor units, at most what is due in all.
    pub fn amount_due_for_shipped(&self) -> i64 {
        self.amount_due_for(LineState::shipped_to_pay)
    }

    /// The same for so many units of each line.
    pub(super) fn amount_due_for(&self, units_of: impl Fn(&LineState) -> u32) -> i64 {
        let taxes_included = self.terms().taxes_included;
        let (mut goods, mut shares) = (0_i64, 0_i64);
        for (line, state) in self.lines() {
            let units = units_of(state);
            goods = goods.saturating_add(line.goods(0, units, taxes_included));
            shares = shares.saturating_add(line.shipping_of(0, units));
        }
        let shipping = match self.shipping_refund() {
            ShippingRefund::ProRata => shares.min(self.shipping_left()),
            ShippingRefund::FirstUnit | ShippingRefund::LastUnit | ShippingRefund::Never => {
                self.shipping_left()
            }
        };
        let payment = &self.state.payment;
        goods
            .saturating_add(shipping)
            .saturating_add(payment.restocking_fees)
            .saturating_sub(payment.credits)
            .clamp(0, self.amount_due())
    }

    /// Whether units that the customer is to pay for have not shipped.
    pub fn is_more_to_ship(&self) -> bool {
        self.state.lines.iter().any(|l| l.unshipped_to_pay() > 0)
    }

    /// What the order is worth without the units and the shipping that are credited, and with what is kept of refunds;
    /// minor units.
    pub fn amount_kept(&self) -> i64 {
        self.total()
            .saturating_sub(self.credited_value())
            .saturating_add(self.state.payment.restocking_fees)
    }

    fn is_cancelled(&self) -> bool {
        self.sum(|line| line.cancelled) == self.sum(LineState::total)
    }

    /// What is owed back for credited units and shipping, less what is kept, whether it went back already or not; minor
    /// units.
    pub fn refund_owed(&self) -> i64 {
        let payment = &self.state.payment;
        let owed = self.state.lines.iter().map(|l| l.refund_owed_amount);
        owed.fold(payment.shipping_owed, i64::saturating_add)
            .saturating_sub(payment.restocking_fees)
    }

    /// What the customer must pay for all lines, credited units included, minor units.
    pub fn total(&self) -> i64 {
        let taxes_included = self.terms().taxes_included;
        let value = |(line, _): (&Line, &LineState)| line.value(0, line.quantity, taxes_included);
        self.lines().map(value).fold(0, i64::saturating_add)
    }

    /// What goes back with the last units of a line, minor units: what they cost, and their shares of the shipping where
    /// these go back with units.
    pub fn last_value(&self, line: &Line, units: u32) -> i64 {
        let from = line.quantity.saturating_sub(units);
        let taxes_included = self.terms().taxes_included;
        match self.shipping_refund() {
            ShippingRefund::ProRata => line.value(from, line.quantity, taxes_included),
            ShippingRefund::FirstUnit | ShippingRefund::LastUnit | ShippingRefund::Never => {
                line.goods(from, line.quantity, taxes_included)
            }
        }
    }

    /// The value of the credited units and of the credited shipping, minor units.
    pub fn credited_value(&self) -> i64 {
        let value = |(line, state): (&Line, &LineState)| self.last_value(line, state.credited());
        self.lines()
            .map(value)
            .fold(self.shipping_beside_lines(), i64::saturating_add)
    }

    /// The value of the cancelled units, minor units: what they would be credited if no others were.
    pub fn cancelled_value(&self) -> i64 {
        let value = |(line, state): (&Line, &LineState)| self.last_value(line, state.cancelled);
        self.lines().map(value).fold(0, i64::saturating_add)
    }

    fn shipping_refund(&self) -> ShippingRefund {
        self.terms().shipping_refund.unwrap_or_default()
    }

    /// The price of shipping, minor units.
    pub fn shipping(&self) -> i64 {
        let shares = self.lines().map(|(line, _)| line.shipping);
        shares.fold(0, i64::saturating_add)
    }

    /// The shares of the shipping that are credited with units, minor units.
    fn shipping_with_lines(&self) -> i64 {
        let share = |(line, state): (&Line, &LineState)| {
            let from = line.quantity.saturating_sub(state.credited());
            line.shipping_of(from, line.quantity)
        };
        match self.shipping_refund() {
            ShippingRefund::ProRata => self.lines().map(share).fold(0, i64::saturating_add),
            ShippingRefund::FirstUnit | ShippingRefund::LastUnit | ShippingRefund::Never => 0,
        }
    }

    /// The shipping that is credited beside the lines, by the rule for the order as a whole or by a person, minor units. It
    /// falls when units take shares with them that a person has given back before.
    pub fn shipping_beside_lines(&self) -> i64 {
        let shipping = self.shipping();
        let is_due = match self.shipping_refund() {
            ShippingRefund::FirstUnit => self.state.lines.iter().any(|line| line.credited() > 0),
            ShippingRefund::LastUnit => {
                let mut lines = self.lines();
                lines.all(|(line, state)| state.credited() >= line.quantity)
            }
            ShippingRefund::ProRata | ShippingRefund::Never => false,
        };
        let by_rule = if is_due { shipping } else { 0 };
        let left = shipping.saturating_sub(self.shipping_with_lines());
        by_rule
            .saturating_add(self.state.payment.shipping_granted)
            .min(left)
    }

    /// What of the shipping is not credited, minor units.
    pub fn shipping_left(&self) -> i64 {
        self.shipping()
            .saturating_sub(self.shipping_with_lines())
            .saturating_sub(self.shipping_beside_lines())
            .max(0)
    }
}
