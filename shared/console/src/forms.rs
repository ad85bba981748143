//! A form for something that may be done, and what was written into it.

use app::ports::IdGenerator;

use crate::submitted::Submitted;

/// A form that asks the API for something.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    /// Unique on its page.
    pub(crate) id: String,
    /// Where it is sent.
    pub(crate) target: String,
    /// What it does.
    pub(crate) title: String,
    /// On its button.
    pub(crate) button: &'static str,
    /// What to know before.
    pub(crate) hint: String,
    /// Whether what it does cannot be undone.
    pub(crate) is_final: bool,
    /// Whether it can be tried out before.
    pub(crate) has_preview: bool,
    /// What trying it out has shown.
    pub(crate) preview: Vec<String>,
    /// The idempotency key: the form has one effect, however often it is sent.
    pub(crate) key: String,
    /// Name and value of what the user does not change.
    pub(crate) hidden: Vec<(&'static str, String)>,
    pub(crate) fields: Vec<Field>,
    /// Why it was refused, when that is about no field.
    pub(crate) error: Option<String>,
    /// Whether it is shown unfolded.
    pub(crate) is_open: bool,
}

/// A field of a form.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) kind: FieldKind,
    pub(crate) value: String,
    pub(crate) is_required: bool,
    /// Why its value was refused.
    pub(crate) error: Option<String>,
}

/// How a field is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// A line of text.
    Text,
    /// An amount of money.
    Amount,
    /// A number of units, at most so many.
    Units(u32),
    /// A day and time in UTC.
    Time,
    /// One of some values, each with its words.
    Choice(Vec<(String, String)>),
    /// Several lines of text.
    Note,
    /// Yes or no.
    Switch,
}

impl Field {
    pub(crate) fn new(name: impl Into<String>, label: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            hint: String::new(),
            kind,
            value: String::new(),
            is_required: false,
            error: None,
        }
    }

    pub(crate) fn note() -> Self {
        Self::new("note", "Note", FieldKind::Note)
            .hinted("Kept in the order's history, for those who may read personal data.")
    }

    #[must_use]
    pub(crate) fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    #[must_use]
    pub(crate) fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The type of the HTML element `input`.
    pub(crate) fn input(&self) -> &'static str {
        match self.kind {
            FieldKind::Units(_) => "number",
            FieldKind::Time => "datetime-local",
            FieldKind::Text | FieldKind::Amount | FieldKind::Choice(_) | FieldKind::Note => "text",
            FieldKind::Switch => "checkbox",
        }
    }
}

impl Form {
    pub(crate) fn new(
        ids: &impl IdGenerator,
        id: impl Into<String>,
        target: String,
        title: impl Into<String>,
        button: &'static str,
    ) -> Self {
        Self {
            id: id.into(),
            target,
            title: title.into(),
            button,
            hint: String::new(),
            is_final: false,
            has_preview: false,
            preview: Vec::new(),
            key: format!("console-{}", hex::encode(ids.entropy())),
            hidden: Vec::new(),
            fields: Vec::new(),
            error: None,
            is_open: false,
        }
    }

    #[must_use]
    pub(crate) fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    #[must_use]
    pub(crate) fn with(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields.extend(fields);
        self
    }

    #[must_use]
    pub(crate) fn hiding(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.hidden.push((name, value.into()));
        self
    }

    /// The form with what was written into it, unfolded.
    pub(crate) fn fill(&mut self, sent: &Submitted) {
        self.is_open = true;
        for field in &mut self.fields {
            field.value = sent.get(&field.name).unwrap_or_default().to_owned();
        }
    }

    /// Says why it was refused: at the field that is wrong, else at the form.
    pub(crate) fn refuse(&mut self, field: Option<&str>, detail: &str) {
        let mut fields = self.fields.iter_mut();
        match fields.find(|known| Some(known.name.as_str()) == field) {
            Some(field) => field.error = Some(detail.to_owned()),
            None => self.error = Some(detail.to_owned()),
        }
    }
}

/// Choices of stored names, of which none is chosen before: who does not look sends none that is wrong.
pub(crate) fn deliberate<'a>(names: impl IntoIterator<Item = &'a str>) -> FieldKind {
    let none = (String::new(), "Choose".to_owned());
    FieldKind::Choice(std::iter::once(none).chain(pairs(names)).collect())
}

/// Choices of stored names.
pub(crate) fn choices<'a>(names: impl IntoIterator<Item = &'a str>) -> FieldKind {
    FieldKind::Choice(pairs(names).collect())
}

fn pairs<'a>(names: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = (String, String)> {
    let names = names.into_iter();
    names.map(|name| (name.to_owned(), crate::format::words(name)))
}
