//! Runs the tests around one stack, with the options and the output of `cargo test`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Mutex, OnceLock},
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

/// Parallel tests at a time, unless `--test-threads` is given. They mostly wait.
const PARALLEL_THREADS: usize = 6;

/// The environment of the run, or why there is none.
static ENVIRONMENT: OnceLock<Result<Environment, String>> = OnceLock::new();
/// Held while it is being opened; other tests wait.
static OPENING: Mutex<()> = Mutex::new(());

/// Runs the stories and all tests, in three rounds.
pub(crate) fn run(
    stories: impl Iterator<Item = (&'static str, fn(&Environment) -> Outcome)>,
    parallel: &[Test],
    serial: &[Test],
    at_the_end: &[Test],
) -> ExitCode {
    let arguments = Arguments::from_args();
    let stories = stories.map(|(name, story)| trial(&format!("stories::{name}"), story));
    let first: Vec<Trial> = stories
        .chain(parallel.iter().map(|(name, test)| trial(name, *test)))
        .collect();
    let second: Vec<Trial> = serial
        .iter()
        .map(|(name, test)| trial(name, *test))
        .collect();
    let last: Vec<Trial> = at_the_end
        .iter()
        .map(|(name, test)| trial(name, *test))
        .collect();
    if arguments.list {
        drop(run_trials(
            &arguments,
            first.into_iter().chain(second).chain(last).collect(),
        ));
        return ExitCode::SUCCESS;
    }
    let threads = |count| Arguments {
        test_threads: Some(count),
        ..arguments.clone()
    };
    let mut failed = run_trials(
        &threads(arguments.test_threads.unwrap_or(PARALLEL_THREADS)),
        first,
    )
    .has_failed();
    failed |= run_trials(&threads(1), second).has_failed();
    if let Some(Ok(env)) = ENVIRONMENT.get() {
        // Whatever was filtered: the invariants must hold after every test.
        let everything = Arguments {
            filter: None,
            skip: Vec::new(),
            exact: false,
            ..threads(1)
        };
        failed |= run_trials(&everything, last).has_failed();
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

fn trial(name: &str, test: fn(&Environment) -> Outcome) -> Trial {
    Trial::test(name, move || {
        let env = environment().map_err(Failed::from)?;
        test(env).map_err(|error| Failed::from(error.to_string()))
    })
}

fn environment() -> Result<&'static Environment, String> {
    let _opening = OPENING.lock();
    ENVIRONMENT
        .get_or_init(|| open().map_err(|error| error.to_string()))
        .as_ref()
        .map_err(Clone::clone)
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
