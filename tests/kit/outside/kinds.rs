//! The kinds of behaviour that a day may have.

use std::collections::BTreeSet;

macro_rules! kinds {
    ($($kind:ident = $name:literal, $meaning:literal;)+) => {
        /// A kind of behaviour outside.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = $meaning] $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Its name in settings and reports.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),+ }
            }

            /// What happens.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$kind => $meaning),+ }
            }
        }
    };
}

kinds! {
    Scarce = "scarce", "Shelves have less than is ordered: orders are split and backordered.";
    Whole = "whole", "Some orders ship complete.";
    Cancels = "cancels", "Customers cancel units or whole orders.";
    CancelRefusals = "cancel_refusals", "A location that could still cancel refuses.";
    Holds = "holds", "Agents hold orders for some hours.";
    Receipts = "receipts", "Units come in during the day.";
    Counts = "counts", "Clerks count shelves; nothing else of that location is under way while they tell it.";
    StaleCounts = "stale_counts", "Counts are told late, before and after other movements.";
    Losses = "losses", "A unit disappears from a shelf, and is missed when somebody picks or counts.";
    Parcels = "parcels", "A fulfillment order leaves in two or three parcels.";
    Overtaking = "overtaking", "Messages about one fulfillment order overtake each other.";
    SameReferences = "same_references", "Each location numbers its parcels 1, 2, 3 ...";
    Totals = "totals", "A location says with the last parcel, or in a message, how much it shipped in all.";
    Restocks = "restocks", "A location that was short of a SKU receives some, and orders that wait must be offered it.";
    Adjustments = "adjustments", "An operator corrects a shelf through the API.";
    LocationCancels = "location_cancels", "A location cancels units without having been asked.";
    Rejections = "rejections", "A location rejects a request without saying that units are missing.";
    Quiet = "quiet", "A location ships without having accepted, or says nothing before it ships.";
    Slow = "slow", "A location takes many hours for each step.";
    Silent = "silent", "A location never does anything about a request.";
    Stalls = "stalls", "A location accepts a request, and perhaps picks, packs or ships a part of it, and then does nothing more.";
    Down = "down", "A location cannot be reached for some hours.";
    ComparesBodies = "compares_bodies", "A location compares a repeated request with the first: the same id is the same body.";
    Unsent = "unsent", "A location minds being asked to cancel what it was never asked to ship, unless a process died that was to send it.";
    Authorizations = "authorizations", "The payment is authorized first, and captured in full later.";
    PartialCaptures = "partial_captures", "Less is captured than was authorized.";
    TwoIntents = "two_intents", "Two intents are captured for one order, in full or half each.";
    Declines = "declines", "A card is declined once or twice before the payment succeeds.";
    Unpaid = "unpaid", "A customer never pays, or gives up after a decline.";
    Lapses = "lapses", "An authorization lapses, or is cancelled.";
    GatewayRefunds = "gateway_refunds", "A refund is made at the gateway that nobody here has asked for.";
    Refunds = "refunds", "A clerk refunds at the gateway what the order says is owed.";
    FailedRefunds = "failed_refunds", "A refund that had succeeded fails days later.";
    Reviews = "reviews", "A fraud review is opened, and closed some hours later.";
    Commands = "commands", "The OMS commands the gateway for an order: it captures, refunds and cancels by itself.";
    PerShipment = "per_shipment", "Of a commanded payment each shipment is captured; not every payment allows that.";
    BankTransfers = "bank_transfers", "The customer transfers the money: in time, in two parts, too late, or never.";
    Elsewhere = "elsewhere", "A marketplace has collected the money.";
    OnDelivery = "on_delivery", "The customer pays the carrier what the location was told to collect.";
    OnAccount = "on_account", "A customer's account is billed, up to its limit; the customer pays later, or not at all.";
    Currencies = "currencies", "Some customers pay in a currency without decimals, or with three.";
    GiftCards = "gift_cards", "A gift card has paid a part.";
    AgentRefunds = "agent_refunds", "An agent gives back units, shipping or an amount; a second person approves what is much, or does not.";
    Previews = "previews", "An agent tries a refund out before they ask for it.";
    Surpluses = "surpluses", "A person decides what becomes of what was paid too much.";
    Baskets = "baskets", "A customer places the same basket twice, and possible duplicates are held until an agent has decided.";
    Disputes = "disputes", "A customer disputes the payment, and wins or loses.";
    Funds = "funds", "The gateway takes the money of a dispute, and gives it back when the dispute is won.";
    Reinstated = "reinstated", "The gateway gives the money of a lost dispute back, or a part of it, hours, days or weeks later.";
    LostDisputes = "lost_disputes", "An agent accepts a lost dispute as a credit, or cancels units because of it.";
    Carriers = "carriers", "Carriers tell their steps, flap between problem and progress, and bring parcels back.";
    Late = "late", "Messages come minutes late.";
    Deaf = "deaf", "No webhook about money arrives the whole day: the gateway is asked, and compared with each night.";
    Withheld = "withheld", "Webhooks are withheld for many hours; what follows them waits, and is no dead letter.";
    Twice = "twice", "Messages come several times.";
    Deaths = "deaths", "Processes die between any two steps.";
}

/// The kinds of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kinds(BTreeSet<Kind>);

impl Kinds {
    /// Every kind.
    pub fn all() -> Self {
        Self(Kind::ALL.iter().copied().collect())
    }

    /// The kinds of these names, separated by commas; `-name` takes one away from all.
    ///
    /// # Errors
    /// A name that is not one of a kind.
    pub fn parse(names: &str) -> Result<Self, String> {
        let names: Vec<&str> = names
            .split(',')
            .map(str::trim)
            .filter(|n| !n.is_empty())
            .collect();
        let mut kinds = if names.iter().any(|name| name.starts_with('-')) {
            Self::all()
        } else {
            Self(BTreeSet::new())
        };
        for name in names {
            let plain = name.trim_start_matches('-');
            let kind = Kind::ALL.iter().find(|kind| kind.name() == plain);
            let kind = *kind.ok_or_else(|| format!("no kind of behaviour is named {plain}"))?;
            if name.starts_with('-') {
                kinds.0.remove(&kind);
            } else {
                kinds.0.insert(kind);
            }
        }
        Ok(kinds)
    }

    /// Whether days may have it.
    pub fn has(&self, kind: Kind) -> bool {
        self.0.contains(&kind)
    }
}
