//! Stripe's lists of payments, refunds and disputes, and single objects of them.

use app::ports::{GatewayRecord, Made, PaymentGateway, RecordPage};
use domain::{
    inbound::{Fact, OrderReference, PaymentFact},
    order::{DisputeFunds, DisputeStatus, RefundStatus},
    reconciliation::{GatewayObject, ObjectKind},
};
use jiff::SignedDuration;
use live::wait;

use crate::support::{INTENT, World, order, refund};

/// An hour before and after now.
fn around_now() -> Made {
    let hour = SignedDuration::from_hours(1);
    Made {
        from: wait::now() - hour,
        to: wait::now() + hour,
    }
}

/// Every page of a list.
async fn all(world: &World, kind: ObjectKind, made: Made) -> (usize, Vec<GatewayRecord>) {
    let (mut pages, mut records, mut after) = (0, Vec::new(), None);
    loop {
        let listed = world.gateway.list(kind, made, after.as_deref()).await;
        let RecordPage {
            records: found,
            unreadable,
            next,
        } = listed.unwrap().unwrap();
        assert_eq!(unreadable, []);
        pages += 1;
        records.extend(found);
        after = next;
        if after.is_none() {
            return (pages, records);
        }
    }
}

async fn look_up(world: &World, kind: ObjectKind, id: &str) -> Option<GatewayRecord> {
    let object = GatewayObject::new(kind, id);
    world.gateway.look_up(&object).await.unwrap()
}

fn told(record: &GatewayRecord) -> Vec<(&OrderReference, &PaymentFact)> {
    let facts = record.facts.iter();
    let told = facts.map(|inbound| match &inbound.fact {
        Fact::Payment { order, fact } => (order, fact),
        other => panic!("{other:?}"),
    });
    told.collect()
}

fn euro() -> domain::money::Currency {
    "EUR".parse().unwrap()
}

#[tokio::test]
async fn what_was_made_is_listed_as_webhooks_tell_of_it() {
    let world = World::paid();
    world.perform(&refund(3, 500)).await.unwrap();
    world.stripe.dispute("dp_1", INTENT, "eur", 700);
    let about = OrderReference {
        order: Some(order().to_string()),
        intent: Some(INTENT.to_owned()),
    };
    let (_, payments) = all(&world, ObjectKind::Payment, around_now()).await;
    let captured = PaymentFact::Captured {
        amount: 2000,
        currency: euro(),
    };
    assert_eq!(payments.len(), 1);
    assert_eq!(told(&payments[0]), [(&about, &captured)]);
    let (_, refunds) = all(&world, ObjectKind::Refund, around_now()).await;
    let refunded = PaymentFact::Refund {
        id: refunds[0].id.clone(),
        amount: 500,
        currency: euro(),
        status: RefundStatus::Succeeded,
        effect: Some(3),
    };
    assert_eq!(refunds.len(), 1);
    assert_eq!(told(&refunds[0]), [(&about, &refunded)]);
    let (_, disputes) = all(&world, ObjectKind::Dispute, around_now()).await;
    assert_eq!(disputes.len(), 1);
    let [(of, fact)] = told(&disputes[0])[..] else {
        panic!("{disputes:?}")
    };
    assert_eq!(of.intent.as_deref(), Some(INTENT));
    assert!(
        matches!(
            fact,
            PaymentFact::Dispute {
                status: DisputeStatus::NeedsResponse,
                amount: 700,
                funds: Some(DisputeFunds::Withdrawn),
                ..
            }
        ),
        "{fact:?}"
    );
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page_and_by_the_time_of_its_objects() {
    let world = World::new();
    for number in 0..230 {
        let intent = format!("pi_{number}");
        let order = order().to_string();
        world.stripe.pay(&intent, &order, "eur", 2000);
    }
    let (pages, payments) = all(&world, ObjectKind::Payment, around_now()).await;
    let mut ids: Vec<&str> = payments.iter().map(|found| found.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((pages, payments.len(), ids.len()), (3, 230, 230));
    world.stripe.advance(SignedDuration::from_hours(5));
    world.stripe.pay("pi_later", "1002", "eur", 100);
    let (_, earlier) = all(&world, ObjectKind::Payment, around_now()).await;
    assert_eq!(earlier.len(), 230, "made before the end of the time");
    let made = Made {
        from: wait::now() + SignedDuration::from_hours(4),
        to: wait::now() + SignedDuration::from_hours(6),
    };
    let (_, later) = all(&world, ObjectKind::Payment, made).await;
    assert_eq!(later.len(), 1);
    assert_eq!(later[0].id, "pi_later");
}

#[tokio::test]
async fn an_object_is_looked_up_as_it_is_now() {
    let world = World::authorized();
    let payment = look_up(&world, ObjectKind::Payment, INTENT).await.unwrap();
    let authorized = told(&payment)
        .into_iter()
        .map(|(_, fact)| fact)
        .any(|fact| matches!(fact, PaymentFact::Authorized { amount: 2000, .. }));
    assert!(authorized, "{payment:?}");
    let world = World::paid();
    world.perform(&refund(3, 500)).await.unwrap();
    let (_, refunds) = all(&world, ObjectKind::Refund, around_now()).await;
    let id = refunds[0].id.as_str();
    world.stripe.end_refund(id, false).unwrap();
    let found = look_up(&world, ObjectKind::Refund, id).await.unwrap();
    let [(_, PaymentFact::Refund { status, .. })] = told(&found)[..] else {
        panic!("{found:?}")
    };
    assert_eq!(*status, RefundStatus::Failed);
    world.stripe.dispute("dp_1", INTENT, "eur", 700);
    world.stripe.dispute_is_won("dp_1");
    let found = look_up(&world, ObjectKind::Dispute, "dp_1").await.unwrap();
    let [(_, PaymentFact::Dispute { status, funds, .. })] = told(&found)[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (*status, *funds),
        (DisputeStatus::Won, Some(DisputeFunds::Reinstated))
    );
    // Stripe leaves a dispute lost of which a part came back.
    world.stripe.dispute_is_won_in_part("dp_1", 250);
    let found = look_up(&world, ObjectKind::Dispute, "dp_1").await.unwrap();
    let [
        (
            _,
            PaymentFact::Dispute {
                status, reinstated, ..
            },
        ),
    ] = told(&found)[..]
    else {
        panic!("{found:?}")
    };
    assert_eq!((*status, *reinstated), (DisputeStatus::Lost, Some(250)));
}

#[tokio::test]
async fn an_object_that_stripe_does_not_have_is_none() {
    let world = World::paid();
    for (kind, id) in [
        (ObjectKind::Payment, "pi_0"),
        (ObjectKind::Refund, "re_0"),
        (ObjectKind::Dispute, "dp_0"),
        (ObjectKind::Refund, "../events"),
    ] {
        assert_eq!(look_up(&world, kind, id).await, None, "{id}");
    }
}

#[tokio::test]
async fn a_gateway_without_a_key_lists_nothing() {
    let world = World::paid();
    world.secrets.remove();
    let listed = world.gateway.list(ObjectKind::Payment, around_now(), None);
    assert_eq!(listed.await.unwrap(), None);
}
