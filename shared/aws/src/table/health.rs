//! The health of locations: one small document for each location that has ever failed.

use app::{failure::Failure, ports::HealthStore};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::health::LocationHealth;

use super::{
    client::{Table, unavailable},
    items::{Item, names},
    keys::{HEALTH, Key, LOCATION},
    writes::number,
};

impl HealthStore for Table {
    async fn health(&self) -> Result<Vec<LocationHealth>, Failure> {
        let items = self.all_under(HEALTH, LOCATION).await?;
        items.iter().map(|item| item.get_json("text")).collect()
    }

    async fn put_health(&self, health: &LocationHealth) -> Result<bool, Failure> {
        const FIRST: &str = "attribute_not_exists(#pk)";
        const AFTER: &str = "#version = :before";
        let before = i64::try_from(health.version)
            .unwrap_or(i64::MAX)
            .saturating_sub(1);
        let item = Item::new(Key::health(&health.location))
            .number("version", health.version)
            .json("text", health)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.into_attributes()));
        let put = match before {
            0 => put
                .condition_expression(FIRST)
                .set_expression_attribute_names(Some(names(&[FIRST]))),
            before => put
                .condition_expression(AFTER)
                .set_expression_attribute_names(Some(names(&[AFTER])))
                .expression_attribute_values(":before", number(before)),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                Some(_) | None => Err(unavailable(error)),
            },
        }
    }
}
