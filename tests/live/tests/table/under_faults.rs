//! The table when requests fail on the way to DynamoDB.

use ::stories::store_contract::{single_writes, store_contract};
use app::{
    failure::Failure,
    ports::{OrderStore, PlaceOutcome, SaveOutcome, StockMoveOutcome, StockStore},
};
use aws_smithy_runtime_api::shared::IntoShared;

use crate::{
    dynamo::Dynamo,
    table::fault_injector::{Fault, FaultInjector},
};

/// Spreads numbers evenly and always the same way.
fn spread(n: u64) -> u64 {
    (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) % 100
}

::stories::case!(concurrent the_contract_holds_while_transactions_fail);
/// Almost every second transaction fails in some way, and the contract holds: nothing is lost, nothing happens twice,
/// and no conflict is reported as a result.
async fn the_contract_holds_while_transactions_fail() {
    let dynamo = Dynamo::start().await;
    let injector = FaultInjector::new(dynamo.connection.http_client(), |n, attempt| {
        match spread(n) {
            // More failures in a row are reported as a failure; tested below.
            _ if attempt > 1 => None,
            0..15 => Some(Fault::Conflict(usize::try_from(n).unwrap())),
            15..25 => Some(Fault::TransactionThrottled),
            25..30 => Some(Fault::RequestThrottled),
            30..45 => Some(Fault::ResponseLost),
            _ => None,
        }
    });
    let table = dynamo.table_through(injector.clone().into_shared());
    store_contract(&table, 1).await;
    let (seen, injected) = injector.counts();
    assert!(injected * 3 > seen, "{injected} of {seen}");
}

/// A table whose first transactions fail in this way.
async fn at_first(fault: Fault, times: u64) -> (Dynamo, aws::table::Table, FaultInjector) {
    let dynamo = Dynamo::start().await;
    let injector = FaultInjector::new(dynamo.connection.http_client(), move |n, _| {
        (n < times).then_some(fault)
    });
    let table = dynamo.table_through(injector.clone().into_shared());
    (dynamo, table, injector)
}

/// In either table.
async fn nothing_is_written(dynamo: &Dynamo) {
    assert_eq!(dynamo.items().await, []);
    assert_eq!(dynamo.contacts().await, []);
}

/// The level that a movement writes is there.
async fn level_is_written(table: &aws::table::Table, movement: &domain::stock::StockCommit) {
    let (before, after) = &movement.levels[0];
    let stock = table.sku(&before.sku).await.unwrap();
    assert_eq!(&stock.levels[0], after);
}

::stories::case!(a_conflict_is_never_taken_for_a_duplicate);
/// For either item of a stock movement.
async fn a_conflict_is_never_taken_for_a_duplicate() {
    for index in 0..2 {
        let (dynamo, table, injector) = at_first(Fault::Conflict(index), 3).await;
        let movement = single_writes::movement(1);
        assert_eq!(
            table.move_stock(&movement).await.unwrap(),
            StockMoveOutcome::Moved,
            "index {index}"
        );
        assert_eq!(injector.counts(), (4, 3));
        level_is_written(&dynamo.table(), &movement).await;
    }
}

::stories::case!(conflicts_without_end_are_contention);
/// They are reported as contention, and nothing is written.
async fn conflicts_without_end_are_contention() {
    let (dynamo, table, injector) = at_first(Fault::Conflict(0), u64::MAX).await;
    let placement = single_writes::placement(1);
    assert!(matches!(
        table.place(&placement).await,
        Err(Failure::Contended(6))
    ));
    assert_eq!(injector.counts(), (6, 6));
    nothing_is_written(&dynamo).await;
}

::stories::case!(throttles_without_end_are_unavailability);
/// They are reported as unavailability, and nothing is written.
async fn throttles_without_end_are_unavailability() {
    for fault in [Fault::TransactionThrottled, Fault::RequestThrottled] {
        let (dynamo, table, _) = at_first(fault, u64::MAX).await;
        let failure = table.place(&single_writes::placement(1)).await.unwrap_err();
        assert_eq!(failure.code(), "unavailable", "{fault:?}");
        nothing_is_written(&dynamo).await;
    }
}

::stories::case!(a_lost_response_is_recognised_by_what_was_written);
/// A retry after a lost response recognises its own write: at first by the request's token, and once the token is
/// forgotten by the items.
async fn a_lost_response_is_recognised_by_what_was_written() {
    // Removing the token breaks the signature, which only our own DynamoDB does not verify.
    let ours = aws::runtime::settings::optional("AWS_ENDPOINT_URL_DYNAMODB").is_none();
    for removes_token in [false, true]
        .into_iter()
        .filter(|removes_token| ours || !removes_token)
    {
        let dynamo = Dynamo::start().await;
        let injector = FaultInjector::new(dynamo.connection.http_client(), |_, n| {
            (n == 0).then_some(Fault::ResponseLost)
        });
        let injector = if removes_token {
            injector.removing_tokens()
        } else {
            injector
        };
        let table = dynamo.table_through(injector.clone().into_shared());

        let placement = single_writes::placement(1);
        assert_eq!(table.place(&placement).await.unwrap(), PlaceOutcome::Placed);
        let change = single_writes::hold(&placement, 2);
        assert_eq!(table.save(&change).await.unwrap(), SaveOutcome::Saved);
        let movement = single_writes::movement(1);
        assert_eq!(
            table.move_stock(&movement).await.unwrap(),
            StockMoveOutcome::Moved
        );
        assert_eq!(injector.counts(), (6, 3));

        let id = placement.change.order.placed.id;
        assert_eq!(table.load(id).await.unwrap(), Some(change.order));
        assert_eq!(table.commits(id).await.unwrap().len(), 2);
        level_is_written(&dynamo.table(), &movement).await;
    }
}

::stories::case!(a_response_lost_for_good_is_found_by_calling_again);
/// The first call fails; a later one with the same content, or decided again, reports it as done.
async fn a_response_lost_for_good_is_found_by_calling_again() {
    let (dynamo, table, injector) = at_first(Fault::ResponseLost, 3).await;
    let movement = single_writes::movement(1);
    let failure = table.move_stock(&movement).await.unwrap_err();
    assert_eq!(failure.code(), "unavailable");
    assert_eq!(injector.counts(), (3, 3), "the SDK's own attempts");
    assert_eq!(
        table.move_stock(&movement).await.unwrap(),
        StockMoveOutcome::Moved
    );
    let mut decided_again = movement.clone();
    decided_again.record.at += jiff::SignedDuration::from_secs(1);
    assert_eq!(
        dynamo.table().move_stock(&decided_again).await.unwrap(),
        StockMoveOutcome::Duplicate
    );
    level_is_written(&dynamo.table(), &movement).await;
}

::stories::case!(a_change_too_large_for_one_transaction_is_not_sent);
/// More items than a transaction holds are refused before anything is sent.
async fn a_change_too_large_for_one_transaction_is_not_sent() {
    let (dynamo, table, injector) = at_first(Fault::RequestThrottled, 0).await;
    let placement = single_writes::placement(1);
    let mut change = single_writes::hold(&placement, 2);
    change.references = (0..99)
        .map(|n| domain::order::Reference::Tracking(n.to_string()))
        .collect();
    let failure = table.save(&change).await.unwrap_err();
    assert_eq!(failure.code(), "inconsistent");
    assert_eq!(injector.counts().0, 0);
    nothing_is_written(&dynamo).await;
}
