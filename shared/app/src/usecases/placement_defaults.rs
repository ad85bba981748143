//! What orders get that say nothing about it when they are placed.

use std::str::FromStr;

use domain::order::{
    AUTHORIZATION_MARGIN_H, CapturePolicy, PaymentCommands, PaymentTerm, PlaceOrder, ShippingRefund,
};
use jiff::{SignedDuration, Timestamp};

/// The terms of orders that say nothing. They become terms of the order, so a later default changes no order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlacementDefaults {
    /// What is commanded at the payment gateway; `None`: nothing.
    pub payment_commands: Option<PaymentCommands>,
    /// When the price of shipping goes back; `None`: each unit's share with the unit.
    pub shipping_refund: Option<ShippingRefund>,
    /// How many hours before an authorization ends nothing more is released; `None`: as orders have it.
    pub authorization_margin_h: Option<u8>,
    /// For how many days an order that is paid by bank transfer may be paid; `None`: as the rules say.
    pub transfer_days: Option<u32>,
    /// For how many days an order on account may be paid; `None`: as the rules say.
    pub on_account_days: Option<u16>,
    /// Whether an order is held that may be a duplicate, or is paid twice. Of these, the first belongs to the placement and the
    /// second becomes a term of the order.
    pub duplicate_hold: DuplicateHold,
}

/// Whether an order is held when its customer has placed the same basket shortly before or after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DuplicateHold {
    /// It is not: where the same order twice is usual, each would wait for a person.
    #[default]
    Off,
    /// It is, until a person has looked at it.
    On,
}

impl DuplicateHold {
    /// The values of the setting `POSSIBLE_DUPLICATE_HOLD`.
    pub const SETTINGS: [(&str, Self); 2] = [("off", Self::Off), ("on", Self::On)];

    pub(super) fn is_on(self) -> bool {
        self == Self::On
    }
}

impl FromStr for DuplicateHold {
    type Err = UnknownHold;

    fn from_str(setting: &str) -> Result<Self, UnknownHold> {
        let mut known = Self::SETTINGS.into_iter();
        let found = known.find(|(name, _)| *name == setting);
        found.map(|(_, hold)| hold).ok_or(UnknownHold)
    }
}

impl PlacementDefaults {
    /// The values of the setting `PAYMENT_COMMANDS`, with what each stands for: `off` commands nothing, the others refund
    /// what is owed and capture as they say.
    pub const SETTINGS: [(&str, Option<CapturePolicy>); 5] = [
        ("off", None),
        ("manual_capture", Some(CapturePolicy::Manual)),
        ("capture_at_once", Some(CapturePolicy::AtOnce)),
        (
            "capture_on_first_shipment",
            Some(CapturePolicy::FirstShipment),
        ),
        ("capture_per_shipment", Some(CapturePolicy::PerShipment)),
    ];

    /// Also with a rule for shipping.
    #[must_use]
    pub fn with_shipping_refund(self, rule: ShippingRefund) -> Self {
        let shipping_refund = Some(rule).filter(|rule| *rule != ShippingRefund::default());
        Self {
            shipping_refund,
            ..self
        }
    }

    /// Also with a margin before authorizations end, in hours.
    #[must_use]
    pub fn with_authorization_margin(self, hours: u8) -> Self {
        let authorization_margin_h = Some(hours).filter(|h| *h != AUTHORIZATION_MARGIN_H);
        Self {
            authorization_margin_h,
            ..self
        }
    }

    /// Also with what becomes of possible duplicates.
    #[must_use]
    pub fn with_duplicate_hold(self, duplicate_hold: DuplicateHold) -> Self {
        Self {
            duplicate_hold,
            ..self
        }
    }

    /// Also with the days in which a bank transfer may come.
    #[must_use]
    pub fn with_transfer_days(self, days: u32) -> Self {
        Self {
            transfer_days: Some(days),
            ..self
        }
    }

    /// Also with the days in which an order on account is to be paid.
    #[must_use]
    pub fn with_on_account_days(self, days: u16) -> Self {
        Self {
            on_account_days: Some(days),
            ..self
        }
    }

    /// The request with what it does not say.
    pub(super) fn complete(&self, request: &PlaceOrder, now: Timestamp) -> PlaceOrder {
        let mut request = request.clone();
        if request.terms.payment == Some(PaymentTerm::BankTransfer)
            && request.terms.pay_until.is_none()
            && let Some(days) = self.transfer_days
        {
            // An order that reaches us late may still be paid for as long.
            let from = request.placed_at.map_or(now, |at| at.max(now));
            let length = SignedDuration::from_hours(i64::from(days).saturating_mul(24));
            request.terms.pay_until = from.checked_add(length).ok();
        }
        if let Some(PaymentTerm::OnAccount { days, .. }) = &mut request.terms.payment {
            *days = days.or(self.on_account_days);
        }
        let terms = &mut request.terms;
        terms.payment_commands = terms.payment_commands.or(self.payment_commands);
        terms.authorization_margin_h = terms.authorization_margin_h.or(self.authorization_margin_h);
        terms.hold_paid_twice |= self.duplicate_hold.is_on();
        terms.shipping_refund = terms.shipping_refund.or(self.shipping_refund);
        request
    }
}

/// A text that is no value of the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is none of off, manual_capture, capture_at_once, capture_on_first_shipment, capture_per_shipment"
)]
pub struct UnknownDefault;

/// A text that does not say whether possible duplicates are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is none of off, on")]
pub struct UnknownHold;

impl FromStr for PlacementDefaults {
    type Err = UnknownDefault;

    fn from_str(setting: &str) -> Result<Self, UnknownDefault> {
        let mut known = Self::SETTINGS.iter();
        let (_, capture) = known
            .find(|(name, _)| *name == setting)
            .ok_or(UnknownDefault)?;
        Ok(Self {
            payment_commands: capture.map(|capture| PaymentCommands {
                capture,
                ..PaymentCommands::default()
            }),
            shipping_refund: None,
            transfer_days: None,
            on_account_days: None,
            duplicate_hold: DuplicateHold::default(),
            authorization_margin_h: None,
        })
    }
}
