//! Signing secrets and other credentials.

use crate::failure::Failure;

/// Reads secrets by their path. Implementations cache them for a limited time.
pub trait SecretStore: Sync {
    /// The secret at `path`; none when there is no such secret. It may be a few minutes old.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    fn find(&self, path: &str) -> impl Future<Output = Result<Option<String>, Failure>> + Send;

    /// The same, fetched again unless that was done a moment ago: for use after a failed signature, because the
    /// secret may have been rotated.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    fn refreshed(&self, path: &str)
    -> impl Future<Output = Result<Option<String>, Failure>> + Send;
}
