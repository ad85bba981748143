//! What tax a service is asked to calculate, and its answer: what an edit of an order would cost. Nothing is recorded by it.

use jiff::Timestamp;

use super::{Address, Order};
use crate::{ids::LineId, money::Currency};

/// A question to a tax service. Amounts are minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxQuestion {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Whether the amounts of lines are with the tax in them; otherwise it comes on top. The price of shipping always has its tax
    /// in it.
    pub taxes_included: bool,
    /// The lines, each once.
    pub lines: Vec<TaxableLine>,
    /// The price of shipping; 0: none.
    pub shipping: i64,
    /// Where the goods go.
    pub destination: Address,
    /// The date whose rules apply, UTC. A service may know those of some days only.
    pub date: Timestamp,
}

/// A line of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxableLine {
    /// The order's line: the reference by which the answer names it.
    pub line: LineId,
    /// How many units, at least 1.
    pub units: u32,
    /// What they cost together, discounts taken off, minor units.
    pub amount: i64,
}

/// The taxes that answer a question. Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxCalculation {
    /// The tax of each line of the question, in its order.
    pub lines: Vec<LineTax>,
    /// The tax in the price of shipping; `None`: nobody has ever said how much it is.
    pub shipping: Option<i64>,
    /// The calculation at the service; `None`: the order's own cells have answered, or nothing costs anything.
    pub at_service: Option<ServiceCalculation>,
}

/// The tax of a line, minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineTax {
    /// The line.
    pub line: LineId,
    /// Its tax, in its amount or on top of it as the question says.
    pub tax: i64,
}

/// A calculation that a service keeps for a while, so that it can be recorded as a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCalculation {
    /// The service's id.
    pub id: String,
    /// Until when the service knows it, UTC; `None`: it has not said.
    pub expires_at: Option<Timestamp>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxAnswer {
    /// The taxes.
    Calculated(TaxCalculation),
    /// It cannot be calculated, for good.
    Refused {
        /// The service's code, or one of ours.
        code: String,
    },
}

/// A tax that is another one than the order was charged. Minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxDifference {
    /// The line; `None`: shipping.
    pub line: Option<LineId>,
    /// What the order was charged.
    pub charged: i64,
    /// What was calculated.
    pub calculated: i64,
}

impl TaxCalculation {
    /// The taxes of what costs nothing.
    pub fn of_nothing(question: &TaxQuestion) -> Self {
        let lines = question.lines.iter().map(|line| LineTax {
            line: line.line.clone(),
            tax: 0,
        });
        Self {
            lines: lines.collect(),
            shipping: Some(0),
            at_service: None,
        }
    }
}

impl Order {
    /// The question about the whole order as it is.
    pub fn tax_question(&self, destination: Address) -> TaxQuestion {
        let taxes_included = self.terms().taxes_included;
        let lines = self.lines().map(|(line, _)| TaxableLine {
            line: line.id.clone(),
            units: line.quantity,
            amount: line.taxable(line.quantity, taxes_included),
        });
        TaxQuestion {
            currency: self.placed.currency,
            taxes_included,
            lines: lines.collect(),
            shipping: self.shipping(),
            destination,
            date: self.placed.placed_at,
        }
    }

    /// In what a calculation for [`Order::tax_question`] differs from the cells. What either of them does not know is no
    /// difference.
    pub fn tax_differences(&self, calculated: &TaxCalculation) -> Vec<TaxDifference> {
        let lines = calculated.lines.iter().filter_map(|found| {
            let (line, _) = self.line(&found.line)?;
            difference(Some(found.line.clone()), line.tax, found.tax)
        });
        let tax = self.placed.tax.as_ref();
        let shipping = tax.zip(calculated.shipping);
        let shipping = shipping.and_then(|(tax, found)| difference(None, tax.shipping_tax, found));
        lines.chain(shipping).collect()
    }
}

fn difference(line: Option<LineId>, charged: i64, calculated: i64) -> Option<TaxDifference> {
    (charged != calculated).then_some(TaxDifference {
        line,
        charged,
        calculated,
    })
}
