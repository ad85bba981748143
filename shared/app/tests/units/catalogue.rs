use app::bus::catalogue::*;

#[test]
fn every_name_is_in_the_catalogue_once() {
    let mut names: Vec<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CATALOGUE.len());
}
