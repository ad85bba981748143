//! Commands and questions to the tax service.

use domain::order::{EffectOutcome, TaxAnswer, TaxQuestion};

use super::GatewayCommand;
use crate::failure::Failure;

/// Reverses the tax of what is credited. It computes nothing here and nothing is computed for it: it is told exactly the
/// cells that are credited. An order that names no tax transaction is counted by its own cells, and its service is never
/// asked.
///
/// A service has no list of its reversals. It refuses a second one under a reference that it knows, for ever: the reference
/// is the effect, whatever attempt it is, so that refusal says that the effect has happened.
pub trait TaxService: Sync {
    /// Performs an attempt of an effect that reverses tax. None: the service answers with the error of an earlier request
    /// under the key of the attempt, which says nothing about what has happened.
    ///
    /// # Errors
    /// [`Failure::TaxService`] when there was no answer, or none that says what has happened: it may have happened.
    /// The same when it does not let us in, because our key is missing or rejected. [`Failure::Inconsistent`] when what it
    /// knows under the key is not this command.
    fn reverse(
        &self,
        command: &GatewayCommand,
    ) -> impl Future<Output = Result<Option<EffectOutcome>, Failure>> + Send;

    /// Calculates the taxes of what an edit would make of an order, at the service that the order names. Nothing is recorded, so a
    /// question that was not answered may be asked again.
    ///
    /// # Errors
    /// [`Failure::TaxService`] when there was no answer, or none that can be read, or the service does not let us in. What it
    /// refuses, and an answer that leaves out a part of the question, is [`TaxAnswer::Refused`].
    fn calculate(
        &self,
        service: &str,
        question: &TaxQuestion,
    ) -> impl Future<Output = Result<TaxAnswer, Failure>> + Send;
}
