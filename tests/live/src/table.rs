//! The whole table, read straight from the store, and the rules that must hold of it.

use std::collections::BTreeMap;

use domain::{
    check::{self, OrderRecord},
    order::{Commit, Order, OrderState, PlacedOrder},
    stock::StockLevel,
};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    cloud::DYNAMODB,
    outcome::{Told, Trouble, expect},
    watch::{self, Look},
    world::World,
};

/// Writers and readers of this machine have one clock; between reading a queue and noting when lies less.
const SLACK: SignedDuration = SignedDuration::from_secs(1);

/// Checks I1 to I7 over the whole table, once nothing is on the way any more. A sentence when all is well.
///
/// # Errors
/// Every rule that is broken, and by what.
pub fn keeps_its_rules(world: &World) -> Told<String> {
    settled(world)?;
    // A rule that is still broken after a second look is broken: the first may have seen half a transaction.
    let table = watch::until("the rules holding of the table", watch::SOON, || {
        let table = read(world)?;
        let broken: Vec<String> = check::check(&table)
            .iter()
            .map(ToString::to_string)
            .collect();
        Ok(if broken.is_empty() {
            Look::There(table)
        } else {
            Look::NotYet(broken.join("\n               "))
        })
    })?;
    let commits = table
        .orders
        .iter()
        .map(|record| record.commits.len())
        .fold(0, usize::saturating_add);
    Ok(format!(
        "I1 to I7 hold: {} orders, {commits} commits whose chain is whole, {} stock levels, {} movements, {} waiting.",
        table.orders.len(),
        table.levels.len(),
        table.records.len(),
        table.waiting.len(),
    ))
}

/// Checks that no message was given up since the world was opened. A sentence when none was.
///
/// # Errors
/// When one was.
pub fn nothing_was_given_up(world: &World) -> Told<String> {
    expect(
        "messages in dead-letter queues",
        given_up(world)?,
        world.given_up_before.clone(),
    )?;
    Ok("No message was given up.".to_owned())
}

/// Messages in each dead-letter queue.
pub(crate) fn given_up(world: &World) -> Told<BTreeMap<String, u64>> {
    let queues = world
        .stack
        .dead_letters
        .iter()
        .map(|(name, url)| (name.as_str(), url.as_str()));
    let all = queues.chain([("relay-failures", world.stack.relay_failures.as_str())]);
    all.map(|(name, url)| Ok((name.to_owned(), world.cloud.depth(url)?)))
        .collect()
}

/// Waits until every queue is empty.
///
/// # Errors
/// When one does not run empty.
pub fn settled(world: &World) -> Told {
    watch::until("every queue running empty", watch::LATER, || {
        let mut left = Vec::new();
        for (name, url) in &world.stack.queues {
            let depth = world.cloud.depth(url)?;
            if depth > 0 {
                left.push(format!("{name} {depth}"));
            }
        }
        Ok(if left.is_empty() {
            Look::There(())
        } else {
            Look::NotYet(left.join(", "))
        })
    })
}

/// Reads the whole table.
///
/// # Errors
/// When an item is not what it should be.
pub fn read(world: &World) -> Told<check::Table> {
    let mut table = check::Table {
        slack: SLACK,
        ..check::Table::default()
    };
    let mut parts: BTreeMap<String, Parts> = BTreeMap::new();
    for item in scan(world)? {
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
                table.waiting.push(item.document("text")?);
            }
        } else if pk.starts_with("INBOX#") {
            table.records.push(item.document("record")?);
        }
    }
    table.orders = parts
        .into_iter()
        .map(|(id, parts)| parts.order(&id))
        .collect::<Told<_>>()?;
    Ok(table)
}

fn scan(world: &World) -> Told<Vec<Value>> {
    let mut items = Vec::new();
    let mut input = json!({ "TableName": world.stack.table, "ConsistentRead": true });
    loop {
        let mut page = world.cloud.call(DYNAMODB, "Scan", &input)?;
        if let Some(found) = page["Items"].as_array_mut() {
            items.append(found);
        }
        match page.get("LastEvaluatedKey") {
            Some(last) if !last.is_null() => input["ExclusiveStartKey"] = last.clone(),
            _ => return Ok(items),
        }
    }
}

/// What stands under one order.
#[derive(Default)]
struct Parts {
    placed: Option<PlacedOrder>,
    state: Option<OrderState>,
    commits: Vec<(String, Commit)>,
}

impl Parts {
    fn order(mut self, id: &str) -> Told<OrderRecord> {
        self.commits.sort_by(|(one, _), (other, _)| one.cmp(other));
        let (Some(placed), Some(state)) = (self.placed, self.state) else {
            return Err(Trouble::Broken(format!(
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
    fn text(&self, name: &str) -> Told<String> {
        let found = self.0[name]["S"].as_str();
        found
            .map(str::to_owned)
            .ok_or_else(|| Trouble::Broken(format!("an item without text {name}: {}", self.0)))
    }

    fn number<T: TryFrom<i64>>(&self, name: &str) -> Told<T> {
        let found = self.0[name]["N"]
            .as_str()
            .and_then(|n| n.parse::<i64>().ok())
            .and_then(|n| n.try_into().ok());
        found.ok_or_else(|| Trouble::Broken(format!("an item without number {name}: {}", self.0)))
    }

    fn document<T: DeserializeOwned>(&self, name: &str) -> Told<T> {
        serde_json::from_str(&self.text(name)?)
            .map_err(|error| Trouble::broken(&self.0.to_string(), error))
    }

    fn commit(&self) -> Told<Commit> {
        Commit::open(self.text("text")?, self.text("hash")?)
            .map_err(|error| Trouble::broken("a commit", error))
    }

    fn level(&self, sku: &str, location: &str) -> Told<StockLevel> {
        let named = |error: domain::ids::InvalidId| Trouble::broken("a stock level", error);
        let level = StockLevel {
            sku: sku.parse().map_err(named)?,
            location: location.parse().map_err(named)?,
            on_hand: self.number("on_hand")?,
            reserved: self.number("reserved")?,
            safety_stock: self.number("safety_stock")?,
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
