//! What a function reads and builds once, in `main`: settings, SDK clients, the clock.

pub mod client;
pub mod clock;
pub mod settings;
