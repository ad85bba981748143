//! Each function by itself, as the README says.
