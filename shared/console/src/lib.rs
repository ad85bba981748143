//! The pages of the console: HTML from typed templates in `templates/`, as values of the `http` crate. Who is logged in,
//! the caller finds out; it also checks the CSRF token of every form before it calls [`serve`].
//!
//! A page reads by the same ports and views as the API. What a form asks for is translated into the API's own request and
//! answered by [`web::serve`] in this process, so no rule is written twice: not the rights, not the actions that are legal
//! now, not the checks of a body, not the idempotency. A page is allowed when the API's route that reads the same is.
//!
//! Every page works without scripts. No page has an inline script or style: the policy of the caller forbids both.

#![warn(missing_docs)]

mod assets;
mod exceptions;
mod format;
mod forms;
mod layout;
mod lists;
mod order;
mod order_actions;
mod order_list;
mod pages;
mod post;
mod queues;
mod refusal;
mod respond;
mod start;
mod stock;
mod submitted;
mod timeline;
mod visit;

use app::access::Principal;

pub use assets::asset;
pub use pages::serve;

/// Who is logged in.
#[derive(Clone)]
pub struct Session {
    /// The caller, with the same rights as in the API.
    pub principal: Principal,
    /// Shown beside the way to log out.
    pub email: Option<String>,
    /// What every form that changes something has in its field `csrf`.
    pub csrf: String,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the address nor the secret belongs into a log.
        f.debug_struct("Session")
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}
