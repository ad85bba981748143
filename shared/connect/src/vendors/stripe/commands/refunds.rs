//! Finding the refund of an effect among those of its intent.

use domain::{
    ids::OrderId,
    money::Currency,
    order::{Effect, EffectOutcome, RefundStatus},
};

use super::{api::ApiAnswer, outcome::NoOutcome, payloads::RefundList, read};
use crate::vendors::stripe::{payloads::Refund, references::effect_of};

/// Refunds in a page.
pub const PAGE_REFUNDS: u32 = 100;

/// What a page of refunds says about an effect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefundPage {
    /// A refund of the effect that is pending or has succeeded.
    pub live: Option<EffectOutcome>,
    /// One that has failed or was cancelled.
    pub ended: Option<EffectOutcome>,
    /// The last refund of the page, when there are more pages.
    pub next: Option<String>,
}

/// Reads a page of refunds. Refunds are told apart by the effect in their metadata, never by their amount.
///
/// # Errors
/// [`NoOutcome`].
pub fn refunds(
    order: OrderId,
    currency: Currency,
    effect: &Effect,
    answer: ApiAnswer<'_>,
) -> Result<RefundPage, NoOutcome> {
    let list: RefundList = match read::body(answer) {
        Ok(list) => list,
        Err(error) if read::is_missing(&error) => return Ok(RefundPage::default()),
        Err(error) => return Err(error),
    };
    let mut page = RefundPage::default();
    let is_of_effect =
        |refund: &&Refund| effect_of(refund.metadata.as_ref()) == Some((order, effect.id));
    for refund in list.data.iter().filter(is_of_effect) {
        let outcome = read::refund(refund, currency, answer)?;
        if is_live(&outcome) {
            page.live.get_or_insert(outcome);
        } else {
            page.ended.get_or_insert(outcome);
        }
    }
    if list.has_more {
        page.next = list.data.last().and_then(|last| last.id.clone());
    }
    Ok(page)
}

fn is_live(outcome: &EffectOutcome) -> bool {
    match outcome {
        EffectOutcome::Refunded { status, .. } => match status {
            RefundStatus::Pending | RefundStatus::Succeeded => true,
            RefundStatus::Failed | RefundStatus::Cancelled => false,
        },
        EffectOutcome::Captured { .. }
        | EffectOutcome::Cancelled
        | EffectOutcome::TaxReversed { .. }
        | EffectOutcome::TaxDisagrees { .. }
        | EffectOutcome::Refused { .. }
        | EffectOutcome::NotPerformed => false,
    }
}
