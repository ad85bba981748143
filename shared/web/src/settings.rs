//! What the deployment decides for requests.

use app::{
    goodwill::GoodwillLimits,
    usecases::{
        placement_defaults::{DuplicateHold, PlacementDefaults},
        reveal::ACCESS_LOG_DAYS,
    },
};
use domain::order::ShippingRefund;

/// The settings of the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// What an order gets that says nothing when it is placed.
    pub defaults: PlacementDefaults,
    /// How much of an order a person may give back beyond what is owed without a second person.
    pub goodwill: GoodwillLimits,
    /// How long the access log is kept, days; none: [`ACCESS_LOG_DAYS`].
    pub access_log_days: Option<u16>,
}

impl Settings {
    /// Of what is commanded, when shipping goes back and how long before the end of an authorization nothing more is
    /// released for orders that say nothing, of the limits of the roles, of what becomes of possible duplicates, of the
    /// days in which a bank transfer may come, and of those in which an order on account is to be paid.
    pub fn new(
        commands: PlacementDefaults,
        shipping_refund: ShippingRefund,
        authorization_margin_h: u8,
        goodwill: GoodwillLimits,
        duplicate_hold: DuplicateHold,
        transfer_days: u32,
        on_account_days: u16,
    ) -> Self {
        Self {
            defaults: commands
                .with_shipping_refund(shipping_refund)
                .with_authorization_margin(authorization_margin_h)
                .with_duplicate_hold(duplicate_hold)
                .with_transfer_days(transfer_days)
                .with_on_account_days(on_account_days),
            goodwill,
            access_log_days: None,
        }
    }

    /// With the days for which the access log is kept.
    #[must_use]
    pub fn with_access_log_days(self, days: u16) -> Self {
        Self {
            access_log_days: Some(days),
            ..self
        }
    }

    /// How long the access log is kept, days.
    pub fn access_log_days(&self) -> u16 {
        self.access_log_days.unwrap_or(ACCESS_LOG_DAYS)
    }
}
