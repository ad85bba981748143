//! What the answer to a question says, and the further pages of its lines.

use domain::{
    ids::LineId,
    order::{LineTax, ServiceCalculation, TaxCalculation, TaxQuestion},
};
use jiff::Timestamp;

use super::{
    calculation::behavior,
    payloads::{Calculation, Line, LineList, PAGE_LINES},
};
use crate::vendors::stripe::commands::{
    api::{ApiAnswer, ApiRequest},
    outcome::NoOutcome,
    read,
    write::{CommandError, form, get, id_segment},
};

/// What was read of a calculation so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalculationRead {
    at_service: ServiceCalculation,
    /// References and taxes, minor units.
    lines: Vec<(String, i64)>,
    shipping: Option<i64>,
    /// The last line that was read, when there are more.
    after: Option<String>,
}

/// The answer to [`calculate_tax`](super::calculate_tax).
///
/// # Errors
/// [`NoOutcome`].
pub fn calculated(
    question: &TaxQuestion,
    answer: ApiAnswer<'_>,
) -> Result<CalculationRead, NoOutcome> {
    let found: Calculation = read::body(answer)?;
    read::in_currency(found.currency, question.currency, answer)?;
    let expires_at = found.expires_at.map(Timestamp::from_second).transpose();
    let at_service = ServiceCalculation {
        id: read::id(found.id.as_deref(), answer)?,
        expires_at: expires_at.map_err(|error| read::unknown(answer, &error.to_string()))?,
    };
    let shipping = found.shipping_cost.map(|shipping| {
        is_asked_for(shipping.tax_behavior.as_deref(), true, answer)?;
        read::minor_units("amount_tax", shipping.amount_tax, question.currency, answer)
    });
    let read = CalculationRead {
        at_service,
        lines: Vec::new(),
        shipping: shipping.transpose()?,
        after: None,
    };
    let list = read::field("line_items", found.line_items, answer)?;
    with_lines(read, question, list, answer)
}

/// The request for the next lines of a calculation; `None`: all were read.
///
/// # Errors
/// [`CommandError::Transaction`] when its id leads elsewhere.
pub fn find_calculation_lines(read: &CalculationRead) -> Result<Option<ApiRequest>, CommandError> {
    let Some(after) = &read.after else {
        return Ok(None);
    };
    let id = id_segment(&read.at_service.id).ok_or(CommandError::Transaction)?;
    let query = form(&[
        ("limit", PAGE_LINES.to_string()),
        ("starting_after", after.clone()),
    ]);
    Ok(Some(get(format!(
        "/v1/tax/calculations/{id}/line_items?{query}"
    ))))
}

/// What was read, with the lines that an answer lists.
///
/// # Errors
/// [`NoOutcome`].
pub fn calculation_lines(
    read: CalculationRead,
    question: &TaxQuestion,
    answer: ApiAnswer<'_>,
) -> Result<CalculationRead, NoOutcome> {
    let list: LineList = read::body(answer)?;
    with_lines(read, question, list, answer)
}

fn with_lines(
    mut read: CalculationRead,
    question: &TaxQuestion,
    list: LineList,
    answer: ApiAnswer<'_>,
) -> Result<CalculationRead, NoOutcome> {
    let last = list.data.last().and_then(|line| line.id.clone());
    for line in list.data {
        read.lines.push(line_tax(question, line, answer)?);
    }
    read.after = if list.has_more {
        Some(read::field("id", last, answer)?)
    } else {
        None
    };
    Ok(read)
}

fn line_tax(
    question: &TaxQuestion,
    line: Line,
    answer: ApiAnswer<'_>,
) -> Result<(String, i64), NoOutcome> {
    is_asked_for(
        line.tax_behavior.as_deref(),
        question.taxes_included,
        answer,
    )?;
    let tax = read::minor_units("amount_tax", line.amount_tax, question.currency, answer)?;
    Ok((read::field("reference", line.reference, answer)?, tax))
}

/// Whether the tax is where it was asked for: in the amount, or on top of it.
fn is_asked_for(
    found: Option<&str>,
    is_inclusive: bool,
    answer: ApiAnswer<'_>,
) -> Result<(), NoOutcome> {
    if found == Some(behavior(is_inclusive).as_str()) {
        Ok(())
    } else {
        Err(read::unknown(answer, "another tax_behavior than asked for"))
    }
}

/// The answer to a question, when everything that was asked about was read.
///
/// # Errors
/// The code of what is missing: `tax_line_unknown`, `tax_shipping_unknown`.
pub fn tax_calculation(
    question: &TaxQuestion,
    read: CalculationRead,
) -> Result<TaxCalculation, &'static str> {
    let lines = question.lines.iter().map(|asked| {
        let tax = if asked.amount == 0 {
            0
        } else {
            of_line(&read, &asked.line).ok_or("tax_line_unknown")?
        };
        let line = asked.line.clone();
        Ok(LineTax { line, tax })
    });
    let lines = lines.collect::<Result<_, &'static str>>()?;
    let shipping = if question.shipping == 0 {
        0
    } else {
        read.shipping.ok_or("tax_shipping_unknown")?
    };
    Ok(TaxCalculation {
        lines,
        shipping: Some(shipping),
        at_service: Some(read.at_service),
    })
}

fn of_line(read: &CalculationRead, line: &LineId) -> Option<i64> {
    let mut lines = read.lines.iter();
    let found = lines.find(|(reference, _)| reference == line.as_str());
    found.map(|(_, tax)| *tax)
}
