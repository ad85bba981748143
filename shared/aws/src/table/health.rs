//! The health of locations: one small document for each location that has ever failed.

use app::{failure::Failure, ports::HealthStore};
use domain::health::LocationHealth;

use super::{
    client::Table,
    keys::{HEALTH, Key, LOCATION},
};

impl HealthStore for Table {
    async fn health(&self) -> Result<Vec<LocationHealth>, Failure> {
        let items = self.all_under(HEALTH, LOCATION).await?;
        items.iter().map(|item| item.get_json("text")).collect()
    }

    async fn put_health(&self, health: &LocationHealth) -> Result<bool, Failure> {
        self.put_versioned(Key::health(&health.location), health.version, health)
            .await
    }
}
