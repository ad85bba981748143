//! The stack that the stories play on: one that runs, or one that is started for them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde::Deserialize;

use crate::{
    outcome::{Told, Trouble},
    watch,
};

/// Longest wait for a stack, a first build on a slow machine included.
const STARTING: Duration = Duration::from_secs(45 * 60);

/// What `infra/local up` writes down of the stack that it built.
#[derive(Debug, Clone, Deserialize)]
pub struct Stack {
    /// Where AWS is.
    pub endpoint: String,
    /// Its region.
    pub region: String,
    /// Keys that may do everything.
    pub credentials: Keys,
    /// The HTTP API.
    pub api: String,
    /// The table.
    pub table: String,
    /// The table's stream.
    pub stream_arn: String,
    /// The bus.
    pub bus: String,
    /// The consumers' queues, by name.
    pub queues: BTreeMap<String, String>,
    /// Their dead-letter queues.
    pub dead_letters: BTreeMap<String, String>,
    /// Where the relay's failures go.
    pub relay_failures: String,
    /// The functions, by name.
    pub functions: BTreeMap<String, Function>,
    /// The app that people log in with.
    pub user_pool_client_id: String,
    /// A log-in of each group.
    pub users: BTreeMap<String, LogIn>,
    /// Before the name of each secret.
    pub secrets_prefix: String,
    /// Signing secrets.
    pub secrets: SigningSecrets,
    /// Where its files are.
    #[serde(skip)]
    pub directory: PathBuf,
}

/// Keys of AWS.
#[derive(Clone, Deserialize)]
pub struct Keys {
    /// Which key.
    pub access_key_id: String,
    /// The key itself.
    pub secret_access_key: String,
    /// Of a role that is taken on for a while.
    #[serde(default)]
    pub session_token: Option<String>,
}

/// A function of the stack.
#[derive(Debug, Clone, Deserialize)]
pub struct Function {
    /// Its name in Lambda.
    pub function_name: String,
    /// Where its log is.
    pub log_group: String,
}

/// Someone who may log in.
#[derive(Clone, Deserialize)]
pub struct LogIn {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

/// Secrets that webhooks are signed with.
#[derive(Clone, Deserialize)]
pub struct SigningSecrets {
    /// Stripe's.
    pub stripe: String,
    /// What a location signs with, by location.
    pub webhooks: BTreeMap<String, String>,
    /// What a location is told with, by location.
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
    /// The stack that a `stack.json` tells of.
    ///
    /// # Errors
    /// When the file is not there or not one.
    pub fn at(file: &Path) -> Told<Self> {
        let text = fs::read_to_string(file)
            .map_err(|e| Trouble::broken(&file.display().to_string(), e))?;
        let stack: Self = serde_json::from_str(&text)
            .map_err(|e| Trouble::broken(&file.display().to_string(), e))?;
        let directory = file.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { directory, ..stack })
    }

    /// Starts a stack of its own that ends with this process, and keeps its files in `directory`. What the script
    /// says goes to standard error as it comes, for a first build takes minutes.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(directory: &Path) -> Told<Self> {
        fs::create_dir_all(directory)
            .map_err(|e| Trouble::broken(&directory.display().to_string(), e))?;
        // One that an interrupted run has left there has not long to live.
        stop(directory);
        let mut script = local(directory);
        script
            .arg("up")
            .env("OMS_PORT", "0")
            .env("OMS_LIFE_OF", std::process::id().to_string());
        // Nobody who looks at the tests' output wants log-ins in it; what goes wrong is on standard error.
        let mut running = script
            .stdout(Stdio::from(std::io::stderr()))
            .spawn()
            .map_err(|e| Trouble::broken("infra/local up", e))?;
        let begun = Instant::now();
        let ended = watch::until("infra/local up", STARTING, || {
            let ended = running
                .try_wait()
                .map_err(|e| Trouble::broken("infra/local up", e))?;
            let so_far = format!("still running after {} s", begun.elapsed().as_secs());
            Ok(ended.map_or(watch::Look::NotYet(so_far), watch::Look::There))
        })?;
        if !ended.success() {
            return Err(Trouble::Broken(format!(
                "infra/local up ended with {ended}; it says why above"
            )));
        }
        Self::at(&directory.join("stack.json"))
    }

    /// Stops a stack that was started for us. It would end with this process anyway, a moment later.
    pub fn stop(&self) {
        stop(&self.directory);
    }

    /// Runs `infra/local` with these words and gives what it says.
    ///
    /// # Errors
    /// When it fails.
    pub fn local(&self, words: &[&str]) -> Told<String> {
        let what = format!("infra/local {}", words.join(" "));
        let output = local(&self.directory)
            .args(words)
            .output()
            .map_err(|e| Trouble::broken(&what, e))?;
        if !output.status.success() {
            return Err(Trouble::broken(
                &what,
                String::from_utf8_lossy(&output.stderr),
            ));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The keys of a function's role.
    ///
    /// # Errors
    /// When the script does not lend it.
    pub fn role_of(&self, function: &str) -> Told<Keys> {
        let text = self.local(&["role", function])?;
        serde_json::from_str(&text).map_err(|e| Trouble::broken("infra/local role", e))
    }
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

/// Takes away what cargo tells a running test about itself. A cargo started from here would hand it on to build
/// scripts, and build again what depends on it, every time.
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
