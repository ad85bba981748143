//! A level that must be counted is work for a person: taken and closed like the exceptions of orders.

use app::{failure::Failure, ports::Clock, usecases::work_exceptions::ExceptionWork};
use domain::{
    inbound::{Fact, StockFact},
    order::{ExceptionKind, ExceptionOutcome, RejectionCode},
    stock::{MOVES_KEPT, StockMovement},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    story::story,
    world::{Draft, World},
};

/// A count in berlin was refused; gives the time at which it was taken.
async fn a_count_is_refused(world: &mut World) -> Timestamp {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 1).await;
    let before = world.clock.now();
    let received = StockFact {
        sku: "TEE".parse().expect("a SKU"),
        movement: StockMovement::Received { quantity: 1 },
    };
    let received = Fact::Stock(vec![received; MOVES_KEPT + 1]);
    world.receives_webhook(Some("berlin"), received);
    world.settle().await;
    world.counted("berlin", "TEE", 5, before);
    world.settle().await;
    before
}

fn closing(outcome: ExceptionOutcome) -> ExceptionWork {
    ExceptionWork::Close {
        outcome,
        note: Some("I have asked Jane to count again".to_owned()),
    }
}

/// The open exceptions: number and owner.
async fn open(world: &World) -> Vec<(u32, Option<String>)> {
    let open = world.stock_exceptions().await.into_iter();
    open.map(|open| (open.id, open.owner)).collect()
}

fn refused(outcome: Result<(), Failure>) -> RejectionCode {
    match outcome {
        Err(Failure::Rejected(rejection)) => rejection.code,
        other => panic!("{other:?}"),
    }
}

const FIRST: (&str, &str, u32) = ("berlin", "TEE", 1);
const SECOND: (&str, &str, u32) = ("berlin", "TEE", 2);

story!(a_refused_count_is_taken_and_closed_by_a_person);
async fn a_refused_count_is_taken_and_closed_by_a_person(world: &mut World) {
    a_count_is_refused(world).await;
    assert_eq!(open(world).await, [(1, None)]);
    let take = ExceptionWork::Take;
    world
        .works_on_stock(FIRST, &take, "ann")
        .await
        .expect("taken");
    assert_eq!(open(world).await, [(1, Some("ann".to_owned()))]);
    // Somebody else goes on with it; who has it already need not take it.
    for _ in 0..2 {
        world
            .works_on_stock(FIRST, &take, "bob")
            .await
            .expect("taken");
        assert_eq!(open(world).await, [(1, Some("bob".to_owned()))]);
    }
    let level = world.level("berlin", "TEE").await;
    let close = closing(ExceptionOutcome::Resolved);
    world
        .works_on_stock(FIRST, &close, "bob")
        .await
        .expect("closed");
    assert_eq!(open(world).await, []);
    let after = world.level("berlin", "TEE").await;
    assert_eq!((after.on_hand, after.count_needed), (level.on_hand, None));
}

story!(a_refused_count_is_closed_once);
async fn a_refused_count_is_closed_once(world: &mut World) {
    a_count_is_refused(world).await;
    let close = closing(ExceptionOutcome::Resolved);
    world
        .works_on_stock(FIRST, &close, "ann")
        .await
        .expect("closed");
    // Their outcome would be lost, so whoever comes second is told.
    let other = closing(ExceptionOutcome::NoAction);
    for late in [&other, &ExceptionWork::Take] {
        let answer = world.works_on_stock(FIRST, late, "bob").await;
        assert_eq!(refused(answer), RejectionCode::ExceptionClosed);
    }
    for (unknown, work) in [(SECOND, &close), (("berlin", "TEE", 0), &other)] {
        let answer = world.works_on_stock(unknown, work, "bob").await;
        assert_eq!(refused(answer), RejectionCode::UnknownException);
    }
    let credit = closing(ExceptionOutcome::AcceptedAsCredit);
    let answer = world.works_on_stock(FIRST, &credit, "bob").await;
    assert_eq!(refused(answer), RejectionCode::ExceptionClosed);
}

story!(a_count_refused_after_the_exception_was_closed_opens_another);
async fn a_count_refused_after_the_exception_was_closed_opens_another(world: &mut World) {
    let before = a_count_is_refused(world).await;
    let close = closing(ExceptionOutcome::NoAction);
    world
        .works_on_stock(FIRST, &close, "ann")
        .await
        .expect("closed");
    world.counted("berlin", "TEE", 6, before);
    world.settle().await;
    assert_eq!(open(world).await, [(2, None)]);
    // The first one stays closed, whoever still looks at it.
    let answer = world.works_on_stock(FIRST, &close, "bob").await;
    assert_eq!(refused(answer), RejectionCode::ExceptionClosed);
    assert_eq!(open(world).await, [(2, None)]);
    let credit = closing(ExceptionOutcome::AcceptedAsCredit);
    let answer = world.works_on_stock(SECOND, &credit, "bob").await;
    assert_eq!(refused(answer), RejectionCode::OutcomeNotAllowed);
    // A new count ends it too.
    world.counted("berlin", "TEE", 40, world.clock.now());
    world.settle().await;
    assert_eq!(open(world).await, []);
    let answer = world.works_on_stock(SECOND, &close, "bob").await;
    assert_eq!(refused(answer), RejectionCode::ExceptionClosed);
}

