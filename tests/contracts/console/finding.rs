//! One box finds an order by whatever the customer names.

use domain::inbound::{FactLine, FulfillmentFact};

use super::{forms::routed, harness::User};
use crate::{api_harness::ApiHarness, samples::order};

#[tokio::test]
async fn a_number_an_email_or_a_tracking_number_leads_straight_to_the_order() {
    let api = ApiHarness::new().await;
    let id = routed(&api, "1001").await;
    let lines = vec![FactLine {
        line: "1".parse().unwrap(),
        quantity: 2,
    }];
    let shipped = FulfillmentFact::Shipped {
        reference: "P1".into(),
        carrier: Some("DHL".into()),
        tracking: Some("00340434".into()),
        lines,
        last: false,
        totals: None,
    };
    api.reports("w1", id.parse().unwrap(), "berlin", shipped)
        .await;
    let agent = User::of(&api, "agent");
    for text in [
        "1001",
        "%231001",
        "+1001+",
        "jane.doe%40example.com",
        "00340434",
    ] {
        let found = agent.get(&format!("/console/orders?q={text}")).await;
        let expected = format!("/console/orders/{id}");
        assert_eq!(found.location.as_deref(), Some(expected.as_str()), "{text}");
    }
    let page = agent.get(&format!("/console/orders/{id}")).await;
    let link = page.all(".parcel a");
    assert!(
        link[0]
            .attr("href")
            .unwrap()
            .ends_with("tracking-id=00340434")
    );
    let nothing = agent.get("/console/orders?q=no%20such%20thing%21").await;
    assert_eq!(nothing.status, 200);
    assert!(nothing.words("main").contains("No orders"));
    assert_eq!(
        nothing.all("#search")[0].attr("value"),
        Some("no such thing!")
    );
}

#[tokio::test]
async fn orders_are_listed_by_status_page_by_page() {
    let api = ApiHarness::new().await;
    for number in 1..=27 {
        api.place(&order(&format!("A{number}"))).await;
    }
    let agent = User::of(&api, "agent");
    let first = agent.get("/console/orders?status=pending").await;
    assert_eq!(first.all("tbody tr").len(), 25);
    let next = first.all("a[rel=next]")[0].attr("href").unwrap().to_owned();
    let second = agent.get(&next).await;
    assert_eq!(second.all("tbody tr").len(), 2);
    assert!(
        agent
            .get("/console/orders?status=paid")
            .await
            .all("tbody tr")
            .is_empty()
    );
    let customer = agent.get("/console/orders?q=jane.doe%40example.com").await;
    assert_eq!(customer.all("tbody tr").len(), 25);
    assert_eq!(agent.get("/console/orders?cursor=edited").await.status, 400);
}
