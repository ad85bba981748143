//! Locations, suppliers and rules: few and small documents, read all at once.

use app::{failure::Failure, ports::ConfigStore};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use domain::{
    location::{Location, RoutingRules},
    schema,
};

use super::{
    client::{Table, unavailable},
    items::{Item, names},
    keys::{CONFIG, Key, LOCATION, RULES},
    writes::number,
};

impl ConfigStore for Table {
    async fn locations(&self) -> Result<Vec<Location>, Failure> {
        let items = self.all_under(CONFIG, LOCATION).await?;
        items.iter().map(|item| item.get_json("text")).collect()
    }

    async fn put_location(&self, location: &Location) -> Result<(), Failure> {
        // The last writer replaces the whole document, but never one of a newer build, whose fields it would drop.
        const NOT_NEWER: &str = "attribute_not_exists(#schema) OR #schema <= :schema";
        let item = Item::new(Key::location(&location.id)).json("text", location)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.into_attributes()))
            .condition_expression(NOT_NEWER)
            .set_expression_attribute_names(Some(names(&[NOT_NEWER])))
            .expression_attribute_values(":schema", number(i64::from(schema::VERSION)));
        put.send()
            .await
            .map(|_| ())
            .map_err(|error| match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => {
                    Failure::NewerSchema(format!("location {}", location.id))
                }
                Some(_) | None => unavailable(error),
            })
    }

    async fn rules(&self) -> Result<RoutingRules, Failure> {
        let newest = self
            .query_under(CONFIG, RULES)
            .scan_index_forward(false)
            .limit(1);
        let found = newest.send().await.map_err(unavailable)?;
        match found.items.unwrap_or_default().pop() {
            Some(item) => Item::from(item).get_json("text"),
            None => Ok(RoutingRules::default()),
        }
    }
}
