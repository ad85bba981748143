//! What of an order's money belongs to its lines. A payment is made for the whole order, so this is a rule for showing it,
//! not for deciding: amounts are spread over the lines by what each of them is worth, to the last minor unit.

use super::{LineState, Order};
use crate::money::split;

/// The money of one line, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineMoney {
    /// Its share of what was captured, at most what it costs.
    pub captured: i64,
    /// Its share of what was refunded for lines, for shipping and as credits: by what is owed back for each of them.
    pub refunded: i64,
    /// What its units that are not credited are worth, at most what can be refunded of the order.
    pub refundable: i64,
}

impl Order {
    /// The money of each line, in the order of the lines. All captured money of an order that is paid in full belongs to
    /// lines; more than that belongs to none.
    pub fn line_money(&self) -> Vec<LineMoney> {
        let payment = &self.state.payment;
        let taxes_included = self.terms().taxes_included;
        let step = self.placed.currency.step();
        let worth = self
            .lines()
            .map(|(line, _)| line.value(0, line.quantity, taxes_included));
        let worth: Vec<i64> = worth.collect();
        let captured = spread(payment.captured(), &worth, step);
        let owed = self
            .lines()
            .map(|(_, state): (_, &LineState)| state.refund_owed_amount);
        let owed = owed.chain([payment.shipping_owed, payment.credits_of_money()]);
        let refunded = spread(payment.refunded(), &owed.collect::<Vec<i64>>(), step);
        let most = self.total_refundable();
        let left = self.lines().zip(&worth).map(|((line, state), worth)| {
            let credited = self.last_value(line, state.credited());
            worth.saturating_sub(credited).min(most).max(0)
        });
        let shares = captured.into_iter().zip(refunded).zip(left);
        shares
            .map(|((captured, refunded), refundable)| LineMoney {
                captured,
                refunded,
                refundable,
            })
            .collect()
    }
}

/// Of an amount, what each part gets, at most what it is worth.
fn spread(amount: i64, worth: &[i64], step: i64) -> Vec<i64> {
    let weights: Vec<u64> = worth
        .iter()
        .map(|w| u64::try_from(*w).unwrap_or(0))
        .collect();
    let all = worth
        .iter()
        .map(|w| (*w).max(0))
        .fold(0, i64::saturating_add);
    split(amount.clamp(0, all), &weights, step)
}
