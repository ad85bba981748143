//! Forms do what the API does: once, or not at all with the reason.

use app::{bus::subscriptions::Consumer, ports::DeadLetter};
use domain::inbound::FulfillmentFact;
use serde_json::json;

use super::harness::{Page, User};
use crate::{
    api_harness::ApiHarness,
    exceptions::count_too_old,
    samples::{TOTAL, order},
    unmatched_payments::captured,
};

/// A paid order that is with Berlin.
pub(super) async fn routed(api: &ApiHarness, number: &str) -> String {
    api.receive(&format!("r1-{number}"), "TEE-RED-M", "berlin", 2)
        .await;
    api.receive(&format!("r2-{number}"), "MUG-BLUE", "berlin", 1)
        .await;
    let mut order = order(number);
    order["terms"]["payment_commands"] = json!({});
    let id = api.place(&order).await;
    api.pay(id, TOTAL).await;
    api.route(id).await;
    id.to_string()
}

fn problem(page: &Page) -> String {
    page.words(".notice.problem")
}

#[tokio::test]
async fn an_agent_cancels_units_and_is_led_back_to_the_order() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let agent = User::of(&api, "agent");
    let page = agent.get(&format!("/console/orders/{id}")).await;
    let action = format!("/console/orders/{id}/cancel");
    let sent = agent
        .submit_only(&page, &action, &[("line.1", "1"), ("reason", "OTHER")])
        .await;
    assert_eq!(sent.status, 303);
    let after = agent.get(&sent.location.unwrap()).await;
    assert!(
        after
            .words("[role=status]")
            .contains("cancellation is recorded")
    );
    assert!(after.words(".buckets").contains("1 cancelled"));
    // The same form sent again has no second effect.
    let again = agent
        .submit(&page, &action, &[("line.1", "1"), ("reason", "OTHER")])
        .await;
    assert!(again.words(".buckets").contains("1 cancelled"));
    assert_eq!(
        api.order("agent", id).await["lines"][0]["units"]["cancelled"],
        1
    );
}

#[tokio::test]
async fn a_cancellation_says_what_it_is_about_or_changes_nothing() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let agent = User::of(&api, "agent");
    let page = agent.get(&format!("/console/orders/{id}")).await;
    let action = format!("/console/orders/{id}/cancel");
    for values in [
        &[("note", "Jane called"), ("reason", "OTHER")][..],
        &[
            ("line.1", "1"),
            ("whole", "true"),
            ("note", "Jane called"),
            ("reason", "OTHER"),
        ],
    ] {
        let refused = agent.submit(&page, &action, values).await;
        assert_eq!(refused.status, 400);
        assert!(
            refused
                .words(".field.wrong .error")
                .contains("Say how many units")
        );
        assert_eq!(
            refused.words(&format!("form[action='{action}'] textarea")),
            "Jane called"
        );
    }
    assert_eq!(api.order("agent", id).await["version"], 1);
    let done = agent
        .submit(&page, &action, &[("whole", "true"), ("reason", "OTHER")])
        .await;
    assert!(done.words("h1").contains("Cancelled"));
}

#[tokio::test]
async fn who_loses_a_race_sees_who_won_and_the_order_as_it_is_now() {
    let api = ApiHarness::new().await;
    let id = routed(&api, "1001").await;
    let agent = User::of(&api, "agent");
    let page = agent.get(&format!("/console/orders/{id}")).await;
    api.reports(
        "w1",
        id.parse().unwrap(),
        "berlin",
        FulfillmentFact::Picking,
    )
    .await;
    let action = format!("/console/orders/{id}/cancel");
    let lost = agent
        .submit(
            &page,
            &action,
            &[
                ("whole", "true"),
                ("note", "Changed her mind"),
                ("reason", "OTHER"),
            ],
        )
        .await;
    assert_eq!(lost.status, 409);
    let told = problem(&lost);
    assert!(told.contains("nothing_to_cancel"), "{told}");
    assert!(
        told.contains("picked by berlin since 2026-11-22T12:00:00Z"),
        "{told}"
    );
    assert!(
        told.contains("Since you opened it") && told.contains("location berlin"),
        "{told}"
    );
    // The form is no longer there, what was written is.
    assert!(!lost.actions().contains(&action));
    assert!(told.contains("Changed her mind"), "{told}");
    assert!(lost.words("h3 .badge").contains("Picking"));
    assert!(lost.words("aside").contains("Nothing can be cancelled"));
}

