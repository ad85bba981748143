//! What orders get that say nothing about it when they are placed.

use std::str::FromStr;

use domain::order::{
    AUTHORIZATION_MARGIN_H, CapturePolicy, PaymentCommands, PlaceOrder, ShippingRefund,
};

/// The terms of orders that say nothing. They become terms of the order, so a later default changes no order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlacementDefaults {
    /// What is commanded at the payment gateway; `None`: nothing.
    pub payment_commands: Option<PaymentCommands>,
    /// When the price of shipping goes back; `None`: each unit's share with the unit.
    pub shipping_refund: Option<ShippingRefund>,
    /// How many hours before an authorization ends nothing more is released; `None`: as orders have it.
    pub authorization_margin_h: Option<u8>,
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

    /// The request with what it does not say.
    pub(super) fn complete(&self, request: &PlaceOrder) -> PlaceOrder {
        let mut request = request.clone();
        let terms = &mut request.terms;
        terms.payment_commands = terms.payment_commands.or(self.payment_commands);
        terms.authorization_margin_h = terms.authorization_margin_h.or(self.authorization_margin_h);
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
            authorization_margin_h: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_says_what_is_commanded() {
        let commands = |setting: &str| {
            setting
                .parse()
                .map(|d: PlacementDefaults| d.payment_commands)
        };
        assert_eq!(commands("off"), Ok(None));
        for (setting, capture) in [
            ("manual_capture", CapturePolicy::Manual),
            ("capture_at_once", CapturePolicy::AtOnce),
            ("capture_on_first_shipment", CapturePolicy::FirstShipment),
            ("capture_per_shipment", CapturePolicy::PerShipment),
        ] {
            let found = commands(setting).unwrap().unwrap();
            assert_eq!(found.capture, capture, "{setting}");
        }
        for unknown in ["", "OFF", "manual"] {
            assert_eq!(commands(unknown), Err(UnknownDefault), "{unknown}");
            assert!(!UnknownDefault.to_string().is_empty());
        }
        for (name, _) in PlacementDefaults::SETTINGS {
            assert!(UnknownDefault.to_string().contains(name), "{name}");
        }
    }
}
