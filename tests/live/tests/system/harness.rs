//! Runs the tests around their stacks, with the options and the output of `cargo test`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Mutex, OnceLock},
    thread::{self, Scope},
    time::Instant,
};

use libtest_mimic::{Arguments, Failed, Trial, run as run_trials};
use live::{
    environment::Environment,
    outcome::{Outcome, StoryError},
    reporter::Reporter,
    stack::Stack,
};

use super::suite::Test;

/// Tests of the shared stack at a time, unless `--test-threads` is given. They mostly wait.
const PARALLEL_THREADS: usize = 6;
/// Tests of the table at a time.
const TABLE_THREADS: usize = 2;

/// A stack that several tests share.
#[derive(Debug)]
struct Shared {
    /// The environment of the run, or why there is none.
    environment: OnceLock<Result<Environment, String>>,
    /// Held while it is being opened; other tests wait.
    opening: Mutex<()>,
}

/// Of the stories and what runs beside them.
static STORIES: Shared = Shared::new();
/// Of the faults.
static FAULTS: Shared = Shared::new();

/// Runs the stories with `parallel`, then the tests of the table, which would slow the stories down, and at the same time as
/// both the `faults`, which mostly wait; in the end `at_the_end` on each stack.
pub(crate) fn run(
    stories: impl Iterator<Item = (&'static str, fn(&Environment) -> Outcome)>,
    parallel: &[Test],
    faults: &[Test],
    at_the_end: &[Test],
    of_the_table: Vec<Trial>,
) -> ExitCode {
    let arguments = Arguments::from_args();
    let stories = stories.map(|(name, story)| STORIES.trial(&format!("stories::{name}"), story));
    let side_by_side: Vec<Trial> = stories
        .chain(
            parallel
                .iter()
                .map(|(name, test)| STORIES.trial(name, *test)),
        )
        .collect();
    let one_at_a_time: Vec<Trial> = faults
        .iter()
        .map(|(name, test)| FAULTS.trial(name, *test))
        .collect();
    let last: Vec<Trial> = at_the_end
        .iter()
        .map(|&(name, test)| Trial::test(name, move || on_each_stack(test)))
        .collect();
    if arguments.list {
        let all = side_by_side.into_iter().chain(one_at_a_time).chain(last);
        drop(run_trials(&arguments, all.chain(of_the_table).collect()));
        return ExitCode::SUCCESS;
    }
    let threads = |count| Arguments {
        test_threads: Some(count),
        ..arguments.clone()
    };
    let unless_given = |usual| threads(arguments.test_threads.unwrap_or(usual));
    let mut failed = thread::scope(|scope| {
        let faults = in_background(scope, "faults", threads(1), one_at_a_time);
        let stories = run_trials(&unless_given(PARALLEL_THREADS), side_by_side).has_failed();
        let table = run_trials(&unless_given(TABLE_THREADS), of_the_table).has_failed();
        stories | table | faults()
    });
    if opened().next().is_some() {
        // Whatever was filtered: the invariants must hold after every test.
        let everything = Arguments {
            filter: None,
            skip: Vec::new(),
            exact: false,
            ..threads(1)
        };
        failed |= run_trials(&everything, last).has_failed();
    }
    for env in opened() {
        if let Err(error) = env.close() {
            eprintln!("closing the environment: {error}");
            failed = true;
        }
        keep_logs(env, failed);
        env.stack.stop();
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Runs tests in a thread of their own. The result waits for them, prints their output, which would mix with that of
/// others, and tells whether one has failed.
fn in_background<'s>(
    scope: &'s Scope<'s, '_>,
    name: &str,
    arguments: Arguments,
    trials: Vec<Trial>,
) -> impl FnOnce() -> bool + use<'s> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("live-{name}-{}.log", std::process::id()));
    let arguments = Arguments {
        logfile: Some(file.display().to_string()),
        ..arguments
    };
    let running = scope.spawn(move || run_trials(&arguments, trials).has_failed());
    move || {
        let failed = running.join().unwrap_or(true);
        print!("{}", fs::read_to_string(&file).unwrap_or_default());
        drop(fs::remove_file(&file));
        failed
    }
}

/// The environments that tests have opened.
fn opened() -> impl Iterator<Item = &'static Environment> {
    let shared = [&STORIES, &FAULTS].into_iter();
    shared.filter_map(|shared| shared.environment.get()?.as_ref().ok())
}

fn on_each_stack(test: fn(&Environment) -> Outcome) -> Result<(), Failed> {
    opened().try_for_each(|env| test(env).map_err(|error| Failed::from(error.to_string())))
}

impl Shared {
    const fn new() -> Self {
        Self {
            environment: OnceLock::new(),
            opening: Mutex::new(()),
        }
    }

    fn trial(&'static self, name: &str, test: fn(&Environment) -> Outcome) -> Trial {
        Trial::test(name, move || {
            let env = self.open().map_err(Failed::from)?;
            test(env).map_err(|error| Failed::from(error.to_string()))
        })
    }

    fn open(&self) -> Result<&Environment, String> {
        let _opening = self.opening.lock();
        self.environment
            .get_or_init(|| open().map_err(|error| error.to_string()))
            .as_ref()
            .map_err(Clone::clone)
    }
}

/// Writes the functions' logs to a file, because they end with the stack.
fn keep_logs(env: &Environment, failed: bool) {
    let file = env.stack.directory.join("functions.log");
    let kept = env
        .stack
        .local(&["logs"])
        .is_ok_and(|logs| fs::write(&file, logs).is_ok());
    if failed && kept {
        eprintln!("the functions' logs are in {}", file.display());
    }
}

/// A directory that no other run is using. Later runs use it again, because the packed functions stay in it.
fn directory() -> Outcome<PathBuf> {
    for number in 1..100 {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stack-{number}"));
        let broken =
            |error: std::io::Error| StoryError::failed(&directory.display().to_string(), error);
        fs::create_dir_all(&directory).map_err(broken)?;
        let lock = fs::File::create(directory.join("lock")).map_err(broken)?;
        if lock.try_lock().is_ok() {
            // Locked until this process ends.
            std::mem::forget(lock);
            return Ok(directory);
        }
    }
    Err(StoryError::Failed(
        "a hundred stacks are running".to_owned(),
    ))
}

fn open() -> Outcome<Environment> {
    let begun = Instant::now();
    let stack = Stack::start(&directory()?)?;
    eprintln!(
        "  The stack was ready after {} s.",
        begun.elapsed().as_secs()
    );
    Environment::open(stack, Reporter::silent())
}
