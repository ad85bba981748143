//! The errors that are logged, as far as a metric of the template counts them.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};

use app::{memory::ManualClock, ports::Clock};
use jiff::Timestamp;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::{DefaultGuard, set_default},
};
use yaml_rust2::YamlLoader;

const TEMPLATE: &str = include_str!("../../../../infra/template.yaml");

/// When lines were logged that a metric counts, by the time of a story.
pub(crate) struct Counted {
    at: Arc<Mutex<Vec<Timestamp>>>,
    /// Until it is dropped, what this thread logs is read.
    _reading: DefaultGuard,
}

impl Counted {
    /// Lines that the metric filter of that name counts from now on.
    pub(crate) fn by(filter: &str, clock: ManualClock) -> Self {
        let template = YamlLoader::load_from_str(TEMPLATE).unwrap();
        let pattern = &template[0]["Resources"][filter]["Properties"]["FilterPattern"];
        let pattern = pattern.as_str().unwrap();
        let condition = pattern.strip_prefix("{ $.fields.").unwrap();
        let (field, value) = condition
            .strip_suffix("\" }")
            .unwrap()
            .split_once(" = \"")
            .unwrap();
        let at: Arc<Mutex<Vec<Timestamp>>> = Arc::default();
        let reader = Reader {
            field: field.to_owned(),
            value: value.to_owned(),
            clock,
            at: Arc::clone(&at),
        };
        Self {
            at,
            _reading: set_default(reader),
        }
    }

    /// How many lines there were since the last time, in each period of five minutes that has any.
    pub(crate) fn take_periods(&self) -> Vec<(i64, usize)> {
        let at = std::mem::take(&mut *self.at.lock().unwrap());
        let mut periods: Vec<(i64, usize)> = Vec::new();
        for at in at {
            let period = at.as_second() / 300;
            match periods.last_mut() {
                Some((last, count)) if *last == period => *count += 1,
                _ => periods.push((period, 1)),
            }
        }
        periods
    }
}

struct Reader {
    field: String,
    value: String,
    clock: ManualClock,
    at: Arc<Mutex<Vec<Timestamp>>>,
}

impl Subscriber for Reader {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut search = Search {
            reader: self,
            is_counted: false,
        };
        event.record(&mut search);
        if search.is_counted {
            self.at.lock().unwrap().push(self.clock.now());
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Search<'r> {
    reader: &'r Reader,
    is_counted: bool,
}

impl Visit for Search<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.is_counted |= field.name() == self.reader.field && value == self.reader.value;
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
