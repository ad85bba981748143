//! What an edit would cost in taxes: by the order's own cells, or at the tax service that has recorded its sale.

use app::{failure::Failure, usecases::calculate_tax::calculate_tax};
use domain::{
    ids::OrderId,
    order::{TaxAnswer, TaxCalculation, TaxDifference, TaxQuestion},
};

use crate::{
    gateway::Trouble,
    story::story,
    world::{Draft, World},
};

/// Three units of 19.99 with 3.80 tax each on top, which is what 19 % of a line is.
fn three() -> Draft {
    let mut draft = Draft::new("1001").line("TEE", 3);
    draft.request.lines[0].tax = 1139;
    draft
}

async fn question(world: &World, order: OrderId, draft: &Draft) -> TaxQuestion {
    let address = draft.request.customer.address.clone();
    world.order(order).await.tax_question(address)
}

async fn answer(
    world: &World,
    order: OrderId,
    question: &TaxQuestion,
) -> Result<TaxAnswer, Failure> {
    let found = world.order(order).await;
    calculate_tax(&world.gateway, &found, question).await
}

async fn calculated(world: &World, order: OrderId, question: &TaxQuestion) -> TaxCalculation {
    match answer(world, order, question).await {
        Ok(TaxAnswer::Calculated(calculated)) => calculated,
        other => panic!("{other:?}"),
    }
}

story!(the_cells_of_an_order_without_a_tax_service_answer_and_nobody_is_asked);
async fn the_cells_of_an_order_without_a_tax_service_answer_and_nobody_is_asked(world: &mut World) {
    let draft = three();
    let order = world.place(draft.clone()).await;
    let mut asked = question(world, order, &draft).await;
    asked.lines[0].units = 2;
    asked.lines[0].amount = 2 * 1999;
    let two = calculated(world, order, &asked).await;
    assert_eq!(two.lines[0].tax, 380 + 380);
    assert_eq!(two.at_service, None);
    asked.destination.country = "FR".to_owned();
    let refused = answer(world, order, &asked).await.expect("an answer");
    let code = "tax_other_destination".to_owned();
    assert_eq!(refused, TaxAnswer::Refused { code });
    assert_eq!(world.gateway.inner.tax.times_asked(), 0);
}

story!(the_service_that_has_recorded_the_sale_answers_also_what_cells_cannot_know);
async fn the_service_that_has_recorded_the_sale_answers_also_what_cells_cannot_know(
    world: &mut World,
) {
    let draft = three().taxed();
    let order = world.place(draft.clone()).await;
    let mut asked = question(world, order, &draft).await;
    let whole = calculated(world, order, &asked).await;
    assert_eq!(world.order(order).await.tax_differences(&whole), []);
    asked.destination.country = "FR".to_owned();
    asked.lines[0].units = 4;
    asked.lines[0].amount = 4 * 1999;
    let four = calculated(world, order, &asked).await;
    assert_eq!(four.lines[0].tax, 1519);
    assert!(four.at_service.is_some());
    assert_eq!(world.gateway.inner.tax.calculations(), 2);
}

story!(a_service_that_does_not_work_is_waited_for_and_cells_do_not_answer_for_it);
async fn a_service_that_does_not_work_is_waited_for_and_cells_do_not_answer_for_it(
    world: &mut World,
) {
    let draft = three().taxed();
    let order = world.place(draft.clone()).await;
    let asked = question(world, order, &draft).await;
    world.gateway.inner.tax.is_down_after(Trouble::AnswerLost);
    for _ in 0..3 {
        let failure = answer(world, order, &asked).await.expect_err("no answer");
        assert_eq!(failure.code(), "tax_service_unavailable");
    }
    world.gateway.inner.tax.is_up();
    world
        .gateway
        .inner
        .tax
        .goes_wrong(&[Trouble::Refused("customer_tax_location_invalid")]);
    let refused = answer(world, order, &asked).await.expect("an answer");
    assert!(matches!(refused, TaxAnswer::Refused { .. }), "{refused:?}");
    calculated(world, order, &asked).await;
}

story!(a_service_that_has_another_tax_for_what_was_placed_disagrees_with_the_cells);
async fn a_service_that_has_another_tax_for_what_was_placed_disagrees_with_the_cells(
    world: &mut World,
) {
    let draft = three().taxed();
    let order = world.place(draft.clone()).await;
    let asked = question(world, order, &draft).await;
    world.gateway.inner.tax.has_recorded("1", 1140);
    let other = calculated(world, order, &asked).await;
    let differs = TaxDifference {
        line: Some("1".parse().expect("a line")),
        charged: 1139,
        calculated: 1140,
    };
    assert_eq!(world.order(order).await.tax_differences(&other), [differs]);
}
