//! The whole table, read directly from DynamoDB, and the invariants I1 to I7 and I11 that must hold over it.

use std::collections::BTreeMap;

use domain::{
    invariants::{self, OrderRecord},
    order::{Commit, Order, OrderState, PlacedOrder},
    stock::{CountNeeded, LevelMove, StockLevel},
};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    cloud::DYNAMODB,
    environment::Environment,
    outcome::{Outcome, StoryError, expect},
    queues,
    wait::{self, Poll},
};

/// Tolerated difference between the times of two records. All writers share the clock of this machine.
const SLACK: SignedDuration = SignedDuration::from_secs(1);

/// Checks I1 to I7, I11 and the routing decisions over the whole table, once all queues are empty. Gives a sentence for the report.
///
/// # Errors
/// Every broken invariant, with the record that breaks it.
pub fn invariants_hold(env: &Environment) -> Outcome<String> {
    queues::wait_until_empty(env)?;
    // Polled, because a scan may read one item before a transaction and the next one after it.
    let table = wait::until("the invariants holding over the table", wait::SHORT, || {
        let table = read(env)?;
        let broken: Vec<String> = invariants::check(&table)
            .iter()
            .map(ToString::to_string)
            .collect();
        Ok(if broken.is_empty() {
            Poll::Ready(table)
        } else {
            Poll::Pending(broken.join("\n               "))
        })
    })?;
    let commits = table
        .orders
        .iter()
        .map(|record| record.commits.len())
        .fold(0, usize::saturating_add);
    let unjudged = invariants::unjudged_decisions(&table);
    Ok(format!(
        "I1 to I7 and I11 hold, and routing decisions are made again as they are stored ({} not judged): {} orders, \
         {commits} commits in unbroken chains, {} stock levels, {} movements, {} backorders.",
        unjudged.len(),
        table.orders.len(),
        table.levels.len(),
        table.records.len(),
        table.backorders.len(),
    ))
}

/// Makes an order that owes something due now: the next sweep looks at it.
///
/// # Errors
/// When the table refuses, or the order owes nothing.
pub fn make_due(env: &Environment, order: &str) -> Outcome {
    let input = json!({
        "TableName": env.stack.table,
        "Key": { "pk": { "S": format!("ORDER#{order}") }, "sk": { "S": "STATE" } },
        "UpdateExpression": "SET due_at = :now",
        "ConditionExpression": "attribute_exists(due)",
        "ExpressionAttributeValues": { ":now": { "S": format!("{:.9}", wait::now()) } },
    });
    env.cloud.call(DYNAMODB, "UpdateItem", &input).map(drop)
}

/// Reads the whole table.
///
/// # Errors
/// When an item is not what it should be.
pub fn read(env: &Environment) -> Outcome<invariants::Snapshot> {
    let mut table = invariants::Snapshot {
        slack: SLACK,
        ..invariants::Snapshot::default()
    };
    let mut parts: BTreeMap<String, Parts> = BTreeMap::new();
    for item in scan(env, &env.stack.table)? {
        let item = Item(item);
        let (pk, sk) = (item.text("pk")?, item.text("sk")?);
        if let Some(order) = pk.strip_prefix("ORDER#") {
            let parts = parts.entry(order.to_owned()).or_default();
            match sk.as_str() {
                "PLACED" => parts.placed = Some(item.document("text")?),
                "STATE" => parts.state = Some(item.document("text")?),
                _ if sk.starts_with("COMMIT#") => parts.commits.push((sk, item.commit()?)),
                _ => {}
            }
        } else if let Some(sku) = pk.strip_prefix("SKU#") {
            if let Some(location) = sk.strip_prefix("STOCK#") {
                table.levels.push(item.level(sku, location)?);
            } else {
                table.backorders.push(item.document("text")?);
            }
        } else if pk == "CONFIG" && sk.starts_with("RULES#") {
            table.rules.push(item.document("text")?);
        } else if pk == "CONFIG" && sk.starts_with("LOCATION#") {
            table.locations.push(item.document("text")?);
        } else if pk.starts_with("INBOX#") {
            table.records.push(item.document("record")?);
        }
    }
    table.orders = parts
        .into_iter()
        .map(|(id, parts)| parts.order(&id))
        .collect::<Outcome<_>>()?;
    Ok(table)
}

