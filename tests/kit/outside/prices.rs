//! What things cost, in currencies with no, two and three decimals.

use serde_json::Value;

use super::{
    day::Day,
    kinds::Kind,
    people::{ACCOUNT, Way},
    truth::number,
};
use crate::world::Draft;

/// The prices of one currency, in its minor units.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prices {
    /// ISO 4217.
    pub(super) currency: &'static str,
    /// As it is named in webhooks of the gateway.
    pub(super) at_gateway: &'static str,
    decimals: u32,
    unit: i64,
    /// The tax of a unit.
    tax: i64,
    shipping: i64,
    shipping_tax: i64,
    /// What a gift card pays: less than the cheapest order costs.
    gift: i64,
    /// What the account may owe when that is little.
    low_limit: i64,
    /// What is paid is a multiple of this. The gateway takes and gives back no less of three decimals.
    pub(super) step: i64,
    /// By how much amounts that people think of are multiplied.
    scale: i64,
}

pub(super) static EURO: Prices = Prices {
    currency: "EUR",
    at_gateway: "eur",
    decimals: 2,
    unit: 1999,
    tax: 380,
    shipping: 490,
    shipping_tax: 78,
    gift: 1000,
    low_limit: 12_000,
    step: 1,
    scale: 1,
};

static YEN: Prices = Prices {
    currency: "JPY",
    at_gateway: "jpy",
    decimals: 0,
    unit: 1980,
    tax: 198,
    shipping: 501,
    shipping_tax: 45,
    gift: 901,
    low_limit: 11_000,
    step: 1,
    scale: 1,
};

static DINAR: Prices = Prices {
    currency: "KWD",
    at_gateway: "kwd",
    decimals: 3,
    unit: 5120,
    tax: 250,
    shipping: 1510,
    shipping_tax: 70,
    gift: 3010,
    low_limit: 30_000,
    step: 10,
    scale: 10,
};

static ALL: [&Prices; 3] = [&EURO, &YEN, &DINAR];

impl Prices {
    /// What a unit costs with its tax.
    pub(super) fn unit_with_tax(&self) -> i64 {
        self.unit.saturating_add(self.tax)
    }

    /// What so many units cost with tax and shipping.
    pub(super) fn order_of(&self, units: u32) -> i64 {
        let goods = i64::from(units).saturating_mul(self.unit_with_tax());
        goods.saturating_add(self.shipping)
    }

    pub(super) fn gift(&self) -> i64 {
        self.gift
    }

    /// So many percent of an amount, as it is paid.
    pub(super) fn percent(&self, amount: i64, percent: i64) -> i64 {
        let part = amount.saturating_mul(percent) / 100;
        part.saturating_sub(part.rem_euclid(self.step))
    }

    /// An amount that people think of.
    pub(super) fn amount(&self, euro_cents: i64) -> i64 {
        euro_cents.saturating_mul(self.scale)
    }

    /// The draft at these prices.
    pub(super) fn of(&self, mut draft: Draft) -> Draft {
        let request = &mut draft.request;
        request.currency = self.currency.parse().expect("a currency");
        request.shipping = self.shipping;
        for line in &mut request.lines {
            line.unit_price = self.unit;
            line.tax = i64::from(line.quantity).saturating_mul(self.tax);
        }
        if let Some(tax) = &mut request.tax {
            tax.shipping_tax = self.shipping_tax;
        }
        draft
    }
}

impl Day<'_> {
    pub(super) fn chooses_prices(&mut self, name: &str) -> &'static Prices {
        if !self.may(Kind::Currencies) {
            return &EURO;
        }
        let choice = self
            .choices
            .pick(&format!("{name}: currency"), &[64, 18, 18]);
        ALL[usize::try_from(choice).unwrap_or(0)]
    }

    /// The account exists, with a limit for each currency, which may be too low; or with none, so that nothing is sold for it.
    pub(super) async fn sets_limits(&mut self) {
        for prices in ALL {
            let currency = prices.currency;
            let choice = format!("the account's limit in {currency}");
            let limit = match self.choices.pick(&choice, &[70, 25, 5]) {
                0 => 10_000_000,
                1 => prices.low_limit,
                _ => continue,
            };
            self.limits.insert(currency, limit);
        }
        let limits: Vec<(&str, i64)> = self.limits.iter().map(|(c, l)| (*c, *l)).collect();
        self.system.world.may_owe_each(ACCOUNT, &limits).await;
    }

    /// What the account may owe in a currency.
    pub(super) fn limit(&self, currency: &str) -> i64 {
        self.limits.get(currency).copied().unwrap_or(0)
    }

    /// The account owes in each currency what its orders cost and people have not seen.
    pub(super) async fn judges_the_account(&mut self) {
        if !self.may(Kind::OnAccount) {
            return;
        }
        for prices in ALL {
            let real = self.open_for(prices).await;
            let ours = self.system.account_open(ACCOUNT, prices.currency).await;
            if ours != real {
                self.is_wrong(format!(
                    "an account differs: {real} {} is open, our books say {ours}",
                    prices.currency
                ));
            }
        }
    }

    async fn open_for(&self, prices: &Prices) -> i64 {
        let mut real: i64 = 0;
        for (index, order) in self.placed() {
            let customer = &self.customers[index];
            if customer.way != Way::OnAccount || customer.prices != prices {
                continue;
            }
            let view = self.system.order_view(order).await;
            let due = number(&view["money"]["due"]);
            let (taken, back, _) = self.balance(index);
            let open = due.saturating_sub(taken.saturating_sub(back));
            real = real.saturating_add(open.max(0));
        }
        real
    }

    /// Every amount is shown in the currency that the customer pays.
    pub(super) fn judges_the_currency(&mut self, customer: usize, money: &Value) {
        let Prices {
            currency, decimals, ..
        } = self.customers[customer].prices;
        if money["currency"] != *currency || money["decimals"] != *decimals {
            let name = &self.customers[customer].name;
            self.is_wrong(format!(
                "the currency differs: {name} is paid in {currency} of {decimals} decimals, our books say {money}"
            ));
        }
    }

    /// A carrier is to collect money in the currency of the order.
    pub(super) fn judges_what_is_collected(&mut self, customer: Option<usize>, collect: &Value) {
        let Some(customer) = customer.filter(|_| !collect.is_null()) else {
            return;
        };
        let customer = &self.customers[customer];
        let (currency, name) = (customer.prices.currency, &customer.name);
        if customer.way != Way::OnDelivery || collect["currency"] != currency {
            self.is_wrong(format!(
                "a carrier is to collect {collect} of {name}, who pays in {currency}"
            ));
        }
    }
}
