//! A payment that is kept and an order that is placed: the second of the two writers learns of the first.

use app::ports::{PlaceOutcome, Store, StoredPayment};
use domain::{
    decide::Met,
    inbound::{Fact, Inbound, OrderReference, Parked, PaymentFact, PaymentKey, UnmatchedPayment},
};
use jiff::SignedDuration;

use super::samples::{Samples, start};

fn captured(samples: &Samples) -> Inbound {
    Inbound {
        source: "stripe".to_owned(),
        id: samples.name("evt"),
        location: None,
        occurred_at: start(),
        received_at: start(),
        fact: Fact::Payment {
            order: OrderReference::default(),
            fact: PaymentFact::Captured {
                amount: 5426,
                currency: "EUR".parse().unwrap(),
            },
        },
    }
}

/// The payment with one fact more.
fn kept(payment: &UnmatchedPayment, fact: &Inbound) -> UnmatchedPayment {
    match payment.park(fact) {
        Parked::Kept(after, _) => *after,
        other @ (Parked::Known | Parked::TooMany) => panic!("{other:?}"),
    }
}

fn new(samples: &Samples) -> UnmatchedPayment {
    let key = PaymentKey::Intent(samples.name("pi"));
    kept(&UnmatchedPayment::new(key, start()), &captured(samples))
}

async fn stored(store: &impl Store, payment: &UnmatchedPayment) -> StoredPayment {
    store.payment(&payment.payment).await.unwrap()
}

pub(super) async fn a_payment_is_not_kept_when_the_order_that_it_names_is_placed(
    store: &impl Store,
    samples: &Samples,
) {
    let order = samples.placed(store).await;
    let payment = new(samples);
    assert!(
        !store
            .put_payment(&payment, &[order.placed.id])
            .await
            .unwrap()
    );
    assert_eq!(stored(store, &payment).await, StoredPayment::Unknown);
    let intent = order.state.payment.intents[0].id.clone();
    let of_it = UnmatchedPayment {
        payment: PaymentKey::Intent(intent),
        ..payment
    };
    assert!(!store.put_payment(&of_it, &[]).await.unwrap());
    let of_order = StoredPayment::OfOrder(order.placed.id);
    assert_eq!(stored(store, &of_it).await, of_order);
}

pub(super) async fn a_placement_learns_of_the_payments_that_are_kept_and_of_their_changes(
    store: &impl Store,
    samples: &Samples,
) {
    let placement = samples.placement("jane@example.com", SignedDuration::ZERO);
    let id = placement.change.order.placed.id;
    let now = placement.change.commit.body.at;
    let first = new(samples);
    assert!(store.put_payment(&first, &[id]).await.unwrap());
    assert!(!store.put_payment(&first, &[id]).await.unwrap(), "once");
    assert_eq!(store.load(id).await.unwrap(), None, "it is not placed");
    let met = |payments: &[&UnmatchedPayment], named_by| Met {
        payments: payments.iter().map(|payment| (*payment).clone()).collect(),
        named_by,
        duplicate_of: None,
    };
    let one = met(&[&first], 1);
    let outcome = store.place(&placement).await.unwrap();
    assert_eq!(outcome, PlaceOutcome::Met(one.clone()));

    // Another fact comes, and another payment that names the order.
    let mut other = captured(samples);
    other.occurred_at += SignedDuration::from_secs(1);
    let changed = kept(&first, &other);
    assert!(store.put_payment(&changed, &[]).await.unwrap());
    let second = new(samples);
    assert!(store.put_payment(&second, &[id]).await.unwrap());
    let (late, _) = placement.clone().with_met(one, now).unwrap();
    let outcome = store.place(&late).await.unwrap();
    let both = met(&[&changed, &second], 2);
    assert_eq!(outcome, PlaceOutcome::Met(both.clone()));
    assert_eq!(store.load(id).await.unwrap(), None, "nothing was written");

    let (placement, rejected) = placement.with_met(both, now).unwrap();
    assert_eq!(rejected, []);
    assert_eq!(store.place(&placement).await.unwrap(), PlaceOutcome::Placed);
    let order = store.load(id).await.unwrap().unwrap();
    assert_eq!(order, *placement.order());
    assert_eq!(order.state.payment.captured(), 2 * 5426);
    assert_eq!(store.commits(id).await.unwrap().len(), 3);
    for payment in [&first, &second] {
        assert_eq!(stored(store, payment).await, StoredPayment::OfOrder(id));
    }
}
