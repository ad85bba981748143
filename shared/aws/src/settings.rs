//! Settings: environment variables, read once in `main`, in one place. A missing one ends the init phase with its
//! name, so that a bad deployment fails there and not on a customer.

/// A setting that is missing or unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("setting {name}: {problem}")]
pub struct BadSetting {
    /// The environment variable.
    pub name: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// A setting that may be left out; empty counts as left out.
pub fn optional(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where settings are read"
    )]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A setting that must be there.
///
/// # Errors
/// When it is missing or empty; the error names it.
pub fn required(name: &'static str) -> Result<String, BadSetting> {
    optional(name).ok_or(BadSetting {
        name,
        problem: "is missing",
    })
}

/// A setting that must be there and a whole number.
///
/// # Errors
/// When it is missing or no number; the error names it.
pub fn required_number(name: &'static str) -> Result<u32, BadSetting> {
    required(name)?.parse().map_err(|_| BadSetting {
        name,
        problem: "is not a whole number",
    })
}

/// A switch: on only when the setting says `true`.
pub fn switched_on(name: &str) -> bool {
    optional(name).is_some_and(|value| value == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_setting_is_named() {
        let error = required("OMS_NO_SUCH_SETTING").unwrap_err();
        assert_eq!(error.to_string(), "setting OMS_NO_SUCH_SETTING: is missing");
        assert!(!switched_on("OMS_NO_SUCH_SETTING"));
    }

    #[test]
    fn a_number_that_is_none_is_named() {
        let error = required_number("PATH").unwrap_err();
        assert_eq!(error.to_string(), "setting PATH: is not a whole number");
    }
}
