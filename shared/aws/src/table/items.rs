//! Items: attributes in, attributes out. The error of an item that cannot be read names its key and attribute, never
//! its content.

use std::collections::HashMap;

use app::failure::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::schema;
use serde::{Serialize, de::DeserializeOwned};

use super::keys::Key;

/// The attribute that holds the schema version of an item's document.
pub(super) const SCHEMA: &str = "schema";

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Item(HashMap<String, AttributeValue>);

impl Item {
    pub(super) fn new(key: Key) -> Self {
        Self::default().text("pk", key.pk).text("sk", key.sk)
    }

    pub(super) fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0
            .insert(name.to_owned(), AttributeValue::S(value.into()));
        self
    }

    pub(super) fn number(mut self, name: &str, value: impl Into<i128>) -> Self {
        self.0
            .insert(name.to_owned(), AttributeValue::N(value.into().to_string()));
        self
    }

    /// Whole numbers, in order.
    pub(super) fn numbers(mut self, name: &str, values: impl IntoIterator<Item = i64>) -> Self {
        self.0.insert(name.to_owned(), numbers(values));
        self
    }

    /// A document as JSON text, with the schema that this build writes.
    pub(super) fn json(self, name: &str, value: &impl Serialize) -> Result<Self, Failure> {
        let text = serde_json::to_string(value).map_err(|error| {
            Failure::Inconsistent(format!("`{name}` cannot be written: {error}"))
        })?;
        Ok(self.text(name, text).number(SCHEMA, schema::VERSION))
    }

    /// Texts, as a set.
    pub(super) fn find_texts(&self, name: &str) -> Vec<String> {
        let found = self.0.get(name).and_then(|value| value.as_ss().ok());
        found.cloned().unwrap_or_default()
    }

    pub(super) fn into_attributes(self) -> HashMap<String, AttributeValue> {
        self.0
    }

    pub(super) fn get_text(&self, name: &str) -> Result<&str, Failure> {
        self.find_text(name)
            .ok_or_else(|| self.unreadable(name, "not a text"))
    }

    pub(super) fn find_text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub(super) fn get_number(&self, name: &str) -> Result<i64, Failure> {
        let value = self.0.get(name).and_then(|value| value.as_n().ok());
        let number = value.and_then(|text| text.parse().ok());
        number.ok_or_else(|| self.unreadable(name, "not a whole number"))
    }

    /// A whole number that may be left out.
    pub(super) fn find_number(&self, name: &str) -> Result<Option<i64>, Failure> {
        let has = self.0.contains_key(name);
        has.then(|| self.get_number(name)).transpose()
    }

    /// Whole numbers, in order; none when they are left out.
    pub(super) fn find_numbers(&self, name: &str) -> Result<Vec<i64>, Failure> {
        let Some(value) = self.0.get(name) else {
            return Ok(Vec::new());
        };
        let number = |value: &AttributeValue| value.as_n().ok()?.parse().ok();
        let read = value.as_l().ok();
        let read = read.and_then(|list| list.iter().map(number).collect());
        read.ok_or_else(|| self.unreadable(name, "not a list of whole numbers"))
    }

    /// The whole numbers whose names begin so, each with the rest of its name.
    pub(super) fn numbers_under(&self, prefix: &str) -> Result<Vec<(&str, i64)>, Failure> {
        let names = self.0.keys();
        let named = names.filter_map(|name| Some((name.as_str(), name.strip_prefix(prefix)?)));
        named
            .map(|(name, rest)| Ok((rest, self.get_number(name)?)))
            .collect()
    }

    /// A document that this build can write back.
    ///
    /// # Errors
    /// [`Failure::NewerSchema`] when a newer build wrote it; [`Failure::Inconsistent`] when it cannot be read.
    pub(super) fn get_json<T: DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        if self.0.contains_key(SCHEMA) && self.get_number(SCHEMA)? > i64::from(schema::VERSION) {
            let part = |name| self.find_text(name).unwrap_or("?");
            let item = format!("{} {}", part("pk"), part("sk"));
            return Err(Failure::NewerSchema(item));
        }
        serde_json::from_str(self.get_text(name)?).map_err(|error| {
            self.unreadable(
                name,
                &format!("line {} column {}", error.line(), error.column()),
            )
        })
    }

    fn unreadable(&self, name: &str, problem: &str) -> Failure {
        let part = |name| self.find_text(name).unwrap_or("?");
        Failure::Inconsistent(format!(
            "`{name}` of {} {} cannot be read: {problem}",
            part("pk"),
            part("sk")
        ))
    }
}

impl From<HashMap<String, AttributeValue>> for Item {
    fn from(attributes: HashMap<String, AttributeValue>) -> Self {
        Self(attributes)
    }
}

impl From<Key> for Item {
    fn from(key: Key) -> Self {
        Self::new(key)
    }
}

/// Whole numbers as one value.
pub(super) fn numbers(values: impl IntoIterator<Item = i64>) -> AttributeValue {
    let number = |value: i64| AttributeValue::N(value.to_string());
    AttributeValue::L(values.into_iter().map(number).collect())
}

/// The attribute name of each `#name` in the expressions. Every attribute is written so, since DynamoDB reserves
/// hundreds of words.
pub(super) fn names(expressions: &[&str]) -> HashMap<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names = HashMap::new();
    for piece in expressions.iter().flat_map(|text| text.split('#').skip(1)) {
        let name: String = piece.chars().take_while(|c| is_part(*c)).collect();
        names.insert(format!("#{name}"), name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_an_expression_is_found() {
        let names = names(&[
            "#version = :v AND attribute_exists(#pk)",
            "SET #on_hand = #on_hand + :o",
        ]);
        assert_eq!(names.len(), 3);
        assert_eq!(names["#on_hand"], "on_hand");
    }

    #[test]
    fn a_document_of_a_newer_build_is_not_read_for_writing_back() {
        let item = Item::default().json("text", &"v").unwrap();
        assert_eq!(item.get_json::<String>("text").unwrap(), "v");
        let newer = item.number(SCHEMA, schema::VERSION + 1);
        let failure = newer.get_json::<String>("text").unwrap_err();
        assert!(matches!(failure, Failure::NewerSchema(_)), "{failure}");
        assert!(!failure.is_permanent(), "the message stays on its queue");
    }

    #[test]
    fn an_item_that_cannot_be_read_is_named_without_its_content() {
        let item = Item::default()
            .text("pk", "ORDER#1")
            .text("sk", "CONTACT")
            .text("text", "{\"name\":\"Jane\"");
        let error = item
            .get_json::<domain::order::Contact>("text")
            .unwrap_err()
            .to_string();
        assert!(error.contains("`text` of ORDER#1 CONTACT"), "{error}");
        assert!(!error.contains("Jane"), "{error}");
    }
}