#[tokio::test]
async fn a_refund_is_tried_out_before_it_is_asked_for() {
    let api = ApiHarness::new().await;
    let id = routed(&api, "1001").await;
    let agent = User::of(&api, "agent");
    let page = agent.get(&format!("/console/orders/{id}")).await;
    let action = format!("/console/orders/{id}/refunds");
    let tried = agent
        .submit(&page, &action, &[("amount", "5.00"), ("preview", "true")])
        .await;
    assert_eq!(tried.status, 200);
    assert!(
        tried.words(".preview").contains("5.00 EUR"),
        "{}",
        tried.words(".preview")
    );
    assert!(
        tried
            .fields(&action)
            .contains(&("amount".to_owned(), "5.00".to_owned()))
    );
    let version = &api.order("agent", id.parse().unwrap()).await["version"];
    let done = agent.submit(&tried, &action, &[]).await;
    assert!(done.words("[role=status]").contains("refund is requested"));
    assert_ne!(
        &api.order("agent", id.parse().unwrap()).await["version"],
        version
    );
}

#[tokio::test]
async fn a_refund_that_is_refused_is_explained_at_its_field_and_keeps_what_was_written() {
    let api = ApiHarness::new().await;
    let id = routed(&api, "1001").await;
    let agent = User::of(&api, "agent");
    let page = agent.get(&format!("/console/orders/{id}")).await;
    let action = format!("/console/orders/{id}/refunds");
    for (amount, status, code) in [
        ("5.005", 400, "malformed"),
        ("five", 400, "malformed"),
        ("9999", 409, "refund_amount"),
    ] {
        let refused = agent
            .submit(
                &page,
                &action,
                &[("amount", amount), ("note", "a kept note")],
            )
            .await;
        assert_eq!(refused.status, status, "{amount}");
        assert!(problem(&refused).contains(code));
        assert!(
            refused
                .fields(&action)
                .contains(&("note".to_owned(), "a kept note".to_owned()))
        );
    }
    let refused = agent.submit(&page, &action, &[("amount", "five")]).await;
    let field = refused.all(&format!("form[action='{action}'] input[aria-invalid]"));
    let about = field[0].attr("aria-describedby").unwrap();
    assert!(
        refused
            .words(&format!("[id='{about}']"))
            .contains("Write an amount")
    );
}

#[tokio::test]
async fn a_hold_is_placed_and_released() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let agent = User::of(&api, "agent");
    let path = format!("/console/orders/{id}");
    let page = agent.get(&path).await;
    let held = agent
        .submit(
            &page,
            &format!("{path}/hold"),
            &[("until", "2026-12-01T10:30")],
        )
        .await;
    assert!(held.words("h1").contains("On hold"));
    assert!(held.words("section").contains("1 Dec 2026, 10:30 UTC"));
    let released = agent.submit(&held, &format!("{path}/release"), &[]).await;
    assert!(!released.words("h1").contains("On hold"));
}

#[tokio::test]
async fn an_exception_is_taken_and_closed_with_an_outcome_that_is_legal() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    api.pay(id, 100).await;
    let agent = User::of(&api, "agent");
    let path = format!("/console/orders/{id}");
    let page = agent.get(&path).await;
    let taken = agent
        .submit(&page, &format!("{path}/exceptions/1/take"), &[])
        .await;
    assert!(taken.words("#exception-1").contains("taken by user-agent"));
    let outcomes = taken.words("#exception-1 select");
    assert!(
        outcomes.contains("Resolved") && !outcomes.contains("Approved"),
        "{outcomes}"
    );
    let close = format!("{path}/exceptions/1/close");
    let closed = agent
        .submit(&taken, &close, &[("outcome", "resolved")])
        .await;
    assert!(closed.all("#exception-1").is_empty());
    // Whoever comes second is told so.
    let second = agent
        .submit(
            &page,
            &close,
            &[("outcome", "no_action"), ("key", "another-key")],
        )
        .await;
    assert_eq!(second.status, 409);
    assert!(problem(&second).contains("exception_closed"));
}

