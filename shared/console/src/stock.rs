//! The stock of a SKU, and its adjustment.

use app::{
    ports::{Clock, IdGenerator, Store},
    views::stock::StockView,
};
use askama::Template;
use domain::ids::Sku;
use serde_json::{Value, json};
use web::Operation;

use crate::{
    forms::{Field, FieldKind, Form},
    layout::{Layout, Notice, may},
    refusal::Refusal,
    respond,
    submitted::{Submitted, query},
    visit::{Answer, Visit, permitted},
};

#[derive(Template)]
#[template(path = "stock.html")]
struct StockPage<'a> {
    layout: Layout<'a>,
    /// What was asked for.
    sku: String,
    stock: Option<StockView>,
    forms: Vec<Form>,
    /// Where the backorders of the SKU are listed.
    queue: String,
}

/// The stock of the SKU that the query names; after an adjustment that was refused, with the reason.
pub(crate) async fn show(
    visit: &Visit<'_, impl Store, impl Clock + IdGenerator>,
    refused: Option<(&Submitted, &Refusal)>,
) -> Answer {
    permitted(visit.session, Operation::ReadStock)?;
    let given = Submitted::of_query(visit.request);
    let asked = refused.map_or(given.get("sku"), |(sent, _)| sent.get("sku"));
    let sku: Option<Sku> = asked.and_then(|sku| sku.parse().ok());
    let mut layout = Layout::new(visit.session, "/console/stock", "Stock");
    let mut stock = None;
    if let Some(sku) = &sku {
        let found = visit.store.sku(sku).await?;
        stock = Some(StockView::of(sku.clone(), &found));
        layout.title = format!("Stock of {sku}");
    }
    if given.get("done").is_some() {
        layout.notice = Some(Notice::done("The adjustment is recorded."));
    } else if asked.is_some() && sku.is_none() {
        layout.notice = Some(Notice {
            is_problem: true,
            code: Some("malformed".to_owned()),
            ..Notice::done("That is not a SKU.")
        });
    }
    let mut forms = Vec::new();
    if may(&visit.session.principal, Operation::AdjustStock) {
        forms.extend(sku.as_ref().map(|sku| adjustment(visit.env, sku)));
    }
    let mut status = 200;
    if let Some((sent, refusal)) = refused {
        status = refusal.status;
        layout.notice = Some(Notice::refused(refusal));
        for form in &mut forms {
            form.fill(sent);
            form.refuse(refusal.field.as_deref(), &refusal.detail);
        }
    }
    let page = StockPage {
        layout,
        queue: format!("/console/backorders{}", query([("sku", asked)])),
        sku: asked.unwrap_or_default().to_owned(),
        stock,
        forms,
    };
    Ok(respond::html(status, &page))
}

fn adjustment(ids: &impl IdGenerator, sku: &Sku) -> Form {
    let movements = [
        ("received", "Received"),
        ("adjusted", "Corrected by (may be negative)"),
    ];
    let movements = movements.map(|(name, words)| (name.to_owned(), words.to_owned()));
    let target = "/console/stock/adjustments".to_owned();
    Form::new(
        ids,
        "adjustment",
        target,
        "Adjust the stock",
        "Record adjustment",
    )
    .hiding("sku", sku.to_string())
    .with([
        Field::new("location", "Location", FieldKind::Text)
            .hinted("The id of the location.")
            .required(),
        Field::new(
            "movement",
            "What happened",
            FieldKind::Choice(movements.to_vec()),
        ),
        Field::new("units", "Units", FieldKind::Text).required(),
    ])
}

/// The body of the API's request for an adjustment.
pub(crate) fn body(sent: &Submitted) -> Result<Option<Value>, Refusal> {
    let units: Option<i64> = sent.get("units").and_then(|units| units.parse().ok());
    let units = units.ok_or_else(|| Refusal {
        status: 400,
        code: "malformed".to_owned(),
        detail: "Write a number of units.".to_owned(),
        field: Some("units".to_owned()),
        details: Vec::new(),
    })?;
    let kind = sent.get("movement").unwrap_or_default();
    let name = if kind == "adjusted" {
        "delta"
    } else {
        "quantity"
    };
    let sku = sent.get("sku").unwrap_or_default();
    let location = sent.get("location").unwrap_or_default();
    let movement = json!({ "kind": kind, name: units });
    Ok(Some(
        json!({ "sku": sku, "location": location, "movement": movement }),
    ))
}
