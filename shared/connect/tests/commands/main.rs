//! Commands to Stripe: what is sent, and what its answers mean.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod calculations;
#[cfg(test)]
mod events;
#[cfg(test)]
mod look_ups;
#[cfg(test)]
mod payments;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod support;
#[cfg(test)]
mod taxes;