story!(two_who_work_on_a_refused_count_at_once_see_what_the_other_did);
async fn two_who_work_on_a_refused_count_at_once_see_what_the_other_did(world: &mut World) {
    a_count_is_refused(world).await;
    let take = ExceptionWork::Take;
    let at_once = [("ann", &take), ("bob", &take)];
    let [first, second] = world.work_on_stock_at_once(FIRST, at_once).await;
    first.expect("taken");
    second.expect("taken");
    let [(1, Some(owner))] = &open(world).await[..] else {
        panic!("{:?}", open(world).await);
    };
    assert!(["ann", "bob"].contains(&owner.as_str()), "{owner}");
    // Both close it: one of them does.
    let (ours, theirs) = (
        closing(ExceptionOutcome::Resolved),
        closing(ExceptionOutcome::NoAction),
    );
    let at_once = [("ann", &ours), ("bob", &theirs)];
    let [first, second] = world.work_on_stock_at_once(FIRST, at_once).await;
    let (done, late) = if first.is_ok() {
        (first, second)
    } else {
        (second, first)
    };
    done.expect("one is first");
    assert_eq!(refused(late), RejectionCode::ExceptionClosed);
    assert_eq!(open(world).await, []);
}

/// Berlin has three, two orders want one each, and the location finds the unit of the first missing.
async fn a_unit_is_reported_missing(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 3).await;
    world.minutes_pass(10);
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 1)).await;
    world.minutes_pass(10);
    world.rejects("berlin", order, "out_of_stock").await;
    world.settle().await;
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 2);
}

story!(units_that_are_reported_missing_are_counted);
async fn units_that_are_reported_missing_are_counted(world: &mut World) {
    a_unit_is_reported_missing(world).await;
    let exceptions = world.stock_exceptions().await;
    assert_eq!(exceptions.len(), 1, "{exceptions:#?}");
    assert_eq!(exceptions[0].kind, ExceptionKind::UnitsMissing);
    assert!(
        exceptions[0].detail.contains("1 units of TEE"),
        "{exceptions:#?}"
    );
    // A count from before the report does not tell of it.
    let before = world.clock.now() - SignedDuration::from_mins(15);
    world.counted("berlin", "TEE", 3, before);
    world.settle().await;
    assert_eq!(open(world).await, [(1, None)]);
    // The whole shelf was empty.
    world.minutes_pass(1);
    world.counted("berlin", "TEE", 0, world.clock.now());
    world.settle().await;
    assert_eq!(open(world).await, []);
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 0);
}

story!(a_shelf_that_was_counted_after_the_report_is_not_counted_again);
async fn a_shelf_that_was_counted_after_the_report_is_not_counted_again(world: &mut World) {
    world.warehouse("berlin").await;
    world.has_stock("berlin", "TEE", 2).await;
    let order = world.place_and_pay(Draft::new("1001").line("TEE", 2)).await;
    world.minutes_pass(10);
    let one = ("1", [("1", 1)].as_slice(), true);
    let now = world.clock.now();
    world.shipped_at("berlin", order, one, now).await;
    world.settle().await;
    world.minutes_pass(5);
    world.counted("berlin", "TEE", 0, world.clock.now());
    world.settle().await;
    // The report is from before the count, and we believe it after the grace only.
    world.grace_passes().await;
    assert_eq!(world.times(order, "UnitsShortShipped").await, 1);
    assert_eq!(open(world).await, []);
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 0);
}

story!(a_count_between_two_reports_does_not_end_the_exception);
async fn a_count_between_two_reports_does_not_end_the_exception(world: &mut World) {
    a_unit_is_reported_missing(world).await;
    world.minutes_pass(10);
    let between = world.clock.now();
    world.minutes_pass(10);
    let order = world.place_and_pay(Draft::new("1002").line("TEE", 1)).await;
    world.rejects("berlin", order, "out_of_stock").await;
    world.settle().await;
    assert_eq!(open(world).await, [(1, None)], "one asks for both");
    world.counted("berlin", "TEE", 2, between);
    world.settle().await;
    assert_eq!(open(world).await, [(1, None)]);
    world.minutes_pass(1);
    world.counted("berlin", "TEE", 1, world.clock.now());
    world.settle().await;
    assert_eq!(open(world).await, []);
    assert_eq!(world.level("berlin", "TEE").await.on_hand, 1);
}

story!(a_report_that_comes_again_does_not_open_the_exception_again);
async fn a_report_that_comes_again_does_not_open_the_exception_again(world: &mut World) {
    a_unit_is_reported_missing(world).await;
    let close = closing(ExceptionOutcome::NoAction);
    world
        .works_on_stock(FIRST, &close, "ann")
        .await
        .expect("closed");
    world.settle_with_duplicates().await;
    assert_eq!(open(world).await, []);
}
