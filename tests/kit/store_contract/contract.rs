use app::ports::Store;

use super::{
    access_log, accounts, concurrency, counts, listings, orders, reconciliation, samples::Samples,
    stock, unmatched,
};

/// Runs the whole contract. `run` keeps apart what two runs on one table write: any number not used before.
pub async fn store_contract(store: &impl Store, run: u64) {
    let samples = Samples::new(run);
    orders::a_placed_order_reads_back(store, &samples).await;
    orders::an_order_that_is_not_there_is_not_found(store, &samples).await;
    orders::a_repeated_placement_is_told_of_its_key_and_another_one_of_the_order(store, &samples)
        .await;
    orders::a_change_is_written_once_on_the_version_that_was_read(store, &samples).await;
    orders::a_rejected_change_writes_nothing(store, &samples).await;
    orders::a_request_that_changed_nothing_is_remembered_once(store, &samples).await;
    orders::a_reference_belongs_to_one_order_except_a_tracking_number(store, &samples).await;
    unmatched::a_payment_is_not_kept_when_the_order_that_it_names_is_placed(store, &samples).await;
    unmatched::a_placement_learns_of_the_payments_that_are_kept_and_of_their_changes(
        store, &samples,
    )
    .await;
    stock::a_reservation_takes_what_is_available_and_no_more(store, &samples).await;
    stock::a_physical_fact_is_never_refused(store, &samples).await;
    stock::a_movement_happens_once(store, &samples).await;
    stock::a_movement_on_a_level_that_has_changed_is_a_conflict(store, &samples).await;
    stock::backorders_are_read_and_removed_in_queue_order(store, &samples).await;
    counts::a_shipment_from_before_the_last_count_changes_what_is_reserved(store, &samples).await;
    counts::a_count_is_taken_between_the_movements_of_one_change(store, &samples).await;
    counts::a_reservation_beside_a_shipment_is_not_refused_for_a_count(store, &samples).await;
    counts::a_level_keeps_its_last_movements(store, &samples).await;
    counts::movements_that_add_up_to_nothing_are_a_conflict_too(store, &samples).await;
    counts::an_exception_is_listed_until_it_is_closed(store, &samples).await;
    listings::orders_are_listed_page_by_page(store, &samples).await;
    listings::an_overdue_order_is_listed_until_nothing_is_due(store, &samples).await;
    listings::an_order_is_listed_while_it_has_open_exceptions(store, &samples).await;
    listings::backordered_skus_are_listed_once_each(store, &samples).await;
    listings::locations_are_stored(store, &samples).await;
    listings::the_health_of_a_location_is_written_over_the_version_that_was_read(store, &samples)
        .await;
    listings::the_position_in_the_gateways_events_is_written_over_the_one_that_was_read(store)
        .await;
    reconciliation::the_result_of_a_day_is_written_over_the_one_that_was_read(store, &samples)
        .await;
    reconciliation::an_order_is_listed_on_each_day_on_which_its_money_has_moved(store, &samples)
        .await;
    concurrency::of_many_changes_on_one_version_one_is_written(store, &samples).await;
    concurrency::many_reservations_never_oversell(store, &samples).await;
    concurrency::concurrent_physical_facts_add_up(store, &samples).await;
    concurrency::one_movement_repeated_concurrently_happens_once(store, &samples).await;
    concurrency::one_key_used_concurrently_places_one_order(store, &samples).await;
    access_log::an_access_is_listed_by_its_order_and_its_day_once(store, &samples).await;
    accounts::the_limits_of_an_account_are_written_over_the_version_that_was_read(store, &samples)
        .await;
    accounts::an_account_owes_what_its_orders_owe_and_takes_no_order_above_its_limit(
        store, &samples,
    )
    .await;
}
