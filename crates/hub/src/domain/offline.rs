//! How long what was taken away still works at a door that hears nothing.
//!
//! A door decides by the newest bundle that it has seen. One that reaches no hub and is visited by
//! nobody with a newer bundle learns of no revocation; there a credential ends by its own expiry.

use super::CREDENTIAL_LIFETIME_S;
use crate::store::{GrantSubject, StandingGrant};

/// The longest that some credential of one grant works at a door that learns of no revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfflineBound {
    /// From now, or from the revocation if there was one: in seconds.
    pub longest_s: u64,
    /// What of that is left now, in seconds; the same for a grant that is not revoked.
    pub left_s: u64,
}

impl OfflineBound {
    /// The bound of a grant at the unix second `now`.
    ///
    /// Devices and carriers renew theirs, each time for 7 days, until they are revoked; a carrier
    /// makes a driver's pass from its own, which therefore ends no later. A guest's or staff's
    /// credential is made once, for the whole time of the grant.
    pub fn of(standing: &StandingGrant, now: u64) -> Self {
        let from = standing.revoked_at.unwrap_or(now);
        let renewed = from.saturating_add(CREDENTIAL_LIFETIME_S);
        let not_after = standing.grant.not_after;
        let ends = match standing.grant.subject {
            GrantSubject::Device => renewed,
            GrantSubject::Carrier(_) => not_after.map_or(renewed, |end| end.min(renewed)),
            GrantSubject::Person { .. } | GrantSubject::Code(_) => not_after.unwrap_or(u64::MAX),
        };
        Self {
            longest_s: ends.saturating_sub(from),
            left_s: ends.saturating_sub(now.max(from)),
        }
    }
}

/// A number of seconds with its unit, rounded up: `7 days`, `5 hours`, `12 minutes`, `0 minutes`.
pub fn in_words(seconds: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let fitting = UNITS.iter().find(|(unit_s, _)| seconds >= 2 * unit_s);
    let (unit_s, name) = fitting.copied().unwrap_or((60, "minute"));
    let count = seconds.div_ceil(unit_s);
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {name}{plural}")
}

#[cfg(test)]
mod tests {
    use access::{BuildingId, CarrierId, GrantId, HolderClass, HolderPublicKey};

    use super::*;
    use crate::store::NewGrant;

    const NOW: u64 = 1_800_000_000;
    const DAY_S: u64 = 86_400;

    fn standing(subject: GrantSubject, not_after: Option<u64>) -> StandingGrant {
        let grant = NewGrant {
            id: GrantId::from_entropy([1; 16]),
            building: BuildingId::from_entropy([2; 16]),
            subject,
            doors: Vec::new(),
            not_before: 0,
            not_after,
        };
        StandingGrant {
            grant,
            revoked_at: None,
        }
    }

    fn revoked(standing: StandingGrant, days_ago: u64) -> StandingGrant {
        StandingGrant {
            revoked_at: Some(NOW - days_ago * DAY_S),
            ..standing
        }
    }

    fn days(standing: &StandingGrant) -> (u64, u64) {
        let bound = OfflineBound::of(standing, NOW);
        (bound.longest_s / DAY_S, bound.left_s / DAY_S)
    }

    #[test]
    fn a_residents_credential_lives_for_seven_days_after_the_last_renewal() {
        let device = standing(GrantSubject::Device, None);
        assert_eq!(days(&device), (7, 7));
        assert_eq!(days(&revoked(device.clone(), 3)), (7, 4));
        assert_eq!(days(&revoked(device, 30)), (7, 0));
    }

    #[test]
    fn a_couriers_pass_ends_with_the_grant_or_the_carriers_own_credential() {
        let carrier = GrantSubject::Carrier(CarrierId::from_entropy([3; 16]));
        assert_eq!(days(&standing(carrier.clone(), None)), (7, 7));
        let short = standing(carrier.clone(), Some(NOW + 2 * DAY_S));
        assert_eq!(days(&short), (2, 2));
        let over = standing(carrier, Some(NOW - DAY_S));
        assert_eq!(days(&over), (0, 0));
    }

    #[test]
    fn a_guests_credential_lives_as_long_as_the_grant_was_made_for() {
        let guest = GrantSubject::Person {
            class: HolderClass::Guest,
            name: "Aunt May".into(),
            holder: HolderPublicKey([4; 32]),
        };
        let guest = standing(guest, Some(NOW + 20 * DAY_S));
        assert_eq!(days(&guest), (20, 20));
        assert_eq!(days(&revoked(guest, 5)), (25, 20));
    }

    #[test]
    fn a_bound_is_told_in_the_unit_that_a_manager_reads_at_a_glance() {
        let told = [0, 59, 60, 90, 7_200, 100_000, 172_800, 604_800].map(in_words);
        let expected = [
            "0 minutes",
            "1 minute",
            "1 minute",
            "2 minutes",
            "2 hours",
            "28 hours",
            "2 days",
            "7 days",
        ];
        assert_eq!(told, expected);
    }
}
