//! Stock levels, the queue of waiters, and movements.

use app::{
    failure::Failure,
    ports::{Page, PageRequest, SkuStock, StockMoveOutcome, StockStore},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    backorder::Backorder,
    ids::{LocationId, Sku},
    order::Cause,
    stock::{StockCommit, StockDelta, StockLevel, StockRecord},
};
use jiff::SignedDuration;

use super::{
    Table,
    items::Item,
    keys::{Key, UnderSku, WAITING, sku_pk, under_sku},
    listing::bad_cursor,
    transact::{ABSENT, Condition, Outcome, Write, number, text},
    unavailable,
};

/// How long the marker of a movement is kept; a sender's retries end long before.
const MARKER_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

impl StockStore for Table {
    async fn sku(&self, sku: &Sku) -> Result<SkuStock, Failure> {
        let mut view = SkuStock::default();
        for item in self.all_under(&sku_pk(sku), "").await? {
            match under_sku(item.get_text("sk")?) {
                Some(UnderSku::Stock) => view.levels.push(level(&item)?),
                Some(UnderSku::Backorder) => {
                    view.backorders.push(item.get_json::<Backorder>("text")?)
                }
                None => {}
            }
        }
        Ok(view)
    }

    async fn move_stock(&self, commit: &StockCommit) -> Result<StockMoveOutcome, Failure> {
        let marker = marker(&commit.record)?;
        let record = marker.get_text("record")?.to_owned();
        let mut writes = vec![Write::put(self, marker, Some(ABSENT))?];
        for (before, after) in &commit.levels {
            writes.push(self.replace_level(Some(before), after)?);
        }
        match self.transact(writes).await? {
            Outcome::Done => Ok(StockMoveOutcome::Moved),
            Outcome::Refused(refused) => match refused.iter().find(|refused| refused.place == 0) {
                None => Ok(StockMoveOutcome::Conflict),
                // Our own marker: the answer to an earlier attempt was lost.
                Some(own)
                    if own.there.as_ref().and_then(|i| i.find_text("record")) == Some(&record) =>
                {
                    Ok(StockMoveOutcome::Moved)
                }
                Some(_) => Ok(StockMoveOutcome::Duplicate),
            },
        }
    }

    async fn movement(&self, cause: &str) -> Result<Option<StockRecord>, Failure> {
        let (source, id) = cause.split_once(':').unwrap_or((cause, ""));
        let item = self.get(Key::inbox(&Cause::new(source, id))).await?;
        item.map(|item| item.get_json("record")).transpose()
    }

    async fn backordered_skus(&self, page: &PageRequest) -> Result<Page<Sku>, Failure> {
        let mut items: Vec<Sku> = Vec::new();
        let mut last = page.after.as_deref().map(read_cursor).transpose()?;
        // A loose scan: each query jumps over all the waiters of one SKU to the next one's first.
        while items.len() < usize::try_from(page.limit).unwrap_or(usize::MAX).max(1) {
            let Some(sku) = self.next_waiting(last.as_ref()).await? else {
                return Ok(Page { items, next: None });
            };
            last = Some(sku.clone());
            items.push(sku);
        }
        let next = last.map(|sku| URL_SAFE_NO_PAD.encode(sku.as_str()));
        Ok(Page { items, next })
    }
}

