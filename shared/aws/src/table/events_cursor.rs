//! How far the payment gateway's list of events has been read: one document.

use app::{
    failure::Failure,
    ports::{EventsCursor, EventsCursorStore},
};

use super::{client::Table, keys::Key};

impl EventsCursorStore for Table {
    async fn events_cursor(&self) -> Result<Option<EventsCursor>, Failure> {
        let item = self.get(Key::gateway_events()).await?;
        item.map(|item| item.get_json("text")).transpose()
    }

    async fn put_events_cursor(&self, cursor: &EventsCursor) -> Result<bool, Failure> {
        self.put_versioned(Key::gateway_events(), cursor.version, cursor)
            .await
    }
}
