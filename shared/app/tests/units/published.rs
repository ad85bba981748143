use app::bus::catalogue::PublishedEvent;
use domain::order::Event;

/// The code that is published of a refusal with this code.
fn published(code: &str) -> String {
    let event = PublishedEvent::of_event(&Event::EffectRefused {
        effect: 1,
        code: code.to_owned(),
    });
    let Some(PublishedEvent::EffectRefused(refused)) = event else {
        panic!("{event:?}")
    };
    refused.code
}

#[test]
fn a_sentence_in_place_of_a_code_is_not_published() {
    assert_eq!(published("out_of_stock"), "out_of_stock");
    for sentence in ["Jane Doe has moved", "", "a@b.c", &"x".repeat(65)] {
        assert_eq!(published(sentence), "other");
    }
}
