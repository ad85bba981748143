//! Form-encoded parameters of a request.

use std::collections::BTreeMap;

use super::error::ApiError;

pub(super) struct Params {
    single: BTreeMap<String, String>,
    /// Those whose name ends with `[]`, in their order.
    lists: Vec<(String, String)>,
}

impl Params {
    /// Decodes a form or a query.
    ///
    /// # Errors
    /// When it has a parameter that is neither one of `known`, nor begins like one of them that ends with `[`, nor metadata,
    /// as Stripe answers.
    pub(super) fn decode(form: &str, known: &[&str]) -> Result<Self, ApiError> {
        let (mut single, mut lists) = (BTreeMap::new(), Vec::new());
        for pair in form.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name);
            let is_known =
                |known: &&str| name == *known || (known.ends_with('[') && name.starts_with(known));
            if !known.iter().any(is_known) && !name.starts_with("metadata[") {
                return Err(ApiError::parameter("parameter_unknown", &name));
            }
            if name.ends_with("[]") {
                lists.push((name, decoded(value)));
            } else {
                single.insert(name, decoded(value));
            }
        }
        Ok(Self { single, lists })
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.single.get(name).map(String::as_str)
    }

    /// The values of a list.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.lists.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| value.as_str()).collect()
    }

    /// A text that is required.
    pub(super) fn required(&self, name: &str) -> Result<&str, ApiError> {
        let missing = || ApiError::parameter("parameter_missing", name);
        self.text(name).ok_or_else(missing)
    }

    /// An amount, if it is given: at least 1.
    pub(super) fn amount(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let wrong = || ApiError::parameter("parameter_invalid_integer", name);
        let parse = |text: &str| text.parse().ok().filter(|amount| *amount > 0);
        self.text(name)
            .map(|text| parse(text).ok_or_else(wrong))
            .transpose()
    }

    /// An amount that goes back, if it is given: at most 0.
    pub(super) fn negative(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let wrong = || ApiError::parameter("parameter_invalid_integer", name);
        let parse = |text: &str| text.parse().ok().filter(|amount| *amount <= 0);
        self.text(name)
            .map(|text| parse(text).ok_or_else(wrong))
            .transpose()
    }

    pub(super) fn metadata(&self) -> BTreeMap<String, String> {
        let entry = |(name, value): (&String, &String)| {
            let key = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((key.to_owned(), value.clone()))
        };
        self.single.iter().filter_map(entry).collect()
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
                let digits = String::from_utf8_lossy(&digits).into_owned();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
