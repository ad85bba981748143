//! The tax of parts of an order by its cells, and what a service calculates compared with them.

use domain::order::{
    Address, CellsCannotKnow, LineTax, OrderTax, PlaceOrder, ServiceCalculation, TaxCalculation,
    TaxDifference, TaxQuestion, TaxableLine,
};
use proptest::prelude::*;

use crate::common::{OrderFixture, request};

/// Three units of 10.00 with 1.91 tax on the line, one gift, and shipping of 1.00.
fn placed(taxes_included: bool) -> PlaceOrder {
    let mut placed = request(&[(3, 1000), (1, 0)]);
    (placed.lines[0].tax, placed.shipping) = (191, 100);
    placed.terms.taxes_included = taxes_included;
    placed
}

fn recorded(taxes_included: bool) -> PlaceOrder {
    let mut placed = placed(taxes_included);
    placed.tax = Some(OrderTax {
        service: "stripe_tax".to_owned(),
        transaction: "tax_1".to_owned(),
        shipping_tax: 7,
    });
    placed
}

fn address(placed: &PlaceOrder) -> Address {
    placed.customer.address.clone()
}

fn taxes(calculated: &TaxCalculation) -> Vec<i64> {
    calculated.lines.iter().map(|line| line.tax).collect()
}

/// What the cells say of a question about the whole order, changed like that.
fn by_cells(
    placed: PlaceOrder,
    change: impl FnOnce(&mut TaxQuestion),
) -> Result<TaxCalculation, CellsCannotKnow> {
    let address = address(&placed);
    let order = OrderFixture::placed_as(placed).order;
    let mut question = order.tax_question(address);
    change(&mut question);
    order.tax_by_cells(&question)
}

#[test]
fn what_was_placed_has_the_tax_that_it_was_placed_with() {
    for taxes_included in [true, false] {
        let all = by_cells(placed(taxes_included), |_| {}).unwrap();
        assert_eq!(taxes(&all), [191, 0]);
        assert_eq!(all.shipping, None, "nobody has said how much it contains");
        assert_eq!(all.at_service, None);
        let all = by_cells(recorded(taxes_included), |_| {}).unwrap();
        assert_eq!(all.shipping, Some(7));
    }
}

#[test]
fn fewer_units_have_the_tax_of_their_cells() {
    for taxes_included in [true, false] {
        let two = by_cells(placed(taxes_included), |question| {
            question.lines[0].units = 2;
            question.lines[0].amount = 2000;
        });
        // Cells of 0.64, 0.64 and 0.63.
        assert_eq!(taxes(&two.unwrap()), [128, 0]);
    }
}

#[test]
fn a_lower_amount_has_its_share() {
    let half = by_cells(recorded(true), |question| {
        question.lines[0].amount = 1500;
        question.shipping = 50;
    });
    let half = half.unwrap();
    assert_eq!(taxes(&half), [96, 0], "the larger half");
    assert_eq!(half.shipping, Some(4));
    let nothing = by_cells(recorded(true), |question| {
        question.lines[0].amount = 0;
        question.shipping = 0;
    });
    let nothing = nothing.unwrap();
    assert_eq!((taxes(&nothing), nothing.shipping), (vec![0, 0], Some(0)));
}

#[test]
fn what_cells_cannot_know_is_refused_by_its_code() {
    let code = |change: fn(&mut TaxQuestion)| by_cells(placed(true), change).unwrap_err().code();
    assert_eq!(
        code(|question| question.currency = "CHF".parse().unwrap()),
        "other_currency"
    );
    assert_eq!(
        code(|question| question.taxes_included = false),
        "tax_other_behavior"
    );
    assert_eq!(
        code(|question| question.destination.country = "FR".to_owned()),
        "tax_other_destination"
    );
    assert_eq!(
        code(|question| question.destination.region = Some("BY".to_owned())),
        "tax_other_destination"
    );
    let new_goods = |question: &mut TaxQuestion| {
        question.lines.push(TaxableLine {
            line: "new".parse().unwrap(),
            units: 1,
            amount: 1,
        });
    };
    assert_eq!(code(new_goods), "tax_new_goods");
    for more in [
        (|question| question.lines[0].units = 4) as fn(&mut TaxQuestion),
        |question| question.lines[0].amount = 3001,
        |question| question.lines[1].amount = 1,
        |question| question.lines[0].amount = -1,
        |question| question.shipping = 101,
    ] {
        assert_eq!(code(more), "tax_more_than_placed");
    }
}

#[test]
fn a_service_that_says_something_else_of_what_was_placed_disagrees() {
    let order = OrderFixture::placed_as(recorded(true)).order;
    let calculated = |taxes: [i64; 2], shipping| TaxCalculation {
        lines: order
            .placed
            .lines
            .iter()
            .zip(taxes)
            .map(|(line, tax)| LineTax {
                line: line.id.clone(),
                tax,
            })
            .collect(),
        shipping,
        at_service: Some(ServiceCalculation {
            id: "taxcalc_1".to_owned(),
            expires_at: None,
        }),
    };
    assert_eq!(order.tax_differences(&calculated([191, 0], Some(7))), []);
    assert_eq!(order.tax_differences(&calculated([191, 0], None)), []);
    let differs = |line: Option<&str>, charged, calculated| TaxDifference {
        line: line.map(|line| line.parse().unwrap()),
        charged,
        calculated,
    };
    assert_eq!(
        order.tax_differences(&calculated([190, 0], Some(8))),
        [differs(Some("1"), 191, 190), differs(None, 7, 8)]
    );
    // An order that names no transaction was never told how much tax its shipping has.
    let order = OrderFixture::placed_as(placed(true)).order;
    assert_eq!(order.tax_differences(&calculated([191, 0], Some(7))), []);
}

proptest! {
    /// What is kept and what is credited add up to what was charged, whatever the line costs.
    #[test]
    fn the_tax_of_the_units_that_are_left_and_of_those_that_are_credited_is_the_whole(
        quantity in 1u32..50,
        unit_price in 0i64..100_000,
        tax in 0i64..100_000,
        kept in 0u32..50,
        taxes_included: bool,
    ) {
        let mut placed = request(&[(quantity, unit_price)]);
        placed.lines[0].tax = tax;
        placed.terms.taxes_included = taxes_included;
        let kept = kept.min(quantity);
        let address = address(&placed);
        let order = OrderFixture::placed_as(placed).order;
        let line = order.placed.lines[0].clone();
        let mut question = order.tax_question(address);
        question.lines[0].units = kept;
        question.lines[0].amount = line.taxable(kept, taxes_included);
        let left = order.tax_by_cells(&question).unwrap().lines[0].tax;
        let credited = line.taxed(kept, quantity, taxes_included).tax;
        prop_assert_eq!(left.checked_add(credited), Some(tax));
    }
}
