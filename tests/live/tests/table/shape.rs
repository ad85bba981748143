//! What the items of the table contain: rules that are not visible through the ports.

use std::collections::HashMap;

use ::stories::store_contract::{single_writes, store_contract};
use app::ports::{OrderStore, StockStore};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::stock::{LevelMove, MOVES_MAX};
use yaml_rust2::Yaml;

use crate::dynamo::{Dynamo, template_table};

fn text<'a>(item: &'a HashMap<String, AttributeValue>, name: &str) -> Option<&'a str> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
}

::stories::case!(personal_data_is_in_its_own_table_only);
/// Personal data is in a table of its own, so that deleting from it erases all of it, and so that the stream never has it.
async fn personal_data_is_in_its_own_table_only() {
    let dynamo = Dynamo::start().await;
    store_contract(&dynamo.table(), 1).await;
    let items = dynamo.items().await;
    for item in &items {
        let shown = format!("{item:?}");
        for personal in ["Jane Doe", "jane@example.com", "JANE", "Hauptstr"] {
            assert!(!shown.contains(personal), "{shown}");
        }
    }
    let contacts = dynamo.contacts().await;
    assert!(
        contacts.len() > 20 && items.len() > 4 * contacts.len(),
        "{} and {}",
        contacts.len(),
        items.len()
    );
    for item in contacts {
        let (sk, shown) = (text(&item, "sk").unwrap(), format!("{item:?}"));
        let is_access = sk.starts_with("ACCESS#");
        assert!(is_access || sk == "CONTACT#000001", "{sk}");
        // Who has read it stays longer than what was read.
        assert_eq!(shown.contains("Hauptstr"), !is_access, "{shown}");
        assert_eq!(item.contains_key("expires_at"), is_access, "{sk}");
    }
}

::stories::case!(commits_and_movements_are_the_outbox);
/// The stream's filter selects items with the outbox attribute: exactly those that are to be published.
async fn commits_and_movements_are_the_outbox() {
    let dynamo = Dynamo::start().await;
    store_contract(&dynamo.table(), 1).await;
    for item in dynamo.items().await {
        let sk = text(&item, "sk").unwrap();
        let is_outbox = sk.starts_with("COMMIT#") || sk == "INBOX";
        assert_eq!(text(&item, "outbox"), is_outbox.then_some("1"), "{sk}");
        let expires = sk == "INBOX" || sk.starts_with("UNCHANGED#");
        assert_eq!(item.contains_key("expires_at"), expires, "{sk}");
        assert_eq!(
            text(&item, "order_id").is_some(),
            sk.starts_with("COMMIT#") || sk == "REF",
            "{sk}"
        );
    }
}

::stories::case!(available_units_follow_from_the_figures);
/// Stock levels store what is available and what is missing beside the figures that these are computed from.
async fn available_units_follow_from_the_figures() {
    let dynamo = Dynamo::start().await;
    store_contract(&dynamo.table(), 1).await;
    let number = |item: &HashMap<String, AttributeValue>, name: &str| {
        item.get(name)
            .map(|value| value.as_n().unwrap().parse::<i64>().unwrap())
    };
    let mut levels = 0;
    for item in dynamo
        .items()
        .await
        .iter()
        .filter(|item| text(item, "sk").unwrap().starts_with("STOCK#"))
    {
        let figure = |name| number(item, name).unwrap();
        let balance = figure("on_hand") - figure("reserved") - figure("safety_stock");
        assert_eq!(figure("available"), balance.max(0), "{item:?}");
        assert_eq!(
            number(item, "shortfall"),
            (balance < 0).then_some(-balance),
            "{item:?}"
        );
        levels += 1;
    }
    assert!(levels > 5);
}

::stories::case!(a_level_with_all_its_movements_is_written_in_one_unit);
/// A write is paid by the kilobyte. A level has as many movements as it may keep before some are dropped.
async fn a_level_with_all_its_movements_is_written_in_one_unit() {
    let dynamo = Dynamo::start().await;
    let table = dynamo.table();
    let mut movement = single_writes::movement(1);
    let (_, level) = &mut movement.levels[0];
    let at = |n: i64| jiff::Timestamp::from_millisecond(1_800_000_000_123 + n).unwrap();
    let moved = |n| LevelMove::new(at(n), -12);
    level.moves = (0..i64::try_from(MOVES_MAX).unwrap()).map(moved).collect();
    (level.counted_at, level.moves_dropped_until) = (Some(at(-2)), Some(at(-1)));
    let (_, level) = movement.levels[0].clone();
    table.move_stock(&movement).await.unwrap();
    assert_eq!(table.sku(&level.sku).await.unwrap().levels, [level]);
    let items = dynamo.items().await;
    let is_level =
        |item: &&HashMap<String, AttributeValue>| text(item, "sk").unwrap().starts_with("STOCK#");
    let bytes: usize = items.iter().find(is_level).unwrap().iter().map(size).sum();
    assert!((700..=1024).contains(&bytes), "{bytes} bytes");
}

/// The bytes of an attribute, as DynamoDB counts them.
fn size((name, value): (&String, &AttributeValue)) -> usize {
    fn of(value: &AttributeValue) -> usize {
        if let Ok(list) = value.as_l() {
            return 3 + list.iter().map(|value| 1 + of(value)).sum::<usize>();
        }
        let Ok(number) = value.as_n() else {
            return value.as_s().unwrap().len();
        };
        let digits = number.trim_start_matches('-').trim_end_matches('0').len();
        digits.div_ceil(2) + 1 + usize::from(number.starts_with('-'))
    }
    name.len() + of(value)
}

::stories::case!(every_index_of_the_template_is_filled);
/// Every attribute that the template indexes is written.
async fn every_index_of_the_template_is_filled() {
    let dynamo = Dynamo::start().await;
    store_contract(&dynamo.table(), 1).await;
    for (table, items) in [
        ("Table", dynamo.items().await),
        ("Contacts", dynamo.contacts().await),
    ] {
        indexes_are_filled(&template_table(table), &items);
    }
}

fn indexes_are_filled(table: &Yaml, items: &[HashMap<String, AttributeValue>]) {
    for index in table["GlobalSecondaryIndexes"].as_vec().unwrap() {
        let keys: Vec<_> = index["KeySchema"].as_vec().unwrap().iter().collect();
        let has = |item: &&HashMap<String, AttributeValue>| {
            keys.iter()
                .all(|key| text(item, key["AttributeName"].as_str().unwrap()).is_some())
        };
        let filled = items.iter().filter(has).count();
        assert!(
            filled > 0 && filled < items.len(),
            "{:?}: {filled} of {}",
            index["IndexName"],
            items.len()
        );
    }
}

::stories::case!(a_cursor_from_elsewhere_is_malformed);
/// A cursor that the table did not make is refused.
async fn a_cursor_from_elsewhere_is_malformed() {
    let dynamo = Dynamo::start().await;
    let page = app::ports::PageRequest {
        limit: 1,
        after: Some("bm90IG91cnM".to_owned()),
    };
    let failure = dynamo
        .table()
        .of_customer("jane@example.com", &page)
        .await
        .unwrap_err();
    assert_eq!(failure.code(), "malformed");
}
