//! Settings: environment variables, read once in `main`. A missing one ends the init phase with an error that names
//! it, so that a bad deployment fails at start and not on a customer's request.

use std::str::FromStr;

/// A setting that is missing or unusable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("setting {name}: {problem}")]
pub struct BadSetting {
    pub name: &'static str,
    pub problem: &'static str,
}

/// An optional setting; an empty value counts as absent.
pub fn optional(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where settings are read"
    )]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A required setting.
///
/// # Errors
/// When it is missing or empty.
pub fn required(name: &'static str) -> Result<String, BadSetting> {
    optional(name).ok_or(BadSetting {
        name,
        problem: "is missing",
    })
}

/// A required setting that is a whole number.
///
/// # Errors
/// When it is missing or not a number.
pub fn required_number(name: &'static str) -> Result<u32, BadSetting> {
    required_parsed(name, "is not a whole number")
}

/// A required setting of a type; `problem` says of a value that is none what it is not.
///
/// # Errors
/// When it is missing or no value of the type.
pub fn required_parsed<T: FromStr>(
    name: &'static str,
    problem: &'static str,
) -> Result<T, BadSetting> {
    let value = required(name)?;
    value.parse().map_err(|_| BadSetting { name, problem })
}

/// A switch: on only when the setting is `true`.
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
