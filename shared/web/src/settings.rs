//! What the deployment decides for requests.

use app::{
    goodwill::GoodwillLimits,
    usecases::placement_defaults::{DuplicateHold, PlacementDefaults},
};
use domain::order::ShippingRefund;

/// The settings of the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// What an order gets that says nothing when it is placed.
    pub defaults: PlacementDefaults,
    /// How much of an order a person may give back beyond what is owed without a second person.
    pub goodwill: GoodwillLimits,
}

impl Settings {
    /// Of what is commanded and when shipping goes back for orders that say nothing, of the limits of the roles, and of what
    /// becomes of possible duplicates.
    pub fn new(
        commands: PlacementDefaults,
        shipping_refund: ShippingRefund,
        goodwill: GoodwillLimits,
        duplicate_hold: DuplicateHold,
    ) -> Self {
        Self {
            defaults: commands
                .with_shipping_refund(shipping_refund)
                .with_duplicate_hold(duplicate_hold),
            goodwill,
        }
    }
}
