//! What every function does first.

use lambda_runtime::tracing;

use crate::runtime::{client::Connection, settings::BadSetting};

/// Sets up the logs and reads how to reach AWS.
///
/// # Errors
/// When a setting is missing; init then ends with its name.
pub fn start() -> Result<Connection, BadSetting> {
    tracing::init_default_subscriber();
    Connection::from_environment()
}
