//! Stock levels: one item per SKU and location.
//!
//! The kept movements are one list of numbers, time and units in turn: `[1764057600000, -2, 1764061200000, 12]`. Times are
//! milliseconds since 1970.

use app::failure::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    ids::{InvalidId, LocationId, Sku},
    stock::{CountNeeded, LevelMove, MOVES_MAX, StockDelta, StockLevel},
};
use jiff::Timestamp;

use super::{
    client::Table,
    items::{Item, numbers},
    keys::Key,
    writes::{ABSENT, Condition, Write, number},
};

/// The attributes that a level is read from, with the placeholders of their values in a condition. All others follow
/// from these.
const FIGURES: [(&str, &str); 9] = [
    ("on_hand", ":on_hand"),
    ("reserved", ":reserved"),
    ("safety_stock", ":safety_stock"),
    ("counted_at", ":counted_at"),
    ("moves", ":moves"),
    ("moves_dropped", ":moves_dropped"),
    ("count_needed", ":count_needed"),
    ("count_needed_for", ":count_needed_for"),
    ("exceptions_opened", ":exceptions_opened"),
];

impl Table {
    /// Replaces a level on condition that it is as it was read; without `before`, that there is none.
    pub(super) fn replace_level(
        &self,
        before: Option<&StockLevel>,
        after: &StockLevel,
    ) -> Result<Write, Failure> {
        let item = level_item(after);
        let Some(before) = before else {
            return Write::put(self, item, Some(ABSENT));
        };
        let mut read = level_item(before).into_attributes();
        let (mut same, mut values) = (Vec::new(), Vec::new());
        for (name, value) in FIGURES {
            match read.remove(name) {
                None => same.push(format!("attribute_not_exists(#{name})")),
                Some(figure) => {
                    same.push(format!("#{name} = {value}"));
                    values.push((value, figure));
                }
            }
        }
        let mut expression = same.join(" AND ");
        // A level that was read as empty may not have been there at all.
        if *before == StockLevel::empty(before.sku.clone(), before.location.clone()) {
            expression = format!("attribute_not_exists(#pk) OR ({expression})");
        }
        let expression = expression.as_str();
        Write::put(self, item, Some(Condition { expression, values }))
    }

    /// Adds to a level without reading it, on condition that it was last counted at `counted_at`, or so that the same
    /// movements are in the figure of its last count. A reservation needs the units to be available. Any other change must
    /// leave the level without a shortfall: available stock is never negative, so with a shortfall adding gives a wrong
    /// sum, and units that are reported missing may be known to be. Nor may there be more movements than a level keeps: then the oldest must be dropped.
    pub(super) fn add_to_level(
        &self,
        delta: &StockDelta,
        counted_at: Option<Timestamp>,
    ) -> Result<Write, Failure> {
        let available = delta.available(counted_at);
        let (mut sets, mut values) = (Vec::new(), Vec::new());
        for (name, value, by) in [
            ("on_hand", ":on_hand", delta.on_hand(counted_at)),
            ("reserved", ":reserved", delta.reserved),
            ("available", ":available", available),
        ] {
            // An update sets something; of one that changes nothing, only the conditions matter.
            if by != 0 || (name == "reserved" && delta.on_hand(counted_at) == 0) {
                sets.push(format!("#{name} = #{name} + {value}"));
                values.push((value, number(by)));
            }
        }
        let moves: Vec<LevelMove> = delta.moves_after(counted_at).collect();
        if !moves.is_empty() {
            sets.push("#moves = list_append(if_not_exists(#moves, :none), :moves)".to_owned());
            values.push((":none", numbers([])));
            values.push((":moves", packed(&moves)));
        }
        let needed = available.saturating_neg().max(0);
        let mut conditions = vec![if delta.is_reservation {
            values.push((":needed", number(needed)));
            "#available >= :needed"
        } else if available == 0 && !delta.writes_off(counted_at) {
            "attribute_exists(#pk)"
        } else {
            values.push((":needed", number(needed)));
            "attribute_not_exists(#shortfall) AND #available >= :needed"
        }];
        if let Some(first) = moves.first() {
            conditions.push("(attribute_not_exists(#counted_at) OR #counted_at < :first)");
            conditions.push("(attribute_not_exists(#moves) OR size(#moves) <= :room)");
            values.push((":first", number(first.at.as_millisecond())));
            values.push((":room", number(room(moves.len()))));
        }
        let counted = delta.moves.len().saturating_sub(moves.len());
        if let Some(last) = counted
            .checked_sub(1)
            .and_then(|last| delta.moves.get(last))
        {
            conditions.push("#counted_at >= :last");
            values.push((":last", number(last.at.as_millisecond())));
        }
        let key = Key::stock(&delta.sku, &delta.location);
        Write::update(
            self,
            key,
            &format!("SET {}", sets.join(", ")),
            &conditions.join(" AND "),
            values,
        )
    }

