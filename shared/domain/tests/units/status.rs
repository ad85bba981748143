use domain::order::*;

#[test]
fn the_table_names_every_status_once() {
    let named: Vec<Status> = TRANSITIONS.iter().map(|(from, _)| *from).collect();
    assert_eq!(named, Status::ALL);
}

#[test]
fn ended_orders_stay_ended() {
    assert!(Status::Cancelled.next().is_empty() && Status::Refunded.next().is_empty());
    assert!(!Status::Fulfilled.reaches(Status::Cancelled));
    assert!(Status::Pending.reaches(Status::Delivered));
}

#[test]
fn aliases_find_their_statuses() {
    assert_eq!(
        Status::named("PENDING_PAYMENT"),
        [Status::Pending, Status::PaymentProcessing]
    );
    assert_eq!(Status::named("shipped"), [Status::Fulfilled]);
    assert_eq!(Status::named("READY_FOR_FULFILLMENT"), [Status::Paid]);
    assert_eq!(Status::named("nonsense"), []);
}
