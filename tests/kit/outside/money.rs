//! Whether our books about money equal the ledgers outside: the gateway's, the banks' and people's.

use serde_json::Value;

use super::{
    day::Day,
    kinds::Kind,
    people::{Way, has_exception},
    truth::{Line, number},
};

impl Way {
    /// Whether goods may go before the money is there.
    pub(super) fn goods_go_first(self) -> bool {
        match self {
            Self::OnDelivery | Self::OnAccount => true,
            Self::Gateway | Self::BankTransfer | Self::Elsewhere => false,
        }
    }
}

impl Day<'_> {
    /// A clerk refunds at the gateway what orders say is owed. Gives whether anything was.
    pub(super) async fn refunds_what_is_owed(&mut self) -> bool {
        if !self.may(Kind::Refunds) {
            return false;
        }
        let mut refunded = false;
        for index in 0..self.customers.len() {
            let Some(order) = self.customers[index].order else {
                continue;
            };
            let customer = &self.customers[index];
            if customer.commands.is_some() || customer.way != Way::Gateway {
                continue;
            }
            let name = self.customers[index].name.clone();
            let money = self.system.order_view(order).await["money"].clone();
            let owed = number(&money["refund_outstanding"]);
            if owed > 0 && self.choices.happens(&format!("{name}: is refunded"), 50) {
                self.note(|| format!("a clerk refunds {owed} of {name}"));
                self.refunds(index, owed);
                refunded = true;
            }
        }
        refunded
    }

    /// What does not add up about the money of an order. What differs from a ledger is wrong; what is given is to be said by an
    /// exception.
    pub(super) fn money(&mut self, customer: usize, view: &Value, lines: &[Line]) -> Vec<String> {
        let money = &view["money"];
        let of = |field: &str| number(&money[field]);
        let (taken, back, open) = self.balance(customer);
        let lost = self.lost(customer);
        let name = self.customers[customer].name.clone();
        let hands = self.customers[customer].hands;
        // What an agent has accepted because a bank had taken it is no credit any more when the shop has it back.
        let ended = hands.accepted.saturating_sub(lost).max(0);
        for (what, real, ours) in [
            ("captured", taken, of("captured")),
            ("refunded", back, of("refunded")),
            ("lost to disputes", lost, of("lost_to_disputes")),
            (
                "given as a credit",
                hands.credits.saturating_sub(ended),
                of("credits"),
            ),
            ("to be captured", open, of("capturable")),
        ] {
            if real != ours {
                self.is_wrong(format!(
                    "money differs: {real} is {what} of {name}, our books say {ours}"
                ));
            }
        }
        self.judges_the_price(customer, money, lines);
        self.judges_disputes(customer, view);
        self.judges_the_currency(customer, money);
        let mut needed = Vec::new();
        let due = of("due");
        let kept = taken.saturating_sub(back).saturating_sub(lost);
        let owed = match self.customers[customer].commands {
            // It is given back without a person.
            Some(_) if view["payment_status"] != "disputed" => 0,
            Some(_) | None => of("refund_outstanding"),
        };
        let surplus_kept = hands.surplus_kept && kept > due;
        // Nothing here brings back what a bank has taken of what was refunded. A person was shown the loss.
        let had = match self.taken_twice(customer) {
            0 => kept,
            _ => kept.max(0),
        };
        if self.is_to_be_paid(customer, lines, open, taken)
            && had.saturating_sub(owed) != due
            && !surplus_kept
        {
            needed.push(format!(
                "{kept} is kept of {taken}, {owed} of it is owed back, and the goods cost {due}"
            ));
        }
        if ended > 0 && !has_exception(view, "credit_withdrawn") {
            self.is_wrong(format!(
                "a loss was accepted as a credit of {ended} and came back, and nobody is told: {name}"
            ));
        }
        let tax = &self.system.world.gateway.inner.tax;
        let taxed = &self.customers[customer];
        let reversed = tax.reversed_of(&format!("tax_{}", taxed.number)).amount;
        if taxed.is_taxed() && reversed != of("credited") {
            needed.push(format!(
                "{} is credited, and the tax of {reversed} was reversed",
                of("credited")
            ));
        }
        // The money came in time and we heard of it too late: the customer gets nothing, and a person must decide. They may
        // keep what was paid beyond the price, and no more.
        let is_cancelled = lines.iter().all(|line| line.cancelled == line.ordered);
        let by_someone = self.customers[customer].trouble.contains("cancelled");
        let may_keep = match hands.surplus_kept {
            true => taken.saturating_sub(self.customers[customer].total).max(0),
            false => 0,
        };
        if is_cancelled && !by_someone && kept > may_keep {
            needed.push(format!(
                "{taken} was taken for an order that is cancelled, and nobody has cancelled it"
            ));
        }
        needed
    }

    /// What is due is the price of what is neither cancelled nor given back by an agent.
    fn judges_the_price(&mut self, customer: usize, money: &Value, lines: &[Line]) {
        let name = self.customers[customer].name.clone();
        let of = |field: &str| number(&money[field]);
        let unit = self.customers[customer].prices.unit_with_tax();
        let cancelled: u64 = lines.iter().map(|line| line.cancelled).sum();
        let ordered: u64 = lines.iter().map(|line| line.ordered).sum();
        let worth = i64::try_from(cancelled).unwrap_or(0).saturating_mul(unit);
        let shipping = of("cancelled").saturating_sub(worth);
        let whole = self.customers[customer].total;
        let is_price = match cancelled {
            0 => of("cancelled") == 0,
            n if n == ordered => of("cancelled") == whole,
            _ => shipping > 0 && of("cancelled") < whole,
        };
        let is_due = self.customers[customer].hands.has_granted
            || of("due") == whole.saturating_sub(of("cancelled"));
        if !is_price || !is_due {
            self.is_wrong(format!(
                "the price differs: {cancelled} units of {ordered} for {whole} are cancelled, our books say {money}: {name}"
            ));
        }
    }

    /// Whether what is due must be there by now.
    fn is_to_be_paid(&self, customer: usize, lines: &[Line], open: i64, taken: i64) -> bool {
        let is_sent = lines.iter().any(|line| line.left > 0);
        match self.customers[customer].way {
            Way::OnDelivery => lines
                .iter()
                .all(|line| line.arrived.saturating_add(line.cancelled) >= line.ordered),
            Way::Gateway | Way::BankTransfer | Way::Elsewhere | Way::OnAccount => {
                open == 0 && (taken > 0 || is_sent)
            }
        }
    }
}
