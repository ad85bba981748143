//! Commands to the payment gateway.

use domain::{
    ids::OrderId,
    money::Currency,
    order::{Effect, RefundStatus},
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

/// What has become of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayOutcome {
    /// The refund exists at the gateway.
    Refunded {
        /// The gateway's id of it.
        refund: String,
        /// Minor units.
        amount: i64,
        /// How far it is.
        status: RefundStatus,
    },
    /// Money of the intent was captured.
    Captured {
        /// Captured of the intent in all, minor units.
        amount: i64,
        /// What can still be captured of it, minor units.
        capturable: i64,
    },
    /// The intent is cancelled.
    Cancelled,
    /// The gateway refuses it for good, and nothing has happened.
    Refused {
        /// The gateway's code.
        code: String,
    },
    /// The gateway answers with the error of an earlier attempt, and will do so as long as it knows the key: this says
    /// nothing about what has happened.
    ReplayedError,
}

/// Performs effects at the payment gateway. The gateway knows keys for a day: the same key is the same attempt, and
/// happens once.
pub trait PaymentGateway: Sync {
    /// Performs an attempt of an effect.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when there was no answer, or none that says what has happened: it may have happened.
    /// [`Failure::NotDue`] when the gateway says when to come again; [`Failure::Inconsistent`] when what it knows under the
    /// key is not this command.
    fn perform(
        &self,
        command: &GatewayCommand,
    ) -> impl Future<Output = Result<GatewayOutcome, Failure>> + Send;

    /// Looks up what has become of an effect, whatever attempt did it; none when it has not happened.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    fn find(
        &self,
        command: &GatewayCommand,
    ) -> impl Future<Output = Result<Option<GatewayOutcome>, Failure>> + Send;
}
