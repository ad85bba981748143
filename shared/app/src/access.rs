//! Who may do what: the one table of roles and permissions, and the caller as a verified token names it.

use std::collections::BTreeSet;

use domain::{
    ids::LocationId,
    order::{Actor, ActorKind, ExceptionConcern, ExceptionKind, ExceptionOutcome},
};
use serde_json::{Map, Value};

/// Something that a caller may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Find and read orders, with personal data redacted.
    ReadOrders,
    /// See names, addresses, e-mails and agents' notes unredacted.
    ReadPersonalData,
    /// Read who has seen whose personal data.
    ReadAccessLog,
    /// Place orders.
    PlaceOrders,
    /// Cancel orders or units.
    CancelOrders,
    /// Give money back, approve what somebody else wants to give back, and have what the payment gateway has refused tried
    /// again.
    RefundOrders,
    /// Record money that has come, and refunds that people have made, where no payment gateway tells of it.
    RecordPayments,
    /// Read in what the payment gateway's lists and our ledger differ.
    ReadReconciliation,
    /// Read how much is on the queues, and the dead letters, masked.
    ReadQueues,
    /// Have dead letters handled again.
    RedriveDeadLetters,
    /// Read what customer accounts may owe and owe.
    ReadAccounts,
    /// Set what customer accounts may owe.
    WriteAccounts,
    /// Place and release holds.
    HoldOrders,
    /// Read stock levels.
    ReadStock,
    /// Record receipts, counts and corrections of stock.
    AdjustStock,
    /// Read the queues of backordered units.
    ReadBackorders,
    /// Read locations and suppliers.
    ReadLocations,
    /// Write locations and suppliers.
    WriteLocations,
    /// List the exceptions of orders.
    ReadExceptions,
    /// Take and close exceptions that concern a customer: money, cancellations, deliveries.
    WorkOrderExceptions,
    /// Take and close exceptions that concern a location or its stock.
    WorkLocationExceptions,
    /// Report on the fulfillment orders of every location, as the location itself would by webhook.
    WorkFulfillmentOrders,
    /// Read the fulfillment orders of the caller's own locations, with the delivery address, and report on them.
    WorkAtOwnLocations,
}

/// A group of the user pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// First-line support: reads the state of orders.
    Support,
    /// A trained agent: acts on orders for the customer.
    Agent,
    /// Runs stock and integrations; needs no personal data.
    Operator,
    /// Has every permission.
    Admin,
    /// A shop's machine user: places orders, no more.
    Shop,
    /// Works at a location. The groups `location:<location id>` say at which ones.
    Location,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 23] = [
        Self::ReadOrders,
        Self::ReadPersonalData,
        Self::ReadAccessLog,
        Self::PlaceOrders,
        Self::CancelOrders,
        Self::RefundOrders,
        Self::RecordPayments,
        Self::ReadReconciliation,
        Self::ReadQueues,
        Self::RedriveDeadLetters,
        Self::ReadAccounts,
        Self::WriteAccounts,
        Self::HoldOrders,
        Self::ReadStock,
        Self::AdjustStock,
        Self::ReadBackorders,
        Self::ReadLocations,
        Self::WriteLocations,
        Self::ReadExceptions,
        Self::WorkOrderExceptions,
        Self::WorkLocationExceptions,
        Self::WorkFulfillmentOrders,
        Self::WorkAtOwnLocations,
    ];

    /// The name in snake case, for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadOrders => "read_orders",
            Self::ReadPersonalData => "read_personal_data",
            Self::ReadAccessLog => "read_access_log",
            Self::PlaceOrders => "place_orders",
            Self::CancelOrders => "cancel_orders",
            Self::RefundOrders => "refund_orders",
            Self::RecordPayments => "record_payments",
            Self::ReadReconciliation => "read_reconciliation",
            Self::ReadQueues => "read_queues",
            Self::RedriveDeadLetters => "redrive_dead_letters",
            Self::ReadAccounts => "read_accounts",
            Self::WriteAccounts => "write_accounts",
            Self::HoldOrders => "hold_orders",
            Self::ReadStock => "read_stock",
            Self::AdjustStock => "adjust_stock",
            Self::ReadBackorders => "read_backorders",
            Self::ReadLocations => "read_locations",
            Self::WriteLocations => "write_locations",
            Self::ReadExceptions => "read_exceptions",
            Self::WorkOrderExceptions => "work_order_exceptions",
            Self::WorkLocationExceptions => "work_location_exceptions",
            Self::WorkFulfillmentOrders => "work_fulfillment_orders",
            Self::WorkAtOwnLocations => "work_at_own_locations",
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [
        Self::Support,
        Self::Agent,
        Self::Operator,
        Self::Admin,
        Self::Shop,
        Self::Location,
    ];

    /// The group's name in the user pool.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Agent => "agent",
            Self::Operator => "operator",
            Self::Admin => "admin",
            Self::Shop => "shop",
            Self::Location => "location",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// The one table of who may do what. What is not listed is forbidden.
