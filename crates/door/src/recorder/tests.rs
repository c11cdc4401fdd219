use access::{Denial, DenyReason, Entrant, GrantId};

use super::*;

fn entrant(class: HolderClass) -> Decision {
    Decision::Allow(Entrant {
        class,
        grant: GrantId::from_entropy([1; 16]),
        unlock_s: 5,
        courier: None,
    })
}

fn denied(class: Option<HolderClass>) -> Decision {
    Decision::Deny(Denial {
        reason: DenyReason::CredentialExpired,
        class,
        grant: None,
    })
}

#[test]
fn everybody_but_residents_and_strangers_is_filmed() {
    use HolderClass::{Courier, Guest, Resident, Staff};
    for class in [Courier, Guest, Staff] {
        assert!(is_meant(&entrant(class)));
        assert!(is_meant(&denied(Some(class))));
    }
    assert!(!is_meant(&entrant(Resident)));
    assert!(!is_meant(&denied(Some(Resident))));
    assert!(!is_meant(&denied(None)));
}

#[test]
fn a_door_without_a_camera_films_nobody_and_owes_nothing() {
    let at = Moment {
        monotonic: Duration::from_mins(1),
        utc_ms: 0,
    };
    let filming = Recorder::blind().prepare(&entrant(HolderClass::Courier), at);
    assert!(matches!(filming, Filming::NotMeant));
    assert_eq!((filming.clip(), filming.unfilmed()), (None, None));
}
