//! Who is logged in.

use app::access::Principal;

/// Who is logged in, as pages get it.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// The caller, with the same rights as in the API.
    pub principal: Principal,
    /// To show people who they are logged in as. It comes from a cookie and decides nothing.
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
