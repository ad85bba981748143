//! The order aggregate: what was placed, what has become of it, and the words to change it.

mod asking;
mod authorization;
mod cancellation;
mod causes;
mod cell_tax;
mod change;
mod collect;
mod command;
mod commit;
mod contact;
mod credited;
mod declined;
mod dispute;
mod effect;
mod effects_ledger;
mod event;
mod exception;
mod fulfillment;
mod hold;
mod line;
mod line_money;
mod overdue;
mod owed;
mod payment;
mod payment_commands;
mod payment_deadline;
mod place_order;
mod placed;
mod reference;
mod refund_request;
mod rejection;
mod shipment;
mod shipping_refund;
mod state;
mod status;
mod surplus;
mod tax;
mod tax_calculation;
mod tender;
mod terms;

pub use asking::{ASK_AFTER_S, NOT_FOUND_TIMES};
pub use authorization::{AUTHORIZATION_MARGIN_H, AUTHORIZED_FOR_S, EndingAuthorization};
pub use cancellation::{LineCancellation, RefusedUnits, RequestedUnits};
pub use causes::Causes;
pub use cell_tax::CellsCannotKnow;
pub(crate) use change::ITEMS_OF_EVERY_CHANGE;
pub use change::{Change, TRANSACTION_ITEMS_MAX, fold};
pub use command::{CancelLine, Command, Context, EffectOutcome, RefusedRequest, UnsentRequest};
pub use commit::{
    Actor, ActorKind, Cause, ChainError, Commit, CommitBody, UnreadableCommit, verify_chain,
};
pub use contact::{Address, Contact};
pub use declined::{DECLINES_MAX, Declined};
pub use dispute::{Dispute, DisputeDetails, DisputeFunds, DisputeReport, DisputeStatus};
pub use effect::{Effect, EffectAction};
pub use effects_ledger::{LedgerEntry, Performer, asked_back_by};
pub use event::{CancelReason, Event, LineUnits, ReclaimedUnits, RefundLine, UnitsAt};
pub use exception::{Exception, ExceptionConcern, ExceptionKind, ExceptionOutcome};
pub(crate) use fulfillment::LOCATION_REFUSED;
pub use fulfillment::{
    Closing, FulfillmentLine, FulfillmentOrder, FulfillmentStatus, REPEATS_NOTED_S,
    SILENCE_PAUSE_S, SilenceClosed, TAKE_BACK_WITHIN_S, TAKEN_BACK_MAX,
};
pub use hold::{Hold, HoldKind, ended_hold};
pub use line::{Cell, Line, LineState};
pub use line_money::LineMoney;
pub use overdue::{FULFILLMENT_OVERDUE_S, OVERDUE_LOOK_S};
pub use owed::{Owed, REDRIVE_AFTER_S, REDRIVE_PAUSE_MAX_S, SILENCE_S, ShownAfter};
pub use payment::{
    CAPTURES_MAX, Intent, Payment, PaymentStatus, Refund, RefundStatus, ended_dispute,
};
pub use payment_commands::{CapturePolicy, PaymentCommands, RefundOrder};
pub use payment_deadline::{
    AWAITING_GATEWAY_SHOWN_AFTER_S, OUTSTANDING_SHOWN_AFTER_S, PAY_TRANSFER_WITHIN_DAYS,
    PAY_WITHIN_S, PROCESSING_SHOWN_AFTER_S, PaymentStep, UNPAID_RESERVATION_S,
};
pub use place_order::{PlaceLine, PlaceOrder, PlacePayment, PlaceTender};
pub use placed::PlacedOrder;
pub use reference::Reference;
pub use refund_request::{ProposedRefund, RefundReason, RefundRequest, RefundUnits};
pub use rejection::{Rejection, RejectionCode};
pub use shipment::{Shipment, ShipmentLine, ShipmentStatus};
pub use shipping_refund::{ShippingRefund, UnknownShippingRefund};
pub use state::{Order, OrderState};
pub use status::{FulfillmentProgress, Phase, ReturnStatus, Status, TRANSITIONS};
pub use surplus::SurplusRefund;
pub use tax::{OrderTax, TaxReversal, Taxed, TaxedShipping, TaxedUnits};
pub use tax_calculation::{
    LineTax, ServiceCalculation, TaxAnswer, TaxCalculation, TaxDifference, TaxQuestion, TaxableLine,
};
pub use tender::{PaymentTerm, Tender, TenderKind};
pub use terms::{Destination, Terms};
