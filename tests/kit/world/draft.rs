//! An order as a shop drafts it.

use domain::{
    order::{Address, Contact, OrderTax, Terms},
    order::{
        PaymentCommands, PaymentTerm, PlaceLine, PlaceOrder, PlacePayment, PlaceTender,
        ShippingRefund, TenderKind,
    },
};
use jiff::Timestamp;

/// An order of a customer in Germany, in euros, paid through an intent named after its number.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What the shop sends.
    pub request: PlaceOrder,
}

impl Draft {
    /// A draft with no lines yet.
    pub fn new(number: &str) -> Self {
        let address = Address {
            lines: vec!["Hauptstr. 1".to_owned()],
            city: "Berlin".to_owned(),
            region: None,
            postal_code: Some("10115".to_owned()),
            country: "DE".to_owned(),
        };
        let customer = Contact {
            name: "Jane Doe".to_owned(),
            email: format!("jane+{number}@example.com"),
            phone: None,
            address,
        };
        let request = PlaceOrder {
            number: number.parse().expect("an order number"),
            shop: "default".parse().expect("a shop"),
            placed_at: None,
            currency: "EUR".parse().expect("a currency"),
            lines: Vec::new(),
            discount: 0,
            shipping: 490,
            tax: None,
            terms: Terms {
                priority: 5,
                ..Terms::default()
            },
            payment: PlacePayment {
                intent: Some(format!("pi_{number}")),
                tenders: Vec::new(),
            },
            customer,
        };
        Self { request }
    }

    /// One more line; lines are named `1`, `2` and so on. A unit costs 19.99.
    #[must_use]
    pub fn line(mut self, sku: &str, quantity: u32) -> Self {
        self.request.lines.push(PlaceLine {
            id: None,
            sku: sku.parse().expect("a SKU"),
            title: String::new(),
            quantity,
            unit_price: 1999,
            discount: 0,
            tax: i64::from(quantity).saturating_mul(380),
        });
        self
    }

    /// Ships nothing until everything can be assigned.
    #[must_use]
    pub fn ships_complete(mut self) -> Self {
        self.request.terms.ship_complete = true;
        self
    }

    /// Is released before the others.
    #[must_use]
    pub fn with_priority(mut self) -> Self {
        self.request.terms.priority = 1;
        self
    }

    /// The shop does not know the payment intent yet.
    #[must_use]
    pub fn without_intent(mut self) -> Self {
        self.request.payment.intent = None;
        self
    }

    /// Of a customer with that e-mail address.
    #[must_use]
    pub fn of(mut self, email: &str) -> Self {
        email.clone_into(&mut self.request.customer.email);
        self
    }

    /// Is paid otherwise than through the gateway.
    #[must_use]
    pub fn paid_by(mut self, term: PaymentTerm) -> Self {
        self.request.terms.payment = Some(term);
        self.without_intent()
    }

    /// Is paid on account, within so many days.
    #[must_use]
    pub fn on_account(self, account: &str, days: Option<u16>) -> Self {
        let account = account.parse().expect("an account id");
        self.paid_by(PaymentTerm::OnAccount { account, days })
    }

    /// A gift card has paid so much of it.
    #[must_use]
    pub fn gift_card(mut self, reference: &str, amount: i64) -> Self {
        self.request.payment.tenders.push(PlaceTender {
            kind: TenderKind::GiftCard,
            reference: reference.to_owned(),
            amount,
        });
        self
    }

    /// Nothing more is released so many hours before an authorization ends.
    #[must_use]
    pub fn margin(mut self, hours: u8) -> Self {
        self.request.terms.authorization_margin_h = Some(hours);
        self
    }

    /// The payment gateway is commanded.
    #[must_use]
    pub fn commanded(mut self, commands: PaymentCommands) -> Self {
        self.request.terms.payment_commands = Some(commands);
        self
    }

    /// A tax service has recorded its tax.
    #[must_use]
    pub fn taxed(mut self) -> Self {
        self.request.tax = Some(OrderTax {
            service: "stripe_tax".to_owned(),
            transaction: format!("tax_{}", self.request.number),
            shipping_tax: 78,
        });
        self
    }

    /// The price of shipping goes back by this rule.
    #[must_use]
    pub fn shipping_goes_back(mut self, rule: ShippingRefund) -> Self {
        self.request.terms.shipping_refund = Some(rule);
        self
    }

    /// Costs nothing.
    #[must_use]
    pub fn free_of_charge(mut self) -> Self {
        self.request.shipping = 0;
        for line in &mut self.request.lines {
            (line.unit_price, line.tax) = (0, 0);
        }
        self
    }

    /// Goes to another country.
    #[must_use]
    pub fn to(mut self, country: &str) -> Self {
        country.clone_into(&mut self.request.customer.address.country);
        self
    }

    /// Was placed at another time than now.
    #[must_use]
    pub fn placed_at(mut self, at: Timestamp) -> Self {
        self.request.placed_at = Some(at);
        self
    }
}
