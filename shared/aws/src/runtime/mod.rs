//! What a function reads and builds once, in `main`: settings, SDK clients, the clock, the secrets.

pub mod client;
pub mod clock;
pub mod secrets;
pub mod settings;
