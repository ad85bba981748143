//! Lines that nobody is left for.

use super::{Candidate, Decision, Demand, RoutingInputs};
use crate::ids::LineId;

/// Lines with unplaced units of which every location that takes work, carries the SKU and ships to the destination has
/// declined; locations that merely have no stock may get some, and are worth waiting for.
pub fn declined_everywhere(inputs: &RoutingInputs, decision: &Decision) -> Vec<LineId> {
    let country = &inputs.destination.country;
    let could_ship = |candidate: &Candidate, demand: &Demand| {
        let ships_to = &candidate.ships_to;
        candidate.enabled
            && (ships_to.is_empty() || ships_to.contains(country))
            && candidate.stock.iter().any(|stock| stock.sku == demand.sku)
    };
    let unplaced = |line: &LineId| decision.unplaced.iter().any(|part| part.line == *line);
    let nobody_left = |demand: &&Demand| {
        let mut able = inputs.candidates.iter();
        !demand.avoid.is_empty()
            && able.all(|candidate| {
                !could_ship(candidate, demand) || demand.avoid.contains(&candidate.location)
            })
    };
    let demands = inputs.demands.iter();
    demands
        .filter(|demand| unplaced(&demand.line))
        .filter(nobody_left)
        .map(|demand| demand.line.clone())
        .collect()
}