#[tokio::test]
async fn a_form_without_the_right_is_refused_by_the_api() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let fields = [
        field("key", "k"),
        field("whole", "true"),
        field("reason", "OTHER"),
    ];
    let support = User::of(&api, "support");
    let refused = support
        .post(&format!("/console/orders/{id}/cancel"), &fields)
        .await;
    assert_eq!(refused.status, 403);
    assert!(refused.words("main").contains("forbidden"));
    assert_eq!(api.order("agent", id).await["version"], 1);
}

#[tokio::test]
async fn an_operator_adjusts_stock() {
    let api = ApiHarness::new().await;
    let operator = User::of(&api, "operator");
    let page = operator.get("/console/stock?sku=MUG-BLUE").await;
    let action = "/console/stock/adjustments";
    let done = operator
        .submit(&page, action, &[("location", "berlin"), ("units", "7")])
        .await;
    assert!(
        done.words("tbody td") == "7 0 0 7 0",
        "{}",
        done.words("tbody td")
    );
    let wrong = operator
        .submit(&done, action, &[("location", "berlin"), ("units", "many")])
        .await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong
            .words(".field.wrong .error")
            .contains("number of units")
    );
}

#[tokio::test]
async fn nothing_is_cancelled_or_closed_by_a_choice_that_nobody_made() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    api.pay(id, 100).await;
    let agent = User::of(&api, "agent");
    let path = format!("/console/orders/{id}");
    let page = agent.get(&path).await;
    let cancel = format!("{path}/cancel");
    let close = format!("{path}/exceptions/1/close");
    for (action, values) in [(cancel, &[("whole", "true")][..]), (close, &[])] {
        let refused = agent.submit(&page, &action, values).await;
        assert_eq!(refused.status, 400, "{action}");
        assert!(refused.words(".field.wrong .error").contains("Choose"));
        assert_eq!(refused.all("select[aria-invalid]").len(), 1);
    }
}

#[tokio::test]
async fn an_exception_about_stock_is_worked_on_in_its_queue() {
    let api = ApiHarness::new().await;
    count_too_old(&api, "TEE/A").await;
    let operator = User::of(&api, "operator");
    let page = operator.get("/console/exceptions").await;
    let take = "/console/locations/berlin/exceptions/1/take/TEE%2FA";
    let taken = operator.submit(&page, take, &[]).await;
    assert!(taken.words("[role=status]").contains("You have taken"));
    assert!(taken.words("tbody").contains("user-operator"));
    assert!(!taken.actions().contains(&take.to_owned()));
    let close = "/console/locations/berlin/exceptions/1/close/TEE%2FA";
    let closed = operator
        .submit(&taken, close, &[("outcome", "resolved")])
        .await;
    assert!(closed.words("main").contains("Nothing waits here"));
    let second = operator
        .submit(&taken, close, &[("outcome", "no_action"), ("key", "other")])
        .await;
    assert_eq!(second.status, 409);
    assert!(problem(&second).contains("exception_closed"));
    // An agent does not work on those of locations.
    count_too_old(&api, "TEE/B").await;
    let agent = User::of(&api, "agent").get("/console/exceptions").await;
    assert_eq!(agent.actions(), Vec::<String>::new());
}

#[tokio::test]
async fn an_unmatched_payment_is_closed_by_an_agent() {
    let api = ApiHarness::new().await;
    captured(&api, "pi_<b>1", Some("<script>")).await;
    let agent = User::of(&api, "agent");
    let page = agent.get("/console/unmatched").await;
    assert!(page.words("tbody").contains("<script>"));
    assert!(page.all("main script").is_empty());
    let action = page.actions().remove(0);
    let closed = agent.submit(&page, &action, &[("note", "A test")]).await;
    assert!(closed.words("[role=status]").contains("closed"));
    assert!(closed.words("main").contains("Every payment belongs"));
    let again = agent.submit(&page, &action, &[("key", "other")]).await;
    assert_eq!(again.status, 409);
    assert!(problem(&again).contains("payment_closed"));
    let operator = User::of(&api, "support").get("/console/unmatched").await;
    assert_eq!(operator.actions(), Vec::<String>::new());
}

