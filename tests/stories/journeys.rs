//! The journeys of an order, one file each. The names are the stories' first sentences.

#![expect(missing_docs, reason = "a story's name says it all")]

pub mod any_day;
pub mod backorders;
pub mod boxes;
pub mod cancellations;
pub mod holds;
pub mod late;
pub mod one_parcel;
pub mod payments;
pub mod placing;
pub mod redrive;
pub mod rejections;
pub mod splits;
pub mod terms;

/// Names every story to a macro of the caller's: `tell! { journey { story, ... } ... }`.
#[macro_export]
macro_rules! every_story {
    ($tell:ident) => {
        $tell! {
            placing {
                the_same_request_places_one_order,
                a_number_that_is_in_use_is_refused,
                a_key_that_is_used_for_another_order_is_refused,
            }
            one_parcel {
                an_order_goes_out_in_one_parcel,
                an_order_goes_out_when_the_money_is_only_authorized,
                a_payment_that_is_heard_of_before_its_order_waits_for_it,
                the_checkout_session_names_the_order_of_a_payment,
                a_location_without_a_webhook_is_worked_by_people,
                an_order_that_costs_nothing_goes_out_at_once,
            }
            splits {
                an_order_is_split_over_warehouse_3pl_and_supplier,
                a_line_is_split_over_two_warehouses,
                a_supplier_who_makes_to_order_never_runs_out,
                a_warehouse_that_does_not_ship_there_is_left_out,
            }
            boxes {
                a_warehouse_ships_in_two_boxes,
                what_a_warehouse_ships_short_comes_from_elsewhere,
                what_a_warehouse_ships_short_waits_when_nobody_else_has_it,
            }
            rejections {
                what_one_location_rejects_goes_to_another,
                units_that_a_location_cannot_find_are_written_off,
                what_everyone_rejects_waits_for_others,
                what_is_rejected_is_free_for_those_who_wait,
            }
            backorders {
                those_who_wait_are_served_first_in_first_out_by_a_receipt,
                a_cancellation_serves_who_waits,
                a_cancellation_that_a_location_consents_to_serves_who_waits,
                a_correction_serves_who_waits,
                less_safety_stock_serves_who_waits,
                the_sweep_serves_who_waits,
                a_newcomer_does_not_jump_the_queue,
                an_order_with_priority_is_served_before_the_others,
                an_order_on_hold_is_passed_over_and_served_when_it_is_released,
                who_cannot_have_it_is_passed_over,
                a_long_queue_is_served_over_several_messages,
                a_waiting_order_that_is_cancelled_leaves_the_queue,
                two_lines_of_one_order_are_served_by_one_receipt,
                an_order_that_comes_back_goes_before_those_who_came_later,
            }
            cancellations {
                part_of_an_order_is_cancelled_before_picking,
                a_whole_order_is_cancelled_before_anyone_was_told,
                a_cancellation_after_shipping_is_refused,
                a_cancellation_after_picking_is_refused,
                what_can_be_cancelled_is_and_the_rest_is_refused,
                a_cancellation_races_a_parcel,
                a_parcel_that_leaves_after_a_cancellation_is_noted_for_a_person,
                a_location_consents_to_a_cancellation,
                a_location_refuses_a_cancellation,
                a_location_is_asked_anew_after_it_has_refused,
                an_order_is_cancelled_after_its_last_parcel_but_for_the_rest,
                the_same_key_with_other_words_is_refused,
                a_cancellation_is_asked_for_while_a_hold_stands,
            }
            payments {
                a_failed_payment_cancels_the_order,
                a_cancelled_payment_cancels_the_order_and_frees_its_stock,
                a_payment_that_succeeds_after_all_is_not_cancelled_twice,
                a_payment_that_is_made_good_before_anyone_looked_cancels_nothing,
                money_captured_after_a_cancellation_is_owed_back,
                an_underpaid_order_waits_for_the_rest,
                money_of_another_currency_does_not_pay,
                a_dispute_stops_what_has_not_left,
            }
            late {
                a_refund_is_heard_of_before_its_capture,
                a_parcel_arrives_before_it_has_left,
                a_review_is_closed_before_it_was_opened,
                everything_is_told_twice_under_other_names,
                progress_comes_in_the_wrong_order,
                a_refusal_that_answers_no_question_does_not_answer_the_next_one,
                a_parcel_in_trouble_stays_so_when_old_news_comes_twice,
                a_fact_about_an_order_that_never_comes_is_put_aside,
                what_cannot_be_read_is_put_aside_at_once,
                a_location_cannot_speak_of_anothers_work,
                stock_of_a_location_that_is_not_set_up_waits_for_it,
            }
            holds {
                a_fraud_review_holds_an_order_until_it_is_approved,
                a_declined_review_keeps_the_order_held,
                a_hold_stops_what_is_planned_from_being_sent,
                a_hold_by_an_agent_stops_routing,
                a_hold_with_an_end_ends_by_itself,
            }
            redrive {
                a_lost_message_to_routing_is_made_up_for,
                a_lost_message_to_dispatch_is_made_up_for,
                a_lost_message_to_cancellation_is_made_up_for,
                messages_that_are_lost_time_and_again_are_made_up_for_each_time,
                a_location_that_has_not_answered_is_told_again,
                a_location_out_of_reach_keeps_nobody_else_from_being_told,
            }
            terms {
                an_order_that_ships_complete_waits_until_all_is_there,
                an_order_that_ships_complete_lets_others_pass_meanwhile,
                an_order_that_ships_complete_goes_when_what_is_missing_is_cancelled,
                an_order_that_ships_complete_passes_one_that_is_held_in_another_queue,
                safety_stock_is_not_sold,
            }
        }
    };
}
