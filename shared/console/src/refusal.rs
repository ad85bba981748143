//! Why a form was refused, as the API says.

/// Why a form was refused.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) field: Option<String>,
    /// Of a cancellation: what was first, line by line.
    pub(crate) details: Vec<String>,
}
