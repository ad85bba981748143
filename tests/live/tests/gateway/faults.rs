//! What goes wrong on the way leaves nothing done twice.

use std::sync::Arc;

use app::{
    failure::Failure,
    ports::{Clock, PaymentGateway},
};
use domain::order::RefundStatus;
use jiff::SignedDuration;
use live::stripe::Fault;

use crate::support::{Noon, World, command, is_refund, named, next_attempt, refund};

#[tokio::test]
async fn a_refund_whose_answer_never_came_happens_once() {
    let world = World::paid();
    world.stripe.inject(Fault::NoAnswer);
    let unknown = world.failure(&refund(3, 1999)).await;
    assert_eq!(unknown.code(), "gateway_unavailable");
    assert_eq!(
        world.refunds(),
        [named(3, 1999)],
        "it has happened all the same"
    );
    let again = world.perform(&refund(3, 1999)).await.unwrap();
    assert!(
        is_refund(&again, 1999, RefundStatus::Succeeded),
        "{again:?}"
    );
    assert_eq!(world.refunds(), [named(3, 1999)]);
}

#[tokio::test]
async fn a_connection_that_breaks_says_nothing_about_the_refund() {
    for done in [true, false] {
        let world = World::paid();
        world.stripe.inject(Fault::Broken { done });
        let unknown = world.failure(&refund(3, 1999)).await;
        assert_eq!(unknown.code(), "gateway_unavailable");
        let found = world.find(&refund(3, 1999)).await;
        assert_eq!(found.is_some(), done);
        world.perform(&refund(3, 1999)).await.unwrap();
        assert_eq!(world.refunds(), [named(3, 1999)], "done: {done}");
    }
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_unavailable() {
    let world = World::paid();
    let nobody =
        egress::HttpsGateway::new("http://127.0.0.1:1", world.secrets, Noon, true).unwrap();
    let failure = nobody.perform(&command(&refund(3, 5))).await.unwrap_err();
    assert_eq!(failure.code(), "gateway_unavailable");
    let failure = nobody.find(&command(&refund(3, 5))).await.unwrap_err();
    assert_eq!(failure.code(), "gateway_unavailable");
}

#[tokio::test]
async fn a_server_error_that_did_nothing_is_replayed_until_the_next_attempt() {
    let world = World::paid();
    world.stripe.inject(Fault::ServerError { done: false });
    assert_eq!(
        world.failure(&refund(3, 1999)).await.code(),
        "gateway_unavailable"
    );
    for _ in 0..2 {
        assert!(world.is_error_replayed(&refund(3, 1999)).await);
    }
    assert_eq!(world.find(&refund(3, 1999)).await, None);
    let next = next_attempt(&refund(3, 1999));
    let made = world.perform(&next).await.unwrap();
    assert!(is_refund(&made, 1999, RefundStatus::Succeeded), "{made:?}");
    // The first attempt finds what the second has done.
    assert_eq!(world.find(&refund(3, 1999)).await, Some(made));
    assert_eq!(world.refunds(), [named(3, 1999)]);
}

#[tokio::test]
async fn a_server_error_after_the_refund_is_found_out() {
    let world = World::paid();
    world.stripe.inject(Fault::ServerError { done: true });
    assert_eq!(
        world.failure(&refund(3, 1999)).await.code(),
        "gateway_unavailable"
    );
    assert!(world.is_error_replayed(&refund(3, 1999)).await);
    let found = world.find(&refund(3, 1999)).await.unwrap();
    assert!(
        is_refund(&found, 1999, RefundStatus::Succeeded),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_gateway_that_is_busy_is_asked_again_when_it_says() {
    let world = World::paid();
    world.stripe.inject(Fault::RateLimited { retry_after_s: 7 });
    match world.failure(&refund(3, 1999)).await {
        Failure::Gateway {
            until: Some(until), ..
        } => {
            assert_eq!(
                until.duration_since(Noon.now()),
                SignedDuration::from_secs(7)
            );
        }
        other => panic!("{other}"),
    }
    world.perform(&refund(3, 1999)).await.unwrap();
    assert_eq!(world.refunds(), [named(3, 1999)]);
}

#[tokio::test]
async fn a_gateway_cannot_ask_for_a_wait_without_end() {
    let world = World::paid();
    let for_days = Fault::RateLimited {
        retry_after_s: 864_000,
    };
    world.stripe.inject(for_days);
    match world.failure(&refund(3, 1999)).await {
        Failure::Gateway {
            until: Some(until), ..
        } => {
            assert_eq!(
                until.duration_since(Noon.now()),
                SignedDuration::from_mins(15)
            );
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_functions_that_perform_the_same_refund_make_one() {
    let world = Arc::new(World::paid());
    world.stripe.inject(Fault::Held);
    let first = Arc::clone(&world);
    let first = tokio::spawn(async move { first.perform(&refund(3, 1999)).await });
    world.stripe.wait_until_held();
    assert_eq!(
        world.failure(&refund(3, 1999)).await.code(),
        "gateway_unavailable"
    );
    world.stripe.release();
    let first = first.await.unwrap().unwrap();
    assert_eq!(world.perform(&refund(3, 1999)).await.unwrap(), first);
    assert_eq!(world.refunds(), [named(3, 1999)]);
}
