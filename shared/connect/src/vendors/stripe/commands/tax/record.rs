//! What Stripe Tax has recorded of a sale.

use domain::{money::Currency, order::TaxReversal};

use super::payloads::{LineList, PAGE_LINES, Transaction};
use crate::vendors::stripe::commands::{
    api::{ApiAnswer, ApiRequest},
    outcome::NoOutcome,
    read,
    write::{CommandError, form, get, id_segment},
};

/// A transaction as Stripe has recorded it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaxRecord {
    /// Its lines.
    pub(super) lines: Vec<RecordedLine>,
    /// Its shipping; `None`: it has none.
    pub(super) shipping: Option<Recorded>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordedLine {
    /// Stripe's id.
    pub(super) id: String,
    /// The id of the order's line, when the shop has named it as it should.
    pub(super) reference: String,
    pub(super) recorded: Recorded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recorded {
    /// Minor units.
    pub(super) tax: i64,
    /// Whether amounts are with the tax in them; otherwise it comes on top.
    pub(super) is_inclusive: bool,
}

/// The request for the transaction.
///
/// # Errors
/// [`CommandError::Transaction`].
pub fn find_tax_transaction(told: &TaxReversal) -> Result<ApiRequest, CommandError> {
    Ok(get(transaction_path(told)?))
}

/// The request for the transaction's lines.
///
/// # Errors
/// [`CommandError::Transaction`].
pub fn find_tax_lines(told: &TaxReversal) -> Result<ApiRequest, CommandError> {
    let query = form(&[("limit", PAGE_LINES.to_string())]);
    let path = transaction_path(told)?;
    Ok(get(format!("{path}/line_items?{query}")))
}

fn transaction_path(told: &TaxReversal) -> Result<String, CommandError> {
    let id = id_segment(&told.transaction).ok_or(CommandError::Transaction)?;
    Ok(format!("/v1/tax/transactions/{id}"))
}

/// What a transaction says, its lines left out.
///
/// # Errors
/// [`NoOutcome`].
pub fn tax_transaction(currency: Currency, answer: ApiAnswer<'_>) -> Result<TaxRecord, NoOutcome> {
    let found: Transaction = read::body(answer)?;
    read::in_currency(found.currency, currency, answer)?;
    let shipping = found.shipping_cost.map(|shipping| {
        let behavior = shipping.tax_behavior.as_deref();
        recorded(shipping.amount_tax, behavior, currency, answer)
    });
    Ok(TaxRecord {
        lines: Vec::new(),
        shipping: shipping.transpose()?,
    })
}

/// The record with the lines that an answer lists.
///
/// # Errors
/// [`NoOutcome`].
pub fn tax_lines(
    record: TaxRecord,
    currency: Currency,
    answer: ApiAnswer<'_>,
) -> Result<TaxRecord, NoOutcome> {
    let list: LineList = read::body(answer)?;
    let lines = list.data.into_iter().map(|line| {
        let behavior = line.tax_behavior.as_deref();
        Ok(RecordedLine {
            recorded: recorded(line.amount_tax, behavior, currency, answer)?,
            id: read::field("id", line.id, answer)?,
            reference: line.reference.unwrap_or_default(),
        })
    });
    Ok(TaxRecord {
        lines: lines.collect::<Result<_, NoOutcome>>()?,
        ..record
    })
}

fn recorded(
    tax: Option<i64>,
    behavior: Option<&str>,
    currency: Currency,
    answer: ApiAnswer<'_>,
) -> Result<Recorded, NoOutcome> {
    Ok(Recorded {
        tax: read::minor_units("amount_tax", tax, currency, answer)?,
        is_inclusive: match read::field("tax_behavior", behavior, answer)? {
            "inclusive" => true,
            "exclusive" => false,
            other => return Err(read::unknown(answer, &format!("tax_behavior: {other}"))),
        },
    })
}
