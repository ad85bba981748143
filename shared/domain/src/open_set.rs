//! Open sets: names that are stored and published, to which later builds may add. A reader keeps a name that it
//! does not know, so that writing the document back loses nothing.

/// Declares an open set: an enum of the known names, and `Unknown` for any other.
macro_rules! open_set {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }
    ) => {
        $(#[$doc])*
        ///
        /// An open set: more names may come, and a reader keeps those that it does not know.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A name that this build does not know, as it was read.
            Unknown(String),
        }

        impl $name {
            /// The names that this build knows.
            pub const KNOWN: &'static [&'static str] = &[$($text,)*];

            /// The name as it is stored and published.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(name) => name,
                }
            }

            /// Whether this build knows the name. What comes in by the API must be known.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                match name {
                    $($text => Self::$variant,)*
                    other => Self::Unknown(other.to_owned()),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Ok(Self::from(name.as_ref()))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            // `examples`, not `enum`: a longer list stays compatible.
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": "An open set: more names may come.",
                    "examples": Self::KNOWN,
                })
            }
        }
    };
}

pub(crate) use open_set;
