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