fn scan(env: &Environment, table: &str) -> Outcome<Vec<Value>> {
    let mut items = Vec::new();
    let mut input = json!({ "TableName": table, "ConsistentRead": true });
    loop {
        let mut page = env.cloud.call(DYNAMODB, "Scan", &input)?;
        if let Some(found) = page["Items"].as_array_mut() {
            items.append(found);
        }
        match page.get("LastEvaluatedKey") {
            Some(last) if !last.is_null() => input["ExclusiveStartKey"] = last.clone(),
            _ => return Ok(items),
        }
    }
}

/// The items of one order, in the order in which the scan finds them.
#[derive(Default)]
struct Parts {
    placed: Option<PlacedOrder>,
    state: Option<OrderState>,
    commits: Vec<(String, Commit)>,
}

impl Parts {
    fn order(mut self, id: &str) -> Outcome<OrderRecord> {
        self.commits.sort_by(|(one, _), (other, _)| one.cmp(other));
        let (Some(placed), Some(state)) = (self.placed, self.state) else {
            return Err(StoryError::Failed(format!(
                "order {id} has no PLACED or no STATE in the table"
            )));
        };
        let commits = self.commits.into_iter().map(|(_, commit)| commit).collect();
        Ok(OrderRecord {
            order: Order { placed, state },
            commits,
        })
    }
}

struct Item(Value);

impl Item {
    fn text(&self, name: &str) -> Outcome<String> {
        let found = self.0[name]["S"].as_str();
        found
            .map(str::to_owned)
            .ok_or_else(|| StoryError::Failed(format!("an item without text {name}: {}", self.0)))
    }

    fn number<T: TryFrom<i64>>(&self, name: &str) -> Outcome<T> {
        let found = self.0[name]["N"]
            .as_str()
            .and_then(|n| n.parse::<i64>().ok())
            .and_then(|n| n.try_into().ok());
        found
            .ok_or_else(|| StoryError::Failed(format!("an item without number {name}: {}", self.0)))
    }

    /// A time in milliseconds; none when it is left out.
    fn time(&self, name: &str) -> Outcome<Option<Timestamp>> {
        if self.0[name].is_null() {
            return Ok(None);
        }
        let time = Timestamp::from_millisecond(self.number(name)?);
        time.map(Some)
            .map_err(|error| StoryError::failed(name, error))
    }

    /// The kept movements: time and units in turn.
    fn moves(&self) -> Outcome<Vec<LevelMove>> {
        let unreadable =
            || StoryError::Failed(format!("movements that cannot be read: {}", self.0));
        let list = self.0["moves"]["L"].as_array();
        let number = |value: &Value| value["N"].as_str()?.parse::<i64>().ok();
        let numbers: Option<Vec<i64>> = list.into_iter().flatten().map(number).collect();
        let numbers = numbers.ok_or_else(unreadable)?;
        let moved = |pair: &[i64]| match *pair {
            [at, units] => Some(LevelMove::new(Timestamp::from_millisecond(at).ok()?, units)),
            _ => None,
        };
        let moves: Option<Vec<LevelMove>> = numbers.chunks(2).map(moved).collect();
        moves.ok_or_else(unreadable)
    }

    fn document<T: DeserializeOwned>(&self, name: &str) -> Outcome<T> {
        serde_json::from_str(&self.text(name)?)
            .map_err(|error| StoryError::failed(&self.0.to_string(), error))
    }

    fn commit(&self) -> Outcome<Commit> {
        Commit::open(self.text("text")?, self.text("hash")?)
            .map_err(|error| StoryError::failed("a commit", error))
    }

    fn count_needed(&self) -> Outcome<Option<CountNeeded>> {
        let at = self.time("count_needed")?;
        let needed = at.map(|at| {
            let kind = self.text("count_needed_for")?.as_str().into();
            Ok(CountNeeded { at, kind })
        });
        needed.transpose()
    }

    fn level(&self, sku: &str, location: &str) -> Outcome<StockLevel> {
        let named = |error: domain::ids::InvalidId| StoryError::failed("a stock level", error);
        let level = StockLevel {
            sku: sku.parse().map_err(named)?,
            location: location.parse().map_err(named)?,
            on_hand: self.number("on_hand")?,
            reserved: self.number("reserved")?,
            safety_stock: self.number("safety_stock")?,
            counted_at: self.time("counted_at")?,
            moves: self.moves()?,
            moves_dropped_until: self.time("moves_dropped")?,
            count_needed: self.count_needed()?,
            exceptions_opened: match self.0["exceptions_opened"].is_null() {
                true => 0,
                false => self.number("exceptions_opened")?,
            },
        };
        let available: i64 = self.number("available")?;
        expect(
            &format!("`available` of {sku} at {location}"),
            available,
            level.available(),
        )?;
        Ok(level)
    }
}