    /// Reads the level, strongly consistent.
    pub(super) async fn level(
        &self,
        sku: &Sku,
        location: &LocationId,
    ) -> Result<Option<StockLevel>, Failure> {
        self.get(Key::stock(sku, location))
            .await?
            .as_ref()
            .map(level)
            .transpose()
    }
}

/// Whether adding to a level gives the level after the change: the conditions of [`Table::add_to_level`], but for what
/// is read of the last count.
pub(super) fn can_be_added(delta: &StockDelta, level: &StockLevel) -> bool {
    let available = delta.available(level.counted_at);
    let added = delta.moves_after(level.counted_at).count();
    let writes_off = delta.writes_off(level.counted_at);
    let balanced = (available == 0 && !writes_off) || level.shortfall() == 0;
    balanced
        && level.available() >= available.saturating_neg()
        && (added == 0 || level.moves.len().saturating_add(added) <= MOVES_MAX)
}

/// The longest list to which so many movements may be added; a movement is two numbers.
fn room(added: usize) -> i64 {
    let moves = MOVES_MAX.saturating_sub(added);
    i64::try_from(moves.saturating_mul(2)).unwrap_or(0)
}

fn packed(moves: &[LevelMove]) -> AttributeValue {
    numbers(unpacked(moves))
}

fn unpacked(moves: &[LevelMove]) -> impl Iterator<Item = i64> + '_ {
    moves
        .iter()
        .flat_map(|moved| [moved.at.as_millisecond(), moved.units])
}

fn level_item(level: &StockLevel) -> Item {
    let mut item = Item::new(Key::stock(&level.sku, &level.location))
        .text("sku", level.sku.as_str())
        .text("location", level.location.as_str())
        .number("on_hand", level.on_hand)
        .number("reserved", level.reserved)
        .number("safety_stock", level.safety_stock)
        .number("available", level.available());
    if level.shortfall() > 0 {
        item = item.number("shortfall", level.shortfall());
    }
    if let Some(at) = level.counted_at {
        item = item.number("counted_at", at.as_millisecond());
    }
    if !level.moves.is_empty() {
        item = item.numbers("moves", unpacked(&level.moves));
    }
    if let Some(at) = level.moves_dropped_until {
        item = item.number("moves_dropped", at.as_millisecond());
    }
    if let Some(needed) = &level.count_needed {
        item = item
            .number("count_needed", needed.at.as_millisecond())
            .text("count_needed_for", needed.kind.as_str());
    }
    if level.exceptions_opened > 0 {
        item = item.number("exceptions_opened", level.exceptions_opened);
    }
    item
}

/// Reads a stock level.
pub(super) fn level(item: &Item) -> Result<StockLevel, Failure> {
    let name = |error: InvalidId| Failure::Inconsistent(format!("a stock level: {error}"));
    let time = |millisecond: i64| {
        Timestamp::from_millisecond(millisecond)
            .map_err(|error| Failure::Inconsistent(format!("a stock level: {error}")))
    };
    let moves = item.find_numbers("moves")?;
    let (moves, []) = moves.as_chunks::<2>() else {
        let problem = "a stock level: a movement without its units";
        return Err(Failure::Inconsistent(problem.to_owned()));
    };
    let moves = moves.iter().map(|[at, units]| {
        Ok(LevelMove {
            at: time(*at)?,
            units: *units,
        })
    });
    let opened = item.find_number("exceptions_opened")?.map(u32::try_from);
    let opened = opened.transpose().map_err(|error| {
        Failure::Inconsistent(format!("a stock level: exceptions_opened: {error}"))
    })?;
    let needed = item.find_number("count_needed")?.map(time).transpose()?;
    let count_needed = needed.map(|at| {
        let kind = item.get_text("count_needed_for")?.into();
        Ok::<_, Failure>(CountNeeded { at, kind })
    });
    Ok(StockLevel {
        sku: item.get_text("sku")?.parse().map_err(name)?,
        location: item.get_text("location")?.parse().map_err(name)?,
        on_hand: item.get_number("on_hand")?,
        reserved: item.get_number("reserved")?,
        safety_stock: item.get_number("safety_stock")?,
        counted_at: item.find_number("counted_at")?.map(time).transpose()?,
        moves: moves.collect::<Result<_, Failure>>()?,
        moves_dropped_until: item.find_number("moves_dropped")?.map(time).transpose()?,
        count_needed: count_needed.transpose()?,
        exceptions_opened: opened.unwrap_or(0),
    })
}
