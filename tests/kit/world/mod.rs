//! A world in which orders live: a store, the functions' use cases, and the messages between them.
//!
//! What the stream, the bus and the queues do on AWS, [`World::settle`] does here: it reads what was committed,
//! publishes it, gives each event to the consumers that subscribe to it, and delivers until nothing is left.

mod api_calls;
mod assertions;
mod delivery;
mod draft;
mod money_calls;
mod queues;
mod reconciliation;
mod state;
mod steps;
mod webhooks;

pub use app::bus::subscriptions::Consumer;
pub use draft::Draft;
pub use queues::DeadLetter;
pub use reconciliation::Found;
pub use state::World;
