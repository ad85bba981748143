//! The stack under test: one that is running, or one that is started for the tests.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde::Deserialize;

use crate::{
    outcome::{Outcome, StoryError},
    wait,
};

/// Longest wait for a stack to start, with a first build on a slow machine.
const STARTING: Duration = Duration::from_secs(45 * 60);

/// `stack.json`, as `infra/local up` writes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Stack {
    /// The URL of all AWS APIs.
    pub endpoint: String,
    pub region: String,
    /// Keys with all rights.
    pub credentials: Keys,
    /// The URL of the HTTP API.
    pub api: String,
    /// The URL of the console's first page, by host name.
    pub console: String,
    pub table: String,
    /// The table of personal data.
    pub contacts_table: String,
    pub stream_arn: String,
    pub bus: String,
    /// URLs of the consumers' queues, by name.
    pub queues: BTreeMap<String, String>,
    /// URLs of their dead-letter queues, by the name of the consumer's queue.
    pub dead_letters: BTreeMap<String, String>,
    /// Where the stack expects the payment gateway.
    pub payment_gateway: String,
    /// URL of the queue of the relay's failures.
    pub relay_failures: String,
    /// By name in the template.
    pub functions: BTreeMap<String, Function>,
    pub user_pool_client_id: String,
    /// One user of each group, by group.
    pub users: BTreeMap<String, LogIn>,
    pub secrets_prefix: String,
    pub secrets: SigningSecrets,
    /// The folder of `stack.json`.
    #[serde(skip)]
    pub directory: PathBuf,
}

#[derive(Clone, Deserialize)]
pub struct Keys {
    pub access_key_id: String,
    pub secret_access_key: String,
    /// Only of an assumed role.
    #[serde(default)]
    pub session_token: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Function {
    /// The name in Lambda.
    pub function_name: String,
    pub log_group: String,
}

#[derive(Clone, Deserialize)]
pub struct LogIn {
    pub username: String,
    pub password: String,
}

/// Secrets that sign webhooks.
#[derive(Clone, Deserialize)]
pub struct SigningSecrets {
    pub stripe: String,
    /// For webhooks from a location, by location.
    pub webhooks: BTreeMap<String, String>,
    /// For requests to a location, by location.
    pub dispatch: BTreeMap<String, String>,
}

macro_rules! hidden {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    )*};
}

hidden!(Keys, LogIn, SigningSecrets);

impl Stack {
    /// Reads a `stack.json`.
    ///
    /// # Errors
    /// When the file is missing or malformed.
    pub fn at(file: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(file)
            .map_err(|e| StoryError::failed(&file.display().to_string(), e))?;
        let stack: Self = serde_json::from_str(&text)
            .map_err(|e| StoryError::failed(&file.display().to_string(), e))?;
        let directory = file.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { directory, ..stack })
    }

    /// Starts a stack that ends with this process and keeps its files in `directory`. The script's output goes to
    /// standard error at once, because a first build takes minutes.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(directory: &Path) -> Outcome<Self> {
        fs::create_dir_all(directory)
            .map_err(|e| StoryError::failed(&directory.display().to_string(), e))?;
        // One that an interrupted run has left there would end soon by itself.
        stop(directory);
        let mut script = local(directory);
        script
            .arg("up")
            .env("OMS_PORT", "0")
            .env("OMS_LIFE_OF", std::process::id().to_string());
        // Standard output is for the results of the tests.
        let mut running = script
            .stdout(Stdio::from(std::io::stderr()))
            .spawn()
            .map_err(|e| StoryError::failed("infra/local up", e))?;
        let begun = Instant::now();
        let ended = wait::until("infra/local up", STARTING, || {
            let ended = running
                .try_wait()
                .map_err(|e| StoryError::failed("infra/local up", e))?;
            let state = format!("still running after {} s", begun.elapsed().as_secs());
            Ok(ended.map_or(wait::Poll::Pending(state), wait::Poll::Ready))
        })?;
        if !ended.success() {
            return Err(StoryError::Failed(format!(
                "infra/local up ended with {ended}; its output above says why"
            )));
        }
        Self::at(&directory.join("stack.json"))
    }

    /// Stops the stack; it would also end soon after this process.
    pub fn stop(&self) {
        stop(&self.directory);
    }

    /// Runs `infra/local` with these arguments and gives its output.
    ///
    /// # Errors
    /// When it fails, with its error output.
    pub fn local(&self, arguments: &[&str]) -> Outcome<String> {
        let what = format!("infra/local {}", arguments.join(" "));
        let output = local(&self.directory)
            .args(arguments)
            .output()
            .map_err(|e| StoryError::failed(&what, e))?;
        if !output.status.success() {
            return Err(StoryError::failed(
                &what,
                String::from_utf8_lossy(&output.stderr),
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The URL of a consumer's queue.
    ///
    /// # Errors
    /// When there is no such queue.
    pub fn queue(&self, name: &str) -> Outcome<&str> {
        find("queue", &self.queues, name).map(String::as_str)
    }

    /// The URL of a consumer's dead-letter queue.
    ///
    /// # Errors
    /// When there is no such queue.
    pub fn dead_letter_queue(&self, name: &str) -> Outcome<&str> {
        find("dead-letter queue", &self.dead_letters, name).map(String::as_str)
    }

    /// A function's name in Lambda.
    ///
    /// # Errors
    /// When there is no such function.
    pub fn function_name(&self, name: &str) -> Outcome<&str> {
        find("function", &self.functions, name).map(|function| function.function_name.as_str())
    }

    /// Keys of a function's role.
    ///
    /// # Errors
    /// When the script does not give them.
    pub fn role_of(&self, function: &str) -> Outcome<Keys> {
        let text = self.local(&["role", function])?;
        serde_json::from_str(&text).map_err(|e| StoryError::failed("infra/local role", e))
    }
}

fn find<'a, T>(what: &str, all: &'a BTreeMap<String, T>, name: &str) -> Outcome<&'a T> {
    let none = || StoryError::Failed(format!("the stack has no {what} {name}"));
    all.get(name).ok_or_else(none)
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Stops the stack of a directory, if there is one.
fn stop(directory: &Path) {
    drop(
        local(directory)
            .arg("down")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status(),
    );
}

fn local(directory: &Path) -> Command {
    let mut command = Command::new(root().join("infra/local"));
    command
        .current_dir(root())
        .env("OMS_STATE_DIR", directory)
        .stdin(Stdio::null());
    without_cargo_of_this_test(&mut command);
    command
}

/// Removes the variables that cargo sets for a running test. A cargo started from here would pass them on to build
/// scripts, and build again what depends on them, every time.
pub fn without_cargo_of_this_test(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        if [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ]
        .iter()
        .any(|p| name.starts_with(p))
        {
            command.env_remove(name);
        }
    }
}