pub const GRANTS: &[(Role, &[Permission])] = &[
    (
        Role::Support,
        &[
            Permission::ReadOrders,
            Permission::ReadStock,
            Permission::ReadBackorders,
            Permission::ReadExceptions,
        ],
    ),
    (
        Role::Agent,
        &[
            Permission::ReadOrders,
            Permission::ReadPersonalData,
            Permission::PlaceOrders,
            Permission::CancelOrders,
            Permission::RefundOrders,
            Permission::HoldOrders,
            Permission::ReadStock,
            Permission::ReadBackorders,
            Permission::ReadExceptions,
            Permission::WorkOrderExceptions,
        ],
    ),
    (
        Role::Operator,
        &[
            Permission::ReadOrders,
            Permission::PlaceOrders,
            Permission::RecordPayments,
            Permission::ReadReconciliation,
            Permission::ReadQueues,
            Permission::RedriveDeadLetters,
            Permission::ReadAccounts,
            Permission::WriteAccounts,
            Permission::ReadStock,
            Permission::AdjustStock,
            Permission::ReadBackorders,
            Permission::ReadLocations,
            Permission::ReadExceptions,
            Permission::WorkLocationExceptions,
            Permission::WorkFulfillmentOrders,
        ],
    ),
    (Role::Admin, &Permission::ALL),
    (Role::Shop, &[Permission::PlaceOrders]),
    // Which locations are the caller's own, the groups `location:<location id>` say.
    (Role::Location, &[Permission::WorkAtOwnLocations]),
];

/// Before a location's id in the name of a group: members of `location:berlin` work at `berlin`.
const LOCATION_GROUP_PREFIX: &str = "location:";

/// Whether a role grants a permission.
pub fn grants(role: Role, permission: Permission) -> bool {
    GRANTS
        .iter()
        .any(|(granted, permissions)| *granted == role && permissions.contains(&permission))
}

/// What a caller needs to take or close an exception of a kind.
pub fn permission_to_work_on(kind: &ExceptionKind) -> Permission {
    match kind.concern() {
        ExceptionConcern::Customer => Permission::WorkOrderExceptions,
        ExceptionConcern::Location => Permission::WorkLocationExceptions,
    }
}

/// What a caller needs beyond that to close an exception with an outcome that gives money back.
pub fn permission_to_close_with(outcome: &ExceptionOutcome) -> Option<Permission> {
    let gives_money_back = [
        ExceptionOutcome::Approved,
        ExceptionOutcome::SurplusRefunded,
    ];
    gives_money_back
        .contains(outcome)
        .then_some(Permission::RefundOrders)
}

/// The claims of a verified token. The gateway verifies the token; nothing in this code base does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims(pub Map<String, Value>);

/// The caller, as a verified token names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The token's subject: an opaque id. Nothing else about a caller is stored or logged.
    pub subject: String,
    /// The token's groups that are roles; others are ignored.
    pub roles: BTreeSet<Role>,
    /// The locations that the token binds the caller to.
    pub locations: BTreeSet<LocationId>,
}

impl Principal {
    /// The caller that the claims name; none without a valid subject.
    pub fn from_claims(Claims(claims): &Claims) -> Option<Self> {
        let subject = claims.get("sub")?.as_str()?;
        // The subject is written to the audit trail and to events, so it must be an id and no text of any length.
        if subject.is_empty()
            || subject.len() > 128
            || !subject.bytes().all(|b| b.is_ascii_graphic())
        {
            return None;
        }
        let groups = claims.get("cognito:groups").map(groups).unwrap_or_default();
        let location = |name: &String| name.strip_prefix(LOCATION_GROUP_PREFIX)?.parse().ok();
        Some(Self {
            subject: subject.to_owned(),
            roles: groups.iter().filter_map(|name| Role::named(name)).collect(),
            locations: groups.iter().filter_map(location).collect(),
        })
    }

    /// Whether any of the principal's roles grants a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles.iter().any(|role| grants(*role, permission))
    }

    /// The principal's roles that grant a permission.
    pub fn roles_that_may(&self, permission: Permission) -> impl Iterator<Item = Role> {
        let roles = self.roles.iter().copied();
        roles.filter(move |role| grants(*role, permission))
    }

    /// Whether any of the principal's roles grants one of the permissions.
    pub fn may_any(&self, permissions: &[Permission]) -> bool {
        permissions.iter().any(|permission| self.may(*permission))
    }

    /// Whether the caller may report on the fulfillment orders of a location.
    pub fn may_work_at(&self, location: &LocationId) -> bool {
        self.may(Permission::WorkFulfillmentOrders) || self.works_at(location)
    }

    /// Whether the caller works at a location.
    pub fn works_at(&self, location: &LocationId) -> bool {
        self.roles.contains(&Role::Location) && self.locations.contains(location)
    }

    /// Whether the caller may take and close exceptions of a kind.
    pub fn may_work_on(&self, kind: &ExceptionKind) -> bool {
        self.may(permission_to_work_on(kind))
    }

    /// The caller as an order's history records it.
    pub fn actor(&self) -> Actor {
        Actor {
            kind: ActorKind::Agent,
            id: self.subject.clone(),
        }
    }
}

/// Group names. API Gateway turns the list in the token into one text, `[support agent]`; other
/// front ends pass the list itself, or its JSON.
fn groups(claim: &Value) -> Vec<String> {
    if let Value::Array(names) = claim {
        return names
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
    }
    let text = claim.as_str().unwrap_or_default().trim();
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    let names = inner.split(|c: char| c == ',' || c.is_whitespace());
    names
        .map(|name| name.trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}
