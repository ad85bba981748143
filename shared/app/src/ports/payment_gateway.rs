//! Commands to the payment gateway.

use domain::{
    ids::OrderId,
    money::Currency,
    order::{Effect, EffectOutcome},
};

use crate::failure::Failure;

/// A command to the gateway: an attempt of an effect of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayCommand {
    /// The order.
    pub order: OrderId,
    /// Currency of the amounts.
    pub currency: Currency,
    /// What must happen, and under which key: see [`Effect::key`].
    pub effect: Effect,
}

/// Performs effects at the payment gateway. The gateway knows keys for a day: the same key is the same attempt, and
/// happens once.
pub trait PaymentGateway: Sync {
    /// Performs an attempt of an effect. None: the gateway answers with the error of an earlier request under the key, and
    /// will do so as long as it knows the key, which says nothing about what has happened.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when there was no answer, or none that says what has happened: it may have happened.
    /// [`Failure::NotDue`] when the gateway says when to come again; [`Failure::Inconsistent`] when what it knows under the
    /// key is not this command.
    fn perform(
        &self,
        command: &GatewayCommand,
    ) -> impl Future<Output = Result<Option<EffectOutcome>, Failure>> + Send;

    /// Looks up what has become of an effect, whatever attempt did it; none when it has not happened.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    fn find(
        &self,
        command: &GatewayCommand,
    ) -> impl Future<Output = Result<Option<EffectOutcome>, Failure>> + Send;
}
