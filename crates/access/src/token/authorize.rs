//! Asking the Datalog engine whether a token allows an entry.

use std::time::Duration;

use biscuit_auth::builder::{AuthorizerBuilder, Fact, Policy, PolicyKind, Predicate, Rule, Term};
use biscuit_auth::{AuthorizerLimits, Biscuit, error};

use super::UNLOCK;
use super::statement::name;
use crate::{BuildingId, DoorId, DoorKind, HolderClass, HolderPublicKey};

const DOOR_KIND: &str = "door_kind";

/// Far above what any token that was understood needs. The library's own limit of 1 ms refuses
/// valid tokens on a busy machine.
const LIMITS: AuthorizerLimits = AuthorizerLimits {
    max_facts: 512,
    max_iterations: 16,
    max_time: Duration::from_secs(2),
};

/// What the door knows to be true.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    pub(crate) building: BuildingId,
    pub(crate) door: DoorId,
    pub(crate) kind: DoorKind,
    pub(crate) holder: HolderPublicKey,
    pub(crate) now_utc: u64,
}

impl Circumstances {
    /// Whether every check of every block holds and the building's block has the right.
    ///
    /// Policies read facts of the building's block and of the door only, never those of another
    /// block. An error, a limit that is reached, and no policy that matches are all a no.
    pub(crate) fn allow(&self, token: &Biscuit) -> bool {
        let allowed = || -> Result<usize, error::Token> {
            self.authorizer()?
                .set_limits(LIMITS)
                .build(token)?
                .authorize()
        };
        allowed().is_ok()
    }

    fn authorizer(&self) -> Result<AuthorizerBuilder, error::Token> {
        let facts = [
            (
                name::BUILDING,
                Term::Bytes(self.building.as_bytes().to_vec()),
            ),
            (name::DOOR, Term::Bytes(self.door.as_bytes().to_vec())),
            (DOOR_KIND, Term::Str(self.kind.as_str().to_owned())),
            (name::HOLDER, Term::Bytes(self.holder.as_bytes().to_vec())),
            (name::TIME, Term::Date(self.now_utc)),
        ];
        let facts = facts
            .into_iter()
            .map(|(name, term)| Fact::new(name.to_owned(), [term]));
        let mut authorizer = AuthorizerBuilder::new();
        for fact in facts {
            authorizer = authorizer.fact(fact)?;
        }
        authorizer
            .policy(no_courier_at_a_unit_door())?
            .policy(whoever_has_the_right())
    }
}

/// `deny if class("courier"), door_kind("unit")`
fn no_courier_at_a_unit_door() -> Policy {
    let class = Term::Str(HolderClass::Courier.as_str().to_owned());
    let kind = Term::Str(DoorKind::Unit.as_str().to_owned());
    policy(
        PolicyKind::Deny,
        vec![
            Predicate::new(name::CLASS.to_owned(), [class]),
            Predicate::new(DOOR_KIND.to_owned(), [kind]),
        ],
    )
}

/// `allow if right($node, "unlock"), door($node)`
fn whoever_has_the_right() -> Policy {
    let door = Term::Variable(name::DOOR_VARIABLE.to_owned());
    let right = [door.clone(), Term::Str(UNLOCK.to_owned())];
    policy(
        PolicyKind::Allow,
        vec![
            Predicate::new(name::RIGHT.to_owned(), right),
            Predicate::new(name::DOOR.to_owned(), [door]),
        ],
    )
}

fn policy(kind: PolicyKind, body: Vec<Predicate>) -> Policy {
    let head = Predicate::new(name::QUERY.to_owned(), []);
    Policy {
        queries: vec![Rule::new(head, body, vec![], vec![])],
        kind,
    }
}

#[cfg(test)]
mod tests {
    use biscuit_auth::KeyPair;
    use biscuit_auth::builder::BlockBuilder;

    use super::*;
    use crate::token::{Statement, block_of};
    use crate::{CarrierId, CarrierKey, GrantId};

    const HERE: Circumstances = Circumstances {
        building: BuildingId::from_entropy([1; 16]),
        door: DoorId::from_entropy([2; 16]),
        kind: DoorKind::Common,
        holder: HolderPublicKey([3; 32]),
        now_utc: 1_000,
    };

    fn token(class: HolderClass, more: &[Statement]) -> Biscuit {
        let mut said = vec![
            Statement::Grant(GrantId::from_entropy([4; 16])),
            Statement::Class(class),
            Statement::Right(HERE.door),
            Statement::OnlyBuilding(HERE.building),
            Statement::OnlyWithin {
                not_before: 900,
                not_after: 1_100,
            },
        ];
        said.extend_from_slice(more);
        Biscuit::builder()
            .merge(block_of(&said).unwrap())
            .build(&KeyPair::new())
            .unwrap()
    }

    fn guest() -> Biscuit {
        token(HolderClass::Guest, &[Statement::OnlyHolder(HERE.holder)])
    }

    #[test]
    fn the_engine_alone_holds_a_token_to_its_building_door_holder_and_time() {
        assert!(HERE.allow(&guest()));
        let elsewhere = [
            Circumstances {
                building: BuildingId::from_entropy([9; 16]),
                ..HERE
            },
            Circumstances {
                door: DoorId::from_entropy([9; 16]),
                ..HERE
            },
            Circumstances {
                holder: HolderPublicKey([9; 32]),
                ..HERE
            },
            Circumstances {
                now_utc: 899,
                ..HERE
            },
            Circumstances {
                now_utc: 1_101,
                ..HERE
            },
        ];
        for circumstances in elsewhere {
            assert!(!circumstances.allow(&guest()), "{circumstances:?}");
        }
    }

    #[test]
    fn the_engine_alone_keeps_couriers_from_unit_doors_and_carriers_from_all() {
        let courier = token(HolderClass::Courier, &[]);
        assert!(HERE.allow(&courier));
        assert!(
            !Circumstances {
                kind: DoorKind::Unit,
                ..HERE
            }
            .allow(&courier)
        );
        let carrier = token(
            HolderClass::Courier,
            &[
                Statement::Carrier(CarrierId::from_entropy([5; 16])),
                Statement::OnlyWithCarrier(CarrierKey::from_seed([6; 32]).public()),
            ],
        );
        assert!(!HERE.allow(&carrier));
    }

    #[test]
    fn the_engine_alone_takes_no_right_from_an_appended_block() {
        let door = DoorId::from_entropy([9; 16]);
        let widened = guest()
            .append(block_of(&[Statement::Right(door)]).unwrap())
            .unwrap();
        assert!(!Circumstances { door, ..HERE }.allow(&widened));
        let code = "check if false";
        let narrowed = guest()
            .append(BlockBuilder::new().code(code).unwrap())
            .unwrap();
        assert!(!HERE.allow(&narrowed));
    }
}
