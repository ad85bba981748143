//! Locations, suppliers and rules: few and small documents, read all at once.

use app::{failure::Failure, ports::ConfigStore};
use domain::location::{Location, RoutingRules};

use super::{
    client::{Table, unavailable},
    items::Item,
    keys::{CONFIG, Key, LOCATION, RULES},
};

impl ConfigStore for Table {
    async fn locations(&self) -> Result<Vec<Location>, Failure> {
        let items = self.all_under(CONFIG, LOCATION).await?;
        items.iter().map(|item| item.get_json("text")).collect()
    }

    async fn put_location(&self, location: &Location) -> Result<(), Failure> {
        // Unconditional: the last writer replaces the whole document.
        let item = Item::new(Key::location(&location.id)).json("text", location)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item.into_attributes()));
        put.send().await.map(|_| ()).map_err(unavailable)
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
