//! The table when things go wrong between it and us.

use ::stories::store_contract::{single_writes, store_contract};
use app::{
    failure::Failure,
    ports::{Moved, OrderStore, Saved, StockStore},
};
use aws_smithy_runtime_api::shared::IntoShared;

use crate::{
    dynamo::Dynamo,
    faults::{Fault, Faulty},
};

/// Spreads numbers evenly and always the same way.
fn spread(n: u64) -> u64 {
    (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33) % 100
}

::stories::case!(concurrent the_contract_holds_while_transactions_go_wrong);
/// Every second transaction goes wrong in some way, and the contract holds all the same: nothing is lost, nothing
/// happens twice, no conflict is taken for an answer.
async fn the_contract_holds_while_transactions_go_wrong() {
    let dynamo = Dynamo::start().await;
    let faulty = Faulty::new(dynamo.connection.http_client(), |n, attempt| {
        match spread(n) {
            // More in a row are told as a failure, which is another story.
            _ if attempt > 1 => None,
            0..15 => Some(Fault::Conflict(usize::try_from(n).unwrap())),
            15..25 => Some(Fault::Throttled),
            25..30 => Some(Fault::Refused),
            30..45 => Some(Fault::AnswerLost),
            _ => None,
        }
    });
    let table = dynamo.table_through(faulty.clone().into_shared());
    store_contract(&table, 1).await;
    let (seen, injected) = faulty.counts();
    assert!(injected * 3 > seen, "{injected} of {seen}");
}

/// A table through which the first transactions go wrong in this way, and then no more.
async fn at_first(fault: Fault, times: u64) -> (Dynamo, aws::table::Table, Faulty) {
    let dynamo = Dynamo::start().await;
    let faulty = Faulty::new(dynamo.connection.http_client(), move |n, _| {
        (n < times).then_some(fault)
    });
    let table = dynamo.table_through(faulty.clone().into_shared());
    (dynamo, table, faulty)
}

::stories::case!(a_conflict_is_never_taken_for_a_duplicate);
/// A conflict at the marker of a movement is no sign that it happened before.
async fn a_conflict_is_never_taken_for_a_duplicate() {
    for place in 0..2 {
        let (dynamo, table, faulty) = at_first(Fault::Conflict(place), 3).await;
        let movement = single_writes::movement(1);
        assert_eq!(
            table.move_stock(&movement).await.unwrap(),
            Moved::Done,
            "place {place}"
        );
        assert_eq!(faulty.counts(), (4, 3));
        let level = dynamo
            .table()
            .sku(&movement.levels[0].0.sku)
            .await
            .unwrap()
            .levels
            .remove(0);
        assert_eq!(level, movement.levels[0].1);
    }
}

::stories::case!(conflicts_without_end_are_contention);
/// Conflicts without end are told as such, and leave no trace.
async fn conflicts_without_end_are_contention() {
    let (dynamo, table, faulty) = at_first(Fault::Conflict(0), u64::MAX).await;
    let placement = single_writes::placement(1);
    assert!(matches!(
        table.place(&placement).await,
        Err(Failure::Contended(6))
    ));
    assert_eq!(faulty.counts(), (6, 6));
    assert_eq!(dynamo.items().await, []);
}

::stories::case!(throttles_without_end_are_unavailability);
/// Throttles without end say that the table is not to be had.
async fn throttles_without_end_are_unavailability() {
    for fault in [Fault::Throttled, Fault::Refused] {
        let (dynamo, table, _) = at_first(fault, u64::MAX).await;
        let failure = table.place(&single_writes::placement(1)).await.unwrap_err();
        assert_eq!(failure.code(), "unavailable", "{fault:?}");
        assert_eq!(dynamo.items().await, []);
    }
}

::stories::case!(a_lost_answer_is_recognised_by_what_was_written);
/// Whoever writes and does not hear that it was written meets their own write, and knows it: at once by the
/// request's token, and later by what stands there.
async fn a_lost_answer_is_recognised_by_what_was_written() {
    // Without the token the signature no longer fits, which a DynamoDB of our own does not mind.
    let ours = aws::settings::optional("AWS_ENDPOINT_URL_DYNAMODB").is_none();
    for forgets in [false, true].into_iter().filter(|forgets| ours || !forgets) {
        let dynamo = Dynamo::start().await;
        let faulty = Faulty::new(dynamo.connection.http_client(), |_, n| {
            (n == 0).then_some(Fault::AnswerLost)
        });
        let faulty = if forgets {
            faulty.forgetting_tokens()
        } else {
            faulty
        };
        let table = dynamo.table_through(faulty.clone().into_shared());

        let placement = single_writes::placement(1);
        assert_eq!(table.place(&placement).await.unwrap(), Saved::Done);
        let change = single_writes::hold(&placement, 2);
        assert_eq!(table.save(&change).await.unwrap(), Saved::Done);
        let movement = single_writes::movement(1);
        assert_eq!(table.move_stock(&movement).await.unwrap(), Moved::Done);
        assert_eq!(faulty.counts(), (6, 3));

        let id = placement.change.order.placed.id;
        assert_eq!(table.load(id).await.unwrap(), Some(change.order));
        assert_eq!(table.commits(id).await.unwrap().len(), 2);
        let level = table
            .sku(&movement.levels[0].0.sku)
            .await
            .unwrap()
            .levels
            .remove(0);
        assert_eq!(level, movement.levels[0].1);
    }
}

::stories::case!(an_answer_lost_for_good_is_found_out_by_asking_again);
/// When no attempt is answered the failure says so, and whoever asks again, or decides again, finds it done.
async fn an_answer_lost_for_good_is_found_out_by_asking_again() {
    let (dynamo, table, faulty) = at_first(Fault::AnswerLost, 3).await;
    let movement = single_writes::movement(1);
    let failure = table.move_stock(&movement).await.unwrap_err();
    assert_eq!(failure.code(), "unavailable");
    assert_eq!(faulty.counts(), (3, 3), "the SDK's own attempts");
    assert_eq!(table.move_stock(&movement).await.unwrap(), Moved::Done);
    let mut decided_again = movement.clone();
    decided_again.record.at += jiff::SignedDuration::from_secs(1);
    assert_eq!(
        dynamo.table().move_stock(&decided_again).await.unwrap(),
        Moved::Before
    );
    let level = dynamo
        .table()
        .sku(&movement.levels[0].0.sku)
        .await
        .unwrap()
        .levels
        .remove(0);
    assert_eq!(level, movement.levels[0].1);
}

::stories::case!(a_change_too_large_for_one_transaction_is_not_sent);
/// More items than a transaction holds are refused before anything is sent.
async fn a_change_too_large_for_one_transaction_is_not_sent() {
    let (dynamo, table, faulty) = at_first(Fault::Refused, 0).await;
    let placement = single_writes::placement(1);
    let mut change = single_writes::hold(&placement, 2);
    change.references = (0..99)
        .map(|n| domain::change::Reference::Tracking(n.to_string()))
        .collect();
    let failure = table.save(&change).await.unwrap_err();
    assert_eq!(failure.code(), "inconsistent");
    assert_eq!(faulty.counts().0, 0);
    assert_eq!(dynamo.items().await, []);
}
