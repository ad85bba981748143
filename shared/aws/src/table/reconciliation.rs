//! Results of reconciliation: a document a day. What moved on a day is found by the commits themselves, in the index of the
//! orders by day.

use app::{
    failure::Failure,
    ports::{Page, PageRequest, ReconciliationStore},
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ids::OrderId, reconciliation::DayResult};
use jiff::civil::Date;

use super::{
    client::{Table, unavailable},
    items::{Item, names},
    keys::{COMMIT, Key, ORDER, RECONCILIATION, money_day},
    listing::Index,
};

/// The commits that the gateway must agree with, by their UTC day.
const MONEY_BY_DAY: Index = Index {
    name: "by-phase-day",
    hash: "phase_day",
    range: "placed_at",
    pk: ORDER,
    sk: COMMIT,
    newest_first: false,
};

impl ReconciliationStore for Table {
    async fn day_result(&self, day: Date) -> Result<Option<DayResult>, Failure> {
        let item = self.get(Key::reconciliation(day)).await?;
        item.map(|item| item.get_json("text")).transpose()
    }

    async fn day_results(&self, from: Date, to: Date) -> Result<Vec<DayResult>, Failure> {
        const DAYS: &str = "#pk = :pk AND #sk BETWEEN :from AND :to";
        if from > to {
            return Ok(Vec::new());
        }
        let (mut results, mut start) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.name)
                .key_condition_expression(DAYS)
                .set_expression_attribute_names(Some(names(&[DAYS])))
                .expression_attribute_values(":pk", AttributeValue::S(RECONCILIATION.to_owned()))
                .expression_attribute_values(":from", AttributeValue::S(from.to_string()))
                .expression_attribute_values(":to", AttributeValue::S(to.to_string()))
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(unavailable)?;
            for item in page.items.unwrap_or_default() {
                results.push(Item::from(item).get_json("text")?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(results);
            }
        }
    }

    async fn put_day_result(&self, result: &DayResult) -> Result<bool, Failure> {
        self.put_versioned(Key::reconciliation(result.day), result.version, result)
            .await
    }

    async fn reconciled_on(&self, day: Date, page: &PageRequest) -> Result<Page<OrderId>, Failure> {
        self.list(&self.name, &MONEY_BY_DAY, money_day(day), None, page)
            .await
    }
}
