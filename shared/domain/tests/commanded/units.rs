//! Where every unit is, and which the customer need not pay. Each unit is told apart here.

use domain::order::{PlacedOrder, ShippingRefund};

/// One unit.
#[derive(Debug, Clone, Copy, Default)]
struct Unit {
    shipped: bool,
    cancelled: bool,
    refunded: bool,
}

impl Unit {
    fn is_credited(self) -> bool {
        self.cancelled || self.refunded
    }

    fn is_here(self) -> bool {
        !self.shipped && !self.cancelled
    }
}

/// All units of an order, by line, and what its cells are worth.
pub(crate) struct Units {
    lines: Vec<Vec<Unit>>,
    placed: PlacedOrder,
    rule: ShippingRefund,
}

impl Units {
    pub(crate) fn new(placed: &PlacedOrder, rule: ShippingRefund) -> Self {
        let lines = placed.lines.iter();
        let units =
            lines.map(|line| vec![Unit::default(); usize::try_from(line.quantity).unwrap()]);
        Self {
            lines: units.collect(),
            placed: placed.clone(),
            rule,
        }
    }

    fn line(&mut self, id: &str) -> &mut Vec<Unit> {
        let index: usize = id.parse().unwrap();
        &mut self.lines[index - 1]
    }

    /// Of the units of a line that are here, the one that a person has refunded is cancelled first and shipped last.
    pub(crate) fn cancel(&mut self, line: &str, units: u32) {
        for _ in 0..units {
            let here = self.line(line).iter_mut().filter(|unit| unit.is_here());
            here.max_by_key(|unit| unit.refunded).unwrap().cancelled = true;
        }
    }

    pub(crate) fn ship(&mut self, line: &str) {
        let here = self.line(line).iter_mut().filter(|unit| unit.is_here());
        here.min_by_key(|unit| unit.refunded).unwrap().shipped = true;
    }

    /// A person refunds units: first those that the customer has.
    pub(crate) fn refund(&mut self, line: &str, units: u32) {
        for _ in 0..units {
            let paid = self.line(line).iter_mut().filter(|u| !u.is_credited());
            paid.max_by_key(|unit| unit.shipped).unwrap().refunded = true;
        }
    }

    fn all(&self) -> impl Iterator<Item = &Unit> {
        self.lines.iter().flatten()
    }

    pub(crate) fn is_any_shipped(&self) -> bool {
        self.all().any(|unit| unit.shipped)
    }

    pub(crate) fn is_all_cancelled(&self) -> bool {
        self.all().all(|unit| unit.cancelled)
    }

    /// Whether units that the customer pays have not left.
    pub(crate) fn is_more_to_ship(&self) -> bool {
        self.all().any(|unit| unit.is_here() && !unit.is_credited())
    }

    /// What the units of each line cost, by the number of units taken from its beginning: goods, and shares of the shipping.
    fn first_cells(&self, taken: impl Fn(&Unit) -> bool) -> (i64, i64) {
        let (mut goods, mut shares) = (0, 0);
        for (line, units) in self.placed.lines.iter().zip(&self.lines) {
            let count = units.iter().filter(|unit| taken(unit)).count();
            for index in 0..u32::try_from(count).unwrap() {
                let cell = line.cell(index);
                goods += cell.price - cell.discount + cell.tax;
                shares += cell.shipping;
            }
        }
        (goods, shares)
    }

    fn shipping(&self) -> i64 {
        self.placed.lines.iter().map(|line| line.shipping).sum()
    }

    /// What of the shipping the customer does not pay, when people have given back so much of it.
    fn shipping_credited(&self, granted: i64) -> i64 {
        let shipping = self.shipping();
        let by_rule = match self.rule {
            ShippingRefund::FirstUnit if self.all().any(|unit| unit.is_credited()) => shipping,
            ShippingRefund::LastUnit if self.all().all(|unit| unit.is_credited()) => shipping,
            ShippingRefund::ProRata => shipping - self.first_cells(|u| !u.is_credited()).1,
            ShippingRefund::FirstUnit | ShippingRefund::LastUnit | ShippingRefund::Never => 0,
        };
        (by_rule + granted).min(shipping)
    }

    /// What units and shipping cost that are not credited.
    pub(crate) fn worth(&self, granted: i64) -> i64 {
        let (goods, _) = self.first_cells(|unit| !unit.is_credited());
        goods + self.shipping() - self.shipping_credited(granted)
    }

    /// The same of what has left.
    pub(crate) fn worth_of_shipped(&self, granted: i64) -> i64 {
        let (goods, shares) = self.first_cells(|unit| unit.shipped && !unit.is_credited());
        let left = self.shipping() - self.shipping_credited(granted);
        goods
            + match self.rule {
                ShippingRefund::ProRata => shares.min(left),
                ShippingRefund::FirstUnit | ShippingRefund::LastUnit | ShippingRefund::Never => {
                    left
                }
            }
    }
}
