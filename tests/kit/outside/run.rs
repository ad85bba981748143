//! Living days: by seeds, from a script, and shrinking a script that fails.

use std::{panic::AssertUnwindSafe, sync::Arc, thread, time::Instant};

use app::ports::Store;
use futures_util::FutureExt;

use super::super::{
    runtime::block_on,
    suite::{Backend, Days},
};
use super::{
    choices::{Choices, Script},
    day::{Day, Report},
    kinds::Kinds,
};
use crate::{redelivery::Delivery, world::World};

/// How one day went.
#[derive(Debug)]
pub struct Outcome {
    /// What is wrong; empty: our books equal the truth.
    pub wrong: Vec<String>,
    /// What was chosen.
    pub script: Script,
    /// What happened, with times; only of a replay.
    pub story: Vec<String>,
    /// Orders placed.
    pub orders: u64,
    /// Of those: orders whose difference an exception explains.
    pub explained: u64,
    /// Shelves that differed from our books until the count that an exception had asked for.
    pub counted: u64,
}

impl Outcome {
    /// What is wrong first, without the particulars.
    fn class(&self) -> Option<&str> {
        self.wrong.first().map(|wrong| class(wrong))
    }
}

fn class(wrong: &str) -> &str {
    let end = wrong.find([':', '(']).unwrap_or(wrong.len());
    // Numbers differ from run to run of the same failure.
    let end = wrong
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(end)
        .min(end);
    wrong.get(..end).unwrap_or(wrong)
}

/// The day of a seed.
pub async fn day<S: Store + Send + Sync + 'static>(store: S, seed: u64, kinds: &Kinds) -> Outcome {
    live(store, Choices::of_seed(seed), kinds, false).await
}

/// The day of a script, with its story.
pub async fn replay<S: Store + Send + Sync + 'static>(
    store: S,
    script: &Script,
    kinds: &Kinds,
) -> Outcome {
    live(store, Choices::of_script(script.clone()), kinds, true).await
}

async fn live<S: Store + Send + Sync + 'static>(
    store: S,
    choices: Choices,
    kinds: &Kinds,
    tells: bool,
) -> Outcome {
    let mut world = World::new(Arc::new(store), Delivery::InOrderOnce);
    let day = Day::new(&mut world, choices, kinds.clone(), tells).live();
    match AssertUnwindSafe(Box::pin(day)).catch_unwind().await {
        Ok(Report {
            wrong,
            script,
            story,
            explained,
            counted,
            orders,
        }) => Outcome {
            wrong,
            script,
            story,
            orders,
            explained,
            counted,
        },
        Err(_) => Outcome {
            wrong: vec!["a panic: see above".to_owned()],
            script: Script::default(),
            story: Vec::new(),
            orders: 0,
            explained: 0,
            counted: 0,
        },
    }
}

/// Takes choices out of a script as long as the same thing is wrong without them.
pub async fn shrink(backend: impl Backend, kinds: &Kinds, failing: Outcome) -> Outcome {
    let Some(class) = failing.class().map(str::to_owned) else {
        return failing;
    };
    let mut best = failing;
    let mut chunk = best.script.0.len().div_ceil(2);
    while chunk > 0 {
        let mut from = 0;
        while from < best.script.0.len() {
            let kept = best.script.0.iter().enumerate();
            let kept =
                kept.filter(|(index, _)| !(from..from.saturating_add(chunk)).contains(index));
            let script = Script(
                kept.map(|(_, (name, value))| (name.clone(), *value))
                    .collect(),
            );
            let outcome = replay(backend.open().await, &script, kinds).await;
            if outcome.class() == Some(&class) && outcome.script.0.len() < best.script.0.len() {
                best = outcome;
            } else {
                from = from.saturating_add(chunk);
            }
        }
        chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
    }
    best
}

