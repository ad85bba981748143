//! Each effect happens once, and each effect happens.

use domain::order::{EffectOutcome, RefundStatus};

use crate::support::{
    INTENT, World, cancel, capture, capture_of_part, is_refund, named, refund, release,
};

#[tokio::test]
async fn a_refund_that_is_performed_again_happens_once() {
    let world = World::paid();
    let first = world.perform(&refund(3, 1999)).await.unwrap();
    assert!(
        is_refund(&first, 1999, RefundStatus::Succeeded),
        "{first:?}"
    );
    for _ in 0..3 {
        assert_eq!(world.perform(&refund(3, 1999)).await.unwrap(), first);
    }
    assert_eq!(world.refunds(), [named(3, 1999)]);
    assert_eq!(world.find(&refund(3, 1999)).await, Some(first));
}

#[tokio::test]
async fn a_capture_that_is_performed_again_happens_once() {
    let world = World::authorized();
    world.stripe.allow_multicapture(INTENT);
    assert_eq!(world.find(&capture_of_part(1, 500, 0)).await, None);
    let captured = |amount, capturable| EffectOutcome::Captured { amount, capturable };
    for _ in 0..3 {
        let outcome = world.perform(&capture_of_part(1, 500, 0)).await.unwrap();
        assert_eq!(outcome, captured(500, 1500));
    }
    assert_eq!(
        world.find(&capture_of_part(1, 500, 0)).await,
        Some(captured(500, 1500))
    );
    // The same amount again is another capture.
    assert_eq!(world.find(&capture_of_part(2, 500, 500)).await, None);
    let second = world.perform(&capture_of_part(2, 500, 500)).await.unwrap();
    assert_eq!(second, captured(1000, 1000));
    assert_eq!(world.stripe.ledger().captured[INTENT], 1000);
    // The last one gives up the rest.
    let last = world.perform(&capture(3, 300, 1000)).await.unwrap();
    assert_eq!(last, captured(1300, 0));
}

#[tokio::test]
async fn what_is_left_of_an_authorization_is_released_once() {
    let world = World::authorized();
    world.stripe.allow_multicapture(INTENT);
    world.perform(&capture_of_part(1, 500, 0)).await.unwrap();
    assert_eq!(world.find(&release(2)).await, None);
    let released = EffectOutcome::Captured {
        amount: 500,
        capturable: 0,
    };
    for _ in 0..3 {
        assert_eq!(world.perform(&release(2)).await.unwrap(), released);
    }
    // Also when it was released under another key.
    assert_eq!(world.perform(&release(3)).await.unwrap(), released);
    assert_eq!(world.stripe.ledger().captured[INTENT], 500);
}

#[tokio::test]
async fn a_part_is_not_captured_where_only_one_capture_is_allowed() {
    let world = World::authorized();
    let refused = world.perform(&capture_of_part(1, 500, 0)).await.unwrap();
    assert!(
        matches!(refused, EffectOutcome::Refused { .. }),
        "{refused:?}"
    );
    assert!(world.stripe.ledger().captured.is_empty());
}

#[tokio::test]
async fn one_capture_releases_the_rest_where_only_one_is_allowed() {
    let world = World::authorized();
    let captured = EffectOutcome::Captured {
        amount: 1500,
        capturable: 0,
    };
    assert_eq!(world.perform(&capture(1, 1500, 0)).await.unwrap(), captured);
}

#[tokio::test]
async fn a_cancellation_that_is_performed_again_happens_once() {
    let world = World::authorized();
    assert_eq!(world.find(&cancel(1)).await, None);
    for _ in 0..3 {
        let outcome = world.perform(&cancel(1)).await.unwrap();
        assert_eq!(outcome, EffectOutcome::Cancelled);
    }
    assert_eq!(world.find(&cancel(1)).await, Some(EffectOutcome::Cancelled));
    assert_eq!(world.stripe.ledger().cancelled, [INTENT]);
}

#[tokio::test]
async fn two_equal_refunds_are_two() {
    let world = World::paid();
    let one = world.perform(&refund(3, 500)).await.unwrap();
    assert_eq!(world.find(&refund(4, 500)).await, None);
    let other = world.perform(&refund(4, 500)).await.unwrap();
    assert_ne!(one, other);
    assert_eq!(world.refunds(), [named(3, 500), named(4, 500)]);
    assert_eq!(world.find(&refund(3, 500)).await, Some(one));
    assert_eq!(world.find(&refund(4, 500)).await, Some(other));
}

#[tokio::test]
async fn a_refund_is_found_behind_a_page_of_others() {
    let world = World::paid();
    let first = world.perform(&refund(1, 2)).await.unwrap();
    for id in 2..=105 {
        world.perform(&refund(id, 2)).await.unwrap();
    }
    assert_eq!(world.find(&refund(1, 2)).await, Some(first));
    assert_eq!(world.find(&refund(999, 2)).await, None);
}

#[tokio::test]
async fn a_refund_that_has_failed_is_found_as_failed() {
    let world = World::paid();
    world.stripe.refunds_take_time();
    let made = world.perform(&refund(3, 500)).await.unwrap();
    assert!(is_refund(&made, 500, RefundStatus::Pending), "{made:?}");
    let id = world.stripe.ledger().refunds[0].id.clone();
    world.stripe.end_refund(&id, true).unwrap();
    let found = world.find(&refund(3, 500)).await.unwrap();
    assert!(is_refund(&found, 500, RefundStatus::Succeeded), "{found:?}");
    world.stripe.end_refund(&id, false).unwrap();
    let found = world.find(&refund(3, 500)).await.unwrap();
    assert!(is_refund(&found, 500, RefundStatus::Failed), "{found:?}");
}
