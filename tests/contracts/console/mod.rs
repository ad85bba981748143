//! The pages of the console, as people of every role see them and use their forms.

mod browsing;
mod finding;
mod forms;
mod harness;
mod markup;
