//! Reconciliation with the payment gateway.

use app::{
    bus::{message, subscriptions::Consumer},
    ports::{Clock, ReconciliationStore},
};
use domain::reconciliation::{DayResult, DifferenceKind};
use jiff::{civil::Date, tz::TimeZone};

use super::state::World;

/// A difference as a story compares it: its kind, the object's id, whether it is open, whether it was applied.
pub type Found = (DifferenceKind, String, bool, bool);

impl World {
    /// The UTC day.
    pub fn today(&self) -> Date {
        self.clock.now().to_zoned(TimeZone::UTC).date()
    }

    /// It is half past two of the next UTC day.
    pub fn night_falls(&self) {
        let next = self.today().tomorrow().expect("a day");
        let at = next.at(2, 30, 0, 0).to_zoned(TimeZone::UTC);
        self.advance_to(at.expect("a time").timestamp());
    }

    /// The schedule has the last days compared with the gateway.
    pub async fn reconciles(&mut self) {
        self.send(Consumer::Payments, r#"{"reconcile":true}"#.to_owned());
        // A copy begins a run of its own.
        self.settle_with_duplicates().await;
    }

    /// One day is compared with the gateway.
    pub async fn reconciles_day(&mut self, day: Date) {
        self.send(Consumer::Payments, message::reconcile(day));
        self.settle_with_duplicates().await;
    }

    /// The result of a day that was compared.
    pub async fn result_of(&self, day: Date) -> DayResult {
        let result = self.store.day_result(day).await.expect("a store");
        result.expect("a result")
    }

    /// The differences of a day, by kind and object.
    pub async fn differences(&self, day: Date) -> Vec<Found> {
        let result = self.result_of(day).await;
        let found = result.differences.into_iter();
        let mut found: Vec<Found> = found
            .map(|found| (found.kind, found.id, found.open, found.applied))
            .collect();
        found.sort();
        found
    }
}
