//! The tax of an order that no tax service has recorded: a part of the tax that it was placed with. It is apportioned by largest
//! remainder, over units as the cells are, and within them over amounts. Cells know no rates, so what was not placed is refused.

use super::{Destination, Line, LineTax, Order, TaxCalculation, TaxQuestion, TaxableLine};
use crate::money::split;

/// What cells cannot know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CellsCannotKnow {
    /// The tax in another currency.
    #[error("the order was placed in another currency")]
    OtherCurrency,
    /// The tax in amounts that it comes on top of, or the other way round.
    #[error("the order was placed with its taxes included, or without")]
    OtherBehavior,
    /// The tax at another country or region.
    #[error("the order was placed for another destination")]
    OtherDestination,
    /// The tax of goods that were not placed.
    #[error("the order was placed without these goods")]
    NewGoods,
    /// The tax of more units, or of a higher amount, than were placed.
    #[error("the order was placed with less of it")]
    MoreThanPlaced,
}

impl CellsCannotKnow {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::OtherCurrency => "other_currency",
            Self::OtherBehavior => "tax_other_behavior",
            Self::OtherDestination => "tax_other_destination",
            Self::NewGoods => "tax_new_goods",
            Self::MoreThanPlaced => "tax_more_than_placed",
        }
    }
}

impl Line {
    /// What a tax service is asked about for the first `units` units: what they cost, with the tax in it or without.
    pub fn taxable(&self, units: u32, taxes_included: bool) -> i64 {
        let taxed = self.taxed(0, units, taxes_included);
        if taxes_included {
            taxed.amount
        } else {
            taxed.amount.saturating_sub(taxed.tax)
        }
    }
}

impl Order {
    /// The taxes of a question by the order's cells. Units are those of a line's beginning, since credits take those of its end.
    ///
    /// # Errors
    /// [`CellsCannotKnow`].
    pub fn tax_by_cells(&self, question: &TaxQuestion) -> Result<TaxCalculation, CellsCannotKnow> {
        if question.currency != self.placed.currency {
            return Err(CellsCannotKnow::OtherCurrency);
        }
        if question.taxes_included != self.terms().taxes_included {
            return Err(CellsCannotKnow::OtherBehavior);
        }
        let destination = Destination {
            country: question.destination.country.clone(),
            region: question.destination.region.clone(),
        };
        if destination != self.placed.destination {
            return Err(CellsCannotKnow::OtherDestination);
        }
        let lines = question.lines.iter().map(|asked| self.line_tax(asked));
        Ok(TaxCalculation {
            lines: lines.collect::<Result<_, _>>()?,
            shipping: self.shipping_tax(question.shipping)?,
            at_service: None,
        })
    }

    fn line_tax(&self, asked: &TaxableLine) -> Result<LineTax, CellsCannotKnow> {
        let (placed, _) = self.line(&asked.line).ok_or(CellsCannotKnow::NewGoods)?;
        let taxes_included = self.terms().taxes_included;
        if asked.units > placed.quantity {
            return Err(CellsCannotKnow::MoreThanPlaced);
        }
        let of_units = placed.taxed(0, asked.units, taxes_included).tax;
        let most = placed.taxable(asked.units, taxes_included);
        let step = self.placed.currency.step();
        Ok(LineTax {
            line: asked.line.clone(),
            tax: part(of_units, asked.amount, most, step)?,
        })
    }

    /// Only an order that names a tax transaction says how much tax its price of shipping contains.
    fn shipping_tax(&self, asked: i64) -> Result<Option<i64>, CellsCannotKnow> {
        let whole = self.placed.tax.as_ref().map(|tax| tax.shipping_tax);
        let step = self.placed.currency.step();
        let tax = part(whole.unwrap_or(0), asked, self.shipping(), step)?;
        Ok(whole.map(|_| tax))
    }
}

/// The part of a tax that belongs to `asked` of `most`.
fn part(tax: i64, asked: i64, most: i64, step: i64) -> Result<i64, CellsCannotKnow> {
    if asked == most {
        return Ok(tax);
    }
    let weight = |amount: i64| u64::try_from(amount).map_err(|_| CellsCannotKnow::MoreThanPlaced);
    let rest = weight(most.saturating_sub(asked))?;
    let parts = split(tax, &[weight(asked)?, rest], step);
    Ok(parts.first().copied().unwrap_or(0))
}