/// What the environment tells, else these days with every kind:
///
/// * `OMS_TRUTH_DAYS`: how many days; `OMS_TRUTH_SEED`: the first seed.
/// * `OMS_TRUTH_KINDS`: the kinds of behaviour, see [`Kinds::parse`].
/// * `OMS_TRUTH_SHRINK=no`: a seed that fails is not shrunk, which can take minutes.
/// * `OMS_TRUTH_SCRIPT`: a file with a script to replay instead.
///
/// # Errors
/// What is wrong, with the minimal script.
pub fn as_told(backend: impl Backend, days: Days) -> Result<String, String> {
    let number = |name: &str, usual: u64| {
        setting(name).map_or(Ok(usual), |text| {
            text.parse().map_err(|e| format!("{name}: {e}"))
        })
    };
    let kinds = setting("OMS_TRUTH_KINDS").map_or(Ok(Kinds::all()), |n| Kinds::parse(&n))?;
    if let Some(path) = setting("OMS_TRUTH_SCRIPT") {
        let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let mut told = String::new();
        block_on(async {
            let outcome = replay(backend.open().await, &Script::parse(&text), &kinds).await;
            told = described(&outcome);
        });
        return Err(told);
    }
    let first = number("OMS_TRUTH_SEED", days.first_seed)?;
    let count = number("OMS_TRUTH_DAYS", days.count)?;
    self::days(backend, first, count, &kinds)
}

fn setting(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok()
}

/// Days of consecutive seeds on stores of one kind, on several threads when there are many.
///
/// # Errors
/// A text about the first seed that fails: its minimal script, and what happens.
pub fn days(
    backend: impl Backend,
    first: u64,
    count: u64,
    kinds: &Kinds,
) -> Result<String, String> {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let threads = if count < 1000 {
        1
    } else {
        u64::try_from(cores).unwrap_or(1)
    };
    let started = Instant::now();
    let lived: Vec<Lived> = thread::scope(|scope| {
        let live = |thread: u64| {
            let seeds = (0..count).map(move |n| first.saturating_add(n));
            let seeds = seeds.filter(move |seed| seed % threads == thread);
            scope.spawn(move || some_days(backend, seeds, kinds))
        };
        let running: Vec<_> = (0..threads).map(live).collect();
        running
            .into_iter()
            .map(|t| t.join().expect("a thread"))
            .collect()
    });
    let failed = lived.iter().filter_map(|lived| lived.failed.clone()).next();
    let sum = |of: fn(&Lived) -> u64| lived.iter().map(of).sum::<u64>();
    let (days, orders, explained) = (sum(|l| l.days), sum(|l| l.orders), sum(|l| l.explained));
    let counted = sum(|l| l.counted);
    let seconds = started.elapsed().as_secs();
    let what = format!(
        "{days} days from seed {first} in {seconds} s: {orders} orders; \
         of {explained} an exception says what is not as it should be; \
         {counted} shelves differed until the count that an exception had asked for"
    );
    failed.map_or(Ok(what), Err)
}

#[derive(Default)]
struct Lived {
    days: u64,
    orders: u64,
    explained: u64,
    counted: u64,
    failed: Option<String>,
}

fn some_days(backend: impl Backend, seeds: impl Iterator<Item = u64>, kinds: &Kinds) -> Lived {
    let mut lived = Lived::default();
    block_on(async {
        for seed in seeds {
            let outcome = day(backend.open().await, seed, kinds).await;
            lived.days = lived.days.saturating_add(1);
            lived.orders = lived.orders.saturating_add(outcome.orders);
            lived.explained = lived.explained.saturating_add(outcome.explained);
            lived.counted = lived.counted.saturating_add(outcome.counted);
            if !outcome.wrong.is_empty() {
                let wrong = outcome.wrong.join("\n");
                let small = match setting("OMS_TRUTH_SHRINK").as_deref() {
                    Some("no") => "not shrunk".to_owned(),
                    Some(_) | None => described(&Box::pin(shrink(backend, kinds, outcome)).await),
                };
                lived.failed = Some(format!("seed {seed}:\n{wrong}\n\n{small}"));
                return;
            }
        }
    });
    lived
}

/// A failing day for people.
pub fn described(outcome: &Outcome) -> String {
    let (wrong, story) = (outcome.wrong.join("\n"), outcome.story.join("\n"));
    let script = &outcome.script;
    format!("minimal script:\n{script}\nwrong with it:\n{wrong}\n\nwhat happens:\n{story}")
}
