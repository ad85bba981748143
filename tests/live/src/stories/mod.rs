//! The scenes of the day. Each is a story of its own: with its own SKUs and orders, so that it can be told again
//! and beside others; it tells what happens and checks it.

pub mod backorders;
pub mod cancelling;
pub mod gate;
pub mod parcels;
pub mod payments;
pub mod race;
pub mod unkind;

use crate::{outcome::Told, world::World};

/// A scene: its title, what it is about, and the story.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// A name without spaces, for whoever wants to see only this one.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is about, in a sentence or two.
    pub about: &'static str,
    /// The story.
    pub story: fn(&World) -> Told,
}

/// All scenes, in the order of the day.
pub const SCENES: [Scene; 18] = [
    Scene {
        name: "one_parcel",
        title: "One parcel",
        about: "Two T-shirts are bought, paid, picked in Berlin and delivered.",
        story: parcels::one_parcel,
    },
    Scene {
        name: "split_over_three_sources",
        title: "A split over warehouse, 3PL and supplier",
        about: "No place has all of it: the own warehouse sends what it has, a 3PL and a supplier the rest.",
        story: parcels::split_over_three_sources,
    },
    Scene {
        name: "two_boxes",
        title: "One fulfillment order in two boxes",
        about: "Five mugs do not fit one box. The order is only fulfilled when the second one has left.",
        story: parcels::two_boxes,
    },
    Scene {
        name: "short_shipment",
        title: "A warehouse that ships short",
        about: "Berlin's books say three, its shelf says two. What is missing comes from Lyon, and the books are put right.",
        story: parcels::short_shipment,
    },
    Scene {
        name: "turned_down",
        title: "A warehouse that turns an order down",
        about: "Berlin cannot ship today. The order goes to Lyon, and Berlin keeps its stock.",
        story: parcels::turned_down,
    },
    Scene {
        name: "backorder_fifo",
        title: "A backorder released by a receipt, first in, first out",
        about: "Two customers wait for the same chair. The one who ordered first pays last and is served first all the same.",
        story: backorders::first_in_first_out,
    },
    Scene {
        name: "backorder_by_sweep",
        title: "A backorder released by the sweep",
        about: "Dresden has the lamp and is closed, so the order waits. Opening a warehouse moves no stock and so \
                announces nothing: only the scheduled sweep can find that the waiting is over.",
        story: backorders::released_by_the_sweep,
    },
    Scene {
        name: "partial_cancel",
        title: "A partial cancel before picking",
        about: "One of three is not wanted any more. The warehouse has accepted but not begun: it is asked, and agrees.",
        story: cancelling::partial_before_picking,
    },
    Scene {
        name: "cancel_at_once",
        title: "A cancel before anyone was told",
        about: "While the order is held nobody works on it: what is cancelled is gone at once, and is refunded.",
        story: cancelling::at_once_while_held,
    },
    Scene {
        name: "cancel_too_late",
        title: "A cancel after shipping",
        about: "The parcel has left. The answer is no, and says who was first, and when.",
        story: cancelling::too_late,
    },
    Scene {
        name: "cancel_refused",
        title: "A cancel that the warehouse refuses",
        about: "The warehouse is asked, and has the box closed already: it says no, and ships.",
        story: cancelling::refused_by_the_warehouse,
    },
    Scene {
        name: "cancel_races_shipment",
        title: "A cancel races a shipment",
        about: "Customer and warehouse act at the same moment, over and over. Exactly one of them wins each time.",
        story: race::cancel_against_shipment,
    },
    Scene {
        name: "shipment_after_cancel",
        title: "A shipment after the cancel",
        about: "The warehouse agreed to cancel and ships all the same. The parcel is a fact: it is recorded, and a person is asked to look.",
        story: cancelling::shipped_all_the_same,
    },
    Scene {
        name: "unkind_network",
        title: "Duplicate and reordered webhooks",
        about: "Every webhook is delivered five times, in an order that no one would choose: the refund before its capture, \
                the delivery before the parcel left.",
        story: unkind::five_times_in_any_order,
    },
    Scene {
        name: "fraud_review",
        title: "A fraud review",
        about: "Stripe has doubts about a payment. The money is there and nothing moves until the review is over.",
        story: payments::fraud_review,
    },
    Scene {
        name: "payment_failed",
        title: "A payment that fails",
        about: "The card is declined. The order is cancelled without anyone asking for it.",
        story: payments::failed,
    },
    Scene {
        name: "found_by_checkout",
        title: "An order that Stripe has to find",
        about: "The shop did not know the payment intent yet. Checkout names the order, and the intent leads to it from then on.",
        story: payments::found_by_checkout,
    },
    Scene {
        name: "turned_away",
        title: "Turned away at the door",
        about: "A forged signature, an old one, another location's, a body that is too large, and one that is no JSON.",
        story: gate::turned_away,
    },
];