impl Table {
    async fn next_waiting(&self, after: Option<&Sku>) -> Result<Option<Sku>, Failure> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .index_name("by-waiting-sku")
            .limit(1);
        let query = query
            .expression_attribute_names("#w", "waiting")
            .expression_attribute_values(":w", text(WAITING));
        let query = match after {
            None => query.key_condition_expression("#w = :w"),
            Some(sku) => query
                .key_condition_expression("#w = :w AND #sku > :sku")
                .expression_attribute_names("#sku", "waiting_sku")
                .expression_attribute_values(":sku", text(sku.as_str())),
        };
        let found = query.send().await.map_err(unavailable)?;
        let Some(item) = found.items.unwrap_or_default().pop() else {
            return Ok(None);
        };
        let item = Item::from(item);
        let sku = item.get_text("waiting_sku")?.parse();
        sku.map(Some)
            .map_err(|error| Failure::Inconsistent(format!("an index names no SKU: {error}")))
    }

    /// Replaces a level that must be as it was read, or must not be there.
    pub(super) fn replace_level(
        &self,
        before: Option<&StockLevel>,
        after: &StockLevel,
    ) -> Result<Write, Failure> {
        const SAME: &str =
            "#on_hand = :on_hand AND #reserved = :reserved AND #safety_stock = :safety_stock";
        // A level that was read as empty may not have been there at all.
        const SAME_OR_ABSENT: &str = "attribute_not_exists(#pk) OR \
            (#on_hand = :on_hand AND #reserved = :reserved AND #safety_stock = :safety_stock)";
        let item = level_item(after);
        let Some(before) = before else {
            return Write::put(self, item, Some(ABSENT));
        };
        let empty = (before.on_hand, before.reserved, before.safety_stock) == (0, 0, 0);
        let values = vec![
            (":on_hand", number(before.on_hand)),
            (":reserved", number(before.reserved)),
            (":safety_stock", number(before.safety_stock)),
        ];
        let expression = if empty { SAME_OR_ABSENT } else { SAME };
        Write::put(self, item, Some(Condition { expression, values }))
    }

    /// Adds to a level without reading it. A promise needs the units to be available. Any other change must keep
    /// clear of the point below which nothing is available, because there sums are no longer enough.
    pub(super) fn add_to_level(&self, delta: &StockDelta) -> Result<Write, Failure> {
        let mut sets = Vec::new();
        let mut values = Vec::new();
        for (name, value, by) in [
            ("on_hand", ":on_hand", delta.on_hand),
            ("reserved", ":reserved", delta.reserved),
            ("available", ":available", delta.available()),
        ] {
            if by != 0 {
                sets.push(format!("#{name} = #{name} + {value}"));
                values.push((value, number(by)));
            }
        }
        let needed = delta.available().saturating_neg().max(0);
        let condition = if delta.promise {
            values.push((":needed", number(needed)));
            "#available >= :needed"
        } else if delta.available() == 0 {
            "attribute_exists(#pk)"
        } else {
            values.push((":needed", number(needed)));
            "attribute_not_exists(#shortfall) AND #available >= :needed"
        };
        let key = Key::stock(&delta.sku, &delta.location);
        Write::update(
            self,
            key,
            &format!("SET {}", sets.join(", ")),
            condition,
            values,
        )
    }

    /// The level, consistently.
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

    /// Puts a place in the queue, or takes it away when nothing is left to wait for.
    pub(super) fn queue_place(&self, waiting: &Backorder) -> Result<Write, Failure> {
        let key = Key::backorder(waiting);
        if waiting.units == 0 {
            return Write::delete(self, key);
        }
        let item = Item::new(key).json("text", waiting)?;
        let item = item
            .text("waiting", WAITING)
            .text("waiting_sku", waiting.sku.as_str());
        Write::put(self, item, None)
    }
}

fn read_cursor(cursor: &str) -> Result<Sku, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad_cursor())?;
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(bad_cursor)
}

fn level_item(level: &StockLevel) -> Item {
    let item = Item::new(Key::stock(&level.sku, &level.location))
        .text("sku", level.sku.as_str())
        .text("location", level.location.as_str())
        .number("on_hand", level.on_hand)
        .number("reserved", level.reserved)
        .number("safety_stock", level.safety_stock)
        .number("available", level.available());
    match level.shortfall() {
        0 => item,
        short => item.number("shortfall", short),
    }
}

/// Reads a stock level.
pub(super) fn level(item: &Item) -> Result<StockLevel, Failure> {
    let name =
        |error: domain::ids::InvalidId| Failure::Inconsistent(format!("a stock level: {error}"));
    Ok(StockLevel {
        sku: item.get_text("sku")?.parse().map_err(name)?,
        location: item.get_text("location")?.parse().map_err(name)?,
        on_hand: item.get_number("on_hand")?,
        reserved: item.get_number("reserved")?,
        safety_stock: item.get_number("safety_stock")?,
    })
}

/// The marker of a movement: what makes it happen once, its record, and the outbox.
fn marker(record: &StockRecord) -> Result<Item, Failure> {
    let expires = record
        .at
        .checked_add(MARKER_KEPT)
        .unwrap_or(record.at)
        .as_second();
    let item = Item::new(Key::inbox(&record.cause)).json("record", record)?;
    Ok(item.text("outbox", "1").number("expires_at", expires))
}
