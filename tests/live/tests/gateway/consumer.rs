//! A secret key that Stripe rejects, or that is not stored: on the way of a real message, through its queue.

use app::usecases::dispatch;
use aws::lambda::{consumer::handle_event, source_queue::SourceQueue};
use domain::{ids::OrderId, order::PaymentCommands};
use jiff::SignedDuration;
use live::stripe::SECRET_KEY;
use stories::{
    redelivery::Delivery,
    world::{Consumer, Draft},
};

use crate::{
    logs::Counted,
    queue::Queue,
    shop::Shop,
    support::{SecretsDouble, named_of},
};

/// The price of one unit with its tax and its share of the shipping, when three are bought.
const UNIT: i64 = 1999 + 380 + 163;

struct Functions {
    shop: Shop,
    queue: Queue,
    source: SourceQueue,
}

impl Functions {
    fn of(mut shop: Shop) -> Self {
        shop.world.pause(Consumer::Payments);
        let queue = Queue::new(shop.world.clock());
        Self {
            source: queue.source(),
            queue,
            shop,
        }
    }

    /// So much time passes, with the sweep every five minutes; `payments` receives each message when it can.
    async fn minutes_pass(&mut self, minutes: i64) {
        for minute in 0..minutes {
            for _ in 0..12 {
                self.settle().await;
                self.shop
                    .world
                    .clock()
                    .advance(SignedDuration::from_secs(5));
            }
            if minute % 5 == 4 {
                self.shop.stripe.advance(SignedDuration::from_mins(5));
                self.shop.world.sweeps();
            }
        }
        self.settle().await;
    }

    async fn settle(&mut self) {
        loop {
            self.shop.world.settle().await;
            for (consumer, body) in self.shop.world.take_messages().await {
                assert_eq!(consumer, Consumer::Payments);
                self.queue.send(body);
            }
            let Some(batch) = self.queue.receive() else {
                return;
            };
            let subject = |body: &str| dispatch::order_of(body).map(|order| order.to_string());
            let world = &self.shop.world;
            let handle = async |body: &str, _| world.handle(Consumer::Payments, body).await;
            let answer = handle_event(&self.source, subject, batch.clone(), handle);
            let answer = answer.await.unwrap();
            self.queue.answered(&batch, &answer);
        }
    }
}

async fn paid(shop: &mut Shop) -> OrderId {
    let draft = Draft::new("1001").line("TEE", 3);
    shop.places_paid(draft.commanded(PaymentCommands::default()))
        .await
}

/// The key stops working in this way, a refund is due meanwhile, and hours later a good key is stored.
async fn a_key_that_stops_working_heals(breaks: fn(&SecretsDouble)) {
    let mut shop = Shop::open(Delivery::InOrderOnce);
    let order = paid(&mut shop).await;
    let alarms = Counted::by("PaymentGatewayUnavailableMetric", shop.world.clock());
    let mut functions = Functions::of(shop);
    breaks(&functions.shop.secrets);
    functions.shop.cancels(order, 1).await;

    functions.minutes_pass(10).await;
    assert_eq!(functions.queue.len(), 2, "the event, and the sweep's");
    let periods = alarms.take_periods();
    assert!(periods.len() >= 2, "too few for the alarm: {periods:?}");
    functions.minutes_pass(24 * 60).await;
    assert_eq!(functions.queue.dead_letters(), [""; 0]);
    assert_eq!(functions.shop.refunds_of(order), []);
    assert_eq!(
        functions.shop.world.order(order).await.state.effects.len(),
        1
    );
    assert!(!alarms.take_periods().is_empty());

    functions.shop.secrets.store(SECRET_KEY);
    functions.minutes_pass(6 * 60).await;
    assert_eq!(
        functions.shop.refunds_of(order),
        [(named_of(order, 1), UNIT)]
    );
    functions.shop.is_settled(order).await;
    assert_eq!(functions.queue.len(), 0);
    assert_eq!(functions.queue.dead_letters(), [""; 0]);
    alarms.take_periods();
    functions.minutes_pass(30).await;
    assert_eq!(alarms.take_periods(), [], "it is over");
    functions.shop.world.ends_well().await;
}

#[tokio::test]
async fn what_a_rejected_key_keeps_back_is_done_when_a_good_one_is_stored() {
    let revoked = |secrets: &SecretsDouble| {
        secrets.remove();
        secrets.store("sk_live_revoked");
    };
    Box::pin(a_key_that_stops_working_heals(revoked)).await;
}

#[tokio::test]
async fn what_a_missing_key_keeps_back_is_done_when_one_is_stored() {
    Box::pin(a_key_that_stops_working_heals(SecretsDouble::remove)).await;
}
