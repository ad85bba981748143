//! The list of the scenes.

use super::{
    accounts, backorders, cancel_race, cancellations, disputes, payments, reconciled, redelivery,
    refunds, refused, rejected_webhooks, shipments, silence, taxes,
};
use crate::{environment::Environment, outcome::Outcome};

/// A story with what the demo prints before it.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// Argument of the demo, and the name of the live test.
    pub name: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    pub story: fn(&Environment) -> Outcome,
}

/// All scenes, in the order of the demo. A scene that is missing here is unused code: the compiler warns, and `.ci/run` denies warnings.
pub const SCENES: [Scene; 29] = [
    Scene {
        name: "one_shipment",
        title: "One shipment",
        about: "Two T-shirts are ordered, paid, picked in Berlin and delivered.",
        story: shipments::one_shipment,
    },
    Scene {
        name: "split_over_three_sources",
        title: "A split over warehouse, 3PL and supplier",
        about: "No location has all lines: our own warehouse, a 3PL and a supplier each ship one.",
        story: shipments::split_over_three_sources,
    },
    Scene {
        name: "two_shipments",
        title: "One fulfillment order in two shipments",
        about: "Five mugs are shipped in two parcels. The order is fulfilled when the second is shipped.",
        story: shipments::two_shipments,
    },
    Scene {
        name: "short_shipment",
        title: "A warehouse that ships short",
        about: "Berlin has three units on record and finds two. The third comes from Lyon, and Berlin's stock level is corrected.",
        story: shipments::short_shipment,
    },
    Scene {
        name: "late_first_shipment",
        title: "A late first box",
        about: "Berlin ships four mugs in two parcels, and the last parcel is told of first. Nothing is short, and nothing is sent \
                again.",
        story: shipments::late_first_shipment,
    },
    Scene {
        name: "count_from_yesterday",
        title: "A count from yesterday",
        about: "Berlin counts seven lamps. Then it tells of a count that was taken yesterday.",
        story: shipments::count_from_yesterday,
    },
    Scene {
        name: "rejected",
        title: "A warehouse that rejects an order",
        about: "Berlin cannot ship. The order is routed to Lyon, and Berlin's stock level stays as it was.",
        story: shipments::rejected,
    },
    Scene {
        name: "silent_warehouse",
        title: "A silent warehouse",
        about: "Berlin takes a request and never says anything. A person is shown it, calls Berlin, and reports what Berlin says.",
        story: silence::silent_warehouse,
    },
    Scene {
        name: "warehouse_without_progress",
        title: "A warehouse that stops",
        about: "Berlin accepts, picks, and then makes no progress. A person is shown it, until Berlin's next step.",
        story: silence::no_progress,
    },
    Scene {
        name: "refused_request",
        title: "A warehouse that refuses a request",
        about: "Emden does not know the kite, and refuses the request. A person is shown it, calls Emden, and reports what it says.",
        story: refused::request,
    },
    Scene {
        name: "backorder_fifo",
        title: "A backorder released by a receipt, first in, first out",
        about: "Two orders of the same chair are backordered. The one placed first is paid last, and is still released first.",
        story: backorders::first_in_first_out,
    },
    Scene {
        name: "backorder_by_sweep",
        title: "A backorder released by the sweep",
        about: "Dresden has the lamp and is disabled, so the order is backordered. Enabling a location publishes no event: \
                only the scheduled sweep can release the backorder.",
        story: backorders::released_by_the_sweep,
    },
    Scene {
        name: "partial_cancel",
        title: "A partial cancel before picking",
        about: "One of three units is cancelled. The warehouse has accepted the order and not begun: it is asked to cancel, \
                and does.",
        story: cancellations::partial_before_picking,
    },
    Scene {
        name: "cancel_at_once",
        title: "A cancel before any request was sent",
        about: "No warehouse works on an order on hold: units are cancelled at once, and a refund is owed.",
        story: cancellations::at_once_while_held,
    },
    Scene {
        name: "cancel_too_late",
        title: "A cancel after shipping",
        about: "Everything is shipped. The cancel is refused, and the response names who shipped and when.",
        story: cancellations::too_late,
    },
    Scene {
        name: "cancel_refused",
        title: "A cancel that the warehouse refuses",
        about: "The warehouse is asked to cancel and has packed already: it refuses, and ships.",
        story: cancellations::refused_by_the_location,
    },
    Scene {
        name: "cancel_races_shipment",
        title: "A cancel races a shipment",
        about: "Customer and warehouse act at the same time, many times. Each order ends either cancelled or shipped.",
        story: cancel_race::cancel_against_shipment,
    },
    Scene {
        name: "shipment_after_cancel",
        title: "A shipment after the cancel",
        about: "The warehouse confirms the cancellation and ships nevertheless. The shipment is recorded, and an exception is opened.",
        story: cancellations::shipped_after_cancel,
    },
    Scene {
        name: "redelivery",
        title: "Duplicate and reordered webhooks",
        about: "Every webhook is delivered five times and out of order: the capture before its authorization, the delivery before \
                the shipment, the refund's end before its beginning.",
        story: redelivery::five_times_in_any_order,
    },
    Scene {
        name: "fraud_review",
        title: "A fraud review",
        about: "Stripe reviews a payment. The order is paid and on hold until the review is closed.",
        story: payments::fraud_review,
    },
    Scene {
        name: "payment_failed",
        title: "A payment that fails",
        about: "The card is declined, and the order can still be paid. Then the payment is cancelled, and the system cancels the \
                order.",
        story: payments::failed,
    },
    Scene {
        name: "order_named_by_checkout",
        title: "An order named by the checkout session",
        about: "The shop sends no payment intent. The checkout session names the order, and from then on the intent refers to it.",
        story: payments::order_named_by_checkout,
    },
    Scene {
        name: "commanded_refund",
        title: "A refund at the payment gateway",
        about: "One of two scarves is cancelled. Its amount is refunded through Stripe, whose first answer is lost.",
        story: payments::commanded_refund,
    },
    Scene {
        name: "money_back",
        title: "An agent gives money back",
        about: "One of two lamps arrived broken. The agent tries out what goes back, gives back the lamp and the shipping, and \
                then more than an agent may: an administrator approves it.",
        story: refunds::given_by_an_agent,
    },
    Scene {
        name: "on_account",
        title: "An order on account",
        about: "A company buys on an invoice, as far as its limit goes, and pays by bank transfer.",
        story: accounts::on_account,
    },
    Scene {
        name: "dispute_after_shipping",
        title: "A dispute after shipping",
        about: "The parcel has left, and the customer's bank takes the money back. Nobody refunds it a second time.",
        story: disputes::lost_after_shipping,
    },
    Scene {
        name: "taxed_refund",
        title: "A taxed order is cancelled in part",
        about: "Stripe Tax has recorded the sale. One of two scarves is cancelled: its tax is reversed first, then the money goes \
                back.",
        story: taxes::reversed_before_the_refund,
    },
    Scene {
        name: "lost_webhooks",
        title: "Webhooks that never come",
        about: "A customer has paid yesterday, and Stripe's webhooks are lost. The nightly comparison with Stripe's lists finds \
                the payment.",
        story: reconciled::found_by_reconciliation,
    },
    Scene {
        name: "rejected_webhooks",
        title: "Rejected webhooks",
        about: "A forged signature, an old one, another location's, a body that is too large, and one that is not JSON.",
        story: rejected_webhooks::all_rejected,
    },
];
