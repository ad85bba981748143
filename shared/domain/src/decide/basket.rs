//! Baskets: what tells that a customer may have placed the same order twice.
//!
//! A placement that watches for it writes its basket in its own transaction, on the condition that no order of the same
//! basket was placed about the same time. So of two that are placed at the same moment one finds the other. The one that
//! does is placed as well, with a hold: whether the customer wants it twice is for a person to say.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use crate::{
    ids::OrderId,
    order::{Actor, Cause, Command, Context, HoldKind, PlaceOrder, PlacedOrder},
};

/// How long before or after another order of the same basket an order is a possible duplicate of it, in seconds.
pub const DUPLICATE_WITHIN_S: i64 = 900;

/// The basket of an order that is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    /// What two orders of the same basket have in common: e-mail address, shop, currency, lines and total. Personal data: a
    /// store keeps a hash of it with a secret key, and nothing else.
    pub content: String,
    /// When the order was placed, UTC.
    pub placed_at: Timestamp,
    /// Until when it is remembered, UTC.
    pub until: Timestamp,
    /// The other order of this basket that the placement knows of: it takes its place.
    pub duplicate_of: Option<OrderId>,
}

impl Basket {
    /// The basket of a request, of which `placed` was made.
    pub(super) fn of(request: &PlaceOrder, placed: &PlacedOrder, now: Timestamp) -> Self {
        let mut lines: Vec<String> = request
            .lines
            .iter()
            .map(|l| {
                format!(
                    "{}\t{}\t{}\t{}\t{}",
                    l.sku, l.quantity, l.unit_price, l.discount, l.tax
                )
            })
            .collect();
        lines.sort();
        let email = request.customer.email.trim().to_lowercase();
        let (shop, currency, total) = (&placed.shop, placed.currency, placed.total());
        let mut content = format!("{email}\n{shop}\n{currency}\n{total}");
        for line in lines {
            // Writing to a text does not fail.
            let _ = write!(content, "\n{line}");
        }
        let until = placed.placed_at.max(now);
        let until = until.checked_add(SignedDuration::from_secs(DUPLICATE_WITHIN_S));
        Self {
            content,
            placed_at: placed.placed_at,
            until: until.unwrap_or(Timestamp::MAX),
            duplicate_of: None,
        }
    }

    /// The first and the last second at which another order of the same basket is near, UTC, as Unix times.
    pub fn near(&self) -> (i64, i64) {
        let at = self.placed_at.as_second();
        (
            at.saturating_sub(DUPLICATE_WITHIN_S),
            at.saturating_add(DUPLICATE_WITHIN_S),
        )
    }

    /// Whether an order of the same basket that was placed at that time, a Unix time in seconds, keeps this placement from
    /// being written.
    pub fn meets(&self, other: OrderId, placed_at: i64) -> bool {
        let (first, last) = self.near();
        self.duplicate_of != Some(other) && (first..=last).contains(&placed_at)
    }
}

/// The hold of an order that may be a duplicate, and why.
pub(super) fn hold(other: OrderId, now: Timestamp) -> (Command, Context) {
    let command = Command::PlaceHold {
        kind: HoldKind::PossibleDuplicate,
        handle: format!("duplicate-of:{other}"),
        until: None,
    };
    let context = Context {
        now,
        actor: Actor::system("api"),
        cause: Cause::new("basket", other.to_string()),
    };
    (command, context)
}