#[tokio::test]
async fn an_operator_reads_why_a_message_was_given_up_and_has_it_handled_again() {
    let api = ApiHarness::new().await;
    api.queues.has(
        Consumer::Payments,
        DeadLetter {
            id: "m1".to_owned(),
            at: "2026-11-22T11:00:00Z".parse().unwrap(),
            code: Some("not_found".to_owned()),
            reason: Some("there is no such order <b>".to_owned()),
            body: json!({ "order": "ord_1", "name": "Jane Doe" }).to_string(),
        },
    );
    let user = User::of(&api, "operator");
    let page = user.get("/console/queues/payments").await;
    assert_eq!(page.status, 200);
    let text = page.words("main");
    assert!(text.contains("there is no such order <b>"), "{text}");
    assert!(text.contains("ord_1") && !text.contains("Jane"), "{text}");
    let done = user
        .submit(&page, "/console/queues/payments/redrive", &[])
        .await;
    assert!(done.words(".notice").contains("again: 1"));
    assert_eq!(api.queues.moved().len(), 1);
    let agent = User::of(&api, "agent");
    assert_eq!(agent.get("/console/queues").await.status, 403);
    assert_eq!(user.get("/console/queues/mails").await.status, 404);
    api.queues.is_down();
    assert_eq!(user.get("/console/queues").await.status, 503);
}

#[tokio::test]
async fn a_cancellation_of_what_somebody_else_has_cancelled_says_so() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let agent = User::of(&api, "agent");
    let page = agent.get(&format!("/console/orders/{id}")).await;
    let path = format!("/api/oms/orders/{id}/cancel");
    let body = json!({ "reason": "CUSTOMER_REQUESTED" });
    api.post("admin", &path, "k1", &body).await.expect(200);
    let action = format!("/console/orders/{id}/cancel");
    let values = [("whole", "true"), ("reason", "CUSTOMER_REQUESTED")];
    let late = agent.submit_only(&page, &action, &values).await;
    assert_eq!(late.status, 409);
    let notice = late.words(".notice");
    assert!(notice.contains("nothing_to_cancel"), "{notice}");
    assert!(
        notice.contains("Cancelled: "),
        "what has happened: {notice}"
    );
}

#[tokio::test]
async fn personal_data_is_shown_for_a_reason_that_is_logged_and_for_a_while() {
    let api = ApiHarness::new().await;
    let id = api.place(&order("1001")).await;
    let agent = User::of(&api, "agent");
    let path = format!("/console/orders/{id}");
    let masked = agent.get(&path).await;
    assert!(!masked.text.contains("Hauptstrasse"));
    let action = format!("{path}/reveal");
    let unsaid = agent
        .submit_only(&masked, &action, &[("reason", "x")])
        .await;
    assert_eq!(unsaid.status, 400);
    assert!(unsaid.words(".notice").contains("bad_reason"));
    let values = [("reason", "The customer is on the phone")];
    let shown = agent.submit(&masked, &action, &values).await;
    assert!(
        shown.text.contains("Hauptstrasse 17"),
        "{}",
        shown.words("main")
    );
    let other = User::of(&api, "admin");
    assert!(
        !other.get(&path).await.text.contains("Hauptstrasse"),
        "another person gives a reason too"
    );
    let log = format!("/api/oms/access_log?order={id}");
    let log = api.get("admin", &log).await.expect(200);
    let entries = log["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{log}");
    assert_eq!(entries[0]["reason"], "The customer is on the phone");
    assert_eq!(entries[0]["via"], "console");
    api.clock.advance(jiff::SignedDuration::from_mins(16));
    assert!(
        !agent.get(&path).await.text.contains("Hauptstrasse"),
        "it is over"
    );
    let support = User::of(&api, "support");
    let refused = support
        .post(&action, &[("reason".to_owned(), "curious".to_owned())])
        .await;
    assert_eq!(refused.status, 403);
}
