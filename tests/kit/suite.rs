//! The tests that every backend runs: the stories, random operations, the races and the contract of a store.

use std::{process::ExitCode, sync::Arc};

use app::ports::Store;
use libtest_mimic::{Arguments, Trial};

use super::runtime::{block_on, block_on_threads};
use crate::{
    case, outside, races,
    redelivery::Delivery,
    store_contract::store_contract,
    stories::random_operations::random_operations,
    story::{Story, run as run_story},
};

/// A kind of store. Every test opens one of its own.
pub trait Backend: Copy + Send + 'static {
    /// The store.
    type Store: Store + Send + Sync + 'static;

    /// Opens an empty store.
    fn open(self) -> impl Future<Output = Self::Store>;
}

/// How much of each test a backend runs: memory is fast, a database is not.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Seeds with which each story is run redelivered, beside once in order.
    pub seeds: u64,
    /// Runs of random operations, every second one redelivered.
    pub random_runs: u64,
    /// Rounds of each race.
    pub rounds: Rounds,
    /// Threads of a race.
    pub threads: usize,
    /// Days of the [truth outside](crate::outside).
    pub days: Days,
}

/// Days of the truth outside.
#[derive(Debug, Clone, Copy)]
pub struct Days {
    /// The first seed.
    pub first_seed: u64,
    /// How many.
    pub count: u64,
}

/// Rounds of each race.
#[derive(Debug, Clone, Copy)]
pub struct Rounds {
    /// Of [`races::cancel_against_ship`].
    pub cancel_against_ship: u64,
    /// Of [`races::many_orders_want_ten_units`].
    pub many_orders_want_ten_units: u64,
    /// Of [`races::one_webhook_many_times`].
    pub one_webhook_many_times: u64,
    /// Of [`races::counts_against_parcels`].
    pub counts_against_parcels: u64,
    /// Of [`races::refunds_of_one_payment`].
    pub refunds_of_one_payment: u64,
    /// Of [`races::credits_of_one_taxed_order`].
    pub credits_of_one_taxed_order: u64,
    /// Of [`races::refunds_against_dispute`].
    pub refunds_against_dispute: u64,
    /// Of [`races::refunds_against_late_failure`].
    pub refunds_against_late_failure: u64,
    /// Of [`races::a_payment_against_its_placement`].
    pub payment_against_placement: u64,
    /// Of [`races::one_basket_placed_many_times`].
    pub one_basket: u64,
    /// Of [`races::one_account_buys_many_times`].
    pub one_account: u64,
}

/// Every test of a backend, and the tests that the binary registers with [`case!`](crate::case!).
pub fn trials(backend: impl Backend, effort: Effort) -> Vec<Trial> {
    let mut trials = stories(backend, effort.seeds);
    if effort.random_runs > 0 {
        trials.push(random(backend, effort.random_runs));
    }
    if effort.days.count > 0 {
        trials.push(truth(backend, effort.days));
    }
    trials.extend(all_races(backend, effort));
    trials.push(contract(backend));
    trials.extend(case::trials());
    trials
}

/// Runs tests as `cargo test` expects it of a test binary.
pub fn run(trials: Vec<Trial>) -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Each story once in order, and once redelivered for each seed.
fn stories(backend: impl Backend, seeds: u64) -> Vec<Trial> {
    let trial = |story: Story| {
        test(story.short_name(), async move || {
            let deliveries = (0..seeds).map(Delivery::redelivered);
            for delivery in std::iter::once(Delivery::InOrderOnce).chain(deliveries) {
                let play = async |world: &mut _| (story.play)(world).await;
                run_story(backend.open().await, delivery, play).await;
            }
        })
    };
    Story::all().into_iter().map(trial).collect()
}

fn random(backend: impl Backend, runs: u64) -> Trial {
    test(
        "random_operations::the_rules_hold_whatever_happens",
        async move || {
            for seed in 0..runs {
                let delivery = if seed.is_multiple_of(2) {
                    Delivery::InOrderOnce
                } else {
                    Delivery::redelivered(seed)
                };
                let play = async |world: &mut _| random_operations(world, seed).await;
                run_story(backend.open().await, delivery, play).await;
            }
        },
    )
}

#[expect(
    clippy::print_stdout,
    reason = "how many days were lived, for people who ask for many"
)]
fn truth(backend: impl Backend, days: Days) -> Trial {
    Trial::test("outside::our_books_equal_the_truth", move || {
        println!("{}", outside::run::as_told(backend, days)?);
        Ok(())
    })
}

fn all_races(backend: impl Backend, effort: Effort) -> Vec<Trial> {
    let Effort {
        rounds, threads, ..
    } = effort;
    vec![
        race("races::the_first_commit_wins", threads, async move || {
            let store = Arc::new(backend.open().await);
            races::cancel_against_ship(&store, 1, rounds.cancel_against_ship, 64).await;
        }),
        race(
            "races::ten_units_are_reserved_ten_times",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                races::many_orders_want_ten_units(&store, 1, rounds.many_orders_want_ten_units, 64)
                    .await;
            },
        ),
        race(
            "races::a_webhook_has_its_effect_once",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                races::one_webhook_many_times(&store, 1, rounds.one_webhook_many_times, 32).await;
            },
        ),
        race(
            "races::no_payment_gives_back_more_than_it_has_taken",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                races::refunds_of_one_payment(&store, 1, rounds.refunds_of_one_payment, 32).await;
            },
        ),
        race(
            "races::no_tax_is_reversed_twice",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                let rounds = rounds.credits_of_one_taxed_order;
                races::credits_of_one_taxed_order(&store, 1, rounds, 32).await;
            },
        ),
        race(
            "races::no_refund_is_made_of_what_a_bank_has_taken",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                races::refunds_against_dispute(&store, 1, rounds.refunds_against_dispute, 16).await;
            },
        ),
        race(
            "races::a_refund_that_fails_late_stays_failed",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                let rounds = rounds.refunds_against_late_failure;
                races::refunds_against_late_failure(&store, 1, rounds, 16).await;
            },
        ),
        race(
            "races::a_payment_finds_its_order",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                let rounds = rounds.payment_against_placement;
                races::a_payment_against_its_placement(&store, 1, rounds, 12).await;
            },
        ),
        race(
            "races::one_of_equal_baskets_is_not_held",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                races::one_basket_placed_many_times(&store, 1, rounds.one_basket, 4).await;
            },
        ),
        race(
            "races::an_account_owes_no_more_than_its_limit",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                races::one_account_buys_many_times(&store, 1, rounds.one_account, 32).await;
            },
        ),
        race(
            "races::on_hand_is_what_is_on_the_shelf",
            threads,
            async move || {
                let store = Arc::new(backend.open().await);
                races::counts_against_parcels(&store, 1, rounds.counts_against_parcels, 8).await;
            },
        ),
    ]
}

fn contract(backend: impl Backend) -> Trial {
    race(
        "store_contract::every_promise_is_kept",
        2,
        async move || {
            let store = backend.open().await;
            store_contract(&store, 1).await;
            // A table that already holds another run's orders keeps it too.
            store_contract(&store, 2).await;
        },
    )
}

fn test(name: &str, body: impl AsyncFnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        block_on(body());
        Ok(())
    })
}

fn race(name: &str, threads: usize, body: impl AsyncFnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        block_on_threads(threads, body());
        Ok(())
    })
}
