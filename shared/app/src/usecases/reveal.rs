//! Shows personal data unmasked: only for a reason, only to those who may, and only after it is in the access log.

use std::str::FromStr;

use domain::{
    ids::{AccessId, OrderId},
    order::{Contact, Order},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    access::{Permission, Principal},
    failure::Failure,
    ports::{AccessEntry, AccessLogStore, AccessVia, Clock, IdGenerator, OrderStore},
};

/// The shortest reason, characters.
pub const ACCESS_REASON_MIN: usize = 3;
/// The longest reason, characters.
pub const ACCESS_REASON_MAX: usize = 200;
/// For how long an entry lets its person see the order's personal data again in the console without a new one.
pub const REVEALED_FOR: SignedDuration = SignedDuration::from_mins(15);
/// How long entries are kept where the deployment does not say it, days.
pub const ACCESS_LOG_DAYS: u16 = 400;

/// The reason in the entries of people who read the addresses of their own location's work.
const WORK: &str = "work";
const SECONDS_A_DAY: i64 = 86_400;

/// Why somebody wants to read personal data, in their words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessReason(String);

/// What a reason must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the reason has 3 to 200 characters, in one line, and names no e-mail address")]
pub struct BadReason;

impl FromStr for AccessReason {
    type Err = BadReason;

    /// The log outlives the customer's data, so an address that somebody pastes as the reason is refused.
    fn from_str(text: &str) -> Result<Self, BadReason> {
        let text = text.trim();
        let length = text.chars().count();
        let fits = (ACCESS_REASON_MIN..=ACCESS_REASON_MAX).contains(&length);
        if !fits || text.contains('@') || text.chars().any(char::is_control) {
            return Err(BadReason);
        }
        Ok(Self(text.to_owned()))
    }
}

impl AccessReason {
    /// Of the people of a location: to ship what the location was asked to ship.
    pub fn work() -> Self {
        Self(WORK.to_owned())
    }
}

/// A reading of personal data that its reader is permitted.
#[derive(Debug, Clone)]
pub struct Access<'a> {
    reader: &'a Principal,
    reason: AccessReason,
    via: AccessVia,
    keep_days: u16,
}

impl<'a> Access<'a> {
    /// Of a reader who may see personal data; none when the reader may not. `keep_days`: how long the log keeps it.
    pub fn of(
        reader: &'a Principal,
        reason: AccessReason,
        via: AccessVia,
        keep_days: u16,
    ) -> Option<Self> {
        let may = reader.may(Permission::ReadPersonalData);
        may.then_some(Self {
            reader,
            reason,
            via,
            keep_days,
        })
    }

    /// Of a reader who works at a location, of where its parcels go; none when the reader does not work there.
    pub fn at_work(
        reader: &'a Principal,
        location: &domain::ids::LocationId,
        via: AccessVia,
        keep_days: u16,
    ) -> Option<Self> {
        reader.works_at(location).then(|| Self {
            reader,
            reason: AccessReason::work(),
            via,
            keep_days,
        })
    }

    /// Writes the entry; `None`: of the notes about payments that no order names. Show nothing when it fails.
    ///
    /// # Errors
    /// When the entry could not be written.
    pub async fn log(
        &self,
        store: &impl AccessLogStore,
        env: &(impl Clock + IdGenerator),
        order: Option<OrderId>,
    ) -> Result<(), Failure> {
        let at = env.now();
        let entry = AccessEntry {
            id: AccessId::mint(at, env.entropy()),
            at,
            actor: self.reader.actor(),
            order,
            reason: self.reason.0.clone(),
            via: self.via,
        };
        store
            .log_access(&entry, kept_until(at, self.keep_days))
            .await
    }
}

/// Logs the access, then reads the order's contact; `None` when it was erased.
///
/// # Errors
/// When the entry could not be written, or the contact not be read: then nothing may be shown.
pub async fn reveal(
    store: &(impl OrderStore + AccessLogStore),
    env: &(impl Clock + IdGenerator),
    access: &Access<'_>,
    order: &Order,
) -> Result<Option<Contact>, Failure> {
    let id = order.placed.id;
    access.log(store, env, Some(id)).await?;
    store.contact(id, order.state.contact_version).await
}

/// Whether a person has given a reason for an order within [`REVEALED_FOR`] and may still see personal data.
///
/// # Errors
/// When the log could not be read.
pub async fn is_revealed(
    store: &impl AccessLogStore,
    reader: &Principal,
    order: OrderId,
    now: Timestamp,
) -> Result<bool, Failure> {
    if !reader.may(Permission::ReadPersonalData) {
        return Ok(false);
    }
    let since = now.saturating_sub(REVEALED_FOR).unwrap_or(Timestamp::MIN);
    let last = store.last_access(order, &reader.actor().id, since).await?;
    Ok(last.is_some())
}

fn kept_until(at: Timestamp, days: u16) -> Timestamp {
    let kept = SignedDuration::from_secs(SECONDS_A_DAY.saturating_mul(i64::from(days)));
    at.saturating_add(kept).unwrap_or(Timestamp::MAX)
}
