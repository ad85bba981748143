//! Calculates the taxes of what an edit would make of an order. Who does, follows from the order: the tax service that has
//! recorded its sale, or its own cells.

use domain::order::{Order, TaxAnswer, TaxQuestion};

use crate::{failure::Failure, ports::TaxService};

/// The taxes of a question about an order.
///
/// # Errors
/// [`Failure::TaxService`] where a service is asked: nothing is calculated in its place.
pub async fn calculate_tax(
    service: &impl TaxService,
    order: &Order,
    question: &TaxQuestion,
) -> Result<TaxAnswer, Failure> {
    if let Some(tax) = &order.placed.tax {
        return service.calculate(&tax.service, question).await;
    }
    Ok(match order.tax_by_cells(question) {
        Ok(calculated) => TaxAnswer::Calculated(calculated),
        Err(unknown) => TaxAnswer::Refused {
            code: unknown.code().to_owned(),
        },
    })
}
